"""Criteria that nobody can pass together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialwright.logic import nodes as n
from trialwright.study.checks.because import explain
from trialwright.study.checks.examined import Examined, Level, is_chosen, name_of, path_of
from trialwright.study.checks.possible import DeadEnd
from trialwright.study.errors import Problem
from trialwright.study.prose.figures import both
from trialwright.study.rules import Rule
from trialwright.terms.message import message


def check_contradiction(examined: Examined) -> Iterator[Problem]:
    """Find the smallest sets of criteria that exclude everybody at the bedside.

    First among the chosen readings; where these are fine, with each other reading in the place of its chosen one.
    Rules that nobody can pass alone are left to their own check.
    """
    clean = True
    for group in _groups(examined.passable):
        while (found := _smallest(group, examined)) is not None:
            clean = False
            rules, ends = found
            yield _problem("error", rules, ends, examined)
            group = [rule for rule in group if rule not in rules]
    for rule in examined.rules if clean else ():
        if is_chosen(rule) or examined.reach(rule).no_pass is not None:
            continue
        others = [other for other in examined.passable if other.id != rule.id]
        group = next(group for group in _groups([*others, rule]) if rule in group)
        found = _smallest(group, examined)
        if found is not None:
            yield _problem("warning", *found, examined, at=rule)


def _groups(rules: Sequence[Rule]) -> list[list[Rule]]:
    """The rules in groups that have nothing in common: no concept, not the age, not the sex.

    Whoever passes each group alone has nothing that keeps them from passing all.
    """
    groups: list[tuple[set[str], list[Rule]]] = []
    for rule in rules:
        subjects = _subjects(rule)
        touched = [group for group in groups if group[0] & subjects]
        groups = [group for group in groups if not group[0] & subjects]
        groups.append(
            (
                subjects.union(*(known for known, _ in touched)),
                [*(one for _, some in touched for one in some), rule],
            )
        )
    return [[rule for rule in rules if rule in group] for _, group in groups]


def _subjects(rule: Rule) -> set[str]:
    """What a rule speaks of; age and sex under names that no concept can have."""
    found = set()
    for node in rule.condition.walk():
        match node:
            case n.Age():
                found.add(" age")
            case n.Female() | n.SexIs():
                found.add(" sex")
            case (
                n.Pick()
                | n.Score()
                | n.Course()
                | n.Present()
                | n.Recorded()
                | n.ItemCount()
                | n.ResultCount()
            ):
                found.add(node.concept)
    return found


def _smallest(rules: Sequence[Rule], examined: Examined) -> tuple[list[Rule], tuple[DeadEnd, ...]] | None:
    """A set of rules that exclude everybody, from which none can be left out; `None` if there is none."""
    ends = _refute(rules, examined)
    if ends is None:
        return None
    named = {owner for end in ends for owner in end.owners}
    core = [rule for rule in rules if rule.id in named]
    core_ends = _refute(core, examined)
    kept, ends = (list(rules), ends) if core_ends is None else (core, core_ends)
    for rule in tuple(kept):
        fewer = [other for other in kept if other is not rule]
        fewer_ends = _refute(fewer, examined)
        if fewer_ends is not None:
            kept, ends = fewer, fewer_ends
    return kept, ends


def _refute(rules: Sequence[Rule], examined: Examined) -> tuple[DeadEnd, ...] | None:
    return examined.possible.refute((examined.goal(rule) for rule in rules), mode="screening")


def _problem(
    level: Level, rules: Sequence[Rule], ends: Sequence[DeadEnd], examined: Examined, at: Rule | None = None
) -> Problem:
    return examined.problem(
        level,
        "contradiction",
        path_of(at or rules[-1]),
        message(
            "Nobody can pass {rules} together. {reason}",
            rules=both([name_of(rule) for rule in rules]),
            reason=explain(ends, examined.words),
        ),
        message("Check the limits and windows of these criteria against each other."),
    )
