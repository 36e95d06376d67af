"""Tampering is found also where every hash fits (T7): one way to write each file, and no room beside the events.

An event that nobody could have made then is found: of an unknown type, in another form, by an account that did not hold
the role, by a role that may not do it, after the lock. So is whatever is written into `entered.jsonl` or the manifest
that no event says, and a masked text that is put back; other files are listed.
"""

from __future__ import annotations

import copy
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trust.files import forge, forge_rows, rewrite, write_texts
from tests.unit.conduct.support import Rehearsal, salts
from trialwright.cli.main import main
from trialwright.conduct.actions import ACTIONS
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import (
    Archive,
    ArchiveBroken,
    Broken,
    Verified,
    open_archive,
    verify_archive,
)
from trialwright.exchange.archive.files import ENTERED, EVENTS, MANIFEST
from trialwright.record.event import entered_digest
from trialwright.record.event_types import EVENT_TYPES
from trialwright.terms.message import render


def test_every_type_of_event_is_written_by_an_action() -> None:
    assert {kind for action in ACTIONS.values() for kind in action.writes} == EVENT_TYPES.keys()


# Events nobody could have made

AT = "2027-12-01T00:00:00Z"
SIGNED = {
    "stream": "participant/a-001",
    "type": "signed",
    "actor": "investigator_a",
    "role": "investigator",
    "site": "a",
    "action": "sign",
    "data": {"target": "casebook", "meaning": "approved", "digest": "0" * 64},
}
"""A signature that the investigator could have given, but did not."""


SAID = "said by whoever forged it"
REASON = entered_digest("ab" * 16, SAID)


def forge_tail(archive: Path, *tail: dict[str, Any]) -> None:
    """Append events with fitting hashes, places, digests, texts and manifest; what is not said is as in a signature."""

    def longer(rows: list[Any]) -> list[Any]:
        versions = {one["site"]: one["data"]["version"] for one in rows if one["type"] == "version_approved"}
        for number, parts in enumerate(tail):
            written = {
                **rows[-1],
                **copy.deepcopy(SIGNED),
                "id": f"forged-{number}",
                "at": AT,
                "series": {},
                **parts,
            }
            kind, action = EVENT_TYPES.get(written["type"]), ACTIONS[written["action"]]
            default = {
                "version": kind.version if kind else 1,
                "study_version": versions.get(written["site"], rows[0]["study_version"]),
                "reason": REASON if action.reason == "required" else "",
            }
            rows.append({**written, **default, **parts})
        return rows

    forge_rows(archive, longer)
    write_texts(archive, {REASON: ("ab" * 16, SAID)})


OPEN_CASEBOOK = {
    "stream": "participant/a-001", "type": "casebook_unlocked", "actor": "data_manager", "role": "data_manager",
    "site": "a", "action": "unlock", "data": {},
}  # fmt: skip
CLOSE_CASEBOOK = {**OPEN_CASEBOOK, "type": "casebook_locked", "action": "lock"}
LOCKED = {
    "stream": "study", "type": "study_locked", "actor": "sponsor", "role": "sponsor", "site": "", "action": "lock",
    "data": {"date": "2027-12-01", "secret": "", "nonce": ""},
}  # fmt: skip
ASKED = {**LOCKED, "type": "unlock_requested", "action": "unlock", "data": {}}
UNLOCKED = {**ASKED, "type": "study_unlocked"}
MASKED = {
    "stream": "study", "type": "masked", "actor": "data_manager", "role": "data_manager", "site": "", "action": "mask",
}  # fmt: skip

