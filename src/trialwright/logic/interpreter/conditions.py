"""Conditions made of others, in Kleene logic, each keeping the parts that decided it."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.logic.finding import Bounds, Finding, known, united
from trialwright.logic.interpreter.context import Context
from trialwright.logic.interpreter.presence import shown_day
from trialwright.logic.nodes import Compare, Condition, IsYes, OneOf, SexIs, rests_on_records
from trialwright.record.fact import Fact
from trialwright.terms.compare import equal, greater, less
from trialwright.terms.truth import Truth, all_of, any_of


def compare(node: Compare, left: Bounds, right: Bounds) -> Finding:
    """Decide only when the whole of one interval lies on one side of the other."""
    match node.operator:
        case "<":
            truth = _decide(less(left.high, right.low), not less(left.low, right.high))
            on_high = truth is not False
        case "<=":
            truth = _decide(not greater(left.high, right.low), greater(left.low, right.high))
            on_high = truth is not False
        case ">":
            truth = _decide(greater(left.low, right.high), not greater(left.high, right.low))
            on_high = truth is False
        case ">=":
            truth = _decide(not less(left.low, right.high), less(left.high, right.low))
            on_high = truth is False
        case "=":
            apart = less(left.high, right.low) or greater(left.low, right.high)
            truth = _decide(equal(left.low, right.high) and equal(left.high, right.low), apart)
            on_high = True
    lead = left if rests_on_records(node.left) else right
    return _numeric(node, truth, left, right, lead=lead, on_high=on_high)


def _decide(yes: bool, no: bool) -> Truth:
    return True if yes else False if no else None


def _numeric(
    node: Condition, truth: Truth, left: Bounds, right: Bounds | None, *, lead: Bounds, on_high: bool
) -> Finding:
    """A finding on numbers, with the value and fact of the side that decided."""
    fact: Fact | None = lead.high_fact if on_high else lead.low_fact
    reason = "value"
    if truth is None:
        reason = left.why or (right.why if right is not None else "") or "value_censored"
    return Finding(
        truth,
        reason,
        node,
        value=known(left.high if on_high else left.low),
        day=shown_day(fact) if fact else None,
        fact=fact.fact if fact else None,
        bounds=left,
        against=right,
        facts=left.facts + (right.facts if right is not None else ()),
    )


def is_yes(node: IsYes, bounds: Bounds) -> Finding:
    """A yes/no finding: 1 is yes, 0 is no, between them unknown."""
    truth = _decide(bounds.low >= 1.0, bounds.high <= 0.0)
    return _numeric(node, truth, bounds, None, lead=bounds, on_high=truth is not True)


def one_of(node: OneOf, bounds: Bounds) -> Finding:
    """A coded finding among given texts; several different ones leave it unknown."""
    truth: Truth = None
    if bounds.low == bounds.high and bounds.low >= 0:
        truth = bounds.low in node.indexes
    elif bounds.low == bounds.high:  # 'false': none of the texts of the list
        bounds = bounds._replace(why="value_unreadable")
    return _numeric(node, truth, bounds, None, lead=bounds, on_high=True)


def sex_is(node: SexIs, context: Context) -> Finding:
    """The recorded sex among given words; an unknown sex is unknown unless that word is asked for."""
    sex = context.person.sex
    if sex in node.words:
        return Finding(True, "value", node)
    return Finding(None if sex == "unknown" else False, "sex_unknown" if sex == "unknown" else "value", node)


def joined(node: Condition, parts: Sequence[Finding], *, conjunction: bool) -> Finding:
    """And (`conjunction`) or Or of findings: the first part that shares the truth leads."""
    truths = [part.truth for part in parts]
    truth = all_of(truths) if conjunction else any_of(truths)
    deciding = tuple([part for part in parts if part.truth is truth])
    return deciding[0].lead(node, truth, deciding, united(deciding))


def negated(node: Condition, part: Finding) -> Finding:
    """The opposite of a finding, with its evidence."""
    truth = None if part.truth is None else not part.truth
    return part.lead(node, truth, (part,), part.facts)


def unless(node: Condition, part: Finding, excuse: Finding) -> Finding:
    """See `Unless`."""
    if part.truth is not True:
        return as_part(node, part)
    truth = None if excuse.truth is None else not excuse.truth
    deciding = part if truth else excuse
    return deciding.lead(node, truth, (part, excuse), united((part, excuse)))


def when(node: Condition, test: Finding, then: Finding, otherwise: Finding) -> Finding:
    """See `When`."""
    if test.truth is not None:
        taken = then if test.truth else otherwise
    else:
        taken = then if then.truth is not None and then.truth == otherwise.truth else test
    return as_part(node, taken)


def as_part(node: Condition, part: Finding) -> Finding:
    """The finding of the only part that was judged, as that of the node above."""
    return part.lead(node, part.truth, (part,), part.facts)
