"""What to do next for one person: what is missing, what will lapse, and which single item would settle it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from trialwright.eligibility.calendar import HORIZON, Calendar
from trialwright.eligibility.verdict import Assessed, OverallVerdict, judge, start
from trialwright.logic import nodes as n
from trialwright.logic.finding import Finding
from trialwright.logic.interpreter import Setting
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
    }
)


@dataclass(frozen=True, slots=True)
class Recheck:
    """One thing to do.

    `measure` or `ask` what is missing, `give` what can be given, `clarify` what is recorded unclearly, `repeat` what
    will lapse. `settles`: alone it would settle the overall verdict. `by`: the last useful day.
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
        return _missing(assessed)
    if verdict == "eligible" and calendar.valid_until and calendar.valid_until < add_days(on, HORIZON):
        rules = [each.rule for each in assessed]
        return _lapsing(person, rules, calendar.valid_until, on=on, setting=setting)
    return ()


def _missing(assessed: Iterable[Assessed]) -> tuple[Recheck, ...]:
    found = [
        (each.id, concept, kind, reason)
        for each in assessed
        if each.verdict == "unknown"
        for concept, kind, reason in _open_items(each)
    ]
    items = {concept for _, concept, _, _ in found}
    criteria = {criterion for criterion, _, _, _ in found}
    alone = len(items) == 1 and len(criteria) == len(
        {each.id for each in assessed if each.verdict == "unknown"}
    )
    return tuple(
        Recheck(criterion, concept, _action(kind, reason), reason, alone)
        for criterion, concept, kind, reason in dict.fromkeys(found)
    )


def _open_items(each: Assessed) -> Iterable[tuple[str, str, str]]:
    """The concepts that leave a criterion open: name, kind of record, reason."""
    if each.reason == "record_unreadable" or each.finding is None:
        for concept in sorted(each.rule.concepts):
            yield concept, "record", "record_unreadable"
        return
    for leaf in each.finding.leaves():
        if leaf.truth is None:
            yield from leaf_concepts(leaf)


def leaf_concepts(leaf: Finding) -> Iterable[tuple[str, str, str]]:
    """The concepts a leaf reads, with the kind of record and the leaf's reason; a surrogate decides nothing."""
    parts = list(leaf.leaf.walk())
    surrogates = [node.surrogate for node in parts if isinstance(node, n.Pick)]
    for node in parts:
        match node:
            case n.Pick() if any(node is each for each in surrogates):
                pass
            case n.Present(concept=concept):
                yield concept, "history", leaf.reason
            case n.Course(concept=concept):
                yield concept, "history", leaf.reason
            case n.Pick(concept=concept) | n.Recorded(concept=concept) | n.ResultCount(concept=concept):
                yield concept, "answer" if isinstance(leaf.leaf, n.IsYes | n.OneOf) else "result", leaf.reason
            case n.Score(concept=concept):
                yield concept, "result", leaf.reason
            case n.ItemCount(concept=concept):
                yield concept, "history", leaf.reason
    if isinstance(leaf.leaf, n.Constant):
        yield "", "given", leaf.reason


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
        for concept, _, _ in leaf_concepts(leaf)
    ]
    alone = len({concept for _, concept, _ in found}) == 1
    return tuple(
        Recheck(criterion, concept, "repeat", reason, alone, until)
        for criterion, concept, reason in dict.fromkeys(found)
    )
