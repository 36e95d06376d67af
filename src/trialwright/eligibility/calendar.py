"""From which day to which day a person could join, if nothing new happens.

Only the days on which something can change are judged: a fact leaves a window, an exposure ends, a birthday.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from trialwright.eligibility.verdict import CriterionVerdict, is_dead, judge, start
from trialwright.logic import nodes as n
from trialwright.logic.interpreter import Context, Setting
from trialwright.record.fact import Fact, Person
from trialwright.study.rules import Rule
from trialwright.terms.dates import FIRST_DAY, LAST_DAY, Length, add_days, add_months

HORIZON = 365
_SHORT = 62  # an exposure of more days than this is followed day by day


@dataclass(frozen=True, slots=True)
class Calendar:
    """`eligible_from` to `valid_until`: the first run of days on which every criterion passes.

    `possible_from` to `possible_until`: the first run on which none fails. All None where there is no such day
    within 365 days.
    """

    eligible_from: date | None = None
    valid_until: date | None = None
    possible_from: date | None = None
    possible_until: date | None = None


NO_CALENDAR = Calendar()


def plan_calendar(person: Person, rules: Sequence[Rule], *, on: date, setting: Setting) -> Calendar:
    """Judge a person on every day from `on` to `on` + 365 on which a verdict can change."""
    if is_dead(person, on):
        return NO_CALENDAR
    end = add_days(on, HORIZON)
    first = start(person, on=on, setting=setting)
    courses: list[dict[date, CriterionVerdict]] = []
    for rule in rules:
        verdict = judge(rule, person, first).verdict
        if verdict == "not_assessed":
            continue
        timeline: dict[date, CriterionVerdict] = {on: verdict}
        for day in sorted(change_days(rule.condition, first, end)):
            timeline[day] = judge(rule, person, Context(person, day, on, setting, first.rows)).verdict
        courses.append(timeline)
    return _runs(courses, on, end)


def _runs(courses: Sequence[dict[date, CriterionVerdict]], on: date, end: date) -> Calendar:
    days = sorted({day for timeline in courses for day in timeline} | {on})
    now: dict[int, CriterionVerdict] = {}
    passing: list[tuple[date, bool]] = []
    possible: list[tuple[date, bool]] = []
    for day in days:
        for index, timeline in enumerate(courses):
            if day in timeline:
                now[index] = timeline[day]
        passing.append((day, all(verdict == "pass" for verdict in now.values())))
        possible.append((day, all(verdict != "fail" for verdict in now.values())))
    return Calendar(*_first_run(passing, end), *_first_run(possible, end))


def _first_run(states: Sequence[tuple[date, bool]], end: date) -> tuple[date | None, date | None]:
    begin: date | None = None
    for day, holds in states:
        if holds and begin is None:
            begin = day
        elif not holds and begin is not None:
            return begin, add_days(day, -1)
    return (begin, end) if begin is not None else (None, None)


def change_days(condition: n.Condition, context: Context, end: date) -> set[date]:
    """Every day after the context's day, up to `end`, on which the condition may change; may hold others too."""
    days: set[date] = set()
    for node in condition.walk():
        match node:
            case n.Compare(_, n.Course(measure="days", daily=0.0, gap=1) as course, n.Literal(value)):
                days.update(_growing_days(course, int(value), context))
            case n.Course(measure="days", daily=0.0, gap=1):
                pass  # looked at with the comparison it stands in
            case _:
                days.update(_node_days(node, context, end))
    return {day for day in days if context.day < day <= end}


def _growing_days(node: n.Course, limit: int, context: Context) -> Iterable[date]:
    """Days on which a running course reaches a number of days, and those on which it has left the window."""
    facts = context.facts(node.concept)
    yield from _leaving([fact for fact in facts if fact.absent], node.answer_window)
    yield from _leaving(facts, node.window, ends=True)
    for fact in facts:
        for first in {fact.start_low, fact.start_high}:
            if FIRST_DAY < first < LAST_DAY:
                yield from (add_days(first, limit + step) for step in (-1, 0, 1))
        for last in {fact.end_low, fact.end_high}:
            if last < LAST_DAY:
                yield add_days(last, 1)


def _node_days(node: n.Node, context: Context, end: date) -> Iterable[date]:
    match node:
        case n.Age():
            yield from _birthdays(context, end)
        case (
            n.Pick(concept=concept, window=window)
            | n.Recorded(concept, window)
            | n.ResultCount(concept, window)
        ):
            yield from _leaving(context.facts(concept), window)
        case n.AnchorDay(concept, window):
            yield from _leaving(context.facts(concept), window)
        case n.Score(concept=concept, items=items, window=window):
            yield from _leaving((*context.facts(concept), *context.facts(items)), window)
        case n.ItemCount(concept=concept, window=window, answer_window=answers):
            yield from _leaving(context.facts(concept), window)
            yield from _leaving(context.facts(concept), answers)
        case n.Present(concept=concept, window=window, answer_window=answers):
            facts = context.facts(concept)
            yield from _leaving(facts, window, ends=True)
            yield from _leaving([fact for fact in facts if fact.absent], answers)
        case n.Course():
            yield from _course_days(node, context, end)


def _leaving(facts: Iterable[Fact], window: n.Window, *, ends: bool = False) -> Iterable[date]:
    """The days on which facts have just left a window."""
    if window.length is None:
        return
    for fact in facts:
        for day in {fact.end_low, fact.end_high} if ends else {fact.start_low, fact.start_high}:
            if FIRST_DAY < day < LAST_DAY:
                yield first_day_without(window.length, day)


def first_day_without(length: Length, day: date) -> date:
    """The first day whose window of this length no longer holds `day`."""
    if length.unit in ("d", "wk"):
        return add_days(day, length.days + 1)
    months = length.count * (12 if length.unit == "a" else 1)
    candidate = add_days(add_months(day, months), -3)
    while length.before(candidate) <= day:
        candidate = add_days(candidate, 1)
    return candidate


def _birthdays(context: Context, end: date) -> Iterable[date]:
    for birth in context.person.birth or ():
        for year in range(context.day.year, end.year + 1):
            leap = birth.month == 2 and birth.day == 29
            try:
                yield date(year, birth.month, birth.day)
            except ValueError:
                if leap:
                    yield date(year, 3, 1)


def _course_days(node: n.Course, context: Context, end: date) -> Iterable[date]:
    """Days on which exposed days leave the window, or a running exposure has become long enough to matter."""
    facts = [fact for fact in context.facts(node.concept) if not fact.absent]
    yield from _leaving([fact for fact in context.facts(node.concept) if fact.absent], node.answer_window)
    for window in (node.window, node.except_window):
        if window is None or window.length is None:
            continue
        for fact in facts:
            last = min(fact.end_high, end)
            if (last - max(fact.start_low, add_days(context.day, -2 * HORIZON))).days > _SHORT:
                day = context.day
                while day < end:
                    day = add_days(day, 1)
                    yield day
                continue
            day = fact.start_low
            while day <= last:
                yield first_day_without(window.length, day)
                if day > context.day:
                    yield day
                day = add_days(day, 1)
