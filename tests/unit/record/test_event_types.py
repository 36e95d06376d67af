"""Every type of event is declared with the parts of its data, and what is written is as declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.unit.record.declared import undeclared
from trialwright.exchange.folder import read_study
from trialwright.record.books import ParticipantBook, UnknownEvent, UnreadableEvent, fold_site, fold_study
from trialwright.record.event import GENESIS, Event
from trialwright.record.event_types import EVENT_TYPES, STREAMS
from trialwright.simulation.participants import rehearse


def event(kind: str, *, stream: str = "participant/a-001", data: Mapping[str, Any] | None = None) -> Event:
    return Event(
        position=1, stream=stream, stream_position=1, id="1", type=kind, version=1, at="2026-01-05T01:00:00Z",
        actor="investigator_a", role="investigator", site="a", action="x", reason="", study_version="sha256:0",
        series={}, data=data or {}, previous=GENESIS, hash="",
    )  # fmt: skip


def knows(stream: str, kind: str) -> bool:
    """Whether the book of a stream reads a type: of an event without data it then misses something, or nothing."""

    def texts(digest: str) -> str:
        return ""

    try:
        match stream:
            case "study":
                fold_study([event(kind)], texts)
            case "site":
                fold_site("a", [event(kind)], texts)
            case _:
                ParticipantBook("a-001").apply(event(kind), texts)
    except UnknownEvent:
        return False
    except UnreadableEvent:
        return True
    return True


@pytest.mark.parametrize("stream", STREAMS)
def test_the_book_of_a_stream_reads_the_types_declared_for_it_and_no_other(stream: str) -> None:
    read = {kind for kind in EVENT_TYPES if knows(stream, kind)}
    assert read == {kind for kind, one in EVENT_TYPES.items() if stream in one.streams}
    assert not knows(stream, "invented")


@pytest.mark.parametrize("study", ["beam-randomised", "bliss-ln"])
def test_every_event_of_a_rehearsal_is_as_declared(study: str) -> None:
    made = rehearse(read_study(study), participants=1, seed=1, start=date(2026, 1, 5))
    events = list(made.ledger.events())
    assert {one.position: undeclared(one) for one in events if undeclared(one)} == {}
    assert {"consented", "allocated", "form_recorded", "dose_given", "study_locked"} <= {
        one.type for one in events
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"day": "2026-01-05"}, ["day is not declared"]),
        ({"date": {"entered": "0" * 64}}, ["date is an entered text"]),
    ],
)
def test_what_is_not_as_declared_is_named(changed: dict[str, Any], said: list[str]) -> None:
    assert undeclared(event("consent_withdrawn", data={"date": "2026-01-05", **changed})) == said


def test_a_missing_part_a_strange_stream_and_a_strange_counter_are_named() -> None:
    assert undeclared(event("consent_withdrawn")) == ["date is missing"]
    assert undeclared(event("casebook_locked", stream="site/a")) == ["it stands in the stream site/a"]
    assert undeclared(replace(event("casebook_locked"), series={"enrolment": 1})) == [
        "it counts ['enrolment']"
    ]
    assert undeclared(replace(event("casebook_locked"), version=2)) == ["version 2 is not written today"]
