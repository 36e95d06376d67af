"""Exposure added up by calendar day: daily doses, courses, their length and total.

Computed twice: from what is certain (the low end) and from everything possible (the high end).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trialwright.logic.finding import CERTAIN, NONE, Bounds
from trialwright.logic.interpreter.context import Context, overlaps, resolve, start_high, why_possible
from trialwright.logic.interpreter.presence import answered_no, silence
from trialwright.logic.nodes import Course
from trialwright.logic.reasons import strongest
from trialwright.record.fact import Fact
from trialwright.terms.compare import greater_equal
from trialwright.terms.dates import add_days
from trialwright.terms.quantity import BOUND

SPREAD = 1096  # days before the day judged that are spread to single days; longer courses count as this long


def course(node: Course, weight: Bounds | None, context: Context) -> Bounds:
    """Evaluate a `Course`; `weight` in kg for doses recorded per day where the concept counts per kg and day."""
    span = resolve(node.window, context)
    least: dict[date, float] = {}
    most: dict[date, float] = {}
    touching: list[Fact] = []
    reasons: set[str] = set()
    for fact in context.facts(node.concept):
        if fact.absent or span is None:
            continue
        reason = _spread(node, fact, weight, least, most, context)
        if overlaps(fact, span, context) != NONE:
            touching.append(fact)
        reasons.add(reason)
    low = _measure(node, least, most, context)
    high = _measure(node, most, least, context)
    answer, answer_fact = answered_no(node.concept, node.answer_window, context)
    if not touching:
        why = silence(node.kind, answer, context)
        if node.silence_is_none and why != "kind_not_covered":
            why = ""
        facts = (answer_fact,) if answer_fact else ()
        return Bounds(0.0, BOUND if why else 0.0, why, answer_fact, answer_fact, NONE, facts)
    if answer != NONE:
        low = 0.0
    why = "" if high <= low else "conflict" if answer != NONE else strongest(reasons)
    last = max(touching, key=lambda fact: (fact.start_low, fact.fact))
    return Bounds(low, high, why, last, last, CERTAIN, tuple(touching))


def _spread(
    node: Course,
    fact: Fact,
    weight: Bounds | None,
    least: dict[date, float],
    most: dict[date, float],
    context: Context,
) -> str:
    """Add one record to the days it covers; give the reason why it is not certain ('' if it is)."""
    earliest = add_days(context.day, -SPREAD)
    low, high, why = fact.low, fact.high, fact.issue
    if node.measure == "days" and not node.daily:
        why = ""
    elif fact.absolute:
        if weight is None or weight.low <= 0 or weight.high >= BOUND:
            low, high, why = 0.0, BOUND, (weight.why if weight else "") or "weight_missing"
        else:
            low, high, why = (
                low / weight.high,
                high if high >= BOUND else high / weight.low,
                why or weight.why,
            )
    sure_from = start_high(fact, context)
    sure_to = min(fact.end_low, context.day)
    sure = not fact.doubt and sure_from <= context.known
    day = max(fact.start_low, earliest)
    end = min(fact.end_high, context.day)
    if not sure or sure_to < end or day < max(sure_from, earliest):
        why = why or why_possible(fact)
    while day <= end:
        most[day] = min(most.get(day, 0.0) + high, BOUND)
        if sure and sure_from <= day <= sure_to:
            least[day] = least.get(day, 0.0) + low
        day = add_days(day, 1)
    return why


def _measure(node: Course, doses: dict[date, float], other: dict[date, float], context: Context) -> float:
    """The measure of a course node over one version of the daily doses; `other` is the opposite version.

    An exception is judged on the opposite version: the low end leaves out what may be excepted, the high end only
    what surely is.
    """
    days = sorted(day for day, dose in doses.items() if node.daily == 0 or greater_equal(dose, node.daily))
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
