"""A study's eligibility, lowered: every reading of every criterion as a condition of `logic`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.logic.direction import toward
from trialwright.logic.finding import Formulas
from trialwright.record.fact import ConceptType
from trialwright.study import grammar as g
from trialwright.study.concepts import concept_type
from trialwright.study.criteria import KINDS, Scope
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.model import Study
from trialwright.study.occasions import baseline_window, named_days
from trialwright.study.plausible import possible_limits
from trialwright.study.population import Criterion, Reading
from trialwright.terms.message import Message, Text, message

FORMULAS: Formulas = {name: assessment.rule() for name, assessment in ASSESSMENTS.items()}
DIRECTIONS = {name: rule.directions for name, rule in FORMULAS.items()}


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning of a reading: shown beside the verdict where its condition is true."""

    code: str
    condition: n.Condition
    text: Text


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One reading of one criterion, ready for the engines; it is itself alone, so what is found out of it can be kept.

    `condition` is the rule as written: true means met for an inclusion, excluded for an exclusion.
    `concepts` are those it reads.
    """

    criterion: Criterion
    name: str
    reading: Reading
    condition: n.Condition
    warnings: tuple[Warned, ...]
    concepts: frozenset[str]

    @property
    def id(self) -> str:
        """The criterion's id."""
        return self.criterion.id

    @property
    def inclusion(self) -> bool:
        """Whether a true condition is good for the participant."""
        return self.criterion.type == "inclusion"


@dataclass(frozen=True)
class Eligibility:
    """All rules of a study: by criterion, then by reading."""

    study: Study
    rules: Mapping[str, Mapping[str, Rule]]
    used_definitions: frozenset[str]

    def chosen(self, readings: Mapping[str, str] | None = None) -> tuple[Rule, ...]:
        """One rule per criterion in protocol order; `readings` overrides the chosen reading of some.

        Raises `KeyError` with a sentence for a criterion or reading that does not exist.
        """
        wanted = dict(readings or {})
        for id, name in wanted.items():
            if id not in self.rules:
                raise UnknownReading(
                    message(
                        "{id} is no criterion of this study; they are {known}.",
                        id=id,
                        known=tuple(self.rules),
                    )
                )
            if name not in self.rules[id]:
                raise UnknownReading(
                    message(
                        "{name} is no reading of {id}; they are {known}.",
                        name=name,
                        id=id,
                        known=tuple(self.rules[id]),
                    )
                )
        return tuple(
            readings_of[wanted.get(id, next(iter(readings_of.values())).criterion.chosen)]
            for id, readings_of in self.rules.items()
        )

    @cached_property
    def concept_types(self) -> Mapping[str, ConceptType]:
        """The concepts as the record reads them."""
        return concept_types(self.study)

    @cached_property
    def concepts(self) -> frozenset[str]:
        """Every concept that some reading reads."""
        return frozenset(
            concept
            for readings in self.rules.values()
            for rule in readings.values()
            for concept in rule.concepts
        )


def concept_types(study: Study) -> Mapping[str, ConceptType]:
    """The concepts of a study as the record reads them."""
    return study.kept.get("concept types", None, lambda: _concept_types(study))


def _concept_types(study: Study) -> Mapping[str, ConceptType]:
    """With what each measurement can be, as the forms of the study say."""
    limits = possible_limits(study.forms, {concept.name: concept for concept in study.concepts})
    types = {concept.name: concept_type(concept) for concept in study.concepts}
    return {
        name: replace(each, least=limits[name].least, most=limits[name].most) if name in limits else each
        for name, each in types.items()
    }


