"""What an evaluation gives back: bounds of a number, and findings with their reason and evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from trialwright.logic.nodes import Condition
from trialwright.record.fact import Fact
from trialwright.terms.quantity import BOUND
from trialwright.terms.truth import Truth

CERTAIN, POSSIBLE, NONE = 2, 1, 0


class Bounds(NamedTuple):
    """A number as an interval, with the fact behind each end.

    `why`: the reason code where it is not one number. `there`: whether there is any record (2 yes, 1 perhaps, 0 no).
    `facts`: every fact that took part, for the evidence.
    """

    low: float
    high: float
    why: str = ""
    low_fact: Fact | None = None
    high_fact: Fact | None = None
    there: int = CERTAIN
    facts: tuple[Fact, ...] = ()


def unbounded(why: str, *, there: int = NONE, fact: Fact | None = None) -> Bounds:
    """A number of which nothing is known, for a reason."""
    return Bounds(-BOUND, BOUND, why, fact, fact, there, (fact,) if fact else ())


class Finding(NamedTuple):
    """A truth with its reason and what it rests on.

    `leaf`: the node that decided, with the bounds it compared. `value` is the number on the deciding side, `day` and
    `fact` the deciding record. `parts`: the findings below that share this truth, in reading order.
    """

    truth: Truth
    reason: str
    leaf: Condition
    value: float | None = None
    day: date | None = None
    fact: str | None = None
    bounds: Bounds | None = None
    against: Bounds | None = None
    facts: tuple[Fact, ...] = ()
    parts: tuple[Finding, ...] = ()

    def leaves(self) -> list[Finding]:
        """The deciding leaf findings, in reading order."""
        if not self.parts:
            return [self]
        return [leaf for part in self.parts for leaf in part.leaves()]

    def lead(
        self, node: Condition, truth: Truth, parts: tuple[Finding, ...], facts: tuple[Fact, ...]
    ) -> Finding:
        """The finding of a node above: its own truth, parts and facts, for the reason and by the record of this one."""
        return Finding(
            truth, self.reason, node, self.value, self.day, self.fact, self.bounds, self.against, facts, parts
        )


def united(findings: Iterable[Finding]) -> tuple[Fact, ...]:
    """The facts of several findings, each once, in the order in which they are read."""
    facts = [fact for finding in findings for fact in finding.facts]
    return tuple(dict.fromkeys(facts)) if len(facts) > 1 else tuple(facts)


@dataclass(frozen=True, slots=True)
class FormulaRule:
    """A formula as the engines need it: one function for numbers and for columns, and how it moves.

    `directions`: increasing, decreasing or either, per argument; `lowest`, `highest`: limits put on arguments so that
    the open ends of intervals stay computable; `valid_from`: (argument index, least value) below which the formula
    must not be used (`equation_not_valid`).
    """

    function: Callable[..., Any]
    directions: tuple[str, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    valid_from: tuple[tuple[int, float], ...] = ()


Formulas = Mapping[str, FormulaRule]


def known(value: float) -> float | None:
    """A bound as a number to show, or None where it is only the stand-in for "no limit"."""
    return None if abs(value) >= BOUND else value
