"""Alerts: which rules of safety.yaml hold for a participant on a day, and which cannot be judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from trialwright.logic.finding import Finding
from trialwright.logic.interpreter import evaluate
from trialwright.record.fact import Fact
from trialwright.record.participant import Participant
from trialwright.safety.rules import AlertRule, SafetyPlan
from trialwright.study.safety import Alert
from trialwright.study.situation import open_context, type_participant
from trialwright.terms.truth import Truth


class AlertFinding(NamedTuple):
    """One alert judged: it fires where `truth` is true; an unknown one is no alert, and is shown with its `reason`."""

    alert: Alert
    truth: Truth
    reason: str
    finding: Finding

    @property
    def evidence(self) -> tuple[Fact, ...]:
        """The facts it rests on, in reading order."""
        return tuple(dict.fromkeys(fact for leaf in self.finding.leaves() for fact in leaf.facts))


def assess_alerts(
    plan: SafetyPlan, participant: Participant, *, on: date, about: frozenset[str] | None
) -> tuple[AlertFinding, ...]:
    """Judge the alerts of a study for one participant on a day, in the order of safety.yaml.

    `on`: the day of the results (of an adverse event: its first day), which may lie before the day on which a form is
    saved; what is dated later is not looked at. `about`: the concepts that the saved form answers, so that only alerts which read one of them are judged; None for
    all. A record of a concept that cannot be placed in time leaves its alerts open (`record_unreadable`), unless they fire.
    """
    rules = [rule for rule in plan.alerts if about is None or not rule.concepts.isdisjoint(about)]
    if not rules:
        return ()
    context = open_context(plan.study, participant, on=on)
    found = []
    for rule in rules:
        finding = evaluate(rule.condition, context)
        truth, reason = finding.truth, finding.reason
        if truth is False and not rule.concepts.isdisjoint(context.person.unreadable):
            truth, reason = None, "record_unreadable"
        found.append(AlertFinding(rule.alert, truth, reason, finding))
    return tuple(found)


class AlertStanding(NamedTuple):
    """What has become of an alert, two things apart.

    `follows`: whether the rule holds for the alert's own day by what is known now: False where the record was changed
    since. `holds`: whether it holds on the day looked at, with its `reason`. `last_day`, `last_holds`: where that is not
    known, the last day since the alert's own that can be judged, and what the rule gives there; None where no later day can.
    """

    follows: Truth
    holds: Truth
    reason: str
    last_day: date | None = None
    last_holds: Truth = None


def follow_alert(
    plan: SafetyPlan, participant: Participant, alert: str, *, raised_on: date, today: date
) -> AlertStanding:
    """Judge an alert once more: for the day it was raised for, and for a later day.

    `alert`: its id in safety.yaml; one that the definition no longer has can be judged on no day (`not_computed`).
    `raised_on`: the day of the results that raised it. `today`: the day looked at. A rule of laboratory results reads
    those of its day, so that most days cannot be judged; then the last result since says whether it still held.
    """
    own = tuple(rule for rule in plan.alerts if rule.alert.id == alert)
    if not own:
        return AlertStanding(None, None, "not_computed")
    plan = replace(plan, alerts=own)

    def judge(on: date) -> AlertFinding:
        return assess_alerts(plan, participant, on=on, about=None)[0]

    then, now = judge(raised_on), judge(today)
    if now.truth is None:
        for day in _days_with_results(plan, participant, own[0], since=raised_on, until=today):
            last = judge(day).truth
            if last is not None:
                return AlertStanding(then.truth, None, now.reason, day, last)
    return AlertStanding(then.truth, now.truth, now.reason)


def _days_with_results(
    plan: SafetyPlan, participant: Participant, rule: AlertRule, *, since: date, until: date
) -> Iterator[date]:
    """The days after one, up to another, of which the record tells something that the rule reads; the last one first."""
    person = type_participant(plan.study, participant)
    facts = (fact for concept in rule.concepts for fact in person.facts.get(concept, ()))
    days = {day for fact in facts for day in (fact.start_low, fact.end_high) if not fact.undated}
    yield from sorted((day for day in days if since < day <= until), reverse=True)
