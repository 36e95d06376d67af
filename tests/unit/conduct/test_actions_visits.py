"""open_visit, missed_visit, complete_study, and how a course ends: what they record, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.conduct.bliss_ln_forms import vital_signs
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.schedule import PlannedVisit, plan_visits
from trialwright.record.content import stands
from trialwright.record.event import Event
from trialwright.record.participant import Ended, Participant, Visit
from trialwright.safety.deaths import find_death_gaps


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


# Visits


def test_a_visit_in_its_window_is_no_deviation_one_outside_is() -> None:
    """Week 2 counts from the first infusion: 15 June, 3 days either side (BEAM's schedule)."""
    rehearsal, who = at_stage("dosed")
    for encounter, day in (("week_2", "2026-06-18"), ("week_4", "2026-07-20")):
        rehearsal.go_to(day)
        values = {"encounter": encounter, "date": day}
        rehearsal.done("open_visit", "coordinator_a", site="a", participant=who, values=values)
    found = participant(rehearsal, who)
    assert [(one.id, one.date, one.missed) for one in found.visits[-2:]] == [
        ("week_2", "2026-06-18", False),
        ("week_4", "2026-07-20", False),
    ]
    assert [(one.visit, one.category, one.severity) for one in found.deviations] == [("week_4", "visit", "")]


def test_unscheduled_visits_are_counted() -> None:
    rehearsal, who = at_stage("dosed")
    for _ in range(2):
        values = {"encounter": "unscheduled", "date": rehearsal.day}
        rehearsal.done("open_visit", "coordinator_a", site="a", participant=who, values=values)
    assert [one.id for one in participant(rehearsal, who).visits[-2:]] == ["unscheduled-1", "unscheduled-2"]


def test_a_missed_visit_is_on_record_with_its_reason() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-12")
    rehearsal.done(
        "missed_visit", "coordinator_a", site="a", reason="flood", participant=who, encounter="week_2"
    )
    visit = participant(rehearsal, who).visit("week_2")
    assert visit is not None
    assert (visit.missed, visit.date, visit.reason) == (True, "", "flood")


DAY = {"date": "2026-06-01"}
REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    # how far she has come, the action, its values, what is said
    ("dosed", "open_visit", {**DAY, "encounter": "week_99"}, "There is no visit week_99; there are: screening, week_0"),
    ("dosed", "open_visit", {**DAY, "encounter": "week_0"}, "is recorded already"),
    ("dosed", "open_visit", {"date": "2026-06-02", "encounter": "week_2"}, "lies in the future"),
    ("dosed", "open_visit", {"date": "2026-05-27", "encounter": "unscheduled"}, "lies before consent"),
    ("enrolled", "open_visit", {**DAY, "encounter": "week_0"}, "has not been allocated"),
    ("screened", "missed_visit", {"encounter": "week_2"}, "is not enrolled"),
    ("dosed", "missed_visit", {"encounter": "week_99"}, "There is no visit week_99"),
    ("dosed", "missed_visit", {"encounter": "unscheduled"}, "cannot be missed"),
    ("dosed", "missed_visit", {"encounter": "week_0"}, "is recorded already"),
    ("dosed", "missed_visit", {"encounter": "week_2"}, "The window of Week 2 opens on 2026-06-12; nobody has missed it on 2026-06-01."),
    ("dosed", "complete_study", DAY, "The visit Week 24 is neither recorded nor missed."),
    ("enrolled", "complete_study", DAY, "has not been allocated"),
    ("dosed", "withdraw_consent", {"date": "2026-06-02"}, "lies in the future"),
    ("dosed", "withdraw_consent", {"date": "2026-05-27"}, "lies before consent"),
    ("dosed", "lost_to_follow_up", {"date": "2026-06-02"}, "lies in the future"),
    ("dosed", "lost_to_follow_up", {"date": "2026-05-27"}, "lies before consent"),
    ("dosed", "record_death", {"date": "2026-06-02"}, "lies in the future"),
    ("dosed", "record_death", {"date": "2026-05-27"}, "lies before consent"),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "action", "values", "said"), REFUSED)
