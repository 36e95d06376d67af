"""How long each participant was at risk of a kind of adverse event: up to the first one, or the end of follow-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from trialwright.safety.adverse_events import EventRow
from trialwright.safety.exposure import FollowUpRow

DAYS_A_YEAR = 365.25
"""Of a rate per person-year: the Julian year, UCUM `a`."""


class AtRisk(NamedTuple):
    """One participant's time at risk of a kind of event, both days included; `event`: the first one, None for none."""

    participant: str
    group: str
    first: date
    last: date
    event: EventRow | None

    @property
    def days(self) -> int:
        """The days at risk."""
        return (self.last - self.first).days + 1


def derive_time_at_risk(follow_up: Iterable[FollowUpRow], events: Sequence[EventRow]) -> tuple[AtRisk, ...]:
    """Give the time at risk of everybody whose follow-up is known, in the order of the follow-up.

    `follow_up`: from `derive_follow_up`; who has no day of it is left out. `events`: of the kind that is asked about;
    only treatment-emergent ones count, and only those begun by the last day of follow-up: later nobody was watched. An
    event whose day is not fully known counts from the first day on which it may have begun, which makes a rate no
    smaller. **Source**: CONSORT harms (Junqueira DR et al. BMJ 2023;381:e073725), item on time at risk.
    """
    return tuple(_at_risk(follow_up, events))


def _at_risk(follow_up: Iterable[FollowUpRow], events: Sequence[EventRow]) -> Iterator[AtRisk]:
    for one in follow_up:
        if not one.days or one.first is None or one.last is None:
            continue
        begun = [
            (max(event.begun[0], one.first) if event.begun else one.first, event)
            for event in events
            if event.participant == one.participant and event.counts_as_emergent
        ]
        within = [(day, event) for day, event in begun if day <= one.last]
        day, event = min(within, key=lambda each: each[0], default=(one.last, None))
        yield AtRisk(one.participant, one.group, one.first, day, event)
