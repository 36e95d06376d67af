"""T4. Nothing is written without an event: there is no second way into the data.

**Source**: EMA guideline on computerised systems (2023), audit trail.
**Proves**: of the public functions of both stores only `append` changes what the ledger says or a text that was entered;
a text is blanked by no other event than a masking; a line or a text put into the files by hand does not verify.
**With the site**: the same for the database: bulk writes, raw SQL, import and administration.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.trust.files import rewrite
from tests.unit.conduct.support import Rehearsal, at_stage, salts
from trialwright.exchange.archive import Archive, Broken, open_archive, verify_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS
from trialwright.record.event import Call, Entered, Event, Proposal, opened
from trialwright.record.ledger import MemoryLedger, Store

READS = {"events", "stream", "streams", "counter", "call", "text", "head", "holding"}
"""What every store gives: what was written, and a time in which nobody else writes."""

BESIDE = {
    "refresh",
    "add_definition",
    "definition",
    "definition_file",
    "offer_definition",
    "write_manifest",
    "rehearsal",
    "settle",
    "readable",
}
"""What an archive does besides: reads what others wrote, holds definitions and the manifest, blanks what events masked."""


def _public(store: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(store) if not name.startswith("_")}


def test_a_store_is_written_by_append_alone() -> None:
    assert _public(Store) - {"mro"} == READS | {"append"}
    assert _public(MemoryLedger) == READS | {"append", "payloads"}
    assert _public(Archive) == READS | BESIDE | {"append"}


def _used(archive: Archive, rehearsal: Rehearsal) -> Iterator[Any]:
    """Everything but `append`, used."""
    first = next(archive.events())
    yield from (archive.stream("study"), archive.streams(), archive.counter("enrolment"), archive.head)
    yield from (archive.call(first.id), archive.text(next(iter(archive._texts)).hex()), archive.rehearsal)
    archive.refresh()
    with archive.holding():
        yield archive.definition(first.study_version)
    yield archive.definition_file(first.study_version)
    yield archive.add_definition(rehearsal.study)
    archive.write_manifest()


def test_whatever_else_is_done_with_an_archive_leaves_the_chain_as_it_is(
    archive: Path, walked: Rehearsal
) -> None:
    before = [(archive / name).read_bytes() for name in (EVENTS, ENTERED)]
    assert len(list(_used(open_archive(archive, draw=salts()), walked))) == 10
    assert [(archive / name).read_bytes() for name in (EVENTS, ENTERED)] == before


def test_a_text_is_blanked_by_a_masking_and_by_no_other_event() -> None:
    rehearsal, who = at_stage("enrolled")
    digest = next(iter(rehearsal.store.payloads()))  # type: ignore[attr-defined]
    text = rehearsal.store.text(digest)
    assert text
    call = Call("by hand", "2026-06-01T02:00:00Z", "x", "x", "a", "x", "", rehearsal.version)
    for kind in ("noted", "corrected", "unmasked"):
        rehearsal.store.append(
            Proposal(f"participant/{who}", kind, 1, {"digests": [digest]}, {}), call._replace(id=kind)
        )
        assert rehearsal.store.text(digest) == text
    rehearsal.store.append(
        Proposal(f"participant/{who}", "masked", 1, {"of": 1, "digests": [digest]}, {}), call
    )
    assert rehearsal.store.text(digest) == ""


def test_a_reader_is_handed_nothing_that_changes_the_archive(archive: Path) -> None:
    """Whoever takes an event apart takes apart a copy."""
    store = open_archive(archive, draw=salts())
    event = next(one for one in store.events() if one.type == "form_recorded")
    event.data["items"].clear()
    again = next(one for one in store.events() if one.position == event.position)
    assert again.data["items"]


@pytest.mark.parametrize(
    ("name", "old", "new"), [(EVENTS, "2026-06-01", "2026-06-02"), (ENTERED, '"60"', '"61"')]
)
def test_a_value_written_into_the_files_by_hand_is_found(
    archive: Path, name: str, old: str, new: str
) -> None:
    lines = (archive / name).read_text(encoding="utf-8").splitlines()
    number = next(index for index, line in enumerate(lines) if old in line)
    lines[number] = lines[number].replace(old, new, 1)
    (archive / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert (found.file, found.line) == (name, number + 1)


def test_an_event_put_in_with_a_fitting_hash_still_misses_its_text(archive: Path) -> None:
    """Somebody who appends a well-made event must enter its texts as well, and then it is an event like any other."""
    store = open_archive(archive, draw=salts(9_000_000))
    event = store.append(
        Proposal("participant/a-001", "noted", 1, {"text": Entered("by hand")}, {}),
        Call("by hand", "2027-01-01T00:00:00Z", "x", "x", "a", "x", "", next(store.events()).study_version),
    )
    assert isinstance(event, Event)
    assert opened(event.data, store.text) == {"text": "by hand"}
    rewrite(archive / ENTERED, lambda rows: rows[:-1])
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert json.loads((archive / EVENTS).read_text().splitlines()[-1])["id"] == "by hand"
