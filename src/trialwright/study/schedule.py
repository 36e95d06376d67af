"""schedule.yaml: the schedule of activities: anchors, clocks, encounters (visits) with their windows, activities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Id, Length, Offset, Part, Rule
from trialwright.terms.dates import Length as CalendarLength
from trialwright.terms.dates import add_days, add_months, parse_length
from trialwright.terms.message import Message, Text, message

_FIXED = ("d", "wk")


class SignedLength(NamedTuple):
    """A length of time with its direction: 1 after, -1 before."""

    sign: int
    length: CalendarLength

    def after(self, day: date) -> date:
        """The day so much later (earlier) than another."""
        if self.sign < 0:
            return self.length.before(day)
        if self.length.unit in _FIXED:
            return add_days(day, self.length.days)
        return add_months(day, self.length.count * (12 if self.length.unit == "a" else 1))


def parse_offset(text: str) -> SignedLength:
    """Read an offset such as `2 wk` or `-28 d`; raises `ValueError` for anything else."""
    return SignedLength(-1 if text.startswith("-") else 1, parse_length(text.lstrip("+-")))


class AnchorEvent(Part):
    """What sets a clock going in some arms (`arms` empty: in all).

    A dose names its interventions: any of them counts; `prior_care` says whether doses given before consent, and only
    on record, count too. `course_start`: the first day of the last course, doses not more than `gap` apart being one
    course. `before`: only doses before the day of this anchor count, while it is not known all of them.
    """

    arms: tuple[Id, ...] = ()
    event: Literal["consent", "enrolment", "allocation", "first_dose", "last_dose", "course_start"]
    interventions: tuple[Id, ...] = ()
    prior_care: Literal["counts", "ignored"] | None = None
    gap: Length | None = None
    before: Id | None = None

    @property
    def of_doses(self) -> bool:
        """Whether doses set the day."""
        return self.event in ("first_dose", "last_dose", "course_start")

    @model_validator(mode="after")
    def _names_its_dose(self) -> AnchorEvent:
        if self.of_doses != bool(self.interventions):
            raise Unfit(
                message(
                    "An anchor names interventions exactly when its event is a dose; here it is {event}.",
                    event=self.event,
                ),
                message("Add or delete `interventions`."),
                code="incomplete",
            )
        if self.of_doses != (self.prior_care is not None) or (self.before and not self.of_doses):
            raise Unfit(
                message(
                    "An anchor says whether prior care counts exactly when its event is a dose; here it is {event}.",
                    event=self.event,
                ),
                message(
                    "Add `prior_care: counts` or `prior_care: ignored`; only doses have it, and `before`."
                ),
                code="incomplete",
            )
        fixed = self.gap is not None and self.gap.partition(" ")[2] in _FIXED
        if (self.event == "course_start") != (self.gap is not None) or (self.gap and not fixed):
            raise Unfit(
                message("A course, and nothing else, needs to know how many days apart its doses may be."),
                message("Write `gap` in d or wk, such as `gap: 3 d`, with course_start only."),
                code="incomplete",
            )
        return self


class Anchor(Part):
    """A named day from which other days are counted."""

    id: Id
    title: Text
    description: Text | None = None
    events: Annotated[tuple[AnchorEvent, ...], Field(min_length=1)]


class Timing(Part):
    """When an encounter is due, counted from an anchor.

    Either `at` with the window `before` and `after` around it, or the limits `earliest` and `latest`. Both
    ends of a window are included; offsets in days and weeks are exact days.
    """

    anchor: Id
    at: Offset | None = None
    before: Length | None = None
    after: Length | None = None
    earliest: Offset | None = None
    latest: Offset | None = None

    @model_validator(mode="after")
    def _is_a_day_or_a_span(self) -> Timing:
        day = self.at is not None and self.earliest is None and self.latest is None
        span = self.at is self.before is self.after is None and None not in (self.earliest, self.latest)
        if not (day or span):
            raise Unfit(
                message("The timing is neither a day with its window nor a span."),
                message("Give `at` (with `before` and `after`), or `earliest` and `latest`."),
                code="incomplete",
            )
        return self


class Encounter(Part):
    """A visit. An unscheduled one has no timing and may happen at any time.

    `day_of`: the anchor whose day this visit is if all goes to plan, such as the visit of the first dose.
    """

    id: Id
    title: Text
    description: Text | None = None
    epoch: Id | None = None
    type: Literal["scheduled", "unscheduled"] = "scheduled"
    mode: Literal["in_person", "remote"] = "in_person"
    timing: Timing | None = None
    day_of: Id | None = None

    @model_validator(mode="after")
    def _is_due_or_not(self) -> Encounter:
        if (self.type == "scheduled") != (self.timing is not None):
            raise Unfit(
                message(
                    "The encounter {id} is {type}; that does not fit its timing.", id=self.id, type=self.type
                ),
                message("A scheduled encounter has `timing`, an unscheduled one has none."),
                code="incomplete",
            )
        return self


class Activity(Part):
    """What is done at some encounters: forms that are filled in, interventions that are given.

    `arms`: only in these (empty: in all). `condition`: only where this rule holds.
    """

    id: Id
    title: Text
    description: Text | None = None
    encounters: Annotated[tuple[Id, ...], Field(min_length=1)]
    arms: tuple[Id, ...] = ()
    forms: tuple[Id, ...] = ()
    interventions: tuple[Id, ...] = ()
    condition: Rule | None = None


class Clock(Part):
    """A way to number the weeks, counted from an anchor (week 0 is its day).

    `planned`: where other anchors stand on this clock if all goes to plan, so that a visit counted from one of them
    has a planned week here too.
    """

    id: Id
    title: Text
    description: Text | None = None
    anchor: Id
    planned: Mapping[Id, Offset] = {}

    def planned_day(self, encounter: Encounter) -> int | None:
        """How many days after this clock's anchor an encounter is planned; None where the definition does not say."""
        timing = encounter.timing
        anchor, at = (timing.anchor, timing.at) if timing else ("", None)
        if encounter.day_of:
            anchor, at = encounter.day_of, "0 d"
        offset = "0 d" if anchor == self.anchor else self.planned.get(anchor)
        parts = [parse_offset(text) for text in (at, offset) if text is not None]
        if len(parts) < 2 or any(part.length.unit not in _FIXED for part in parts):
            return None
        return sum(part.sign * part.length.days for part in parts)


