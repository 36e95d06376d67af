"""Picking one result of a concept: the latest day, the first day, the lowest or highest of a window."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from trialwright.logic.finding import CERTAIN, NONE, POSSIBLE, Bounds, unbounded
from trialwright.logic.interpreter.context import Context, date_reason, lies_in, resolve, start_high
from trialwright.logic.nodes import Pick, Score, StandIn, Window
from trialwright.logic.reasons import strongest
from trialwright.record.fact import Fact
from trialwright.terms.quantity import BOUND


class Row(NamedTuple):
    """One candidate result: its place in the window and the interval of its value."""

    place: int
    first: date
    last: date
    exact: bool
    low: float
    high: float
    issue: str
    id: str
    fact: Fact


def pick(node: Pick, context: Context) -> Bounds:
    """Evaluate a `Pick`."""
    rows = _rows(node, context)
    bounds = choose(rows, which=node.which, worst=node.worst, missing=node.missing)
    if bounds.there == NONE and node.surrogate is not None:
        other = pick(node.surrogate, context)
        if other.there == CERTAIN:
            return other._replace(low=-BOUND, high=BOUND, why="surrogate_only", there=NONE)
    return bounds


def _rows(node: Pick, context: Context) -> list[Row]:
    facts = context.facts(node.concept)
    span = resolve(node.window, context) if facts else None
    if span is None:
        return []
    rows = []
    ratio = node.quantity == "ratio"
    for fact in facts:
        place = lies_in(fact, span, context)
        if place == NONE:
            continue
        low, high, issue = (
            (fact.ratio_low, fact.ratio_high, fact.ratio_issue)
            if ratio
            else (fact.low, fact.high, fact.issue)
        )
        first, last = fact.start_low, start_high(fact, context)
        if span.only is not None:  # what belongs to a visit is of its day
            first = last = span.to_low
        exact = place == CERTAIN and (fact.exact_day or span.only is not None)
        rows.append(Row(place, first, last, exact, low, high, issue, fact.fact, fact))
    return rows


def choose(rows: Iterable[Row], *, which: str, worst: str, missing: str) -> Bounds:
    """Choose among candidate rows; see `Pick` for what the words mean."""
    rows = list(rows)
    if not rows:
        return unbounded(missing)
    if which in ("lowest", "highest"):
        return _extreme(rows, highest=which == "highest")
    certain = [row for row in rows if row.place == CERTAIN]
    if not certain:
        return _perhaps(rows)
    if which == "latest":
        bar = max(row.first for row in certain)
        rows = [row for row in rows if row.last >= bar]
    else:
        bar = min(row.last for row in certain)
        rows = [row for row in rows if row.first <= bar]
    exact, loose = [row for row in rows if row.exact], [row for row in rows if not row.exact]
    return _merge(exact, loose, worst)


def _perhaps(rows: list[Row]) -> Bounds:
    """Results that may all lie outside the window."""
    fact = max(rows, key=lambda row: row.id).fact
    return unbounded(strongest(date_reason(row.fact) for row in rows), there=POSSIBLE, fact=fact)


def _top(rows: list[Row], end: str, *, sign: int) -> Row:
    """The row with the greatest (sign 1) or least (sign -1) end of its interval; of equal ones the last id."""
    return max(rows, key=lambda row: (sign * getattr(row, end), row.id))


def _merge(exact: list[Row], loose: list[Row], worst: str) -> Bounds:
    """The interval of one day's results (`exact`) and of results that may be of that day or decide it (`loose`)."""
    lows: list[Row] = []
    highs: list[Row] = []
    if exact:
        lows.append(_top(exact, "low", sign=1 if worst == "high" else -1))
        highs.append(_top(exact, "high", sign=-1 if worst == "low" else 1))
    if loose:
        lows.append(_top(loose, "low", sign=-1))
        highs.append(_top(loose, "high", sign=1))
    low = min(lows, key=lambda row: row.low)
    high = max(highs, key=lambda row: row.high)
    why = ""
    if low.low != high.high:
        if loose and (exact or len(loose) > 1):
            why = strongest(date_reason(row.fact) for row in loose)
        else:
            why = high.issue or low.issue or "conflict"
    used = tuple(row.fact for row in exact + loose)
    return Bounds(low.low, high.high, why, low.fact, high.fact, CERTAIN, used)


