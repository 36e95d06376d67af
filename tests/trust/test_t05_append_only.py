"""T5. Events can be neither changed nor removed.

**Source**: 21 CFR 11.10(e); ICH E6(R3) 4.2.2(b).
**Proves**: an event refuses to be changed; no function of a store changes or removes one; a changed, removed, doubled or
moved row of an archive is found and named, whichever row it is.
**With the site**: `UPDATE` and `DELETE` raise in the database, for its owner as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from tests.trust.files import rewrite
from tests.unit.conduct.support import Rehearsal
from trialwright.exchange.archive import Broken, verify_archive
from trialwright.exchange.archive.files import EVENTS
from trialwright.record.event import row, row_hash


def test_an_event_cannot_be_changed(walked: Rehearsal) -> None:
    event = next(iter(walked.store.events()))
    with pytest.raises(FrozenInstanceError):
        event.actor = "somebody_else"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del event.reason


def test_an_event_changed_in_memory_no_longer_fits_its_hash(walked: Rehearsal) -> None:
    event = next(one for one in walked.store.events() if one.type == "allocated")
    assert row_hash(row(event)) == event.hash
    event.data["arm"] = "MT"  # type: ignore[index]
    assert row_hash(row(event)) != event.hash


Change = Callable[[list[Any], int], list[Any]]

CHANGES: dict[str, Change] = {
    "changed": lambda rows, at: [*rows[:at], {**rows[at], "actor": "somebody_else"}, *rows[at + 1 :]],
    "removed": lambda rows, at: [*rows[:at], *rows[at + 1 :]],
    "doubled": lambda rows, at: [*rows[: at + 1], *rows[at:]],
    "moved": lambda rows, at: [*rows[:at], *rows[at + 1 : at + 2], rows[at], *rows[at + 2 :]],
}
LINE = {"changed": 1, "removed": 1, "doubled": 2, "moved": 1}
"""Where it is noticed, counted from the row it is done to."""


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("place", [0, 1, 30, -2])
def test_whatever_is_done_to_a_row_is_found_there(archive: Path, change: str, place: int) -> None:
    count = len((archive / EVENTS).read_bytes().splitlines())
    at = place % count
    rewrite(archive / EVENTS, lambda rows: CHANGES[change](rows, at))
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert (found.file, found.line) == (EVENTS, at + LINE[change])


def test_a_row_removed_at_the_end_is_missed(archive: Path) -> None:
    """The rows before it still hold together; the manifest knows how many there were."""
    rewrite(archive / EVENTS, lambda rows: rows[:-1])
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert found.file == EVENTS
