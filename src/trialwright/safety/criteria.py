"""What a grading standard says of one term, as data: scales of limits, the highest grade that holds is the grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from trialwright.terms.message import Text

Reference = Literal["value", "ULN", "LLN", "baseline"]
Baseline = Literal["any", "normal", "abnormal"]


@dataclass(frozen=True, slots=True)
class Limit:
    """A comparison of a result with `number` times `of`; of "value" the number stands alone, in the term's unit.

    ULN and LLN are the ends of the result's own reference range; baseline is the participant's baseline result.
    `other`: the same limit as the standard prints it in the term's other unit; the two are rounded, each on its own.
    """

    operator: Literal["<", ">", ">="]
    number: float
    of: Reference
    other: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One grade, reached where any of its limits is passed."""

    grade: int
    any_of: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """The grades for participants whose baseline was normal, abnormal (above its own upper limit), or for any."""

    baseline: Baseline
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Criteria:
    """A term of the standard. Without scales it has no numeric grades.

    `unit`: UCUM unit of limits that stand alone, '' where all are multiples. `other_unit`: the unit of another dimension
    (mass for amount of substance) in which the standard prints them too, '' for none. `clinical`: by grade, what only a clinician
    can judge; no result ever gives these.
    """

    term: str
    direction: Literal["low", "high"]
    unit: str
    scales: tuple[Scale, ...]
    other_unit: str = ""
    clinical: Mapping[int, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """One version of a standard: the terms whose limits are held here, and where they were read."""

    standard: str
    version: str
    source: str
    terms: Mapping[str, Criteria]


def low(
    term: str,
    unit: str,
    *limits: float,
    lln: bool = True,
    other: tuple[str, tuple[float, ...]] = ("", ()),
    clinical: Mapping[int, Text] | None = None,
) -> Criteria:
    """Grades of a low result: grade 1 below the LLN (unless `lln` is false), the next ones below `limits`.

    `other`: the other unit of the standard, with the same limits in it.
    """
    first = (Step(1, (Limit("<", 1, "LLN"),)),) if lln else ()
    return _ladder(term, "low", unit, "<", first, limits, other, clinical)


def high(
    term: str,
    unit: str,
    *limits: float,
    other: tuple[str, tuple[float, ...]] = ("", ()),
    clinical: Mapping[int, Text] | None = None,
) -> Criteria:
    """Grades of a high result: grade 1 above the ULN, the next ones above `limits`; `other` as in `low`."""
    return _ladder(term, "high", unit, ">", (Step(1, (Limit(">", 1, "ULN"),)),), limits, other, clinical)


def _ladder(
    term: str,
    direction: Literal["low", "high"],
    unit: str,
    operator: Literal["<", ">"],
    first: tuple[Step, ...],
    limits: tuple[float, ...],
    other: tuple[str, tuple[float, ...]],
    clinical: Mapping[int, Text] | None,
) -> Criteria:
    other_unit, others = other
    pairs = zip(limits, others or (None,) * len(limits), strict=True)
    rest = tuple(
        Step(grade, (Limit(operator, number, "value", same),))
        for grade, (number, same) in enumerate(pairs, start=len(first) + 1)
    )
    return Criteria(term, direction, unit, (Scale("any", first + rest),), other_unit, clinical or {})


def multiples(of: Reference, *limits: tuple[Literal[">", ">="], float]) -> tuple[Step, ...]:
    """Grades 1, 2, ... at multiples of a reference."""
    return tuple(
        Step(grade, (Limit(operator, number, of),)) for grade, (operator, number) in enumerate(limits, 1)
    )
