"""Pregnancy, serious hypersensitivity, emergency unblinding, and allocation by minimisation, rehearsed to the end.

Shares are raised so that a few people meet everything; nobody here exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from tests.unit.simulation.rehearsal_support import START, actions_of, data_of, everyone, joined, trial_of
from trialwright.conduct.trial import is_blind
from trialwright.exchange.archive import Verified, verify_archive, write_archive
from trialwright.exchange.folder import read_study
from trialwright.record.participant import Participant
from trialwright.simulation.participants import NoRehearsal, Rehearsal, rehearse
from trialwright.study.allocation import Minimisation, StratifiedBlocks
from trialwright.study.model import Study
from trialwright.study.simulation import Assumption
from trialwright.terms.message import render

ALL = {"pregnancy_share": "1", "hypersensitivity_share": "1", "emergency_unblinding_share": "1"}
NONE = dict.fromkeys(ALL, "0")
OFTEN = {"pregnancy_share": "1", "hypersensitivity_share": "0.6", "emergency_unblinding_share": "0.6"}


def assuming(study: Study, shares: Mapping[str, str]) -> Study:
    """The study with these shares, whether or not it states any."""
    plan = study.simulation
    assert plan is not None
    stated = {name: Assumption(value=share, unit="1", source="a test") for name, share in shares.items()}
    return replace(study, simulation=plan.model_copy(update={"parameters": {**plan.parameters, **stated}}))


@cache
def made(name: str, shares: tuple[tuple[str, str], ...], participants: int = 5) -> Rehearsal:
    return rehearse(assuming(read_study(name), dict(shares)), participants=participants, seed=1, start=START)


def bliss_ln(shares: Mapping[str, str]) -> Rehearsal:
    return made("bliss-ln", tuple(shares.items()))


def beam(shares: Mapping[str, str]) -> Rehearsal:
    return made("beam", tuple(shares.items()))


def reactions(one: Participant) -> list[int]:
    return [event.number for event in one.adverse_events if event.current.hypersensitivity == "true"]


# Serious hypersensitivity


def test_a_serious_reaction_is_reported_on_the_day_of_an_infusion_and_ends_the_infusions() -> None:
    rehearsal = bliss_ln(ALL)
    met = [one for one in joined(rehearsal) if reactions(one)]
    assert len(met) == 5
    for one in met:
        (number,) = reactions(one)
        event = one.adverse_events[number - 1]
        given = [dose.start for dose in one.doses if dose.intervention == "study_infusion"]
        assert event.versions[0].start == given[-1]  # and none after it
        assert len(given) <= 3
        assert event.current.seriousness == ("life_threatening",)
        assert event.current.outcome == "recovered"
        stopped = [stop for stop in one.discontinuations if stop.intervention == "study_infusion"]
        assert [stop.date for stop in stopped] == [given[-1]]
        assert stopped[0].reason == "serious hypersensitivity reaction"


def test_the_clock_of_an_unexpected_reaction_runs_until_it_is_known_to_be_expected() -> None:
    """7 days where life-threatening (ICH E2A III.B.1): sent as due, from the report in which nobody knew yet."""
    rehearsal = bliss_ln(ALL)
    for one in joined(rehearsal):
        (number,) = reactions(one)
        sent = [(report.clock, report.stage) for report in one.reports if report.event == number]
        assert ("susar_fatal", "initial") in sent
        assert [version.expected for version in one.adverse_events[number - 1].versions] == ["", "true"]


# Emergency unblinding


def test_an_emergency_unblinding_discloses_one_arm_alerts_and_agrees_with_the_replay(tmp_path: Path) -> None:
    rehearsal = bliss_ln(OFTEN)
    events = [event for event in rehearsal.ledger.events() if event.type == "unblinded"]
    assert events
    assert len(events) < len([one for one in joined(rehearsal) if reactions(one)]) < 5
    trial = trial_of(rehearsal)
    for event in events:
        (alert,) = event.data["alerts"]
        assert alert["alert"] == "emergency_unblinding"
        assert "sponsor" in alert["told"]
        assert event.actor not in alert["told"]
        participant = trial.participant(event.stream.rpartition("/")[2])
        assert participant is not None
        assert event.data["arm"] == trial.study.arms[participant.id]  # what the whole unblinding says later
        assert participant.unblinded is not None
        assert participant.unblinded.date in {event.versions[0].start for event in participant.adverse_events}
    write_archive(tmp_path / "archive", rehearsal.study, rehearsal.ledger, rehearsal=True)
    found = verify_archive(tmp_path / "archive")
    assert isinstance(found, Verified)
    assert found.replayed == 5


def test_an_open_study_is_never_unblinded() -> None:
    rehearsal = beam(ALL)
    assert not is_blind(rehearsal.study)
    assert any(reactions(one) for one in joined(rehearsal))
    assert actions_of(rehearsal)["unblind"] == actions_of(rehearsal)["see_allocation"] == 0


def test_the_pharmacist_looks_every_arm_up_once_before_the_first_infusion() -> None:
    rehearsal = bliss_ln(OFTEN)
    for one in joined(rehearsal):
        (seen,) = one.allocation_seen
        assert seen.role == "pharmacist"
        assert seen.position < min(
            dose.position for dose in one.doses if dose.intervention == "study_infusion"
        )


# Pregnancy


def test_a_positive_test_stops_what_the_definition_stops() -> None:
    rehearsal = bliss_ln(OFTEN)
    pregnant = _pregnant(rehearsal)
    assert pregnant
    for one, day in pregnant:
        assert one.sex == "female"
        later = [dose for dose in one.doses if dose.intervention == "study_infusion" and dose.start > day]
        assert later == []


def test_a_positive_test_is_an_alert_of_beam_and_stops_mycophenolate() -> None:
    rehearsal = beam(ALL)
    pregnant = _pregnant(rehearsal)
    assert pregnant
    raised = {
        (event.stream.rpartition("/")[2], alert["on"])
        for event in rehearsal.ledger.events()
        for alert in data_of(rehearsal, event).get("alerts", ())
        if alert["alert"] == "pregnancy"
    }
    for one, day in pregnant:
        assert (one.id, day) in raised
        stopped = {stop.intervention for stop in one.discontinuations}
        assert "mycophenolate_mofetil" in stopped


def _pregnant(rehearsal: Rehearsal) -> list[tuple[Participant, str]]:
    """Who had a positive test after joining, and the day of the first."""
    found = []
    for one in joined(rehearsal):
        days = sorted(
            value.date
            for form in one.forms.values()
            for value in form.items.values()
            if value.concept == "pregnant" and value.value == "true"
        )
        if days:
            found.append((one, days[0]))
    return found


def test_a_study_that_asks_nobody_about_pregnancy_cannot_assume_it() -> None:
    study = assuming(read_study("bliss-ln"), {"pregnancy_share": "0.1"})
    without = tuple(one for one in study.concepts if one.name != "pregnant")
    with pytest.raises(NoRehearsal, match="no concept for: pregnant"):
        rehearse(replace(study, concepts=without), participants=1, seed=1, start=START)


# What none of it touches


@pytest.mark.parametrize("name", ["beam"])
def test_a_rehearsal_without_any_of_it_is_the_same_byte_for_byte(name: str) -> None:
    stated = rehearse(assuming(read_study(name), NONE), participants=2, seed=3, start=START)
    silent = rehearse(read_study(name), participants=2, seed=3, start=START)
    assert [event.hash for event in stated.ledger.events()] == [
        event.hash for event in silent.ledger.events()
    ]


# Minimisation


def test_minimisation_is_rehearsed_and_its_allocations_are_drawn_again(tmp_path: Path) -> None:
    study = read_study("bliss-ln")
    blocks = study.allocation
    assert isinstance(blocks, StratifiedBlocks)
    rule = Minimisation(
        method="minimisation",
        description=blocks.description,
        ratio=blocks.ratio,
        factors=blocks.factors,
        distance="range",
        probability="0.8",
    )
    rehearsal = rehearse(replace(study, allocation=rule), participants=6, seed=1, start=date(2026, 1, 5))
    assert len({one.arm for one in joined(rehearsal)}) == 2
    assert {len(one.allocated.levels) for one in joined(rehearsal) if one.allocated} == {2}
    write_archive(tmp_path / "archive", rehearsal.study, rehearsal.ledger, rehearsal=True)
    found = verify_archive(tmp_path / "archive")
    assert isinstance(found, Verified), render(found.problem, {})
    assert found.replayed == 6
    assert all(one.locked for one in everyone(rehearsal))
