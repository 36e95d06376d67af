"""Laboratory grades of one participant of BEAM: the baseline, what is new since then, the worst of each term.

Grades of the numbers themselves are in tests/published/ctcae_grades.csv.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.safety.support import WEEK_0, beam, dose, participant, plan, results
from trialwright.record.participant import Participant
from trialwright.safety.lab_grades import LabGrade, WorstGrade, derive_lab_grades, derive_worst_grades
from trialwright.safety.rules import lower_safety
from trialwright.study.safety import Grade, GradedTerm
from trialwright.terms.message import Text

ON = date(2026, 9, 1)
Rows = tuple[tuple[str, str], ...]


def graded(one: Participant, term: str) -> list[LabGrade]:
    return [row for row in derive_lab_grades(plan(), one, on=ON) if row.term.id == term]


def worst(one: Participant, term: str) -> WorstGrade | None:
    found = derive_worst_grades(derive_lab_grades(plan(), one, on=ON))
    return next((each for each in found if each.term.id == term), None)


def with_results(concept: str, rows: Rows, *, low: str = "", high: str = "", unit: str = "") -> Participant:
    forms = results(*((concept, day, value) for day, value in rows), low=low, high=high, unit=unit)
    return participant(forms=forms)


# Week 0 is 2 March 2026. Each row: day and value of the results; then grade, on treatment, treatment-emergent.
# fmt: off
CASES = [
    ("albumin low at entry and unchanged is the disease", "hypoalbuminaemia", "serum_albumin", "35", "",
     [("2026-02-20", "25", 2, False, False), ("2026-03-16", "24", 2, True, False), ("2026-03-30", "19", 3, True, True)]),
    ("better than at entry", "hypoalbuminaemia", "serum_albumin", "35", "",
     [("2026-02-20", "18", 3, False, False), ("2026-03-16", "28", 2, True, False)]),
    ("neutrophils, normal at entry", "neutrophils_decreased", "neutrophils", "2.0", "",
     [("2026-02-20", "3.1", 0, False, False), ("2026-03-16", "1.2", 2, True, True), ("2026-03-30", "2.4", 0, True, False)]),
    ("ALT high at entry is read against itself", "alt_increased", "alt", "", "40",
     [("2026-02-20", "80", 0, False, False), ("2026-03-16", "119", 0, True, False), ("2026-03-30", "120", 1, True, True),
      ("2026-04-13", "241", 2, True, True)]),
    ("creatinine within the range, doubled", "creatinine_increased", "serum_creatinine", "", "1.2",
     [("2026-02-20", "0.5", 0, False, False), ("2026-03-16", "1.0", 2, True, True)]),
    ("of the last 28 days before week 0 the latest is the baseline", "creatinine_increased", "serum_creatinine", "", "1.2",
     [("2026-02-02", "0.5", 0, False, False), ("2026-02-25", "1.0", 0, False, False), ("2026-03-16", "1.2", 0, True, False)]),
    ("a result of the day of week 0 lies before the dose", "neutrophils_decreased", "neutrophils", "2.0", "",
     [("2026-03-02", "1.2", 2, False, False), ("2026-03-16", "1.2", 2, True, False)]),
    ("glucose by the numbers of version 4.03", "hyperglycaemia", "glucose_fasting", "3.9", "6.1",
     [("2026-02-20", "5.0", 0, False, False), ("2026-03-16", "14.0", 3, True, True)]),
]
# fmt: on


@pytest.mark.parametrize(
    ("name", "term", "concept", "low", "high", "rows"), CASES, ids=[case[0] for case in CASES]
)
def test_grades(
    name: str, term: str, concept: str, low: str, high: str, rows: list[tuple[str, str, int, bool, bool]]
) -> None:
    one = with_results(concept, tuple((day, value) for day, value, *_ in rows), low=low, high=high)
    found = [
        (each.fact.raw.start, each.fact.raw.value, each.grade.value, each.on_treatment, each.emergent)
        for each in graded(one, term)
    ]
    assert found == rows


def test_the_version_stands_with_the_grade() -> None:
    one = participant(
        forms=results(
            ("glucose_fasting", "2026-03-16", "14.0"), ("neutrophils", "2026-03-16", "1.2"), low="2.0"
        )
    )
    versions = {row.term.id: row.version for row in derive_lab_grades(plan(), one, on=ON)}
    assert versions["hyperglycaemia"] == "4.03"
    assert versions["neutrophils_decreased"] == "5.0"


def test_a_row_walks_back_to_the_ledger() -> None:
    (row,) = graded(with_results("neutrophils", (("2026-03-16", "1.2"),), low="2.0"), "neutrophils_decreased")
    assert (row.participant, row.position, row.fact.fact) == ("S-001", 100, "lab#g[0].neutrophils")


def test_what_is_dated_after_the_day_asked_about_is_not_graded() -> None:
    one = with_results("neutrophils", (("2026-03-16", "1.2"), ("2026-03-30", "0.4")), low="2.0")
    assert (
        len(
            [
                row
                for row in derive_lab_grades(plan(), one, on=date(2026, 3, 29))
                if row.fact.concept == "neutrophils"
            ]
        )
        == 1
    )


def test_only_a_later_hour_of_the_day_of_the_first_dose_is_on_treatment() -> None:
    rows = ((f"{WEEK_0}T08:00", "3.0"), (f"{WEEK_0}T15:00", "1.2"))
    one = replace(with_results("neutrophils", rows, low="2.0"), doses=(dose(started="10:30"),))
    assert [(row.on_treatment, row.emergent) for row in graded(one, "neutrophils_decreased")] == [
        (False, False),
        (True, True),
    ]


def test_before_the_first_dose_nothing_is_emergent() -> None:
    one = replace(with_results("neutrophils", (("2026-03-16", "0.4"),), low="2.0"), doses=())
    (row,) = graded(one, "neutrophils_decreased")
    assert (row.grade.value, row.on_treatment, row.emergent) == (4, False, False)


# Unknown is not no


def test_without_a_baseline_it_is_not_known_whether_a_grade_is_new() -> None:
    (row,) = graded(with_results("neutrophils", (("2026-03-16", "1.2"),), low="2.0"), "neutrophils_decreased")
    assert (row.grade.value, row.baseline, row.before.reason, row.emergent) == (2, None, "no_baseline", None)


def test_without_a_baseline_no_grade_is_not_new() -> None:
    (row,) = graded(with_results("neutrophils", (("2026-03-16", "2.2"),), low="2.0"), "neutrophils_decreased")
    assert (row.grade.value, row.emergent) == (0, False)


def test_several_baseline_results_of_a_day() -> None:
    """Creatinine rises against the lowest of them, so that a rise is not missed."""
    rows = (("2026-02-20", "0.5"), ("2026-02-20", "0.9"), ("2026-03-16", "1.0"))
    one = with_results("serum_creatinine", rows, high="1.2")
    assert graded(one, "creatinine_increased")[-1].grade.value == 2  # 1.0 / 0.5, not 1.0 / 0.9


@pytest.mark.parametrize("month", ["2026-02", "2026"])
def test_a_baseline_without_a_day(month: str) -> None:
    """Two results of which either may be the latest before week 0: it is not known which is the baseline."""
    one = with_results(
        "serum_creatinine", ((month, "0.5"), ("2026-02-20", "1.1"), ("2026-03-16", "1.2")), high="1.3"
    )
    row = graded(one, "creatinine_increased")[-1]
    assert (row.fact.raw.value, row.grade.value, row.grade.reason) == ("1.2", None, "date_imprecise")


# The worst of each term
# fmt: off
WORST = [
    # results (baseline first)                                             worst  lowest highest why
    ((("2026-02-20", "3.0"), ("2026-03-16", "1.2"), ("2026-03-30", "1.8")), 2,     2, 2, ""),
    ((("2026-02-20", "3.0"), ("2026-03-16", "2.2")),                       0,     0, 0, ""),
    ((("2026-02-20", "1.2"), ("2026-03-16", "1.3")),                       0,     0, 0, ""),  # no worse than before
    ((("2026-02-20", "3.0"), ("2026-03-16", "1.2"), ("2026-03-30", "<1.0")), None, 3, 4, "value_censored"),
    ((("2026-02-20", "3.0"), ("2026-03-16", "0.3"), ("2026-03-30", "<1.0")), 4,   4, 4, ""),  # 4 is the worst anyway
    ((("2026-03-16", "1.2"),),                                             None,  0, 2, "no_baseline"),
    ((("2026-02-20", "3.0"),),                                             None,  0, 4, "no_record"),
    ((("2026-02-20", "3.0"), ("2026-03", "0.9"), ("2026-03-30", "1.2")),   None,  0, 3, "date_imprecise"),  # it may be the baseline
]
# fmt: on


@pytest.mark.parametrize(("rows", "value", "lowest", "highest", "why"), WORST)
def test_worst(rows: Rows, value: int | None, lowest: int, highest: int, why: str) -> None:
    found = worst(with_results("neutrophils", rows, low="2.0"), "neutrophils_decreased")
    assert found is not None
    grade = found.grade
    assert (grade.value, grade.lowest, grade.highest, grade.reason) == (value, lowest, highest, why)
    assert (found.row is not None) == (value not in (None, 0))


def test_a_term_without_any_result_has_no_row() -> None:
    assert worst(participant(), "neutrophils_decreased") is None


# Grades that the study states itself


def own(*rows: tuple[str, str]) -> list[LabGrade]:
    """IgG graded by rules, in a study otherwise like BEAM. The limits are made up for this test."""
    safety = beam().safety
    assert safety is not None
    assert safety.grading is not None
    grades = (
        Grade(grade="3", rule="latest(igg, within=today) < 4 g/L"),
        Grade(grade="2", rule="latest(igg, within=today) < 6 g/L"),
    )
    term = GradedTerm(
        id="igg_low", title=Text("x", "x"), concept="igg", direction="low", from_baseline=False, grades=grades
    )
    grading = safety.grading.model_copy(update={"terms": (term,)})
    study = replace(beam(), safety=safety.model_copy(update={"grading": grading}))
    return list(derive_lab_grades(lower_safety(study), with_results("igg", rows), on=ON))


def test_own_grades() -> None:
    found = own(("2026-02-20", "7"), ("2026-03-16", "3.9"), ("2026-03-30", "<5"), ("2026-04-13", "6"))
    assert [(row.fact.raw.value, *row.grade) for row in found] == [
        ("7", 0, 0, 0, ""),
        ("3.9", 3, 3, 3, ""),
        ("<5", None, 2, 3, "value_censored"),
        ("6", 0, 0, 0, ""),
    ]
    assert {row.version for row in found} == {""}
    assert [row.emergent for row in found] == [
        False,
        True,
        True,
        False,
    ]  # every grade on treatment is an event


@pytest.mark.parametrize(("day", "why"), [("2026-03", "date_imprecise"), ("", "date_missing")])
def test_own_grades_need_a_day(day: str, why: str) -> None:
    (row,) = own((day, "3.9"))
    assert row.grade == (None, 0, 4, why)
