"""When an estimand is judged: the visit it asks for, up to which day things count, and what changes the answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from trialwright.endpoints.events import Happened, find_event
from trialwright.endpoints.follow_up import FollowUp, Held, exact_day
from trialwright.study.analysis import Estimand
from trialwright.study.schedule import Encounter
from trialwright.study.visit_window import Window, compute_window
from trialwright.terms.dates import add_days

NO_ANSWER = "treatment_policy"
"""The strategy for a missing answer where the estimand names none: it stays missing."""


class Horizon(NamedTuple):
    """The encounter of an estimand for one participant.

    `visit`: the visit that can be used; None: none, for `problem` (a reason code). `limit`: the last day that counts.
    `end`: the last day on which the visit could have taken place.
    """

    visit: Held | None
    problem: str
    limit: date
    end: date


def find_horizon(follow_up: FollowUp, encounter_id: str, *, outside_window: str | None) -> Horizon:
    """Find the visit of an encounter, and up to which day things count.

    Before the last day on which the visit could take place everybody without it is pending, those who died or left too:
    their *no* before the others could say yes would make an interim share too low, their event too high.
    `outside_window`: `used`, or `not_used`: then a visit outside its window is none.
    """
    schedule = follow_up.rules.study.schedule
    encounter = next(each for each in schedule.encounters if each.id == encounter_id) if schedule else None
    window = follow_up.window(encounter) if encounter else None
    if window is None:
        pending = _may_still_begin(follow_up, encounter)
        return Horizon(None, "pending" if pending else "not_begun", follow_up.on, follow_up.on)
    held = [visit for visit in follow_up.visits if visit.encounter == encounter_id]
    inside = [visit for visit in held if window.holds(visit.day)]
    usable = inside if outside_window == "not_used" else held
    if usable:
        return Horizon(usable[-1], "", usable[-1].day, window.last)
    limit = min(window.last, follow_up.on)
    if not follow_up.over and follow_up.on <= window.last:
        return Horizon(None, "pending", limit, window.last)
    return Horizon(None, "outside_window" if held else "no_visit", limit, window.last)


def _may_still_begin(follow_up: FollowUp, encounter: Encounter | None) -> bool:
    """Whether the encounter could still come if treatment began on the day of allocation; without one, while any may."""
    if follow_up.over or follow_up.ended is not None:
        return False
    allocated = follow_up.participant.allocated
    day = exact_day(allocated.date) if allocated else None
    if day is None or encounter is None or encounter.timing is None:
        return True
    window: Window = compute_window(encounter.timing, day)
    return follow_up.on <= window.last


class Intercurrent(NamedTuple):
    """An intercurrent event with the strategy of the estimand for it."""

    happened: Happened
    strategy: str


class Events(NamedTuple):
    """The intercurrent events that matter, treatment policy left out: the first that came, and the first that may have.

    `missing`: the strategy for a missing answer, and the id of its event ('' where the estimand names none).
    """

    came: Intercurrent | None
    perhaps: Intercurrent | None
    missing: str
    missing_event: str


def find_intercurrent(follow_up: FollowUp, estimand: Estimand, *, until: date) -> Events:
    """Find which intercurrent events of an estimand came up to a day."""
    rules = follow_up.rules.of(estimand).events
    came: list[Intercurrent] = []
    perhaps: list[Intercurrent] = []
    missing, missing_event = NO_ANSWER, ""
    for each in estimand.intercurrent_events:
        rule = rules[each.event]
        if rule.condition is None:
            missing, missing_event = each.strategy, each.event
        elif each.strategy != "treatment_policy":
            found = find_event(follow_up, rule, until=until)
            if found.truth is not False:
                (came if found.truth else perhaps).append(Intercurrent(found, each.strategy))
    return Events(_first(came), _first(perhaps), missing, missing_event)


def find_events_before(
    follow_up: FollowUp, estimands: Iterable[Estimand], *, day: date
) -> tuple[Intercurrent, ...]:
    """List the intercurrent events of some estimands that came, or may have come, before a day, the first one first.

    Those of the day itself come after a visit of that day, as in the estimands. Treatment policy is left out: by it the
    event changes nothing.
    """
    found: dict[str, Intercurrent] = {}
    until = add_days(day, -1)
    for estimand in estimands:
        rules = follow_up.rules.of(estimand).events
        for each in estimand.intercurrent_events:
            rule = rules[each.event]
            if rule.condition is None or each.strategy == "treatment_policy" or each.event in found:
                continue
            happened = find_event(follow_up, rule, until=until)
            if happened.truth is not False:
                found[each.event] = Intercurrent(happened, each.strategy)
    return tuple(sorted(found.values(), key=lambda each: each.happened.day or date.max))


def _first(events: list[Intercurrent]) -> Intercurrent | None:
    return min(events, key=lambda each: each.happened.day or date.max, default=None)
