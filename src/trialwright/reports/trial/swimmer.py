"""Everybody's course in a lane: how long followed, and what happened when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from trialwright.endpoints.follow_up import FollowUp, exact_day
from trialwright.endpoints.response import assess_response
from trialwright.record.participant import Participant
from trialwright.reports.document import Column, Says
from trialwright.reports.figures.swimmer import (
    MARKS,
    ArmLanes,
    Kind,
    Lane,
    Mark,
    Swimmer,
    draw_swimmer,
)
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import signed
from trialwright.reports.trial.sheet import Line, Sheet, Source, Trace, line, traced
from trialwright.reports.trial.weeks import WEEK
from trialwright.terms.message import Message, message

LANES = 30  # on a page


def write_swimmer(data: TrialData, sheet: Sheet) -> None:
    """Draw the lane of everybody whose treatment began, the longest first in each arm, on as many figures as needed."""
    lanes = []
    known: dict[str, Followed] = {}
    last = 0.0
    for arm in data.arms:
        own = [
            _follow_lane(data, one)
            for one in data.cohort.followed
            if one.participant.arm == arm.id and one.start
        ]
        own.sort(key=lambda each: (-each.lane.end, each.lane.participant))
        known |= {each.lane.participant: each for each in own}
        lanes.append(ArmLanes(arm.id, tuple(each.lane for each in own)))
        last = max([last, *(each.lane.end for each in own)])
    if not known:
        return
    step = 4 if last <= 60 else 13
    ticks = tuple(float(week) for week in range(0, int(last) + step + 1, step))
    whole = Swimmer(
        "swimmer",
        message("Course of every participant"),
        tuple(lanes),
        ticks,
        message("weeks since treatment began"),
        name_marks(data),
    )
    pages = whole.pages(LANES)
    for number, each in enumerate(pages, start=1):
        caption = (
            message("Course of every participant")
            if len(pages) == 1
            else message(
                "Course of every participant, part {number} of {total}", number=number, total=len(pages)
            )
        )
        sheet.figure(
            caption,
            draw_swimmer,
            each,
            columns=_COLUMNS,
            lines=[
                found
                for arm_lanes in each.arms
                for lane in arm_lanes.lanes
                for found in _lines(arm_lanes.arm, known[lane.participant], whole)
            ],
            heads=3,
            notes=(
                message(
                    "Responses as observed at every visit, in its window or not; the tables of the planned endpoints may count fewer."
                ),
            ),
        )


_COLUMNS = (
    Column("arm", message("Arm"), "text"),
    Column("participant", message("Participant"), "text"),
    Column("what", message("What"), "text"),
    Column("week", message("Weeks since treatment began"), "number", unit="wk"),
)

_MARKED: Mapping[str, Kind] = {
    "cr": "complete_response",
    "crr": "complete_response",
    "pr": "partial_response",
    "perr": "partial_response",
}
_PLAIN = ("cr", "pr")  # complete and partial response themselves


class Followed(NamedTuple):
    """A lane, with where its end and each of its marks come from."""

    lane: Lane
    end: Source
    marks: tuple[Source, ...]


def name_marks(data: TrialData) -> Mapping[Kind, Message]:
    """What the responses marked are called where the study's categories are not complete and partial response."""
    if not data.plan.responses:
        return {}
    response = data.plan.responses[0]
    reading = response.readings[response.chosen]
    return {
        _MARKED[each.id]: message("first: {category}", category=each.title)
        for each in reading.categories
        if each.id in _MARKED and each.id not in _PLAIN
    }


def _lines(arm: Says, followed: Followed, drawn: Swimmer) -> Iterator[Line]:
    """The numbers of a lane: how long it is, and when each mark stands."""
    lane = followed.lane
    until = message("follow-up continues") if lane.ongoing else message("end of follow-up")
    told: list[tuple[Says, float, Source]] = [(until, lane.end, followed.end)]
    told += [
        (drawn.word(mark.kind), mark.time, source)
        for mark, source in zip(lane.marks, followed.marks, strict=True)
    ]
    for what, week, source in told:
        trace = Trace(what, "recorded", "", (source,))
        yield line(arm, lane.participant, what, traced(week, trace, shown=signed(week, 2)))


def _follow_lane(data: TrialData, one: FollowUp) -> Followed:
    start = one.start
    assert start is not None  # noqa: S101  # the caller asks only those who began

    def week(day: date) -> float:
        return (day - start).days / WEEK

    participant = one.participant
    marks: list[tuple[Mark, Source]] = []
    reached: set[str] = set()
    for visit in one.treated if data.plan.responses else ():
        assessed = assess_response(one, visit.id)
        name = _MARKED.get(assessed.category.id) if assessed.category else None
        if assessed.category and name and name not in reached:
            reached.add(name)
            positions = tuple(sorted({*assessed.positions, visit.position}))
            facts = tuple(fact.fact for fact in assessed.facts)
            source = Source(one.id, assessed.category.title, visit.day.isoformat(), positions, facts)
            marks.append((Mark(week(visit.day), name), source))
    for text, kind, position in _happenings(participant):
        day = exact_day(text)
        if day is not None and day >= start:
            source = Source(one.id, MARKS[kind][0], text, (position,))
            marks.append((Mark(week(day), kind), source))
    end = one.ended.day if one.ended else max([visit.day for visit in one.visits], default=one.on)
    lane = Lane(participant.id, 0.0, max(week(end), 0.0), one.ended is None, tuple(mark for mark, _ in marks))
    return Followed(lane, _end_source(one, end), tuple(source for _, source in marks))


def _happenings(participant: Participant) -> Iterator[tuple[str, Kind, int]]:
    """What is marked of a participant beside the responses: its date as entered, the mark, the ledger event."""
    for rescue in participant.rescues:
        yield rescue.date, "rescue", rescue.position
    for stop in participant.discontinuations:
        yield stop.date, "stop", stop.position
    for event in participant.adverse_events:
        yield event.current.start, "adverse_event", event.current.position
    for left in (participant.withdrawn, participant.lost):
        if left:
            yield left.date, "left", left.position
    if participant.died:
        yield participant.died.date, "death", participant.died.position


def _end_source(one: FollowUp, end: date) -> Source:
    """What a lane ends with: the event that ended it, or the last visit."""
    turns = (one.participant.died, one.participant.withdrawn, one.participant.lost, one.participant.completed)
    ended = [turn.position for turn in turns if turn] if one.ended else []
    held = [visit.position for visit in one.visits if visit.day == end]
    consent = [consent.position for consent in one.participant.consents[:1]]
    return Source(one.id, end.isoformat(), "", tuple(sorted({*(ended or held or consent)})))