def test_what_cannot_be(stage: str, action: str, values: dict[str, Any], said: str) -> None:
    rehearsal, who = at_stage(stage)
    assert said in rehearsal.refused(
        action, "investigator_a", site="a", reason="x", participant=who, values=values
    )


def test_a_visit_recorded_as_missed_is_not_opened_and_not_missed_again() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-19")
    missed = {"site": "a", "reason": "flood", "participant": who, "encounter": "week_2"}
    rehearsal.done("missed_visit", "coordinator_a", **missed)
    assert "is recorded already" in rehearsal.refused("missed_visit", "coordinator_a", **missed)
    assert "is recorded already" in rehearsal.refused(
        "open_visit", "coordinator_a", **missed, date=rehearsal.day
    )


# A visit wrongly recorded as missed


def missed() -> tuple[Rehearsal, str]:
    """Week 2 (15 June, 3 days either side) is recorded as missed, today is 24 June."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-24")
    rehearsal.done(
        "missed_visit", "coordinator_a", site="a", reason="did not come", participant=who, encounter="week_2"
    )
    return rehearsal, who


def correct(rehearsal: Rehearsal, who: str, visit: str, **values: str) -> Event:
    return rehearsal.done(
        "correct",
        "coordinator_a",
        site="a",
        reason="the wrong line was ticked",
        participant=who,
        target=f"visit/{visit}",
        values={"values": values},
    )


def standing(rehearsal: Rehearsal, who: str, encounter: str) -> PlannedVisit:
    today = rehearsal.now.astimezone(rehearsal.zone).date()
    planned = plan_visits(rehearsal.study, participant(rehearsal, who), on=today)
    return next(one for one in planned if one.encounter.id == encounter)


@pytest.mark.parametrize(
    ("day", "status", "deviates"),
    [
        ("2026-06-15", "done", False),
        ("2026-06-18", "done", False),
        ("2026-06-22", "done_outside_window", True),
    ],
)
def test_a_visit_recorded_as_missed_took_place_after_all(day: str, status: str, deviates: bool) -> None:
    rehearsal, who = missed()
    event = correct(rehearsal, who, "week_2", date=day)
    assert event.data["values"] == {"date": day, "missed": False, "reason": ""}
    found = participant(rehearsal, who)
    assert found.visit("week_2") == Visit(event.position, "week_2", "week_2", day, missed=False, reason="")
    assert standing(rehearsal, who, "week_2").status == status
    assert [(one.visit, one.category, one.date, one.position) for one in found.deviations] == (
        [("week_2", "visit", day, event.position)] if deviates else []
    )
    form = {"form": "vital_signs", "visit": "week_2", "entries": vital_signs()}
    rehearsal.done("record_form", "nurse_a", site="a", participant=who, values=form)
    earlier = [one.type for one in rehearsal.store.stream(f"participant/{who}")]
    assert earlier.count("visit_missed") == 1  # what was recorded first stays in the ledger


def test_that_a_visit_was_missed_is_taken_back() -> None:
    rehearsal, who = missed()
    assert standing(rehearsal, who, "week_2").status == "missed"
    correct(rehearsal, who, "week_2", missed="false")
    assert participant(rehearsal, who).visit("week_2") is None
    assert standing(rehearsal, who, "week_2").status == "late"
    values = {"participant": who, "encounter": "week_2", "date": rehearsal.day}
    event = rehearsal.done("open_visit", "coordinator_a", site="a", values=values)
    assert [one["visit"] for one in event.data["deviations"]] == ["week_2"]


def test_a_corrected_day_outside_the_window_is_a_deviation_once() -> None:
    rehearsal, who = missed()
    for day in ("2026-06-15", "2026-06-20", "2026-06-21"):
        correct(rehearsal, who, "week_2", date=day)
    assert [one.date for one in participant(rehearsal, who).deviations] == ["2026-06-20"]


def test_a_signed_casebook_is_open_again_after_the_correction() -> None:
    rehearsal, who = missed()
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")
    (mark,) = participant(rehearsal, who).signatures
    assert stands(participant(rehearsal, who), mark)
    correct(rehearsal, who, "week_2", missed="false")
    assert not stands(participant(rehearsal, who), mark)


NOT_CORRECTED = [
    ("week_2", {"date": "2026-06-25"}, "lies in the future"),
    ("week_2", {"date": "2026-05-27"}, "lies before consent"),
    ("week_2", {"date": "soon"}, "soon is no day"),
    ("week_2", {"missed": "true"}, "takes back that it was missed"),
    ("week_2", {"missed": "false", "date": "2026-06-15"}, "takes back that it was missed"),
    ("week_2", {"reason": "flood"}, "takes back that it was missed"),
    ("week_0", {"missed": "false"}, "takes back that it was missed"),  # it took place
    ("week_4", {"missed": "false"}, "Nothing is recorded at visit/week_4"),  # nothing is recorded of it
]


@pytest.mark.parametrize(("visit", "values", "said"), NOT_CORRECTED)
def test_what_is_not_corrected_of_a_visit(visit: str, values: dict[str, str], said: str) -> None:
    rehearsal, who = missed()
    target = {"participant": who, "target": f"visit/{visit}", "values": values}
    assert said in rehearsal.refused("correct", "coordinator_a", site="a", reason="x", values=target)
    assert "needs a reason" in rehearsal.refused("correct", "coordinator_a", site="a", values=target)


def test_the_last_visit_of_a_completed_course_stays_missed_or_gets_its_day() -> None:
    rehearsal, who = completed()
    rehearsal.done("complete_study", "investigator_a", site="a", participant=who, date=rehearsal.day)
    target = {"participant": who, "target": "visit/week_24", "values": {"missed": "false"}}
    assert "say on which day the last visit took place" in rehearsal.refused(
        "correct", "coordinator_a", site="a", reason="x", values=target
    )
    correct(rehearsal, who, "week_24", date="2026-11-16")
    assert standing(rehearsal, who, "week_24").status == "done"


# The end of a course


def completed() -> tuple[Rehearsal, str]:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-11-20")
    for encounter in LATER_VISITS:
        rehearsal.done(
            "missed_visit", "coordinator_a", site="a", reason="x", participant=who, encounter=encounter
        )
    return rehearsal, who


LATER_VISITS = ("week_2", "week_4", "week_8", "week_12", "week_16", "week_20", "week_24")


@pytest.mark.parametrize("left", LATER_VISITS)
def test_every_visit_is_accounted_for_before_a_course_is_complete(left: str) -> None:
    rehearsal, who = completed()
    values = {"target": f"visit/{left}", "values": {"missed": "false"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=values)
    title = left.replace("week_", "Week ")
    assert (
        rehearsal.refused("complete_study", "investigator_a", site="a", participant=who, date=rehearsal.day)
        == f"The visit {title} is neither recorded nor missed."
    )


@pytest.mark.parametrize(
    ("date", "said"),
    [("2026-11-21", "lies in the future"), ("2026-05-31", "A visit was recorded after 2026-05-31.")],
)
def test_a_study_is_not_completed_before_its_visits_or_tomorrow(date: str, said: str) -> None:
    rehearsal, who = completed()
    assert said in rehearsal.refused("complete_study", "investigator_a", site="a", participant=who, date=date)


ENDS = ("complete_study", "withdraw_consent", "lost_to_follow_up", "record_death")
NEEDS_SOMEBODY_IN_THE_STUDY: list[tuple[str, dict[str, Any]]] = [
    ("open_visit", {"encounter": "week_2", "date": "2026-11-20"}),
    ("re_consent", {"date": "2026-11-20"}),
    ("complete_study", {"date": "2026-11-20"}),
    ("withdraw_consent", {"date": "2026-11-20"}),
    ("lost_to_follow_up", {"date": "2026-11-20"}),
    ("record_death", {"date": "2026-11-20"}),
]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("action", "values"), NEEDS_SOMEBODY_IN_THE_STUDY)
def test_after_the_end_of_a_course_nothing_new_begins(end: str, action: str, values: dict[str, Any]) -> None:
    rehearsal, who = completed()
    rehearsal.done(end, "investigator_a", site="a", reason="x", participant=who, date="2026-11-19")
    said = {
        "complete_study": "completed the study on 2026-11-19",
        "withdraw_consent": "withdrew consent on 2026-11-19",
        "lost_to_follow_up": "was lost to follow-up on 2026-11-19",
        "record_death": "died on 2026-11-19",
    }
    assert said[end] in rehearsal.refused(
        action, "investigator_a", site="a", reason="x", participant=who, values=values
    )


# What happened up to the end of a course, and is told only after it: week 2 was wrongly recorded as missed (15 June, 3 days
# either side); nothing was known of week 4; the course ended on 10 July, and today is 15 July.
TOLD_LATE: list[tuple[str, dict[str, Any]]] = [
    ("open_visit", {"encounter": "week_4", "date": "2026-06-30"}),
    ("open_visit", {"encounter": "unscheduled", "date": "2026-07-10"}),  # the very day
    ("give_dose", {"intervention": "belimumab", "date": "2026-06-30", "amount": "600", "unit": "mg"}),
    ("give_dose", {"intervention": "tacrolimus", "date": "2026-06-30", "end": "2026-07-10", "amount": "4", "unit": "mg/d"}),
    ("hold_dose", {"intervention": "belimumab", "date": "2026-06-30"}),
    ("discontinue_intervention", {"intervention": "belimumab", "date": "2026-07-10"}),
    ("record_rescue", {"therapy": "pulse", "date": "2026-07-10"}),
]  # fmt: skip


@pytest.mark.parametrize("end", ENDS[1:])
@pytest.mark.parametrize(("action", "values"), TOLD_LATE)
def test_what_happened_up_to_the_end_may_be_told_after_it(
    end: str, action: str, values: dict[str, Any]
) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-07-15")
    call: dict[str, Any] = {"site": "a", "participant": who, "reason": "found in the chart"}
    rehearsal.done(end, "investigator_a", **call, date="2026-07-10")
    later = {**values, "end" if "end" in values else "date": "2026-07-11"}
    assert "on 2026-07-10" in rehearsal.refused(action, "investigator_a", **call, values=later)
    rehearsal.done(action, "investigator_a", **call, values=values)


@pytest.mark.parametrize("end", ENDS[1:])
def test_a_visit_that_was_over_by_the_end_may_be_recorded_as_missed_after_it(end: str) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-07-15")
    call: dict[str, Any] = {"site": "a", "participant": who, "reason": "x"}
    rehearsal.done(end, "investigator_a", **call, date="2026-06-20")
    rehearsal.done("missed_visit", "coordinator_a", **call, encounter="week_2")  # to 18 June
    assert "on 2026-06-20" in rehearsal.refused("missed_visit", "coordinator_a", **call, encounter="week_4")


def test_a_daily_dose_told_late_ends_where_what_followed_began() -> None:
    """4 mg from 1 June; told later: 3 mg from 5 June, then what was on record: 2 mg from 10 June, death on 20 June."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-25")
    call: dict[str, Any] = {"site": "a", "participant": who, "reason": "x"}
    given = {"intervention": "tacrolimus", "unit": "mg/d"}
    for day, amount in (("2026-06-01", "4"), ("2026-06-10", "2")):
        rehearsal.done("give_dose", "investigator_a", **call, values={**given, "date": day, "amount": amount})
    rehearsal.done("record_death", "investigator_a", **call, date="2026-06-20")
    rehearsal.done(
        "give_dose", "investigator_a", **call, values={**given, "date": "2026-06-05", "amount": "3"}
    )
    late = {"intervention": "prednisone", "date": "2026-06-05", "amount": "20", "unit": "mg/d"}
    rehearsal.done("give_dose", "investigator_a", **call, values=late)
    doses = participant(rehearsal, who).doses[1:]
    assert sorted((one.intervention, one.amount, one.start, one.end, one.ongoing) for one in doses) == [
        ("prednisone", "20", "2026-06-05", "2026-06-19", False),
        ("tacrolimus", "2", "2026-06-10", "2026-06-19", False),
        ("tacrolimus", "3", "2026-06-05", "2026-06-09", False),
        ("tacrolimus", "4", "2026-06-01", "2026-06-04", False),
    ]
    gone = {"target": "death", "values": {"recorded": "false"}}
    rehearsal.done("correct", "investigator_a", **call, values=gone)
    doses = participant(rehearsal, who).doses
    assert [one.start for one in doses if one.ongoing] == ["2026-06-10", "2026-06-05"]