class UnknownReading(LookupError):
    """A criterion or reading that does not exist; `message` says which do."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(sentence.template)
        self.message = sentence


def rule_scope(
    study: Study,
    *,
    results: n.Window | None = None,
    answers: n.Window | None = None,
    baseline: str | None = None,
    definitions: Mapping[str, str] | None = None,
    days: frozenset[str] = frozenset(),
    events: frozenset[str] = frozenset(),
) -> Scope:
    """What the rules of a study may use.

    `results`: where results count from unless a rule says so (None: the screening window). `answers`: where a recorded
    "no" counts from (None: where results do).
    `baseline`: the reading of the plan's baseline (None: the chosen one). `definitions`, `days`, `events`: what rules of one
    part of the study may name beyond what all may.
    """
    return Scope(
        {concept.name: concept for concept in study.concepts},
        study.parameters,
        {**study.definitions, **(definitions or {})},
        KINDS,
        baseline=baseline_window(study, baseline),
        days=named_days(study) | days,
        events=events,
        results=results,
        answers=answers,
    )


def lower_study(study: Study) -> Eligibility:
    """Lower every rule of a study; raises `StudyInvalid` with every rule that cannot be understood."""
    scope = rule_scope(study)
    problems: list[Problem] = []
    rules: dict[str, dict[str, Rule]] = {}
    for name in study.definitions:
        scope.open.clear()
        try:
            scope.lower(g.Name(0, name))
        except g.RuleError as error:
            problems.append(rule_problem(study, ("criteria.yaml", "definitions", name), error))
    if problems:
        raise StudyInvalid(tuple(problems))
    scope.used.clear()
    for criterion in study.criteria:
        for name, reading in criterion.readings.items():
            path = ("criteria.yaml", "criteria", criterion.id, "readings", name)
            try:
                condition = _directed(scope, reading.rule, criterion)
                warned = []
                for index, warning in enumerate(reading.warnings):
                    path = (*path[:5], "warnings", index)  # type: ignore[assignment]
                    warned.append(
                        _warned(scope, warning.rule, warning.code or "note", warning.text, criterion)
                    )
            except g.RuleError as error:
                problems.append(rule_problem(study, (*path, "rule"), error))
                continue
            used = concepts_of(condition).union(*(concepts_of(each.condition) for each in warned))
            rules.setdefault(criterion.id, {})[name] = Rule(
                criterion, name, reading, condition, tuple(warned), used
            )
    if problems:
        raise StudyInvalid(tuple(problems), rest=study)
    return Eligibility(study, rules, frozenset(_all_used(study, scope)))


def _all_used(study: Study, scope: Scope) -> set[str]:
    """Definitions that some reading reaches, also through other definitions."""
    used = set(scope.used)
    grew = True
    while grew:
        inner = {
            name
            for outer in used
            for name in study.definitions
            if name not in used and _mentions(study.definitions[outer], name)
        }
        grew = bool(inner)
        used |= inner
    return used


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _directed(scope: Scope, text: str, criterion: Criterion) -> n.Condition:
    condition = toward(scope.rule(text), good=criterion.type == "inclusion", directions=DIRECTIONS)
    return _shared(condition, scope)


def _warned(scope: Scope, text: str, code: str, words: Text, criterion: Criterion) -> Warned:
    """A warning's rule; its picks take the same side as the criterion itself would."""
    condition = toward(scope.rule(text), good=criterion.type == "inclusion", directions=DIRECTIONS)
    return Warned(code, _shared(condition, scope), words)


def _shared(condition: n.Condition, scope: Scope) -> n.Condition:
    """The condition with equal parts being the same object, so that engines compute them once."""
    return rebuild(condition, scope.share)  # type: ignore[return-value]


def rebuild(node: n.Node, share: Callable[[n.Node], n.Node]) -> n.Node:
    """A copy of a tree in which every part went through `share`, from the leaves up."""
    changes: dict[str, Any] = {}
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, n.Node):
            changes[item.name] = rebuild(value, share)
        elif isinstance(value, tuple) and value and isinstance(value[0], n.Node):
            changes[item.name] = tuple(rebuild(part, share) for part in value)
    return share(replace(node, **changes) if changes else node)


def concepts_of(rule: n.Node) -> frozenset[str]:
    """The concepts that a rule reads."""
    found = set()
    for node in rule.walk():
        for attribute in ("concept", "items"):
            name = getattr(node, attribute, None)
            if isinstance(name, str):
                found.add(name)
    return frozenset(found)


def rule_problem(study: Study, path: tuple[str | int, ...], error: g.RuleError) -> Problem:
    """A rule that cannot be understood, with the place in the study's files where it stands."""
    place = study.place(path)
    return Problem(
        "error", "rule", place.file, place.line, place.column + error.at, error.message, error.cure
    )
