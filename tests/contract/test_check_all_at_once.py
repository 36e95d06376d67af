"""`trialwright check` names the mistakes of all files at once, as far as one does not hide what another means."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trialwright.cli.main import main

STUDIES = Path(__file__).parents[2] / "studies"


def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Exit code, and severity, code and file of each finding that is an error."""
    capsys.readouterr()
    code = main(["check", str(folder)])
    lines = [line.split(" ", 3) for line in capsys.readouterr().out.splitlines()]
    return code, [f"{words[1]} {words[2].partition(':')[0]}" for words in lines if words[0] == "error"]


def spoilt(folder: Path, study: str, *changes: tuple[str, str, str]) -> Path:
    """A copy of a study in which texts of files are replaced."""
    copy = folder / "study"
    shutil.copytree(STUDIES / study, copy, ignore=shutil.ignore_patterns("sample", "mappings"))
    for name, old, new in changes:
        text = (copy / name).read_text(encoding="utf-8")
        assert old in text, (name, old)
        (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


def test_rules_of_criteria_forms_interventions_and_analysis_are_named_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = spoilt(
        tmp_path,
        "beam",
        ("criteria.yaml", "latest(serum_creatinine) < 3.0 mg/dL", "latest(serum_creatinine) < 3.0 kg"),
        ("forms.yaml", 'condition: "medicine = other"', 'condition: "medicine = nothing_offered"'),
        ("interventions.yaml", "latest(tacrolimus_trough) > 8 ng/mL", "latest(tacrolimus_trough) > 8 kg"),
    )
    assert check(folder, capsys) == (
        3,
        ["rule criteria.yaml", "rule interventions.yaml", "rule forms.yaml"],
    )


def test_a_mistake_of_form_does_not_hide_the_rules_of_other_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = spoilt(
        tmp_path,
        "beam",
        ("criteria.yaml", "latest(serum_creatinine) < 3.0 mg/dL", "latest(serum_creatinine) < 3.0 kg"),
        ("forms.yaml", 'condition: "medicine = other"', 'condition: "medicine = nothing_offered"'),
        ("allocation.yaml", "method: ", "nonsense: 1\nmethod: "),
    )
    assert check(folder, capsys) == (
        3,
        ["rule criteria.yaml", "rule forms.yaml", "unknown_key allocation.yaml"],
    )


@pytest.mark.parametrize(
    ("study", "file"),
    [
        (study, path.name)
        for study in ("beam", "bliss-ln")
        for path in sorted((STUDIES / study).glob("*.yaml"))
    ],
)
def test_a_mistake_in_one_file_is_not_told_as_one_of_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], study: str, file: str
) -> None:
    folder = spoilt(tmp_path, study)
    with (folder / file).open("a", encoding="utf-8") as opened:
        opened.write("\nnonsense: 1\n")
    assert check(folder, capsys) == (3, [f"unknown_key {file}"])
