"""What a correction leaves behind, or makes wrong elsewhere, is asked or is a deviation. Everybody here is invented.

She consented on 28 May 2026, joined, and had the infusion of week 0 (60 kg, 600 mg) on 1 June.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.conduct.dosing_support import PULSE, dose
from tests.unit.conduct.dosing_support import participant as somebody
from tests.unit.conduct.support import Rehearsal, at_stage, screened
from trialwright.conduct.course_limits import find_course_excess
from trialwright.exchange.folder import read_study
from trialwright.record.participant import Participant
from trialwright.terms.message import render

CALL: dict[str, Any] = {"site": "a", "reason": "typed wrongly"}


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


def correct(rehearsal: Rehearsal, who: str, target: str, **values: str) -> Participant:
    rehearsal.done(
        "correct", "investigator_a", **CALL, participant=who, values={"target": target, "values": values}
    )
    return participant(rehearsal, who)


def test_earlier_care_that_is_corrected_is_judged_by_the_criteria_again() -> None:
    """The form tells of three days; the fourth to sixth, of 1 g each, make 4.5 g: more than the 3 g of I5."""
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    rehearsal.go_to("2026-06-01")
    given = {"intervention": PULSE, "date": "2026-05-23", "end": "2026-05-26", "amount": "0.5", "unit": "g/d"}
    rehearsal.done("give_dose", "nurse_a", site="a", participant=who, **given, prior="true")
    rehearsal.done("enrol", "investigator_a", site="a", participant=who, date="2026-06-01")
    one = correct(rehearsal, who, "dose/1", amount="1", end="2026-05-28")
    (asked,) = (query.text for query in one.queries if "does not pass on the day of enrolment" in query.text)
    assert "I5" in asked


def test_a_visit_that_moves_names_what_stays_behind() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-04")
    one = correct(rehearsal, who, "visit/week_0", date="2026-06-02")
    (asked,) = (query.text for query in one.queries if query.path == "visit/week_0")
    assert "of 2026-06-02 now, and these still say 2026-06-01" in asked
    assert "dose/1" in asked


def test_windows_that_move_with_the_enrolment_make_deviations_once() -> None:
    """Screening was on 28 May, within the 28 days before enrolment; enrolment on that very day puts it outside."""
    rehearsal, who = at_stage("dosed")
    before = [each.number for each in participant(rehearsal, who).deviations]
    one = correct(rehearsal, who, "enrolment", date="2026-05-28")
    found = [each for each in one.deviations if each.number not in before]
    assert [(each.category, each.visit) for each in found] == [("visit", "screening")]
    one = correct(rehearsal, who, "enrolment", date="2026-05-29")
    again = correct(rehearsal, who, "enrolment", date="2026-05-28")
    assert len(again.deviations) == len(one.deviations) == len(before) + 1


# Pulse days (first, last), in g per day; and what the last course has too much of: at most 6 days and 3 g
COURSES = [
    ([("2026-05-23", "2026-05-25", "0.5")], ""),
    ([("2026-05-23", "2026-05-29", "0.4")], "7 days and 2.8 g"),
    ([("2026-05-23", "2026-05-28", "0.6")], "6 days and 3.6 g"),
    ([("2026-05-23", "2026-05-25", "0.5"), ("2026-05-28", "2026-05-31", "0.5")], "7 days and 3.5 g"),  # 3 days apart
    ([("2026-05-23", "2026-05-25", "0.5"), ("2026-06-04", "2026-06-05", "1")], ""),  # two courses
    ([("2026-05-23", "2026-05-25", "0.5"), ("2026-06-04", "2026-06-07", "1")], "4 days and 4 g"),  # the second
]  # fmt: skip


@pytest.mark.parametrize(("days", "expected"), COURSES)
def test_days_far_apart_are_two_courses(days: list[tuple[str, str, str]], expected: str) -> None:
    doses = [
        dose(number, PULSE, first, amount, "g/d", end=last)
        for number, (first, last, amount) in enumerate(days, start=1)
    ]
    found = list(find_course_excess(read_study("beam"), somebody(doses=tuple(doses))))
    assert len(found) == (1 if expected else 0)
    assert all(f"has {expected} on record" in render(text, {}) for _, text in found)


FATAL = {
    "term": "Pneumonia", "start": "2026-06-02", "grade": "5", "seriousness": "death", "infection": "true",
    "taken": "none", "outcome": "fatal", "end": "2026-06-03", "aware": "2026-06-03T08:00:00+08:00",
}  # fmt: skip


def test_a_death_whose_cause_is_taken_back_is_asked_about() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-04")
    rehearsal.done("report_ae", "investigator_a", site="a", participant=who, **FATAL)
    rehearsal.done("record_death", "investigator_a", **CALL, participant=who, date="2026-06-03")
    assert not participant(rehearsal, who).queries
    one = correct(rehearsal, who, "ae/1", recorded="false")
    (asked,) = (query.text for query in one.queries if query.path == "death")
    assert "What led to the death?" in asked


# Time of the infusion of 3 June, and what is said
STARTED = [
    ("2026-06-03T23:30", ""),
    ("23:30", ""),
    ("2026-06-04T00:10", "started on another day"),
    ("2026-06-02T09:00", "on an earlier day"),
]


@pytest.mark.parametrize(("started", "said"), STARTED)
def test_an_infusion_starts_on_the_day_of_its_dose(started: str, said: str) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-10")
    given = {
        "intervention": "belimumab",
        "date": "2026-06-03",
        "amount": "600",
        "unit": "mg",
        "started": started,
    }
    call = {"site": "a", "participant": who, "reason": "given early"}
    if said:
        assert said in rehearsal.refused("give_dose", "nurse_a", **call, **given)
    else:
        rehearsal.done("give_dose", "nurse_a", **call, **given)


def test_a_correction_that_changes_nothing_is_none() -> None:
    rehearsal, who = at_stage("dosed")
    values = {"target": "dose/1", "values": {"amount": participant(rehearsal, who).doses[0].amount}}
    assert "Nothing is changed" in rehearsal.refused(
        "correct", "investigator_a", **CALL, participant=who, values=values
    )
