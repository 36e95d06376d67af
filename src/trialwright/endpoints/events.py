"""Intercurrent events and other occurrences: whether one came, on which day, and which facts say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple, cast

from trialwright.endpoints.follow_up import FollowUp
from trialwright.logic.interpreter import evaluate
from trialwright.logic.nodes import Condition
from trialwright.record.fact import PRESENCE_KINDS, Fact
from trialwright.study.analysis import IntercurrentEvent, Occurrence
from trialwright.study.analysis_rules import EventRule
from trialwright.terms.dates import add_days
from trialwright.terms.truth import Truth


class Happened(NamedTuple):
    """Whether an event came within a time: `day` the first day on which it certainly was there.

    `truth` None: it may have come, `day` is then the first day on which it may have. `reason`: a reason code.
    """

    event: IntercurrentEvent | Occurrence
    truth: Truth
    day: date | None
    facts: tuple[Fact, ...]
    positions: tuple[int, ...]
    reason: str


def find_event(follow_up: FollowUp, rule: EventRule, *, until: date) -> Happened:
    """Find the first day, from an event's beginning on and up to `until`, on which its rule holds.

    Only what began in that time counts: a medicine taken since before is no new one. What is dated to a month or year
    counts for certain if all of it lies in that time, as of its last possible day. Raises `ValueError` for an event
    without a rule: that there is no answer is not found on a day.
    """
    if rule.condition is None or rule.event.after is None:
        raise ValueError(f"{rule.event.id} has no rule")
    until = min(until, follow_up.on)
    key = (rule.event.id, until)
    if key not in follow_up.happened:  # every estimand and visit asks for the same events
        follow_up.happened[key] = _find(follow_up, rule, rule.event.after, until)
    found: Happened = follow_up.happened[key]
    return found


def _find(follow_up: FollowUp, rule: EventRule, after: str, until: date) -> Happened:
    anchor = follow_up.days.get(after)
    if anchor is not None:
        first = anchor.day if rule.event.counts_from == "same_day" else add_days(anchor.day, 1)
        surely = _begun(follow_up, rule, first, until, surely=True)
        certain = _first_day(follow_up, rule, surely, first, until)
        if certain is not None and certain.truth:
            return certain
        maybe = _begun(follow_up, rule, first, until, surely=False)
        perhaps = certain if maybe == surely else _first_day(follow_up, rule, maybe, first, until)
        if perhaps is not None:
            reason = "date_imprecise" if perhaps.truth else perhaps.reason
            return perhaps._replace(truth=None, reason=reason)
        unreadable = follow_up.person.unreadable
        if "*" in unreadable or not unreadable.isdisjoint(rule.concepts):
            return Happened(rule.event, None, first, (), (), "record_unreadable")
    return Happened(rule.event, False, None, (), (), "absent")


def _begun(
    follow_up: FollowUp, rule: EventRule, first: date, until: date, *, surely: bool
) -> dict[str, tuple[Fact, ...]]:
    """The facts of the rule that began in a time, surely or perhaps, each on one day; results are kept as they are."""
    rows = {}
    for concept in rule.concepts:
        facts = []
        for fact in follow_up.person.facts.get(concept, ()):
            if fact.raw.kind not in PRESENCE_KINDS:
                facts.append(fact)
            elif surely and first <= fact.start_low and fact.start_high <= until:
                facts.append(_on(fact, fact.start_high))
            elif not surely and first <= fact.start_high and fact.start_low <= until:
                facts.append(_on(fact, max(fact.start_low, first)))
        rows[concept] = tuple(facts)
    return rows


def _on(fact: Fact, day: date) -> Fact:
    """A fact as if it began on a day."""
    ends = max(fact.end_low, day), max(fact.end_high, day)
    return fact._replace(start_low=day, start_high=day, end_low=ends[0], end_high=ends[1], undated=False)


def _first_day(
    follow_up: FollowUp, rule: EventRule, rows: Mapping[str, tuple[Fact, ...]], first: date, until: date
) -> Happened | None:
    """The first day on which the rule holds, else the first on which it may."""
    condition = cast("Condition", rule.condition)
    perhaps: Happened | None = None
    starts = {fact.start_low for facts in rows.values() for fact in facts}
    for day in sorted(day for day in starts if first <= day <= until):
        context = replace(follow_up.on_day(day), rows=rows, findings={}, numbers={}, spans={}, anchors={})
        finding = evaluate(condition, context)
        if finding.truth is False:
            continue
        positions = follow_up.positions_of(finding.facts)
        reason = "present" if finding.truth else finding.reason
        found = Happened(rule.event, finding.truth, day, finding.facts, positions, reason)
        if finding.truth:
            return found
        perhaps = perhaps or found
    return perhaps
