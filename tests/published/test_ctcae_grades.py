"""Published laboratory grades, result by result: `ctcae_grades.csv`.

Most rows carry over the numbers of the tests of pharmaverse/admiral (commit 6eb5125, Apache-2.0); the others write the
range of the standard and the arithmetic beside the grade. No grade means unknown, with the reason.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from trialwright.record import ConceptType, Fact, RawFact, read_fact
from trialwright.safety.ctcae import TABLES
from trialwright.safety.grading import assess_grade

Row = dict[str, str]
ROWS: list[Row] = list(
    csv.DictReader(
        (Path(__file__).parent / "ctcae_grades.csv").read_text(encoding="utf-8").splitlines(), strict=True
    )
)
CONCEPTS = {
    "Alanine aminotransferase increased": ConceptType("alt", "measurement", "U/L"),
    "Aspartate aminotransferase increased": ConceptType("ast", "measurement", "U/L"),
    "Blood bilirubin increased": ConceptType("bilirubin", "measurement", "mg/dL", ("1 mg/dL = 17.1 umol/L",)),
    "Creatinine increased": ConceptType("creatinine", "measurement", "mg/dL", ("1 mg/dL = 88.4 umol/L",)),
    "White blood cell decreased": ConceptType("wbc", "measurement", "10*9/L"),
    "Neutrophil count decreased": ConceptType("neutrophils", "measurement", "10*9/L"),
    "Lymphocyte count decreased": ConceptType("lymphocytes", "measurement", "10*9/L"),
    "Platelet count decreased": ConceptType("platelets", "measurement", "10*9/L"),
    "Anemia": ConceptType("hemoglobin", "measurement", "g/L", ("1 g/dL = 0.6206 mmol/L",)),
    "Hypoalbuminemia": ConceptType("albumin", "measurement", "g/L"),
    "Hyperkalemia": ConceptType("potassium", "measurement", "mmol/L", ("1 mmol/L = 1 meq/L",)),
    "Hypoglycemia": ConceptType("glucose", "measurement", "mmol/L", ("1 mmol/L = 18.016 mg/dL",)),
    "Hyperglycemia": ConceptType("glucose", "measurement", "mmol/L", ("1 mmol/L = 18.016 mg/dL",)),
    "Cholesterol high": ConceptType("cholesterol", "measurement", "mmol/L", ("1 mmol/L = 38.67 mg/dL",)),
}


def result(row: Row, *, value: str, high: str, unit: str) -> Fact:
    concept = CONCEPTS[row["term"]]
    raw = RawFact("p", "f", "measurement", concept.name, value=value, unit=unit, low=row["low"], high=high)
    fact = read_fact(raw._replace(start="2026-06-01"), concept)
    assert fact is not None
    return fact


@pytest.mark.parametrize("row", ROWS, ids=[row["case"] for row in ROWS])
def test_published_grade(row: Row) -> None:
    grade = assess_grade(
        row["term"],
        fact=result(row, value=row["value"], high=row["high"], unit=row["unit"]),
        baseline=result(row, value=row["baseline"], high=row["baseline_high"], unit=row["baseline_unit"])
        if row["baseline"]
        else None,
        concept=CONCEPTS[row["term"]],
        standard="CTCAE",
        version=row["version"],
    )
    assert (grade.value, grade.reason) == (int(row["grade"]) if row["grade"] else None, row["reason"])
    if grade.value is None:
        assert grade.lowest < grade.highest
    else:
        assert grade.lowest == grade.value == grade.highest


def test_every_row_states_its_source() -> None:
    assert [row["case"] for row in ROWS if not row["source"].strip()] == []
    assert len({row["case"] for row in ROWS}) == len(ROWS)


def test_every_term_of_every_version_has_published_rows_for_each_of_its_grades() -> None:
    seen = {(row["version"], row["term"], row["grade"]) for row in ROWS}
    for (_, version), table in TABLES.items():
        for term, criteria in table.terms.items():
            steps = {step.grade for scale in criteria.scales for step in scale.steps}
            wanted = {str(grade) for grade in steps | {0}} if steps else {""}
            assert {grade for grade in wanted if (version, term, grade) not in seen} == set(), (version, term)
