"""The rules by which a study is conducted, lowered: weights and adjustments of doses, conditions of activities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from trialwright.logic import nodes as n
from trialwright.study import grammar as g
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.model import Study
from trialwright.study.places import Path
from trialwright.study.regimen import Regimen
from trialwright.study.rules import rule_scope
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


class _Itself:
    """A study as a key of its own, whatever it says; it lives as long as it is one, so its place is not given away."""

    __slots__ = ("study",)

    def __init__(self, study: Study) -> None:
        self.study = study

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.study is self.study

    def __hash__(self) -> int:
        return id(self.study)


def lower_conduct(study: Study) -> ConductRules:
    """Lower the rules of a study's regimens and activities; raises `StudyInvalid` with all that cannot be understood.

    The same study is lowered once: each dose and each visit of a trial asks for these rules.
    """
    rules, problems = _read(_Itself(study))
    if problems:
        raise StudyInvalid(problems)
    return rules


def check_conduct(study: Study) -> tuple[Problem, ...]:
    """Find the rules of regimens and activities that cannot be understood."""
    return _read(_Itself(study))[1]


@lru_cache(maxsize=16)
def _read(itself: _Itself) -> tuple[ConductRules, tuple[Problem, ...]]:
    study, reader = itself.study, _Reader(itself.study)
    regimens = {
        each.id: reader.regimen(("interventions.yaml", "interventions", each.id, "regimen"), each.regimen)
        for each in study.interventions
        if each.regimen is not None
    }
    activities: dict[str, n.Condition] = {}
    for activity in study.schedule.activities if study.schedule else ():
        path = ("schedule.yaml", "activities", activity.id, "condition")
        condition = reader.read(path, activity.condition, reader.scope.condition)
        if condition is not None:
            activities[activity.id] = condition
    return ConductRules(regimens, activities), tuple(reader.problems)


class _Reader:
    """Lowers rules of one study, and keeps what is wrong with them."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.scope = rule_scope(study)
        self.problems: list[Problem] = []

    def regimen(self, path: Path, regimen: Regimen) -> RegimenRules:
        conditions: dict[str, n.Condition] = {}
        for each in regimen.adjustments:
            place = (*path, "adjustments", each.id, "when")
            condition = self.read(place, each.when, self.scope.condition)
            if condition is not None:
                conditions[each.id] = condition
        return RegimenRules(self.read((*path, "weight"), regimen.weight, self.kilograms), conditions)

    def kilograms(self, expression: g.Expression) -> n.Number:
        number = self.scope.number(expression)
        if self.scope.unit_of(number) != "kg":
            self.scope.fail(
                expression, message("A weight must be in kg."), message("Give the concept the unit kg.")
            )
        return number

    def read(self, path: Path, text: str | None, lower: Callable[[g.Expression], Lowered]) -> Lowered | None:
        """Lower one rule; None where there is none, or it cannot be understood."""
        if text is None:
            return None
        self.scope.open.clear()
        try:
            return lower(g.parse_rule(text))
        except g.RuleError as error:
            place = self.study.place(path)
            column = place.column + error.at
            self.problems.append(
                Problem("error", "rule", place.file, place.line, column, error.message, error.cure)
            )
            return None
