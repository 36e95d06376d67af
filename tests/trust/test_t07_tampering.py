"""T7. Tampering is found: a chain of hashes, one command that verifies it, an anchor that can be printed.

**Source**: this project's own, beyond 21 CFR Part 11.
**Proves**: `trialwright verify` ends with exit code 6 and names file and row for a flipped bit anywhere; what it prints of
an archive that verifies is the hash of the last event, which every later state of the archive still contains.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.conduct.support import salts
from trialwright.cli.main import main
from trialwright.exchange.archive import open_archive
from trialwright.exchange.archive.store import EVENTS
from trialwright.record.event import Call, Event, Proposal


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 0.999])
def test_a_flipped_bit_is_named_by_the_command(
    archive: Path, share: float, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bytearray((archive / EVENTS).read_bytes())
    at = int(len(data) * share)
    data[at] ^= 1
    (archive / EVENTS).write_bytes(data)
    assert main(["verify", str(archive)]) == 6
    row = data[:at].count(b"\n") + 1
    assert f"{EVENTS}:{row}:" in capsys.readouterr().out


def test_the_printed_anchor_stays_in_the_chain(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(archive)]) == 0
    printed = re.search(r"\b[0-9a-f]{64}\b", capsys.readouterr().out)
    assert printed
    store = open_archive(archive, draw=salts(9_000_000))
    assert store.head is not None
    assert printed[0] == store.head.hash
    event = store.append(
        Proposal("study", "masked", 1, {"of": 1, "digests": []}, {}),
        Call("later", "2027-01-01T00:00:00Z", "x", "x", "", "mask", "", store.head.study_version),
    )
    assert isinstance(event, Event)
    assert main(["verify", str(archive)]) == 0
    later = capsys.readouterr().out
    assert printed[0] not in later
    assert event.hash in later
    assert [one.hash for one in store.events()].count(printed[0]) == 1
