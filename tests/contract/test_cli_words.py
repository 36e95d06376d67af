"""What the terminal says to somebody on the ward: one sentence for one fault, with the words that cure it."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialwright.cli.main import main


class Done:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in out + err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # noqa: ANN201
    monkeypatch.setenv("TRIALWRIGHT_SECRETS", str(tmp_path / "secrets"))

    def call(*words: object) -> Done:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as ending:
            code = int(ending.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return call


def opened(run, folder: Path, *words: str) -> Done:  # noqa: ANN001
    return run(
        "act",
        folder,
        "open_study",
        "study=beam",
        *words,
        "--as",
        "sponsor_1",
        "--at",
        "2026-01-05T09:00+08:00",
    )


def test_a_real_trial_is_not_opened_from_the_terminal(run, tmp_path: Path) -> None:  # noqa: ANN001
    folder = tmp_path / "trial"
    refused = opened(run, folder, "rehearsal=false")
    assert (refused.code, refused.out, folder.exists()) == (6, "", False)
    assert "only rehearsals are opened" in refused.err
    assert opened(run, folder, "rehearsal=perhaps").code == 2
    assert not folder.exists()
    assert opened(run, folder, "rehearsal=yes").code == 0


def test_the_list_of_actions_says_what_the_study_is_opened_with(run) -> None:  # noqa: ANN001
    lines = run("act", "anywhere", "--list").out.splitlines()
    first = lines.index("open_study: open the study: from here on the ledger runs")
    assert lines[first + 1].startswith("    study: ")
    assert lines[first + 1].endswith("[needed]")
    assert lines[first + 2].startswith("    rehearsal: ")
    assert lines[first + 2].endswith("[may be left out]")
