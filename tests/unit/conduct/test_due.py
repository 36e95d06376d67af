"""What a coordinator finds on the list of a day, for one participant and for the site.

Source: the BEAM protocol, Visits (what is done when, and for whom) and Interventions (a trough is measured again after 7
days). Dates are counted by hand from week 0 on 2 March 2026.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.conduct.dosing_support import (
    BELIMUMAB,
    TACROLIMUS,
    WEEK_0,
    beam,
    dose,
    participant,
    results,
)
from trialwright.conduct.due import Due, derive_due, plan_activities
from trialwright.conduct.given import find_interventions, is_run_in
from trialwright.record.participant import Dose, Ended, Participant, Visit

INFUSION = dose(1, BELIMUMAB, WEEK_0, "600", "mg", visit="week_0")
MEDICINE = dose(1, TACROLIMUS, WEEK_0, "4", "mg/d", end=None, visit="week_0")


def visited(*encounters: tuple[str, str]) -> tuple[Visit, ...]:
    return tuple(Visit(50, id, id, day, False, "") for id, day in encounters)


STARTED = visited(("screening", "2026-02-20"), ("week_0", WEEK_0))


def woman(**changed: object) -> Participant:
    return replace(participant(doses=[INFUSION]), visits=STARTED, **changed)  # type: ignore[arg-type]


def due(*people: Participant, on: str, site: str | None = None) -> Due:
    return derive_due(beam(), people, on=date.fromisoformat(on), site=site)


def activities(who: Participant, encounter: str) -> dict[str, bool | None]:
    found = plan_activities(beam(), who, encounter, on=date(2026, 3, 16))
    return {each.activity.id: each.applies for each in found}


# fmt: off
ON_A_DAY = [
    # on          due for a participant who was seen at screening and week 0
    ("2026-03-12", []),
    ("2026-03-13", ["week_2 open"]),
    ("2026-03-16", ["week_2 due"]),
    ("2026-03-20", ["week_2 late"]),
    ("2026-03-27", ["week_2 late", "week_4 open"]),
    ("2026-04-20", ["week_2 late", "week_4 late", "week_8 open"]),
]
# fmt: on


@pytest.mark.parametrize(("on", "expected"), ON_A_DAY)
def test_the_list_of_a_participant(on: str, expected: list[str]) -> None:
    found = due(woman(), on=on).visits
    assert [f"{each.planned.id} {each.planned.status}" for each in found] == expected


def test_the_list_of_a_site_has_the_most_urgent_first() -> None:
    """Week 0 a week later for the second (window of week 2: 20 to 26 March); the third belongs to another site."""
    later = replace(woman(), id="S-002", doses=(replace_start(INFUSION, "2026-03-09"),))
    elsewhere = replace(woman(), id="S-003", site="elsewhere")
    found = due(later, woman(), elsewhere, on="2026-03-20", site="nanjing").visits
    assert [(each.participant, each.planned.id, each.planned.status) for each in found] == [
        ("S-001", "week_2", "late"),
        ("S-002", "week_2", "open"),
    ]
    assert len(due(later, woman(), elsewhere, on="2026-03-20").visits) == 3


def replace_start(given: Dose, day: str) -> Dose:
    return given._replace(start=day, end=day)


@pytest.mark.parametrize("end", ["died", "withdrawn", "lost", "completed"])
def test_after_the_end_the_list_is_empty(end: str) -> None:
    who = replace(woman(), **{end: Ended(70, "2026-03-25", "")})  # type: ignore[arg-type]
    assert due(who, on="2026-03-24").visits
    assert due(who, on="2026-03-25") == Due((), ())


# fmt: off
WHO = [
    # participant                                    week 2                                    a woman of BEAM
    ("a woman with belimumab", participant(doses=[INFUSION]),                         {"infusion": True,  "pregnancy_test": True}),
    ("a man with belimumab",   participant(sex="male", doses=[INFUSION]),             {"infusion": True}),
    ("a man of the other arm", participant(arm="MT", sex="male", doses=[MEDICINE]),   {}),
    ("of unknown sex",         participant(arm="MT", sex="", doses=[MEDICINE]),       {"pregnancy_test": True}),
]
# fmt: on


@pytest.mark.parametrize(("name", "who", "expected"), WHO, ids=[row[0] for row in WHO])
def test_what_is_done_at_week_2(name: str, who: Participant, expected: dict[str, bool]) -> None:
    found = activities(who, "week_2")
    assert {id: found[id] for id in ("infusion", "pregnancy_test") if id in found} == expected
    assert {"vital_signs", "urine", "chemistry", "haematology", "immunology"} <= set(found)


def test_each_visit_has_the_forms_of_the_protocol() -> None:
    """SLEDAI-2K, immunoglobulins and PHQ-9 at weeks 0, 12 and 24; no infusion at week 24; the trough from week 2 on."""
    schedule = beam().schedule
    assert schedule is not None
    expected = {
        "sledai": ["screening", "week_0", "week_12", "week_24"],
        "immunoglobulins": ["week_0", "week_12", "week_24"],
        "phq9": ["week_0", "week_12", "week_24"],
        "infusion": ["week_0", "week_2", "week_4", "week_8", "week_12", "week_16", "week_20"],
    }
    for id, encounters in expected.items():
        activity = next(each for each in schedule.activities if each.id == id)
        assert list(activity.encounters) == encounters
    trough = next(each for each in schedule.activities if each.id == "tacrolimus_level")
    assert not {"screening", "week_0"} & set(trough.encounters)


def test_before_allocation_it_is_open_what_belongs_to_an_arm() -> None:
    found = plan_activities(beam(), participant(arm=""), "week_0", on=date(2026, 3, 2))
    infusion = next(each for each in found if each.activity.id == "infusion")
    assert infusion.applies is None
    assert infusion.why is not None
    assert infusion.interventions == ()


def test_the_infusion_names_what_is_given() -> None:
    found = plan_activities(beam(), woman(), "week_2", on=date(2026, 3, 16))
    given = {each.activity.id: each.interventions for each in found if each.interventions}
    assert given == {
        "infusion": ("belimumab",),
        "tacrolimus_level": ("tacrolimus",),
        "oral_treatment": ("mycophenolate_mofetil", "tacrolimus", "prednisone"),
    }


# fmt: off
RECHECKS = [
    # troughs after the change of 16 March          on            due
    ([],                                             "2026-03-22", []),
    ([],                                             "2026-03-23", ["2026-03-23"]),
    ([],                                             "2026-03-30", ["2026-03-23"]),
    ([("2026-03-16", "9")],                          "2026-03-23", ["2026-03-23"]),     # of the day of the change
    ([("2026-03-20", "7")],                          "2026-03-23", []),
]
# fmt: on


@pytest.mark.parametrize(("troughs", "on", "expected"), RECHECKS)
def test_a_trough_is_measured_again_after_7_days(
    troughs: list[tuple[str, str]], on: str, expected: list[str]
) -> None:
    changed = dose(2, TACROLIMUS, "2026-03-16", "3", "mg/d", end=None)._replace(
        rule="tacrolimus/above_target"
    )
    rows = [("tacrolimus_trough", level, "ng/mL", day) for day, level in troughs]
    who = replace(participant(record=results(*rows), doses=[INFUSION, changed]), visits=STARTED)
    assert [each.due.isoformat() for each in due(who, on=on).rechecks] == expected


def test_who_receives_what() -> None:
    study = beam()
    everything = [
        "methylprednisolone_pulse",
        "belimumab",
        "mycophenolate_mofetil",
        "tacrolimus",
        "prednisone",
    ]
    received = {
        "": ["methylprednisolone_pulse", "prednisone"],
        "BEL+MT": everything,
        "MT": [id for id in everything if id != "belimumab"],
    }
    for arm, expected in received.items():
        assert [each.id for each in find_interventions(study, participant(arm=arm))] == expected
    assert [each.id for each in study.interventions if is_run_in(study, each)] == received[""]
