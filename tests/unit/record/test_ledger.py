"""The ledger: append-only, chained, refusing what was decided on something that has moved since."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from trialwright.record.event import (
    GENESIS,
    Call,
    Entered,
    Event,
    Proposal,
    canonical,
    digests,
    entered_digest,
    opened,
    row,
    row_hash,
)
from trialwright.record.ledger import CallReused, MemoryLedger, Moved, earlier, entered_in
from trialwright.record.upcast import upcast

texts = st.text(st.characters(codec="utf-8"))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcXYZ_09"), inner),
)


@given(values)
def test_the_canonical_form_is_that_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def salts() -> Callable[[int], bytes]:
    counter = itertools.count(1)
    return lambda count: next(counter).to_bytes(count, "big")


def call(id: str, *, action: str = "note", reason: str = "") -> Call:
    return Call(id, "2026-01-05T01:00:00Z", "investigator_a", "investigator", "a", action, reason, "sha256:0")


def note(text: str, *, on: int, stream: str = "participant/a-001") -> Proposal:
    return Proposal(stream, "noted", 1, {"text": Entered(text), "place": "x"}, {stream: on})


def filled(count: int) -> MemoryLedger:
    ledger = MemoryLedger(salts())
    for number in range(count):
        ledger.append(note(f"text {number}", on=number), call(f"c{number}"))
    return ledger


def test_every_event_names_the_one_before() -> None:
    events = list(filled(3).events())
    assert [event.previous for event in events] == [GENESIS, events[0].hash, events[1].hash]
    assert all(row_hash(row(event)) == event.hash for event in events)
    assert [event.position for event in events] == [1, 2, 3]


def test_what_was_entered_stands_in_the_event_as_a_salted_digest_only() -> None:
    ledger = MemoryLedger(salts())
    event = ledger.append(note("Zhang San", on=0), call("c", reason="told by Zhang San"))
    assert isinstance(event, Event)
    assert b"Zhang" not in canonical(row(event))
    assert opened(event.data, ledger.text) == {"text": "Zhang San", "place": "x"}
    assert ledger.text(event.reason) == "told by Zhang San"


def test_the_same_text_twice_in_different_events_has_different_digests() -> None:
    ledger = MemoryLedger(salts())
    first = ledger.append(note("same", on=0), call("c1"))
    second = ledger.append(note("same", on=1), call("c2"))
    assert isinstance(first, Event)
    assert isinstance(second, Event)
    assert digests(first.data) != digests(second.data)


def test_a_digest_is_that_of_salt_and_text() -> None:
    assert entered_digest("00" * 16, "a") != entered_digest("01" * 16, "a")
    assert entered_digest("00" * 16, "a") != entered_digest("00" * 16, "b")


def test_masking_blanks_the_text_and_leaves_the_chain() -> None:
    ledger = filled(2)
    first, _ = ledger.events()
    masked = Proposal("participant/a-001", "masked", 1, {"of": 1, "digests": entered_in(first)}, {})
    ledger.append(masked, call("m"))
    assert opened(first.data, ledger.text)["text"] == ""
    assert row_hash(row(first)) == first.hash


def test_a_writer_whose_stream_has_moved_writes_nothing() -> None:
    ledger = filled(2)
    assert ledger.append(note("late", on=1), call("late")) == Moved("participant/a-001", 1, 2)
    assert ledger.head is not None
    assert ledger.head.position == 2


def test_another_stream_does_not_stand_in_the_way() -> None:
    ledger = filled(2)
    assert isinstance(ledger.append(note("other", on=0, stream="participant/a-002"), call("other")), Event)


def test_the_same_call_twice_is_one_event() -> None:
    ledger = filled(2)
    first, _ = ledger.events()
    assert ledger.append(note("text 0", on=2), call("c0")) == first
    assert ledger.head is not None
    assert ledger.head.position == 2


def test_a_call_id_of_another_action_is_a_fault() -> None:
    ledger = filled(1)
    with pytest.raises(CallReused):
        ledger.append(note("x", on=1), call("c0", action="other"))


def test_a_number_of_a_series_is_given_once_and_without_gap() -> None:
    ledger = MemoryLedger(salts())

    def numbered(id: str, number: int) -> Event | Moved:
        return ledger.append(
            Proposal(f"participant/{id}", "noted", 1, {}, {}, {"screening/a": number}), call(id)
        )

    assert isinstance(numbered("one", 1), Event)
    assert numbered("again", 1) == Moved("screening/a", 0, 1)
    assert numbered("gap", 3) == Moved("screening/a", 2, 1)
    assert isinstance(numbered("two", 2), Event)
    assert ledger.counter("screening/a") == 2


def test_events_of_older_versions_are_read_as_of_today() -> None:
    event = next(filled(1).events())
    steps = {
        ("noted", 1): lambda data: {**data, "language": "en"},
        ("noted", 2): lambda data: {**data, "words": json.dumps(data["language"])},
    }
    assert upcast(event, steps) == {**event.data, "language": "en", "words": '"en"'}
    assert upcast(event) == event.data


def test_a_ledger_as_it_stood() -> None:
    """Two streams, an event a day from 5 to 10 January; a number of a series with each."""
    ledger = MemoryLedger(salts())
    for number in range(6):
        stream = f"participant/{'ab'[number % 2]}"
        proposal = Proposal(
            stream, "noted", 1, {"text": Entered(f"text {number}")}, {}, {"notes": number + 1}
        )
        at = f"2026-01-{5 + number:02}T01:00:00Z"
        ledger.append(proposal, call(f"c{number}")._replace(at=at))
    for until, count in (
        ("2026-01-04T00:00:00Z", 0),
        ("2026-01-05T01:00:00Z", 1),
        ("2026-01-07T00:59:59Z", 2),
        ("2026-01-07T01:00:00Z", 3),
        ("2027-01-01T00:00:00Z", 6),
    ):
        then = earlier(ledger, until=until)
        assert [event.position for event in then.events()] == list(range(1, count + 1))
        assert (then.head.position if then.head else 0) == count
        assert then.streams() == ("participant/a", "participant/b")[: min(count, 2)]
        assert [len(then.stream(name)) for name in ("participant/a", "participant/b", "x")] == [
            (count + 1) // 2,
            count // 2,
            0,
        ]
        assert then.counter("notes") == count
        assert [then.call(f"c{number}") is not None for number in range(6)] == [n < count for n in range(6)]
    first = next(ledger.events())
    assert then.text(entered_in(first)[0]) == "text 0"
    with pytest.raises(TypeError):
        then.append(note("late", on=6), call("late"))