def _extreme(rows: list[Row], *, highest: bool) -> Bounds:
    """The lowest or highest result of the whole window."""
    certain = [row for row in rows if row.place == CERTAIN]
    if not certain:
        return _perhaps(rows)
    if highest:
        low = _top(certain, "low", sign=1)
        high = _top(rows, "high", sign=1)
    else:
        low = _top(rows, "low", sign=-1)
        high = _top(certain, "high", sign=-1)
    why = ""
    if low.low != high.high:
        why = high.issue or low.issue or "date_imprecise"
    return Bounds(low.low, high.high, why, low.fact, high.fact, CERTAIN, (low.fact, high.fact))


def score(node: Score, context: Context) -> Bounds:
    """Evaluate a `Score`: totals from closed item lists, else recorded totals."""
    totals, loose = _item_totals(node, context)
    rows: list[Row] = []
    span = resolve(node.window, context)
    if span is None:
        return unbounded(node.missing)
    for fact in context.facts(node.concept):
        place = lies_in(fact, span, context)
        if place == NONE or (fact.exact_day and fact.start_low in totals):
            continue
        last = start_high(fact, context)
        exact = fact.exact_day and place == CERTAIN
        rows.append(Row(place, fact.start_low, last, exact, fact.low, fact.high, fact.issue, fact.fact, fact))
    for low, high, fact in totals.values():
        place = lies_in(fact, span, context)
        if place != NONE:
            issue = "value_unreadable" if low != high else ""
            rows.append(
                Row(
                    place, fact.start_low, fact.start_low, place == CERTAIN, low, high, issue, fact.fact, fact
                )
            )
    for fact in loose:
        place = lies_in(fact, span, context)
        if place != NONE:
            last = start_high(fact, context)
            limit = sum(node.weights)
            rows.append(
                Row(place, fact.start_low, last, False, 0.0, limit, date_reason(fact), fact.fact, fact)
            )
    return choose(rows, which="latest", worst=node.worst, missing=node.missing)


def _item_totals(node: Score, context: Context) -> tuple[dict[date, tuple[float, float, Fact]], list[Fact]]:
    """Totals of the days whose list is closed (lowest, highest, closing fact), and items without a certain day."""
    items: dict[date, list[Fact]] = {}
    loose: list[Fact] = []
    for fact in context.facts(node.items):
        if fact.exact_day:
            items.setdefault(fact.start_low, []).append(fact)
        else:
            loose.append(fact)
    totals = {}
    everything = sum(node.weights)
    for day, facts in items.items():
        closing = [fact for fact in facts if fact.low == fact.high == -1.0]
        if not closing:
            continue
        present = {int(fact.low) for fact in facts if fact.low == fact.high and fact.low >= 0}
        total = sum(node.weights[index] for index in present)
        unreadable = any(fact.low != fact.high for fact in facts)
        closer = max(closing, key=lambda fact: fact.fact)
        totals[day] = (total, everything if unreadable else total, closer)
    return totals, [fact for fact in loose if _may_matter(fact, totals)]


def _may_matter(fact: Fact, closed: Iterable[date]) -> bool:
    """Whether an item without a certain day may change a total: it may close a list, or be of a closed day."""
    return fact.low <= -1.0 or any(fact.start_low <= day <= fact.start_high for day in closed)


def stand_in(node: StandIn, context: Context) -> Bounds:
    """Evaluate a `StandIn`."""
    first = pick(node.first, context)
    if first.there == CERTAIN:
        return first
    if first.there == NONE:
        second = pick(node.second, context)
        return second if second.there != NONE else first
    return first


def has_result(concept: str, window: Window, context: Context) -> tuple[int, int, tuple[Fact, ...]]:
    """How many results certainly and possibly lie in a window, with the facts."""
    span = resolve(window, context)
    if span is None:
        return 0, 0, ()
    places = [(lies_in(fact, span, context), fact) for fact in context.facts(concept)]
    certain = sum(1 for place, _ in places if place == CERTAIN)
    found = tuple(fact for place, fact in places if place != NONE)
    return certain, len(found), found
