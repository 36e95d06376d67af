"""T33. In an emergency one person alone can learn one arm; it is logged with the reason.

**Source**: ICH E6(R3) 4.1.
**Proves**: an investigator discloses the arm of a participant of their site without anybody's help, but not without a reason; the event
names who, when and why, and is an alert that names those to be told: whoever else may unblind there; nobody else's arm is disclosed by it, and later the disclosed secret must give the same arm.
**With the site**: a message to those who must know, and a notice on every page about the participant.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.trust.files import forge
from tests.unit.conduct.support import SECRET, Rehearsal, allocated, at_stage, salts, screened, two_sites
from trialwright.cli.main import main
from trialwright.cli.trial import trial_data
from trialwright.conduct.alerts import emergency_text
from trialwright.conduct.allocated import given_arms
from trialwright.conduct.allocation import derive_arms
from trialwright.exchange.archive import Archive, Broken, Verified, create_archive, verify_archive
from trialwright.exchange.folder import read_study
from trialwright.terms.message import render


def _arms(rehearsal: Rehearsal) -> list[str]:
    trial = rehearsal.trial
    drawn = derive_arms(
        tuple(trial.rules()), study=trial.study.study, secret=SECRET.secret, allocations=given_arms(trial)
    )
    return [given.arm for given in drawn]


def _two(folder: Path) -> tuple[Rehearsal, str, str]:
    """BLISS-LN with somebody allocated at each site."""
    store = create_archive(folder, two_sites(read_study("bliss-ln")), rehearsal=True, draw=salts())
    rehearsal = Rehearsal("bliss-ln", store=store)
    other = screened(rehearsal, site="b")
    who = allocated(rehearsal)
    values = {"participant": other, "date": rehearsal.day}
    rehearsal.done("enrol", "investigator_b", site="b", values=values)
    rehearsal.done("allocate", "investigator_b", site="b", values=values)
    return rehearsal, who, other


def test_one_person_with_a_reason_learns_one_arm(tmp_path: Path) -> None:
    rehearsal, who, other = _two(tmp_path / "trial")
    expected = _arms(rehearsal)
    assert "needs a reason" in rehearsal.refused("unblind", "investigator_a", site="a", participant=who)
    event = rehearsal.done("unblind", "investigator_a", site="a", reason="anaphylaxis", participant=who)
    assert (event.type, event.actor, event.role, event.site) == (
        "unblinded",
        "investigator_a",
        "investigator",
        "a",
    )
    assert rehearsal.store.text(event.reason) == "anaphylaxis"
    alert = {"alert": "emergency_unblinding", "on": rehearsal.day, "facts": [], "told": ["sponsor"]}
    assert event.data == {"date": rehearsal.day, "arm": expected[0], "alerts": [alert]}
    found, hidden = rehearsal.trial.participant(who), rehearsal.trial.participant(other)
    assert found is not None
    assert hidden is not None
    assert (found.arm, hidden.arm) == (expected[0], "")
    assert found.unblinded is not None
    assert found.unblinded.reason == "anaphylaxis"
    assert rehearsal.trial.study.secret == ""


def test_it_is_done_once_and_by_nobody_else() -> None:
    rehearsal, who = at_stage("allocated", "bliss-ln")
    for account in ("coordinator_a", "nurse_a", "pharmacist_a", "monitor", "data_manager"):
        assert "may not unblind" in rehearsal.refused(
            "unblind", account, site="a", reason="x", participant=who
        )
    rehearsal.done("unblind", "investigator_a", site="a", reason="x", participant=who)
    assert "unblinded already" in rehearsal.refused(
        "unblind", "sponsor", site="a", reason="x", participant=who
    )


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        ("investigator_a", ["sponsor", "second_investigator"]),
        ("second_investigator", ["sponsor", "investigator_a"]),
        ("sponsor", ["investigator_a", "second_investigator"]),
    ],
)
def test_those_who_may_unblind_at_the_site_are_told_and_nobody_else(actor: str, told: list[str]) -> None:
    """Not whoever no longer holds the role, and not the investigator of the other site."""
    rehearsal, who = at_stage("allocated", "bliss-ln")
    for account in ("second_investigator", "former_investigator"):
        values = {"account": account, "role": "investigator"}
        rehearsal.done("delegate", "sponsor", site="a", values=values)
    gone = {"account": "former_investigator", "role": "investigator"}
    rehearsal.done("revoke", "sponsor", site="a", reason="left", values=gone)
    event = rehearsal.done("unblind", actor, site="a", reason="anaphylaxis", participant=who)
    (alert,) = event.data["alerts"]
    assert alert["told"] == told
    said = render(emergency_text(who, actor, tuple(told)), {})
    assert event.data["arm"] not in said


def test_an_open_study_has_nothing_to_disclose() -> None:
    rehearsal, who = at_stage("allocated")
    assert "nothing is hidden" in rehearsal.refused(
        "unblind", "investigator_a", site="a", reason="x", participant=who
    )


def test_a_wrong_arm_told_in_the_emergency_is_found_when_the_study_is_unblinded(tmp_path: Path) -> None:
    rehearsal, who, other = _two(tmp_path / "trial")
    rehearsal.done("unblind", "investigator_a", site="a", reason="anaphylaxis", participant=who)
    for site, one in (("a", who), ("b", other)):
        account = f"investigator_{site}"
        rehearsal.leave(one, site=site)
        rehearsal.done("sign", account, site=site, participant=one, target="casebook", meaning="approved")
        rehearsal.done("lock", account, reason="no more will come", site=site, participant=one)
    rehearsal.done("unblind", "sponsor", reason="analysis")
    assert isinstance(rehearsal.store, Archive)
    rehearsal.store.write_manifest()
    found = verify_archive(tmp_path / "trial")
    assert isinstance(found, Verified)
    assert found.replayed == 2

    def told_wrong(written: dict[str, Any]) -> None:
        if written["type"] == "unblinded":
            written["data"]["arm"] = {"belimumab": "placebo", "placebo": "belimumab"}[written["data"]["arm"]]

    forge(tmp_path / "trial", told_wrong)
    broken = verify_archive(tmp_path / "trial")
    assert isinstance(broken, Broken)
    assert "disclosed before" in render(broken.problem, {})


def test_no_report_shows_the_arm_that_one_person_learned(tmp_path: Path) -> None:
    rehearsal, who, _ = _two(tmp_path / "trial")
    event = rehearsal.done("unblind", "investigator_a", site="a", reason="anaphylaxis", participant=who)
    assert isinstance(rehearsal.store, Archive)
    rehearsal.store.write_manifest()
    assert {one.arm for one in trial_data(str(tmp_path / "trial")).participants} == {""}
    assert main(["report", str(tmp_path / "trial"), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    page = next((tmp_path / "out").glob("*.html")).read_text(encoding="utf-8")
    assert who in page
    assert f"{who}, {event.data['arm']}" not in page
