"""What to do next for one person: what is missing, what will lapse, and which single item would settle it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from trialwright.eligibility.calendar import HORIZON, Calendar
from trialwright.eligibility.verdict import Assessed, OverallVerdict, judge, start
from trialwright.logic import nodes as n
from trialwright.logic.finding import NONE, Finding
from trialwright.logic.interpreter import Context, Setting, evaluate_number
from trialwright.record.fact import Person
from trialwright.study.rules import Rule
from trialwright.terms.dates import add_days

Action = Literal["measure", "ask", "give", "clarify", "repeat"]
_MISSING = frozenset(
    {
        "no_record",
        "not_asked",
        "biopsy_item_missing",
        "attribution_missing",
        "weight_missing",
        "surrogate_only",
        "birth_date_missing",
        "sex_unknown",
    }
)
BIRTH_DATE, SEX = "birth_date", "sex"  # what the record of a person says beside its facts


@dataclass(frozen=True, slots=True)
class Recheck:
    """One thing to do.

    `measure` or `ask` what is missing, `give` what can be given, `clarify` what is recorded unclearly, `repeat` what
    will lapse. `concept`: a concept of the study, `BIRTH_DATE` or `SEX`. `settles`: alone it would settle the overall
    verdict. `by`: the last useful day.
    """

    criterion: str
    concept: str
    action: Action
    reason: str
    settles: bool
    by: date | None = None


def plan_rechecks(
    person: Person,
    verdict: OverallVerdict,
    assessed: Sequence[Assessed],
    calendar: Calendar,
    *,
    on: date,
    setting: Setting,
) -> tuple[Recheck, ...]:
    """What would settle an undetermined person, or keep an eligible one eligible."""
    if verdict == "undetermined":
        return _missing(assessed, start(person, on=on, setting=setting))
    if verdict == "eligible" and calendar.valid_until and calendar.valid_until < add_days(on, HORIZON):
        rules = [each.rule for each in assessed]
        return _lapsing(person, rules, calendar.valid_until, on=on, setting=setting)
    return ()


def _missing(assessed: Iterable[Assessed], context: Context) -> tuple[Recheck, ...]:
    found = [
        (each.id, concept, action, reason)
        for each in assessed
        if each.verdict == "unknown"
        for concept, action, reason in open_items(each, context)
    ]
    items = {concept for _, concept, _, _ in found}
    criteria = {criterion for criterion, _, _, _ in found}
    alone = len(items) == 1 and len(criteria) == len(
        {each.id for each in assessed if each.verdict == "unknown"}
    )
    return tuple(
        Recheck(criterion, concept, action, reason, alone)
        for criterion, concept, action, reason in dict.fromkeys(found)
    )


Item = tuple[str, str, str]
"""A concept, or `BIRTH_DATE` or `SEX`; the kind of record; the reason why it leaves something open."""


def open_items(each: Assessed, context: Context) -> Iterable[tuple[str, Action, str]]:
    """What an unknown criterion lacks in a context: a concept, what to do about it, and why."""
    for concept, kind, reason in _open_items(each, context):
        yield concept, _action(kind, reason), reason


def _open_items(each: Assessed, context: Context) -> Iterable[Item]:
    """The items that leave a criterion open: records that nobody can place, and whatever else its finding leaves open."""
    for concept in sorted(each.rule.concepts):
        if context.lost(concept):
            yield concept, "record", "record_unreadable"
    if each.finding is not None:
        for leaf in each.finding.leaves():
            if leaf.truth is None:
                yield from leaf_items(leaf, context)


def leaf_items(leaf: Finding, context: Context) -> Iterable[Item]:
    """What a leaf rests on: of its numbers those that are missing, else those that are not certain, else all."""
    match leaf.leaf:
        case n.Constant():
            yield "", "given", leaf.reason
        case n.Present(concept=concept):
            yield concept, "history", leaf.reason
        case n.Recorded(concept=concept):
            yield concept, "result", leaf.reason
        case n.SexIs():
            yield SEX, "person", leaf.reason
        case _:
            numbers = [(node, evaluate_number(node, context)) for node in _numbers(leaf.leaf, context)]
            doubtful = [(node, bounds) for node, bounds in numbers if bounds.why]
            missing = [(node, bounds) for node, bounds in doubtful if bounds.there == NONE]
            kind = "answer" if isinstance(leaf.leaf, n.IsYes | n.OneOf) else "result"
            for node, bounds in missing or doubtful or numbers:
                yield _item(node, kind, bounds.why or leaf.reason)


def _numbers(node: n.Node, context: Context) -> Iterable[n.Number]:
    """The numbers of a leaf that come from the record of a person; a surrogate decides nothing."""
    match node:
        case n.Pick() | n.Score() | n.ItemCount() | n.ResultCount() | n.Age() | n.Female():
            yield node
        case n.StandIn(first=first, second=second):
            yield first
            if evaluate_number(first, context).there == NONE:
                yield second
        case n.Course(weight=weight):
            yield node
            if weight is not None and evaluate_number(node, context).there != NONE:
                yield from _numbers(weight, context)
        case _:
            for part in node.children():
                yield from _numbers(part, context)


def _item(node: n.Number, kind: str, reason: str) -> Item:
    match node:
        case n.Age():
            return BIRTH_DATE, "person", reason
        case n.Female():
            return SEX, "person", reason
        case n.Course(concept=concept) | n.ItemCount(concept=concept):
            return concept, "history", reason
        case n.Pick(concept=concept) | n.Score(concept=concept) | n.ResultCount(concept=concept):
            return concept, kind, reason
    raise TypeError(f"{type(node).__name__} does not come from a record")


def _action(kind: str, reason: str) -> Action:
    if reason == "can_be_given":
        return "give"
    if reason in _MISSING:
        return "measure" if kind == "result" else "ask"
    return "clarify"


def _lapsing(
    person: Person, rules: Sequence[Rule], until: date, *, on: date, setting: Setting
) -> tuple[Recheck, ...]:
    """What makes the run of eligible days end: the criteria that no longer pass on the day after."""
    after = start(person, on=on, setting=setting, day=add_days(until, 1))
    lapsed = [
        each for each in (judge(rule, person, after) for rule in rules) if each.verdict in ("unknown", "fail")
    ]
    found = [
        (each.id, concept, each.reason)
        for each in lapsed
        if each.finding is not None
        for leaf in each.finding.leaves()
        for concept, _, _ in leaf_items(leaf, after)
    ]
    alone = len({concept for _, concept, _ in found}) == 1
    return tuple(
        Recheck(criterion, concept, "repeat", reason, alone, until)
        for criterion, concept, reason in dict.fromkeys(found)
    )
