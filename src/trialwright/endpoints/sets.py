"""Who belongs to which analysis set, and in which arm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from trialwright.endpoints.follow_up import FollowUp
from trialwright.logic.finding import Finding
from trialwright.logic.interpreter import evaluate
from trialwright.study.analysis import AnalysisSet
from trialwright.terms.truth import Truth


class Membership(NamedTuple):
    """Whether a participant belongs to an analysis set, and the arm that counts there ('' where it is not known).

    `reason`: the reason code of what decided or left it open. `positions`: places in the ledger of the facts.
    """

    participant: str
    set: AnalysisSet
    truth: Truth
    arm: str
    reason: str
    positions: tuple[int, ...]


def assess_sets(follow_up: FollowUp) -> Mapping[str, Membership]:
    """Judge to which analysis sets a participant belongs on the cut-off day, by set id.

    The arm is the one allocated, or the first of the plan's `received` whose rule holds. A participant of whom that
    cannot be told has the arm ''. **Source**: ICH E9, 5.2; the study's analysis.yaml.
    """
    context = follow_up.on_day(follow_up.on)
    found = {}
    for id, rule in follow_up.rules.chosen.sets.items():
        finding: Finding | None = evaluate(rule.condition, context) if rule.condition else None
        arm = follow_up.participant.arm if rule.set.grouped_by == "allocated" else received_arm(follow_up)
        found[id] = Membership(
            follow_up.id,
            rule.set,
            finding.truth if finding else True,
            arm,
            finding.reason if finding else "stated",
            follow_up.positions_of(finding.facts) if finding else (),
        )
    return found


def received_arm(follow_up: FollowUp) -> str:
    """The arm that a participant was treated as; '' where that cannot be told."""
    context = follow_up.on_day(follow_up.on)
    for rule in follow_up.rules.chosen.received:
        truth: Truth = True if rule.condition is None else evaluate(rule.condition, context).truth
        if truth is None:
            return ""
        if truth:
            return rule.received.arm
    return follow_up.participant.arm
