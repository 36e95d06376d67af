"""The visits of a participant: when each is due, in which window, and how it stands on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from trialwright.conduct.clocks import planned_study_day
from trialwright.record.participant import Participant, Visit
from trialwright.study.anchors import AnchorDay, derive_anchors
from trialwright.study.model import Study
from trialwright.study.schedule import Encounter, ScheduleOfActivities
from trialwright.study.visit_window import Window, compute_window
from trialwright.terms.dates import FIRST_DAY, Days, UnreadableDate, parse_date
from trialwright.terms.message import Message, message

Status = Literal[
    "waits", "not_yet_due", "open", "due", "late", "missed", "done", "done_outside_window", "ended"
]

STATUSES: Mapping[Status, Message] = {
    "waits": message("waits for an anchor"),
    "not_yet_due": message("not yet due"),
    "open": message("open: its window has begun"),
    "due": message("due: its planned day has come"),
    "late": message("late: its window is over and nothing is recorded"),
    "missed": message("recorded as missed"),
    "done": message("done"),
    "done_outside_window": message("done outside its window"),
    "ended": message("no longer due: the participant's course has ended"),
}
"""How a visit may stand, and what that means."""

TO_DO: frozenset[Status] = frozenset({"open", "due", "late"})


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One encounter of a participant as it stands on a day.

    `id` is that of the visit (unscheduled ones are counted). `window` None: not known yet, and `waits_for` says what
    it waits for; unscheduled visits have none. `visit`: what took place or was missed. `deviation`: the sentence of a
    visit outside its window. `because`: positions in the ledger of the events that the days and the status rest on.
    """

    id: str
    encounter: Encounter
    status: Status
    window: Window | None = None
    waits_for: Message | None = None
    visit: Visit | None = None
    deviation: Message | None = None
    planned_study_day: int | None = None
    because: tuple[int, ...] = ()


class End(NamedTuple):
    """The day on which a participant's course ended (the first it may have been), and why."""

    day: date
    why: Message
    position: int


def visit_id(encounter: Encounter, participant: Participant) -> str:
    """Give the id of the next visit of an encounter: its own, for unscheduled ones with the next number."""
    if encounter.type == "scheduled":
        return encounter.id
    count = sum(1 for visit in participant.visits if visit.encounter == encounter.id)
    gone = {each.target for each in participant.taken_back if each.target.startswith("visit/")}
    count += sum(1 for each in gone if each.removeprefix("visit/").rpartition("-")[0] == encounter.id)
    return f"{encounter.id}-{count + 1}"


def derive_end(participant: Participant) -> End | None:
    """Give the earliest of death, withdrawal of consent, loss to follow-up and completion; None while none is recorded.

    A date that is incomplete, missing or masked ends the course on the first day it may mean: nobody is called to a
    visit after a death whose day is not known.
    """
    turns = (
        (participant.died, message("death")),
        (participant.withdrawn, message("withdrawal of consent")),
        (participant.lost, message("loss to follow-up")),
        (participant.completed, message("completion of the study")),
    )
    ends = [End(_days(turn.date).first, why, turn.position) for turn, why in turns if turn is not None]
    return min(ends, key=lambda end: end.day) if ends else None


def plan_visits(study: Study, participant: Participant, *, on: date) -> tuple[PlannedVisit, ...]:
    """Plan every scheduled visit of a participant as it stands on a day, then list the unscheduled ones there were.

    `on`: the calendar day at the site. A study without a schedule plans nothing. After death, withdrawal, loss or
    completion nothing is due any more; a visit whose window was over by then and of which nothing is recorded stays
    late, because somebody still has to say what became of it.
    """
    if study.schedule is None:
        return ()
    anchors, end = derive_anchors(study, participant), derive_end(participant)
    if end is not None and end.day > on:
        end = None
    planned = [
        _planned(encounter, study.schedule, participant, anchors, end, on)
        for encounter in study.schedule.encounters
        if encounter.type == "scheduled"
    ]
    return (*planned, *_unscheduled(study.schedule, participant))


def find_deviations(study: Study, participant: Participant, *, on: date) -> tuple[PlannedVisit, ...]:
    """Find the visits that took place outside their windows; each is a deviation."""
    return tuple(each for each in plan_visits(study, participant, on=on) if each.deviation is not None)


def _planned(
    encounter: Encounter,
    schedule: ScheduleOfActivities,
    participant: Participant,
    anchors: Mapping[str, AnchorDay],
    end: End | None,
    on: date,
) -> PlannedVisit:
    visit = next((each for each in reversed(participant.visits) if each.encounter == encounter.id), None)
    anchor = anchors[encounter.timing.anchor] if encounter.timing else None
    window = None
    if encounter.timing and anchor and anchor.day:
        window = compute_window(encounter.timing, anchor.day)
    deviation = _outside(encounter, visit, window) if visit and window else None
    status = _status(visit, window, end, on, outside=deviation is not None)
    because = (*(anchor.because if anchor else ()), *((visit.position,) if visit else ()))
    if status == "ended" and end is not None:
        because = (*because, end.position)
    return PlannedVisit(
        encounter.id,
        encounter,
        status,
        window=window,
        waits_for=anchor.waits_for if anchor else None,
        visit=visit,
        deviation=deviation,
        planned_study_day=planned_study_day(schedule, encounter),
        because=because,
    )


def _status(
    visit: Visit | None, window: Window | None, end: End | None, on: date, *, outside: bool
) -> Status:
    if visit is not None:
        return "missed" if visit.missed else "done_outside_window" if outside else "done"
    if end is not None and (window is None or window.last >= end.day):
        return "ended"
    if window is None:
        return "waits"
    if on > window.last:
        return "late"
    if on < window.first:
        return "not_yet_due"
    return "due" if window.due is not None and on >= window.due else "open"


def _outside(encounter: Encounter, visit: Visit, window: Window) -> Message | None:
    """The sentence of a visit that certainly lies outside its window; a missed one lies nowhere."""
    if visit.missed:
        return None
    days = _days(visit.date)
    if days.last < window.first:
        count = (window.first - days.last).days
        return message(
            "{visit} took place on {day}, {count} day before its window ({first} to {last})."
            if count == 1
            else "{visit} took place on {day}, {count} days before its window ({first} to {last}).",
            visit=encounter.title,
            day=visit.date,
            count=count,
            first=window.first,
            last=window.last,
        )
    if days.first > window.last:
        count = (days.first - window.last).days
        return message(
            "{visit} took place on {day}, {count} day after its window ({first} to {last})."
            if count == 1
            else "{visit} took place on {day}, {count} days after its window ({first} to {last}).",
            visit=encounter.title,
            day=visit.date,
            count=count,
            first=window.first,
            last=window.last,
        )
    return None


def _unscheduled(schedule: ScheduleOfActivities, participant: Participant) -> list[PlannedVisit]:
    encounters = {each.id: each for each in schedule.encounters if each.type == "unscheduled"}
    return [
        PlannedVisit(visit.id, encounters[visit.encounter], "done", visit=visit, because=(visit.position,))
        for visit in participant.visits
        if visit.encounter in encounters
    ]


def _days(text: str) -> Days:
    try:
        return parse_date(text)
    except UnreadableDate:
        return Days(FIRST_DAY, date.max)
