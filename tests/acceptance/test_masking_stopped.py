"""A text is masked once and for all: also where whoever masked it was killed, or could not write, or asks again."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.conduct.support import Rehearsal, salts, two_sites
from trialwright.cli.main import main
from trialwright.exchange.archive import Verified, create_archive, open_archive, verify_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS, LOCK, MANIFEST
from trialwright.exchange.folder import read_study

NAME = "Zhang Wei of Nanjing"
AT = ("--at", "2026-01-06T09:30+08:00")
DELEGATE = ("delegate", "--site", "a", "account=nurse_9", "role=nurse", "--as", "sponsor", *AT)
REFUSED = ("delegate", "--site", "a", "account=nurse_9", "role=nurse", "--as", "visitor", *AT)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a name in a text, and long texts after it, so that the texts are the longest file."""
    folder = tmp_path_factory.mktemp("named") / "trial"
    archive = create_archive(folder, two_sites(read_study("beam")), rehearsal=True, draw=salts())
    rehearsal = Rehearsal(store=archive)
    values = {
        "participant": rehearsal.consented(),
        "date": rehearsal.day,
        "category": "other",
        "severity": "minor",
    }
    for text in (f"{NAME} called", "a" * 90_000, "b" * 90_000, "c" * 90_000):
        rehearsal.done("report_deviation", "investigator_a", site="a", values={**values, "text": text})
    archive.write_manifest()
    assert (folder / ENTERED).stat().st_size > 4 * (folder / EVENTS).stat().st_size
    return folder


@pytest.fixture
def trial(named: Path, tmp_path: Path) -> Path:
    return shutil.copytree(named, tmp_path / "trial")


def masking(trial: Path, *more: str) -> tuple[str, ...]:
    """The words that mask the name."""
    events = open_archive(trial, draw=salts()).events()
    position = next(event.position for event in events if event.type == "deviation_reported")
    words = ("mask", f"position={position}", "--site", "a", "--as", "investigator_a", "--reason", "a name")
    return (*words, *AT, "--call", "once", *more)


def child(prepare: Callable[[], None], trial: Path, words: tuple[str, ...], said: Path) -> int:
    """`trialwright act` in a process of its own; how it ended, and what it said in a file."""
    pid = os.fork()
    if pid == 0:
        handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", closefd=False)
        prepare()
        code = 99
        try:
            code = main(["act", str(trial), *words])
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_at(number: int, trial: Path) -> Callable[[], None]:
    """Kill the process when it is about to write for the n-th time."""
    count = 0

    def look(event: str, given: tuple[object, ...]) -> None:
        nonlocal count
        writes = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
        if (writes or event in ("os.rename", "os.truncate", "os.remove")) and str(trial) in str(given[0]):
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)

    return lambda: sys.addaudithook(look)


def maskings(trial: Path) -> int:
    return sum(event.type == "masked" for event in open_archive(trial, draw=salts()).events())


def assert_gone(trial: Path) -> None:
    """The name is nowhere in the folder, and everything holds."""
    assert not [path for path in trial.rglob("*") if path.is_file() and NAME.encode() in path.read_bytes()]
    assert maskings(trial) == 1
    found = verify_archive(trial)
    assert isinstance(found, Verified)
    assert (found.masked, found.unblanked, found.unnamed) == (1, 0, 0)


def test_killed_at_any_moment_the_same_call_masks_it(trial: Path, named: Path, tmp_path: Path) -> None:
    words, said = masking(trial), tmp_path / "said"
    for number in range(1, 99):
        shutil.rmtree(trial)
        shutil.copytree(named, trial)
        code = child(killed_at(number, trial), trial, words, said)
        assert isinstance(verify_archive(trial), Verified)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        assert main(["act", str(trial), *words]) == 0
        assert_gone(trial)
    assert number > 8  # the lock, the texts, the event, the texts anew, the manifest, each with its moves


