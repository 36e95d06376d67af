"""simulation.yaml: what a rehearsal assumes about people who do not exist. No part of the definition's version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Id, Length, Name, Number, Part, TimeZone, Unit, Whole, Words, YesNo
from trialwright.terms.message import Text, message


class Assumption(Part):
    """One figure: its value, unit ('1' for a pure number), and where it comes from or that it is invented."""

    value: Number
    unit: Words
    source: Words


class Course(Part):
    """How the results of a laboratory go in a rehearsal: from `start` to `settles`, nearing it by 1/e each `time`.

    `scale`: whether people (`between`) and visits (`within`) scatter by ratios, both then standard deviations of
    logarithms, or by differences in `unit`. `low`, `high`: what no result passes. `settles_in`: another level where
    people of an arm settle. `without_response`: what share of the way non-responders go.
    """

    unit: Unit
    start: Number
    settles: Number
    settles_in: Mapping[Id, Number] = Field(default_factory=dict)
    time: Length
    without_response: Number
    scale: Literal["ratio", "difference"]
    between: Number
    within: Number
    low: Number
    high: Number
    decimals: Whole
    source: Words


class Answer(Part):
    """What is answered on a form where the course of the disease does not say it: one of four.

    `value` as it would be typed (a number with its unit, a choice, true, a time, for a date the time since the visit
    such as -6 mo); `text` in words; `one_of` by chance, with weights; `whether: dosed` says whether something is given
    at the visit.
    """

    value: Words | None = None
    text: Text | None = None
    one_of: Mapping[Words, Number] | None = None
    whether: Literal["dosed"] | None = None
    source: Words

    @model_validator(mode="after")
    def _answers_once(self) -> Answer:
        if sum(given is not None for given in (self.value, self.text, self.one_of, self.whether)) != 1:
            raise Unfit(
                message("An answer has one of value, text, one_of and whether."),
                message("Keep one of them."),
                code="incomplete",
            )
        return self


class ScreenFailure(Part):
    """A reason why somebody who is screened does not join.

    `criterion`: the one that fails, because this is `found`, by concept: a result with its unit, an answer, for a
    disease or procedure the time since it began (-2 mo), for a medicine its daily dose. `weight`: how often among
    all reasons. `passes_again`: the share whose result is normal when it is repeated some days later. `sex`: whom it
    concerns, where not everybody.
    """

    id: Id
    criterion: Id
    found: Annotated[Mapping[Name, Words], Field(min_length=1)]
    weight: Number
    passes_again: Number = "0"
    sex: Literal["female", "male"] | None = None
    source: Words


class VirtualEvent(Part):
    """An adverse event that may happen in a rehearsal: how often among all, how grave, for about how many days.

    `suspected`: the interventions a physician would suspect.
    """

    id: Id
    term: Text
    weight: Number
    grade: Literal["1", "2", "3", "4"]
    infection: YesNo
    serious: YesNo
    days: Whole
    suspected: tuple[Id, ...] = ()
    source: Words


class LogEntry(Part):
    """An entry of a log that some people have when they join, such as a medicine taken for years."""

    id: Id
    form: Name
    share: Number
    answers: Annotated[Mapping[Words, Answer], Field(min_length=1)]
    source: Words


class RangeRow(Part):
    """A reference range of the rehearsal's laboratory, for adults of either sex or of one."""

    concept: Name
    unit: Unit
    low: Number
    high: Number
    sex: Literal["female", "male"] | None = None
    source: Words


class VirtualSite(Part):
    """A site of rehearsals of a study whose definition names none."""

    id: Id
    name: Text
    city: Text
    country: Words
    time_zone: TimeZone


class Amendment(Part):
    """A new version of the definition, `after` so long: only its note differs. Sites approve, people consent again."""

    after: Length
    note: Text


class SimulationPlan(Part):
    """The whole of simulation.yaml.

    `model`: which course of the disease; `parameters`: its assumptions and those about the conduct of the trial, by
    name; `arms`: what differs in an arm. `findings`: answers by concept; `answers`: by form.group.item. Changing
    anything here changes rehearsals, never the trial.
    """

    model: Literal["lupus_nephritis"]
    note: Text
    parameters: Mapping[Name, Assumption]
    arms: Mapping[Id, Mapping[Name, Assumption]] = Field(default_factory=dict)
    courses: Mapping[Name, Course] = Field(default_factory=dict)
    findings: Mapping[Name, Answer] = Field(default_factory=dict)
    answers: Mapping[Words, Answer] = Field(default_factory=dict)
    screen_failures: tuple[ScreenFailure, ...] = ()
    adverse_events: tuple[VirtualEvent, ...] = ()
    logs: tuple[LogEntry, ...] = ()
    ranges: tuple[RangeRow, ...] = ()
    sites: tuple[VirtualSite, ...] = ()
    amendment: Amendment | None = None

    def assumed(self, arm: str) -> dict[str, float]:
        """All assumptions of an arm as numbers; '' gives those of everybody."""
        merged = {**self.parameters, **self.arms.get(arm, {})}
        return {name: float(one.value) for name, one in merged.items()}
