"""close_query: whoever asks is satisfied."""

from __future__ import annotations

from trialwright.conduct.action import Action, Refusal, Values
from trialwright.conduct.actions.answer_query import NUMBER, find_query
from trialwright.conduct.standing import WHO, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Close a query that was answered."""
    query = find_query(participant, values.whole("number"))
    if query is None or query.state != "answered":
        return refuse(message("There is no answered query {number}.", number=values.whole("number")))
    return Proposal(participant_stream(participant.id), "query_closed", 1, {"number": query.number}, {})


ACTION = Action(
    "close_query",
    message("close an answered query"),
    "participant",
    (WHO, NUMBER),
    for_participant(decide),
    writes=("query_closed",),
)
