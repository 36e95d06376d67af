"""Numbers that are not picks: age, sex as a number, formulas, arithmetic. All strict, all on intervals."""

from __future__ import annotations

from itertools import product

from trialwright.logic.finding import CERTAIN, NONE, Bounds, FormulaRule, unbounded
from trialwright.logic.interpreter.context import Context
from trialwright.logic.nodes import Age, Arithmetic, rests_on_records
from trialwright.terms.dates import completed_years
from trialwright.terms.quantity import BOUND


def age(node: Age, context: Context) -> Bounds:
    """Completed years on the day judged or named; a partial birth date gives an interval."""
    if context.person.birth is None:
        return unbounded("birth_date_missing")
    day = context.day
    if node.day is not None:
        occasion = context.named.get(node.day.name)
        if occasion is None:
            return unbounded("no_baseline")
        day = occasion.day
    first, last = context.person.birth
    low, high = completed_years(last, day), completed_years(first, day)
    return Bounds(float(low), float(high), "date_imprecise" if low != high else "")


def female(context: Context) -> Bounds:
    """1 for female, 0 for male; anything else may be either."""
    sex = context.person.sex
    if sex in ("female", "male"):
        value = 1.0 if sex == "female" else 0.0
        return Bounds(value, value)
    return Bounds(0.0, 1.0, "sex_unknown")


def formula(rule: FormulaRule, arguments: list[Bounds], *, leading: int) -> Bounds:
    """A formula over intervals, by the direction in which it moves with each argument.

    `leading` is the index of the argument whose records stand as the evidence.
    """
    facts = tuple(fact for bounds in arguments for fact in bounds.facts)
    lead = arguments[leading]
    lead_direction = rule.directions[leading]
    low_fact, high_fact = lead.low_fact, lead.high_fact
    if lead_direction == "decreasing":
        low_fact, high_fact = high_fact, low_fact
    why = next((bounds.why for bounds in arguments if bounds.there == NONE and bounds.why), "")
    for index, least in rule.valid_from:
        if not why and arguments[index].low < least:
            open_ended = arguments[index].low <= -BOUND
            why = (open_ended and arguments[index].why) or "equation_not_valid"
    if why:
        there = min(bounds.there for bounds in arguments)
        return Bounds(-BOUND, BOUND, why, low_fact, high_fact, there, facts)
    low = _evaluate(rule, arguments, highest=False)
    exact = all(bounds.low == bounds.high for bounds in arguments)
    high = low if exact else _evaluate(rule, arguments, highest=True)
    why = next((bounds.why for bounds in arguments if bounds.why), "")
    if low is None or high is None:
        return Bounds(-BOUND, BOUND, why or "not_computable", low_fact, high_fact, CERTAIN, facts)
    there = min(bounds.there for bounds in arguments)
    return Bounds(low, high, "" if low == high else why, low_fact, high_fact, there, facts)


def _evaluate(rule: FormulaRule, arguments: list[Bounds], *, highest: bool) -> float | None:
    choices = []
    for bounds, direction, least, most in zip(
        arguments, rule.directions, rule.lowest, rule.highest, strict=True
    ):
        low, high = bounds.low, bounds.high
        if low != high:  # an exact number stays what it is, so that an impossible one is refused
            low, high = min(max(low, least), most), min(max(high, least), most)
        if direction == "either":
            choices.append((low,) if low == high else (low, high))
        else:
            choices.append((high if highest == (direction == "increasing") else low,))
    results = [rule.function(*values) for values in product(*choices)]
    if any(result is None for result in results):
        return None
    return float(max(results) if highest else min(results))


def arithmetic(node: Arithmetic, left: Bounds, right: Bounds) -> Bounds:
    """Two intervals combined; the evidence is that of the first operand that rests on records."""
    facts = left.facts + right.facts
    lead = left if rests_on_records(node.left) else right
    there = min(left.there, right.there)
    why = left.why or right.why
    if (side := node.scaled()) is not None:
        part, factor = (left, right.low) if side == "left" else (right, left.low)
        low, high = _scale(part.low, node.operator, factor), _scale(part.high, node.operator, factor)
        return Bounds(low, high, why if low != high else "", lead.low_fact, lead.high_fact, there, facts)
    open_ended = max(abs(left.low), abs(left.high), abs(right.low), abs(right.high)) >= BOUND
    if open_ended or (node.operator == "/" and right.low <= 0 <= right.high):
        why = why or "not_computable"
        return Bounds(-BOUND, BOUND, why, lead.low_fact, lead.high_fact, there, facts)
    match node.operator:
        case "+":
            low, high = left.low + right.low, left.high + right.high
        case "-":
            low, high = left.low - right.high, left.high - right.low
        case "least":
            low, high = min(left.low, right.low), min(left.high, right.high)
        case "greatest":
            low, high = max(left.low, right.low), max(left.high, right.high)
        case _:
            corners = [
                a * b if node.operator == "*" else a / b
                for a in (left.low, left.high)
                for b in (right.low, right.high)
            ]
            low, high = min(corners), max(corners)
    return Bounds(low, high, why if low != high else "", lead.low_fact, lead.high_fact, there, facts)


def _scale(end: float, operator: str, factor: float) -> float:
    """An end of an interval times, or over, a factor above 0; no limit stays no limit."""
    if abs(end) >= BOUND:
        return end
    return end * factor if operator == "*" else end / factor
