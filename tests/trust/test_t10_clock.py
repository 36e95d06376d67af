"""T10. A clock that goes wrong is noticed.

**Source**: FDA, questions and answers on electronic systems (2024).
**Proves**: nothing is written at an instant before the last event; an archive in which an event lies before the one before
it does not verify, though every hash fits.
**With the site**: drift against a time server is watched, and is an event of the access journal.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.trust.files import forge
from tests.unit.conduct.support import at_stage
from trialwright.exchange.archive import Broken, Verified, verify_archive
from trialwright.terms.message import render


def test_a_clock_that_went_back_writes_nothing_until_it_is_right_again() -> None:
    rehearsal, who = at_stage("dosed")
    right = rehearsal.now
    values = {"participant": who, "date": "2026-05-30", "category": "other", "severity": "minor", "text": "x"}
    rehearsal.now = right - timedelta(minutes=5)
    refusal = rehearsal.refused("report_deviation", "monitor", site="a", values=values)
    assert "The clock went back" in refusal
    assert "2026-06-01T01:00" in refusal
    rehearsal.now = right
    rehearsal.done("report_deviation", "monitor", site="a", values=values)


def test_two_events_of_one_second_are_in_order() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.now -= timedelta(seconds=1)
    rehearsal.done("verify_source", "monitor", site="a", participant=who, target="week_0")


def test_an_event_moved_back_in_time_is_found(archive: Path) -> None:
    def back(written: dict[str, Any]) -> None:
        if written["type"] == "allocated":
            written["at"] = "2026-05-01T01:00:00Z"

    forge(archive, lambda written: None)
    assert isinstance(verify_archive(archive), Verified)
    forge(archive, back)
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert "in time" in render(found.problem, {})
