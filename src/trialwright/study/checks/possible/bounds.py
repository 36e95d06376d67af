"""Where a computed number must lie when the numbers it is computed from lie in ranges."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from trialwright.assessments import ASSESSMENTS, interval
from trialwright.logic import nodes as n
from trialwright.study.checks.possible.claims import Claim, is_variable, plain
from trialwright.study.checks.possible.domains import Domains
from trialwright.study.checks.possible.ranges import Range, can_stand


@dataclass(frozen=True, slots=True)
class Box:
    """What is left of every number."""

    domains: Domains
    sexes: frozenset[str]
    ranges: Mapping[n.Number, Range]

    def range(self, number: n.Number) -> Range:
        """What is left of a recorded or counted number."""
        key = plain(number)
        return self.ranges.get(key) or self.domains.of(key)


def bounds(number: n.Number, box: Box) -> Range | None:
    """Where a number must lie; `None` where it has no value at all, so that no comparison of it holds.

    Sound: no value the number can have in the box lies outside. Not always tight, where a part occurs twice.
    """
    match number:
        case n.Literal(value):
            return Range(value, value)
        case n.Female():
            return Range().only({value for word in box.sexes for value in _AS_NUMBER[word]})
        case n.StandIn(first, second):
            either = [found for part in (first, second) if (found := bounds(part, box)) is not None]
            return (
                Range(min(part.low for part in either), max(part.high for part in either)) if either else None
            )
        case n.Formula(name, arguments):
            return _formula(name, arguments, box)
        case n.Arithmetic(operator, left, right):
            one, other = bounds(left, box), bounds(right, box)
            return None if one is None or other is None else _combine(operator, one, other)
    return box.range(number)


_AS_NUMBER: Mapping[str, tuple[float, ...]] = {
    "female": (1.0,),
    "male": (0.0,),
    "other": (0.0, 1.0),
    "unknown": (0.0, 1.0),
}


def _formula(name: str, arguments: tuple[n.Number, ...], box: Box) -> Range | None:
    assessment = ASSESSMENTS[name]
    found = [bounds(argument, box) for argument in arguments]
    given: dict[str, tuple[float, float]] = {}
    for argument, part in zip(assessment.arguments, found, strict=True):
        if part is None or part.empty:
            return None
        given[argument.name] = (part.low, part.high)
    result = interval(assessment, given)
    return None if result is None else Range(*result)


def _combine(operator: str, one: Range, other: Range) -> Range | None:
    match operator:
        case "+":
            return Range(one.low + other.low, one.high + other.high)
        case "-":
            return Range(one.low - other.high, one.high - other.low)
        case "least":
            return Range(min(one.low, other.low), min(one.high, other.high))
        case "greatest":
            return Range(max(one.low, other.low), max(one.high, other.high))
        case "*":
            return _corners(one, other, lambda a, b: 0.0 if 0.0 in (a, b) else a * b)
    if other.low < 0 < other.high:
        return Range()
    other = other.cut(">", 0.0) if other.low == 0 else other.cut("<", 0.0) if other.high == 0 else other
    if other.empty:  # nothing but 0 to divide by
        return None
    return _corners(one, other, lambda a, b: 0.0 if math.isinf(b) else a / b)


def _corners(one: Range, other: Range, combine: Callable[[float, float], float]) -> Range:
    found = [combine(a, b) for a in (one.low, one.high) for b in (other.low, other.high)]
    return Range(min(found), max(found))


def can_hold(comparison: n.Compare, box: Box) -> bool:
    """Whether a comparison can be true for some numbers in the box, as far as bounds show."""
    left, right = bounds(comparison.left, box), bounds(comparison.right, box)
    return left is not None and right is not None and can_stand(left, comparison.operator, right)


def needs(comparison: n.Compare, owner: str) -> Iterator[Claim]:
    """What must hold for the formulas in a comparison to be valid, as claims about recorded numbers."""
    for node in comparison.walk():
        if not isinstance(node, n.Formula):
            continue
        assessment = ASSESSMENTS[node.name]
        for argument, part in zip(assessment.arguments, node.arguments, strict=True):
            if not is_variable(part) or argument.values:
                continue
            if argument.lowest > -math.inf:
                yield Claim(n.Compare(">=", part, n.Literal(argument.lowest)), True, owner, need=True)
            if argument.highest < math.inf:
                yield Claim(n.Compare("<=", part, n.Literal(argument.highest)), True, owner, need=True)
