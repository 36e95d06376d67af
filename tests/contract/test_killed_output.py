"""A command that is killed leaves no half of a result, and what it leaves beside is gone after the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trialwright.cli.main import main
from trialwright.exchange.archive import Verified, verify_archive
from trialwright.exchange.beside import beside

RECORD = Path(__file__).parents[1] / "data" / "ctgov" / "NCT00973089.excerpt.json"
SAMPLE = Path(__file__).parents[2] / "studies" / "beam" / "sample"

# the command, and its output: a file or a folder
COMMANDS = {
    "simulate": (["simulate", "beam", "--participants", "1", "--seed", "1"], "trial"),
    "import": (["import", str(RECORD)], "study"),
    "screen": (["screen", "beam", str(SAMPLE), "--on", "2026-11-01", "--format", "csv"], "out.csv"),
    "explain": (["explain", "template"], "out.md"),
}

_KILLED = """
import os, signal, sys
out, at, count = sys.argv[1], int(sys.argv[2]), 0
def look(event, given):
    global count
    name = str(given[0])
    writes = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
    if (writes or event in ("os.rename", "os.mkdir")) and ".part" in name and out in name:
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(look)
from trialwright.cli.main import main
sys.exit(main(sys.argv[3:]))
"""


def _kill(at: int, out: Path, words: list[str]) -> int:
    given = [sys.executable, "-c", _KILLED, out.name, str(at), *words, "--out", str(out), "--quiet"]
    return subprocess.run(given, check=False, capture_output=True).returncode


@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_a_write(tmp_path: Path, command: str) -> None:
    words, name = COMMANDS[command]
    out = tmp_path / name
    for at in (2, 3) if command != "screen" else (2,):  # the first makes or opens it
        ended = _kill(at, out, words)
        assert ended == -signal.SIGKILL
        assert not out.exists()
        assert len(list(tmp_path.glob(f".{name}.*.part"))) == 1
        if command == "explain":
            break
    assert main([*words, "--out", str(out), "--quiet"]) in (0, 5)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    if command == "simulate":
        assert isinstance(verify_archive(out), Verified)


@pytest.fixture
def others(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """What a process that still runs writes, and what one that ended left."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as running:
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        paths = [tmp_path / f".out.{process.pid}.part" for process in (running, ended)]
        for path in paths:
            path.write_text("half", encoding="utf-8")
        yield paths[0], paths[1]
        running.communicate(b"\n")


def test_what_another_still_writes_is_left_to_it(tmp_path: Path, others: tuple[Path, Path]) -> None:
    running, ended = others
    for name in (".outer.7.part", ".out.x.part", "out.7.part", ".out.99999999999.part"):
        (tmp_path / name).write_text("not ours", encoding="utf-8")
    assert beside(tmp_path / "out") == tmp_path / f".out.{os.getpid()}.part"
    assert running.exists()
    assert not ended.exists()
    assert len(list(tmp_path.iterdir())) == 5
