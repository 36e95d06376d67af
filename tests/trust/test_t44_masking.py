"""T44. Personal data typed by mistake is masked everywhere; the trail shows that, when, by whom and why; the chain still verifies.

**Source**: ICH E6(R3) 4.2.2(b).
**Proves**: a name typed into every free text of every action stands in no event, only in the file of entered texts; after masking it is in
no file of the archive, no table, no trace and no page of a report, its salt is gone, so that nobody can confirm a guess, and the
archive verifies; nobody masks without a reason; a masking that was interrupted is finished by the next writer, and seen by everybody
who had the archive open.
**With the site**: drafts, sessions, indexes and sent messages.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest

from tests.trust.course import NAME, mask_everything
from tests.trust.files import rewrite
from tests.trust.rights import plausible
from tests.unit.conduct.support import Rehearsal, at_stage, salts
from trialwright.cli.main import main
from trialwright.conduct.actions import ACTIONS
from trialwright.conduct.trial import Trial
from trialwright.exchange.archive import Archive, Broken, Verified, open_archive, verify_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS
from trialwright.record.event import Event
from trialwright.record.ledger import Store, entered_in

OTHER = "张晓明"
"""The same name as it is written there."""


def _found(folder: Path) -> dict[str, int]:
    """How often the name stands in each file, PDF pages read as text."""
    counts = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".pdf":
                pages = pypdf.PdfReader(io.BytesIO(data)).pages
                data += "".join(page.extract_text() for page in pages).encode()
            count = sum(data.count(each) for name in (NAME, OTHER) for each in _written(name))
            if count:
                counts[path.relative_to(folder).as_posix()] = count
    return counts


def _written(name: str) -> Iterator[bytes]:
    """The name as it may be written: plainly, and escaped as JSON and HTML do."""
    yield name.encode()
    escaped = json.dumps(name)[1:-1].encode()
    if escaped != name.encode():
        yield escaped


def _go_on(archive: Path) -> Rehearsal:
    store = open_archive(archive, draw=salts(7_000_000))
    rehearsal = Rehearsal(store=store, opened=False)
    rehearsal.trial = Trial(store, store.definition)
    rehearsal.go_to("2026-12-02")
    return rehearsal


def _report(archive: Path, out: Path) -> Path:
    """The report of the archive; gives its page."""
    assert main(["report", str(archive), "--out", str(out), "--quiet"]) == 0
    return next(out.glob("*.html"))


def _say(archive: Path, out: Path, cells: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Everything else the terminal shows of the archive, as a file each."""
    commands: list[list[str]] = [
        ["safety", str(archive)],
        ["verify", str(archive)],
        ["respond", str(archive)],
    ]
    commands.append(["schedule", str(archive), "--participant", "a-001"])
    commands += [["trace", str(archive), cell] for cell in cells]
    capsys.readouterr()
    for number, command in enumerate(commands):
        assert main([*command, "--quiet"]) in (0, 2), command  # 2: a cell that is text, not computed
        (out / f"{command[0]}-{number}.txt").write_text(capsys.readouterr().out, encoding="utf-8")


