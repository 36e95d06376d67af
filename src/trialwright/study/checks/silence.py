"""Rules that decide about a person of whom nothing is recorded, although silence does not mean no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from trialwright.logic import nodes as n
from trialwright.logic.interpreter import Context, Setting, evaluate
from trialwright.record.fact import Person
from trialwright.study.checks.examined import Examined, name_of, path_of
from trialwright.study.checks.possible.search import Mode
from trialwright.study.errors import Problem
from trialwright.study.prose.figures import both
from trialwright.study.rules import FORMULAS, Rule, rebuild
from trialwright.terms.dates import add_months
from trialwright.terms.message import Message, message
from trialwright.terms.truth import Truth

_DAY = date(2000, 1, 1)  # any day will do: without records nothing depends on it
_AGES = (10, 20, 45, 70, 90)
_PEOPLE = tuple(
    Person("nobody", sex, (birth, birth), None, {})
    for sex in ("female", "male")
    for birth in (add_months(_DAY, -12 * age) for age in _AGES)
)
Silence = n.Recorded | n.ResultCount | n.Course
_WHERE: Mapping[Mode, Message] = {
    "search": message("in a search of records"),
    "screening": message("at the bedside"),
}
_MODES = tuple(_WHERE)


def check_silence(examined: Examined) -> Iterator[Problem]:
    """Find verdicts on an empty record that become unknown once silence about an open-world concept is unknown.

    Open-world: results and findings in both modes; exposures at the bedside, where `silence=none` says otherwise.
    In a search silence about diagnoses, procedures, exposures and allergies means no, and is not reported. Rules that
    cannot be passed, or not failed, are left to their own check.
    """
    for rule in examined.rules:
        reach, silences = examined.reach(rule), _silences(rule.condition)
        if not silences or reach.no_pass is not None or reach.no_fail is not None:
            continue
        truths = {mode: _decided_by(silences, rule.condition, mode) for mode in _MODES}
        for truth in (True, False):
            modes = [mode for mode in _MODES if truths[mode] is truth]
            if modes:
                alone = [
                    node for node in silences if _decided_by([node], rule.condition, modes[-1]) is not None
                ]
                yield _problem(rule, modes, truth, alone or silences, examined)


def _problem(
    rule: Rule, modes: Sequence[Mode], truth: bool, silences: Sequence[Silence], examined: Examined
) -> Problem:
    on_purpose = all(isinstance(node, n.Course) for node in silences)
    return examined.problem(
        "note" if on_purpose else "warning",
        "open_world_decided_by_silence",
        path_of(rule),
        message(
            "{rule}: an empty record {gives} {where}, because nothing is recorded about {things}.",
            rule=name_of(rule),
            gives=message("passes") if truth is rule.inclusion else message("fails"),
            where=both([_WHERE[mode] for mode in modes]),
            things=both(list(dict.fromkeys(examined.words.label(node.concept) for node in silences))),
        ),
        message("The rule says so (`silence=none`); nothing is to be done if that is meant.")
        if on_purpose
        else message(
            "Nobody may have looked: ask for a result, such as latest(...), instead of its absence."
        ),
    )


def _decided_by(silences: Sequence[Silence], condition: n.Condition, mode: Mode) -> Truth:
    """The truth that these silences give to somebody, `None` if nothing changes where they are unknown."""
    opened = _open(condition, silences)
    for person in _PEOPLE:
        truth = _judge(condition, person, mode)
        if truth is not None and _judge(opened, person, mode) is None:
            return truth
    return None


def _judge(condition: n.Condition, person: Person, mode: Mode) -> Truth:
    context = Context(person, _DAY, _DAY, Setting(mode, FORMULAS), {})
    return evaluate(condition, context).truth


def _silences(condition: n.Condition) -> list[Silence]:
    """The parts of a rule for which no record of an open-world concept is an answer."""
    return [
        node
        for node in dict.fromkeys(condition.walk())
        if isinstance(node, n.Recorded | n.ResultCount)
        or (isinstance(node, n.Course) and node.silence_is_none)
    ]


def _open(condition: n.Condition, silences: Sequence[Silence]) -> n.Condition:
    """The rule in which nothing follows from there being no record for these parts."""

    def opened(node: n.Node) -> n.Node:
        if node not in silences:
            return node
        match node:
            case n.Recorded():
                return n.Constant(None, "no_record")
            case n.ResultCount(concept, window):
                return n.Pick(concept, "latest", window)
            case n.Course():
                return replace(node, silence_is_none=False)
        return node

    found = rebuild(condition, opened)
    if not isinstance(found, n.Condition):
        raise TypeError(type(found).__name__)
    return found
