"""T38. A copy is complete and readable, with its metadata, trail, signatures and digests, and verifies offline anywhere.

**Source**: 21 CFR 11.10(b); FDA, questions and answers on electronic systems (2024); EMA guideline (2023).
**Proves**: an archive carried to another folder verifies there in a process of its own, without a network and without the study's folder; it
holds every version of the definition, every event, every signature and the digest of each file.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import trialwright
from tests.unit.conduct.support import Rehearsal
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import Verified, open_archive, verify_archive
from trialwright.exchange.folder import read

SOURCE = Path(trialwright.__file__).resolve().parent.parent


def test_it_verifies_in_another_folder_by_another_process(
    archive: Path, tmp_path: Path, walked: Rehearsal
) -> None:
    elsewhere = tmp_path / "elsewhere" / "copy"
    shutil.move(archive, elsewhere)
    run = subprocess.run(
        [sys.executable, "-m", "trialwright", "verify", "copy"],
        cwd=elsewhere.parent,
        env={"PYTHONPATH": str(SOURCE), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert walked.store.head is not None
    assert walked.store.head.hash in run.stdout
    assert f"{walked.store.head.position} events" in run.stdout


def test_it_needs_no_network_and_no_study_folder(
    archive: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(*args: object, **named: object) -> None:
        raise AssertionError("an archive verifies offline")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(read, "_bundle", lambda: tmp_path / "nothing")
    assert isinstance(verify_archive(archive), Verified)
    store = open_archive(archive, draw=bytes)
    assert Trial(store, store.definition).participants()[0].id == "a-001"


def test_it_is_complete(archive: Path, walked: Rehearsal) -> None:
    store = open_archive(archive, draw=bytes)
    assert list(store.events()) == list(walked.store.events())
    original, copied = walked.trial.participants(), Trial(store, store.definition).participants()
    assert copied == original
    assert [len(one.signatures) for one in copied] == [3, 0, 0, 0]
    manifest = json.loads((archive / "manifest.json").read_text())
    assert manifest["events"] == len(list(store.events()))
    assert len(manifest["definitions"]) == 2
    assert manifest["rehearsal"] is True
