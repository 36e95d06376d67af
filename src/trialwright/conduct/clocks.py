"""Which day it is: study days, weeks on the clocks of the schedule, and the calendar day at a site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from trialwright.study.anchors import AnchorDay
from trialwright.study.model import Study
from trialwright.study.schedule import Clock, Encounter, ScheduleOfActivities, parse_offset
from trialwright.terms.message import Message, message

DAYS_OF_A_WEEK = 7


class NoTimeZone(LookupError):
    """A site whose calendar day cannot be told; `message` says why."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(sentence.template)
        self.message = sentence


class ClockDay(NamedTuple):
    """Where a day stands on a clock: `days` after its anchor (negative: before)."""

    clock: Clock
    days: int


def study_day(day: date, *, day_1: date) -> int:
    """Give the study day: `day_1` is day 1, the day before it is day -1; there is no day 0.

    **Source**: CDISC SDTM IG 3.4, section 4.4.4 (--DY).
    """
    days = (day - day_1).days
    return days + 1 if days >= 0 else days


def planned_study_day(schedule: ScheduleOfActivities, encounter: Encounter) -> int | None:
    """Give the study day an encounter is planned for; None where it is not counted from study day 1.

    Week w is day 7w + 1 (the BEAM protocol, Clocks).
    """
    timing = encounter.timing
    if encounter.day_of == schedule.study_day_1:
        return 1
    if timing is None or timing.at is None or timing.anchor != schedule.study_day_1:
        return None
    some_day = date(2000, 1, 3)  # months have no fixed length; only days and weeks give a study day
    offset = parse_offset(timing.at)
    if offset.length.unit not in ("d", "wk"):
        return None
    return study_day(offset.after(some_day), day_1=some_day)


def clock_days(
    schedule: ScheduleOfActivities, anchors: Mapping[str, AnchorDay], day: date
) -> tuple[ClockDay, ...]:
    """Tell where a day stands on each clock whose anchor is known."""
    found = []
    for clock in schedule.clocks:
        start = anchors[clock.anchor].day
        if start is not None:
            found.append(ClockDay(clock, (day - start).days))
    return tuple(found)


def planned_clock_days(schedule: ScheduleOfActivities, encounter: Encounter) -> tuple[ClockDay, ...]:
    """Tell where an encounter stands on each clock if all goes to plan."""
    planned = [(clock, clock.planned_day(encounter)) for clock in schedule.clocks]
    return tuple(ClockDay(clock, days) for clock, days in planned if days is not None)


def explain_week(days: int) -> Message:
    """Say days after an anchor in weeks: "week 2", "week 2 and 3 days", "5 days before week 0"."""
    weeks, rest = divmod(days, DAYS_OF_A_WEEK)
    if rest == 0:
        return message("week {week}", week=weeks)
    if days < 0:
        one = days == -1
        return message("{count} day before week 0" if one else "{count} days before week 0", count=-days)
    return message(
        "week {week} and {count} day" if rest == 1 else "week {week} and {count} days", week=weeks, count=rest
    )


def local_date(moment: datetime, *, study: Study, site: str, zones: Callable[[str], tzinfo]) -> date:
    """Give the calendar day at a site.

    `moment` has an offset or a zone of its own; `zones` gives the rules of an IANA time zone by its name, such as
    `zoneinfo.ZoneInfo`. Raises `NoTimeZone` for a site the study does not have, or one without a time zone, and
    `ValueError` for a moment without an offset.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset from UTC")
    found = next((each for each in study.identity.sites if each.id == site), None)
    if found is None:
        raise NoTimeZone(message("The study has no site {site}.", site=site))
    if found.time_zone is None:
        raise NoTimeZone(message("The site {site} has no time zone in the definition.", site=site))
    return moment.astimezone(zones(found.time_zone)).date()
