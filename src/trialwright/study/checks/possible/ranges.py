"""The values a number may still have: an interval, or a few single values."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from trialwright.logic.nodes import Operator
from trialwright.terms.compare import RELATIVE_TOLERANCE, equal, greater, greater_equal, less, less_equal
from trialwright.terms.quantity import STEP

OPPOSITE: dict[Operator, Operator] = {"<": ">=", ">=": "<", "<=": ">", ">": "<="}
_TINY = 1e-100  # how near to 0 a number comes that is not 0
_TESTS = {"<": less, "<=": less_equal, ">": greater, ">=": greater_equal, "=": equal}


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included; `whole`: only whole ones; `values`: only these.

    An excluded end is a hair inside: twice the relative difference at which two values count as equal.
    """

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    values: frozenset[float] | None = None

    @property
    def empty(self) -> bool:
        """Whether no number is left."""
        return self.low > self.high

    @property
    def point(self) -> bool:
        """Whether one number is left."""
        return self.low == self.high

    def cut(self, operator: Operator, limit: float) -> Range:
        """What is left where the number stands in this relation to a limit."""
        if self.values is not None:
            return self.only({value for value in self.values if _TESTS[operator](value, limit)})
        low, high = self.low, self.high
        if operator in ("<", "<=", "="):
            high = min(high, limit - _hair(limit) if operator == "<" else limit)
        if operator in (">", ">=", "="):
            low = max(low, limit + _hair(limit) if operator == ">" else limit)
        if self.whole:
            low = math.ceil(low - _slack(low)) if math.isfinite(low) else low
            high = math.floor(high + _slack(high)) if math.isfinite(high) else high
        return replace(self, low=low, high=high)

    def only(self, values: Collection[float]) -> Range:
        """What is left where the number is one of these."""
        kept = frozenset(values if self.values is None else self.values & frozenset(values))
        return Range(min(kept, default=1.0), max(kept, default=0.0), self.whole, kept)

    def without(self, values: Collection[float]) -> Range:
        """What is left where the number is none of these; an interval stays as it is."""
        return self if self.values is None else self.only(self.values - frozenset(values))

    def within(self, other: Range) -> Range:
        """What is left where the number lies in the other range too."""
        both = self.cut(">=", other.low).cut("<=", other.high)
        return both if other.values is None else both.only(other.values)

    def halves(self) -> tuple[Range, Range]:
        """Two ranges that cover this one, cut about the middle of the order of magnitude."""
        if self.values is not None:
            ordered = sorted(self.values)
            middle = len(ordered) // 2
            return self.only(ordered[:middle]), self.only(ordered[middle:])
        cut = self.middle()
        if self.whole:
            return replace(self, high=cut), replace(self, low=cut + 1)
        return replace(self, high=cut), replace(self, low=cut)

    def middle(self) -> float:
        """A number inside, about the middle of the order of magnitude."""
        if self.values is not None:
            return sorted(self.values)[len(self.values) // 2]
        low, high = (math.asinh(min(max(end, -_FAR), _FAR)) for end in (self.low, self.high))
        middle = min(max(math.sinh((low + high) / 2), self.low), self.high)
        return math.floor(middle) if self.whole else middle

    @property
    def width(self) -> float:
        """How wide the range is in orders of magnitude; 0 for one number."""
        low, high = (math.asinh(min(max(end, -_FAR), _FAR)) for end in (self.low, self.high))
        return high - low


_FAR = 1e9  # no clinical number is beyond it; an open end is searched up to here, and proved to infinity


def _hair(limit: float) -> float:
    return abs(limit) * STEP or _TINY


def _slack(end: float) -> float:
    return abs(end) * RELATIVE_TOLERANCE  # less than the hair, so that an excluded end stays excluded


def can_stand(left: Range, operator: Operator, right: Range) -> bool:
    """Whether some number of one range stands in this relation to some number of the other."""
    match operator:
        case "<":
            return less(left.low, right.high)
        case "<=":
            return less_equal(left.low, right.high)
        case ">":
            return greater(left.high, right.low)
        case ">=":
            return greater_equal(left.high, right.low)
    return not less(left.high, right.low) and not greater(left.low, right.high)
