"""A double-blind study is dosed without anybody learning the arm: BLISS-LN, with its study infusion.

Source: the folder of the study (10 mg/kg on days 0, 14, 28 and every 28 days to week 100; what is invented says so). The
numbers of the infusion are those of the vial table of the fact sheet, 4.6.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from tests.unit.conduct.dosing_support import NOT_PREGNANT, dose, dosed, participant, propose, results
from trialwright.conduct.dosing.propose import propose_doses
from trialwright.conduct.due import plan_activities
from trialwright.conduct.given import find_interventions
from trialwright.conduct.schedule import plan_visits
from trialwright.exchange.folder import read_study
from trialwright.record.participant import Participant
from trialwright.study.anchors import derive_anchors
from trialwright.study.model import Study

DAY_0 = "2026-03-02"


@cache
def bliss() -> Study:
    return read_study("bliss-ln")


def person(arm: str, *, allocated: bool = True, kilograms: str = "60") -> Participant:
    who = participant(
        arm="blind" if allocated else "",
        record=results(("body_weight", kilograms, "kg", DAY_0), NOT_PREGNANT),
    )
    return replace(who, allocated=who.allocated._replace(arm=arm)) if who.allocated else who


def test_before_allocation_nothing_of_the_treatment_is_given() -> None:
    assert find_interventions(bliss(), person("", allocated=False)) == ()


@pytest.mark.parametrize("arm", ["", "belimumab", "placebo"])
def test_everybody_receives_the_same_whatever_the_arm(arm: str) -> None:
    """Blind, and also where somebody who may know the arm asks: the arm shows in nothing."""
    assert [each.id for each in find_interventions(bliss(), person(arm))] == [
        "study_infusion",
        "standard_therapy",
    ]
    assert (
        propose(person(arm), "belimumab", DAY_0, encounter="week_0", study=bliss()).outcome == "not_planned"
    )
    assert propose(person(arm), "placebo", DAY_0, encounter="week_0", study=bliss()).outcome == "not_planned"
    blind = propose(person(""), "study_infusion", DAY_0, encounter="week_0", study=bliss())
    assert propose(person(arm), "study_infusion", DAY_0, encounter="week_0", study=bliss()) == blind
    assert dosed(blind) == "600 mg"
    assert blind.preparation is not None
    assert blind.preparation.plan is not None
    assert (blind.preparation.plan.number, blind.preparation.plan.waste.number) == (5, "0")


def test_the_visits_run_to_week_104_and_the_infusions_to_week_100() -> None:
    who = replace(person(""), doses=(dose(1, "study_infusion", DAY_0, "600", "mg"),))
    assert derive_anchors(bliss(), who)["week0"].day == date(2026, 3, 2)
    visits = plan_visits(bliss(), who, on=date(2026, 3, 2))
    days = [(each.window.due - date(2026, 3, 2)).days for each in visits if each.window and each.window.due]
    assert days == [14, 28, *range(56, 729, 28)]
    infusion = next(each for each in bliss().interventions if each.id == "study_infusion").regimen
    assert infusion is not None
    assert infusion.encounters == ("week_0", "week_2", *(f"week_{week}" for week in range(4, 101, 4)))
    assert (
        propose(who, "study_infusion", "2028-02-28", encounter="week_104", study=bliss()).outcome
        == "not_planned"
    )


def test_the_infusion_is_an_activity_for_everybody() -> None:
    found = plan_activities(bliss(), person(""), "week_2", on=date(2026, 3, 16))
    infusion = next(each for each in found if each.activity.id == "infusion")
    assert (infusion.applies, infusion.interventions) == (True, ("study_infusion",))


def test_what_is_said_in_words_only_is_not_computed() -> None:
    proposal = propose(person(""), "standard_therapy", DAY_0, encounter="week_0", study=bliss())
    assert (proposal.outcome, proposal.amount) == ("not_planned", None)


def test_all_proposals_of_a_visit_come_together() -> None:
    found = propose_doses(bliss(), person(""), on=date(2026, 3, 2), encounter="week_0")
    assert [each.intervention for each in found] == ["study_infusion"]


def test_the_template_is_blind_too() -> None:
    study = read_study("template")
    who = participant(arm="x")
    assert who.allocated is not None
    blind = replace(who, allocated=who.allocated._replace(arm=""))
    assert [each.id for each in find_interventions(study, blind)] == ["blinded_tablet"]
    proposal = propose(blind, "blinded_tablet", DAY_0, study=study)
    assert proposal.outcome == "give"
