"""Scenarios: people as small tables, read into raw facts and expected verdicts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from trialwright.exchange.folder import read_scenarios, read_study
from trialwright.record.raw import RawFact, RawPerson
from trialwright.study.errors import StudyInvalid
from trialwright.study.load import load_study
from trialwright.study.scenario import Scenario, load_scenarios
from trialwright.terms.message import Text

STUDIES = Path(__file__).parents[2] / "studies"
BUNDLED = sorted(path.parent.name for path in STUDIES.glob("*/study.yaml"))

STUDY = load_study(
    {
        "study.yaml": """\
id: small
version: "1"
titles: {brief: {en: Small, zh: 小}}
status: {overall: recruiting}
sponsor: {name: {en: Nobody, zh: 无}}
summary: {en: Made up., zh: 虚构。}
design: {study_type: interventional}
population: {sex: all}
""",
        "concepts.yaml": """\
concepts:
  - {name: alt, kind: measurement, unit: U/L, codes: ["loinc|1742-6"], label: {en: ALT, zh: ALT}}
  - {name: steroid_iv, kind: exposure, unit: mg/d, route: iv, codes: ["atc|H02AB"], label: {en: IV, zh: 静脉}}
  - {name: steroid_oral, kind: exposure, unit: mg/d, route: po, codes: ["atc|H02AB"], label: {en: Oral, zh: 口服}}
  - {name: copd, kind: condition, codes: ["icd10|J44"], label: {en: COPD, zh: 慢阻肺}}
  - name: pregnant
    kind: finding
    values: boolean
    positive_codes: ["loinc|2106-3"]
    label: {en: Pregnant, zh: 妊娠}
""",
        "criteria.yaml": """\
criteria:
  - id: E1
    type: exclusion
    title: {en: Liver, zh: 肝}
    text: {en: ALT above 2 ULN, zh: ALT超过2倍上限}
    source: Exclusion 1
    chosen: default
    readings:
      default: {because: {en: As written., zh: 按字面。}, rule: latest(alt) > 2 ULN}
      strict: {because: {en: Stricter., zh: 更严。}, rule: latest(alt) > 1 ULN}
""",
    }
)

FILE = """\
on: 2026-06-01
base:
  sex: female
  birth: 1990-01-01
  facts: |
    kind        | concept | value | unit | high | start
    measurement | alt     | 20    | U/L  | 40   | 2026-05-20
    condition   | copd    | false |      |      | 2026-05-20

scenarios:
  - title: {en: Two times, zh: 两倍}
    replace: [alt]
    facts: |
      kind        | concept | value | unit | high | start

      measurement | alt     | <81   | U/L  | 40   | 2026-05-28
    readings: {E1: strict}
    expect: {E1: fail value_out_of_range, overall: ineligible}
  - title: {en: An old man, zh: 老年男性}
    mode: search
    on: 2026-07-01
    not_covered: [allergy]
    person: {sex: male, birth: 1950, death: yes}
    expect: {E1: pass}
