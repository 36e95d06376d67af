"""record_rescue: rescue therapy was begun: an intercurrent event of the response."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import WHO, check_day, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Entered, Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message

THERAPIES = ("pulse", "cyclophosphamide", "rituximab", "plasma_exchange", "ivig", "other")


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record which therapy, and from when: what was given before allocation is no rescue."""
    day = values.text("date")
    if participant.allocated and day < participant.allocated.date:
        return refuse(
            message("{day} lies before allocation of {date}.", day=day, date=participant.allocated.date)
        )
    return check_day(view, day, message("Rescue therapy of")) or Proposal(
        participant_stream(participant.id),
        "rescue_recorded",
        1,
        {"date": day, "therapy": values.text("therapy"), "text": Entered(values.text("text"))},
        {},
    )


ACTION = Action(
    "record_rescue",
    message("record rescue therapy"),
    "participant",
    (
        WHO,
        Argument("date", message("its first day"), "date"),
        Argument("therapy", message("which"), "choice", choices=THERAPIES),
        Argument("text", message("details"), "text", required=False),
    ),
    for_participant(decide, allocated=True, told_late=True),
    reason="required",
    writes=("rescue_recorded",),
)
