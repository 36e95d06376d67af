"""Which findings merely grow too old to exclude a person: a lapse is no wait.

A washout that ends is met by time alone. A result that excludes and then leaves its window says nothing any more: the
criterion is unknown until somebody measures or asks again, and nobody becomes eligible by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trialwright.eligibility.calendar import Calendar
from trialwright.eligibility.changes import change_days
from trialwright.eligibility.recheck import Action, open_items
from trialwright.eligibility.verdict import Assessed, is_assessed, judge, start, verdict_on
from trialwright.logic.interpreter import Context, Setting
from trialwright.record.fact import Person
from trialwright.study.rules import Rule
from trialwright.terms.dates import add_days


@dataclass(frozen=True, slots=True)
class Lapse:
    """A criterion that fails on the reference date, and is unknown on the first day on which none fails.

    `until`: the last day before on which it fails. `concept`: what would have to be measured or asked again, or given
    (`action`); as in `Recheck`.
    """

    criterion: str
    concept: str
    action: Action
    until: date


def plan_lapses(
    person: Person, rules: Sequence[Rule], calendar: Calendar, *, on: date, setting: Setting
) -> tuple[Lapse, ...]:
    """What of the failing criteria lapses before the first day on which none fails; nothing where time alone meets all.

    `calendar`: that of the person, the rules, the day and the setting.
    """
    free = calendar.possible_from
    if free is None or free == on or calendar.eligible_from is not None:
        return ()
    first = start(person, on=on, setting=setting)
    after = first.on(free)
    found: list[Lapse] = []
    for rule in rules:
        if not is_assessed(rule, setting) or verdict_on(rule, first) != "fail":
            continue
        then = judge(rule, person, after)
        if then.verdict == "unknown":
            last = _last_failing(rule, first, add_days(free, -1))
            found += [Lapse(rule.id, concept, action, last) for concept, action in _items(then, after)]
    return tuple(found)


def _last_failing(rule: Rule, first: Context, end: date) -> date:
    """The last day up to `end` on which a criterion fails that fails on the first."""
    last = end
    for day in reversed(change_days(rule, first, end)):
        if verdict_on(rule, first.on(day)) == "fail":
            return last
        last = add_days(day, -1)
    return last


def _items(then: Assessed, context: Context) -> list[tuple[str, Action]]:
    return list(dict.fromkeys((concept, action) for concept, action, _ in open_items(then, context)))
