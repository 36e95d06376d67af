"""Whoever writes into an archive hides nothing that was done to it, loses nothing, and leaves nothing behind."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trust.files import restate, rewrite
from tests.unit.conduct.support import Rehearsal, salts, two_sites
from trialwright.cli.main import main
from trialwright.cli.secrets import VARIABLE, make_secret
from trialwright.exchange.archive import ArchiveBroken, Verified, create_archive, open_archive, verify_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS, LOCK, MANIFEST
from trialwright.exchange.archive.store import Archive
from trialwright.exchange.folder import read_study


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a study, two sites and a participant who withdrew."""
    folder = tmp_path_factory.mktemp("archive") / "trial"
    archive = create_archive(folder, two_sites(read_study("beam")), rehearsal=True, draw=salts())
    rehearsal = Rehearsal(store=archive)
    values = {"participant": rehearsal.consented(), "date": rehearsal.day}
    rehearsal.done("withdraw_consent", "investigator_a", site="a", reason="moves away", values=values)
    archive.write_manifest()
    return folder


@pytest.fixture
def trial(closed: Path, tmp_path: Path) -> Path:
    """A copy of it to do things to."""
    return shutil.copytree(closed, tmp_path / "trial")


def going_on(folder: Path) -> Rehearsal:
    """Whoever goes on with the trial the next day."""
    rehearsal = Rehearsal(store=open_archive(folder, draw=salts(9_000_000)), opened=False)
    rehearsal.go_to("2026-01-06")
    return rehearsal


def act(folder: Path, *words: str) -> int:
    """`trialwright act`, as the sponsor on the next day."""
    return main(["act", str(folder), *words, "--as", "sponsor", "--at", "2026-01-06T09:30+08:00"])


DELEGATE = ("delegate", "--site", "a", "account=nurse_9", "role=nurse")


# What was cut off stays found


def _without_last(folder: Path) -> None:
    rewrite(folder / EVENTS, lambda rows: rows[:-1])


def _other_last(folder: Path) -> None:
    """The last event is taken away and another one written in its place."""
    manifest = (folder / MANIFEST).read_bytes()
    count = json.loads(manifest)["events"]
    _without_last(folder)
    restate(folder, events=0, head="")
    rewrite(folder / ENTERED, lambda rows: rows[:-1])
    event = going_on(folder).done("delegate", "sponsor", site="a", account="nurse_8", role="nurse")
    assert event.position == count
    (folder / MANIFEST).write_bytes(manifest)


@pytest.mark.parametrize("harm", [_without_last, _other_last])
def test_no_action_hides_that_events_are_missing(
    trial: Path, harm: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    harm(trial)
    before = {path.name: path.read_bytes() for path in trial.iterdir() if path.is_file()}
    assert main(["verify", str(trial)]) == 6
    assert act(trial, *DELEGATE) == 4
    assert "manifest" in capsys.readouterr().err
    with pytest.raises(ArchiveBroken):
        open_archive(trial, draw=salts()).write_manifest()
    assert {path.name: path.read_bytes() for path in trial.iterdir() if path.is_file()} == before
    assert main(["verify", str(trial)]) == 6


def test_an_event_that_lacks_only_the_end_of_its_line_is_kept(trial: Path) -> None:
    whole = (trial / EVENTS).read_bytes()
    (trial / EVENTS).write_bytes(whole[:-1])
    assert act(trial, *DELEGATE) == 0
    assert (trial / EVENTS).read_bytes().startswith(whole)
    found = verify_archive(trial)
    assert isinstance(found, Verified)
    assert found.events == whole.count(b"\n") + 1


# A rehearsal stays one


def test_whether_it_is_a_rehearsal_is_what_the_first_event_says(trial: Path) -> None:
    restate(trial, rehearsal=False)
    assert main(["verify", str(trial)]) == 6
    assert open_archive(trial, draw=salts()).rehearsal
    assert act(trial, *DELEGATE) == 0


# Two at once


def _delegate_many(folder: str, name: str) -> None:
    for number in range(12):
        words = ("delegate", "--site", "a", f"account={name}_{number}", "role=nurse")
        assert act(Path(folder), *words, "--quiet") == 0


def _open_another(folder: str, secrets: str) -> None:
    os.environ[VARIABLE] = secrets
    for number in range(20):
        make_secret(archive=Path(folder) / str(number))


def _together(target: Callable[..., None], *calls: tuple[str, ...]) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=target, args=call) for call in calls]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0


def test_several_who_act_at_once_all_end_well(trial: Path) -> None:
    before = json.loads((trial / MANIFEST).read_text(encoding="utf-8"))["events"]
    _together(_delegate_many, *((str(trial), f"w{number}") for number in range(3)))
    found = verify_archive(trial)
    assert isinstance(found, Verified)
    assert (found.events, found.after_closing) == (before + 36, 0)


def test_several_who_open_a_study_at_once_keep_all_secrets(tmp_path: Path) -> None:
    secrets = tmp_path / "home" / "secrets.json"
    secrets.parent.mkdir()
    _together(_open_another, *((str(tmp_path / f"o{number}"), str(secrets)) for number in range(3)))
    assert len(json.loads(secrets.read_text(encoding="utf-8"))) == 60


# What a killed writer leaves


