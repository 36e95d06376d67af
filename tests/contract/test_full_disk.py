"""A full disk: what was recorded is said to be recorded, what was not leaves nothing behind."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.conduct.support import Rehearsal, salts, two_sites
from trialwright.cli.main import main
from trialwright.exchange.archive import Verified, create_archive, verify_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS, MANIFEST
from trialwright.exchange.folder import read_study

DELEGATE = ["delegate", "--site", "a", "account=nurse_9", "role=nurse", "--as", "sponsor"]
CONSENT = ["consent", "--site", "a", "date=2026-02-01", "sex=male", "birth=1985", "--as", "investigator_a"]
AT = ["--at", "2026-02-01T09:00+08:00"]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("full") / "trial"
    store = create_archive(folder, two_sites(read_study("beam")), rehearsal=True, draw=salts())
    Rehearsal(store=store).consented()
    store.write_manifest()
    return folder


@pytest.fixture
def archive(opened: Path, tmp_path: Path) -> Path:
    return shutil.copytree(opened, tmp_path / "trial")


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the disk be full for one file: nothing can be synced to it (a full disk says so at the latest there)."""
    real = os.fsync

    def fill(name: str) -> None:
        def fsync(handle: int) -> None:
            if name in str(Path(f"/proc/self/fd/{handle}").readlink()):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(handle)

        monkeypatch.setattr(os, "fsync", fsync)

    return fill


@pytest.mark.parametrize(("name", "words"), [(EVENTS, DELEGATE), (EVENTS, CONSENT), (ENTERED, CONSENT)])
def test_what_cannot_be_written_is_not_recorded(
    archive: Path,
    full: Callable[[str], None],
    name: str,
    words: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = _contents(archive)
    full(name)
    assert main(["act", str(archive), *words, *AT]) == 2
    assert (
        capsys.readouterr().err
        == f"{archive / name} cannot be written: No space left on device. Nothing was recorded.\n"
    )
    after = _contents(archive)
    assert {**after, ENTERED: b""} == {**before, ENTERED: b""}
    assert isinstance(verify_archive(archive), Verified)


def test_what_is_recorded_is_not_repeated_for_want_of_a_manifest(
    archive: Path, full: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    before = _contents(archive)
    full(MANIFEST)
    assert main(["act", str(archive), *DELEGATE, *AT]) == 0
    shown = capsys.readouterr()
    assert "\trole_delegated\t" in shown.out
    assert "The event is recorded;" in shown.err
    after = _contents(archive)
    assert (len(after[EVENTS]) > len(before[EVENTS]), after[MANIFEST]) == (True, before[MANIFEST])
    assert not list(archive.glob(".*"))
    found = verify_archive(archive)
    assert isinstance(found, Verified)
    assert found.after_closing == 1


@contextmanager
def _failing(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[None]:
    with monkeypatch.context() as patched:

        def fail(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patched.setattr(name, fail)
        yield


@pytest.mark.parametrize(
    ("words", "writes"),
    [
        (
            ["simulate", "beam", "--participants", "1", "--seed", "1"],
            "trialwright.exchange.archive.whole._write",
        ),
        (
            ["synth", "beam", "--people", "3", "--seed", "1"],
            "trialwright.simulation.hospital.write.pq.ParquetWriter",
        ),
        (
            ["import", str(Path(__file__).parents[1] / "data" / "ctgov" / "NCT00973089.excerpt.json")],
            "pathlib.Path.write_text",
        ),
    ],
)
def test_no_half_of_a_folder_is_left(
    tmp_path: Path,
    words: list[str],
    writes: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "new"
    with _failing(monkeypatch, writes):
        assert main([*words, "--out", str(out)]) == 2
    assert f"{out} cannot be written: No space left on device." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_opening_that_failed_is_repeated(
    tmp_path: Path,
    full: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TRIALWRIGHT_SECRETS", str(tmp_path / "secrets"))
    words = ["act", str(tmp_path / "trial"), "open_study", "study=beam", "--as", "sponsor_1", *AT]
    with monkeypatch.context() as patched:
        patched.setattr("trialwright.cli.study.find_problems", _unchecked)
        real = os.fsync

        def fsync(handle: int) -> None:
            if MANIFEST in str(Path(f"/proc/self/fd/{handle}").readlink()):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(handle)

        with patched.context() as filled:
            filled.setattr(os, "fsync", fsync)
            assert main(words) == 2
            assert "cannot be written: No space left on device." in capsys.readouterr().err
        assert main(words) == 0
    assert isinstance(verify_archive(tmp_path / "trial"), Verified)


def _unchecked(name: str, terminal: object) -> tuple[object, tuple[()]]:
    """A bundled study has no problems; to find that takes a while."""
    from trialwright.cli.common import Terminal, load_eligibility

    assert isinstance(terminal, Terminal)
    return load_eligibility(name, terminal), ()


def test_an_archive_whose_events_are_gone_is_not_opened_anew(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRIALWRIGHT_SECRETS", str(tmp_path / "secrets"))
    (archive / EVENTS).write_bytes(b"")
    assert main(["act", str(archive), "open_study", "study=beam", "--as", "sponsor_1", *AT]) == 4
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("explain", "template"), ("export", "beam", "--to", "ctgov")])
def test_an_output_without_a_name(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--out", ""]) == 2
    assert '"" is no file.' in capsys.readouterr().err


def test_people_do_not_act_by_another_definition(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Limits of a dose, or rights, changed in the file of the definition decide nothing."""
    (path,) = (archive / "definitions").iterdir()
    before = _contents(archive)[EVENTS]
    path.write_bytes(path.read_bytes().replace(b'"coordinator"', b'"coordinat0r"'))
    for words in (
        ["act", str(archive), *DELEGATE, *AT],
        ["schedule", str(archive)],
        ["queries", str(archive)],
    ):
        assert main(words) == 4
        assert "is not the definition that its name says" in capsys.readouterr().err
    assert _contents(archive)[EVENTS] == before
