"""No output goes into the archive of a trial, and the files of a report appear together."""

from __future__ import annotations

import errno
import importlib
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.conduct.support import Rehearsal, salts, two_sites
from trialwright.cli import outputs
from trialwright.cli.main import COMMANDS, OPTIONS, main
from trialwright.exchange.archive import create_archive, files
from trialwright.exchange.folder import read_study

ON = ("--on", "2026-11-01")
# every command that has --out, with what else it needs to be understood
WRITES = {
    "screen": ("beam", "records", *ON),
    "funnel": ("beam", "records", *ON),
    "explain": ("beam",),
    "import": ("record.json",),
    "export": ("beam", "--to", "crf"),
    "synth": ("beam", "--people", "3", "--seed", "1"),
    "simulate": ("beam", "--participants", "1", "--seed", "1"),
    "report": ("ARCHIVE",),
    "analyse": ("ARCHIVE",),
    "schedule": ("ARCHIVE", "--format", "ics"),
    "dose": ("ARCHIVE", "--participant", "a-001", "--on", "2026-01-10"),
    "respond": ("ARCHIVE",),
    "safety": ("ARCHIVE",),
    "queries": ("ARCHIVE",),
    "allocate": ("beam", "--participants", "9", "--seed", "1"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outputs") / "trial"
    store = create_archive(folder, two_sites(read_study("beam")), rehearsal=True, draw=salts())
    Rehearsal(store=store).consented()
    store.write_manifest()
    return folder


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "trial")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def _has_out(command: str) -> bool:
    from trialwright.cli.common import Terminal

    module = importlib.import_module(OPTIONS.get(command, COMMANDS[command]))
    return "--out" in module.parser(command, Terminal("en"))._option_string_actions


def test_every_command_that_writes_is_here() -> None:
    assert [name for name in COMMANDS if _has_out(name)] == [name for name in COMMANDS if name in WRITES]


@pytest.mark.parametrize("command", WRITES)
def test_no_command_writes_into_an_archive(
    archive: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(archive)
    words = [str(archive) if word == "ARCHIVE" else word for word in WRITES[command]]
    for out in (archive / "events.jsonl", archive, archive / "new" / "file"):
        assert main([command, *words, "--out", str(out)]) == 2
        assert "lies in the archive of a trial" in capsys.readouterr().err
    assert contents(archive) == before


@pytest.mark.parametrize("way", ["a link to a file", "a link to the folder", "dots", "from inside"])
def test_no_way_round(
    archive: Path,
    tmp_path: Path,
    way: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = contents(archive)
    out = tmp_path / "elsewhere"
    if way == "a link to a file":
        out.symlink_to(archive / "events.jsonl")
    elif way == "a link to the folder":
        out.symlink_to(archive)
        out = out / "report.html"
    elif way == "dots":
        out = archive / "definitions" / ".." / "entered.jsonl"
    else:
        monkeypatch.chdir(archive)
        out = Path("manifest.json")
    assert main(["explain", "template", "--out", str(out)]) == 2
    assert "lies in the archive of a trial" in capsys.readouterr().err
    assert contents(archive) == before


@pytest.mark.parametrize("harm", ["no manifest", "no events", "a manifest that is none", "of a later format"])
def test_a_damaged_archive_is_still_one(archive: Path, harm: str) -> None:
    if harm == "no manifest":
        (archive / "manifest.json").unlink()
    elif harm == "no events":
        (archive / "events.jsonl").unlink()
    elif harm == "a manifest that is none":
        (archive / "manifest.json").write_text("{", encoding="utf-8")
    else:
        stated = json.loads((archive / "manifest.json").read_bytes())
        stated["format"] = "trialwright archive 2"
        (archive / "manifest.json").write_text(json.dumps(stated), encoding="utf-8")
        (archive / "events.jsonl").unlink()
    assert main(["explain", "template", "--out", str(archive / "entered.jsonl")]) == 2


def test_the_manifest_of_something_else_keeps_nobody_away(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"marker": "SYNTHETIC"}', encoding="utf-8")
    (tmp_path / "events.jsonl").write_text("", encoding="utf-8")
    assert main(["explain", "template", "--out", str(tmp_path / "out.md")]) == 0


def test_no_trial_is_opened_inside_another(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIALWRIGHT_SECRETS", str(tmp_path / "secrets"))
    words = ["open_study", "study=beam", "--as", "sponsor_1", "--at", "2026-02-01T09:00+08:00"]
    assert main(["act", str(archive / "inner"), *words]) == 2
    assert not (archive / "inner").exists()
    assert not (tmp_path / "secrets").exists()


def test_an_archive_is_known_by_its_own_names() -> None:
    assert (outputs.MANIFEST, outputs.EVENTS, outputs.ENTERED) == (
        files.MANIFEST,
        files.EVENTS,
        files.ENTERED,
    )
    assert outputs._SAYS_SO.split(b'"')[-1] in files.FORMAT.encode()
    assert outputs._SAYS_SO in files.manifest_form({"format": files.FORMAT})


# The files of a report

OLD = {"report.html": b"old page", "report.pdf": b"old pdf", "tables/one.csv": b"old table"}
NEW = {"report.html": b"new page", "report.pdf": b"new pdf", "tables/one.csv": b"new table"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an earlier report."""
    for name, data in OLD.items():
        (tmp_path / "report" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "report" / name).write_bytes(data)
    return tmp_path / "report"


def test_files_written_together(folder: Path) -> None:
    outputs.write_together(folder, NEW)
    assert contents(folder) == NEW
    outputs.write_together(folder / "another", OLD)
    assert contents(folder / "another") == OLD


@pytest.mark.parametrize("which", ["report.html", "report.pdf", "tables/one.csv", "tables"])
def test_a_link_in_the_folder_is_replaced(folder: Path, tmp_path: Path, which: str) -> None:
    victim = tmp_path / "victim"
    if which == "tables":
        shutil.move(folder / "tables", victim)
    else:
        victim.write_bytes(b"precious")
        (folder / which).unlink()
    (folder / which).symlink_to(victim)
    before = contents(victim) if victim.is_dir() else {"": victim.read_bytes()}
    outputs.write_together(folder, NEW)
    assert contents(folder) == NEW
    assert not (folder / which).is_symlink()
    assert (contents(victim) if victim.is_dir() else {"": victim.read_bytes()}) == before


@pytest.mark.parametrize("full", NEW)
def test_a_full_disk_leaves_the_earlier_files(
    folder: Path, full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trialwright.cli.common import Stop

    real = os.fsync

    def fsync(handle: int) -> None:
        if full.rpartition("/")[2] in str(Path(f"/proc/self/fd/{handle}").readlink()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(Stop) as ending:
        outputs.write_together(folder, NEW)
    assert ending.value.code == 2
    assert contents(folder) == OLD


_KILLED = """
import os, signal, sys
from pathlib import Path
from trialwright.cli import outputs
count = 0
def last(event, given):
    global count
    if event in ("open", "os.rename") and ".part" in str(given[0]):
        count += 1
        if count == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(last)
outputs.write_together(Path(sys.argv[1]), {NEW!r})
"""


@pytest.mark.parametrize(("at", "left"), [(1, OLD), (3, OLD), (4, OLD), (7, NEW)])
def test_killed_while_it_writes(folder: Path, at: int, left: dict[str, bytes]) -> None:
    """Three files: killed at one of the first three writings or before the first of three moves, nothing is changed."""
    ended = subprocess.run(
        [sys.executable, "-c", _KILLED.replace("{NEW!r}", repr(NEW)), str(folder), str(at)], check=False
    )
    assert (ended.returncode == 0) == (at == 7)
    assert {name: data for name, data in contents(folder).items() if not name.endswith(".part")} == left
    outputs.write_together(folder, NEW)
    assert {name: data for name, data in contents(folder).items() if not name.endswith(".part")} == NEW


def test_what_is_written_can_be_read_as_other_files_can(folder: Path) -> None:
    before = os.umask(0o027)
    try:
        outputs.write_together(folder, NEW)
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "report.html").stat().st_mode) == 0o640
