"""Claims about one person: the smallest parts of rules, said to be true or false, and how they clash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeVar, cast

from trialwright.logic import nodes as n
from trialwright.study.checks.possible.ranges import OPPOSITE, Range
from trialwright.study.rules import rebuild

Tree = TypeVar("Tree", bound=n.Node)
Variable = n.Number | n.Condition
"""What a claim is about: a plain number, or a plain presence; the sex stands as `SEX`."""

SEX = n.Female()


@dataclass(frozen=True, slots=True)
class Claim:
    """A condition without parts that is said to be true or false.

    `owner`: the criterion it comes from. `need`: the rule does not say it, but a formula in it needs it to be valid.
    """

    condition: n.Condition
    truth: bool
    owner: str
    need: bool = False

    @property
    def said(self) -> n.Condition:
        """The claim as a condition that is true: a false "below 3" is "at least 3"."""
        if self.truth:
            return self.condition
        if isinstance(self.condition, n.Compare) and self.condition.operator in OPPOSITE:
            return replace(self.condition, operator=OPPOSITE[self.condition.operator])
        return n.Not(self.condition)


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """Why a person cannot exist.

    `clash`: the claims exclude each other. `domain`: the claim asks for what its number never is. `bound`: the last
    claim asks for what its `number` cannot be where the others hold. `stated`: the rule itself says never, or always.
    `range`: what the number can be.
    """

    kind: Literal["clash", "domain", "bound", "stated"]
    claims: tuple[Claim, ...]
    number: n.Number | None = None
    range: Range | None = None

    @property
    def owners(self) -> frozenset[str]:
        """The criteria it comes from."""
        return frozenset(claim.owner for claim in self.claims)


@lru_cache(maxsize=4096)
def plain(node: Tree) -> Tree:
    """A part of a rule without what does not change which record it speaks of, if there is one result a day.

    Two picks of the latest result are the same number where both have a result, however long their windows are.
    """
    return cast(Tree, rebuild(node, _plain))


def _plain(node: n.Node) -> n.Node:
    match node:
        case n.Pick(concept, which, window, quantity):
            return n.Pick(concept, which, _latest_window(which, window), quantity)
        case n.Score(concept, window=window):
            return n.Pick(concept, "latest", _latest_window("latest", window))
        case n.Course():
            return replace(node, answer_window=n.Window(), silence_is_none=False)
        case n.ItemCount() | n.Present():
            return replace(node, answer_window=n.Window())
    return node


def _latest_window(which: str, window: n.Window) -> n.Window:
    return n.Window() if which == "latest" and window.anchor is None else window


def variables(node: n.Node) -> Iterator[Variable]:
    """What a condition or number speaks of, in plain form; not the weight that only divides a dose."""
    match node:
        case n.SexIs() | n.Female():
            yield SEX
        case n.Pick() | n.Score() | n.Course() | n.Age() | n.ItemCount() | n.ResultCount():
            yield plain(node)
        case n.Present() | n.Recorded():
            yield plain(node)
        case _:
            for child in node.children():
                yield from variables(child)


def is_variable(number: n.Number) -> bool:
    """Whether a number is recorded or counted, rather than computed from others."""
    return isinstance(number, n.Pick | n.Score | n.Course | n.Age | n.ItemCount | n.ResultCount)
