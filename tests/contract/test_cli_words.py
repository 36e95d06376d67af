"""What the terminal says to somebody on the ward: one sentence for one fault, with the words that cure it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from trialwright.cli.main import main


class Done:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in out + err


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
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


def opened(run: Run, folder: Path, *words: str) -> Done:
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


def test_a_real_trial_is_not_opened_from_the_terminal(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    refused = opened(run, folder, "rehearsal=false")
    assert (refused.code, refused.out, folder.exists()) == (6, "", False)
    assert "only rehearsals are opened" in refused.err
    assert opened(run, folder, "rehearsal=perhaps").code == 2
    assert not folder.exists()
    assert opened(run, folder, "rehearsal=yes").code == 0


def test_the_list_of_actions_says_what_the_study_is_opened_with(run: Run) -> None:
    lines = run("act", "anywhere", "--list").out.splitlines()
    first = lines.index("open_study: open the study: from here on the ledger runs")
    assert lines[first + 1].startswith("    study: ")
    assert lines[first + 1].endswith("[needed]")
    assert lines[first + 2].startswith("    rehearsal: ")
    assert lines[first + 2].endswith("[may be left out]")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("due", "rehearsal"), "schedule"),
        (("schedul", "rehearsal"), "schedule"),
        (("--lang", "en", "analyze", "beam"), "analyse"),
        (("validate", "beam"), "check"),
        (("act", "rehearsal", "give-dose"), "give_dose"),
        (("act", "rehearsal", "randomise"), "allocate"),
    ],
)
def test_a_word_that_is_no_command_is_answered_by_the_one_that_is_meant(
    run: Run, words: tuple[str, ...], meant: str
) -> None:
    refused = run(*words)
    assert refused.code == 2
    assert f"Did you mean {meant}?" in " ".join(refused.err.split())


def test_a_word_that_nobody_means_is_answered_by_all_there_are(run: Run) -> None:
    assert "choose from" in run("xyzzy").err
    assert "there are: " in run("act", "rehearsal", "xyzzy").err


def test_every_everyday_word_stands_for_something_there_is() -> None:
    from trialwright.cli.main import COMMANDS
    from trialwright.cli.near import ACTION_WORDS, COMMAND_WORDS
    from trialwright.conduct.actions import ACTIONS

    assert set(COMMAND_WORDS.values()) <= set(COMMANDS)
    assert set(ACTION_WORDS.values()) <= set(ACTIONS)
    assert not set(COMMAND_WORDS) & set(COMMANDS)
    assert not set(ACTION_WORDS) & set(ACTIONS)