def _cells(page: Path) -> list[str]:
    """The cells beside the name: what is traced walks back to the events that hold it."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if NAME in line]
    found = [re.findall(r'data-cell="(T\d+\.r\d+\.c\d+)"', line) for line in lines]
    return list(dict.fromkeys(cells[1] for cells in found if len(cells) > 1))


def test_a_name_is_in_no_event_and_masked_it_is_nowhere(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(_found(archive)) == {ENTERED}
    before, after = tmp_path / "before", tmp_path / "after"
    cells = _cells(_report(archive, before))
    _say(archive, before, cells, capsys)
    shown = _found(before)
    assert {"report.html", "report.pdf", "tables/ae_terms.csv", "safety-0.txt"} <= set(shown)
    assert [name for name in shown if name.startswith("trace-")]

    rehearsal = _go_on(archive)
    masked = mask_everything(rehearsal)
    assert len(masked) >= 20
    assert _found(archive) == {}
    _report(archive, after)
    _say(archive, after, cells, capsys)
    assert _found(after) == {}
    assert {path.name for path in after.rglob("*")} == {path.name for path in before.rglob("*")}
    verified = verify_archive(archive)
    assert isinstance(verified, Verified)
    assert verified.masked >= len(masked)
    assert verified.unblanked == 0


def test_the_trail_shows_who_masked_what_when_and_why(archive: Path) -> None:
    rehearsal = _go_on(archive)
    deviation = next(event for event in rehearsal.store.events() if event.type == "deviation_reported")
    said = rehearsal.store.text(deviation.data["text"]["entered"])
    assert NAME in said
    values = {"position": str(deviation.position)}
    assert "needs a reason" in rehearsal.refused("mask", "investigator_a", site="a", values=values)
    event = rehearsal.done("mask", "investigator_a", site="a", reason="a participant's name", values=values)
    assert (event.type, event.stream, event.actor) == ("masked", deviation.stream, "investigator_a")
    assert event.data["of"] == deviation.position
    assert set(event.data["digests"]) == set(entered_in(deviation))
    assert rehearsal.store.text(event.reason) == "a participant's name"
    assert rehearsal.store.text(deviation.data["text"]["entered"]) == ""
    assert next(one for one in rehearsal.store.events() if one.position == deviation.position) == deviation
    assert "no such text" in rehearsal.refused("mask", "investigator_a", site="a", reason="x", values=values)


def test_a_guess_cannot_be_confirmed_afterwards(archive: Path) -> None:
    """A salt beside a blank text would let anybody try names until one fits the digest."""
    rehearsal = _go_on(archive)
    masked = {digest for event in mask_everything(rehearsal) for digest in event.data["digests"]}
    rows = [entry for line in (archive / ENTERED).read_text().splitlines() for entry in json.loads(line)]
    assert [entry[1:] for entry in rows if entry[0] in masked] == [["", None]] * len(masked)
    assert all(len(entry[1]) == 32 and entry[2] for entry in rows if entry[0] not in masked)


def test_the_books_are_read_as_before_without_the_text(archive: Path) -> None:
    rehearsal = _go_on(archive)
    before = rehearsal.trial.participants()
    mask_everything(rehearsal)
    after = rehearsal.trial.participants()
    assert after != before
    assert [one.id for one in after] == [one.id for one in before]
    assert [len(one.forms) for one in after] == [len(one.forms) for one in before]
    assert after[0].doses[1].lot == after[0].rescues[0].text == after[0].adverse_events[0].current.term == ""
    assert rehearsal.trial.site("a").opened
    assert rehearsal.trial.study.opened
    store = open_archive(archive, draw=bytes)
    assert Trial(store, store.definition).participants() == after


@pytest.mark.parametrize("action", [name for name in ACTIONS if name not in ("delegate", "revoke")])
def test_whatever_argument_holds_the_name_no_event_does(action: str) -> None:
    """Every argument that is a text or an id is tried, on somebody who has come far enough for most of them.

    An account's name is the one thing that must stand in the ledger as it is.
    """
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-04")
    table = rehearsal.study.delegation
    assert table is not None
    role = next(role for role in table.roles if action in role.actions)
    account = role.id if role.scope == "study" else f"{role.id}_a"
    good = {
        "participant": who, "date": rehearsal.day, "intervention": "prednisone", "amount": "30", "unit": "mg/d",
        "encounter": "week_2", "text": "x", "term": "x", "path": "week_0/vital_signs", "target": "week_0",
    }  # fmt: skip
    for named in ACTIONS[action].arguments:
        if named.kind not in ("text", "id"):
            continue
        copied = rehearsal.copied()
        values = {
            one.name: good.get(one.name, plausible(one)) for one in ACTIONS[action].arguments if one.required
        }
        copied.act(action, account, site="a", reason=NAME, values={**values, named.name: NAME})
        for event in copied.store.events():
            assert NAME not in repr(event)


# An interrupted masking, and other readers


def _position(store: Store, kind: str) -> str:
    return str(next(event.position for event in store.events() if event.type == kind))


def _interrupt(archive: Path, monkeypatch: pytest.MonkeyPatch) -> Event:
    """The process is killed after the event was written, before the texts are blank."""
    rehearsal = _go_on(archive)
    with monkeypatch.context() as patch:
        patch.setattr(Archive, "_blank", _killed)
        with pytest.raises(KeyboardInterrupt):
            rehearsal.act(
                "mask",
                "investigator_a",
                site="a",
                reason="x",
                position=_position(rehearsal.store, "rescue_recorded"),
            )
    event = list(open_archive(archive, draw=bytes).events())[-1]
    assert event.type == "masked"
    return event


def _killed(archive: Archive) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_masking_is_finished_by_the_next_writer(
    archive: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    event = _interrupt(archive, monkeypatch)
    found = verify_archive(archive)
    assert isinstance(found, Verified)
    assert found.unblanked == len(event.data["digests"])
    assert main(["verify", str(archive)]) == 0
    assert "A masking was interrupted" in capsys.readouterr().out
    store = open_archive(archive, draw=bytes)
    assert {store.text(digest) for digest in event.data["digests"]} == {""}  # whoever reads it, reads nothing

    rehearsal = _go_on(archive)
    path = "screening/vital_signs#body.weight"
    rehearsal.done("unlock", "data_manager", site="a", reason="x", participant="a-001")
    rehearsal.done("raise_query", "monitor", site="a", participant="a-001", path=path, text="x")
    found = verify_archive(archive)
    assert isinstance(found, Verified)
    assert found.unblanked == 0


def test_a_masked_text_that_comes_back_is_found(archive: Path) -> None:
    texts = (archive / ENTERED).read_bytes()
    rehearsal = _go_on(archive)
    first, second = (_position(rehearsal.store, kind) for kind in ("rescue_recorded", "dose_held"))
    for position in (first, second):
        rehearsal.done("mask", "investigator_a", site="a", reason="x", position=position)
    now = (archive / ENTERED).read_bytes().splitlines(keepends=True)
    then = texts.splitlines(keepends=True)
    (archive / ENTERED).write_bytes(b"".join(then + now[len(then) :]))
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert found.file == ENTERED


def test_a_text_blanked_without_a_masking_is_found(archive: Path) -> None:
    rewrite(archive / ENTERED, lambda rows: [[[rows[0][0][0], "", None], *rows[0][1:]], *rows[1:]])
    found = verify_archive(archive)
    assert isinstance(found, Broken)
    assert (found.file, found.line) == (ENTERED, 1)


def test_whoever_had_the_archive_open_sees_the_masking_and_writes_on(archive: Path) -> None:
    """The file of texts grows shorter under a reader who has read to its end."""
    reader = _go_on(archive)
    said = next(event for event in reader.store.events() if event.type == "rescue_recorded")
    assert NAME in reader.store.text(said.data["text"]["entered"])
    writer = _go_on(archive)
    mask_everything(writer)
    assert isinstance(reader.store, Archive)
    reader.store.refresh()
    assert reader.store.text(said.data["text"]["entered"]) == ""
    assert reader.trial.participants() == writer.trial.participants()
    reader.now = writer.now
    reader.calls = 10_000
    reader.done("unlock", "data_manager", site="a", reason="to ask", participant="a-001")
    assert isinstance(verify_archive(archive), Verified)
    assert len((archive / EVENTS).read_bytes().splitlines()) == len(list(reader.store.events()))
