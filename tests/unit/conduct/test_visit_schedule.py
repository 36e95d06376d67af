"""Visits as a coordinator sees them: when each is due, and how it stands on a day.

Source of days and windows: the BEAM protocol, Visits and Clocks (windows of 3 days to week 4, of 7 days after; week 0
within 7 days after enrolment; screening 28 days to 1 day before it). The calendar dates are counted out by hand from
week 0 on Monday 2 March 2026.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from trialwright.conduct.clocks import (
    NoTimeZone,
    clock_days,
    explain_week,
    local_date,
    planned_clock_days,
    study_day,
)
from trialwright.conduct.schedule import (
    STATUSES,
    derive_end,
    find_deviations,
    plan_visits,
    visit_id,
)
from trialwright.record.participant import Allocated, Dose, Ended, Participant, Visit
from trialwright.study.anchors import derive_anchors
from trialwright.study.load import load_study
from trialwright.study.model import Study
from trialwright.study.schedule import Timing
from trialwright.study.visit_window import compute_window
from trialwright.terms.message import render

STUDIES = Path(__file__).parents[3] / "studies"


def load(name: str) -> Study:
    folder = STUDIES / name
    return load_study({path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")})


BEAM = load("beam")
WEEK_0 = "2026-03-02"


def dose(number: int, intervention: str, start: str, *, ongoing: bool = False, prior: bool = False) -> Dose:
    end = "" if ongoing else start
    return Dose(
        number + 10, number, intervention, "", start, end, ongoing, "1", "g/d", "", "", "", "", (), "",
        "", "", "", "", "", prior,
    )  # fmt: skip


def visit(encounter: str, day: str, *, id: str = "", missed: bool = False) -> Visit:
    return Visit(50, id or encounter, encounter, "" if missed else day, missed, "travel" if missed else "")


PARTICIPANT = Participant(
    id="S-001",
    site="nanjing",
    enrolled=Ended(5, "2026-03-01", ""),
    allocated=Allocated(6, "2026-03-01", 1, "BEL+MT", {}, "", "first of the period"),
    doses=(dose(1, "methylprednisolone_pulse", "2026-02-16", prior=True), dose(2, "belimumab", WEEK_0)),
)


def statuses(participant: Participant, on: str) -> dict[str, str]:
    return {each.id: each.status for each in plan_visits(BEAM, participant, on=date.fromisoformat(on))}


# fmt: off
WINDOWS = [
    # visit       planned       window                      study day
    ("screening", "",           "2026-02-01", "2026-02-28", None),
    ("week_0",    "",           "2026-03-01", "2026-03-08", 1),
    ("week_2",    "2026-03-16", "2026-03-13", "2026-03-19", 15),
    ("week_4",    "2026-03-30", "2026-03-27", "2026-04-02", 29),
    ("week_8",    "2026-04-27", "2026-04-20", "2026-05-04", 57),
    ("week_12",   "2026-05-25", "2026-05-18", "2026-06-01", 85),
    ("week_16",   "2026-06-22", "2026-06-15", "2026-06-29", 113),
    ("week_20",   "2026-07-20", "2026-07-13", "2026-07-27", 141),
    ("week_24",   "2026-08-17", "2026-08-10", "2026-08-24", 169),
]
WEEKS = [
    # visit     paper  registry      registry: fact sheet, dose-day table (days 14, 28, 42, 70, 98, 126, 154, 182)
    ("week_0",   0,  2),
    ("week_2",   2,  4),
    ("week_4",   4,  6),
    ("week_8",   8, 10),
    ("week_12", 12, 14),
    ("week_16", 16, 18),
    ("week_20", 20, 22),
    ("week_24", 24, 26),
]
ON_A_DAY = [
    # on          week 2
    ("2026-03-12", "not_yet_due"),
    ("2026-03-13", "open"),
    ("2026-03-15", "open"),
    ("2026-03-16", "due"),
    ("2026-03-19", "due"),
    ("2026-03-20", "late"),
]
DONE = [
    # week 8 took place on   status                 deviation
    ("2026-04-19", "done_outside_window", "Week 8 took place on 2026-04-19, 1 day before its window (2026-04-20 to 2026-05-04)."),
    ("2026-04-20", "done",                ""),
    ("2026-05-04", "done",                ""),
    ("2026-05-05", "done_outside_window", "Week 8 took place on 2026-05-05, 1 day after its window (2026-04-20 to 2026-05-04)."),
    ("2026-05-14", "done_outside_window", "Week 8 took place on 2026-05-14, 10 days after its window (2026-04-20 to 2026-05-04)."),
]
STUDY_DAYS = [("2026-03-01", -1), ("2026-03-02", 1), ("2026-03-03", 2), ("2026-02-16", -14), ("2026-08-17", 169)]
WORDS = [(0, "week 0"), (14, "week 2"), (15, "week 2 and 1 day"), (20, "week 2 and 6 days"), (-1, "1 day before week 0"), (-5, "5 days before week 0"), (-7, "week -1")]
ENDS = [
    ({"died": Ended(70, "2026-04-10", "")}, "death"),
    ({"withdrawn": Ended(70, "2026-04-10", "")}, "withdrawal of consent"),
    ({"lost": Ended(70, "2026-04-10", "")}, "loss to follow-up"),
    ({"completed": Ended(70, "2026-04-10", "")}, "completion of the study"),
    ({"died": Ended(70, "2026-04", "")}, "death"),
    ({"died": Ended(70, "", "")}, "death"),
]
# fmt: on


@pytest.mark.parametrize(("id", "due", "first", "last", "day"), WINDOWS, ids=[row[0] for row in WINDOWS])
def test_the_window_of_each_visit(id: str, due: str, first: str, last: str, day: int | None) -> None:
    planned = {each.id: each for each in plan_visits(BEAM, PARTICIPANT, on=date(2026, 3, 2))}[id]
    assert planned.window is not None
    assert (planned.window.due or "", planned.window.first, planned.window.last) == (
        date.fromisoformat(due) if due else "",
        date.fromisoformat(first),
        date.fromisoformat(last),
    )
    assert planned.planned_study_day == day
    assert planned.because == ((5,) if id in ("screening", "week_0") else (12,))


@pytest.mark.parametrize(("id", "paper", "registry"), WEEKS, ids=[row[0] for row in WEEKS])
def test_both_clocks_number_the_same_visit(id: str, paper: int, registry: int) -> None:
    assert BEAM.schedule is not None
    encounter = next(each for each in BEAM.schedule.encounters if each.id == id)
    found = {each.clock.id: each.days for each in planned_clock_days(BEAM.schedule, encounter)}
    assert found == {"paper": 7 * paper, "registry": 7 * registry}


def test_the_clocks_of_a_day_as_it_came() -> None:
    """The pulse began on 16 February, 14 days before week 0; another one 20 days before it shifts the registry's clock."""
    assert BEAM.schedule is not None
    for start, weeks in (("2026-02-16", "week 10"), ("2026-02-10", "week 10 and 6 days")):
        doses = (dose(1, "methylprednisolone_pulse", start, prior=True), dose(2, "belimumab", WEEK_0))
        anchors = derive_anchors(BEAM, replace(PARTICIPANT, doses=doses))
        found = clock_days(BEAM.schedule, anchors, date(2026, 4, 27))
        assert {each.clock.id: render(explain_week(each.days), {}) for each in found} == {
            "paper": "week 8",
            "registry": weeks,
        }


