"""Where people are lost: attrition, leave-one-out, Shapley values, effect of each reading.

Everything is counted from two masks per person (fails, unknown), never by judging anybody again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Mask = int
Bits = npt.NDArray[np.bool_]
Counted = npt.NDArray[np.int64]
Number = npt.NDArray[np.int16]
Verdicts = npt.NDArray[np.int8]
VERDICTS = ("eligible", "undetermined", "ineligible")
_WIDTH = 60  # bits of a mask that are looked at together
_WORD = (1 << _WIDTH) - 1


@dataclass(frozen=True)
class Population:
    """Persons by what they fail and what is unknown of them; bit i belongs to rule i. The dead are apart."""

    histogram: Mapping[tuple[Mask, Mask], int]
    dead: int

    @property
    def patterns(self) -> tuple[tuple[Mask, Mask], ...]:
        """The different pairs of masks, in the order of the columns of `judged_by`."""
        return tuple(self.histogram)

    @property
    def total(self) -> int:
        """Everybody, the dead included."""
        return sum(self.histogram.values()) + self.dead

    @cached_property
    def counts(self) -> Counted:
        """How many people each pattern has."""
        return np.fromiter(self.histogram.values(), np.int64, len(self.histogram))

    @cached_property
    def _words(self) -> tuple[list[Counted], list[Counted]]:
        """The masks (fail, unknown) in pieces that an array can hold."""
        return _pieces([fail for fail, _ in self.histogram]), _pieces(
            [unknown for _, unknown in self.histogram]
        )

    def judged_by(self, rules: Sequence[int]) -> Judged:
        """The same people judged by some rules only, as columns."""
        fail, unknown = (np.zeros((len(rules), len(self.counts)), dtype=bool) for _ in range(2))
        for found, words in zip((fail, unknown), self._words, strict=True):
            for row, rule in enumerate(rules):
                if rule // _WIDTH < len(words):
                    found[row] = words[rule // _WIDTH] >> rule % _WIDTH & 1
        return Judged(fail, unknown, self.counts, self.dead)


def _pieces(masks: Sequence[Mask]) -> list[Counted]:
    """Masks in pieces of `_WIDTH` bits, the lowest first; mostly one."""
    widest = max(map(int.bit_length, masks), default=0)
    if widest <= _WIDTH:
        return [np.array(masks, dtype=np.int64)]
    return [
        np.fromiter((mask >> low & _WORD for mask in masks), np.int64, len(masks))
        for low in range(0, widest, _WIDTH)
    ]


@dataclass(frozen=True)
class Judged:
    """People by what they fail and what is unknown of them: a row for each rule, a column for each pattern."""

    fail: Bits
    unknown: Bits
    counts: Counted
    dead: int

    @cached_property
    def living(self) -> int:
        """Everybody but the dead."""
        return int(self.counts.sum())

    @cached_property
    def lost(self) -> Bits:
        """What each pattern does not pass for certain."""
        return self.fail | self.unknown

    @cached_property
    def fails(self) -> Number:
        """How many rules each pattern fails."""
        return self.fail.sum(axis=0, dtype=np.int16)

    @cached_property
    def losses(self) -> Number:
        """How many rules each pattern does not pass for certain."""
        return self.lost.sum(axis=0, dtype=np.int16)

    @cached_property
    def failed_among(self) -> Counted:
        """How many people each rule fails (a row a rule), by how many rules they fail (a column a number)."""
        return self._among(self.fail, self.fails)

    @cached_property
    def lost_among(self) -> Counted:
        """How many people each rule does not let pass for certain, by how many rules do not."""
        return self._among(self.lost, self.losses)

    def _among(self, lost: Bits, sizes: Number) -> Counted:
        table = np.zeros((len(lost), len(lost) + 1), np.int64)
        for row, bits in zip(table, lost, strict=True):
            places = np.flatnonzero(bits)
            row += _tally(sizes[places], self.counts[places], len(row))
        return table


@dataclass(slots=True)
class Masks:
    """Who fails and leaves unknown what, by name: the people of each pattern, in the order of the source."""

    people: dict[tuple[Mask, Mask], list[str]] = field(default_factory=dict)
    dead: int = 0

    def add(self, person: str, *, dead: bool, fail: Mask, unknown: Mask) -> None:
        """Count one person."""
        if dead:
            self.dead += 1
        else:
            self.people.setdefault((fail, unknown), []).append(person)

    @property
    def population(self) -> Population:
        """The same without names."""
        return Population({pattern: len(people) for pattern, people in self.people.items()}, self.dead)


def bits_of(rules: Iterable[int]) -> Mask:
    """A mask with the bits of some rules."""
    return sum(1 << rule for rule in rules)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are eligible, undetermined and ineligible; certain + undetermined is the best case."""

    eligible: int
    undetermined: int
    ineligible: int


