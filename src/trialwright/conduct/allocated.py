"""All allocations of a trial in their order, and the levels a participant has of the factors that allocation balances."""

from __future__ import annotations

from trialwright.conduct.allocation import GivenArm, derive_arms
from trialwright.conduct.trial import Secret, Trial, View
from trialwright.logic.interpreter import evaluate
from trialwright.record.participant import Participant
from trialwright.study.rules import rule_scope
from trialwright.study.situation import open_context


def given_arms(trial: Trial) -> tuple[GivenArm, ...]:
    """Every allocation, in the order in which it was made; '' for an arm that is blind."""
    found = [
        (
            one.allocated.number,
            GivenArm(one.allocated.arm, one.site, one.allocated.levels, one.allocated.rule),
        )
        for one in trial.participants()
        if one.allocated
    ]
    return tuple(given for _, given in sorted(found, key=lambda each: each[0]))


def hidden_arms(trial: Trial, secret: Secret) -> tuple[GivenArm, ...]:
    """Every allocation with the arm that the secret gave, in the order in which it was made."""
    return derive_arms(
        tuple(trial.rules()),
        study=trial.study.study,
        secret=secret.secret,
        allocations=given_arms(trial),
    )


def hidden_arm(trial: Trial, secret: Secret, participant: Participant) -> str:
    """The arm of one participant, also where the ledger hides it; '' before allocation. Never to be written down."""
    allocated = participant.allocated
    if allocated is None:
        return ""
    return allocated.arm or hidden_arms(trial, secret)[allocated.number - 1].arm


def levels_of(view: View, participant: Participant) -> dict[str, str]:
    """The level of each factor whose rule holds today; a factor is left out where no rule is certain to hold."""
    rule = view.definition.allocation
    scope = rule_scope(view.definition)
    context = open_context(view.definition, participant, on=view.today)
    found = {}
    for factor in getattr(rule, "factors", ()):
        for level in factor.levels:
            if evaluate(scope.rule(level.rule), context).truth is True:
                found[factor.id] = level.id
                break
    return found
