"""Days of consent and enrolment, and an arm that was typed wrongly, are corrected; what was drawn is not. All invented.

She consented on 28 May 2026 and was screened that day, enrolled and allocated to BEL+MT on 1 June. In BEAM a person assigns
the arm; in BLISS-LN it is drawn.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.deviations import derive_deviations
from trialwright.record.participant import Participant
from trialwright.study.anchors import derive_anchors
from trialwright.terms.message import render

CALL: dict[str, Any] = {"site": "a", "reason": "read wrongly"}


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


def day_of(one: Participant, target: str) -> str:
    if target == "enrolment":
        return one.enrolled.date if one.enrolled else ""
    return one.consents[0].date


# What is corrected, the new day, and why not
DAYS = [
    ("consent/1", "2026-05-27", ""),
    ("consent/1", "2026-05-28", "Nothing is changed"),
    ("consent/1", "2026-06-30", "lies in the future"),
    ("consent/1", "2025-12-31", "was not approved at this site"),  # approved on 5 January
    ("consent/1", "27 May", "is no day"),
    ("consent/2", "2026-05-27", "recorded are: consent/1 (2026-05-28)"),
    ("consent/one", "2026-05-27", "recorded are: consent/1 (2026-05-28)"),
    ("enrolment", "2026-05-31", ""),
    ("enrolment", "2026-06-01", "Nothing is changed"),
    ("enrolment", "2026-05-27", "lies before consent"),
    ("enrolment", "2026-06-02", "lies in the future"),
]


@pytest.mark.parametrize(("target", "day", "said"), DAYS)
def test_a_day_is_corrected_or_refused(target: str, day: str, said: str) -> None:
    rehearsal, who = at_stage("allocated")
    values = {"target": target, "values": {"date": day}}
    if said:
        assert said in rehearsal.refused("correct", "investigator_a", **CALL, participant=who, values=values)
        return
    rehearsal.done("correct", "investigator_a", **CALL, participant=who, values=values)
    one = participant(rehearsal, who)
    assert day_of(one, target) == day
    anchor = {"consent/1": "consent", "enrolment": "enrolment"}[target]
    anchors = derive_anchors(rehearsal.study, one)
    assert anchor not in anchors or anchors[anchor].day == date.fromisoformat(day)  # windows follow


def test_enrolment_is_not_after_allocation() -> None:
    rehearsal, who = at_stage("allocated")
    rehearsal.go_to("2026-06-10")
    values = {"target": "enrolment", "values": {"date": "2026-06-02"}}
    said = rehearsal.refused("correct", "investigator_a", **CALL, participant=who, values=values)
    assert "2026-06-02 lies after allocation of 2026-06-01" in said


def test_what_lies_before_the_corrected_consent_is_asked_about() -> None:
    rehearsal, who = at_stage("allocated")
    values = {"target": "consent/1", "values": {"date": "2026-05-30"}}
    rehearsal.done("correct", "investigator_a", **CALL, participant=who, values=values)
    texts = [query.text for query in participant(rehearsal, who).queries if query.path == "consent/1"]
    assert "visit/screening (2026-05-28)" in texts[0]
    assert "is a deviation to be reported" in texts[0]


def test_a_mistyped_arm_is_corrected_and_is_a_deviation() -> None:
    rehearsal, who = at_stage("dosed")
    values = {"target": "allocation", "values": {"arm": "MT"}}
    rehearsal.refused(
        "correct", "investigator_a", site="a", participant=who, values=values
    )  # without a reason
    rehearsal.done("correct", "investigator_a", **CALL, participant=who, values=values)
    one = participant(rehearsal, who)
    assert one.arm == "MT"
    found = derive_deviations(rehearsal.study, one, on=date.fromisoformat(rehearsal.day))
    assert [
        (each.category, render(each.texts[0], {})) for each in found if each.category == "allocation"
    ] == [
        (
            "allocation",
            "The arm was corrected from BEL+MT to MT: another one had been entered than was assigned.",
        )
    ]
    assert [query.path for query in one.queries] == ["dose/1"]  # it is not given in this arm: was it?


# Why not: the stage, the study, the values
NOT_AN_ARM = [
    ("allocated", "beam", {"arm": "BEL"}, "one of BEL+MT, MT; recorded is BEL+MT"),
    ("allocated", "beam", {"arm": "BEL+MT"}, "recorded is BEL+MT"),
    ("allocated", "beam", {"date": "2026-06-02"}, "recorded is BEL+MT"),
    ("enrolled", "beam", {"arm": "MT"}, "has not been allocated"),
    ("allocated", "bliss-ln", {"arm": "placebo"}, "The arm was drawn; it is never corrected"),
]


@pytest.mark.parametrize(("stage", "study", "values", "said"), NOT_AN_ARM)
def test_no_other_arm(stage: str, study: str, values: dict[str, str], said: str) -> None:
    rehearsal, who = at_stage(stage, study)
    target = {"target": "allocation", "values": values}
    assert said in rehearsal.refused("correct", "investigator_a", **CALL, participant=who, values=target)


@pytest.mark.parametrize("target", ["consent/1", "enrolment", "allocation"])
def test_a_step_is_not_taken_back_and_it_is_said_what_is_done_instead(target: str) -> None:
    rehearsal, who = at_stage("allocated")
    values = {"target": target, "values": {"recorded": "false"}}
    said = rehearsal.refused("correct", "investigator_a", **CALL, participant=who, values=values)
    assert "withdraw_consent" in said
    assert "report_deviation" in said
