"""answer_query: the site answers a query; the value itself is changed by correct, if it must be."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import WHO, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Entered, Proposal
from trialwright.record.participant import Participant, Query
from trialwright.terms.message import message

NUMBER = Argument("number", message("the query's number"), "whole")


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Answer an open query."""
    query = find_query(participant, values.whole("number"))
    if query is None or query.state == "closed":
        return refuse(message("There is no open query {number}.", number=values.whole("number")))
    return Proposal(
        participant_stream(participant.id),
        "query_answered",
        1,
        {"number": query.number, "answer": Entered(values.text("answer"))},
        {},
    )


def find_query(participant: Participant, number: int) -> Query | None:
    """The query of this number."""
    return next((query for query in participant.queries if query.number == number), None)


ACTION = Action(
    "answer_query",
    message("answer a query"),
    "participant",
    (WHO, NUMBER, Argument("answer", message("the answer"), "text")),
    for_participant(decide),
    writes=("query_answered",),
)