"""


def load(text: str = FILE) -> tuple[Scenario, ...]:
    return load_scenarios({"scenarios/liver.yaml": text, "criteria.yaml": "not read here"}, study=STUDY)


def facts_of(table: str) -> tuple[RawFact, ...]:
    rows = "".join(f"      {line.strip()}\n" for line in table.strip().splitlines())
    text = "on: 2026-06-01\nscenarios:\n  - title: {en: One, zh: 一}\n    expect: {E1: pass}\n    facts: |\n"
    return load(text + rows)[0].facts


def test_a_scenario_is_the_base_less_what_is_replaced_plus_its_own() -> None:
    first, second = load()
    assert first == Scenario(
        title=Text("Two times", "两倍"),
        on=date(2026, 6, 1),
        mode="screening",
        readings={"E1": "strict"},
        not_covered=frozenset(),
        person=RawPerson("liver-1", "female", "1990-01-01", ""),
        facts=(
            RawFact("liver-1", "b2", "condition", "copd", value="false", start="2026-05-20"),
            RawFact("liver-1", "f1", "measurement", "alt", "", "<81", "U/L", high="40", start="2026-05-28"),
        ),
        expected={"E1": ("fail", "value_out_of_range")},
        expected_overall="ineligible",
        file="scenarios/liver.yaml",
        line=11,
    )
    assert (second.on, second.mode, second.not_covered) == (
        date(2026, 7, 1),
        "search",
        frozenset({"allergy"}),
    )
    assert second.person == RawPerson("liver-2", "male", "1950", "yes")
    assert [fact.fact for fact in second.facts] == ["b1", "b2"]
    assert (second.expected, second.expected_overall) == ({"E1": ("pass", None)}, None)


def test_a_person_may_have_no_birth_date() -> None:
    assert load(FILE.replace("birth: 1950", 'birth: ""'))[1].person.birth == ""


# A cell ends at a bar with blanks on both sides, so a code is one cell.
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("measurement | loinc|1742-6 | 30 |    |", [("alt", "measurement", "loinc|1742-6", "30")]),
        ("condition | icd10|J44.1 | | |", [("copd", "condition", "icd10|J44.1", "")]),
        ("exposure | atc|H02AB04 | 500 | mg/d | iv", [("steroid_iv", "exposure", "atc|H02AB04", "500")]),
        ("exposure | atc|H02AB04 | 500 | mg/d | po", [("steroid_oral", "exposure", "atc|H02AB04", "500")]),
        ("exposure | atc|H02AB04 | 500 | mg/d | sc", []),
        (
            "exposure | atc|H02AB04 | 500 | mg/d |",
            [
                ("steroid_iv", "exposure", "atc|H02AB04", "500"),
                ("steroid_oral", "exposure", "atc|H02AB04", "500"),
            ],
        ),
        ("finding | loinc|2106-3 | positive | |", [("pregnant", "finding", "loinc|2106-3", "true")]),
        ("measurement | loinc|2106-3 | negative | |", [("pregnant", "finding", "loinc|2106-3", "false")]),
    ],
)
def test_a_row_may_name_a_code(row: str, expected: list[tuple[str, str, str, str]]) -> None:
    facts = facts_of(f"kind | concept | value | unit | route\n{row}")
    assert [(fact.concept, fact.kind, fact.code, fact.value) for fact in facts] == expected
    assert {fact.fact for fact in facts} <= {"f1"}


# fmt: off
FAULTS = [
    # old, new, code, line, words
    ("| alt     | 20", "| alat    | 20", "unknown_reference", 7, "There is no concept alat. Did you mean `alt`?"),
    ("condition   | copd", "procedure   | copd", "wrong_value", 8, "In concepts.yaml it is a condition."),
    ("| 20    | U/L  | 40   |", "| 20    | U/L  |", "wrong_value", 7, "This row has 5 cells; the table has 6."),
    ("| high | start\n    m", "| upper | start\n    m", "wrong_value", 6, "name its columns well: upper"),
    ("kind        | concept | value | unit | high | start\n    m", "concept | value\n    m", "wrong_value", 6, "kind"),
    ("| alt     | <81", "| loinc|1-8 | <81", "unknown_reference", 16, "No measurement of the study has the code"),
    ("replace: [alt]", "replace: [ast]", "unknown_reference", 12, "The base has no fact about ast."),
    ("{E1: strict}", "{E2: strict}", "unknown_reference", 17, "There is no criterion E2."),
    ("{E1: strict}", "{E1: strickt}", "unknown_reference", 17, "Did you mean `strict`?"),
    ("E1: fail", "E9: fail", "unknown_reference", 18, "There is no criterion E9."),
    ("E1: fail", "E1: failed", "unknown_reference", 18, "There is no verdict failed. Did you mean `fail`?"),
    ("value_out_of_range", "out_of_range", "unknown_reference", 18, "There is no reason out_of_range."),
    ("overall: ineligible", "overall: no", "unknown_reference", 18, "There is no overall verdict no."),
    ("on: 2026-07-01", "on: 2026-07", "wrong_value", 21, '"2026-07" is not one day.'),
    ("on: 2026-07-01", "on: July", "wrong_value", 21, "July is not a date"),
    ("on: 2026-06-01\n", "", "missing_key", 10, "The scenario has no reference date."),
    ("mode: search", "mode: serach", "wrong_value", 20, "Did you mean `search`?"),
    ("not_covered: [allergy]", "not_covered: [drugs]", "wrong_value", 22, "Allowed are: measurement"),
    ("sex: male", "sex: m", "wrong_value", 23, "Allowed are: female, male"),
    ("    expect: {E1: pass}\n", "", "missing_key", 19, "has no expect"),
    ("replace: [alt]", "remove: [alt]", "unknown_key", 12, "has no key remove"),
]
# fmt: on


@pytest.mark.parametrize(("old", "new", "code", "line", "words"), FAULTS)
def test_one_fault_one_problem(old: str, new: str, code: str, line: int, words: str) -> None:
    assert old in FILE
    with pytest.raises(StudyInvalid) as caught:
        load(FILE.replace(old, new))
    problem = caught.value.problems[0]
    assert (problem.code, problem.file, problem.line) == (code, "scenarios/liver.yaml", line), str(problem)
    assert words in str(problem)


def test_a_scenario_file_with_another_ending_is_not_passed_over() -> None:
    with pytest.raises(StudyInvalid, match=r"scenarios/a\.yaml"):
        load_scenarios({"scenarios/a.yml": FILE}, study=STUDY)


def test_problems_of_all_files_are_told() -> None:
    files = {"scenarios/a.yaml": "x: &y 1", "scenarios/b.yaml": FILE.replace("[alt]", "[ast]")}
    with pytest.raises(StudyInvalid) as caught:
        load_scenarios(files, study=STUDY)
    assert {problem.file for problem in caught.value.problems} == set(files)


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_scenarios_are_readable_and_name_most_criteria(name: str) -> None:
    study = read_study(name)
    scenarios = read_scenarios(name, study=study)
    named = {criterion for scenario in scenarios for criterion in scenario.expected}
    assert named == {criterion.id for criterion in study.criteria}
