"""The one line of the README: from nothing to a finished, verified, traced report of a simulated trial."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from trialwright.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


def recipe() -> list[list[str]]:
    """The commands that `make rehearse` runs, as words, the program left out."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.search(r"^rehearse:.*\n((?:\t.*\n)+)", text, re.MULTILINE)
    assert found
    assert found[1].splitlines()[0] == "\t@rm -rf out/rehearsal out/report"  # so that it works a second time
    return [
        shlex.split(line.removeprefix("\t$(BIN)/trialwright "))
        for line in found[1].splitlines()
        if line.startswith("\t$(BIN)/trialwright ")
    ]


def test_make_rehearse_ends_in_a_report_and_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With two participants in place of 53: the commands are the same."""
    commands = recipe()
    assert [command[0] for command in commands] == ["simulate", "verify", "report", "trace"]
    assert commands[0][3] == "53"
    commands[0][3] = "2"
    monkeypatch.chdir(tmp_path)
    for command in commands:
        assert main([*command, "--quiet"]) == 0, command
    printed = capsys.readouterr().out
    assert "A rehearsal with synthetic people." in printed
    assert re.search(r"^Verified: \d+ events, \d+ entered texts", printed, re.MULTILINE)
    assert re.search(r"^T3\.r1\.c2  \d+/\d+ \(", printed, re.MULTILINE)
    assert {path.suffix for path in (tmp_path / "out" / "report").iterdir() if path.is_file()} == {
        ".html",
        ".pdf",
    }
    assert (tmp_path / "out" / "report" / "tables" / "responders.csv").is_file()


def test_the_readme_shows_what_make_rehearse_prints() -> None:
    """The figures of 53 participants are checked by hand; the lines have the form of those the commands print."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = (
        text.partition("It ends like this (shortened):")[2]
        .partition("```text\n")[2]
        .partition("```")[0]
        .splitlines()
    )
    assert re.fullmatch(
        r"A rehearsal with synthetic people: 53 joined, [\d,]+ events, in out/rehearsal\.", shown[0]
    )
    assert re.match(
        r"Verified: \d+ events, \d+ entered texts \(\d+ masked\), 2 versions of the definition\.", shown[1]
    )
    assert shown[0].split()[7].replace(",", "") == shown[1].split()[1]
    assert shown[2:4] == ["out/report/report.html", "out/report/report.pdf"]
    assert re.fullmatch(r"T3\.r1\.c2  \d+/28 \(\d+\.\d %\)", shown[4])
    assert shown[-1] == "  and 27 more (--most N)"
