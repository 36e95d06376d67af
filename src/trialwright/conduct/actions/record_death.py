"""record_death: a participant died."""

from __future__ import annotations

from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.asked import asked_back
from trialwright.conduct.standing import WHO, check_day, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.safety.deaths import has_fatal_event
from trialwright.terms.message import Message, message


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


def death_doubts(participant: Participant, day: str) -> list[tuple[str, Message]]:
    """What is asked back about a death: the event that led to it, and what is recorded of later days."""
    found = []
    if not has_fatal_event(participant):
        found.append(
            message(
                "{id} died, and no adverse event with the outcome fatal is recorded. What led to the death? Report it as "
                "an adverse event (or follow one up): only then do its reporting clocks run.",
                id=participant.id,
            )
        )
    later = [
        *(f"{visit.id} ({visit.date})" for visit in participant.visits if visit.date > day),
        *(f"dose/{dose.number} ({dose.start})" for dose in participant.doses if dose.start > day),
        *(
            f"ae/{event.number} ({event.current.start})"
            for event in participant.adverse_events
            if event.current.start > day
        ),
    ]
    if later:
        found.append(
            message(
                "{id} died on {day}, and of later days is recorded: {later}. What is right?",
                id=participant.id,
                day=day,
                later=tuple(later),
            )
        )
    return [("death", each) for each in found]


ACTION = Action(
    "record_death",
    message("record a participant's death"),
    "participant",
    (WHO, Argument("date", message("on which day"), "date")),
    for_participant(decide, in_study=True),
    reason="required",
    writes=("participant_died",),
)
