"""Engine 1, the reference: plain Python, one participant, with evidence.

Reads nothing but the context it is given; must agree with the SQL engine on every verdict.
"""

from __future__ import annotations

from typing import cast

from trialwright.logic import nodes as n
from trialwright.logic.finding import Bounds, Finding
from trialwright.logic.interpreter import conditions, courses, numbers, picks, presence
from trialwright.logic.interpreter.context import Context, Setting, known_rows

__all__ = ["Context", "Setting", "evaluate", "evaluate_number", "known_rows"]


def evaluate(node: n.Condition, context: Context) -> Finding:
    """Judge a condition; equal nodes met again in the same context are not judged twice."""
    key = id(node)
    found = context.cache.get(key)
    if found is None:
        found = context.cache[key] = _condition(node, context)
    return cast(Finding, found)


def evaluate_number(node: n.Number, context: Context) -> Bounds:
    """Evaluate a number to its bounds."""
    key = id(node)
    found = context.cache.get(key)
    if found is None:
        found = context.cache[key] = _number(node, context)
    return cast(Bounds, found)


def _condition(node: n.Condition, context: Context) -> Finding:
    match node:
        case n.Compare(_, left, right):
            return conditions.compare(node, evaluate_number(left, context), evaluate_number(right, context))
        case n.Present():
            return presence.present(node, context)
        case n.And(parts):
            return conditions.joined(node, [evaluate(part, context) for part in parts], conjunction=True)
        case n.Or(parts):
            return conditions.joined(node, [evaluate(part, context) for part in parts], conjunction=False)
        case n.Not(part):
            return conditions.negated(node, evaluate(part, context))
        case n.IsYes(pick):
            return conditions.is_yes(node, evaluate_number(pick, context))
        case n.OneOf(pick):
            return conditions.one_of(node, evaluate_number(pick, context))
        case n.SexIs():
            return conditions.sex_is(node, context)
        case n.Recorded():
            return presence.recorded(node, context)
        case n.Unless(part, excuse):
            return conditions.unless(node, evaluate(part, context), evaluate(excuse, context))
        case n.When(test, then, otherwise):
            return conditions.when(
                node, evaluate(test, context), evaluate(then, context), evaluate(otherwise, context)
            )
        case n.ByMode(search, screening):
            found = evaluate(search if context.setting.mode == "search" else screening, context)
            return found._replace(leaf=node, parts=(found,))
        case n.Constant(truth, reason):
            return Finding(truth, reason, node)
    raise TypeError(f"no strategy for {type(node).__name__}")


def _number(node: n.Number, context: Context) -> Bounds:
    match node:
        case n.Literal(value):
            return Bounds(value, value)
        case n.Pick():
            return picks.pick(node, context)
        case n.Formula(name, arguments):
            rule = context.setting.formulas[name]
            found = [evaluate_number(part, context) for part in arguments]
            return numbers.formula(rule, found, leading=n.leading(arguments))
        case n.Age():
            return numbers.age(context)
        case n.Female():
            return numbers.female(context)
        case n.Score():
            return picks.score(node, context)
        case n.StandIn():
            return picks.stand_in(node, context)
        case n.Course():
            weight = None if node.weight is None else evaluate_number(node.weight, context)
            return courses.course(node, weight, context)
        case n.ItemCount():
            return presence.item_count(node, context)
        case n.ResultCount():
            return presence.result_count(node, context)
        case n.Arithmetic(_, left, right):
            return numbers.arithmetic(node, evaluate_number(left, context), evaluate_number(right, context))
    raise TypeError(f"no strategy for {type(node).__name__}")
