"""see_allocation: whoever prepares the doses of a blinded study learns the arm of one participant.

The event says who looked, and when; the arm itself is written nowhere. `hidden_arm` gives it to the one who looked.
"""

from __future__ import annotations

from trialwright.conduct.action import Action, Refusal, Values
from trialwright.conduct.standing import WHO, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.study.delegation import SEE_ALLOCATION
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record that the arm was looked up, while it is hidden from the others."""
    if not view.trial.blind:
        return refuse(message("The study is open: nothing is hidden."))
    if view.study.unblinded:
        return refuse(message("The study was unblinded on {date}.", date=view.study.unblinded))
    if view.secret is None:
        return refuse(message("The secret of the allocation is not at hand."))
    return Proposal(
        participant_stream(participant.id), "allocation_seen", 1, {"date": view.today.isoformat()}, {}
    )


ACTION = Action(
    SEE_ALLOCATION,
    message("look up a participant's arm, to prepare the doses of a blinded study"),
    "participant",
    (WHO,),
    for_participant(decide, allocated=True),
    writes=("allocation_seen",),
)
