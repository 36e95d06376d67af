"""Parts that could not be decided, as sentences: what is missing or doubtful, and what is known all the same."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.logic.finding import NONE, Bounds, Finding
from trialwright.logic.reasons import REASONS
from trialwright.record.fact import Fact
from trialwright.study.prose.comparisons import limit_of
from trialwright.study.prose.entries import Entry, deciding_fact, missing, single
from trialwright.study.prose.figures import Prose, either, figure, quantity
from trialwright.study.prose.intervals import age, formula, interval, items
from trialwright.study.prose.numbers import describe_number, measured
from trialwright.study.prose.records import own_value, period, result, when
from trialwright.study.prose.words import Words
from trialwright.terms.message import Message, message

_DATES = frozenset({"date_imprecise", "date_missing"})
_NO_SPAN = frozenset({"biopsy_item_missing", "kind_not_covered", "attribution_missing", "record_unreadable"})
_NO_INTERVAL = frozenset(
    {
        "unit_unknown",
        "value_unreadable",
        "value_implausible",
        "dose_missing",
        "not_computable",
        "weight_missing",
    }
)
_LARGEST = 1e7  # ends of intervals beyond it are stand-ins for "no limit", or what a formula makes of one


def unknown(leaf: Finding, words: Words) -> Iterator[Entry]:
    """A leaf whose truth is not known, with its reason."""
    node = leaf.leaf
    match node:
        case n.Compare(_, left, right):
            on_left = leaf.bounds is not None and bool(leaf.bounds.why)
            yield from _number(
                leaf, left if on_left else right, leaf.bounds if on_left else leaf.against, words
            )
        case n.IsYes(pick) | n.OneOf(pick):
            yield from _number(leaf, pick, leaf.bounds, words)
        case n.Present():
            yield _present(leaf, node, words)
        case n.Recorded(concept, window):
            fact = deciding_fact(leaf)
            if fact is None:
                yield missing(concept, leaf.reason, window, words)
            else:
                yield single(_perhaps_outside(fact, leaf.reason, window, words))
        case n.SexIs():
            yield single(message("The sex is not recorded."))
        case n.Happened(event):
            yield single(
                message(
                    "{event}: it is open whether it came before the day of the visit: {reason}.",
                    event=words.event(event),
                    reason=REASONS[leaf.reason],
                )
            )
        case _:
            yield _open(leaf)


def _open(leaf: Finding) -> Entry:
    return single(message("This stays open: {reason}.", reason=REASONS[leaf.reason]))


def _number(leaf: Finding, number: n.Number, bounds: Bounds | None, words: Words) -> Iterator[Entry]:
    if bounds is None:
        yield _open(leaf)
        return
    match number:
        case n.Pick() | n.Score():
            yield _result(leaf, number, bounds, words)
        case n.StandIn():
            yield _stand_in(leaf, number, bounds, words)
        case n.Formula():
            yield single(formula(leaf, number, bounds, words))
        case n.Course():
            yield from _course(leaf, number, bounds, words)
        case n.ItemCount():
            yield single(items(leaf, number, bounds, words))
        case n.Age():
            yield single(age(leaf, number, bounds))
        case _:
            said, reason = describe_number(number, words), REASONS[leaf.reason]
            yield single(message("It is open what {number} is: {reason}.", number=said, reason=reason))


# results


def _result(leaf: Finding, node: n.Pick | n.Score, bounds: Bounds, words: Words) -> Entry:
    reason = leaf.reason
    if reason == "surrogate_only" and isinstance(node, n.Pick) and node.surrogate is not None:
        return single(_surrogate(node, node.surrogate, bounds, words))
    fact = _culprit(leaf, bounds)
    if fact is None:
        return missing(node.concept, reason, None if reason in _NO_SPAN else node.window, words)
    if reason == "conflict" and bounds.low_fact is not None and bounds.high_fact is not None:
        return single(_conflict(bounds.low_fact, bounds.high_fact, words))
    if reason in _DATES:
        known = interval(
            leaf, bounds, message("{name}", name=words.title(node.concept)), words, reason=REASONS[reason]
        )
        return single(known or _perhaps_outside(fact, reason, node.window, words))
    said = result(fact, words, label=words.title(fact.concept))
    if reason == "value_censored" and isinstance(leaf.leaf, n.Compare):
        limit = limit_of(leaf, words).shown
        return single(message("{result} leaves open how it compares with {limit}.", result=said, limit=limit))
    return single(message("{result}: {reason}.", result=said, reason=REASONS[reason]))


def _culprit(leaf: Finding, bounds: Bounds) -> Fact | None:
    """The fact with the fault that the reason names, else the one that decided."""
    for fact in bounds.facts:
        if leaf.reason in (fact.issue, fact.ratio_issue, fact.doubt):
            return fact
    return deciding_fact(leaf) or bounds.low_fact or bounds.high_fact


def _stand_in(leaf: Finding, node: n.StandIn, bounds: Bounds, words: Words) -> Entry:
    fact = _culprit(leaf, bounds)
    if fact is not None:
        return _result(
            leaf, node.second if fact.concept == node.second.concept else node.first, bounds, words
        )
    names = either([words.title(node.first.concept), words.label(node.second.concept)])
    reason, span = REASONS[leaf.reason], words.span(node.first.window)
    return single(message("{names}: {reason} ({span}).", names=names, reason=reason, span=span))


def _surrogate(node: n.Pick, substitute: n.Pick, bounds: Bounds, words: Words) -> Message:
    """Only a substitute is recorded: its value, and the estimate that is made from it."""
    fact = bounds.high_fact or bounds.low_fact
    name, reason, span = words.title(node.concept), REASONS["no_record"], words.span(node.window)
    none = message("{names}: {reason} ({span}).", names=name, reason=reason, span=span)
    if fact is None:
        return none
    shown = result(fact, words, label=words.title(substitute.concept))
    estimate = _estimate(node, fact, words)
    if estimate is None:
        return message("{none} {result} alone does not decide.", none=none, result=shown)
    return message(
        "{none} {result} suggests about {estimate}, an estimate that does not decide.",
        none=none,
        result=shown,
        estimate=estimate,
    )


def _estimate(node: n.Pick, fact: Fact, words: Words) -> Prose | None:
    """What a published estimate makes of a substitute, where one leads from its unit to that of the concept."""
    units = words.concepts[fact.concept].unit, words.concepts[node.concept].unit
    if fact.low != fact.high or own_value(fact, words) is None:
        return None
    for assessment in ASSESSMENTS.values():
        if assessment.estimate and (*(each.unit for each in assessment.arguments), assessment.unit) == units:
            value = assessment.function(fact.low)
            return None if value is None else quantity(figure(value), assessment.unit)
    return None


def _conflict(low: Fact, high: Fact, words: Words) -> Message:
    """Two results of one day that contradict each other, with both records."""
    if low == high:
        said = result(low, words, label=words.title(low.concept))
        return message("{result}: {reason}.", result=said, reason=REASONS["conflict"])
    return message(
        "The records contradict each other: {first} (record {first_id}) and {second} (record {second_id}).",
        first=result(low, words),
        first_id=low.fact,
        second=result(high, words),
        second_id=high.fact,
    )


def _perhaps_outside(fact: Fact, reason: str, window: n.Window, words: Words) -> Message:
    """A record that may or may not lie in the window."""
    said, span = result(fact, words, label=words.title(fact.concept)), words.span(window)
    if window == n.Window():
        return message("{result}: {reason}.", result=said, reason=_fault(fact, reason))
    if (
        reason == "date_imprecise"
        and fact.exact_day
        and fact.end_low == fact.end_high
        and window.anchor is not None
    ):
        return message(
            "{result}: it is open whether it counts for {span}, a day not certain.", result=said, span=span
        )
    return message(
        "{result}: {reason}, so it is open whether it counts for {span}.",
        result=said,
        reason=_fault(fact, reason),
        span=span,
    )


def _fault(fact: Fact, reason: str) -> Message:
    """What is the matter with a record that is shown."""
    if reason == "record_unreadable" and fact.doubt == reason:
        return message("this record could not be read in full")
    return REASONS[reason]


# presence and exposure


def _course(leaf: Finding, node: n.Course, bounds: Bounds, words: Words) -> Iterator[Entry]:
    fact = _culprit(leaf, bounds)
    if bounds.there == NONE or fact is None:
        yield missing(
            node.concept, leaf.reason, None if leaf.reason in _NO_SPAN else node.answer_window, words
        )
        return
    said = result(fact, words, label=words.title(node.concept))
    yield single(message("{result}: {reason}.", result=said, reason=_fault(fact, leaf.reason)))
    name = message("What counts, {number},", number=measured(node, words))
    known = interval(leaf, bounds, name, words, reason=None)
    if known is not None:
        yield single(known)


def _present(leaf: Finding, node: n.Present, words: Words) -> Entry:
    fact = deciding_fact(leaf)
    if fact is None or fact.absent:
        return missing(
            node.concept, leaf.reason, None if leaf.reason in _NO_SPAN else node.answer_window, words
        )
    no = next((each for each in leaf.facts if each.absent), None)
    if leaf.reason != "conflict" or no is None:
        return single(_perhaps_outside(fact, leaf.reason, node.window, words))
    return single(
        message(
            "{label} is recorded {period} (record {fact}), but recorded as absent {date} (record {other}).",
            label=words.title(node.concept),
            period=period(fact),
            fact=fact.fact,
            date=when(no),
            other=no.fact,
        )
    )
