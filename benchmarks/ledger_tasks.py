"""What is measured of the ledger and the report; each task runs in a process of its own and says what it did."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.archive import count_rows, simulate_trial
from benchmarks.cost import Clock
from trialwright.cli.main import main as trialwright
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import Verified, open_archive, verify_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS

Answer = dict[str, Any]


def measure_replay(folder: Path, clock: Clock) -> Answer:
    """From the files to every participant with every form: what each command about a trial does first."""
    archive = open_archive(folder, draw=os.urandom)
    clock.lap("opening: every line, without the data of events")
    trial = Trial(archive, archive.definition)
    people = [trial.participant(number) for number in trial.participant_ids()]
    clock.lap("reading every participant")
    values = sum(len(form.items) for person in people if person for form in person.forms.values())
    return {"participants": len(people), "values": values, "events": count_rows(folder)}


def measure_json(folder: Path, clock: Clock) -> Answer:
    """The same lines read by `json.loads` and kept: what no reader of this format in Python can do without."""
    kept = [json.loads(line) for line in _lines(folder)]
    clock.lap("all")
    return {"lines": len(kept)}


def measure_verify(folder: Path, clock: Clock) -> Answer:
    """Every hash, every text, every definition."""
    found = verify_archive(folder)
    clock.lap("all")
    if not isinstance(found, Verified):
        raise AssertionError(f"{folder.name} does not verify: {found}")
    return {"events": found.events, "texts": found.texts}


def measure_hashes(folder: Path, clock: Clock) -> Answer:
    """The same lines read by `json.loads`, with one SHA-256 of each: the least that a check of them must do."""
    lines = 0
    for line in _lines(folder):
        json.loads(line)
        hashlib.sha256(line).digest()
        lines += 1
    clock.lap("all")
    return {"lines": lines}


def _lines(folder: Path) -> Iterator[bytes]:
    for name in (EVENTS, ENTERED):
        with (folder / name).open("rb") as file:
            yield from file


def measure_simulate(folder: Path, clock: Clock) -> Answer:
    """`trialwright simulate` of BEAM to its lock; `folder` names how many join, and holds the trial afterwards."""
    participants = int(folder.name.rpartition("-")[2])
    simulate_trial(folder, participants)
    clock.lap("all")
    return {"participants": participants, "events": count_rows(folder)}


def measure_report(folder: Path, clock: Clock) -> Answer:
    """`trialwright report`: verified, computed, drawn, written as HTML, PDF and tables."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        with contextlib.redirect_stdout(io.StringIO()):
            code = trialwright(["report", str(folder), "--out", place, "--quiet"])
        clock.lap("all")
        if code:
            raise AssertionError(f"trialwright report ended with exit code {code}")
        return {"files": sum(path.is_file() for path in Path(place).rglob("*"))}


Task = Callable[[Path, Clock], Answer]
TASKS: dict[str, Task] = {
    "replay": measure_replay,
    "json": measure_json,
    "verify": measure_verify,
    "hashes": measure_hashes,
    "simulate": measure_simulate,
    "report": measure_report,
}
