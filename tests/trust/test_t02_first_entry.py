"""T2. What is entered for the first time is in the trail as well, not only what is changed.

**Source**: ICH E6(R3) 4.2.2(ii).
**Proves**: every item of every form of a walked trial names the event that first stated it, and that event holds its
path and value; so does everything else that is recorded about a participant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.unit.conduct.support import Rehearsal
from trialwright.record.event import Event, opened
from trialwright.record.participant import ItemValue, Participant


def _values(participant: Participant) -> Iterator[tuple[str, ItemValue]]:
    for form in participant.forms.values():
        for value in (*form.items.values(), *form.superseded):
            yield form.id, value


def test_every_item_names_the_event_that_states_it_first_and_now(walked: Rehearsal) -> None:
    events = {event.position: event for event in walked.store.events()}
    checked = 0
    for participant in walked.trial.participants():
        for form, value in _values(participant):
            first, last = events[value.first], events[value.position]
            assert first.type == "form_recorded"
            assert value.position >= value.first
            data = opened(last.data, walked.store.text)
            assert data["id"] == form
            stated = {entry["path"]: entry["value"] for entry in data["items"]}
            assert stated[value.path] == value.value
            checked += 1
    assert checked > 150


def test_everything_recorded_names_an_event_of_its_own_participant(walked: Rehearsal) -> None:
    for participant in walked.trial.participants():
        stream: dict[int, Event] = {
            event.position: event for event in walked.store.stream(f"participant/{participant.id}")
        }
        recorded: list[Any] = [
            *participant.consents, *participant.screenings, *participant.visits, *participant.doses,
            *participant.holds, *participant.discontinuations, *participant.rescues, *participant.deviations,
            *participant.queries, *participant.signatures, *participant.verifications, *participant.reports,
            *(version for event in participant.adverse_events for version in event.versions),
        ]  # fmt: skip
        assert recorded
        assert {each.position for each in recorded} <= stream.keys()
