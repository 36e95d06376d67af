"""An archive of each released version verifies and reports as it did, for ever."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.acceptance.released_archives import ARCHIVES, name_of, report_of, tables_file, written_tables
from tests.unit.record.declared import undeclared
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import Verified, open_archive, verify_archive
from trialwright.record.positions import fact_positions

# What `verify` said when they were made: events, head, entered texts, masked ones, allocations drawn again.
HEADS = {
    "0.1.0/beam-randomised": (
        295,
        "5cd8f0573fb7e3fe958708a751cf6b7f503baf51539e545729277f8e59986f19",
        895,
        1,
        2,
    ),
}

each_archive = pytest.mark.parametrize("archive", ARCHIVES, ids=name_of)


def test_every_archive_here_has_its_head_written_down_and_the_reverse() -> None:
    assert {name_of(archive) for archive in ARCHIVES} == set(HEADS)
    assert {tables_file(archive).is_file() for archive in ARCHIVES} == {True}


@each_archive
def test_it_verifies_to_the_head_it_had(archive: Path) -> None:
    found = verify_archive(archive)
    assert isinstance(found, Verified), found
    assert (found.events, found.head, found.texts, found.masked, found.replayed) == HEADS[name_of(archive)]
    assert (found.unblanked, found.unnamed, found.incomplete, found.after_closing) == (0, 0, 0, 0)


@each_archive
def test_its_events_are_read_as_their_types_are_written_today(archive: Path) -> None:
    events = open_archive(archive, draw=os.urandom).events()
    assert {event.position: undeclared(event) for event in events if undeclared(event)} == {}


@each_archive
def test_the_tables_of_its_report_say_what_they_said(archive: Path) -> None:
    assert written_tables(report_of(archive)) == tables_file(archive).read_text(encoding="utf-8")


@each_archive
def test_every_number_of_its_report_still_walks_back_to_events_and_facts_that_are_there(
    archive: Path,
) -> None:
    store = open_archive(archive, draw=os.urandom)
    trial = Trial(store, store.definition)
    last = store.head.position if store.head else 0
    facts = {one.id: fact_positions(one) for one in trial.participants()}
    traces = report_of(archive).traces
    assert any(row.facts for trace in traces.values() for row in trace.rows)
    for id, trace in traces.items():
        for row in trace.rows:
            assert all(1 <= position <= last for position in row.positions), id
            assert set(row.facts) <= facts[row.participant].keys(), (id, row.participant)


@each_archive
def test_one_changed_digit_is_still_found(archive: Path, tmp_path: Path) -> None:
    spoilt = shutil.copytree(archive, tmp_path / "spoilt")
    events = spoilt / "events.jsonl"
    lines = events.read_bytes().splitlines(keepends=True)
    lines[59] = lines[59].replace(b'"at":"2026', b'"at":"2027', 1)
    events.write_bytes(b"".join(lines))
    found = verify_archive(spoilt)
    assert not isinstance(found, Verified)
    assert (found.file, found.line) == ("events.jsonl", 60)
