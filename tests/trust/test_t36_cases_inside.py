"""T36. A definition carries its own test cases, and none is put in force whose cases fail.

**Source**: ICH E6(R3) 4.3.4.
**Proves**: every bundled study holds people with the verdicts they must get; a study is neither opened nor, as an amendment, approved from the
terminal while one of its cases comes out otherwise or its check finds an error, and nothing is written.
**With the site**: the same at the release of a version; cases for edit checks, windows and derivations beside those for eligibility.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from trialwright.cli.main import main
from trialwright.cli.secrets import VARIABLE
from trialwright.conduct import perform
from trialwright.exchange.archive.files import EVENTS
from trialwright.exchange.folder import bundled_studies, read_scenarios, read_study

TEMPLATE = Path(__file__).resolve().parents[2] / "studies" / "template"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the template, and a place for the secret."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "secrets.json"))
    return Path(shutil.copytree(TEMPLATE, tmp_path / "template"))


def _spoil(study: Path) -> None:
    path = study / "scenarios" / "criteria.yaml"
    text = path.read_text(encoding="utf-8")
    assert "expect: {I1: pass}" in text
    path.write_text(text.replace("expect: {I1: pass}", "expect: {I1: fail}", 1), encoding="utf-8")


def _act(archive: Path, action: str, *words: str, account: str = "sponsor") -> int:
    return main(["act", str(archive), action, "--as", account, "--at", "2026-01-05T09:00+08:00", *words])


@pytest.mark.parametrize("name", bundled_studies())
def test_every_bundled_study_has_cases_for_every_criterion(name: str) -> None:
    study = read_study(name)
    judged = {id for scenario in read_scenarios(name, study=study) for id in scenario.expected}
    assert {criterion.id for criterion in study.criteria} <= judged


def test_a_study_with_a_failing_case_is_not_opened(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _spoil(study)
    assert _act(tmp_path / "trial", "open_study", f"study={study}") == 3
    assert "scenario_differs" in capsys.readouterr().out
    assert not (tmp_path / "trial").exists()
    assert not (tmp_path / "secrets.json").exists()


def test_an_amendment_with_a_failing_case_is_not_approved(study: Path, tmp_path: Path) -> None:
    archive = tmp_path / "trial"
    name = study / "study.yaml"
    text = name.read_text(encoding="utf-8")
    assert "sites: []" not in text
    assert _act(archive, "open_study", f"study={study}") == 0
    site = _first_site(study)
    assert _act(archive, "open_site", "--site", site) == 0
    assert _act(archive, "delegate", "--site", site, "account=pi", "role=investigator") == 0
    approve = ("approve_version", "--site", site, "date=2026-01-05")
    assert _act(archive, *approve, f"version={study}", account="pi") == 0
    name.write_text(text.replace('version: "0.1"', 'version: "0.2"'), encoding="utf-8")
    assert _act(archive, "approve_version", "date=2026-01-05", f"version={study}") == 0
    _spoil(study)
    name.write_text(text.replace('version: "0.1"', 'version: "0.3"'), encoding="utf-8")
    before = (archive / EVENTS).read_bytes()
    held = sorted((archive / "definitions").iterdir())
    assert _act(archive, *approve, f"version={study}", account="pi") == 3
    assert (archive / EVENTS).read_bytes() == before
    assert sorted((archive / "definitions").iterdir()) == held


def test_a_refusal_takes_away_no_version_that_somebody_else_released_meanwhile(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "trial"
    assert _act(archive, "open_study", f"study={study}") == 0
    name = study / "study.yaml"
    name.write_text(
        name.read_text(encoding="utf-8").replace('version: "0.1"', 'version: "0.2"'), encoding="utf-8"
    )
    release = ("approve_version", "date=2026-01-05", f"version={study}")
    decide = perform.perform

    def overtaken(*given: Any, **more: Any) -> Any:
        monkeypatch.setattr(perform, "perform", decide)
        assert sorted((archive / "definitions").iterdir()) == held
        assert _act(archive, *release) == 0
        return decide(*given, **more)

    held = sorted((archive / "definitions").iterdir())
    monkeypatch.setattr(perform, "perform", overtaken)
    assert _act(archive, *release, account="nobody") == 6
    assert len(list((archive / "definitions").iterdir())) == 2
    assert main(["verify", str(archive)]) == 0


def _first_site(study: Path) -> str:
    return read_study(str(study)).identity.sites[0].id
