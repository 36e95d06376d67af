"""What must hold of grades beyond the published values in tests/published/ctcae_grades.csv."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.record import ConceptType, Fact, RawFact, read_fact
from trialwright.safety.criteria import Criteria
from trialwright.safety.ctcae import TABLES
from trialwright.safety.grading import Grade, UnknownStandard, assess_grade

TERMS = [
    pytest.param(criteria, version, id=f"{criteria.term} {version}")
    for (_, version), table in TABLES.items()
    for criteria in table.terms.values()
]


def concept(criteria: Criteria) -> ConceptType:
    bridges = {"mg/dL": ("1 mmol/L = 18 mg/dL",), "mmol/L": ("1 g/dL = 0.6206 mmol/L",)}.get(
        criteria.other_unit, ()
    )
    return ConceptType("x", "measurement", criteria.unit or "U/L", bridges)


def result(criteria: Criteria, value: str, *, low: str = "", high: str = "", unit: str = "") -> Fact:
    raw = RawFact("p", "f", "measurement", "x", value=value, low=low, high=high, start="2026-03-16")
    fact = read_fact(raw._replace(unit=unit or concept(criteria).unit), concept(criteria))
    assert fact is not None
    return fact


def grade(
    criteria: Criteria,
    version: str,
    value: str,
    baseline: str | None = None,
    *,
    low: str = "",
    high: str = "",
) -> Grade:
    return assess_grade(
        criteria.term,
        fact=result(criteria, value, low=low, high=high),
        baseline=None if baseline is None else result(criteria, baseline, low=low, high=high),
        concept=concept(criteria),
        standard="CTCAE",
        version=version,
    )


@pytest.mark.parametrize(("criteria", "version"), TERMS)
def test_a_result_further_off_never_has_a_lower_grade(criteria: Criteria, version: str) -> None:
    values = [0.01 * 1.15**step for step in range(120)]
    if criteria.direction == "low":
        values.reverse()
    for baseline in ("20", "60"):  # normal and, with an upper limit of 40, abnormal
        found = [grade(criteria, version, repr(value), baseline, low="30", high="40") for value in values]
        for one, other in pairwise(found):
            assert one.lowest <= other.lowest
            assert one.highest <= other.highest


@pytest.mark.parametrize(("criteria", "version"), TERMS)
@settings(max_examples=40, deadline=None)
@given(
    value=st.floats(0.05, 400).map(lambda number: f"{number:.3g}"),
    sign=st.sampled_from(["<", ">", "<=", ">="]),
    baseline=st.sampled_from([None, "10", "45", "<20", ">100"]),
    ends=st.sampled_from([("", ""), ("30", ""), ("", "40"), ("30", "40")]),
    part=st.floats(0.001, 0.999),
)
def test_what_is_known_less_never_contradicts_what_is_known_more(
    criteria: Criteria,
    version: str,
    value: str,
    sign: str,
    baseline: str | None,
    ends: tuple[str, str],
    part: float,
) -> None:
    """A censored result is graded as an interval that holds the grade of every number it may be."""
    low, high = ends
    open_ = grade(criteria, version, sign + value, baseline, low=low, high=high)
    number = float(value) * (part if sign.startswith("<") else 1 + part)
    closed = grade(criteria, version, repr(number), baseline, low=low, high=high)
    assert open_.lowest <= closed.lowest
    assert closed.highest <= open_.highest
    # the same with everything known: a baseline, a range
    known = grade(criteria, version, sign + value, baseline or "35", low=low or "30", high=high or "40")
    assert open_.lowest <= known.lowest
    assert known.highest <= open_.highest


def test_clinical_grades_are_named_and_never_given() -> None:
    (anaemia,) = (param.values[0] for param in TERMS if param.id == "Anemia 5.0")
    assert isinstance(anaemia, Criteria)
    for value in ("1", "79", "80", "99", "130"):
        found = grade(anaemia, "5.0", value, low="120")
        assert found.value is not None
        assert found.value < 4
        assert 4 in [step for step, _ in found.clinical]
        assert (3 in [step for step, _ in found.clinical]) == (found.value < 3)  # transfusion


@pytest.mark.parametrize(("criteria", "version"), TERMS)
def test_every_clinical_text_speaks_both_languages(criteria: Criteria, version: str) -> None:
    for text in criteria.clinical.values():
        assert text.en.strip()
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh)


@pytest.mark.parametrize(
    ("standard", "version", "term", "words"),
    [
        ("CTCAE", "3.0", "Anemia", "No limits are held for CTCAE 3.0"),
        ("WHO", "5.0", "Anemia", "No limits are held for WHO 5.0"),
        (
            "CTCAE",
            "6.0",
            "Anemia",
            "CTCAE 6.0 is held here without Anemia; its terms are Neutrophil count decreased",
        ),
    ],
)
def test_what_is_not_held_is_refused(standard: str, version: str, term: str, words: str) -> None:
    (anaemia,) = (param.values[0] for param in TERMS if param.id == "Anemia 5.0")
    assert isinstance(anaemia, Criteria)
    with pytest.raises(UnknownStandard, match=words):
        assess_grade(
            term,
            fact=result(anaemia, "90"),
            baseline=None,
            concept=concept(anaemia),
            standard=standard,
            version=version,
        )