def test_a_clock_whose_anchor_is_not_known_says_nothing() -> None:
    assert BEAM.schedule is not None
    anchors = derive_anchors(BEAM, replace(PARTICIPANT, doses=()))
    assert clock_days(BEAM.schedule, anchors, date(2026, 4, 27)) == ()


@pytest.mark.parametrize(("day", "expected"), STUDY_DAYS)
def test_there_is_no_study_day_0(day: str, expected: int) -> None:
    assert study_day(date.fromisoformat(day), day_1=date(2026, 3, 2)) == expected


@pytest.mark.parametrize(("days", "expected"), WORDS)
def test_a_week_in_words(days: int, expected: str) -> None:
    assert render(explain_week(days), {}) == expected


@pytest.mark.parametrize(("on", "status"), ON_A_DAY)
def test_week_2_on_a_day(on: str, status: str) -> None:
    assert statuses(PARTICIPANT, on)["week_2"] == status


@pytest.mark.parametrize(("day", "status", "sentence"), DONE)
def test_week_8_done(day: str, status: str, sentence: str) -> None:
    who = replace(PARTICIPANT, visits=(visit("week_8", day),))
    assert statuses(who, "2026-06-01")["week_8"] == status
    found = find_deviations(BEAM, who, on=date(2026, 6, 1))
    assert [render(each.deviation, {}) for each in found] == ([sentence] if sentence else [])


def test_a_missed_visit_is_missed_and_no_longer_due() -> None:
    who = replace(PARTICIPANT, visits=(visit("week_2", "", missed=True),))
    assert statuses(who, "2026-03-16")["week_2"] == "missed"


def test_before_week_0_its_visits_wait() -> None:
    who = replace(PARTICIPANT, doses=())
    planned = {each.id: each for each in plan_visits(BEAM, who, on=date(2026, 3, 5))}
    assert planned["week_0"].status == "open"
    assert {planned[id].status for id in ("week_2", "week_24")} == {"waits"}
    assert planned["week_2"].window is None
    assert render(planned["week_2"].waits_for, {}) == "the first dose of Belimumab"


