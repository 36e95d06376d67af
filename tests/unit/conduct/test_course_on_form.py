"""A pulse that stands on the form alone counts: for its days, for what is proposed next, and against the limits.

Source: the BEAM protocol, Interventions: 0.5 g/day for 3 to 6 days, 1.5 to 3.0 g in total; the schedule: a pulse given before
consent and only on record counts; decision 0052: one dose told twice is one dose. The form of the made-up woman says 500 mg on
23, 24 and 25 May 2026.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.conduct.dosing_support import said
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.dosing.propose import propose_dose
from trialwright.conduct.settled import find_settled
from trialwright.record.participant import Participant
from trialwright.study.anchors import derive_anchors

PULSE = "methylprednisolone_pulse"
NOBODY: list[tuple[str, str, str, bool]] = []


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


def give(rehearsal: Rehearsal, who: str, doses: list[tuple[str, str, str, bool]]) -> None:
    for first, last, grams, prior in doses:
        values = {"intervention": PULSE, "date": first, "end": last, "amount": grams, "unit": "g/d"}
        values |= {"prior": "true"} if prior else {}
        rehearsal.done(
            "give_dose", "investigator_a", site="a", reason="invented", participant=who, values=values
        )


def pulse_form(rehearsal: Rehearsal, who: str, days: dict[str, str]) -> None:
    """Correct the form, so that it says these days and amounts (mg)."""
    entries: dict[str, str] = {}
    for row in (1, 2, 3):
        day, amount = list(days.items())[row - 1] if row <= len(days) else ("", "")
        entries |= {f"days[{row}].day": day, f"days[{row}].dose": f"{amount} mg/d" if amount else ""}
    values = {"target": "screening/pulse", "entries": entries}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=values)


# Doses besides the form (first and last day, g/d, whether earlier care); on which day, what is said of the course
COURSES = [
    (NOBODY, "2026-05-26", "So far the course has had 3 days and 1.5 g.", "give"),
    ([("2026-05-23", "2026-05-25", "0.5", True)], "2026-05-26", "So far the course has had 3 days and 1.5 g.", "give"),
    ([("2026-05-23", "2026-05-25", "0.4", True)], "2026-05-26", "So far the course has had 3 days and 1.5 g.", "give"),
    ([("2026-05-22", "2026-05-23", "0.5", True)], "2026-05-26", "So far the course has had 4 days and 2 g.", "give"),
    ([("2026-05-20", "2026-05-22", "0.5", True)], "2026-05-26", "So far the course has had 6 days and 3 g.", "not_planned"),
    (NOBODY, "2026-06-01", "So far the course has had 0 days and 0 g.", "give"),  # more than 3 days after: another course
]  # fmt: skip


@pytest.mark.parametrize(("doses", "on", "so_far", "outcome"), COURSES)
def test_days_of_the_form_count_once(
    doses: list[tuple[str, str, str, bool]], on: str, so_far: str, outcome: str
) -> None:
    rehearsal, who = at_stage("screened")
    give(rehearsal, who, doses)
    proposal = propose_dose(
        rehearsal.study, participant(rehearsal, who), PULSE, on=date.fromisoformat(on), encounter=None
    )
    assert so_far in said(proposal.because)
    assert proposal.outcome == outcome


# What else is on record; the first and the last day of the pulse
ANCHORS = [
    (NOBODY, "2026-05-23", "2026-05-25"),
    ([("2026-05-23", "2026-05-25", "0.5", True)], "2026-05-23", "2026-05-25"),
    ([("2026-05-21", "2026-05-21", "0.5", True)], "2026-05-21", "2026-05-25"),  # at most 3 days apart
    ([("2026-05-12", "2026-05-14", "0.5", True)], "2026-05-23", "2026-05-25"),  # the last course before week 0
]  # fmt: skip


@pytest.mark.parametrize(("doses", "first", "last"), ANCHORS)
def test_the_form_sets_the_days_of_the_pulse(
    doses: list[tuple[str, str, str, bool]], first: str, last: str
) -> None:
    rehearsal, who = at_stage("screened")
    give(rehearsal, who, doses)
    one = participant(rehearsal, who)
    anchors = derive_anchors(rehearsal.study, one)
    assert (str(anchors["pulse_start"].day), str(anchors["pulse_end"].day)) == (first, last)
    events = {event.position for event in rehearsal.store.stream(f"participant/{who}")}
    assert set(anchors["pulse_start"].because) <= events


# Given besides the form, and whether it is asked if all of it is right
TOO_MUCH = [
    ([("2026-05-22", "2026-05-22", "0.5", True)], False),              # 4 days, 2 g
    ([("2026-05-20", "2026-05-22", "0.5", True)], False),              # 6 days, 3 g: as much as is allowed
    ([("2026-05-20", "2026-05-22", "0.6", True)], True),               # 6 days, 3.3 g
    ([("2026-05-19", "2026-05-22", "0.25", True)], True),              # 7 days, 2.5 g
    ([("2026-05-16", "2026-05-18", "1", True)], False),                # another course
]  # fmt: skip


@pytest.mark.parametrize(("doses", "asked"), TOO_MUCH)
def test_more_than_the_protocol_allows_is_asked_about(
    doses: list[tuple[str, str, str, bool]], asked: bool
) -> None:
    rehearsal, who = at_stage("screened")
    give(rehearsal, who, doses)
    texts = [one.text for one in participant(rehearsal, who).queries if "more than the protocol" in one.text]
    assert len(texts) == asked


def test_a_form_that_makes_it_too_much_asks_as_well_and_is_settled_by_a_correction() -> None:
    """On the form 3 x 500 mg, as doses 3 x 500 mg before it; then the form says 1000 mg on one day."""
    rehearsal, who = at_stage("screened")
    give(rehearsal, who, [("2026-05-20", "2026-05-22", "0.5", True)])
    days = {"2026-05-23": "1000", "2026-05-24": "500", "2026-05-25": "500"}
    pulse_form(rehearsal, who, days)
    one = participant(rehearsal, who)
    (query,) = [each for each in one.queries if "more than the protocol" in each.text]
    assert "the course of 2026-05-20 to 2026-05-25 has 6 days and 3.5 g on record" in query.text
    today = date.fromisoformat(rehearsal.day)
    assert query.number not in find_settled(rehearsal.trial, one, on=today)
    pulse_form(rehearsal, who, {**days, "2026-05-23": "500"})
    assert query.number in find_settled(rehearsal.trial, participant(rehearsal, who), on=today)


def test_a_further_day_of_a_full_course_is_a_deviation_with_a_reason() -> None:
    """The form says three days and 1.5 g; 28 to 30 May make six days and 3 g; the seventh day is too much."""
    rehearsal, who = at_stage("screened")
    call: dict[str, Any] = {"site": "a", "participant": who}
    for day in ("2026-05-28", "2026-05-29", "2026-05-30", "2026-05-31"):
        rehearsal.go_to(day)
        values = {"intervention": PULSE, "date": day, "end": day}
        if day < "2026-05-31":
            rehearsal.done("give_dose", "investigator_a", **call, values=values)
        else:
            said_no = rehearsal.refused("give_dose", "investigator_a", **call, values=values)
    assert "So far the course has had 6 days and 3 g." in said_no
