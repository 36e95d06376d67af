"""When a rule can change though nothing new is recorded: a fact leaves a window, an exposure ends or grows, a birthday.

What to look at is told from the rule once; the days are then counted from a person's facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from trialwright.logic import nodes as n
from trialwright.logic.interpreter import Context
from trialwright.logic.interpreter.context import start_high
from trialwright.logic.interpreter.courses import SPREAD
from trialwright.record.fact import Fact
from trialwright.study.rules import Rule
from trialwright.terms.dates import FIRST_DAY, LAST_DAY, Length, add_days, add_months


class Leaving(NamedTuple):
    """Facts of a concept leave a window of this length: by their start, by their end, or those that say no."""

    concept: str
    length: Length
    by: Literal["start", "end", "no"]


@dataclass(frozen=True, slots=True)
class Clocks:
    """What can change a condition from one day to the next.

    `ages`: birthdays. `growing`: courses compared with a number of days. `dosed`: courses of any other measure.
    """

    ages: bool
    leaving: tuple[Leaving, ...]
    growing: tuple[tuple[n.Course, int], ...]
    dosed: tuple[n.Course, ...]


@lru_cache(maxsize=1024)
def clocks_of(rule: Rule) -> Clocks:
    """What can change a rule (not its warnings) from one day to the next."""
    nodes = tuple(_timed(rule.condition))
    return Clocks(
        ages=any(isinstance(node, n.Age) and node.day is None for node in nodes),
        leaving=tuple(dict.fromkeys(found for node in nodes for found in _leaving_of(node))),
        growing=tuple(found for node in nodes if (found := _growing(node)) is not None),
        dosed=tuple(node for node in nodes if isinstance(node, n.Course)),
    )


def _timed(node: n.Node) -> Iterator[n.Node]:
    """A node and all parts below it; a comparison with a number of days stands for its course."""
    yield node
    grown = _growing(node)
    for part in node.children() if grown is None else grown[0].children():
        yield from _timed(part)


def _growing(node: n.Node) -> tuple[n.Course, int] | None:
    """The course that is compared with a number of days, and that number."""
    match node:
        case n.Compare(_, n.Course(measure="days", daily=0.0, gap=1) as course, n.Literal(value)):
            return (course, int(value)) if value < SPREAD else None
    return None


def _leaving_of(node: n.Node) -> Iterator[Leaving]:
    match node:
        case (
            n.Pick(concept=concept, window=window)
            | n.Recorded(concept, window)
            | n.ResultCount(concept, window)
        ):
            yield from _leave(window, concept, by="start")
        case n.AnchorDay(concept, window):
            yield from _leave(window, concept, by="start")
        case n.Score(concept=concept, items=items, window=window):
            yield from _leave(window, concept, items, by="start")
        case n.ItemCount(concept=concept, window=window, answer_window=answers):
            yield from _leave(window, concept, by="start")
            yield from _leave(answers, concept, by="start")
        case n.Present(concept=concept, window=window, answer_window=answers):
            yield from _leave(window, concept, by="end")
            yield from _leave(answers, concept, by="no")
        case n.Course(concept=concept, answer_window=answers):
            yield from _leave(answers, concept, by="no")
        case n.Compare():
            if grown := _growing(node):
                yield from _leave(grown[0].window, grown[0].concept, by="end")
                yield from _leave(grown[0].answer_window, grown[0].concept, by="no")


def _leave(window: n.Window, *concepts: str, by: Literal["start", "end", "no"]) -> Iterator[Leaving]:
    if window.length is not None:
        yield from (Leaving(concept, window.length, by) for concept in concepts)


def change_days(rule: Rule, context: Context, end: date) -> list[date]:
    """Every day after the context's day, up to `end`, on which the rule may change, in order; may hold others too."""
    clocks = clocks_of(rule)
    days: set[date] = set()
    for each in clocks.leaving:
        if facts := context.facts(each.concept):
            days.update(_leaving_days(facts, each))
    for course, limit in clocks.growing:
        days.update(_growing_days(context.facts(course.concept), limit, context))
    for course in clocks.dosed:
        days.update(_dosed_days(course, context, end))
    if clocks.ages:
        days.update(_birthdays(context, end))
    return sorted(day for day in days if context.day < day <= end)


def _leaving_days(facts: Iterable[Fact], leaving: Leaving) -> Iterator[date]:
    """The days on which facts have just left a window."""
    for fact in facts:
        if leaving.by == "no" and not fact.absent:
            continue
        for day in (
            (fact.end_low, fact.end_high) if leaving.by == "end" else (fact.start_low, fact.start_high)
        ):
            if FIRST_DAY < day < LAST_DAY:
                yield first_day_without(leaving.length, day)


def first_day_without(length: Length, day: date) -> date:
    """The first day whose window of this length no longer holds `day`."""
    if length.unit in ("d", "wk"):
        return add_days(day, length.days + 1)
    last = add_months(day, length.count * (12 if length.unit == "a" else 1))
    if add_days(day, 1).month == day.month:
        return add_days(last, 1)
    return add_months(
        last.replace(day=1), 1
    )  # the rest of that month reaches back to the last day of this one


def _birthdays(context: Context, end: date) -> Iterator[date]:
    for birth in context.person.birth or ():
        for year in range(context.day.year, end.year + 1):
            leap = birth.month == 2 and birth.day == 29
            try:
                yield date(year, birth.month, birth.day)
            except ValueError:
                if leap:
                    yield date(year, 3, 1)


def _growing_days(facts: Iterable[Fact], limit: int, context: Context) -> Iterator[date]:
    """Days on which a running course reaches a number of days, and those on which it has ended."""
    for fact in facts:
        for first in (fact.start_low, start_high(fact, context)):
            if FIRST_DAY < first:
                yield from (add_days(first, limit + step) for step in (-1, 0, 1))
        for last in (fact.end_low, fact.end_high):
            if last < LAST_DAY:
                yield add_days(last, 1)


def _dosed_days(node: n.Course, context: Context, end: date) -> Iterator[date]:
    """Days on which the doses of a window, or of the courses that reach into it, may be others."""
    lengths = [each.length for each in (node.window, node.except_window) if each and each.length]
    for fact in context.facts(node.concept):
        if fact.absent:
            continue
        if node.measure == "max_daily_dose":
            yield from _edges(fact, lengths, context)
            continue
        last = min(fact.end_high, end)
        yield from _days(max(fact.start_low, context.day), last)
        for length in lengths:
            for back in (0, SPREAD):  # a day leaves the window, and what is followed before it
                first_out, last_out = (
                    first_day_without(length, add_days(day, back)) for day in (fact.start_low, last)
                )
                yield from _days(max(first_out, context.day), min(last_out, end))


def _edges(fact: Fact, lengths: Iterable[Length], context: Context) -> Iterator[date]:
    """Days on which a dose that is the same every day begins or ceases, in a window or behind it."""
    for edge in (fact.start_low, start_high(fact, context), fact.end_low, fact.end_high):
        if FIRST_DAY < edge < LAST_DAY:
            for day in (add_days(edge, -1), edge, add_days(edge, 1)):
                yield day
                yield from (first_day_without(length, day) for length in lengths)


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
