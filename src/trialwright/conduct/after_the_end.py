"""What is asked back about the end of a course: what is recorded of later days, and of a death what led to it."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.record.participant import Participant
from trialwright.safety.deaths import has_fatal_event
from trialwright.terms.message import Message, message


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
    events = (
        f"ae/{event.number} ({event.current.start})"
        for event in participant.adverse_events
        if event.current.start > day
    )
    later = (*_done_after(participant, day), *events)
    if later:
        found.append(
            message(
                "{id} died on {day}, and of later days is recorded: {later}. What is right?",
                id=participant.id,
                day=day,
                later=later,
            )
        )
    return [("death", each) for each in found]


def withdrawal_doubts(participant: Participant, day: str) -> list[tuple[str, Message]]:
    """What is asked back about a withdrawal of consent: visits and doses of later days."""
    later = tuple(_done_after(participant, day))
    asked = message(
        "{id} withdrew consent on {day}, and of later days is recorded: {later}. What is right? What was done without consent is a deviation to be reported.",
        id=participant.id,
        day=day,
        later=later,
    )
    return [("withdrawal", asked)] if later else []


def loss_doubts(participant: Participant, day: str) -> list[tuple[str, Message]]:
    """What is asked back about a loss to follow-up: visits and doses of later days."""
    later = tuple(_done_after(participant, day))
    asked = message(
        "{id} is lost to follow-up from {day} on, and of later days is recorded: {later}. What is right?",
        id=participant.id,
        day=day,
        later=later,
    )
    return [("loss", asked)] if later else []


def _done_after(participant: Participant, day: str) -> Iterator[str]:
    for visit in participant.visits:
        if visit.date > day:
            yield f"{visit.id} ({visit.date})"
    for dose in participant.doses:
        if dose.start > day and not dose.prior:
            yield f"dose/{dose.number} ({dose.start})"
