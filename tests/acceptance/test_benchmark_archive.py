"""What the ledger is measured on is a ledger: it verifies, its events are as declared, and nothing of it is left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.__main__ import MARK, main
from benchmarks.archive import ITEMS, keep_events, keep_values
from benchmarks.cost import Clock
from benchmarks.ledger_tasks import TASKS
from tests.unit.record.declared import undeclared
from trialwright.exchange.archive import open_archive

OPENING = 9
"""The events before the first consent: the study and a site opened, each other role of BEAM given to somebody, the version approved."""


def run(task: str, folder: Path) -> dict[str, object]:
    clock = Clock()
    clock.start()
    return TASKS[task](folder, clock)


def test_an_archive_of_item_values_holds_them_all(tmp_path: Path) -> None:
    folder = keep_values(tmp_path, 100)
    assert keep_values(tmp_path, 100) == folder
    people = 100 // ITEMS  # a consent and a form each
    events = OPENING + 2 * people
    assert run("replay", folder) == {"participants": people, "values": 100, "events": events}
    assert run("json", folder) == {"lines": OPENING + 4 * people}  # an event and its texts
    assert run("verify", folder)["events"] == events
    archive = open_archive(folder, draw=os.urandom)
    assert [undeclared(event) for event in archive.events()] == [[]] * events


def test_an_archive_of_events_holds_so_many(tmp_path: Path) -> None:
    folder = keep_events(tmp_path, 2_500)
    # 1,000 consents, 1,000 results, the others queries raised: each has one text
    assert run("verify", folder) == {"events": 2_500, "texts": 2_500 - OPENING}
    assert run("hashes", folder) == {"lines": 5_000 - OPENING}
    archive = open_archive(folder, draw=os.urandom)
    assert [event.position for event in archive.events() if undeclared(event)] == []


def test_a_part_measured_alone_leaves_the_other_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Benchmarks\n\nof the search\n\n{MARK}\nold\n", encoding="utf-8")
    sizes = ["--values", "40", "--events", "30", "--participants", "1", "--repeat", "1"]
    assert main(["--only", "archive", *sizes, "--cache", str(tmp_path / "kept"), "--out", str(page)]) == 0
    written = page.read_text(encoding="utf-8")
    assert written.startswith(f"# Benchmarks\n\nof the search\n\n{MARK}\n## The ledger and the report\n")
    assert "old" not in written.partition(MARK)[2].splitlines()
    printed = capsys.readouterr().out
    assert [line.partition(" |")[0] for line in printed.splitlines()] == [
        "1,000,000 item values replayed from an archive, by proportion from 40",
        "peak memory at 40 item values",
        "an archive of 1,000,000 events verified, by proportion from 30",
        "report of 1 participants: HTML, PDF, tables",
    ]
