"""T7. Tampering is found: a chain of hashes, one command that verifies it, an anchor that can be printed.

**Source**: this project's own, beyond 21 CFR Part 11.
**Proves**: `trialwright verify` ends with exit code 6 and names file and row for a flipped bit anywhere; what it prints of
an archive that verifies is the hash of the last event, which every later state of the archive still contains, and given
back to it (`--head`) it finds an archive whose tail was cut off, or that was written anew with every hash fitting. What
fits every hash and could not have been done then, or stands beside the events, is the subject of `test_forged_archive`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.trust.files import forge, restate
from tests.unit.conduct.support import salts
from trialwright.cli.main import main
from trialwright.exchange.archive import open_archive
from trialwright.exchange.archive.files import EVENTS
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
        Call(
            "later",
            "2027-01-01T00:00:00Z",
            "data_manager",
            "data_manager",
            "",
            "mask",
            "a name",
            next(store.events()).study_version,
        ),
    )
    assert isinstance(event, Event)
    assert main(["verify", str(archive)]) == 0
    later = capsys.readouterr().out
    assert printed[0] not in later
    assert event.hash in later
    assert [one.hash for one in store.events()].count(printed[0]) == 1


def _heads(archive: Path) -> list[str]:
    return [event.hash for event in open_archive(archive, draw=salts(9_000_000)).events()]


@pytest.mark.parametrize("given", ["{hash}", "{position}:{hash}", "{position}:{upper}"])
@pytest.mark.parametrize("back", [0, 1, 40])
def test_an_archive_continues_any_head_it_once_had(
    archive: Path, given: str, back: int, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = _heads(archive)
    position = len(heads) - back
    digest = heads[position - 1]
    head = given.format(position=position, hash=digest, upper=digest.upper())
    assert main(["verify", str(archive), "--head", head]) == 0
    assert f"whose head is event {position} here" in capsys.readouterr().out


def test_a_tail_cut_off_with_a_manifest_that_fits_is_found_by_the_head_seen_before(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the head it verifies: a shorter trial is a trial."""
    heads = _heads(archive)
    lines = (archive / EVENTS).read_bytes().splitlines(keepends=True)
    kept = len(lines) - 3
    (archive / EVENTS).write_bytes(b"".join(lines[:kept]))
    restate(archive, events=kept, head=heads[kept - 1])
    assert main(["verify", str(archive)]) == 0
    assert main(["verify", str(archive), "--head", f"{len(heads)}:{heads[-1]}"]) == 6
    assert (
        f"{EVENTS}:{kept + 1}: Event {len(heads)} was seen before; {kept} events are here."
        in capsys.readouterr().out
    )
    assert main(["verify", str(archive), "--head", heads[-1]]) == 6
    assert "does not continue the one seen before" in capsys.readouterr().out
    assert main(["verify", str(archive), "--head", heads[kept - 1]]) == 0


def test_an_archive_written_anew_is_found_by_the_head_seen_before(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = _heads(archive)

    def other(written: dict[str, Any]) -> None:
        if written["type"] == "consented":
            written["data"]["sex"] = "unknown"

    forge(archive, other)
    assert main(["verify", str(archive)]) == 0
    assert main(["verify", str(archive), "--head", f"{len(heads)}:{heads[-1]}"]) == 6
    assert f"{EVENTS}:{len(heads)}: The archive does not continue" in capsys.readouterr().out


def test_a_head_at_another_position_is_refused(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heads = _heads(archive)
    assert main(["verify", str(archive), "--head", f"2:{heads[4]}"]) == 6
    assert f"{EVENTS}:2: The head seen before is that of event 5 here." in capsys.readouterr().out


@pytest.mark.parametrize("head", ["", "12", "x:" + "0" * 64, ":" + "0" * 64, "0" * 63, "-1:" + "0" * 64])
def test_what_is_no_head_is_a_usage_error(archive: Path, head: str) -> None:
    with pytest.raises(SystemExit) as ending:
        main(["verify", str(archive), f"--head={head}"])
    assert ending.value.code == 2