def _killed_before_the_event(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts are written, the event that names them is not."""
    write = Archive._write

    def written(archive: Archive, name: str, data: bytes, *, count: bool = True) -> None:
        if name == EVENTS:
            raise KeyboardInterrupt
        write(archive, name, data, count=count)

    with monkeypatch.context() as patch:
        patch.setattr(Archive, "_write", written)
        with pytest.raises(KeyboardInterrupt):
            going_on(folder).consented(birth="1971-03-09")


def test_a_text_no_event_names_is_taken_away(trial: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _killed_before_the_event(trial, monkeypatch)
    left = trial / f".{ENTERED}.123.part"
    left.write_text("1971-03-09", encoding="utf-8")
    assert b"1971-03-09" in (trial / ENTERED).read_bytes()
    found = verify_archive(trial)
    assert isinstance(found, Verified)
    assert found.unnamed == 1
    texts = found.texts
    going_on(trial).consented(birth="1980")
    found = verify_archive(trial)
    assert isinstance(found, Verified)
    assert (found.unnamed, found.texts) == (0, texts)
    assert b"1971-03-09" not in (trial / ENTERED).read_bytes()
    assert not left.exists()


def test_texts_in_another_order_are_not_taken_for_remnants(trial: Path) -> None:
    rewrite(trial / ENTERED, lambda rows: rows[::-1])
    before = (trial / ENTERED).read_bytes()
    with pytest.raises(ArchiveBroken):
        going_on(trial).consented()
    assert (trial / ENTERED).read_bytes() == before


def test_the_lock_is_no_way_to_another_file(trial: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("x", encoding="utf-8")
    (trial / LOCK).unlink()
    (trial / LOCK).symlink_to(target)
    assert act(trial, *DELEGATE) == 4
    assert target.read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize("name", [MANIFEST, EVENTS, ENTERED])
def test_a_pipe_is_no_file_to_wait_for(trial: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (trial / name).unlink()
    os.mkfifo(trial / name)
    assert main(["verify", str(trial)]) == 4
    assert "no ordinary file" in capsys.readouterr().err


# The same call


def test_a_call_id_used_for_something_else_is_refused_and_used_again_it_is_done_once(trial: Path) -> None:
    rehearsal = going_on(trial)
    who = rehearsal.consented()
    values = {"participant": who, "date": rehearsal.day, "category": "other", "severity": "minor"}

    def report(text: str, **other: str) -> dict[str, object]:
        given = {"account": "investigator_a", "site": "a", "reason": "", **other}
        return {**given, "id": "once", "values": {**values, "text": text}}

    def done(given: dict[str, object]) -> object:
        account = str(given.pop("account"))
        return rehearsal.act("report_deviation", account, **given)  # type: ignore[arg-type]

    first = done(report("A bottle broke"))
    rehearsal.go_to("2026-01-09")
    assert done(report("A bottle broke")) == first
    for other in (
        report("Another bottle broke"),
        report("A bottle broke", account="monitor"),
        report("A bottle broke", site="b"),
        report("A bottle broke", reason="why not"),
        {**report(""), "values": {**values, "severity": "major", "text": "A bottle broke"}},
        {**report(""), "values": {**values, "participant": "a-001", "text": "A bottle broke"}},
    ):
        head = rehearsal.store.head
        answer = done(other)
        assert rehearsal.store.head == head
        assert "was used already" in str(answer), other
    # a text masked since is not held against who repeats the call
    rehearsal.done("mask", "investigator_a", site="a", reason="x", position=str(first.position))  # type: ignore[attr-defined]
    assert done(report("A bottle broke")) == first


@pytest.mark.parametrize("id", ["Wang Li", "王丽", "a" * 65, "a.b", "x\n"])
def test_a_call_id_has_no_room_for_a_name(trial: Path, id: str) -> None:
    assert act(trial, *DELEGATE, "--call", id) == 2


@pytest.mark.parametrize("account", ["Wang Li", "王丽", "Li", "a" * 65, "li\n139"])
def test_an_account_has_no_room_for_a_name(
    trial: Path, tmp_path: Path, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = going_on(trial).refused(
        "delegate", "sponsor", site="a", values={"account": account, "role": "nurse"}
    )
    assert "An account is" in said
    monkeypatch.setenv(VARIABLE, str(tmp_path / "secrets"))
    words = ["act", str(tmp_path / "new"), "open_study", "study=beam", "--at", "2026-01-05T09:00+08:00"]
    assert main([*words, "--as", account]) == 6
    # nothing happened there, so the opening is repeated with a proper name
    assert main(["verify", str(tmp_path / "new")]) == 4
    assert main([*words, "--as", "sponsor"]) == 0
    assert main(["verify", str(tmp_path / "new")]) == 0


# Where the secret lies


@pytest.mark.parametrize("place", ["", "inside/secrets.json", "../new/secrets.json"])
def test_a_secret_without_a_place_outside_leaves_no_folder(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new"
    monkeypatch.setenv(VARIABLE, str(folder / place) if place else "")
    words = [
        "act",
        str(folder),
        "open_study",
        "study=beam",
        "--at",
        "2026-01-05T09:00+08:00",
        "--as",
        "sponsor",
    ]
    assert main(words) == 2
    assert not folder.exists()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "secrets"))
    assert main(words) == 0


def test_a_secret_in_the_archive_allocates_nobody(trial: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = trial / "secrets.json"
    kept.write_text("{}", encoding="utf-8")
    kept.chmod(0o600)
    monkeypatch.setenv(VARIABLE, str(kept))
    assert act(trial, "allocate", "--site", "a", "participant=a-001", "date=2026-01-06") == 2
