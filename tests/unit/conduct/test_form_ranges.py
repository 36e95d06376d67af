"""Which reference range of a site applies: by analyte, sex, age and the day from which it holds."""

from __future__ import annotations

import pytest

from tests.unit.conduct.forms_support import forms
from trialwright.conduct.forms import pick_range
from trialwright.record.books.study import Range

ROWS = """
serum_creatinine | umol/L | 41  | 81  | female | 18 | 120 | 2026-01-01
serum_creatinine | umol/L | 57  | 97  | male   | 18 | 59  | 2026-01-01
serum_creatinine | umol/L | 57  | 111 | male   | 60 | 120 | 2026-01-01
serum_creatinine | umol/L | 45  | 84  | female | 18 | 120 | 2026-07-01
alt              | U/L    | 7   | 40  |        | 18 | 120 | 2026-01-01
alt              | U/L    | 7   | 35  | female | 18 | 120 | 2026-01-01
ast              | U/L    |     | 40  |        | 18 | 120 | 2026-01-01
serum_albumin    | g/dL   | 4.0 | 5.5 |        | 18 | 120 | 2026-01-01
"""
"""A made-up laboratory: concept, unit, low, high, sex, ages, valid from."""


def ranges() -> tuple[Range, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in ROWS.strip().splitlines()]
    return tuple(
        Range(concept, unit, low, high, sex, int(age_from), int(age_to), valid_from)
        for concept, unit, low, high, sex, age_from, age_to, valid_from in rows
    )


CASES = [
    # concept, unit of the result, sex, birth, day of the result; lower and upper limit
    ("serum_creatinine", "umol/L", "female", "1990-01-01", "2026-05-28", ("41", "81")),
    ("serum_creatinine", "umol/L", "male", "1990-01-01", "2026-05-28", ("57", "97")),
    # the ages are completed years: 59 until the day before the 60th birthday
    ("serum_creatinine", "umol/L", "male", "1966-05-29", "2026-05-28", ("57", "97")),
    ("serum_creatinine", "umol/L", "male", "1966-05-28", "2026-05-28", ("57", "111")),
    # a new range holds from its day on, for samples of that day
    ("serum_creatinine", "umol/L", "female", "1990-01-01", "2026-06-30", ("41", "81")),
    ("serum_creatinine", "umol/L", "female", "1990-01-01", "2026-07-01", ("45", "84")),
    ("serum_creatinine", "umol/L", "female", "1990-01-01", "2025-12-31", ("", "")),
    # for the own sex before any
    ("alt", "U/L", "female", "1990-01-01", "2026-05-28", ("7", "35")),
    ("alt", "U/L", "male", "1990-01-01", "2026-05-28", ("7", "40")),
    ("alt", "U/L", "unknown", "1990-01-01", "2026-05-28", ("7", "40")),
    ("serum_creatinine", "umol/L", "unknown", "1990-01-01", "2026-05-28", ("", "")),
    # one limit only; no range at all
    ("ast", "U/L", "male", "1990-01-01", "2026-05-28", ("", "40")),
    ("wbc", "10*9/L", "male", "1990-01-01", "2026-05-28", ("", "")),
    # too young; no birth date
    ("alt", "U/L", "male", "2010-01-01", "2026-05-28", ("", "")),
    ("alt", "U/L", "male", "", "2026-05-28", ("", "")),
    # imprecise dates count where every day they may mean gives the same answer
    ("serum_creatinine", "umol/L", "female", "1990", "2026-05", ("41", "81")),
    ("serum_creatinine", "umol/L", "male", "1966", "2026-05-28", ("", "")),
    ("serum_creatinine", "umol/L", "female", "1990-01-01", "2026", ("", "")),
    # converted to the unit of the result: 4.0 and 5.5 g/dL are 40 and 55 g/L
    ("serum_albumin", "g/L", "male", "1990-01-01", "2026-05-28", ("40", "55")),
    ("serum_albumin", "g/dL", "male", "1990-01-01", "2026-05-28", ("4.0", "5.5")),
    ("alt", "furlong", "male", "1990-01-01", "2026-05-28", ("", "")),
]  # fmt: skip


@pytest.mark.parametrize(("concept", "unit", "sex", "birth", "day", "limits"), CASES)
def test_the_range_that_applies(
    concept: str, unit: str, sex: str, birth: str, day: str, limits: tuple[str, str]
) -> None:
    known = forms().types[concept]
    assert pick_range(ranges(), concept=known, unit=unit, sex=sex, birth=birth, day=day) == limits
