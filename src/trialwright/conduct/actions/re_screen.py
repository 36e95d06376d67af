"""re_screen: eligibility is judged again, with what became known since."""

from __future__ import annotations

from trialwright.conduct.action import Action, Refusal, Values
from trialwright.conduct.actions.screen import ARGUMENTS, judge
from trialwright.conduct.standing import for_participant, refuse
from trialwright.conduct.trial import View
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Judge again."""
    if not participant.screenings:
        return refuse(message("{id} was not screened yet; use screen.", id=participant.id))
    return judge(view, values, participant)


ACTION = Action(
    "re_screen",
    message("judge eligibility again"),
    "participant",
    ARGUMENTS,
    for_participant(decide, in_study=True),
    reason="required",
    writes=("screened",),
)
