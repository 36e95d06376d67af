"""schedule.yaml: the schedule of activities: anchors, encounters (visits) with their windows, activities."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Id, Length, Offset, Part, Rule
from trialwright.terms.message import Text, message


class AnchorEvent(Part):
    """What sets a clock going in some arms (`arms` empty: in all).

    A dose names its interventions: any of them counts.
    """

    arms: tuple[Id, ...] = ()
    event: Literal["consent", "enrolment", "allocation", "first_dose", "last_dose"]
    interventions: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _names_its_dose(self) -> AnchorEvent:
        if self.event.endswith("_dose") != bool(self.interventions):
            raise Unfit(
                message(
                    "An anchor names interventions exactly when its event is a dose; here it is {event}.",
                    event=self.event,
                ),
                message("Add or delete `interventions`."),
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
    """A visit. An unscheduled one has no timing and may happen at any time."""

    id: Id
    title: Text
    description: Text | None = None
    epoch: Id | None = None
    type: Literal["scheduled", "unscheduled"] = "scheduled"
    mode: Literal["in_person", "remote"] = "in_person"
    timing: Timing | None = None

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

    `condition`: only where this rule holds.
    """

    id: Id
    title: Text
    description: Text | None = None
    encounters: Annotated[tuple[Id, ...], Field(min_length=1)]
    forms: tuple[Id, ...] = ()
    interventions: tuple[Id, ...] = ()
    condition: Rule | None = None


class ScheduleOfActivities(Part):
    """The whole of schedule.yaml. `study_day_1`: the anchor that is study day 1; there is no day 0."""

    study_day_1: Id
    anchors: Annotated[tuple[Anchor, ...], Field(min_length=1)]
    encounters: Annotated[tuple[Encounter, ...], Field(min_length=1)]
    activities: tuple[Activity, ...] = ()
