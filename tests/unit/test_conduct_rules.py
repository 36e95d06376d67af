"""Rules of doses and visits are read when the study is checked; what is wrong with them is told with its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from trialwright.study.conduct_rules import check_conduct, lower_conduct
from trialwright.study.errors import StudyInvalid
from trialwright.study.load import load_study
from trialwright.study.model import Study
from trialwright.terms.message import render

BEAM = Path(__file__).parents[2] / "studies" / "beam"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in BEAM.glob("*.yaml")}


def spoilt(file: str, old: str, new: str) -> Study:
    assert old in TEXTS[file]
    return load_study(TEXTS | {file: TEXTS[file].replace(old, new, 1)})


def test_the_rules_of_beam() -> None:
    rules = lower_conduct(load_study(TEXTS))
    assert {id: sorted(each.adjustments) for id, each in rules.regimens.items()} == {
        "methylprednisolone_pulse": [],
        "belimumab": ["pregnancy", "serious_hypersensitivity", "serious_infection"],
        "mycophenolate_mofetil": [
            "creatinine_and_albumin",
            "creatinine_or_albumin",
            "neutropenia",
            "pregnancy",
            "serious_infection",
        ],
        "tacrolimus": ["above_target", "below_target", "creatinine_rise", "pregnancy", "serious_infection"],
        "prednisone": [],
    }
    assert [id for id, each in rules.regimens.items() if each.weight is not None] == [
        "belimumab",
        "prednisone",
    ]
    assert {"pregnancy_test", "reproduction"} <= set(rules.activities)


# fmt: off
WRONG = [
    ("interventions.yaml", "latest(neutrophils) < 1.0 10*9/L", "latest(neutrophil) < 1.0 10*9/L", "neutrophil is not in the concept list"),
    ("interventions.yaml", "latest(neutrophils) < 1.0 10*9/L", "latest(neutrophils) < 1.0 g/L", "cannot be compared"),
    ("interventions.yaml", "weight: latest(body_weight, within=28 d)", "weight: latest(body_height, within=28 d)", "A weight must be in kg"),
    ("interventions.yaml", "latest(tacrolimus_trough) > 8 ng/mL", "latest(tacrolimus_trough)", "where a condition is needed"),
    ("schedule.yaml", 'condition: "sex in {female, other, unknown}"', 'condition: "sex in {woman}"', "woman is not a sex"),
]
# fmt: on


@pytest.mark.parametrize(("file", "old", "new", "words"), WRONG, ids=[row[3] for row in WRONG])
def test_a_rule_that_cannot_be_understood_is_told(file: str, old: str, new: str, words: str) -> None:
    study = spoilt(file, old, new)
    (problem,) = check_conduct(study)
    assert (problem.severity, problem.code, problem.file) == ("error", "rule", file)
    line = TEXTS[file].replace(old, new, 1).split("\n")[problem.line - 1]
    assert new.split(":")[-1].strip().strip('"')[:8] in line
    assert words in render(problem.message, {})
    with pytest.raises(StudyInvalid):
        lower_conduct(study)


def test_two_studies_keep_their_own_rules() -> None:
    """The rules are kept by the study itself, not by what it says or where it lies in memory."""
    sound, wrong = load_study(TEXTS), spoilt(*WRONG[0][:3])
    for _ in range(40):
        assert check_conduct(replace(sound)) == ()
        assert len(check_conduct(replace(wrong))) == 1
