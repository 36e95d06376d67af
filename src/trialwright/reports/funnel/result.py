"""The result of a funnel as plain data: counts from the masks, never a verdict of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trialwright.eligibility.funnel import (
    Counts,
    Population,
    compare_readings,
    count_verdicts,
    leave_one_out,
    plan_attrition,
    shapley_values,
)
from trialwright.study.rules import Rule
from trialwright.terms.message import Text

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
    `order`: the attrition, as positions in `chosen`, each once; its first row, criterion None, takes away the dead.
    `who`: the persons whose overall verdict a reading changes, by (criterion, reading). `least`: the smallest count
    that may be shown, 0 for all; what is hidden is None, by the rule in `small_cells`. Shapley values are shares of the
    living, negative.
    """
    mine = population.judged_by(chosen_bits)
    best = shapley_values(mine, worst=False)
    worst = shapley_values(mine, worst=True)
    effects = compare_readings(
        population, chosen_bits, [(rule.id, rule.name, place, bit) for rule, place, bit in alternatives]
    )
    result: dict[str, Any] = {
        "least": least,
        "total": population.total,
        "dead": mine.dead,
        "counts": _counts(count_verdicts(mine)),
        "attrition": [
            {
                "criterion": None if step.rule is None else chosen[step.rule].id,
                "title": None if step.rule is None else _text(chosen[step.rule].criterion.title),
                "lost": step.lost,
                "left_best": step.left_best,
                "left_worst": step.left_worst,
            }
            for step in plan_attrition(mine, order)
        ],
        "leave_one_out": [
            {
                "criterion": chosen[left.rule].id,
                "fails": left.fails,
                "unknown": left.unknown,
                "gained_best": left.gained_best,
                "gained_worst": left.gained_worst,
            }
            for left in leave_one_out(mine)
        ],
        "shapley": [
            {"criterion": rule.id, "best": float(best[place]), "worst": float(worst[place])}
            for place, rule in enumerate(chosen)
        ],
        "reading_effects": [
            {
                "criterion": rule.id,
                "reading": rule.name,
                "chosen": chosen[place].name,
                "title": _text(rule.reading.title),
                "because": _text(rule.reading.because),
                "counts": _counts(effect.counts),
                "changes": [
                    {"from": before, "to": after, "count": count}
                    for (before, after), count in sorted(effect.changes.items())
                ],
                "who": list(who[rule.id, rule.name]),
            }
            for (rule, place, _), effect in zip(alternatives, effects, strict=True)
        ],
    }
    if least:
        from trialwright.reports.funnel.small_cells import hide_small_cells  # late: numpy is for this alone

        places = [(place, bit) for _, place, bit in alternatives]
        hide_small_cells(result, population, chosen_bits, order, places, least=least)
    return result


def _counts(counts: Counts) -> dict[str, int]:
    return {
        "eligible": counts.eligible,
        "undetermined": counts.undetermined,
        "ineligible": counts.ineligible,
    }


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"en": text.en, "zh": text.zh}
