"""An archive survives what happens to files: a killed writer, a flipped byte, two writers, a name typed by mistake."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trust.files import restate
from tests.unit.conduct.support import Rehearsal, two_sites
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import Broken, Verified, create_archive, open_archive, verify_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS
from trialwright.exchange.folder import read_study
from trialwright.record.event import (
    GENESIS,
    Call,
    Entered,
    Event,
    Proposal,
    canonical,
    row,
    row_hash,
)


def draw() -> Callable[[int], bytes]:
    counter = itertools.count(1)
    return lambda count: next(counter).to_bytes(count, "big")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a study, two sites and two participants."""
    folder = tmp_path_factory.mktemp("archive") / "trial"
    archive = create_archive(folder, two_sites(read_study("beam")), rehearsal=True, draw=draw())
    rehearsal = Rehearsal(store=archive)
    for site in ("a", "b"):
        who = rehearsal.consented(site=site)
        rehearsal.done("screen", f"investigator_{site}", site=site, participant=who, date=rehearsal.day)
        rehearsal.done(
            "withdraw_consent",
            f"investigator_{site}",
            site=site,
            reason="Zhang San moves away",
            participant=who,
            date=rehearsal.day,
        )
    archive.write_manifest()
    return folder


@pytest.fixture
def trial(closed: Path, tmp_path: Path) -> Path:
    """A copy of it to do things to."""
    return shutil.copytree(closed, tmp_path / "trial")


def test_an_archive_verifies_and_reads_back_as_it_was(trial: Path) -> None:
    found = verify_archive(trial)
    assert isinstance(found, Verified)
    assert found.incomplete == found.unnamed == found.masked == found.after_closing == 0
    archive = open_archive(trial, draw=draw())
    assert archive.head is not None
    assert (found.events, found.head) == (archive.head.position, archive.head.hash)
    participants = Trial(archive, archive.definition).participants()
    assert [(one.id, one.withdrawn is not None) for one in participants] == [("a-001", True), ("b-001", True)]


def test_cut_after_any_byte_it_verifies_up_to_the_last_complete_event(trial: Path) -> None:
    whole = (trial / EVENTS).read_bytes()
    ends = [index + 1 for index, byte in enumerate(whole) if byte == ord("\n")]
    restate(trial, events=0, head="")
    for cut in sorted(
        {*range(0, len(whole), 197), *ends, *(end - 1 for end in ends), *(end + 1 for end in ends[:-1])}
    ):
        (trial / EVENTS).write_bytes(whole[:cut])
        found = verify_archive(trial)
        assert isinstance(found, Verified), (cut, found)
        assert found.events == sum(end <= cut for end in ends)
        assert found.incomplete == cut - max((end for end in ends if end <= cut), default=0)


def test_the_next_writer_goes_on_after_the_last_complete_event(trial: Path) -> None:
    whole = (trial / EVENTS).read_bytes()
    (trial / EVENTS).write_bytes(whole + b'{"action":"consent","at":"2026')
    archive = open_archive(trial, draw=draw())
    last = archive.head
    assert last is not None
    event = archive.append(
        Proposal("study", "masked", 1, {"digests": [], "of": 1}, {}),
        Call(
            "next",
            "2027-01-01T00:00:00Z",
            "data_manager",
            "data_manager",
            "",
            "mask",
            "a name",
            last.study_version,
        ),
    )
    assert isinstance(event, Event)
    found = verify_archive(trial)
    assert isinstance(found, Verified)
    assert (found.events, found.incomplete) == (last.position + 1, 0)


@pytest.mark.parametrize("name", [EVENTS, ENTERED])
def test_a_flipped_bit_is_found_and_its_row_named(trial: Path, name: str) -> None:
    whole = (trial / name).read_bytes()
    for at in range(3, len(whole), 211):
        spoilt = bytearray(whole)
        spoilt[at] ^= 1
        (trial / name).write_bytes(spoilt)
        found = verify_archive(trial)
        assert isinstance(found, Broken), at
        assert found.file == name
        row = whole[:at].count(b"\n") + 1
        assert found.line == row or (whole[at] == ord("\n") and found.line in (0, row, row + 1)), (at, found)


def test_a_flipped_bit_in_a_definition_is_found(trial: Path) -> None:
    path = next((trial / "definitions").iterdir())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    found = verify_archive(trial)
    assert isinstance(found, Broken)
    assert found.file == f"definitions/{path.name}"


@pytest.mark.parametrize("line", [0, 3, -1])
def test_a_line_taken_out_is_found(trial: Path, line: int) -> None:
    lines = (trial / EVENTS).read_bytes().splitlines(keepends=True)
    del lines[line]
    (trial / EVENTS).write_bytes(b"".join(lines))
    assert isinstance(verify_archive(trial), Broken)


