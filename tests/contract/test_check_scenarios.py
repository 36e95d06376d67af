"""`trialwright check` runs the study's own scenarios: one that does not come out is an error."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trialwright.cli.main import main
from trialwright.exchange.folder import find_study

SCENARIOS = "scenarios/criteria.yaml"
WRONG = """on: 2026-06-01

base:
  sex: female
  birth: 1990-01-01
  facts: |
    kind        | concept         | value | unit | start
    procedure   | dialysis        | false |      | 2026-05-20
    exposure    | prednisone_oral | false |      | 2026-05-20
    finding     | pregnant        | false |      | 2026-05-20

scenarios:
  - title: {en: "No haemoglobin", zh: "无血红蛋白"}
    expect: {I1: pass, I2: unknown no_record, overall: undetermined}

  - title: {en: "Wrong verdict", zh: "结论有误"}
    person: {birth: 2008-06-02}
    expect: {I1: pass, overall: eligible}

  - title: {en: "Wrong reason", zh: "原因有误"}
    expect: {I2: unknown unit_unknown}

  - title: {en: "A day that is none", zh: "日期有误"}
    facts: |
      kind        | concept    | value | unit | start
      measurement | hemoglobin | 98    | g/L  | 2026-99
    expect: {I2: unknown record_unreadable}
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    shutil.copytree(find_study("template"), folder)
    return folder


def check(study: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, list[str]]:
    code = main(["check", str(study), *more])
    return code, capsys.readouterr().out.splitlines()


def test_a_study_whose_scenarios_come_out_has_no_finding(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(study, capsys) == (0, [])


def test_every_verdict_that_is_not_expected_is_an_error(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The person born on 2 June 2008 is 17 on 1 June 2026; the template asks for 18 years."""
    (study / SCENARIOS).write_text(WRONG, encoding="utf-8")
    code, lines = check(study, capsys)
    assert code == 3
    found = [line.partition(" In the scenario ")[::2] for line in lines]
    assert {place for place, _ in found} == {
        f"error scenario_differs {SCENARIOS}:{line}" for line in (16, 20)
    }
    assert [words.partition(" Correct ")[0] for _, words in found] == [
        "“Wrong verdict”, I1 is expected to be `pass`, but is `fail value_out_of_range`.",
        "“Wrong verdict”, the overall verdict is expected to be `eligible`, but is `ineligible`.",
        "“Wrong reason”, I2 is expected to be `unknown unit_unknown`, but is `unknown no_record`.",
    ]


def test_a_rule_changed_under_its_scenarios_is_found(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = study / "criteria.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("latest(hemoglobin) < 110 g/L", "latest(hemoglobin) <= 110 g/L"), encoding="utf-8"
    )
    code, lines = check(study, capsys)
    assert code == 3
    assert any("“Exactly 110 fails”, I2 is expected to be `fail`, but is `pass" in line for line in lines)


def test_the_finding_is_said_in_chinese(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study / SCENARIOS).write_text(WRONG, encoding="utf-8")
    _, lines = check(study, capsys, "--lang", "zh")
    assert "“结论有误”" in lines[0]
    assert "预期" in lines[0]