@pytest.fixture
def stopped(trial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The event is written; whoever wrote it was killed before the text was blank."""
    from trialwright.exchange.archive.store import Archive

    with monkeypatch.context() as patched:
        patched.setattr(Archive, "_blank", lambda archive: os.kill(os.getpid(), signal.SIGKILL))
        assert child(lambda: None, trial, masking(trial), tmp_path / "said") == -signal.SIGKILL
    assert maskings(trial) == 1
    assert NAME.encode() in (trial / ENTERED).read_bytes()
    return trial


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (None, 0),
        (DELEGATE, 0),
        (REFUSED, 6),
        (("lock", "--as", "sponsor", "--at", "2026-01-01T09:30+08:00"), 6),
        (("delegate", "account=x", "--as", "sponsor", *AT), 2),
    ],
    ids=[
        "the same call",
        "another",
        "one refused for the role",
        "one before its time",
        "one without an argument",
    ],
)
def test_whatever_is_done_next_blanks_it(stopped: Path, words: tuple[str, ...] | None, code: int) -> None:
    assert main(["act", str(stopped), *(words or masking(stopped))]) == code
    assert_gone(stopped)


def test_masked_twice_by_the_same_call_is_masked_once(
    trial: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = masking(trial, "containing=Zhang Wei")
    answers = []
    for _ in range(3):
        assert main(["act", str(trial), *words, "--quiet"]) == 0
        answers.append(capsys.readouterr().out)
    assert answers == [answers[0]] * 3
    assert "\tmasked\t" in answers[0]
    assert maskings(trial) == 1


@pytest.mark.parametrize(
    "other",
    [
        ("--as", "sponsor"),
        ("--reason", "another reason"),
        ("--site", "b"),
        ("position=2",),
        ("delegate",),
    ],
)
def test_its_id_is_no_way_to_another_call(
    trial: Path, other: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    words = masking(trial)
    assert main(["act", str(trial), *words]) == 0
    if other[0].startswith("--"):
        again = (*words, *other)
    elif other == ("delegate",):
        again = (*DELEGATE, "--call", "once")
    else:
        again = tuple(other[0] if word.startswith("position=") else word for word in words)
    assert main(["act", str(trial), *again]) == 6
    assert "was used already" in capsys.readouterr().err
    assert maskings(trial) == 1


def test_where_no_event_can_be_written_nothing_is_masked(trial: Path, tmp_path: Path) -> None:
    """No file may grow: the reason of the masking has no room, so its event is not written either."""
    words, said = masking(trial), tmp_path / "said"
    before = {path.name: path.read_bytes() for path in trial.iterdir() if path.is_file()}
    limit = (trial / ENTERED).stat().st_size

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    assert child(limited, trial, words, said) == 2
    assert "File too large. Nothing was recorded." in said.read_text(encoding="utf-8")
    assert {path.name: path.read_bytes() for path in trial.iterdir() if path.is_file()} == before
    assert main(["act", str(trial), *words]) == 0
    assert_gone(trial)


def test_where_it_cannot_be_blanked_it_is_said_to_be_readable(
    trial: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real, words = os.fsync, masking(trial)

    def full(handle: int) -> None:
        """The disk takes the short event, and not the texts a second time."""
        if f".{ENTERED}." in str(Path(f"/proc/self/fd/{handle}").readlink()):
            raise OSError(28, os.strerror(28))
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert main(["act", str(trial), *words]) == 2
        shown = capsys.readouterr()
        assert (
            f"CAN STILL BE READ: {trial / ENTERED} cannot be written: No space left on device." in shown.err
        )
        assert "--call once" in shown.err
        assert shown.out == ""
        assert NAME.encode() in (trial / ENTERED).read_bytes()
        for again in (words, DELEGATE, REFUSED):
            assert main(["act", str(trial), *again]) == 2
            assert "CAN STILL BE READ" in capsys.readouterr().err
        assert maskings(trial) == 1
    assert main(["act", str(trial), *words]) == 0
    assert_gone(trial)


# An opening


def test_an_opening_killed_at_any_moment_is_made_by_the_same_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIALWRIGHT_SECRETS", str(tmp_path / "secrets"))
    monkeypatch.setattr("trialwright.cli.study.find_problems", _unchecked)
    trial, said = tmp_path / "trial", tmp_path / "said"
    words = ("open_study", "study=beam", "--as", "sponsor", *AT, "--call", "once")
    for number in range(1, 99):
        shutil.rmtree(trial, ignore_errors=True)
        code = child(killed_at(number, trial), trial, words, said)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        assert main(["act", str(trial), *words]) == 0
        found = verify_archive(trial)
        assert isinstance(found, Verified)
        assert (found.events, found.foreign) == (1, ())
    assert number > 8
    assert main(["act", str(trial), *words]) == 0
    assert main(["act", str(trial), *words[:-1], "another"]) == 4
    other = [word.replace("beam", "bliss-ln") for word in words]
    assert main(["act", str(trial), *other]) == 6
    (event,) = open_archive(trial, draw=salts()).events()
    assert event.id == "once"


def _unchecked(name: str, terminal: object) -> tuple[object, tuple[()]]:
    """A bundled study has no problems; to find that takes a while."""
    from trialwright.cli.common import Terminal, load_eligibility

    assert isinstance(terminal, Terminal)
    return load_eligibility(name, terminal), ()


# Who may read an archive


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_an_archive_is_for_its_owner_only(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        create_archive(tmp_path / "new", two_sites(read_study("beam")), rehearsal=True, draw=salts())
        words = ["--participants", "1", "--seed", "1", "--out", str(tmp_path / "made")]
        assert main(["simulate", "beam", *words, "--quiet"]) == 0
    finally:
        os.umask(before)
    for folder in (tmp_path / "new", tmp_path / "made"):
        parts = [folder, *folder.rglob("*")]
        assert {path.name for path in parts} >= {MANIFEST, EVENTS, ENTERED, LOCK, "definitions"}
        assert {_mode(path) for path in parts if path.is_dir()} == {0o700}
        assert {_mode(path) for path in parts if path.is_file()} == {0o600}


def test_an_archive_given_to_a_group_stays_with_it(trial: Path) -> None:
    trial.chmod(0o2770)
    for path in trial.iterdir():
        path.chmod(0o770 if path.is_dir() else 0o660)
    assert main(["act", str(trial), *masking(trial)]) == 0
    assert {_mode(trial / name) for name in (MANIFEST, EVENTS, ENTERED, LOCK)} == {0o660}