@pytest.mark.parametrize("end", ENDS)
def test_what_was_seen_before_the_end_can_still_be_put_right(end: str) -> None:
    """No data are collected any more; what was collected stays, is corrected, queried and signed."""
    rehearsal, who = completed()
    at_a: dict[str, Any] = {"site": "a", "participant": who}
    rehearsal.done(end, "investigator_a", **at_a, reason="x", date="2026-11-19")
    rehearsal.done(
        "record_form",
        "coordinator_a",
        **at_a,
        form="urine",
        visit="week_0",
        entries={"*": "not_done:declined"},
    )
    changed = {"target": "week_0/vital_signs", "entries": {"body.weight": "61 kg"}}
    rehearsal.done("correct", "coordinator_a", **at_a, reason="misread", values=changed)
    rehearsal.done("raise_query", "monitor", **at_a, path="week_0/vital_signs", text="x")
    rehearsal.done("sign", "investigator_a", **at_a, target="week_0", meaning="reviewed")


def test_a_death_ends_what_was_taken() -> None:
    rehearsal, who = at_stage("dosed")
    values = {**DAY, "intervention": "prednisone", "amount": "30", "unit": "mg/d"}
    rehearsal.done("give_dose", "nurse_a", site="a", reason="x", participant=who, values=values)
    rehearsal.go_to("2026-06-10")
    rehearsal.done(
        "record_death", "investigator_a", site="a", reason="sepsis", participant=who, date="2026-06-09"
    )
    dose = participant(rehearsal, who).doses[-1]
    assert (dose.ongoing, dose.end) == (False, "2026-06-08")


