"""The rules of analysis.yaml, ready to be judged: responses, measures, relapses, events, sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import NamedTuple, TypeVar

from trialwright.logic import nodes as n
from trialwright.logic.direction import aim, toward
from trialwright.study import grammar as g
from trialwright.study.analysis import (
    AnalysisPlan,
    AnalysisSet,
    Component,
    Covariate,
    Estimand,
    IntercurrentEvent,
    Measure,
    Occurrence,
    ReceivedArm,
    Relapse,
    RelapseEvent,
    Response,
    ResponseCategory,
    ResponseReading,
)
from trialwright.study.criteria import Scope
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.model import Study
from trialwright.study.occasions import IN_RESPONSE, VISIT_WINDOW
from trialwright.study.places import Path
from trialwright.study.rules import DIRECTIONS, concepts_of, rebuild, rule_problem, rule_scope
from trialwright.terms.dates import Length
from trialwright.terms.kept import Kept

_FILE = "analysis.yaml"
_Found = TypeVar("_Found")
_Node = TypeVar("_Node", bound=n.Node)


_THE_DAY = n.Window(Length(0, "d"))


class ComponentRule(NamedTuple):
    """One of the conditions that a category joins; `component` None where the category is one rule."""

    component: Component | None
    condition: n.Condition


class CategoryRule(NamedTuple):
    """A category with its condition (None: what is left), the parts it joins, and the concepts it reads."""

    category: ResponseCategory
    condition: n.Condition | None
    components: tuple[ComponentRule, ...]
    concepts: frozenset[str]


class ReadingRules(NamedTuple):
    """One reading of a response: its categories from better to worse."""

    name: str
    reading: ResponseReading
    categories: tuple[CategoryRule, ...]

    @property
    def asked(self) -> frozenset[str]:
        """The intercurrent events for which the rules of this reading ask themselves, by id."""
        return _asked(category.condition for category in self.categories)


class ResponseRules(NamedTuple):
    """A response with all its readings."""

    response: Response
    readings: Mapping[str, ReadingRules]

    def reading(self, name: str | None = None) -> ReadingRules:
        """A reading (None: the chosen one); raises `KeyError`."""
        return self.readings[name or self.response.chosen]


class MeasureRule(NamedTuple):
    """A measure with its number and unit."""

    measure: Measure
    number: n.Number
    unit: str


class CovariateRule(NamedTuple):
    """A covariate with its number and unit."""

    covariate: Covariate
    number: n.Number
    unit: str


class RelapseRules(NamedTuple):
    """A relapse with the conditions of its events."""

    relapse: Relapse
    events: tuple[tuple[RelapseEvent, n.Condition], ...]


class EventRule(NamedTuple):
    """An intercurrent event or an occurrence with its condition; None: no answer where one is asked for."""

    event: IntercurrentEvent | Occurrence
    condition: n.Condition | None
    concepts: frozenset[str]


class ReceivedRule(NamedTuple):
    """An arm with the condition of having been treated so; None: what is left."""

    received: ReceivedArm
    condition: n.Condition | None


class SetRule(NamedTuple):
    """An analysis set with its condition; None: everyone."""

    set: AnalysisSet
    condition: n.Condition | None


@dataclass(frozen=True)
class LoweredPlan:
    """All rules of the plan, by id, with one reading of the baseline."""

    baseline: str | None
    responses: Mapping[str, ResponseRules]
    measures: Mapping[str, MeasureRule]
    covariates: Mapping[str, CovariateRule]
    relapses: Mapping[str, RelapseRules]
    occurrences: Mapping[str, EventRule]
    events: Mapping[str, EventRule]
    received: tuple[ReceivedRule, ...]
    sets: Mapping[str, SetRule]

    @cached_property
    def asked(self) -> tuple[EventRule, ...]:
        """The intercurrent events that rules about a visit ask for."""
        ids = _asked(condition for relapse in self.relapses.values() for _, condition in relapse.events)
        for response in self.responses.values():
            ids = ids.union(*(reading.asked for reading in response.readings.values()))
        return tuple(rule for id, rule in self.events.items() if id in ids)


@dataclass(frozen=True)
class AnalysisRules:
    """The analysis plan of a study, lowered once for each reading of its baseline; `chosen` is the declared one.

    `kept`: what was read out of the plan before.
    """

    study: Study
    plan: AnalysisPlan
    by_baseline: Mapping[str | None, LoweredPlan]
    kept: Kept = field(init=False, default_factory=Kept, repr=False, compare=False)

    @property
    def chosen(self) -> LoweredPlan:
        """The rules with the declared baseline."""
        return self.by_baseline[self.plan.baseline.chosen if self.plan.baseline else None]

    def of(self, estimand: Estimand) -> LoweredPlan:
        """The rules with the baseline that an estimand names."""
        return self.by_baseline[estimand.baseline] if estimand.baseline else self.chosen

    @cached_property
    def estimands(self) -> Mapping[str, Estimand]:
        """The estimands by id."""
        return {estimand.id: estimand for estimand in self.plan.estimands}


def lower_analysis(study: Study) -> AnalysisRules:
    """Lower every rule of analysis.yaml; raises `StudyInvalid` with every rule that cannot be understood.

    Raises `ValueError` for a study without an analysis plan. Of several results of one day, or of one visit, the one
    worst for the participant counts: for a response the one that makes the better category less likely.
    """
    plan = study.analysis
    if plan is None:
        raise ValueError(f"the study {study.id} has no analysis plan")
    names: tuple[str | None, ...] = tuple(plan.baseline.readings) if plan.baseline else (None,)
    lowered: dict[str | None, LoweredPlan] = {}
    problems: list[Problem] = []
    for name in names:
        one = _Lowering(study, plan, name)
        lowered[name] = one.plan()
        problems += [problem for problem in one.problems if problem not in problems]
    if problems:
        raise StudyInvalid(tuple(problems))
    return AnalysisRules(study, plan, lowered)


def response_scope(study: Study, baseline: str | None = None) -> Scope:
    """What rules about a visit may use: results count for the visit judged, and the visits in response have a name.

    They may ask whether an intercurrent event came before. A recorded "no" counts on its own day: one said at screening of the months before says nothing about doses since.
    """
    return rule_scope(
        study,
        results=VISIT_WINDOW,
        answers=_THE_DAY,
        baseline=baseline,
        definitions=study.analysis.definitions if study.analysis else None,
        days=frozenset({IN_RESPONSE}),
        events=frozenset(each.id for each in study.analysis.intercurrent_events if each.rule)
        if study.analysis
        else frozenset(),
    )


def event_scope(study: Study) -> Scope:
    """What rules about events and analysis sets may use; they say themselves which time counts.

    A recorded "no" counts on its own day: one said before an event does not contradict it.
    """
    return rule_scope(
        study, answers=_THE_DAY, definitions=study.analysis.definitions if study.analysis else None
    )


class _Lowering:
    """One pass over the plan with one reading of the baseline; collects what cannot be understood."""

    def __init__(self, study: Study, plan: AnalysisPlan, baseline: str | None) -> None:
        self.study, self.analysis, self.baseline = study, plan, baseline
        self.visit, self.happened = response_scope(study, baseline), event_scope(study)
        self.problems: list[Problem] = []

    def plan(self) -> LoweredPlan:
        """Everything lowered; whether it can be used is told by `problems`."""
        for name in self.analysis.definitions:
            self.visit.open.clear()
            self._try(("definitions", name), partial(self.visit.lower, g.Name(0, name)))
        return LoweredPlan(
            self.baseline,
            {each.id: self._response(each) for each in self.analysis.responses},
            {each.id: MeasureRule(each, *self._number("measures", each)) for each in self.analysis.measures},
            {
                each.id: CovariateRule(each, *self._number("covariates", each))
                for each in self.analysis.covariates
            },
            {each.id: self._relapse(each) for each in self.analysis.relapses},
            {each.id: self._event("occurrences", each) for each in self.analysis.occurrences},
            {each.id: self._event("intercurrent_events", each) for each in self.analysis.intercurrent_events},
            tuple(
                ReceivedRule(each, self._condition(("received", index, "rule"), each.rule, self.happened))
                for index, each in enumerate(self.analysis.received)
            ),
            {
                each.id: SetRule(each, self._condition(("sets", each.id, "rule"), each.rule, self.happened))
                for each in self.analysis.sets
            },
        )

    def _response(self, response: Response) -> ResponseRules:
        worst = response.several_results == "worst_for_response"
        return ResponseRules(
            response,
            {
                name: ReadingRules(
                    name, reading, tuple(self._categories(response, name, reading, worst=worst))
                )
                for name, reading in response.readings.items()
            },
        )

    def _categories(
        self, response: Response, name: str, reading: ResponseReading, *, worst: bool
    ) -> Iterator[CategoryRule]:
        for category in reading.categories:
            path: Path = ("responses", response.id, "readings", name, "categories", category.id)
            good = True if worst else None
            parts = [
                ComponentRule(each, rule)
                for each in category.components
                if (
                    rule := self._condition(
                        (*path, "components", each.id, "rule"), each.rule, self.visit, good
                    )
                )
            ]
            if category.rule is not None:
                rule = self._condition((*path, "rule"), category.rule, self.visit, good)
                parts = [ComponentRule(None, rule)] if rule else []
            condition = None if category.is_what_is_left else _joined(parts)
            yield CategoryRule(
                category,
                condition,
                tuple(parts),
                concepts_of(condition) if condition else frozenset(),
            )

    def _number(self, section: str, thing: Measure | Covariate) -> tuple[n.Number, str]:
        def lower() -> n.Number:
            number = self.visit.number(g.parse_rule(thing.number))
            return self._shared(aim(number, thing.worse, DIRECTIONS), self.visit)

        number = self._try((section, thing.id, "number"), lower) or n.Literal(0.0)
        return number, self.visit.unit_of(number)

    def _relapse(self, relapse: Relapse) -> RelapseRules:
        rules = [
            (
                each,
                self._condition(
                    ("relapses", relapse.id, "events", each.id, "rule"), each.rule, self.visit, False
                ),
            )
            for each in relapse.events
        ]
        return RelapseRules(relapse, tuple((event, rule) for event, rule in rules if rule is not None))

    def _event(self, section: str, event: IntercurrentEvent | Occurrence) -> EventRule:
        rule = self._condition((section, event.id, "rule"), event.rule, self.happened, False)
        return EventRule(event, rule, concepts_of(rule) if rule else frozenset())

    def _condition(
        self, path: Path, text: str | None, scope: Scope, good: bool | None = None
    ) -> n.Condition | None:
        """A rule as a condition; `good`: whether true is good, None where no side is the worse one."""
        if text is None:
            return None

        def lower() -> n.Condition:
            condition = scope.rule(text)
            if good is not None:
                condition = toward(condition, good=good, directions=DIRECTIONS)
            return self._shared(condition, scope)

        return self._try(path, lower)

    def _shared(self, node: _Node, scope: Scope) -> _Node:
        return rebuild(node, scope.share)  # type: ignore[return-value]

    def _try(self, path: Path, lower: Callable[[], _Found]) -> _Found | None:
        try:
            return lower()
        except g.RuleError as error:
            self.visit.open.clear()
            self.happened.open.clear()
            self.problems.append(rule_problem(self.study, (_FILE, *path), error))
            return None


def _asked(conditions: Iterable[n.Condition | None]) -> frozenset[str]:
    """The intercurrent events for which conditions ask, by id."""
    return frozenset(
        node.event
        for condition in conditions
        if condition is not None
        for node in condition.walk()
        if isinstance(node, n.Happened)
    )


def _joined(parts: list[ComponentRule]) -> n.Condition:
    conditions = tuple(part.condition for part in parts)
    return conditions[0] if len(conditions) == 1 else n.And(conditions)
