"""Where people are lost: attrition, leave-one-out, Shapley values, effect of each reading.

Everything is counted from two masks per person (fails, unknown), never by judging anybody again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Mask = int


@dataclass(frozen=True, slots=True)
class Population:
    """Persons by what they fail and what is unknown of them; bit i belongs to rule i. The dead are apart."""

    histogram: Mapping[tuple[Mask, Mask], int]
    dead: int

    @property
    def total(self) -> int:
        """Everybody, the dead included."""
        return sum(self.histogram.values()) + self.dead

    def seen_by(self, rules: Sequence[int]) -> Population:
        """The same people judged by some rules only: rule number `rules[i]` becomes bit i."""
        seen: Counter[tuple[Mask, Mask]] = Counter()
        for (fail, unknown), count in self.histogram.items():
            seen[pick_bits(fail, rules), pick_bits(unknown, rules)] += count
        return Population(seen, self.dead)


def pick_bits(mask: Mask, rules: Sequence[int]) -> Mask:
    """The mask of some rules only, in their order."""
    return sum(1 << bit for bit, rule in enumerate(rules) if mask >> rule & 1)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are eligible, undetermined and ineligible; certain + undetermined is the best case."""

    eligible: int
    undetermined: int
    ineligible: int


def count_verdicts(population: Population) -> Counts:
    """The overall verdicts of everybody; the dead are ineligible."""
    ineligible = sum(count for (fail, _), count in population.histogram.items() if fail)
    eligible = population.histogram.get((0, 0), 0)
    return Counts(
        eligible, population.total - population.dead - ineligible - eligible, ineligible + population.dead
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


def plan_attrition(population: Population, order: Sequence[int]) -> tuple[Step, ...]:
    """Attrition in an order of rules; the first step (rule None) takes away the dead."""
    living = population.total - population.dead
    steps = [Step(None, population.dead, living, living)]
    so_far = 0
    for rule in order:
        before = steps[-1].left_best
        so_far |= 1 << rule
        best = sum(count for (fail, _), count in population.histogram.items() if not fail & so_far)
        worst = sum(
            count for (fail, unknown), count in population.histogram.items() if not (fail | unknown) & so_far
        )
        steps.append(Step(rule, before - best, best, worst))
    return tuple(steps)


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


def leave_one_out(population: Population, rules: int) -> tuple[LeftOut, ...]:
    """The effect of leaving out each rule while all others stay."""
    result = []
    for rule in range(rules):
        bit = 1 << rule
        fails = unknown = best = worst = 0
        for (fail, open_), count in population.histogram.items():
            fails += count if fail & bit else 0
            unknown += count if open_ & bit else 0
            best += count if fail == bit else 0
            worst += count if (fail | open_) == bit else 0
        result.append(LeftOut(rule, fails, unknown, best, worst))
    return tuple(result)


def shapley_values(population: Population, rules: int, *, worst: bool) -> tuple[Fraction, ...]:
    """Exact Shapley value of each rule for the eligible share: its fair part of the people lost, negative.

    A person who fails k rules is lost as soon as one of them applies, so each of the k carries 1/k of that person:
    a closed form, no enumeration. `worst`: unknown counts as failing. The values sum to
    eligible share under all rules minus eligible share under none (efficiency).
    Source: Shapley 1953 (value of the unanimity game); Liu R et al. Nature 2021;592:629 for criteria.
    """
    living = population.total - population.dead
    values = [Fraction(0)] * rules
    if not living:
        return tuple(values)
    for (fail, unknown), count in population.histogram.items():
        lost = fail | unknown if worst else fail
        size = lost.bit_count()
        for rule in range(rules):
            if lost >> rule & 1:
                values[rule] -= Fraction(count, size)
    return tuple(value / living for value in values)


@dataclass(frozen=True, slots=True)
class ReadingEffect:
    """What an alternative reading changes: the counts under it, and people by (verdict before, verdict after)."""

    criterion: str
    reading: str
    counts: Counts
    changes: Mapping[tuple[str, str], int]


def overall_of(fail: Mask, unknown: Mask) -> str:
    """The overall verdict of two masks."""
    return "ineligible" if fail else "undetermined" if unknown else "eligible"


def compare_readings(
    population: Population, chosen: Sequence[int], alternatives: Iterable[tuple[str, str, int, int]]
) -> tuple[ReadingEffect, ...]:
    """The effect of each alternative: (criterion, reading, position in `chosen`, rule number in the masks)."""
    effects = []
    for criterion, reading, position, rule in alternatives:
        other = swap(chosen, position, rule)
        changes: Counter[tuple[str, str]] = Counter()
        for (fail, unknown), count in population.histogram.items():
            before = overall_of(pick_bits(fail, chosen), pick_bits(unknown, chosen))
            after = overall_of(pick_bits(fail, other), pick_bits(unknown, other))
            if before != after:
                changes[before, after] += count
        effects.append(
            ReadingEffect(criterion, reading, count_verdicts(population.seen_by(other)), dict(changes))
        )
    return tuple(effects)


def swap(chosen: Sequence[int], position: int, rule: int) -> list[int]:
    """The chosen rules with another one in one position."""
    other = list(chosen)
    other[position] = rule
    return other


def suppress(count: int, least: int) -> int | None:
    """A count that may leave the site: None where it is above 0 and below `least`."""
    return None if 0 < count < least else count