FATAL: dict[str, Any] = {
    "term": "Sepsis", "start": "2026-06-08", "grade": "5", "infection": "true", "seriousness": "death", "taken": "none",
    "outcome": "fatal", "aware": "2026-06-10T08:00:00+08:00",
}  # fmt: skip


def died(*, fatal: bool, visit: bool = False) -> tuple[Rehearsal, str]:
    """She died on 9 June, with prednisone taken until then; `visit`: one of 10 June is on record."""
    rehearsal, who = at_stage("dosed")
    values = {**DAY, "intervention": "prednisone", "amount": "30", "unit": "mg/d"}
    rehearsal.done("give_dose", "nurse_a", site="a", reason="x", participant=who, values=values)
    rehearsal.go_to("2026-06-11")
    if visit:
        values = {"encounter": "unscheduled", "date": "2026-06-10"}
        rehearsal.done("open_visit", "coordinator_a", site="a", participant=who, values=values)
    if fatal:
        rehearsal.done("report_ae", "investigator_a", site="a", participant=who, values=FATAL)
    rehearsal.done(
        "record_death", "investigator_a", site="a", reason="told", participant=who, date="2026-06-09"
    )
    return rehearsal, who


@pytest.mark.parametrize(
    ("fatal", "visit", "asked"),
    [
        (True, False, []),
        (False, False, ["no adverse event with the outcome fatal is recorded"]),
        (True, True, ["died on 2026-06-09, and of later days is recorded: unscheduled-1 (2026-06-10)"]),
        (False, True, ["no adverse event with the outcome fatal", "unscheduled-1 (2026-06-10)"]),
    ],
)
def test_a_death_asks_for_the_event_that_led_to_it_and_names_what_came_later(
    fatal: bool, visit: bool, asked: list[str]
) -> None:
    rehearsal, who = died(fatal=fatal, visit=visit)
    found = participant(rehearsal, who).queries
    assert [one.path for one in found] == ["death"] * len(asked)
    for query, said in zip(found, asked, strict=True):
        assert said in query.text
    if asked:
        refusal = rehearsal.refused("lock", "investigator_a", site="a", participant=who)
        assert "Query 1 is open" in refusal
    gaps = [(gap.missing, gap.date, gap.event) for gap in find_death_gaps([participant(rehearsal, who)])]
    assert gaps == ([] if fatal else [("fatal_event", "2026-06-09", None)])


