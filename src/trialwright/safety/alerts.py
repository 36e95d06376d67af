"""Alerts: which rules of safety.yaml hold for a participant on a day, and which cannot be judged."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from trialwright.logic.finding import Finding
from trialwright.logic.interpreter import evaluate
from trialwright.record.fact import Fact
from trialwright.record.participant import Participant
from trialwright.safety.rules import SafetyPlan
from trialwright.study.safety import Alert
from trialwright.study.situation import open_context
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
