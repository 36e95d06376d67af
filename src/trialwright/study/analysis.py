"""analysis.yaml: the analysis plan: baseline, responses, analysis sets, estimands (ICH E9 R1), methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Id, Length, Name, Number, Part, Rule, Whole, Words
from trialwright.terms.message import Text, message

Worse = Literal["high", "low"]


class Component(Part):
    """One of the conditions that a category joins by "and"."""

    id: Id
    title: Text
    rule: Rule


class ResponseCategory(Part):
    """One category of a response; the first of the list that holds is the answer.

    It holds where its `rule` does, or all of its `components` do. The last may have neither: it is what is left.
    """

    id: Id
    title: Text
    rule: Rule | None = None
    components: tuple[Component, ...] = ()

    @model_validator(mode="after")
    def _has_one_condition(self) -> ResponseCategory:
        if self.rule is not None and self.components:
            raise Unfit(
                message("The category {id} has a rule and components.", id=self.id),
                message('Keep one of them; the components are joined by "and".'),
                code="incomplete",
            )
        return self

    @property
    def is_what_is_left(self) -> bool:
        """Whether it holds where no category before it does."""
        return self.rule is None and not self.components


class ResponseReading(Part):
    """One published or declared way to judge response. `flags`: what must be said wherever it is used."""

    title: Text | None = None
    because: Text
    source: Words | None = None
    categories: Annotated[tuple[ResponseCategory, ...], Field(min_length=2)]
    flags: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _only_the_last_is_otherwise(self) -> ResponseReading:
        for category in self.categories[:-1]:
            if category.is_what_is_left:
                raise Unfit(
                    message("The category {id} has no rule but is not the last.", id=category.id),
                    message("Give it a rule; only the last category may be what is left."),
                    code="incomplete",
                )
        return self


class Response(Part):
    """A judgement at a visit, with all the readings kept side by side and the chosen one named.

    Categories go from better to worse. Rules without a window of their own read the results of the visit judged;
    `several_results`: which of several results of one visit counts.
    """

    id: Id
    title: Text
    endpoints: tuple[Id, ...] = ()
    several_results: Literal["latest", "first", "worst_for_response"]
    chosen: Name
    readings: Annotated[Mapping[Name, ResponseReading], Field(min_length=1)]


class BaselineReading(Part):
    """One way to find the baseline value: the latest on or before an anchor day, within a length of time."""

    because: Text
    anchor: Id
    not_older_than: Length


class Baseline(Part):
    """Which value counts as baseline."""

    chosen: Name
    readings: Annotated[Mapping[Name, BaselineReading], Field(min_length=1)]


class Measure(Part):
    """A number followed over the visits, such as the change of a result from baseline.

    `number` is written like one side of a comparison. `worse`: the direction that is worse for the participant, which
    decides which of several results of one visit counts.
    """

    id: Id
    title: Text
    endpoints: tuple[Id, ...] = ()
    number: Rule
    worse: Worse


class Covariate(Part):
    """A number known at baseline that a model adjusts for. `scale`: as it is, or its natural logarithm."""

    id: Id
    title: Text
    number: Rule
    worse: Worse
    scale: Literal["as_is", "log"]


class RelapseEvent(Part):
    """One way in which a response is lost."""

    id: Id
    title: Text
    source: Words | None = None
    rule: Rule


class Relapse(Part):
    """Losing a response: after a visit in one of the categories `after`, the first later visit with one of the events.

    Rules read the visit judged, and the visits since the response by `before=in_response`.
    """

    id: Id
    title: Text
    endpoints: tuple[Id, ...] = ()
    response: Id
    after: Annotated[tuple[Id, ...], Field(min_length=1)]
    events: Annotated[tuple[RelapseEvent, ...], Field(min_length=1)]


class Occurrence(Part):
    """Something that happens or does not: the first day after an anchor's day on which its rule holds.

    `counts_from`: the day of the anchor itself, or the day after it.
    """

    id: Id
    title: Text
    endpoints: tuple[Id, ...] = ()
    rule: Rule
    after: Id
    counts_from: Literal["same_day", "next_day"]


class ReceivedArm(Part):
    """Which arm a participant was treated as; the first of the list whose rule holds. The last may have no rule.

    Where none holds it is the arm allocated: a blinded product is taken to be that of the arm.
    """

    arm: Id
    rule: Rule | None = None


class AnalysisSet(Part):
    """Who is analysed: everyone for whom `rule` holds; grouped by the arm allocated or by what was taken."""

    id: Id
    title: Text
    description: Text
    rule: Rule | None = None
    grouped_by: Literal["allocated", "received"]


class IntercurrentEvent(Part):
    """What may happen after treatment began and changes what the endpoint means.

    With a rule: the first day after the day of the anchor `after` on which the rule holds. Without: that there is no
    answer where the estimand asks for one (a missing visit, or one that leaves the answer open).
    """

    id: Id
    title: Text
    description: Text | None = None
    rule: Rule | None = None
    after: Id | None = None
    counts_from: Literal["same_day", "next_day"] | None = None

    @model_validator(mode="after")
    def _begins_somewhere(self) -> IntercurrentEvent:
        if not (self.rule is None) == (self.after is None) == (self.counts_from is None):
            raise Unfit(
                message(
                    "The intercurrent event {id} has a rule without a beginning, or the reverse.", id=self.id
                ),
                message("Write `rule` with `after` and `counts_from`, or none of them."),
                code="incomplete",
            )
        return self


class Strategy(Part):
    """How an estimand deals with an intercurrent event.

    `worst_case`, `best_case`: no answer counts against, or for, the experimental arms, and the other way in the others.
    """

    event: Id
    strategy: Literal[
        "treatment_policy",
        "composite",
        "hypothetical",
        "while_on_treatment",
        "principal_stratum",
        "worst_case",
        "best_case",
    ]


BINARY = ("risk_difference", "risk_ratio", "odds_ratio", "proportion")
"""The summaries of an answer that is yes or no."""


SAFETY_SET = "safety"
"""The id of the analysis set by which safety is shown."""


class Estimand(Part):
    """Exactly what is estimated: arms, population, endpoint, intercurrent events, summary (ICH E9 R1).

    Of `response` (with its `categories`), `measure`, `relapse` and `occurrence` one says what is derived. `reading` and
    `baseline`: another reading than the chosen one. `counted`: the status at the encounter, or whether it was so at
    any visit up to it. `outside_window`: whether a visit of the encounter outside its window is used.
    """

    id: Id
    title: Text
    level: Literal["primary", "secondary", "sensitivity", "exploratory"]
    endpoint: Id
    response: Id | None = None
    reading: Name | None = None
    categories: tuple[Id, ...] = ()
    measure: Id | None = None
    relapse: Id | None = None
    occurrence: Id | None = None
    baseline: Name | None = None
    population: Id
    arms: tuple[Id, ...]
    encounter: Id | None = None
    counted: Literal["at_encounter", "up_to_encounter"] | None = None
    outside_window: Literal["used", "not_used"] | None = None
    intercurrent_events: tuple[Strategy, ...] = ()
    summary: Literal[
        "risk_difference",
        "risk_ratio",
        "odds_ratio",
        "survival_curve",
        "hazard_ratio",
        "mean_difference",
        "proportion",
        "mean",
        "count",
    ]

    @model_validator(mode="after")
    def _says_what_is_derived(self) -> Estimand:
        given = [each for each in (self.response, self.measure, self.relapse, self.occurrence) if each]
        if len(given) > 1:
            raise Unfit(
                message("The estimand {id} is about several things.", id=self.id),
                message("Keep one of response, measure, relapse and occurrence."),
                code="incomplete",
            )
        if (self.response is None) != (not self.categories) or (self.reading and not self.response):
            raise Unfit(
                message("The estimand {id} needs a response with categories, or neither.", id=self.id),
                message("Write both, or leave out `categories` and `reading`."),
                code="incomplete",
            )
        if given and None in (self.encounter, self.counted, self.outside_window):
            raise Unfit(
                message("The estimand {id} does not say when it is judged.", id=self.id),
                message("Write `encounter`, `counted` and `outside_window`."),
                code="incomplete",
            )
        if self.measure and self.counted != "at_encounter":
            raise Unfit(
                message("The measure of the estimand {id} is taken at one encounter.", id=self.id),
                message("Write `counted: at_encounter`."),
                code="incomplete",
            )
        return self


class AnalysisMethod(Part):
    """A method applied to estimands. `parameters`: its settings by name, as text. `covariates`: those of the plan."""

    id: Id
    title: Text
    estimands: tuple[Id, ...] = ()
    method: Name
    role: Literal["main", "sensitivity", "supplementary", "descriptive"]
    covariates: tuple[Id, ...] = ()
    parameters: Mapping[Name, Words] = Field(default_factory=dict)
    source: Words | None = None


class SampleSize(Part):
    """How many participants per arm are planned, and on which assumption."""

    planned: Whole
    assumption: Text


class AnalysisPlan(Part):
    """The whole of analysis.yaml. `alpha` is two-sided. `definitions`: named parts of the rules of this file."""

    alpha: Number
    sample_size: SampleSize | None = None
    definitions: Mapping[Name, Rule] = Field(default_factory=dict)
    baseline: Baseline | None = None
    responses: tuple[Response, ...] = ()
    measures: tuple[Measure, ...] = ()
    covariates: tuple[Covariate, ...] = ()
    relapses: tuple[Relapse, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    received: tuple[ReceivedArm, ...] = ()
    sets: Annotated[tuple[AnalysisSet, ...], Field(min_length=1)]
    intercurrent_events: tuple[IntercurrentEvent, ...] = ()
    estimands: tuple[Estimand, ...] = ()
    methods: tuple[AnalysisMethod, ...] = ()

    @model_validator(mode="after")
    def _says_who_received_what(self) -> AnalysisPlan:
        for one in self.received[:-1]:
            if one.rule is None:
                raise Unfit(
                    message("The arm {arm} has no rule but is not the last.", arm=one.arm),
                    message("Give it a rule; only the last one may be what is left."),
                    code="incomplete",
                )
        if not self.received and any(each.grouped_by == "received" for each in self.sets):
            raise Unfit(
                message(
                    "A set is grouped by the treatment received, but the plan does not say how that is told."
                ),
                message("Write `received`."),
                code="incomplete",
            )
        return self
