"""The situation at a visit: its results, the visits since a response, and which intercurrent events came before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from trialwright.endpoints.events import Happened, find_event
from trialwright.endpoints.follow_up import FollowUp, Held
from trialwright.logic.interpreter import Came, Context, Occasion
from trialwright.study.occasions import IN_RESPONSE, VISIT
from trialwright.study.situation import open_context
from trialwright.terms.dates import add_days


def open_visit_context(
    follow_up: FollowUp, visit: Held, several: str, response_visits: Iterable[Held] = ()
) -> Context:
    """Give the situation at a visit; `several`: which of several results of a visit counts.

    `response_visits`: the visits since a response, for rules that compare with them.
    """
    earlier = tuple(response_visits)
    key = (visit.id, several, tuple(each.id for each in earlier))
    if key not in follow_up.contexts:
        also = {VISIT: Occasion(visit.day, only=_chosen(follow_up, (visit,), several))}
        if earlier:
            also[IN_RESPONSE] = Occasion(earlier[-1].day, only=_chosen(follow_up, earlier, "all"))
        follow_up.contexts[key] = open_context(
            follow_up.rules.study,
            follow_up.participant,
            on=visit.day,
            person=follow_up.person,
            days=follow_up.days,
            also=also,
            came=_came_before(follow_up, visit),
        )
    return follow_up.contexts[key]


def _came_before(follow_up: FollowUp, visit: Held) -> dict[str, Came]:
    """The intercurrent events that rules ask for, up to the day before a visit: one of its own day comes after it.

    Medicines are stopped, and rescue is given, for what the visit shows; estimands count the same way.
    """
    until = add_days(visit.day, -1)
    return {
        rule.event.id: _as_came(find_event(follow_up, rule, until=until))
        for rule in follow_up.rules.chosen.asked
    }


def _as_came(found: Happened) -> Came:
    return Came(found.truth, found.reason, found.day, found.facts)


def _chosen(follow_up: FollowUp, visits: Iterable[Held], several: str) -> frozenset[str]:
    """The facts of visits that count."""
    members = frozenset[str]().union(*(visit.facts for visit in visits))
    if several not in ("latest", "first"):
        return members
    pick: Callable[[Iterable[date]], date] = max if several == "latest" else min
    kept: set[str] = set()
    for facts in follow_up.person.facts.values():
        mine = [fact for fact in facts if fact.fact in members]
        if mine:
            day = pick(fact.start_low for fact in mine)
            kept |= {fact.fact for fact in mine if fact.start_low == day}
    return frozenset(kept)
