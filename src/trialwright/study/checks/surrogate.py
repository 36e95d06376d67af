"""Substitute measurements that are shown where the real one is missing, and never decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialwright.logic import nodes as n
from trialwright.study.checks.examined import Examined, path_of
from trialwright.study.errors import Problem
from trialwright.study.rules import Rule
from trialwright.terms.message import message


def check_surrogates(examined: Examined) -> Iterator[Problem]:
    """Find substitutes that no reading of the criterion lets decide, and those that can never be shown.

    A note on the first of them: whoever has only the substitute stays unknown, whichever reading is chosen.
    """
    for readings in examined.eligibility.rules.values():
        seen: set[str] = set()
        for rule in readings.values():
            for pick in _with_surrogate(rule.condition):
                if pick.surrogate is None or pick.surrogate.concept in seen:
                    continue
                seen.add(pick.surrogate.concept)
                yield from _check(rule, pick, pick.surrogate, readings, examined)


def _check(
    rule: Rule, pick: n.Pick, surrogate: n.Pick, readings: Mapping[str, Rule], examined: Examined
) -> Iterator[Problem]:
    wanted, other = examined.words.label(pick.concept), examined.words.label(surrogate.concept)
    if surrogate.concept == pick.concept:
        yield examined.problem(
            "warning",
            "surrogate_never_decides",
            path_of(rule),
            message(
                "{criterion}: {wanted} is named as a substitute for itself.", criterion=rule.id, wanted=wanted
            ),
            message("Name another concept as `surrogate`, or leave it out."),
        )
    elif not any(surrogate.concept in _deciding(each.condition) for each in readings.values()):
        yield examined.problem(
            "note",
            "surrogate_never_decides",
            path_of(rule),
            message(
                "{criterion}: whoever has {other} but no {wanted} stays unknown in every reading.",
                criterion=rule.id,
                other=other,
                wanted=wanted,
            ),
            message("Add a reading that accepts the substitute, such as stand_in(...), if anybody would."),
        )


def _with_surrogate(condition: n.Condition) -> list[n.Pick]:
    return [node for node in condition.walk() if isinstance(node, n.Pick) and node.surrogate is not None]


def _deciding(node: n.Node) -> set[str]:
    """The concepts whose results can decide: all that are read, but not those of substitutes."""
    own = {node.concept} if isinstance(node, n.Pick | n.Score) else set()
    children = () if isinstance(node, n.Pick) else node.children()
    return own.union(*(_deciding(child) for child in children))
