"""What happened to a participant, as facts under reserved concept names, so that rules can read it.

| concept | kind | days |
|---|---|---|
| enrolled, allocated, rescue_therapy | procedure | its day |
| taken_<intervention> | procedure | the first day of each dose taken since consent, however long it was taken |
| discontinued_<intervention> | procedure | the day of the permanent stop |
| held_<intervention> | procedure | the day the interruption began |
| adverse_event, serious_adverse_event, infection, serious_infection, serious_hypersensitivity | condition | start to end of the event |
| withdrawal, lost_to_follow_up, death | condition | from its day on |
| major_deviation_<category>, major_deviation_at_<visit> | procedure | the day of a deviation rated major |

A name with characters that a concept name cannot have is written in small letters with underscores.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from trialwright.record.raw import RawFact
from trialwright.terms.quantity import UnreadableNumber, parse_number

if TYPE_CHECKING:
    from trialwright.record.participant import AdverseEventVersion, Participant

_NAMES = frozenset(
    [
        *("enrolled", "allocated", "rescue_therapy", "withdrawal", "lost_to_follow_up", "death"),
        *(
            "adverse_event",
            "serious_adverse_event",
            "infection",
            "serious_infection",
            "serious_hypersensitivity",
        ),
    ]
)
_OF_AN_INTERVENTION = ("taken", "discontinued", "held")
_OF_A_DEVIATION = "major_deviation_"


def is_happening(concept: str, *, interventions: Iterable[str]) -> bool:
    """Whether a concept has a name that is reserved for what happens in a trial. `interventions`: ids of the study's."""
    return (
        concept in _NAMES
        or concept.startswith(_OF_A_DEVIATION)
        or any(
            concept == f"{what}_{concept_name(id)}" for id in interventions for what in _OF_AN_INTERVENTION
        )
    )


def happenings(participant: Participant) -> Iterator[RawFact]:
    """Give what happened to a participant as facts."""
    for name, position, day in _days(participant):
        yield _procedure(participant, f"event/{position}", name, day)
    for event in participant.adverse_events:
        for name in _names(event.current):
            yield _condition(participant, f"ae/{event.number}", name, event.current.start, event.current.end)
    for name, ended in (
        ("withdrawal", participant.withdrawn),
        ("lost_to_follow_up", participant.lost),
        ("death", participant.died),
    ):
        if ended:
            yield _condition(participant, f"event/{ended.position}", name, ended.date, "")


def _days(participant: Participant) -> Iterator[tuple[str, int, str]]:
    if participant.enrolled:
        yield "enrolled", participant.enrolled.position, participant.enrolled.date
    if participant.allocated:
        yield "allocated", participant.allocated.position, participant.allocated.date
    for dose in participant.taken():
        if not dose.prior and not _is_nothing(dose.amount):
            yield f"taken_{concept_name(dose.intervention)}", dose.position, dose.start
    for rescue in participant.rescues:
        yield "rescue_therapy", rescue.position, rescue.date
    for stop in participant.discontinuations:
        yield f"discontinued_{concept_name(stop.intervention)}", stop.position, stop.date
    for hold in participant.holds:
        yield f"held_{concept_name(hold.intervention)}", hold.position, hold.start
    for deviation in participant.deviations:
        if deviation.severity == "major" and not deviation.taken_back:
            stated = deviation.changed or deviation.position
            yield f"major_deviation_{deviation.category}", stated, deviation.date
            if deviation.visit:
                yield (
                    f"major_deviation_at_{concept_name(deviation.visit)}",
                    stated,
                    deviation.date,
                )


def _is_nothing(amount: str) -> bool:
    try:
        return parse_number(amount).high == 0
    except UnreadableNumber:
        return False


def _names(event: AdverseEventVersion) -> Iterator[str]:
    serious = bool(event.seriousness)
    yield "adverse_event"
    if serious:
        yield "serious_adverse_event"
    if event.infection == "true":
        yield "infection"
        if serious:
            yield "serious_infection"
    if serious and event.hypersensitivity == "true":
        yield "serious_hypersensitivity"


def concept_name(text: str) -> str:
    """Write an id as part of a concept name: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _procedure(participant: Participant, fact: str, concept: str, day: str) -> RawFact:
    return RawFact(participant.id, fact, "procedure", concept, start=day, end=day, status="completed")


def _condition(participant: Participant, fact: str, concept: str, start: str, end: str) -> RawFact:
    return RawFact(
        participant.id,
        fact,
        "condition",
        concept,
        start=start,
        end=end,
        status="resolved" if end else "active",
    )
