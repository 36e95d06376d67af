"""`trialwright simulate`: an archive that verifies, the same bytes for the same seed, nothing over what is there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from trialwright.cli import main
from trialwright.exchange.archive import (
    ArchiveBroken,
    Broken,
    Verified,
    open_archive,
    verify_archive,
    write_archive,
)
from trialwright.exchange.folder import read_study
from trialwright.record.ledger import MemoryLedger


def simulate(out: Path, *, seed: int = 4, more: tuple[str, ...] = ()) -> int:
    return main(["simulate", "beam", "--participants", "1", "--seed", str(seed), "--out", str(out), *more])


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rehearsed") / "archive"
    assert simulate(folder) == 0
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_archive_verifies_and_is_marked_as_a_rehearsal(archive: Path) -> None:
    found = verify_archive(archive)
    assert isinstance(found, Verified)
    assert found.rehearsal
    assert (found.incomplete, found.unnamed, found.after_closing) == (0, 0, 0)
    assert json.loads((archive / "manifest.json").read_bytes())["rehearsal"] is True
    assert main(["verify", str(archive)]) == 0


def test_the_same_seed_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    assert simulate(tmp_path / "again") == 0
    assert contents(tmp_path / "again") == contents(archive)


def test_the_same_bytes_come_from_another_process(archive: Path, tmp_path: Path) -> None:
    """Nothing hangs on the order of sets, which every process shuffles anew."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "trialwright", "simulate", "beam", "--participants", "1"),
            *("--seed", "4", "--quiet", "--out", str(tmp_path / "other")),
        ],
        env={**os.environ, "PYTHONHASHSEED": "77"},
        check=False,
    )
    assert done.returncode == 0
    assert contents(tmp_path / "other") == contents(archive)


def test_another_seed_or_day_gives_another_trial(archive: Path, tmp_path: Path) -> None:
    assert simulate(tmp_path / "other", more=("--start", "2026-03-02")) == 0
    assert contents(tmp_path / "other")["events.jsonl"] != contents(archive)["events.jsonl"]
    first = (tmp_path / "other" / "events.jsonl").read_text().split("\n", 1)[0]
    assert json.loads(first)["at"].startswith("2026-03-02")


def test_a_flipped_byte_is_found(archive: Path, tmp_path: Path) -> None:
    shutil.copytree(archive, tmp_path / "spoilt")
    path = tmp_path / "spoilt" / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"week_4"', b'"week_5"', 1))
    assert isinstance(verify_archive(tmp_path / "spoilt"), Broken)


def test_a_folder_that_holds_something_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    assert simulate(tmp_path) == 2
    assert "not an empty folder" in capsys.readouterr().err
    assert contents(tmp_path) == {"mine.txt": b"keep me"}


def test_an_empty_folder_is_filled(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert simulate(tmp_path / "empty") == 0
    assert contents(tmp_path / "empty") == contents(archive)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]  # nothing is left beside it


def test_a_study_that_assumes_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["simulate", "template", "--participants", "1", "--seed", "1", "--out", str(tmp_path / "a")])
    assert code == 3
    assert "no simulation.yaml" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


def test_nobody_is_no_rehearsal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main(["simulate", "beam", "--participants", "0", "--seed", "1", "--out", str(tmp_path / "a")])
    assert ending.value.code == 2
    assert "from 1 to 10,000" in capsys.readouterr().err


def test_people_write_in_the_language_of_the_command(tmp_path: Path) -> None:
    assert simulate(tmp_path / "zh", more=("--lang", "zh")) == 0
    texts = (tmp_path / "zh" / "entered.jsonl").read_text(encoding="utf-8")
    assert "两位数字" in texts or "羟氯喹" in texts or "缬沙坦" in texts


# writing a ledger in one go


def test_a_failed_writing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: MemoryLedger) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(MemoryLedger, "events", fail)
    with pytest.raises(OSError, match="disk is full"):
        write_archive(tmp_path / "a", read_study("beam"), MemoryLedger(bytes), rehearsal=True)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_is_not_written_over_another(archive: Path) -> None:
    before = contents(archive)
    with pytest.raises(ArchiveBroken):
        write_archive(archive, read_study("beam"), MemoryLedger(bytes), rehearsal=True)
    assert contents(archive) == before


def test_a_written_archive_goes_on(archive: Path, tmp_path: Path) -> None:
    """It is an archive like any other: its streams, counters and texts are read back from the files."""
    shutil.copytree(archive, tmp_path / "copy")
    opened = open_archive(tmp_path / "copy", draw=bytes)
    assert opened.counter("enrolment") == 1
    assert opened.head is not None
    assert opened.head.type == "study_locked"