def count_verdicts(people: Judged) -> Counts:
    """The overall verdicts of everybody; the dead are ineligible."""
    fails, opens = people.fails > 0, people.losses > people.fails
    return Counts(
        int(people.counts[~fails & ~opens].sum()),
        int(people.counts[~fails & opens].sum()),
        int(people.counts[fails].sum()) + people.dead,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the attrition: who fails here first, and who is left afterwards.

    `left_best`: nobody left fails up to here. `left_worst`: everybody left passes up to here for certain.
    """

    rule: int | None
    lost: int
    left_best: int
    left_worst: int


def plan_attrition(people: Judged, order: Sequence[int]) -> tuple[Step, ...]:
    """Attrition in an order of rules; the first step (rule None) takes away the dead."""
    best, worst = (_left_after(bits[list(order)], people.counts) for bits in (people.fail, people.lost))
    steps = [Step(None, people.dead, people.living, people.living)]
    for rule, left, certain in zip(order, best, worst, strict=True):
        steps.append(Step(rule, steps[-1].left_best - left, left, certain))
    return tuple(steps)


def _left_after(lost: Bits, counts: Counted) -> list[int]:
    """How many people are left after each row, where a row takes away those it loses."""
    if not len(lost):
        return []
    first = np.where(lost.any(axis=0), lost.argmax(axis=0), len(lost))
    taken = _tally(first, counts, len(lost) + 1)
    return [int(left) for left in counts.sum() - np.cumsum(taken[:-1])]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one rule alone costs: how many more are eligible without it, at best and for certain.

    `fails`, `unknown`: how many it fails, or leaves unknown, whatever the others say.
    """

    rule: int
    fails: int
    unknown: int
    gained_best: int
    gained_worst: int


def leave_one_out(people: Judged) -> tuple[LeftOut, ...]:
    """The effect of leaving out each rule while all others stay."""
    fails, losses = people.failed_among, people.lost_among
    return tuple(
        LeftOut(
            rule,
            int(fails[rule].sum()),
            int(people.counts[np.flatnonzero(people.unknown[rule])].sum()),
            int(fails[rule, 1]),
            int(losses[rule, 1]),
        )
        for rule in range(len(people.fail))
    )


def shapley_values(people: Judged, *, worst: bool) -> tuple[Fraction, ...]:
    """Exact Shapley value of each rule for the eligible share: its fair part of the people lost, negative.

    A person who fails k rules is lost as soon as one of them applies, so each of the k carries 1/k of that person:
    a closed form, no enumeration. `worst`: unknown counts as failing. The values sum to
    eligible share under all rules minus eligible share under none (efficiency).
    Source: Shapley 1953 (value of the unanimity game); Liu R et al. Nature 2021;592:629 for criteria.
    """
    if not people.living:
        return (Fraction(0),) * len(people.fail)
    values = []
    for by_size in people.lost_among if worst else people.failed_among:
        shares = (Fraction(int(by_size[size]), int(size)) for size in np.flatnonzero(by_size))
        values.append(-sum(shares, Fraction(0)) / people.living)
    return tuple(values)


@dataclass(frozen=True, slots=True)
class ReadingEffect:
    """What an alternative reading changes: the counts under it, and people by (verdict before, verdict after)."""

    criterion: str
    reading: str
    counts: Counts
    changes: Mapping[tuple[str, str], int]


Alternative = tuple[str, str, int, int]
"""Another reading: criterion, reading, its position in the chosen rules, its rule number in the masks."""


def compare_readings(
    population: Population, chosen: Sequence[int], alternatives: Sequence[Alternative]
) -> tuple[ReadingEffect, ...]:
    """The effect of each alternative."""
    effects: list[ReadingEffect] = []
    standing = _tally(_verdicts(population.judged_by(chosen)), population.counts, len(VERDICTS))
    for (criterion, reading, *_), before, after in _both(population, chosen, alternatives):
        changed = np.flatnonzero(before != after)
        table = _tally(3 * before[changed] + after[changed], population.counts[changed], 9).reshape(3, 3)
        eligible, open_, ineligible = (int(n) for n in standing - table.sum(axis=1) + table.sum(axis=0))
        effects.append(
            ReadingEffect(
                criterion,
                reading,
                Counts(eligible, open_, ineligible + population.dead),
                {
                    (VERDICTS[old], VERDICTS[new]): int(table[old, new])
                    for old, new in zip(*np.nonzero(table), strict=True)
                },
            )
        )
    return tuple(effects)


def find_whom(
    masks: Masks, chosen: Sequence[int], alternatives: Sequence[Alternative]
) -> dict[tuple[str, str], list[str]]:
    """Whose overall verdict each alternative reading changes, by (criterion, reading), in the order of their names."""
    population = masks.population
    patterns = population.patterns
    return {
        (criterion, reading): sorted(
            person for place in np.flatnonzero(before != after) for person in masks.people[patterns[place]]
        )
        for (criterion, reading, *_), before, after in _both(population, chosen, alternatives)
    }


def _both(
    population: Population, chosen: Sequence[int], alternatives: Sequence[Alternative]
) -> Iterator[tuple[Alternative, Verdicts, Verdicts]]:
    """Each alternative with the overall verdict of every pattern before and after (places in `VERDICTS`)."""
    mine = population.judged_by(chosen)
    others = population.judged_by([rule for *_, rule in alternatives])
    fails, opens, before = mine.fails, mine.losses - mine.fails, _verdicts(mine)
    for row, alternative in enumerate(alternatives):
        position = alternative[2]
        after = _overall(
            fails - mine.fail[position] + others.fail[row],
            opens - mine.unknown[position] + others.unknown[row],
        )
        yield alternative, before, after


def _verdicts(people: Judged) -> Verdicts:
    """The overall verdict of every pattern (a place in `VERDICTS`)."""
    return _overall(people.fails, people.losses - people.fails)


def _overall(fails: Number, opens: Number) -> Verdicts:
    return np.maximum(2 * (fails > 0).view(np.int8), (opens > 0).view(np.int8))


def _tally(places: npt.NDArray[Any], counts: Counted, size: int) -> Counted:
    """How many people there are at each place. As weights they are whole numbers, exact below 2^53."""
    return np.bincount(places, counts, size).astype(np.int64)


def swap(chosen: Sequence[int], position: int, rule: int) -> list[int]:
    """The chosen rules with another one in one position."""
    other = list(chosen)
    other[position] = rule
    return other


def suppress(count: int, least: int) -> int | None:
    """A count that may leave the site: None where it is above 0 and below `least`."""
    return None if 0 < count < least else count