def test_the_day_of_a_death_is_corrected_and_a_dose_ends_by_it() -> None:
    rehearsal, who = died(fatal=True, visit=True)
    values = {"target": "death", "values": {"date": "2026-06-10"}}
    event = rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=values)
    found = participant(rehearsal, who)
    assert found.died == Ended(event.position, "2026-06-10", "told")
    assert (found.doses[-1].ongoing, found.doses[-1].end) == (False, "2026-06-09")
    assert len(found.queries) == 1  # 10 June fits
    values = {"target": "death", "values": {"date": "2026-06-05"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=values)
    assert "ae/1 (2026-06-08)" in participant(rehearsal, who).queries[-1].text
    types = [one.type for one in rehearsal.store.stream(f"participant/{who}")]
    assert types.count("participant_died") == 1  # what was recorded first stays in the ledger


def test_a_death_recorded_of_the_wrong_person_is_taken_back() -> None:
    rehearsal, who = died(fatal=False)
    values = {"target": "death", "values": {"recorded": "false"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="another Li", participant=who, values=values)
    found = participant(rehearsal, who)
    assert found.died is None
    assert (found.doses[-1].ongoing, found.doses[-1].end) == (True, "")
    assert find_death_gaps([found]) == ()
    rehearsal.go_to("2026-06-15")
    values = {"encounter": "week_2", "date": "2026-06-15"}
    rehearsal.done("open_visit", "coordinator_a", site="a", participant=who, values=values)


def test_a_dose_put_right_after_the_death_stays_as_it_was_put_right() -> None:
    rehearsal, who = died(fatal=True)
    values = {"target": "dose/2", "values": {"end": "2026-06-03"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=values)
    values = {"target": "death", "values": {"recorded": "false"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=values)
    found = participant(rehearsal, who)
    assert (found.doses[-1].ongoing, found.doses[-1].end) == (False, "2026-06-03")
    assert [(gap.missing, gap.event) for gap in find_death_gaps([found])] == [("death", 1)]


TURNS = {
    "withdraw_consent": ("withdrawal", "withdrawn"),
    "lost_to_follow_up": ("loss", "lost"),
    "record_death": ("death", "died"),
    "complete_study": ("completion", "completed"),
}


@pytest.mark.parametrize("end", ENDS)
def test_every_end_of_a_course_can_be_put_right(end: str) -> None:
    rehearsal, who = completed()
    target, name = TURNS[end]
    call: dict[str, Any] = {"site": "a", "reason": "x", "participant": who}
    assert f"No {target} is recorded" in rehearsal.refused(
        "correct", "coordinator_a", **call, target=target, values={"values": {"date": "2026-11-19"}}
    )
    rehearsal.done(end, "investigator_a", **call, date="2026-11-19")
    for given, said in (
        ({"date": "2026-11-21"}, "lies in the future"),
        ({"date": "2026-05-20"}, "lies before consent"),
        ({"date": "soon"}, "soon is no day"),
        ({"recorded": "true"}, "takes back that it happened"),
        ({}, "takes back that it happened"),
    ):
        refused = rehearsal.refused(
            "correct", "coordinator_a", **call, target=target, values={"values": given}
        )
        assert said in refused
    for given, day in (({"date": "2026-11-18"}, "2026-11-18"), ({"recorded": "false"}, None)):
        event = rehearsal.done("correct", "coordinator_a", **call, target=target, values={"values": given})
        ended = getattr(participant(rehearsal, who), name)
        assert ended == (Ended(event.position, day, "x") if day else None)
    rehearsal.done(end, "investigator_a", **call, date="2026-11-20")


@pytest.mark.parametrize("end", ENDS)
def test_a_rescue_before_the_end_is_told_late_and_none_after_it(end: str) -> None:
    """It decides about the response, whenever it is learned (protocol.md, Intercurrent events)."""
    rehearsal, who = completed()
    at_a: dict[str, Any] = {"site": "a", "participant": who, "reason": "a letter of the other hospital"}
    rehearsal.done(end, "investigator_a", **at_a, date="2026-11-19")
    rescue = {"date": "2026-09-01", "therapy": "rituximab"}
    rehearsal.done("record_rescue", "investigator_a", **at_a, values=rescue)
    assert " on 2026-11-19." in rehearsal.refused(
        "record_rescue", "investigator_a", **at_a, values={**rescue, "date": "2026-11-20"}
    )