FORGED: dict[str, tuple[tuple[dict[str, Any], ...], str]] = {
    "unknown type": (({"type": "nonsense"},), "no event of the type nonsense"),
    "unknown version": (({"version": 99},), "no version 99 of the type signed"),
    "a part too few": (({"data": {"target": "casebook"}},), "another form"),
    "a part too many": (({"data": {**SIGNED["data"], "name": "Wang Li"}},), "another form"),  # type: ignore[dict-item]
    "a part of another kind": (({"data": {**SIGNED["data"], "digest": 7}},), "another form"),  # type: ignore[dict-item]
    "a day that is none": (({"type": "enrolled", "data": {"date": "soon"}},), "another form"),
    "no day at all": (({"type": "enrolled", "data": {"date": ""}},), "another form"),
    "a month for a day": (({"type": "enrolled", "data": {"date": "2027-11"}},), "another form"),
    "a day before everybody": (({"type": "enrolled", "data": {"date": "0001-01-01"}},), "another form"),
    "a day after everything": (({"type": "enrolled", "data": {"date": "9999-12-31"}},), "another form"),
    "another stream": (({"stream": "site/a"},), "another form"),
    "a number it does not take": (({"series": {"enrolment": 9}},), "leaves a gap"),
    "no moment": (({"at": "zzzz"},), "no moment"),
    "a day no calendar has": (({"at": "2027-13-01T00:00:00Z"},), "no moment"),
    "a moment after everything": (({"at": "9999-12-31T23:59:59Z"},), "no moment"),
    "a moment of another place": (({"at": "2027-12-01T08:00:00+08:00"},), "no moment"),
    "an account that never was": (({"actor": "nobody"},), "nobody did not hold the role investigator"),
    "an account of the other site": (({"actor": "investigator_b"},), "did not hold the role"),
    "a role that was revoked": (({"actor": "nurse_a_2", "role": "nurse"},), "did not hold the role"),
    "a role that may not": (({"actor": "coordinator_a", "role": "coordinator"},), "may not sign"),
    "another action's event": (({"action": "mask"},), "writes no event of the type signed"),
    "a version nowhere in force": (({"study_version": "sha256:" + "0" * 64},), "was not in force"),
    "a version that leads elsewhere": (({"study_version": "sha256:../../secret"},), "was not in force"),
    "a second opening": (({"type": "study_opened", "action": "open_study"},), "another form"),
    "a locked casebook": ((SIGNED,), "The casebook was locked."),
    "a locked study": ((LOCKED, SIGNED), "The study was locked."),
    "unlocked alone": ((LOCKED, ASKED, UNLOCKED), "Two people"),
    "unlocked unasked": ((LOCKED, UNLOCKED), "Two people"),
    "a masking of nothing": (({**MASKED, "data": {"of": 1, "digests": "abc"}},), "another form"),
    "a masking of what is not here": (
        ({**MASKED, "data": {"of": 1, "digests": ["0" * 64]}}, {**MASKED, "data": {"of": 1, "digests": []}}),
        "masks a text that is not here",
    ),
    "a secret that is none": (({**LOCKED, "data": {**LOCKED["data"], "secret": "zz"}},), "another form"),  # type: ignore[dict-item]
    "a list for a name": (({"data": {"target": {"entered": ["x"]}, "digest": "", "meaning": ""}},), "another form"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_an_event_nobody_could_have_made_is_found(archive: Path, name: str) -> None:
    tail, said = FORGED[name]
    count = len((archive / EVENTS).read_bytes().splitlines())
    forge_tail(archive, *tail)
    found = verify_archive(archive)
    assert isinstance(found, Broken), name
    assert said in render(found.problem, {})
    lines = {count + len(tail)} | ({count + 1} if "masks" in said else set())
    assert (found.file, found.line in lines) == (EVENTS, True), found
    assert main(["report", str(archive), "--out", str(archive.parent / "report")]) == 6
    assert main(["analyse", str(archive)]) == 6
    assert main(["trace", str(archive), "T3.r1.c2"]) == 6


CORRECTS = {
    "stream": "participant/a-001", "type": "corrected", "actor": "investigator_a", "role": "investigator", "site": "a",
    "action": "correct",
}  # fmt: skip
NOT_THERE: list[tuple[str, dict[str, Any]]] = [
    ("dose/x", {"start": "2026-06-01"}), ("dose/", {"start": "2026-06-01"}), ("dose", {"start": "2026-06-01"}),
    ("dose/0", {"start": "2026-06-01"}), ("dose/01", {"start": "2026-06-01"}), ("dose/99", {"start": "2026-06-01"}),
    ("dose/１", {"start": "2026-06-01"}), ("dose/" + "9" * 5_000, {"start": "2026-06-01"}),
    ("deviation/x", {"severity": "minor"}), ("deviation/99", {"severity": "minor"}),
    ("rescue/x", {"date": "2026-06"}), ("rescue/0", {"date": "2026-06"}), ("rescue/99", {"date": "2026-06"}),
    ("visit/week_99", {"date": "2026-06-01"}), ("loss", {"date": "2026-06-01"}), ("demographics/1", {"sex": "male"}),
]  # fmt: skip
"""Targets of corrections that name nothing on record, with values that a target of their kind could have."""

NOT_SO: list[tuple[str, Any]] = [
    ("nonsense/1", {"date": "2026-06-01"}),
    ("dose/1", {"start": 5}), ("dose/1", {"start": "２０２６-06-01"}), ("dose/1", {"start": {"entered": "0" * 64}}),
    ("dose/1", {"ongoing": "true"}), ("dose/1", {"number": 7}), ("dose/1", {"amount": {"value": "7"}}),
    ("deviation/1", {"severity": None}), ("deviation/1", {"recorded": True}),
    ("rescue/1", {"date": "June 2026"}), ("rescue/1", {"position": 1}),
    ("demographics", {"sex": 1}), ("demographics", {"id": "a-002"}), ("visit/week_0", {"id": "week_2"}),
]  # fmt: skip
"""Values that no correction of the target gives."""


def refuses_in_words(
    archive: Path, capsys: pytest.CaptureFixture[str], *, row: int, reads: bool = False
) -> None:
    """`verify` names the row, no report is made, and whoever falls over the event is told the same, without a traceback.

    `reads`: every reader of the participant falls over it.
    """
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert (found.file, found.line) == (EVENTS, row)
    assert main(["report", str(archive), "--out", str(archive.parent / "report")]) == 6
    assert main(["analyse", str(archive)]) == 6
    assert main(["trace", str(archive), "T3.r1.c2"]) == 6
    asked = [
        ["queries", str(archive)],
        ["safety", str(archive)],
        ["act", str(archive), "report_ae", "--as", "investigator_a", "--site", "a", "--at", "2027-12-02T09:00+08:00",
         "participant=a-001", "term=rash", "start=2026-06-02", "grade=1", "infection=false", "taken=none",
         "outcome=unknown", "aware=2026-06-02T09:00+08:00"],
    ]  # fmt: skip
    capsys.readouterr()
    for words in asked:
        code, said = main(words), capsys.readouterr().err
        assert code in (0, 4, 6), words  # what does not read the event may go on; the casebook may be locked
        assert "Traceback" not in said
        assert code != 4 or f"events.jsonl:{row}" in said
        if reads:
            assert code == 4, (words, said)


@pytest.mark.parametrize(("target", "values"), [*NOT_THERE, *NOT_SO], ids=str)
def test_a_correction_nobody_could_have_made_is_named(
    archive: Path, target: str, values: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The number after dose/ reached the reader as it stood: a traceback instead of a sentence."""
    count = len((archive / EVENTS).read_bytes().splitlines())
    forge_tail(archive, OPEN_CASEBOOK, {**CORRECTS, "data": {"target": target, "values": values}})
    reads = target in [one for one, _ in NOT_THERE if one not in ("dose/01", "dose/１")]
    refuses_in_words(archive, capsys, row=count + 2, reads=reads)


INSIDE: list[tuple[str, str, Any]] = [
    # type of event, a list or map in it, an entry that no action writes there
    ("form_recorded", "items", [{}]),
    ("form_recorded", "items", [7]),
    ("form_recorded", "items", [{"path": "a.b", "value": "1"}]),
    ("form_recorded", "queries", [{"path": "a", "text": "?"}]),
    ("form_recorded", "queries", [{"number": "1", "path": "a", "text": "?"}]),
    ("form_recorded", "alerts", [{"alert": "neutropenia", "on": "soon", "facts": []}]),
    ("visit_opened", "deviations", [{"number": 1}]),
    ("dose_given", "because", [1]),
    ("dose_given", "amount", {"value": "1"}),
    ("ae_reported", "causality", {"belimumab": 1}),
    ("ae_reported", "seriousness", [["death"]]),
    ("screened", "criteria", {"I1": "pass"}),
    ("screened", "facts", [{"fact": "f1"}]),
    ("ranges_set", "ranges", [{"concept": "alt"}]),
]


@pytest.mark.parametrize(("kind", "part", "value"), INSIDE, ids=str)
def test_what_stands_inside_a_part_is_looked_at(
    archive: Path, kind: str, part: str, value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [json.loads(line) for line in (archive / EVENTS).read_text(encoding="utf-8").splitlines()]
    row = next(number for number, one in enumerate(rows, start=1) if one["type"] == kind)

    def change(written: dict[str, Any]) -> None:
        if written["position"] == row:
            written["data"][part] = value

    forge(archive, change)
    refuses_in_words(archive, capsys, row=row)


CHANGED = [
    # type of event, part of it, what it is changed to
    ("dose_given", "start", ""),
    ("dose_given", "start", "2026-06"),
    ("dose_given", "end", "2026-06-31"),
    ("ae_reported", "grade", "6"),
    ("ae_reported", "grade", "9" * 400),
    ("ae_reported", "grade", ""),
    ("corrected", "values", {"date": "soon"}),
    ("corrected", "values", {"start": ""}),
]


@pytest.mark.parametrize(("kind", "part", "value"), CHANGED)
def test_what_readers_count_with_can_be_counted_with(
    archive: Path, kind: str, part: str, value: object
) -> None:
    """It was accepted, and every reader fell over it."""

    def change(written: dict[str, Any]) -> None:
        if written["type"] == kind:
            written["data"][part] = value

    forge(archive, change)
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert "has another form" in render(found.problem, {})


@pytest.mark.parametrize(
    ("day", "goes"),
    [("2026-06-04", True), ("2026-06", True), ("2026", True), ("", False), ("June", False), ("２０２６", False),
     ("2026-06-04T09:00", False), ("0001", False), ("9999-12", False)],
)  # fmt: skip
def test_a_rescue_is_of_a_day_a_month_or_a_year(archive: Path, day: str, goes: bool) -> None:
    def change(written: dict[str, Any]) -> None:
        if written["type"] == "rescue_recorded":
            written["data"]["date"] = day

    forge(archive, change)
    assert isinstance(verify_archive(archive), Verified if goes else Broken)


def test_what_the_actors_could_have_done_verifies(archive: Path) -> None:
    """Nobody can tell that it was not they who did it, so there is no more to find."""
    forge_tail(archive, OPEN_CASEBOOK, SIGNED, CLOSE_CASEBOOK, LOCKED, ASKED, {**UNLOCKED, "actor": "data_manager", "role": "data_manager"})  # fmt: skip
    assert isinstance(verify_archive(archive), Verified)


def test_the_members_of_an_event_have_one_order(archive: Path) -> None:
    rows = (archive / EVENTS).read_bytes().splitlines(keepends=True)
    last = json.loads(rows[-1])
    digest = f'"hash":"{last["hash"]}",'.encode()
    rows[-1] = b"{" + digest + rows[-1].replace(digest, b"")[1:]
    (archive / EVENTS).write_bytes(b"".join(rows))
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert (found.file, found.line) == (EVENTS, len(rows))


# The entered texts


def _own(text: str) -> list[str]:
    salt = "ab" * 16
    return [entered_digest(salt, text), salt, text]


TEXTS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "reversed": lambda rows: rows[::-1],
    "doubled at the end": lambda rows: [*rows, rows[0]],
    "doubled": lambda rows: [rows[0], *rows],
    "an empty line": lambda rows: [[], *rows],
    "another map": lambda rows: [{}, *rows],
    "a text more in a line": lambda rows: [[*rows[0], _own("Wang Li")], *rows[1:]],
    "a line between": lambda rows: [rows[0], [_own("Wang Li")], *rows[1:]],
    "the same twice in a line": lambda rows: [[*rows[0], rows[0][0]], *rows[1:]],
    "two lines in one": lambda rows: [rows[0] + rows[1], *rows[2:]],
    "a salt in capitals": lambda rows: [[[rows[0][0][0], rows[0][0][1].upper() + " ", rows[0][0][2]], *rows[0][1:]], *rows[1:]],
    "missing at the end": lambda rows: rows[:-1],
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_texts_that_are_not_those_of_the_events_are_found(archive: Path, name: str) -> None:
    rewrite(archive / ENTERED, TEXTS[name])
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert found.file == ENTERED


@pytest.mark.parametrize("old", [b"\n", b","])
def test_texts_are_written_in_one_way(archive: Path, old: bytes) -> None:
    data = (archive / ENTERED).read_bytes()
    (archive / ENTERED).write_bytes(data.replace(old, {b"\n": b"\r\n", b",": b", "}[old]))
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert (found.file, found.line) == (ENTERED, 1)


def test_a_masked_text_is_put_back_nowhere(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = [json.loads(line) for line in (archive / ENTERED).read_text(encoding="utf-8").splitlines()]
    store = open_archive(archive, draw=salts(7_000_000))
    rehearsal = Rehearsal(store=store, opened=False)
    rehearsal.trial = Trial(store, store.definition)
    rehearsal.go_to("2026-12-02")
    kinds = ("rescue_recorded", "deviation_reported")
    positions = [next(one.position for one in store.events() if one.type == kind) for kind in kinds]
    for position in positions:
        rehearsal.done("mask", "investigator_a", site="a", reason="a name", position=str(position))
    assert isinstance(store, Archive)
    store.write_manifest()
    masked = (archive / ENTERED).read_bytes()
    rows = [json.loads(line) for line in masked.splitlines()]
    row, place = next(
        (at, index) for at, one in enumerate(rows) for index, entry in enumerate(one) if entry[2] is None
    )
    digest, salt, text = before[row][place]
    for entry in ([digest, salt, text], [digest, salt, None]):
        rewrite(archive / ENTERED, lambda _, entry=entry: [*rows[:row], [*rows[row][:place], entry, *rows[row][place + 1:]], *rows[row + 1:]])  # type: ignore[misc]  # fmt: skip
        found = verify_archive(archive)
        assert isinstance(found, Broken)
        assert (found.file, found.line) == (ENTERED, row + 1)
    rewrite(archive / ENTERED, lambda _: [*rows, [[digest, salt, text]]])
    assert isinstance(verify_archive(archive), Broken)
    # without the end of its line it may be what a killed writer left: it is said, and the next action takes it away
    (archive / ENTERED).write_bytes(masked + text.encode())
    capsys.readouterr()
    assert main(["verify", str(archive)]) == 0
    assert f"{len(text.encode())} bytes" in capsys.readouterr().out
    store = open_archive(archive, draw=salts(8_000_000))
    store.write_manifest()
    assert (archive / ENTERED).read_bytes() == masked


# The manifest and other files

MANIFESTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "another study": lambda parts: parts.update(study="bliss-ln"),
    "no rehearsal": lambda parts: parts.update(rehearsal=False),
    "rehearsal as text": lambda parts: parts.update(rehearsal="true"),
    "without rehearsal": lambda parts: parts.pop("rehearsal"),
    "without events": lambda parts: parts.pop("events"),
    "without head": lambda parts: parts.pop("head"),
    "without definitions": lambda parts: parts.pop("definitions"),
    "fewer than none": lambda parts: parts.update(events=-5),
    "none, with a head": lambda parts: parts.update(events=0),
    "events as text": lambda parts: parts.update(events=str(parts["events"])),
    "events as yes": lambda parts: parts.update(events=True),
    "events as fraction": lambda parts: parts.update(events=float(parts["events"])),
    "another head": lambda parts: parts.update(head="0" * 64),
    "definitions as list": lambda parts: parts.update(definitions=["a"]),
    "a definition elsewhere": lambda parts: parts.update(definitions={"../../etc/hostname": "0" * 64}),
    "a definition that is not here": lambda parts: parts["definitions"].update({"0" * 64 + ".json": "0" * 64}),
    "one part more": lambda parts: parts.update(note="Wang Li"),
}  # fmt: skip


def _check(archive: Path) -> Broken | Verified | ArchiveBroken:
    try:
        return verify_archive(archive)
    except ArchiveBroken as error:
        return error


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_that_does_not_fit_is_found(archive: Path, name: str) -> None:
    parts = json.loads((archive / MANIFEST).read_text(encoding="utf-8"))
    MANIFESTS[name](parts)
    (archive / MANIFEST).write_text(
        json.dumps(parts, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )
    assert not isinstance(_check(archive), Verified)


def test_a_flipped_bit_in_the_manifest_is_found(archive: Path) -> None:
    """The version of the software is the one thing there that nothing else says."""
    whole = (archive / MANIFEST).read_bytes()
    free = whole.index(b'"software": "') + len(b'"software": "')
    end = whole.index(b'"', free)
    picked = random.Random(7).sample([at for at in range(len(whole)) if not free <= at < end], 60)
    for at in picked:
        for bit in (1, 4, 32):
            spoilt = bytearray(whole)
            spoilt[at] ^= bit
            (archive / MANIFEST).write_bytes(spoilt)
            assert not isinstance(_check(archive), Verified), (at, bit)
    (archive / MANIFEST).write_bytes(b"[" * 100_000)
    assert isinstance(_check(archive), ArchiveBroken)


def test_files_that_are_no_part_of_the_archive_are_listed(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (archive / "names.txt").write_text("Wang Li", encoding="utf-8")
    (archive / "definitions" / "note.json").write_text("{}", encoding="utf-8")
    found = verify_archive(archive)
    assert isinstance(found, Verified)
    assert found.foreign == ("definitions/note.json", "names.txt")
    assert main(["verify", str(archive)]) == 0
    assert "names.txt" in capsys.readouterr().out


def test_a_definition_is_what_its_name_says(archive: Path) -> None:
    """One that nothing names yet is held to it as well, once the manifest names it."""
    data = b"{}"
    name = hashlib.sha256(data).hexdigest()
    (archive / "definitions" / f"{name}.json").write_bytes(data)
    open_archive(archive, draw=salts()).write_manifest()
    assert isinstance(verify_archive(archive), Verified)
    (archive / "definitions" / f"{name}.json").write_bytes(b"[]")
    assert isinstance(verify_archive(archive), Broken)
