"""Calls for nodes that the grammar of rules cannot write yet: the lesser and the greater of two numbers."""

from __future__ import annotations

from typing import cast

from trialwright.logic import nodes as n
from trialwright.study import grammar as g
from trialwright.study.criteria import Kind, Scope
from trialwright.terms.message import message

_OPERATORS = {
    "smaller": "least",
    "larger": "greatest",
}


def _arithmetic(call: g.Call, scope: Scope) -> n.Arithmetic:
    left, right = (scope.number(argument) for argument in call.arguments)
    operator = cast("n.Operator", _OPERATORS[call.name])
    return n.Arithmetic(operator, left, right)  # type: ignore[arg-type]


ARITHMETIC = {
    name: Kind(name, message("two numbers combined"), f"{name}(latest(alt), latest(ast))", _arithmetic)
    for name in _OPERATORS
}
