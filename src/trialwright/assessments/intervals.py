"""A formula over intervals: where the result must lie when its arguments are known only within limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import product

from trialwright.assessments.assessment import Argument, Assessment
from trialwright.logic.arithmetic import Number
from trialwright.terms.quantity import BOUND
from trialwright.terms.truth import Truth, all_of

Bounds = tuple[float, float]


def interval(assessment: Assessment, bounds: Mapping[str, Bounds]) -> Bounds | None:
    """Where the result lies for all permitted arguments within bounds.

    `bounds`: lowest and highest number per argument, both included, in its unit; may be infinite (a number
    beyond `BOUND` is). Parts outside what the formula permits are left out; `None` where nothing is left.
    Sound: no result of permitted arguments within the bounds lies outside the answer. An end at which the
    formula has no value is taken as far as results go: eGFR is unbounded as creatinine goes to 0.
    Raises `ValueError` for bounds that are no interval, and for missing or strange names.
    """
    lows: list[tuple[float, ...]] = []
    highs: list[tuple[float, ...]] = []
    for argument, (low, high) in _in_order(assessment, bounds):
        inside = _permitted(argument, low, high)
        if inside is None:
            return None
        if argument.direction == "either":
            lows.append(inside)
            highs.append(inside)
            continue
        rising = argument.direction == "increasing"
        lows.append((inside[0] if rising else inside[-1],))
        highs.append((inside[-1] if rising else inside[0],))
    least = [_result(assessment, corner, assessment.lowest) for corner in product(*lows)]
    most = [_result(assessment, corner, assessment.highest) for corner in product(*highs)]
    return min(least), max(most)


def validity(assessment: Assessment, bounds: Mapping[str, Bounds]) -> Truth:
    """Whether the formula is valid all over the bounds (true), nowhere (false) or in parts (unknown)."""
    return all_of(_covers(argument, low, high) for argument, (low, high) in _in_order(assessment, bounds))


def _in_order(assessment: Assessment, bounds: Mapping[str, Bounds]) -> list[tuple[Argument, Bounds]]:
    names = [argument.name for argument in assessment.arguments]
    if set(bounds) != set(names):
        given = ", ".join(bounds)
        raise ValueError(f"{assessment.name} takes {', '.join(names)}; bounds were given for {given}")
    pairs = []
    for argument in assessment.arguments:
        low, high = (_unlimited(end) for end in bounds[argument.name])
        if not low <= high:
            raise ValueError(f"{argument.name}: {low} to {high} is no interval")
        pairs.append((argument, (low, high)))
    return pairs


def _unlimited(end: float) -> float:
    return math.copysign(math.inf, end) if abs(end) >= BOUND else float(end)


def _permitted(argument: Argument, low: float, high: float) -> tuple[float, ...] | None:
    """The permitted values, or the two ends of the permitted part (an excluded limit: what comes near it)."""
    if argument.values:
        return tuple(value for value in argument.values if low <= value <= high) or None
    if high <= argument.above:
        return None
    low, high = max(low, argument.lowest, argument.above), min(high, argument.highest)
    return (low, high) if low <= high else None


def _covers(argument: Argument, low: float, high: float) -> Truth:
    inside = _permitted(argument, low, high)
    if inside is None:
        return False
    # A result "< 0.2" arrives as an interval from 0, so an excluded limit does not count against it.
    return True if (inside[0], inside[-1]) == (low, high) else None


def _result(assessment: Assessment, corner: tuple[float, ...], otherwise: float) -> float:
    value = Number.of(assessment.formula(*map(Number, corner))).value
    return otherwise if value is None or math.isnan(value) else value
