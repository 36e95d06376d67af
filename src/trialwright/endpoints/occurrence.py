"""Whether something happened up to an encounter, such as an adverse event, or when."""

from __future__ import annotations

from datetime import date

from trialwright.endpoints.cumulative import TIMES
from trialwright.endpoints.events import find_event
from trialwright.endpoints.follow_up import FollowUp
from trialwright.endpoints.horizon import find_horizon
from trialwright.endpoints.row import EndpointRow, Rows
from trialwright.study.analysis import Estimand

_SO_FAR = {True: "happened", False: "", None: "event_uncertain"}
"""What is known already of somebody who is not due yet, a reason code."""


def derive_occurrence(follow_up: FollowUp, estimand: Estimand) -> EndpointRow:
    """Derive whether an occurrence happened up to the encounter of an estimand, in days from the beginning as a time.

    Everybody is observed up to the encounter or the end of participation; what happened to nobody's knowledge did not
    happen. One that may have happened (its date is not known well enough) has no value. As a yes or no, whoever is not
    due yet has none either, whether it has happened already or not: an early *yes* of those still on the way, without
    their *no*, would make the share too high. As a time it counts at once, and the others are censored.
    """
    row = Rows(follow_up, estimand.id)
    rule = follow_up.rules.of(estimand).occurrences[estimand.occurrence or ""]
    horizon = find_horizon(follow_up, estimand.encounter or "", outside_window=estimand.outside_window)
    times = estimand.summary in TIMES
    start = follow_up.start
    if start is None:
        return row("pending" if horizon.problem == "pending" else "not_begun")
    found = find_event(follow_up, rule, until=horizon.limit)
    if horizon.problem == "pending" and not times:
        return row("pending", detail=_SO_FAR[found.truth], day=found.day, facts=found.facts)
    if found.truth is None:
        return row("event_uncertain", day=found.day, facts=found.facts)
    if found.truth and found.day is not None:
        return row(
            "happened",
            value=None if times else True,
            time=(found.day - start).days if times else None,
            happened=True if times else None,
            day=found.day,
            facts=found.facts,
        )
    last = _observed_until(follow_up, horizon.limit)
    early = last < horizon.limit
    return row(
        "ended_early" if early else "did_not_happen",
        value=None if times else False,
        time=(last - start).days if times else None,
        happened=False if times else None,
        day=last,
        also=(follow_up.ended.position,) if early and follow_up.ended else (),
    )


def _observed_until(follow_up: FollowUp, limit: date) -> date:
    return min(limit, follow_up.ended.day) if follow_up.ended else limit
