"""One person as far as claims describe them: what is left of every number, the sexes left, what is recorded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from trialwright.logic import nodes as n
from trialwright.study.checks.possible.bounds import Box, bounds, can_hold, needs
from trialwright.study.checks.possible.claims import (
    SEX,
    Claim,
    DeadEnd,
    Variable,
    is_variable,
    plain,
    variables,
)
from trialwright.study.checks.possible.domains import Domains
from trialwright.study.checks.possible.ranges import Range

SEXES = frozenset({"female", "male", "other", "unknown"})


@dataclass(slots=True)
class World:
    """What is left of one person after some claims.

    `pending`: comparisons of computed numbers, looked at when the rest is settled. `decided`: the windows in which a
    picked number is known to be. `limits`: to which part of its domain a claim limits a number.
    """

    domains: Domains
    sexes: frozenset[str] = SEXES
    ranges: dict[n.Number, Range] = field(default_factory=dict)
    flags: dict[n.Condition, bool] = field(default_factory=dict)
    decided: dict[n.Number, frozenset[n.Window]] = field(default_factory=dict)
    pending: list[Claim] = field(default_factory=list)
    claims: list[tuple[Claim, frozenset[Variable]]] = field(default_factory=list)
    limits: list[tuple[Claim, n.Number, Range]] = field(default_factory=list)

    def copy(self) -> World:
        """The same person, to be described further on one of several paths."""
        return World(
            self.domains,
            self.sexes,
            dict(self.ranges),
            dict(self.flags),
            dict(self.decided),
            list(self.pending),
            list(self.claims),
            list(self.limits),
        )

    @property
    def box(self) -> Box:
        """The numbers as formulas read them."""
        return Box(self.domains, self.sexes, self.ranges)

    def about(self, wanted: Collection[Variable]) -> tuple[Claim, ...]:
        """The claims about any of these, in the order in which they were made."""
        return tuple(claim for claim, those in self.claims if not those.isdisjoint(wanted))

    def assume(self, claim: Claim) -> DeadEnd | None:
        """Take a claim to hold; a dead end where nobody is left."""
        self.claims.append((claim, frozenset(variables(claim.condition))))
        self._note_windows(claim.condition)
        match claim.condition:
            case n.SexIs(words):
                return self._take_sexes(frozenset(words) if claim.truth else SEXES - set(words) - {"unknown"})
            case n.IsYes(pick):
                answer = {1.0 if claim.truth else 0.0}
                return self.limit(pick, self.domains.of(pick).only(answer), claim)
            case n.OneOf(pick, indexes=indexes):
                values = {float(index) for index in indexes}
                domain = self.domains.of(pick)
                return self.limit(pick, domain.only(values) if claim.truth else domain.without(values), claim)
            case n.Compare():
                return self._compare(claim)
            case n.Present() | n.Recorded():
                key = plain(claim.condition)
                if self.flags.setdefault(key, claim.truth) is not claim.truth:
                    return DeadEnd("clash", self.about({key}))
                return None
        raise TypeError(f"{type(claim.condition).__name__} is not a claim")

    def range(self, number: n.Number) -> Range:
        """What is left of a recorded or counted number."""
        return self.box.range(number)

    def limit(self, number: n.Number, to: Range, claim: Claim) -> DeadEnd | None:
        """Let a number lie in a part of its domain, because of a claim; a dead end where nothing is left."""
        if to.empty:
            return DeadEnd("domain", (claim,), number, self.domains.of(number))
        key = plain(number)
        self.ranges[key] = self.range(key).within(to)
        if self.ranges[key].empty:
            against = (
                other for other, limited, part in self.limits if limited == key and part.within(to).empty
            )
            other = next(against, None)
            return DeadEnd("clash", self.about({key}) if other is None else (other, claim))
        self.limits.append((claim, key, to))
        return None

    def _compare(self, claim: Claim) -> DeadEnd | None:
        node = claim.said
        if not isinstance(node, n.Compare):
            raise TypeError("a comparison for being equal is split before it is claimed to be false")
        if _is_limit(node):
            return self.limit(node.left, self._part(node), claim)
        self.pending.append(claim)
        for need in needs(node, claim.owner):
            limit = need.condition
            self.claims.append((need, frozenset(variables(limit))))
            if isinstance(limit, n.Compare) and (end := self.limit(limit.left, self._part(limit), need)):
                return end
        return self.check(claim)

    def _part(self, node: n.Compare) -> Range:
        """The part of a number's domain in which it stands so to a literal limit."""
        domain = self.domains.of(node.left)
        return domain.cut(node.operator, node.right.value) if isinstance(node.right, n.Literal) else domain

    def check(self, claim: Claim) -> DeadEnd | None:
        """A dead end if a pending comparison cannot hold for any numbers that are left."""
        node = claim.said
        if not isinstance(node, n.Compare) or can_hold(node, self.box):
            return None
        others = (
            each
            for each in self.about(set(variables(node)))
            if each is not claim and each not in self.pending
        )
        found = bounds(node.left, self.box)
        if found is None or not isinstance(node.right, n.Literal):
            return DeadEnd("clash", (*others, claim))
        return DeadEnd("bound", (*others, claim), node.left, found)

    def _take_sexes(self, sexes: frozenset[str]) -> DeadEnd | None:
        self.sexes &= sexes
        return None if self.sexes else DeadEnd("clash", self.about({SEX}))

    def _note_windows(self, condition: n.Condition) -> None:
        for node in condition.walk():
            if isinstance(node, n.Pick | n.Score):
                key: n.Number = plain(node)
                self.decided[key] = self.decided.get(key, frozenset()) | {node.window}


def _is_limit(node: n.Compare) -> bool:
    return is_variable(node.left) and isinstance(node.right, n.Literal)