def test_an_entered_text_taken_out_is_found(trial: Path) -> None:
    lines = (trial / ENTERED).read_bytes().splitlines(keepends=True)
    (trial / ENTERED).write_bytes(b"".join(lines[1:]))
    found = verify_archive(trial)
    assert isinstance(found, Broken)
    assert found.file == ENTERED


def test_a_chain_rewritten_from_the_start_is_found_by_the_closed_head(trial: Path) -> None:
    """Somebody who can rewrite every hash still cannot give the event the manifest (or a printed head) names."""
    other = open_archive(trial, draw=draw())
    previous, lines = GENESIS, []
    for event in other.events():
        written = {**row(event), "previous": previous}
        if event.type == "consented":
            written["data"] = {**event.data, "sex": "male"}
        previous = row_hash(written)
        lines.append(canonical({**written, "hash": previous}) + b"\n")
    (trial / EVENTS).write_bytes(b"".join(lines))
    found = verify_archive(trial)
    assert isinstance(found, Broken)
    assert found.line == len(lines)


def test_a_name_is_masked_everywhere_and_the_chain_still_verifies(trial: Path) -> None:
    archive = open_archive(trial, draw=draw())
    rehearsal = Rehearsal(store=archive, opened=False)
    rehearsal.go_to("2026-02-01")
    position = next(event.position for event in archive.events() if event.type == "consent_withdrawn")
    rehearsal.done(
        "mask", "investigator_a", site="a", reason="a name", position=str(position), containing="Zhang"
    )
    for path in trial.rglob("*"):
        if path.is_file() and path.name != "lock":
            data = path.read_bytes()
            assert data.count(b"Zhang San") == (1 if path.name == ENTERED else 0)  # site b's own is left
    found = verify_archive(trial)
    assert isinstance(found, Verified)
    assert found.masked == 1
    reread = open_archive(trial, draw=draw())
    masked = next(event for event in reread.events() if event.position == position)
    assert reread.text(masked.reason) == ""


def test_a_text_blanked_without_an_event_is_found(trial: Path) -> None:
    lines = [json.loads(line) for line in (trial / ENTERED).read_bytes().splitlines()]
    lines[0][0][2] = None
    (trial / ENTERED).write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = verify_archive(trial)
    assert isinstance(found, Broken)
    assert (found.file, found.line) == (ENTERED, 1)


def _write_many(folder: str, name: str, count: int) -> None:
    archive = open_archive(Path(folder), draw=os.urandom)
    assert archive.head is not None
    version = archive.head.study_version
    for number in range(count):
        while True:
            archive.refresh()
            next_number = archive.counter("screening/a") + 1
            stream = f"participant/a-{next_number:03d}"
            proposal = Proposal(
                stream,
                "consented",
                1,
                {"date": "2027-01-01", "version": version, "sex": "female", "birth": Entered("1990")},
                {stream: len(archive.stream(stream))},
                {"screening/a": next_number},
            )
            call = Call(
                f"{name}-{number}",
                "2027-01-01T00:00:00Z",
                "investigator_a",
                "investigator",
                "a",
                "consent",
                f"{name} {number}",
                version,
            )
            if isinstance(archive.append(proposal, call), Event):
                break


def test_writers_in_several_processes_never_interleave(trial: Path) -> None:
    """A hundred calls at once: no number is lost, none stands twice, every text is its own (T32)."""
    before = open_archive(trial, draw=draw()).head
    assert before is not None
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(str(trial), f"w{n}", 25)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    assert isinstance(verify_archive(trial), Verified)
    archive = open_archive(trial, draw=draw())
    events = [event for event in archive.events() if event.position > before.position]
    first = min(event.series["screening/a"] for event in events)
    assert sorted(event.series["screening/a"] for event in events) == list(range(first, first + 100))
    for event in events:
        assert archive.text(event.reason) == event.id.replace("-", " ")


_KILLED = """
import os
import sys
from tests.acceptance.test_archive import _write_many
print("ready", flush=True)
_write_many(sys.argv[1], f"w{os.getpid()}", 100000)
"""


def test_a_killed_writer_leaves_an_archive_that_verifies(trial: Path) -> None:
    """Killed five times in the middle of writing; after each, every complete event verifies."""
    manifest = json.loads((trial / "manifest.json").read_text())
    last = manifest["events"]
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(trial)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = verify_archive(trial)
        assert isinstance(found, Verified), found
        assert found.events > last
        last = found.events
