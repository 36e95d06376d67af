"""update_ae: what became known of an adverse event since; the earlier reports stay."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.actions.report_ae import ARGUMENTS, check_event, propose
from trialwright.conduct.standing import WHO, for_participant, refuse
from trialwright.conduct.trial import View
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record the event as it is known now, all of it."""
    number = values.whole("number")
    if not any(event.number == number for event in participant.adverse_events):
        return refuse(message("{id} has no adverse event {number}.", id=participant.id, number=number))
    return check_event(view, values, participant) or propose(
        view, values, participant, number, kind="ae_updated"
    )


ACTION = Action(
    "update_ae",
    message("follow up an adverse event"),
    "participant",
    (WHO, Argument("number", message("the event's number"), "whole"), *ARGUMENTS),
    for_participant(decide),
    reason="required",
)
