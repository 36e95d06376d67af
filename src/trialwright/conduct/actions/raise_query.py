"""raise_query: a question about a value, for the site to answer."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import WHO, find_record, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Entered, Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Ask about a value that was recorded, or about a form as a whole."""
    form, _, item = values.text("path").partition("#")
    record = find_record(participant, form)
    if record is None or (item and item not in record.items):
        return refuse(message("Nothing is recorded at {path}.", path=values.text("path")))
    return Proposal(
        participant_stream(participant.id),
        "query_raised",
        1,
        {
            "number": next_query(participant),
            "path": f"{record.id}#{item}" if item else record.id,
            "text": Entered(values.text("text")),
        },
        {},
    )


def next_query(participant: Participant) -> int:
    """The next number among a participant's queries."""
    return max((query.number for query in participant.queries), default=0) + 1


ACTION = Action(
    "raise_query",
    message("ask about a recorded value"),
    "participant",
    (
        WHO,
        Argument("path", message("form id, '#', item path; or the form id alone"), "id"),
        Argument("text", message("the question"), "text"),
    ),
    for_participant(decide),
    writes=("query_raised",),
)
