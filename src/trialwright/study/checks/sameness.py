"""Rules that are the same under different names, and the same text under different rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from trialwright.logic import nodes as n
from trialwright.study.checks.examined import Examined, is_chosen, path_of
from trialwright.study.errors import Problem
from trialwright.study.population import Criterion
from trialwright.study.rules import Rule
from trialwright.terms.message import message


def check_sameness(examined: Examined) -> Iterator[Problem]:
    """Find readings with one rule, criteria with one rule, and criteria with one text but two rules.

    The order of parts joined by and, or by or, makes no difference. Rules without any condition are not compared.
    """
    for readings in examined.eligibility.rules.values():
        for first, second in combinations(readings.values(), 2):
            if _meaning(first) == _meaning(second):
                yield examined.problem(
                    "warning",
                    "readings_identical",
                    path_of(second),
                    message(
                        "The readings {first} and {second} of {criterion} are the same rule.",
                        first=first.name,
                        second=second.name,
                        criterion=first.id,
                    ),
                    message("Write the rule that makes the difference, or delete one of them."),
                )
    chosen = [rule for rule in examined.rules if is_chosen(rule)]
    for first, second in combinations(chosen, 2):
        if first.criterion.type != second.criterion.type or isinstance(first.condition, n.Constant):
            continue
        if _order_free(first.condition) == _order_free(second.condition):
            yield examined.problem(
                "warning",
                "criteria_identical",
                path_of(second),
                message("{second} has the same rule as {first}.", second=second.id, first=first.id),
                message("Delete one of them, or write its own rule."),
            )
        elif _wording(first.criterion) == _wording(second.criterion):
            yield examined.problem(
                "warning",
                "same_text_other_rule",
                ("criteria.yaml", "criteria", second.id, "text"),
                message(
                    "{second} quotes the same text as {first}, and computes something else.",
                    second=second.id,
                    first=first.id,
                ),
                message("Quote with each criterion only the part of the text that it computes."),
            )


def _meaning(rule: Rule) -> object:
    return _order_free(rule.condition), tuple(
        (warned.code, _order_free(warned.condition)) for warned in rule.warnings
    )


def _order_free(node: n.Condition) -> object:
    """A condition in which parts joined by and, or by or, have no order."""
    match node:
        case n.And(parts) | n.Or(parts):
            return type(node).__name__, frozenset(_order_free(part) for part in _flat(parts, type(node)))
        case n.Not(part):
            return "Not", _order_free(part)
    return node


def _flat(parts: tuple[n.Condition, ...], joined: type[n.Condition]) -> Iterator[n.Condition]:
    for part in parts:
        if isinstance(part, n.And | n.Or) and isinstance(part, joined):
            yield from _flat(part.parts, joined)
        else:
            yield part


def _wording(criterion: Criterion) -> tuple[str, str]:
    return criterion.type, " ".join(criterion.text.en.casefold().split())
