"""What the spec tables touch: node classes, calls with their arguments, reason codes. Nothing may be left out in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from tests.spec.spec import Section
from trialwright.logic import nodes as n
from trialwright.study import grammar as g

# Reason codes that no rule can give: they are said by the floors above.
NOT_IN_TABLES = {
    "in_range": "said of a verdict that passes by its values, where a rule says `value`",
    "value_out_of_range": "said of a verdict that fails by its values, where a rule says `value`",
    "deceased": "said of a person before any rule",
}


def node_classes() -> frozenset[type[n.Node]]:
    """Every kind of node there is; those that only serve as parents are none."""
    found: set[type[n.Node]] = set()
    todo = [n.Node]
    while todo:
        parent = todo.pop()
        children = parent.__subclasses__()
        # A dataclass with slots is made anew by its decorator; the class it replaces stays behind in `__subclasses__`.
        todo += [child for child in children if getattr(n, child.__name__) is child]
        if parent not in (n.Node, n.Number, n.Condition):
            found.add(parent)
    return frozenset(found)


def reasons(section: Section) -> frozenset[str]:
    """The reason codes that a table expects."""
    return frozenset(
        expected.reason for row in section.people for expected in row.expected.values() if expected.reason
    )


def calls(section: Section) -> dict[str, frozenset[str]]:
    """The calls in the rules of a section, with the arguments they name."""
    found: dict[str, frozenset[str]] = {}
    for rule in section.rules:
        for call in _calls(g.parse_rule(rule.text)):
            names = frozenset(name for name, _ in call.named)
            found[call.name] = found.get(call.name, frozenset()) | names
    return found


def _calls(expression: object) -> Iterator[g.Call]:
    if isinstance(expression, g.Call):
        yield expression
    if isinstance(expression, tuple):
        for part in expression:
            yield from _calls(part)
    elif is_dataclass(expression):
        for item in fields(expression):
            yield from _calls(getattr(expression, item.name))
