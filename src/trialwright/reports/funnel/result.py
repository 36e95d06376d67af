"""The result of a funnel as plain data: counts from the masks, never a verdict of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trialwright.eligibility.funnel import (
    Counts,
    LeftOut,
    Population,
    ReadingEffect,
    Step,
    compare_readings,
    count_verdicts,
    leave_one_out,
    plan_attrition,
    shapley_values,
    swap,
)
from trialwright.reports.funnel.small_cells import Crowd, Guard, Members
from trialwright.study.rules import Rule
from trialwright.terms.message import Text

VERDICTS = ("eligible", "undetermined", "ineligible")
Alternative = tuple[Rule, int, int]
"""Another reading: its rule, its position among the chosen rules, its bit in the masks."""


def funnel_result(
    population: Population,
    chosen: Sequence[Rule],
    alternatives: Sequence[Alternative],
    order: Sequence[int],
    *,
    chosen_bits: Sequence[int],
    who: Mapping[tuple[str, str], Sequence[str]],
    least: int,
) -> dict[str, Any]:
    """Everything a funnel says, ready for JSON.

    `population`: the masks with a bit for every reading; `chosen_bits[i]` is the bit of `chosen[i]`.
    `order`: the attrition, as positions in `chosen`, each once. `who`: the persons whose overall verdict a reading
    changes, by (criterion, reading). `least`: the smallest count shown, 0 for all; what is hidden is None (see
    `small_cells`), and with it the persons of `who` and, unless its line is complete, a Shapley value, which is then
    also rounded to `least` people. Shapley values are shares of the living, negative.
    """
    mine = population.seen_by(chosen_bits)
    crowd = Crowd(population, max([*chosen_bits, *(bit for _, _, bit in alternatives)], default=-1) + 1)
    report = _Report(crowd, chosen_bits, least)
    head = report.head(mine, count_verdicts(mine))
    steps = report.attrition(chosen, order, plan_attrition(mine, order))
    best = shapley_values(mine, len(chosen), worst=False)
    worst = shapley_values(mine, len(chosen), worst=True)
    effects = {
        (effect.criterion, effect.reading): effect
        for effect in compare_readings(
            population, chosen_bits, [(rule.id, rule.name, place, bit) for rule, place, bit in alternatives]
        )
    }
    rows, values, readings = [], [], []
    for position, (rule, left) in enumerate(zip(chosen, leave_one_out(mine, len(chosen)), strict=True)):
        guard = report.guard_around(position, order)
        row = report.left_out(rule, position, left, guard)
        rows.append(row)
        complete = None not in row.values()
        living = mine.total - mine.dead
        values.append(
            {
                "criterion": rule.id,
                "best": _share(float(best[position]), living, least) if complete else None,
                "worst": _share(float(worst[position]), living, least) if complete else None,
            }
        )
        for other, place, bit in alternatives:
            if place == position:
                effect = effects[other.id, other.name]
                people = None if least else list(who[other.id, other.name])
                readings.append(report.reading(other, rule, effect, swap(chosen_bits, place, bit), guard, people))
    return {
        **head,
        "least": least,
        "attrition": steps,
        "leave_one_out": rows,
        "shapley": values,
        "readings": readings,
    }


def _share(value: float, living: int, least: int) -> float:
    """A share of the living; where small counts are hidden, rounded to a multiple of `least` people."""
    if not least or not living:
        return value
    return round(value * living / least) * least / living


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"en": text.en, "zh": text.zh}


class _Report:
    """Fills in the counts, asking a guard about each; remembers what was shown of verdicts and attrition."""

    def __init__(self, crowd: Crowd, bits: Sequence[int], least: int) -> None:
        self._crowd = crowd
        self._bits = bits
        self._least = least
        self._guard = Guard(crowd.sizes, least)
        self._shown: list[tuple[str, int, Members]] = []  # kind of count, step of the attrition, who
        everywhere = self._bits_of(range(len(bits)))
        possible, certain = crowd.possible(everywhere), crowd.certain(everywhere)
        self._verdicts = {"eligible": certain, "undetermined": possible & ~certain, "ineligible": ~possible}

    def _bits_of(self, positions: Sequence[int] | range) -> list[int]:
        return [self._bits[position] for position in positions]

    def _count(self, number: int, members: Members, *, kind: str = "head", step: int = 0) -> int | None:
        if not self._guard.admit(members):
            return None
        self._shown.append((kind, step, members))
        return number

    def head(self, population: Population, counts: Counts) -> dict[str, Any]:
        """How many in all, how many by verdict, how many dead."""
        return {
            "total": self._count(population.total, self._crowd.everybody),
            "counts": {name: self._count(getattr(counts, name), self._verdicts[name]) for name in VERDICTS},
            "dead": self._count(population.dead, self._crowd.dead),
        }

    def attrition(self, chosen: Sequence[Rule], order: Sequence[int], steps: Sequence[Step]) -> list[dict[str, Any]]:
        """A row a step; those left at best are decided first, then those left for certain, then those lost."""
        possible = [self._crowd.possible(self._bits_of(order[:step])) for step in range(len(steps))]
        certain = [self._crowd.certain(self._bits_of(order[:step])) for step in range(len(steps))]
        before = [self._crowd.everybody, *possible]
        best = [self._count(each.left_best, possible[k], kind="best", step=k) for k, each in enumerate(steps)]
        worst = [self._count(each.left_worst, certain[k], kind="worst", step=k) for k, each in enumerate(steps)]
        lost = [
            self._count(each.lost, before[k] & ~possible[k], kind="lost", step=k) for k, each in enumerate(steps)
        ]
        return [
            {
                "criterion": None if each.rule is None else chosen[each.rule].id,
                "title": None if each.rule is None else _text(chosen[each.rule].criterion.title),
                "lost": lost[k],
                "left_best": best[k],
                "left_worst": worst[k],
            }
            for k, each in enumerate(steps)
        ]

    def guard_around(self, position: int, order: Sequence[int]) -> Guard:
        """The guard for one criterion: knows the verdicts, and what is shown of the attrition nearest to it."""
        if sum(self._crowd.concerned(bit) for bit in self._bits) <= 2:
            return self._guard
        step = list(order).index(position) + 1
        guard = Guard(self._crowd.sizes, self._least)
        for kind in ("head", "best", "worst", "lost"):
            shown = [(at, members) for of, at, members in self._shown if of == kind]
            before = [each for each in shown if each[0] < step][-1:]
            after = [each for each in shown if each[0] >= step][:1]
            for _, members in shown if kind == "head" else before + after:
                guard.admit(members)
        return guard

    def left_out(self, rule: Rule, position: int, left: LeftOut, guard: Guard) -> dict[str, Any]:
        """What one criterion alone costs."""
        crowd, bit = self._crowd, self._bits[position]
        others = [each for place, each in enumerate(self._bits) if place != position]
        fails, unknown = crowd.fails(bit), crowd.unknown(bit)
        return {
            "criterion": rule.id,
            "fails": guard.count(left.fails, fails),
            "unknown": guard.count(left.unknown, unknown),
            "gained_best": guard.count(left.gained_best, crowd.possible(others) & fails),
            "gained_worst": guard.count(left.gained_worst, crowd.certain(others) & (fails | unknown)),
        }

    def reading(
        self,
        other: Rule,
        chosen: Rule,
        effect: ReadingEffect,
        bits: Sequence[int],
        guard: Guard,
        who: list[str] | None,
    ) -> dict[str, Any]:
        """What another reading of a criterion changes."""
        possible, certain = self._crowd.possible(bits), self._crowd.certain(bits)
        after = {"eligible": certain, "undetermined": possible & ~certain, "ineligible": ~possible}
        return {
            "criterion": other.id,
            "reading": other.name,
            "chosen": chosen.name,
            "title": _text(other.reading.title),
            "because": _text(other.reading.because),
            "counts": {name: guard.count(getattr(effect.counts, name), after[name]) for name in VERDICTS},
            "changes": [
                {"from": old, "to": new, "count": guard.count(count, self._verdicts[old] & after[new])}
                for (old, new), count in sorted(effect.changes.items())
            ],
            "who": who,
        }
