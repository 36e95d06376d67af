"""The rules of safety.yaml, ready to be judged: alerts, grades the study states itself, stopping rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from trialwright.logic import nodes as n
from trialwright.logic.direction import toward
from trialwright.study import grammar as g
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.model import Study
from trialwright.study.places import Path
from trialwright.study.rules import FORMULAS, concepts_of, rebuild, rule_problem, rule_scope
from trialwright.study.safety import Alert, BetaBinomialStopping, GradedTerm

_DIRECTIONS = {name: formula.directions for name, formula in FORMULAS.items()}


class AlertRule(NamedTuple):
    """An alert with its condition, and the concepts that it reads."""

    alert: Alert
    condition: n.Condition
    concepts: frozenset[str]


class GradedRule(NamedTuple):
    """A graded term with the conditions of the grades that the study states itself, lowest grade first.

    `baseline`: picks the baseline result, None where the study does not say what its baseline is. Of several results of
    its day the one that makes later grades worse counts.
    """

    term: GradedTerm
    steps: tuple[tuple[int, n.Condition], ...]
    baseline: n.Pick | None


class StoppingRule(NamedTuple):
    """A stopping rule with its two conditions."""

    rule: BetaBinomialStopping
    event: n.Condition
    population: n.Condition


@dataclass(frozen=True)
class SafetyPlan:
    """The safety rules of a study, lowered; empty where it has none.

    `baseline`: the window in which a baseline result lies, None where the study does not say.
    """

    study: Study
    alerts: tuple[AlertRule, ...] = ()
    terms: tuple[GradedRule, ...] = ()
    stopping: tuple[StoppingRule, ...] = ()
    baseline: n.Window | None = None


def lower_safety(study: Study) -> SafetyPlan:
    """Lower every rule of safety.yaml; raises `StudyInvalid` with every rule that cannot be understood.

    An alert, a grade and an event are bad for the participant, so that of several results of one day the worst counts.
    """
    problems: list[Problem] = []
    scope = rule_scope(study)

    def lower(text: str, path: Path) -> n.Condition:
        try:
            condition = toward(scope.rule(text), good=False, directions=_DIRECTIONS)
        except g.RuleError as error:
            problems.append(rule_problem(study, path, error))
            return n.Constant(None, "not_computed")
        return rebuild(condition, scope.share)  # type: ignore[return-value]

    rules = study.safety
    if rules is None:
        return SafetyPlan(study)
    plan = SafetyPlan(
        study,
        tuple(_alerts(rules.alerts, lower)),
        tuple(_terms(rules.grading.terms if rules.grading else (), lower, scope.baseline)),
        tuple(_stopping(rules.stopping_rules, lower)),
        scope.baseline,
    )
    if problems:
        raise StudyInvalid(tuple(problems))
    return plan


_Lower = Callable[[str, Path], n.Condition]


def _alerts(alerts: tuple[Alert, ...], lower: _Lower) -> Iterator[AlertRule]:
    for alert in alerts:
        condition = lower(alert.rule, ("safety.yaml", "alerts", alert.id, "rule"))
        yield AlertRule(alert, condition, concepts_of(condition))


def _terms(terms: tuple[GradedTerm, ...], lower: _Lower, window: n.Window | None) -> Iterator[GradedRule]:
    for term in terms:
        steps = [
            (
                int(each.grade),
                lower(each.rule, ("safety.yaml", "grading", "terms", term.id, "grades", index, "rule")),
            )
            for index, each in enumerate(term.grades)
        ]
        worst: n.Worst = "low" if term.direction == "high" else "high"
        pick = n.Pick(term.concept, "latest", window, worst=worst, missing="no_baseline") if window else None
        yield GradedRule(term, tuple(sorted(steps, key=lambda step: step[0])), pick)


def _stopping(rules: tuple[BetaBinomialStopping, ...], lower: _Lower) -> Iterator[StoppingRule]:
    for rule in rules:
        path: Path = ("safety.yaml", "stopping_rules", rule.id)
        yield StoppingRule(
            rule, lower(rule.event, (*path, "event")), lower(rule.population, (*path, "population"))
        )
