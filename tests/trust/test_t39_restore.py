"""T39. A backup is only one if it was restored.

**Source**: ICH E6(R3) 4.3.3(c, d).
**Proves**: an archive packed, unpacked elsewhere and opened has the same digests, verifies, gives the same participants, and takes the next
event; a backup taken in the middle of writing verifies up to its last complete event.
**With the site**: dump and restore of the database, in every run of the tests.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from tests.unit.conduct.support import Rehearsal, salts
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import Archive, Verified, open_archive, verify_archive, write_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS
from trialwright.record.event import Payload
from trialwright.record.ledger import MemoryLedger


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _restored(closed: Path, tmp_path: Path) -> Path:
    packed = shutil.make_archive(str(tmp_path / "backup"), "gztar", root_dir=closed)
    shutil.unpack_archive(packed, tmp_path / "restored", filter="data")
    return tmp_path / "restored"


def test_the_digests_of_a_restored_archive_are_those_of_the_original(
    closed: Path, tmp_path: Path, walked: Rehearsal
) -> None:
    restored = _restored(closed, tmp_path)
    assert _digests(restored) == _digests(closed)
    assert isinstance(verify_archive(restored), Verified)
    store = open_archive(restored, draw=bytes)
    assert Trial(store, store.definition).participants() == walked.trial.participants()


def test_work_goes_on_in_a_restored_archive(closed: Path, tmp_path: Path) -> None:
    restored = _restored(closed, tmp_path)
    rehearsal = Rehearsal(store=open_archive(restored, draw=salts(5_000_000)), opened=False)
    assert isinstance(rehearsal.store, Archive)
    rehearsal.trial = Trial(rehearsal.store, rehearsal.store.definition)
    rehearsal.go_to("2026-12-02")
    event = rehearsal.done("report_sent", "investigator_a", site="a", participant="a-001", number="1",
                           clock="susar_other", stage="initial", at="2026-12-01T20:00:00+08:00")  # fmt: skip
    found = verify_archive(restored)
    assert isinstance(found, Verified)
    assert (found.events, found.after_closing) == (event.position, 1)


def test_a_backup_taken_while_somebody_writes_verifies_to_its_last_event(
    closed: Path, tmp_path: Path
) -> None:
    """The last event is copied in part, and a text that no event names yet."""
    restored = _restored(closed, tmp_path)
    events = (restored / EVENTS).read_bytes()
    (restored / EVENTS).write_bytes(events + b'{"action":"open_vis')
    texts = (restored / ENTERED).read_bytes()
    (restored / ENTERED).write_bytes(texts + texts.splitlines(keepends=True)[-1][:40])
    found = verify_archive(restored)
    assert isinstance(found, Verified)
    assert found.incomplete == len(b'{"action":"open_vis')


def test_an_archive_written_anew_from_its_events_is_the_same(
    closed: Path, tmp_path: Path, walked: Rehearsal
) -> None:
    store, ledger = walked.store, MemoryLedger(salts())
    assert isinstance(store, Archive)
    for event in store.events():
        ledger._events.append(event)
        ledger._index.add(event)
    for line in (closed / ENTERED).read_text(encoding="utf-8").splitlines():
        ledger._payloads.update({entry[0]: Payload(*entry) for entry in json.loads(line)})
    study = store.definition(next(store.events()).study_version)
    write_archive(tmp_path / "again", study, ledger, definitions=walked.versions.values(), rehearsal=True)
    again, first = _digests(tmp_path / "again"), _digests(closed)
    assert again[EVENTS] == first[EVENTS]
    assert again.keys() == first.keys()
    assert isinstance(verify_archive(tmp_path / "again"), Verified)