def test_before_enrolment_everything_waits() -> None:
    who = replace(PARTICIPANT, doses=(), enrolled=None, allocated=None)
    assert set(statuses(who, "2026-03-05").values()) == {"waits"}


def test_a_visit_before_its_anchor_is_known_is_done_and_its_window_open() -> None:
    who = replace(
        PARTICIPANT, doses=(), enrolled=None, allocated=None, visits=(visit("screening", "2026-02-20"),)
    )
    screening = plan_visits(BEAM, who, on=date(2026, 3, 5))[0]
    assert (screening.status, screening.window, screening.deviation) == ("done", None, None)
    assert render(screening.waits_for, {}) == "enrolment"


@pytest.mark.parametrize(("end", "why"), ENDS)
def test_after_the_end_nothing_is_due(end: dict[str, Any], why: str) -> None:
    who = replace(
        PARTICIPANT,
        visits=(visit("screening", "2026-02-20"), visit("week_0", WEEK_0), visit("week_2", "2026-03-16"),
                visit("week_4", "2026-03-30")),
        **end,
    )  # fmt: skip
    found = statuses(who, "2026-04-27")
    assert {found[id] for id in ("week_8", "week_12", "week_24")} == {"ended"}
    assert {found[id] for id in ("week_0", "week_2", "week_4")} == {"done"}
    found_end = derive_end(who)
    assert found_end is not None
    assert render(found_end.why, {}) == why


def test_before_the_day_of_the_end_visits_are_still_due() -> None:
    who = replace(PARTICIPANT, withdrawn=Ended(70, "2026-04-28", ""))
    assert statuses(who, "2026-04-27")["week_8"] == "due"
    assert statuses(who, "2026-04-28")["week_8"] == "ended"


def test_a_window_that_closed_before_the_end_with_nothing_recorded_stays_late() -> None:
    who = replace(PARTICIPANT, died=Ended(70, "2026-04-10", ""))
    assert statuses(who, "2026-04-27")["week_2"] == "late"


def test_unscheduled_visits_are_counted_and_listed() -> None:
    assert BEAM.schedule is not None
    unscheduled = BEAM.schedule.encounters[-1]
    assert visit_id(unscheduled, PARTICIPANT) == "unscheduled-1"
    who = replace(PARTICIPANT, visits=(visit("unscheduled", "2026-03-09", id="unscheduled-1"),))
    assert visit_id(unscheduled, who) == "unscheduled-2"
    assert statuses(who, "2026-03-10")["unscheduled-1"] == "done"
    assert visit_id(BEAM.schedule.encounters[0], who) == "screening"


def test_a_month_is_a_calendar_month_and_a_week_is_seven_days() -> None:
    """Three months after 30 November is the last day of February."""
    months = Timing(anchor="enrolment", at="3 mo", before="1 wk", after="1 mo")
    window = compute_window(months, date(2026, 11, 30))
    assert window == (date(2027, 2, 28), date(2027, 2, 21), date(2027, 3, 28))


def test_the_day_is_that_of_the_site() -> None:
    """16:30 UTC on 1 March is half past midnight on 2 March in Nanjing (UTC+8)."""
    moment = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    assert local_date(moment, study=BEAM, site="nanjing", zones=ZoneInfo) == date(2026, 3, 2)
    earlier = datetime(2026, 3, 1, 10, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert local_date(earlier, study=BEAM, site="nanjing", zones=ZoneInfo) == date(2026, 3, 1)


def test_no_zone_no_day() -> None:
    moment = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    with pytest.raises(NoTimeZone, match="no site"):
        local_date(moment, study=BEAM, site="elsewhere", zones=ZoneInfo)
    sites = (BEAM.identity.sites[0].model_copy(update={"time_zone": None}),)
    nowhere = replace(BEAM, identity=BEAM.identity.model_copy(update={"sites": sites}))
    with pytest.raises(NoTimeZone, match="no time zone"):
        local_date(moment, study=nowhere, site="nanjing", zones=ZoneInfo)
    with pytest.raises(ValueError, match="offset"):
        local_date(moment.replace(tzinfo=None), study=BEAM, site="nanjing", zones=ZoneInfo)


def test_a_study_without_a_schedule_plans_nothing() -> None:
    assert plan_visits(replace(BEAM, schedule=None), PARTICIPANT, on=date(2026, 3, 2)) == ()


def test_every_status_has_words() -> None:
    assert all(render(words, {}) for words in STATUSES.values())
