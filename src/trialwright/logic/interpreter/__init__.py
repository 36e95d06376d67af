"""Engine 1, the reference: plain Python, one participant, with evidence.

Reads nothing but the context it is given; must agree with the SQL engine on every verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trialwright.logic import nodes as n
from trialwright.logic.finding import Bounds, Finding
from trialwright.logic.interpreter import conditions, courses, numbers, picks, presence
from trialwright.logic.interpreter.context import Came, Context, Occasion, Setting, known_rows

__all__ = ["Came", "Context", "Occasion", "Setting", "evaluate", "evaluate_number", "known_rows"]


def evaluate(node: n.Condition, context: Context) -> Finding:
    """Judge a condition; the same node met again in the same context is not judged twice."""
    found = context.findings.get(id(node))
    if found is None:
        found = context.findings[id(node)] = _CONDITIONS[type(node)](node, context)
        context.kept.append(node)
    return found


def evaluate_number(node: n.Number, context: Context) -> Bounds:
    """Evaluate a number to its bounds."""
    found = context.numbers.get(id(node))
    if found is None:
        found = context.numbers[id(node)] = _NUMBERS[type(node)](node, context)
        context.kept.append(node)
    return found


def _compare(node: n.Compare, context: Context) -> Finding:
    return conditions.compare(node, evaluate_number(node.left, context), evaluate_number(node.right, context))


def _and(node: n.And, context: Context) -> Finding:
    return conditions.joined(node, [evaluate(part, context) for part in node.parts], conjunction=True)


def _or(node: n.Or, context: Context) -> Finding:
    return conditions.joined(node, [evaluate(part, context) for part in node.parts], conjunction=False)


def _when(node: n.When, context: Context) -> Finding:
    test, then, otherwise = (evaluate(part, context) for part in (node.test, node.then, node.otherwise))
    return conditions.when(node, test, then, otherwise)


def _by_mode(node: n.ByMode, context: Context) -> Finding:
    side = node.search if context.setting.mode == "search" else node.screening
    return conditions.as_part(node, evaluate(side, context))


def _formula(node: n.Formula, context: Context) -> Bounds:
    arguments = [evaluate_number(part, context) for part in node.arguments]
    rule = context.setting.formulas[node.name]
    return numbers.formula(rule, arguments, leading=n.leading(node.arguments))


def _course(node: n.Course, context: Context) -> Bounds:
    weight = None if node.weight is None else evaluate_number(node.weight, context)
    return courses.course(node, weight, context)


def _arithmetic(node: n.Arithmetic, context: Context) -> Bounds:
    return numbers.arithmetic(node, evaluate_number(node.left, context), evaluate_number(node.right, context))


_CONDITIONS: Mapping[type[n.Condition], Callable[[Any, Context], Finding]] = {
    n.Compare: _compare,
    n.Present: presence.present,
    n.Recorded: presence.recorded,
    n.Happened: presence.happened,
    n.IsYes: lambda node, context: conditions.is_yes(node, evaluate_number(node.pick, context)),
    n.OneOf: lambda node, context: conditions.one_of(node, evaluate_number(node.pick, context)),
    n.SexIs: conditions.sex_is,
    n.And: _and,
    n.Or: _or,
    n.Not: lambda node, context: conditions.negated(node, evaluate(node.part, context)),
    n.Unless: lambda node, context: conditions.unless(
        node, evaluate(node.part, context), evaluate(node.excuse, context)
    ),
    n.When: _when,
    n.ByMode: _by_mode,
    n.Constant: lambda node, context: Finding(node.truth, node.reason, node),
}

_NUMBERS: Mapping[type[n.Number], Callable[[Any, Context], Bounds]] = {
    n.Literal: lambda node, context: Bounds(node.value, node.value),
    n.Age: numbers.age,
    n.Female: lambda node, context: numbers.female(context),
    n.Pick: picks.pick,
    n.Score: picks.score,
    n.StandIn: picks.stand_in,
    n.Course: _course,
    n.ItemCount: presence.item_count,
    n.ResultCount: presence.result_count,
    n.Formula: _formula,
    n.Arithmetic: _arithmetic,
}
