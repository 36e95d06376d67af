"""Exposure added up by calendar day: daily doses, courses, their length and total.

Days with the same dose are one piece, so that a course of many years takes no longer than one of a week. Computed twice: from what is certain (the low end) and from everything possible (the high end).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
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


class Piece(NamedTuple):
    """Days on which the same dose was taken, from the ordinal of the first to that of the last."""

    first: int
    last: int
    dose: float

    @property
    def days(self) -> int:
        """How many days they are."""
        return self.last - self.first + 1


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
    """A dose measure from certain and from possible doses."""
    begin = span.from_low if node.measure in ("window_dose", "max_daily_dose") else FIRST_DAY
    reasons = set()
    floating: list[float] = []
    certain: list[Piece] = []
    possible: list[Piece] = []
    for fact in facts:
        low, high, why = _dose(fact, weight)
        extent = _extent(fact, span, context)
        first, last = max(extent.first, begin).toordinal(), extent.last.toordinal()
        possible.append(Piece(first, last, high))
        if extent.sure:
            sure_first, sure_last = extent.sure_first.toordinal(), extent.sure_last.toordinal()
            certain.append(Piece(max(first, sure_first), min(last, sure_last), low))
        reasons.add(why or extent.why)
        if _on_some_day(fact, extent, span, context) and (low >= node.daily or equal(low, node.daily)):
            floating.append(low)
    least, most = _daily(certain), _daily(possible)
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


def _daily(records: Sequence[Piece]) -> list[Piece]:
    """The dose of each day, added up over the records of it, as pieces that do not overlap; days without one are left out."""
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for number, record in enumerate(records):
        if record.first <= record.last:
            begins.setdefault(record.first, []).append(number)
            ends.setdefault(record.last + 1, []).append(number)
    pieces: list[Piece] = []
    running: set[int] = set()
    for day, following in pairwise(sorted({*begins, *ends})):
        running.difference_update(ends.get(day, ()))
        running.update(begins.get(day, ()))
        if running:
            dose = min(sum(records[number].dose for number in sorted(running)), BOUND)
            pieces.append(Piece(day, following - 1, dose))
    return pieces


def _measure(node: Course, doses: Sequence[Piece], other: Sequence[Piece], context: Context) -> float:
    """The measure of a course node over one version of the daily doses; `other` is the opposite version.

    An exception is judged on the opposite version: the low end leaves out what may be excepted, the high end only
    what surely is.
    """
    enough = [piece for piece in doses if piece.dose >= node.daily or equal(piece.dose, node.daily)]
    span = resolve(node.window, context)
    if not enough or span is None:
        return 0.0
    inside = _within(enough, span)
    if node.measure == "window_dose":
        return _total(inside)
    if node.measure == "max_daily_dose":
        return max((piece.dose for piece in _not_excepted(node, inside, other, context)), default=0.0)
    reaching = [run for run in _courses(enough, node.gap) if _within(run, span)]
    if node.measure == "days":
        return float(max((sum(piece.days for piece in run) for run in reaching), default=0))
    return _total(piece for run in reaching for piece in run)


def _within(pieces: Iterable[Piece], span: Span) -> list[Piece]:
    """What of the pieces lies in a span."""
    first, last = span.from_low.toordinal(), span.to_high.toordinal()
    cut = (Piece(max(piece.first, first), min(piece.last, last), piece.dose) for piece in pieces)
    return [piece for piece in cut if piece.first <= piece.last]


def _total(doses: Iterable[Piece]) -> float:
    return min(sum(piece.dose * piece.days for piece in doses), BOUND)


def _not_excepted(
    node: Course, pieces: Sequence[Piece], other: Sequence[Piece], context: Context
) -> Iterator[Piece]:
    """The pieces with a day that is not excepted by its dose in the opposite version."""
    span = resolve(node.except_window, context) if node.except_window is not None else None
    if node.except_daily is None or span is None:
        yield from pieces
        return
    high = [piece for piece in other if greater_equal(piece.dose, node.except_daily)]
    if greater_equal(0.0, node.except_daily):  # then a day without a dose is excepted too
        high = [Piece(span.from_low.toordinal(), span.to_high.toordinal(), 0.0)]
    excepted = _within(high, span)
    for piece in pieces:
        out = sum(
            min(piece.last, one.last) - max(piece.first, one.first) + 1
            for one in excepted
            if one.first <= piece.last and piece.first <= one.last
        )
        if out < piece.days:
            yield piece


def _courses(pieces: Sequence[Piece], gap: int) -> list[list[Piece]]:
    """Pieces joined into courses: one not more than `gap` days after the one before belongs to its course."""
    if gap < 1:  # every day is a course of its own
        return [[Piece(day, day, dose)] for first, last, dose in pieces for day in range(first, last + 1)]
    runs: list[list[Piece]] = []
    for piece in pieces:
        if runs and piece.first - runs[-1][-1].last <= gap:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs
