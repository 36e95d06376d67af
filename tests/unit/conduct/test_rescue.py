"""Rescue therapy of which only the month or the year is known: any of its days may be meant. Everybody here is invented.

She was allocated, and had the infusion of week 0, on 1 June 2026; today is 15 July. The rule of partial dates: every possible
day is considered, and what depends on the day is unknown (the criteria of BEAM, partial dates).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.action import BadArgument
from trialwright.endpoints.events import find_event
from trialwright.endpoints.follow_up import follow
from trialwright.record.participant import Participant
from trialwright.study.analysis_rules import lower_analysis

CALL: dict[str, Any] = {"site": "a", "reason": "a flare"}


def in_july() -> tuple[Rehearsal, str]:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-07-15")
    return rehearsal, who


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


def record(rehearsal: Rehearsal, who: str, day: str) -> None:
    values = {"therapy": "pulse", "date": day}
    rehearsal.done("record_rescue", "investigator_a", **CALL, participant=who, values=values)


# When it was begun, as far as that is known; what is said where it cannot be
BEGUN = [
    ("2026-07-15", ""),
    ("2026-07", ""),      # today is one of its days
    ("2026", ""),
    ("2026-06", ""),      # the month of allocation
    ("2026-05", "2026-05 lies before allocation of 2026-06-01"),
    ("2025", "2025 lies before allocation of 2026-06-01"),
    ("2026-08", "2026-08 lies in the future; today is 2026-07-15"),
    ("2027", "2027 lies in the future; today is 2026-07-15"),
]  # fmt: skip


@pytest.mark.parametrize(("day", "said"), BEGUN)
def test_it_may_be_known_to_the_month_or_the_year_alone(day: str, said: str) -> None:
    rehearsal, who = in_july()
    if not said:
        record(rehearsal, who, day)
        assert [one.date for one in participant(rehearsal, who).rescues] == [day]
        return
    values = {"therapy": "pulse", "date": day}
    assert said in rehearsal.refused(
        "record_rescue", "investigator_a", **CALL, participant=who, values=values
    )


@pytest.mark.parametrize("day", ["July 2026", "07/2026", "2026-13", "2026-07-32", "26", "2026-07-01T09:00"])
def test_what_is_no_date_is_refused(day: str) -> None:
    rehearsal, who = in_july()
    with pytest.raises(BadArgument):
        record(rehearsal, who, day)


@pytest.mark.parametrize(
    ("day", "goes"), [("2026-06", True), ("2026-07", True), ("2026", True), ("2026-07-11", False)]
)
def test_after_the_end_it_may_be_told_if_it_may_have_come_before(day: str, goes: bool) -> None:
    """She was lost on 10 July."""
    rehearsal, who = in_july()
    rehearsal.done("lost_to_follow_up", "investigator_a", **CALL, participant=who, date="2026-07-10")
    if goes:
        record(rehearsal, who, day)
    else:
        values = {"therapy": "pulse", "date": day}
        assert "was lost to follow-up on 2026-07-10" in rehearsal.refused(
            "record_rescue", "investigator_a", **CALL, participant=who, values=values
        )


# Begun, and whether it came up to 29 June (the eve of a visit): from the day after week 0 on (2 June) it counts
CAME = [
    ("2026-06-12", True, "present"),
    ("2026-07-01", False, "absent"),
    ("2026-06", None, "date_imprecise"),    # 1 June would be no rescue after week 0; the 30th would come too late
    ("2026-07", False, "absent"),
    ("2026", None, "date_imprecise"),
]  # fmt: skip


@pytest.mark.parametrize(("day", "came", "reason"), CAME)
def test_whether_it_came_before_a_visit_is_open_where_that_depends_on_the_day(
    day: str, came: bool | None, reason: str
) -> None:
    rehearsal, who = in_july()
    record(rehearsal, who, day)
    rules = lower_analysis(rehearsal.study)
    followed = follow(rules, participant(rehearsal, who), on=date(2026, 7, 15))
    rule = rules.chosen.events["rescue"]
    found = find_event(followed, rule, until=date(2026, 6, 29))
    assert (found.truth, found.reason) == (came, reason)


# What becomes known later of a rescue therapy
CORRECTED = [
    ({"date": "2026-06-12"}, ("2026-06-12", "pulse", "")),
    ({"date": "２０２６-06"}, ("2026-06", "pulse", "")),
    ({"therapy": "rituximab", "text": "1 g"}, ("2026-07", "rituximab", "1 g")),
]


@pytest.mark.parametrize(("values", "then"), CORRECTED)
def test_it_is_corrected_when_more_is_known(values: dict[str, str], then: tuple[str, str, str]) -> None:
    rehearsal, who = in_july()
    record(rehearsal, who, "2026-07")
    event = rehearsal.done(
        "correct", "investigator_a", **CALL, participant=who, values={"target": "rescue/1", "values": values}
    )
    (rescue,) = participant(rehearsal, who).rescues
    assert (rescue.date, rescue.therapy, rescue.text) == then
    assert rescue.position == event.position


WRONG = [
    ("rescue/2", {"date": "2026-06-12"}, "Nothing is recorded at rescue/2; recorded are: rescue/1."),
    ("rescue/0", {"date": "2026-06-12"}, "Nothing is recorded at rescue/0; recorded are: rescue/1."),
    ("rescue/1", {}, "these may be corrected: date, therapy, text"),
    ("rescue/1", {"dose": "1 g"}, "these may be corrected: date, therapy, text"),
    ("rescue/1", {"therapy": "prayer"}, "The therapy is one of pulse"),
    ("rescue/1", {"date": "2026-05-31"}, "lies before allocation"),
    ("rescue/1", {"date": "2026-08"}, "lies in the future"),
    ("rescue/1", {"date": "in July"}, "is no day, month or year"),
    ("rescue/1", {"date": "2026-07-01T09:00"}, "is no day, month or year"),
    ("rescue/first", {"date": "2026-06-12"}, "name a form record, demographics, dose/N, hold/N, stop/N, rescue/N, ae/N, visit/ID, deviation/N"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "values", "said"), WRONG)
def test_what_a_correction_cannot_say(target: str, values: dict[str, str], said: str) -> None:
    rehearsal, who = in_july()
    record(rehearsal, who, "2026-07")
    assert said in rehearsal.refused(
        "correct", "investigator_a", **CALL, participant=who, values={"target": target, "values": values}
    )
