"""What `trialwright check` finds in safety.yaml beyond its form."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.safety.support import beam
from trialwright.exchange.folder import find_study, read_folder, read_study
from trialwright.safety.findings import check_safety
from trialwright.study.load import load_study
from trialwright.terms.message import render

TEXTS = {name: text for name, text in read_folder(find_study("beam")).items() if "/" not in name}


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in Path("studies").glob("*/study.yaml")))
def test_bundled_studies_have_no_findings(folder: str) -> None:
    assert check_safety(read_study(folder)) == ()


# fmt: off
SPOILT = [
    # old, new, code, words
    ('version: "5.0"', 'version: "5.1"', "unknown_reference", "No limits are held for CTCAE 5.1; known are CTCAE 4.03"),
    ("standard: CTCAE", "standard: WHO", "unknown_reference", "No limits are held for WHO 5.0"),
    ("term: Anemia", "term: Anaemia", "unknown_reference", "CTCAE 5.0 is held here without Anaemia"),
    ('version: "5.0"', 'version: "6.0"', "unknown_reference", "CTCAE 6.0 is held here without Anemia"),
    ('      version: "4.03"\n', "", "wrong_value", "CTCAE 5.0 has no numbers for Hyperglycemia"),
    ("term: Anemia\n      direction: low", "term: Anemia\n      direction: high", "wrong_value",
     "Anemia is about results that are too low"),
    ("concept: hemoglobin", "concept: alt", "wrong_value", '"U/L" does not convert to "g/L"'),
    ("latest(potassium, within=today) > 5.5 mmol/L", "latest(potassium, within=today) > 5.5", "rule", "5.5 has no unit"),
    ("event: present(serious_infection, within=ever)", "event: present(serious_infection)", "rule",
     "does not say which time counts"),
    ("population: present(belimumab, within=today", "population: present(belimumap, within=today", "rule",
     "belimumap is not in the concept list"),
]
# fmt: on


@pytest.mark.parametrize(("old", "new", "code", "words"), SPOILT)
def test_what_does_not_work_is_found(old: str, new: str, code: str, words: str) -> None:
    text = TEXTS["safety.yaml"]
    assert old in text
    found = check_safety(load_study(TEXTS | {"safety.yaml": text.replace(old, new, 1)}))
    said = [(each.code, render(each.message, {})) for each in found]
    assert any(each[0] == code and words in each[1] for each in said), said
    for problem in found:
        assert problem.severity == "error"
        assert problem.file == "safety.yaml"
        assert problem.line > 1


def test_a_rule_is_found_where_it_stands() -> None:
    text = TEXTS["safety.yaml"].replace("> 5.5 mmol/L", "> 5.5 m", 1)
    (problem,) = check_safety(load_study(TEXTS | {"safety.yaml": text}))
    line = text.splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith("5.5 m")


def test_a_study_without_safety_rules_has_no_findings() -> None:
    texts = {name: text for name, text in TEXTS.items() if name != "safety.yaml"}
    assert check_safety(load_study(texts)) == ()
    assert beam().safety is not None