class ScheduleOfActivities(Part):
    """The whole of schedule.yaml. `study_day_1`: the anchor that is study day 1; there is no day 0."""

    study_day_1: Id
    anchors: Annotated[tuple[Anchor, ...], Field(min_length=1)]
    clocks: tuple[Clock, ...] = ()
    encounters: Annotated[tuple[Encounter, ...], Field(min_length=1)]
    activities: tuple[Activity, ...] = ()

    @model_validator(mode="after")
    def _anchors_have_a_beginning(self) -> ScheduleOfActivities:
        waits = {
            anchor.id: {event.before for event in anchor.events if event.before} for anchor in self.anchors
        }
        for start in waits:
            reached, waiting = set[str](), set(waits[start])
            while waiting:
                name = waiting.pop()
                reached.add(name)
                waiting |= waits.get(name, set()) - reached
            if start in reached:
                raise Unfit(
                    message("The anchor {id} waits for itself.", id=start),
                    message("Break the circle of `before`."),
                    code="incomplete",
                )
        return self


def visit_title(schedule: ScheduleOfActivities | None, visit: str, encounter: str) -> Message | Text | str:
    """What a visit is called: by its encounter, unscheduled ones with their number; its id where there is no such encounter."""
    encounters = schedule.encounters if schedule else ()
    title = next((each.title for each in encounters if each.id == encounter), None)
    if title is None:
        return visit
    number = visit.removeprefix(encounter).lstrip("-")
    return message("{visit} {number}", visit=title, number=number) if number else title
