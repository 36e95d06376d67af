"""Deaths and the adverse events that led to them: what of the two is recorded without the other.

No reporting clock runs for a death that nobody reported as an adverse event.
**Source**: ICH E2A, II.B: death is an outcome that makes the event which led to it serious.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from trialwright.record.participant import Participant
from trialwright.safety.reportable import seriousness

Missing = Literal["fatal_event", "death"]


class DeathGap(NamedTuple):
    """A death without a fatal adverse event (`missing` fatal_event), or a fatal event without a death (death).

    `date`: the day of the death, or the first day of the event. `event`: the number of the event, None for none.
    `position`: the event of the ledger that states what is there.
    """

    participant: str
    missing: Missing
    date: str
    event: int | None
    position: int


def has_fatal_event(participant: Participant) -> bool:
    """Whether some adverse event, as now known, led to death."""
    return any("death" in seriousness(event.current) for event in participant.adverse_events)


def find_death_gaps(participants: Iterable[Participant]) -> tuple[DeathGap, ...]:
    """Find what of deaths and fatal events is recorded without the other, in the order of the participants."""
    found = []
    for one in participants:
        if one.died is not None and not has_fatal_event(one):
            found.append(DeathGap(one.id, "fatal_event", one.died.date, None, one.died.position))
        if one.died is None:
            found += (
                DeathGap(one.id, "death", event.current.start, event.number, event.current.position)
                for event in one.adverse_events
                if "death" in seriousness(event.current)
            )
    return tuple(found)
