"""Comparisons whose answer is the same for everybody, because the limit lies outside what the number can be."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.logic import nodes as n
from trialwright.study.checks.because import explain
from trialwright.study.checks.examined import Examined, name_of, path_of
from trialwright.study.checks.possible import Goal
from trialwright.study.errors import Problem
from trialwright.study.prose import describe
from trialwright.terms.message import message


def check_thresholds(examined: Examined) -> Iterator[Problem]:
    """Find comparisons that are always, or never, true; each once a criterion, and not where the rule is at fault."""
    seen: set[tuple[str, n.Condition]] = set()
    for rule in examined.rules:
        reach = examined.reach(rule)
        if reach.no_fail is not None or reach.no_pass is not None:
            continue
        for node in rule.condition.walk():
            if not isinstance(node, n.Compare | n.OneOf | n.SexIs) or (rule.id, node) in seen:
                continue
            seen.add((rule.id, node))
            for truth in (True, False):
                ends = examined.possible.refute((Goal(rule.id, node, truth),), mode="screening")
                if ends is None:
                    continue
                said = describe(n.Not(node) if truth else node, examined.words)
                yield examined.problem(
                    "warning",
                    "threshold_out_of_reach",
                    path_of(rule),
                    message(
                        "{rule}: for everybody, {claim}. {reason}",
                        rule=name_of(rule),
                        claim=said,
                        reason=explain(ends, examined.words),
                    ),
                    message("Check the limit and its unit, or leave this part out."),
                )
                break
