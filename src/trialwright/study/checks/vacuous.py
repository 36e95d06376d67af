"""Rules that nobody can fail, or nobody can pass: found by bounds, for every person there could be."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.study.checks.because import explain
from trialwright.study.checks.examined import Examined, is_chosen, level_of, name_of, path_of, stated
from trialwright.study.checks.possible import Goal
from trialwright.study.errors import Problem
from trialwright.study.rules import Rule
from trialwright.terms.message import message


def check_vacuous(examined: Examined) -> Iterator[Problem]:
    """Find rules that give everybody the same verdict, in every mode in which they are judged."""
    for rule in examined.rules:
        yield from _check_rule(rule, examined)
        yield from _check_warnings(rule, examined)


def _check_rule(rule: Rule, examined: Examined) -> Iterator[Problem]:
    reach, words = examined.reach(rule), examined.words
    path, name = path_of(rule), name_of(rule)
    if stated(rule) is rule.inclusion:
        yield examined.problem(
            "warning" if is_chosen(rule) else "note",
            "always_passes",
            path,
            message("{rule} says itself that everybody passes.", rule=name),
            message("Nothing is to be done if that is meant."),
        )
    elif reach.no_fail is not None and reach.no_pass is not None and not reach.passes_in_search:
        yield examined.problem(
            "warning",
            "never_decides",
            path,
            message(
                "{rule} can neither be passed nor failed; the criterion stays open for everybody.", rule=name
            ),
            message("Write its rule."),
        )
    elif reach.no_pass is not None:
        yield examined.problem(
            level_of(rule),
            "unsatisfiable",
            path,
            message("Nobody can pass {rule}. {reason}", rule=name, reason=explain(reach.no_pass, words)),
            message("Check the signs, the limits, and what is joined by and."),
        )
    elif reach.no_fail is not None:
        yield examined.problem(
            level_of(rule),
            "vacuous",
            path,
            message("Nobody can fail {rule}. {reason}", rule=name, reason=explain(reach.no_fail, words)),
            message(
                "Check the signs, and whether or should be and; if everybody should pass, write `always`."
            )
            if rule.inclusion
            else message(
                "Check the signs, and whether and should be or; if nobody should be excluded, write `never`."
            ),
        )


def _check_warnings(rule: Rule, examined: Examined) -> Iterator[Problem]:
    for index, warned in enumerate(rule.warnings):
        goal = (Goal(rule.id, warned.condition, True),)
        ends = [examined.possible.refute(goal, mode=mode) for mode in ("screening", "search")]
        if None in ends or ends[0] is None:
            continue
        yield examined.problem(
            "warning",
            "warning_never_shown",
            (*path_of(rule)[:-1], "warnings", index, "rule"),
            message(
                "The warning {number} of {rule} is never shown. {reason}",
                number=index + 1,
                rule=name_of(rule),
                reason=explain(ends[0], examined.words),
            ),
            message("Check the signs and limits, or delete the warning."),
        )
