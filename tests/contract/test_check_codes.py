"""Every finding has a code, a section in the reference, an example that gives it, and words in both languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tools.check_codes import CODES, EXAMPLES, PAGE, Example, find, run, spoil, write_page
from tools.messages import PACKAGE, collect
from trialwright.exchange.folder import read_study
from trialwright.locale import read_catalogue
from trialwright.study import checks, errors
from trialwright.study.rules import lower_study
from trialwright.terms.message import render

SOURCES = Path(checks.__file__).parent


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page()


def test_every_code_has_a_section_and_every_section_a_code() -> None:
    sections = re.findall(r"^### `(\w+)`$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(sections) == len(set(sections))
    assert set(sections) == set(errors.CODES) | set(checks.CODES)


def test_every_code_has_an_example() -> None:
    assert {example.code for example in EXAMPLES} == set(CODES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.code)
def test_an_example_gives_its_code(example: Example) -> None:
    problem = run(example)
    assert problem.code == example.code
    assert problem.severity in ("error", "warning", "note")
    assert render(problem.message, {}).strip()
    assert render(problem.cure, {}).strip()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.code)
def test_nothing_else_is_found_in_an_example(example: Example, tmp_path: Path) -> None:
    """A finding that brings others with it would hide which of them is the fault."""
    if example.study != "template":
        return
    others = {problem.code for problem in find(spoil(example, tmp_path))} - {example.code}
    if example.file == "criteria.yaml":  # another rule does not do what the scenarios of the template say
        others.discard("scenario_differs")
    follows = {
        "missing_file": {"unknown_reference"},
        # the age is not asked for any more, so the page and the criteria differ
        "always_passes": {"population_differs"},
        "never_decides": {"population_differs"},
    }
    assert others == follows.get(example.code, set())


def test_the_checks_declare_exactly_the_codes_they_use() -> None:
    declared = {code for check in checks.CHECKS.values() for code in check.codes}
    assert declared == set(checks.CODES)
    texts = {
        node.value
        for path in SOURCES.rglob("*.py")
        if path.name not in ("codes.py", "registry.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert declared <= texts


def test_every_check_finds_only_its_own_codes(tmp_path: Path) -> None:
    for index, example in enumerate(each for each in EXAMPLES if each.code in checks.CODES):
        parent = tmp_path / str(index)
        parent.mkdir()
        eligibility = lower_study(read_study(str(spoil(example, parent))))
        examined = checks.Examined(eligibility.study, eligibility)
        for name, check in checks.CHECKS.items():
            found = {problem.code for problem in check.run(examined)}
            assert found <= set(check.codes), name


def test_every_sentence_is_said_in_chinese_too() -> None:
    catalogue = read_catalogue("zh")
    templates = {use.template for use in collect(PACKAGE).uses if use.place.startswith("study/checks/")}
    assert len(templates) > 50
    assert sorted(template for template in templates if not catalogue.get(template)) == []


def test_the_sentence_about_beam_in_chinese() -> None:
    (example,) = (each for each in EXAMPLES if each.code == "vacuous")
    sentence = render(run(example).message, read_catalogue("zh"))
    assert sentence.startswith("任何人都不会被判为不符合I4（解读literal）。")
    for words in ("CKD-EPI 2009", "不低于30 mL/min/1.73 m²", "血清肌酐不低于3.0 mg/dL", "年龄不低于18岁"):
        assert words in sentence
    assert sentence.endswith("其不超过28.98 mL/min/1.73 m²。")
