"""The rules by which a study is conducted, lowered: weights and adjustments of doses, conditions of activities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from trialwright.logic import nodes as n
from trialwright.study import grammar as g
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.model import Study
from trialwright.study.places import Path
from trialwright.study.rules import rule_problem, rule_scope
from trialwright.terms.message import message

Lowered = TypeVar("Lowered", bound=n.Node)


@dataclass(frozen=True, slots=True)
class RegimenRules:
    """The rules of one regimen: the weight of its doses per kilogram, and each adjustment by id."""

    weight: n.Number | None
    adjustments: Mapping[str, n.Condition]


@dataclass(frozen=True, slots=True)
class ConductRules:
    """The rules of conduct: regimens by intervention, conditions by activity."""

    regimens: Mapping[str, RegimenRules]
    activities: Mapping[str, n.Condition]


def lower_conduct(study: Study) -> ConductRules:
    """Lower the rules of a study's regimens and activities; raises `StudyInvalid` with all that cannot be understood."""
    rules, problems = study.kept.get("conduct rules", None, lambda: _read(study))
    if problems:
        raise StudyInvalid(problems)
    return rules


def check_conduct(study: Study) -> tuple[Problem, ...]:
    """Find the rules of regimens and activities that cannot be understood."""
    return _read(study)[1]


def _read(study: Study) -> tuple[ConductRules, tuple[Problem, ...]]:
    scope = rule_scope(study)
    problems: list[Problem] = []

    def lower(path: Path, text: str, read: Callable[[g.Expression], Lowered]) -> Lowered | None:
        scope.open.clear()
        try:
            return read(g.parse_rule(text))
        except g.RuleError as error:
            problems.append(rule_problem(study, path, error))
            return None

    def kilograms(expression: g.Expression) -> n.Number:
        number = scope.number(expression)
        if scope.unit_of(number) != "kg":
            scope.fail(
                expression, message("A weight must be in kg."), message("Give the concept the unit kg.")
            )
        return number

    regimens: dict[str, RegimenRules] = {}
    for intervention in study.interventions:
        regimen = intervention.regimen
        if regimen is None:
            continue
        path: Path = ("interventions.yaml", "interventions", intervention.id, "regimen")
        weight = lower((*path, "weight"), regimen.weight, kilograms) if regimen.weight else None
        conditions: dict[str, n.Condition] = {}
        for each in regimen.adjustments:
            condition = lower((*path, "adjustments", each.id, "when"), each.when, scope.condition)
            if condition is not None:
                conditions[each.id] = condition
        regimens[intervention.id] = RegimenRules(weight, conditions)
    activities: dict[str, n.Condition] = {}
    for activity in study.schedule.activities if study.schedule else ():
        if activity.condition:
            condition = lower(
                ("schedule.yaml", "activities", activity.id, "condition"), activity.condition, scope.condition
            )
            if condition is not None:
                activities[activity.id] = condition
    return ConductRules(regimens, activities), tuple(problems)
