"""allocate: an enrolled participant is given an arm, by the study's rule."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.allocated import given_arms, levels_of
from trialwright.conduct.allocation import GivenArm, NotGiven, allocate_next, assign_arm, derive_arms
from trialwright.conduct.standing import WHO, check_day, first_refusal, for_participant, refuse
from trialwright.conduct.trial import View, is_randomised, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.study.allocation import ConcurrentControl
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Give the next arm; by chance from the sealed secret, or as the investigator assigns it with a reason."""
    study, day = view.definition, values.text("date")
    if study.allocation is None:
        return refuse(message("The study has no allocation rule."))
    if participant.allocated:
        return refuse(
            message("{id} was allocated on {date}.", id=participant.id, date=participant.allocated.date)
        )
    enrolled = participant.enrolled.date if participant.enrolled else ""
    problem = first_refusal(
        check_day(view, day, message("Allocation of")),
        refuse(message("{day} lies before enrolment.", day=day)) if day < enrolled else None,
    )
    if problem:
        return problem
    if is_randomised(study) and view.study.secret:
        return refuse(message("The secret of the allocation is disclosed; it decides about nobody any more."))
    given = _give(view, values, participant)
    if isinstance(given, NotGiven):
        return refuse(given.message)
    number = view.next("allocation")
    return Proposal(
        participant_stream(participant.id),
        "allocated",
        1,
        {
            "date": day,
            "number": number,
            "arm": "" if view.trial.blind else given.arm,
            "levels": dict(given.levels),
            "rule": given.rule,
        },
        {},
        {"allocation": number},
    )


def _give(view: View, values: Values, participant: Participant) -> GivenArm | NotGiven:
    study, rule = view.definition, view.definition.allocation
    if isinstance(rule, ConcurrentControl):
        return assign_arm(
            rule,
            arms=tuple(arm.id for arm in study.arms),
            arm=values.text("arm"),
            reason=view.call.reason,
            site=participant.site,
        )
    if values.text("arm"):
        return NotGiven("arm_unknown", message("The arm is drawn; nobody may name it."))
    if view.secret is None or rule is None:
        return NotGiven("secret_missing", message("The secret of the allocation is not at hand."))
    earlier = given_arms(view.trial)
    if view.trial.blind:
        rules = tuple(view.trial.rules())
        earlier = derive_arms(rules, study=view.study.study, secret=view.secret.secret, allocations=earlier)
    return allocate_next(
        rule,
        study=view.study.study,
        secret=view.secret.secret,
        earlier=earlier,
        levels=levels_of(view, participant),
        site=participant.site,
    )


ACTION = Action(
    "allocate",
    message("give an enrolled participant an arm"),
    "participant",
    (
        WHO,
        Argument("date", message("day of allocation"), "date"),
        Argument("arm", message("the arm, only where the investigator assigns it"), "id", required=False),
    ),
    for_participant(decide, enrolled=True, in_study=True),
    reason="optional",
    writes=("allocated",),
)
