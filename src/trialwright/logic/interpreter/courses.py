"""Exposure added up by calendar day: daily doses, courses, their length and total.

Computed twice: from what is certain (the low end) and from everything possible (the high end).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from trialwright.logic.finding import CERTAIN, NONE, Bounds
from trialwright.logic.interpreter.context import (
    Context,
    Span,
    overlaps,
    resolve,
    start_high,
    why_possible,
)
from trialwright.logic.interpreter.presence import answered_no, silence
from trialwright.logic.nodes import Course
from trialwright.logic.reasons import strongest
from trialwright.record.fact import Fact
from trialwright.terms.compare import equal, greater_equal
from trialwright.terms.dates import FIRST_DAY, add_days
from trialwright.terms.quantity import BOUND

SPREAD = (
    1096  # days before its window over which a course is followed; a longer one counts as this much longer
)
LIFETIME = 36_525  # days, where the window reaches back for ever


class Extent(NamedTuple):
    """The days one record covers: those possible, those certain (`sure` False: none), and why the two differ."""

    first: date
    last: date
    sure: bool
    sure_first: date
    sure_last: date
    why: str


def course(node: Course, weight: Bounds | None, context: Context) -> Bounds:
    """Evaluate a `Course`; `weight` in kg for doses recorded per day where the concept counts per kg and day."""
    span = resolve(node.window, context)
    facts = [fact for fact in context.facts(node.concept) if not fact.absent] if span else []
    places = [(overlaps(fact, span, context) if span else NONE, fact) for fact in facts]
    touching = [fact for place, fact in places if place != NONE]
    answer, answer_fact = answered_no(node.concept, node.answer_window, context)
    quiet = silence(
        node.concept, node.kind, answer, context, why_possible(answer_fact) if answer_fact else ""
    )
    if node.silence_is_none and quiet != "kind_not_covered" and not context.lost(node.concept):
        quiet = ""
    if not touching or span is None:
        answers = (answer_fact,) if answer_fact else ()
        return Bounds(0.0, BOUND if quiet else 0.0, quiet, answer_fact, answer_fact, NONE, answers)
    if node.measure == "days" and not node.daily:
        low, high, reasons = _longest(node, facts, span, context)
    else:
        low, high, reasons = _doses(node, facts, weight, span, context)
    if quiet and not any(place == CERTAIN for place, _ in places):
        high = BOUND  # all of it may lie outside the window, where it answers nothing
    if answer != NONE:
        low = 0.0
    why = "" if high <= low else "conflict" if answer != NONE else strongest(reasons)
    last = max(touching, key=lambda fact: (fact.start_low, fact.fact))
    return Bounds(low, high, why, last, last, CERTAIN, tuple(touching))


def earliest_day(window_from: date, day: date) -> date:
    """The first day that is followed: `SPREAD` days before the window, or a lifetime before the day judged."""
    if window_from == FIRST_DAY:
        return add_days(day, -LIFETIME)
    return add_days(window_from, -SPREAD)


def _extent(fact: Fact, span: Span, context: Context) -> Extent:
    """The days a record covers up to the day judged, going back no further than `earliest_day`."""
    earliest = earliest_day(span.from_low, context.day)
    sure_from = start_high(fact, context)
    first, last = max(fact.start_low, earliest), min(fact.end_high, context.day)
    sure_first, sure_last = max(sure_from, earliest), min(fact.end_low, context.day)
    sure = not fact.doubt and sure_from <= context.known
    certain = sure and sure_last >= last and first >= sure_first
    return Extent(first, last, sure, sure_first, sure_last, "" if certain else why_possible(fact))


def _longest(node: Course, facts: list[Fact], span: Span, context: Context) -> tuple[float, float, set[str]]:
    """The longest course in days, from certain and from possible days."""
    extents = [_extent(fact, span, context) for fact in facts]
    somewhere = any(
        _on_some_day(fact, each, span, context) for fact, each in zip(facts, extents, strict=True)
    )
    least = [(each.sure_first, each.sure_last) for each in extents if each.sure]
    most = [(each.first, each.last) for each in extents]
    return (
        max(_longest_run(least, node.gap, span), 1.0 if somewhere else 0.0),
        _longest_run(most, node.gap, span),
        {each.why for each in extents},
    )


def _longest_run(pieces: list[tuple[date, date]], gap: int, span: Span) -> float:
    """The most days of one course with a day in the span; pieces not more than `gap` days apart are one course."""
    best = days = 0
    reaching = False
    end: date | None = None
    for first, last in sorted(piece for piece in pieces if piece[0] <= piece[1]):
        if end is None or (first - end).days > gap:
            days, reaching, end = 0, False, None
        days += (last - first).days + 1 if end is None or first > end else max((last - end).days, 0)
        end = last if end is None else max(end, last)
        reaching = reaching or (first <= span.to_high and last >= span.from_low)
        if reaching:
            best = max(best, days)
    return float(best)


def _doses(
    node: Course, facts: list[Fact], weight: Bounds | None, span: Span, context: Context
) -> tuple[float, float, set[str]]:
    """A dose measure from certain and from possible doses, day by day."""
    least: dict[date, float] = {}
    most: dict[date, float] = {}
    begin = span.from_low if node.measure in ("window_dose", "max_daily_dose") else FIRST_DAY
    reasons = set()
    floating: list[float] = []
    for fact in facts:
        low, high, why = _dose(fact, weight)
        extent = _extent(fact, span, context)
        _spread(extent, max(extent.first, begin), low, high, least, most)
        reasons.add(why or extent.why)
        if _on_some_day(fact, extent, span, context) and (low >= node.daily or equal(low, node.daily)):
            floating.append(low)
    lowest = _measure(node, least, most, context)
    if floating and node.measure == "max_daily_dose":
        lowest = max(lowest, *floating) if node.except_daily is None else lowest
    elif node.measure == "days":
        lowest = max(lowest, 1.0 if floating else 0.0)
    else:
        lowest = min(lowest + sum(floating), BOUND)
    return lowest, _measure(node, most, least, context), reasons


def _on_some_day(fact: Fact, extent: Extent, span: Span, context: Context) -> bool:
    """Whether a record covers a day of the window for certain, though no single day is certain."""
    return extent.sure and extent.sure_first > extent.sure_last and overlaps(fact, span, context) == CERTAIN


def _dose(fact: Fact, weight: Bounds | None) -> tuple[float, float, str]:
    """The daily dose of one record as an interval, with the reason where it is not one number."""
    if not fact.absolute:
        return fact.low, fact.high, fact.issue
    if weight is None or weight.low <= 0 or weight.high >= BOUND:
        return 0.0, BOUND, (weight.why if weight else "") or "weight_missing"
    most = fact.high if fact.high >= BOUND else fact.high / weight.low
    return fact.low / weight.high, most, fact.issue or weight.why


def _spread(
    extent: Extent, begin: date, low: float, high: float, least: dict[date, float], most: dict[date, float]
) -> None:
    """Add one record's daily dose to the days it covers from `begin` on."""
    for ordinal in range(begin.toordinal(), extent.last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        most[day] = min(most.get(day, 0.0) + high, BOUND)
        if extent.sure and extent.sure_first <= day <= extent.sure_last:
            least[day] = least.get(day, 0.0) + low


def _measure(node: Course, doses: dict[date, float], other: dict[date, float], context: Context) -> float:
    """The measure of a course node over one version of the daily doses; `other` is the opposite version.

    An exception is judged on the opposite version: the low end leaves out what may be excepted, the high end only
    what surely is.
    """
    days = sorted(day for day, dose in doses.items() if dose >= node.daily or equal(dose, node.daily))
    span = resolve(node.window, context)
    if not days or span is None:
        return 0.0
    inside = {day for day in days if span.from_low <= day <= span.to_high}
    if node.measure == "window_dose":
        return _total(doses[day] for day in sorted(inside))
    if node.measure == "max_daily_dose":
        return max(
            (doses[day] for day in inside if not _excepted(node, day, other.get(day, 0.0), context)),
            default=0.0,
        )
    reaching = [run for run in _courses(days, node.gap) if any(day in inside for day in run)]
    if node.measure == "days":
        return float(max((len(run) for run in reaching), default=0))
    return _total(doses[day] for run in reaching for day in run)


def _total(doses: Iterable[float]) -> float:
    return min(sum(doses), BOUND)


def _excepted(node: Course, day: date, dose: float, context: Context) -> bool:
    if node.except_daily is None or node.except_window is None:
        return False
    span = resolve(node.except_window, context)
    return (
        span is not None and span.from_low <= day <= span.to_high and greater_equal(dose, node.except_daily)
    )


def _courses(days: list[date], gap: int) -> list[list[date]]:
    """Days joined into courses: a day not more than `gap` days after the one before belongs to its course."""
    runs: list[list[date]] = []
    for day in days:
        if runs and (day - runs[-1][-1]).days <= gap:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
