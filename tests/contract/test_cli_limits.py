"""What no moment, number, text or file can be ends with a sentence, not with a traceback or by waiting for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.conduct.support import Rehearsal, salts, two_sites
from trialwright.cli.main import main
from trialwright.cli.secrets import VARIABLE
from trialwright.exchange.archive import create_archive
from trialwright.exchange.folder import read_study

MANY = "9" * 5_000


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trial in which nobody takes part yet."""
    folder = tmp_path_factory.mktemp("limits") / "trial"
    store = create_archive(folder, two_sites(read_study("beam")), rehearsal=True, draw=salts())
    Rehearsal(store=store)
    store.write_manifest()
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("--at", "0001-01-01T00:00+14:00"),
        ("--at", "9999-12-31T23:59-12:00"),
        ("--expect", f"study={MANY}"),
        ("--expect", "study=٣"),
        ("--reason", "Wang \udcff"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(archive: Path, words: tuple[str, ...]) -> None:
    given = ["delegate", "--site", "a", "account=nurse_9", "role=nurse", "--as", "sponsor"]
    try:
        code = main(["act", str(archive), *given, "--at", "2026-02-01T09:00+08:00", *words])
    except SystemExit as ending:
        code = int(str(ending.code))
    assert code == 2


def test_a_head_of_five_thousand_digits_is_none(archive: Path) -> None:
    with pytest.raises(SystemExit) as ending:
        main(["verify", str(archive), "--head", f"{MANY}:{'0' * 64}"])
    assert ending.value.code == 2


def test_a_table_that_never_ends_is_not_read(archive: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", str(tmp_path / "pipe")):
        words = ["set_reference_ranges", "--site", "a", f"ranges={path}", "--as", "coordinator_a"]
        assert main(["act", str(archive), *words, "--at", "2026-02-01T09:00+08:00"]) == 2


@pytest.mark.parametrize(
    "kept", ['{"COMMITMENT": {"nonce": "zz", "secret": "00"}}', "[" * 100_000, '{"COMMITMENT": 7}', "[]"]
)
def test_a_file_of_secrets_that_is_none(
    archive: Path, tmp_path: Path, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trialwright.exchange.archive import open_archive

    bound = next(open_archive(archive, draw=salts()).events()).data["commitment"]
    path = tmp_path / "secrets"
    path.write_text(kept.replace("COMMITMENT", bound), encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv(VARIABLE, str(path))
    words = ["lock", "--as", "sponsor", "--at", "2026-02-01T09:00+08:00"]
    assert main(["act", str(archive), *words]) == 2
