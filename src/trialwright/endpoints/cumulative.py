"""Whether, and when, a response is first reached up to an encounter, under the strategies of an estimand."""

from __future__ import annotations

from datetime import date

from trialwright.endpoints.follow_up import FollowUp, Held
from trialwright.endpoints.horizon import Intercurrent
from trialwright.endpoints.landmark import COMPOSITE, Asked
from trialwright.endpoints.row import EndpointRow, Rows
from trialwright.study.analysis import Estimand

TIMES = frozenset({"survival_curve", "hazard_ratio"})
"""The summaries that need a time instead of a yes or no."""


def derive_cumulative(follow_up: FollowUp, estimand: Estimand) -> EndpointRow:
    """Derive the first visit at which the categories of an estimand are reached, up to and including its encounter.

    Visits count from the day after treatment began. After an intercurrent event of any strategy but treatment policy
    nothing can be reached any more. As a time, in days from the day on which treatment began:

    - reached: the day of that visit;
    - not reached, with an answer at the encounter: up to the last day on which the encounter could be, whenever it was.
      Otherwise who came early would leave those at risk before others reach the response, and the curve would rise
      above the share who reached it;
    - composite: never, so that the participant stays at risk up to that same day;
    - neither of the two beyond the cut-off while the trial goes on: nobody else is at risk there;
    - while on treatment and hypothetical: nothing is known after the event;
    - no answer at the encounter: composite as above, else nothing is known after the last visit with an answer.

    As a yes or no, a response that was reached at no visit is a no if the encounter itself has an answer: what was so
    between visits is not observed. **Source**: ICH E9(R1), A.3.2; the protocol of BEAM, "Response at a visit".
    """
    asked, row = Asked(follow_up, estimand), Rows(follow_up, estimand.id)
    times = estimand.summary in TIMES
    if follow_up.start is None:
        if asked.horizon.problem == "pending":
            return row("pending")
        if times:
            return row("not_begun", time=0, happened=False)
        return _missing(asked, row, "not_begun", None, times=False)
    last: Held | None = None
    for visit in _visits(asked):
        assessment = asked.assess(visit)
        truth = assessment.among(estimand.categories)
        if truth:
            return row(
                "first_reached",
                value=None if times else True,
                time=(visit.day - follow_up.start).days if times else None,
                happened=True if times else None,
                category=assessment.category.id if assessment.category else None,
                visit=visit.id,
                day=visit.day,
                facts=assessment.facts,
                also=(visit.position,),
            )
        last = visit if truth is False else last
    came = asked.events.came
    if came is not None:
        return _after_event(asked, row, came, last, times=times)
    if asked.horizon.visit is not None and last == asked.horizon.visit:
        return _not_reached(
            asked, row, "followed_to_end" if times else "not_reached", last, until=_end(asked)
        )
    if asked.horizon.problem == "pending":
        return _not_reached(asked, row, "pending", last, until=_day(last)) if times else row("pending")
    detail = "event_uncertain" if asked.events.perhaps else asked.horizon.problem or "no_record"
    return _missing(asked, row, detail, last, times=times)


def _visits(asked: Asked) -> list[Held]:
    """The visits that can show a response: after the beginning, up to the last day, not after an intercurrent event."""
    until = asked.horizon.limit
    for event in (asked.events.came, asked.events.perhaps):
        if event is not None and event.happened.day is not None:
            until = min(until, event.happened.day)
    wrong = asked.horizon.visit is None and asked.horizon.problem == "outside_window"
    return [
        visit
        for visit in asked.follow_up.treated
        if visit.day <= until and not (wrong and visit.encounter == asked.estimand.encounter)
    ]


def _end(asked: Asked) -> date:
    """The last day on which the encounter could be; while others are still followed, not after the cut-off."""
    follow_up = asked.follow_up
    return asked.horizon.end if follow_up.over else min(asked.horizon.end, follow_up.on)


def _day(visit: Held | None) -> date | None:
    return visit.day if visit else None


def _days(asked: Asked, day: date | None) -> int:
    start = asked.follow_up.start
    return 0 if start is None or day is None else max((day - start).days, 0)


def _not_reached(
    asked: Asked, row: Rows, reason: str, last: Held | None, *, until: date | None
) -> EndpointRow:
    """Not reached up to a day, the last visit with an answer being one of its facts."""
    facts = asked.assess(last).facts if last else ()
    times = asked.estimand.summary in TIMES
    return row(
        reason,
        value=None if times else False,
        time=_days(asked, until) if times else None,
        happened=False if times else None,
        visit=last.id if last else None,
        day=last.day if last else None,
        facts=facts,
        also=(last.position,) if last else (),
    )


def _after_event(
    asked: Asked, row: Rows, came: Intercurrent, last: Held | None, *, times: bool
) -> EndpointRow:
    """Not reached before an intercurrent event."""
    happened = came.happened
    common = {
        "day": happened.day,
        "event": happened.event.id,
        "event_on": happened.day,
        "facts": happened.facts,
    }
    match came.strategy:
        case "composite":
            days = _days(asked, _end(asked))
            return row(
                "event_composite",
                value=None if times else False,
                time=days if times else None,
                happened=False if times else None,
                **common,  # type: ignore[arg-type]
            )
        case "while_on_treatment" | "hypothetical" if times:
            days = _days(asked, happened.day)
            return row("event_ends_follow_up", time=days, happened=False, **common)  # type: ignore[arg-type]
        case "while_on_treatment":
            return row("not_reached", value=False, **common)  # type: ignore[arg-type]
        case "hypothetical":
            return row("event_hypothetical", impute=True, **common)  # type: ignore[arg-type]
        case "principal_stratum":
            return row("principal_stratum", **common)  # type: ignore[arg-type]
    return row("event_not_answerable", **common)  # type: ignore[arg-type]


def _missing(asked: Asked, row: Rows, detail: str, last: Held | None, *, times: bool) -> EndpointRow:
    """Not reached as far as is known, and the encounter has no answer."""
    strategy, event = asked.events.missing, asked.events.missing_event or None
    if strategy in COMPOSITE:
        category = asked.category(strategy)
        if not times:
            counts = asked.counts(category)
            return row(COMPOSITE[strategy], value=counts, category=category, event=event, detail=detail)
        days = _days(asked, _end(asked))
        happened = asked.counts(category)
        return row(
            COMPOSITE[strategy], time=days, happened=happened, category=category, event=event, detail=detail
        )
    if times or strategy == "while_on_treatment":
        ended = (
            asked.follow_up.ended
        )  # who completed the study did not leave it early: the visit has no answer
        reason = "last_known" if ended is None or ended.kind == "completion" else "ended_early"
        found = _not_reached(asked, row, reason, last, until=_day(last))
        return found if last is not None or times else row("missing_hypothetical", event=event, detail=detail)
    return row("missing_hypothetical", event=event, detail=detail, impute=strategy == "hypothetical")
