"""Losing a response: the first later visit with a flare, as a time from the response on."""

from __future__ import annotations

from trialwright.endpoints.at_visit import open_visit_context
from trialwright.endpoints.follow_up import FollowUp, Held
from trialwright.endpoints.horizon import find_horizon, find_intercurrent
from trialwright.endpoints.response import assess_response
from trialwright.endpoints.row import EndpointRow, Rows
from trialwright.logic.finding import Finding, united
from trialwright.logic.interpreter import evaluate
from trialwright.study.analysis import Estimand
from trialwright.study.analysis_rules import RelapseRules
from trialwright.terms.truth import any_of


def derive_relapse(follow_up: FollowUp, estimand: Estimand) -> EndpointRow:
    """Derive the time in days from the first response to the first visit with one of the relapse's events.

    Somebody who never responded has nothing to lose and no time. Without a relapse the time ends at the last visit that
    has an answer. After an intercurrent event of any strategy but treatment policy no visit counts, so that the time
    ends at the last one with an answer up to it, not on its day: since that visit nobody has looked for a relapse.
    """
    row = Rows(follow_up, estimand.id)
    plan = follow_up.rules.of(estimand)
    rules = plan.relapses[estimand.relapse or ""]
    horizon = find_horizon(follow_up, estimand.encounter or "", outside_window=estimand.outside_window)
    events = find_intercurrent(follow_up, estimand, until=horizon.limit)
    until = horizon.limit
    for event in (events.came, events.perhaps):
        if event is not None and event.happened.day is not None:
            until = min(until, event.happened.day)
    visits = [visit for visit in follow_up.treated if visit.day <= until]
    responded = [
        visit
        for visit in visits
        if assess_response(follow_up, visit.id, response=rules.relapse.response, plan=plan).among(
            rules.relapse.after
        )
    ]
    if not responded:
        return row("pending" if horizon.problem == "pending" else "no_response")
    first, last = responded[0], responded[0]
    earlier = [first]
    several = plan.responses[rules.relapse.response].response.several_results
    for visit in visits[visits.index(first) + 1 :]:
        findings = _findings(follow_up, rules, visit, earlier, several)
        truth = any_of(finding.truth for _, finding in findings)
        if truth:
            return _relapsed(row, first, visit, findings)
        last = visit if truth is False else last
        earlier.append(visit)
    ended = events.came or events.perhaps
    reason = "last_before_event" if ended else "followed_to_end" if last == horizon.visit else "last_known"
    return row(
        reason,
        time=(last.day - first.day).days,
        happened=False,
        visit=last.id,
        day=last.day,
        event=ended.happened.event.id if ended else None,
        event_on=ended.happened.day if ended else None,
        also=(first.position, last.position),
    )


def _findings(
    follow_up: FollowUp, rules: RelapseRules, visit: Held, earlier: list[Held], several: str
) -> list[tuple[str, Finding]]:
    context = open_visit_context(follow_up, visit, several, earlier)
    return [(event.id, evaluate(condition, context)) for event, condition in rules.events]


def _relapsed(row: Rows, first: Held, visit: Held, findings: list[tuple[str, Finding]]) -> EndpointRow:
    flares = [(id, finding) for id, finding in findings if finding.truth]
    return row(
        "happened",
        time=(visit.day - first.day).days,
        happened=True,
        category=flares[0][0],
        visit=visit.id,
        day=visit.day,
        facts=united([finding for _, finding in flares]),
        also=(first.position, visit.position),
    )
