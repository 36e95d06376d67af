"""discontinue_intervention: an intervention is stopped for good; the participant stays in the study."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import WHO, check_day, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Stop an intervention the participant has taken, once."""
    intervention, day = values.text("intervention"), values.text("date")
    if any(stop.intervention == intervention for stop in participant.discontinuations):
        return refuse(message("{intervention} was stopped for good already.", intervention=intervention))
    taken = [dose for dose in participant.doses if dose.intervention == intervention]
    if not taken:
        return refuse(
            message("{id} has not taken {intervention}.", id=participant.id, intervention=intervention)
        )
    if day < min(dose.start for dose in taken):
        return refuse(message("{day} lies before the first dose.", day=day))
    return check_day(view, day, message("The stop of")) or Proposal(
        participant_stream(participant.id),
        "intervention_discontinued",
        1,
        {"intervention": intervention, "date": day},
        {},
    )


ACTION = Action(
    "discontinue_intervention",
    message("stop an intervention for good"),
    "participant",
    (
        WHO,
        Argument("intervention", message("which intervention"), "id"),
        Argument("date", message("first day without it"), "date"),
    ),
    for_participant(decide, allocated=True, told_late=True),
    reason="required",
    writes=("intervention_discontinued",),
)
