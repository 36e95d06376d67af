"""Which of several results of one day counts: the one worst for the participant.

Pushes that direction from a condition down to its picks, through comparisons and monotone formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trialwright.logic import nodes as n

Directions = Mapping[str, tuple[str, ...]]  # formula -> increasing|decreasing|either per argument
_OTHER: Mapping[str, n.Worst] = {"high": "low", "low": "high", "none": "none"}


def toward(condition: n.Condition, *, good: bool, directions: Directions) -> n.Condition:
    """Rebuild a condition with the worst direction set in every pick; `good`: true is good for the participant."""
    match condition:
        case n.And(parts):
            return n.And(tuple(toward(part, good=good, directions=directions) for part in parts))
        case n.Or(parts):
            return n.Or(tuple(toward(part, good=good, directions=directions) for part in parts))
        case n.Not(part):
            return n.Not(toward(part, good=not good, directions=directions))
        case n.Unless(part, excuse):
            return n.Unless(
                toward(part, good=good, directions=directions),
                toward(excuse, good=not good, directions=directions),
            )
        case n.When(test, then, otherwise):
            return n.When(
                test,
                toward(then, good=good, directions=directions),
                toward(otherwise, good=good, directions=directions),
            )
        case n.ByMode(search, screening):
            return n.ByMode(
                toward(search, good=good, directions=directions),
                toward(screening, good=good, directions=directions),
            )
        case n.IsYes(pick):
            worst: n.Worst = "low" if good else "high"
            return n.IsYes(replace(pick, worst=worst) if pick.worst == "none" else pick)
        case n.Compare(operator, left, right):
            if operator == "=":
                return condition
            worst = "high" if (operator in ("<", "<=")) == good else "low"
            return n.Compare(operator, aim(left, worst, directions), aim(right, _OTHER[worst], directions))
    return condition


def aim(number: n.Number, worst: n.Worst, directions: Directions) -> n.Number:
    """Rebuild a number with the worst direction set in every pick; `worst`: the side that is worse of the number."""
    match number:
        case n.Pick() | n.Score():
            return replace(number, worst=worst) if number.worst == "none" else number
        case n.Course(weight=n.Number() as weight):  # a dose per kg falls with the weight
            return replace(number, weight=aim(weight, _OTHER[worst], directions))
        case n.StandIn(first, second):
            return n.StandIn(replace(first, worst=worst), replace(second, worst=worst))
        case n.Formula(name, arguments):
            sides = {"increasing": worst, "decreasing": _OTHER[worst]}
            aimed = tuple(
                aim(argument, sides[side], directions) if side in sides else argument
                for argument, side in zip(arguments, directions[name], strict=True)
            )
            return replace(number, arguments=aimed)
        case n.Arithmetic("+" | "least" | "greatest", left, right):
            return replace(number, left=aim(left, worst, directions), right=aim(right, worst, directions))
        case n.Arithmetic("-", left, right):
            return replace(
                number, left=aim(left, worst, directions), right=aim(right, _OTHER[worst], directions)
            )
        case n.Arithmetic("*" | "/", left, n.Literal(value)) if value > 0:
            return replace(number, left=aim(left, worst, directions))
        case n.Arithmetic("*", n.Literal(value), right) if value > 0:
            return replace(number, right=aim(right, worst, directions))
        case n.Arithmetic("/", left, right):  # of amounts, which are not negative
            return replace(
                number, left=aim(left, worst, directions), right=aim(right, _OTHER[worst], directions)
            )
    return number
