"""record_death: a participant died."""

from __future__ import annotations

from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.after_the_end import death_doubts
from trialwright.conduct.asked import asked_back
from trialwright.conduct.standing import WHO, check_day, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record the day; nothing recorded before is lost."""
    day = values.text("date")
    if day < participant.consents[0].date:
        return refuse(message("{day} lies before consent.", day=day))
    problem = check_day(view, day, message("Death of"))
    if problem:
        return problem
    data: dict[str, Any] = {"date": day}
    queries = asked_back(participant, death_doubts(participant, day))
    if queries:
        data["queries"] = queries
    return Proposal(participant_stream(participant.id), "participant_died", 1, data, {})


ACTION = Action(
    "record_death",
    message("record a participant's death"),
    "participant",
    (WHO, Argument("date", message("on which day"), "date")),
    for_participant(decide, in_study=True),
    reason="required",
    writes=("participant_died",),
)
