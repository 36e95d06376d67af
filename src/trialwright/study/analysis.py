"""analysis.yaml: the analysis plan: baseline, responses, analysis sets, estimands (ICH E9 R1), methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Id, Length, Name, Number, Part, Rule, Whole, Words
from trialwright.terms.message import Text, message


class ResponseCategory(Part):
    """One category of a response; the first of the list whose rule holds is the answer.

    The last may have no rule: it is what is left.
    """

    id: Id
    title: Text
    rule: Rule | None = None


class ResponseReading(Part):
    """One published or declared way to judge response."""

    title: Text | None = None
    because: Text
    categories: Annotated[tuple[ResponseCategory, ...], Field(min_length=2)]
    flags: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _only_the_last_is_otherwise(self) -> ResponseReading:
        for category in self.categories[:-1]:
            if category.rule is None:
                raise Unfit(
                    message("The category {id} has no rule but is not the last.", id=category.id),
                    message("Give it a rule; only the last category may be what is left."),
                    code="incomplete",
                )
        return self


class Response(Part):
    """A judgement at a visit, with all the readings kept side by side and the chosen one named.

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


class AnalysisSet(Part):
    """Who is analysed: everyone for whom `rule` holds; grouped by the arm allocated or by what was taken."""

    id: Id
    title: Text
    description: Text
    rule: Rule | None = None
    grouped_by: Literal["allocated", "received"]


class IntercurrentEvent(Part):
    """What may happen after treatment began and changes what the endpoint means."""

    id: Id
    title: Text
    description: Text | None = None
    rule: Rule | None = None


class Strategy(Part):
    """How an estimand deals with an intercurrent event."""

    event: Id
    strategy: Literal[
        "treatment_policy", "composite", "hypothetical", "while_on_treatment", "principal_stratum"
    ]


class Estimand(Part):
    """Exactly what is estimated: arms, population, endpoint, intercurrent events, summary (ICH E9 R1)."""

    id: Id
    title: Text
    level: Literal["primary", "secondary", "sensitivity", "exploratory"]
    endpoint: Id
    response: Id | None = None
    categories: tuple[Id, ...] = ()
    population: Id
    arms: tuple[Id, ...]
    encounter: Id | None = None
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


class AnalysisMethod(Part):
    """A method applied to estimands. `parameters`: its settings by name, as text."""

    id: Id
    title: Text
    estimands: tuple[Id, ...] = ()
    method: Name
    role: Literal["main", "sensitivity", "supplementary", "descriptive"]
    parameters: Mapping[Name, Words] = Field(default_factory=dict)
    source: Words | None = None


class SampleSize(Part):
    """How many participants per arm are planned, and on which assumption."""

    planned: Whole
    assumption: Text


class AnalysisPlan(Part):
    """The whole of analysis.yaml. `alpha` is two-sided."""

    alpha: Number
    sample_size: SampleSize | None = None
    baseline: Baseline | None = None
    responses: tuple[Response, ...] = ()
    sets: Annotated[tuple[AnalysisSet, ...], Field(min_length=1)]
    intercurrent_events: tuple[IntercurrentEvent, ...] = ()
    estimands: tuple[Estimand, ...] = ()
    methods: tuple[AnalysisMethod, ...] = ()
