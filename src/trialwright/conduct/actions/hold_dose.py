"""hold_dose: an intervention is interrupted from a day on, until its next dose."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.given import find_interventions
from trialwright.conduct.standing import WHO, check_day, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Interrupt an intervention of the study that was not stopped for good."""
    intervention, day = values.text("intervention"), values.text("date")
    known = tuple(one.id for one in view.definition.interventions)
    if intervention not in known:
        return refuse(
            message("The study has no intervention {id}; it has: {known}.", id=intervention, known=known)
        )
    if any(stop.intervention == intervention for stop in participant.discontinuations):
        return refuse(message("{intervention} was stopped for good already.", intervention=intervention))
    taken = {dose.intervention for dose in participant.doses}
    received = {one.id for one in find_interventions(view.definition, participant)}
    if intervention not in taken | received:
        return refuse(
            message("{id} does not receive {intervention}.", id=participant.id, intervention=intervention)
        )
    return check_day(view, day, message("The interruption of")) or Proposal(
        participant_stream(participant.id),
        "dose_held",
        1,
        {"intervention": intervention, "start": day},
        {},
    )


ACTION = Action(
    "hold_dose",
    message("interrupt an intervention"),
    "participant",
    (
        WHO,
        Argument("intervention", message("which intervention"), "id"),
        Argument("date", message("first day without it"), "date"),
    ),
    for_participant(decide, told_late=True),
    reason="required",
    writes=("dose_held",),
)
