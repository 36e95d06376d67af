"""Computed numbers that may lie on either side of their limit, as sentences: what is known of them, and why no more."""

from __future__ import annotations

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.logic.finding import NONE, Bounds, Finding
from trialwright.logic.reasons import REASONS
from trialwright.study.prose.figures import Prose, both, figure, quantity
from trialwright.study.prose.words import Words, at_beginning
from trialwright.terms.message import Message, message

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


def interval(
    leaf: Finding, bounds: Bounds, name: Message, words: Words, *, reason: Message | None
) -> Message | None:
    """What is known of a number that may lie on either side of its limit; None where that is nothing."""
    node = leaf.leaf
    if leaf.reason in _NO_INTERVAL or bounds is not leaf.bounds:
        return None
    if not isinstance(node, n.Compare) or not isinstance(node.right, n.Literal) or node.right.value == 0:
        return None
    limit = words.limit(node.right, node.left)
    convert, unit = words.conversion(node.left, limit.unit), limit.unit or words.unit(node.left)

    def amount(end: float) -> Prose:
        number = figure(convert(end), beside=(limit.number,))
        if limit.unit == "ULN":
            return message("{count} times its upper limit of normal", count=number)
        return quantity(number, unit)

    low, high = abs(bounds.low) < _LARGEST, abs(bounds.high) < _LARGEST
    if low and high:
        range_ = message("between {low} and {high}", low=amount(bounds.low), high=amount(bounds.high))
    elif low:
        range_ = message("{amount} or more", amount=amount(bounds.low))
    elif high:
        range_ = message("{amount} or less", amount=amount(bounds.high))
    else:
        return None
    said = message(
        "{name} is {range}, which is not decisive for the limit of {limit}",
        name=name,
        range=range_,
        limit=limit.shown,
    )
    return (
        message("{found}.", found=said)
        if reason is None
        else message("{found}: {reason}.", found=said, reason=reason)
    )


def formula(leaf: Finding, node: n.Formula, bounds: Bounds, words: Words) -> Message:
    """A formula without a result, or with one on either side of its limit."""
    assessment = ASSESSMENTS[node.name]
    title, reason = at_beginning(assessment.title), REASONS[leaf.reason]
    if leaf.reason == "equation_not_valid":
        return message(
            "{title} is not computed: it is valid only for {valid_for}.",
            title=title,
            valid_for=assessment.valid_for,
        )
    picks = [
        part for argument in node.arguments for part in argument.walk() if isinstance(part, n.Pick | n.Score)
    ]
    there = {fact.concept for fact in bounds.facts}
    lacking = [words.label(pick.concept) for pick in picks if pick.concept not in there]
    if bounds.there == NONE and lacking:
        return message(
            "{title} cannot be computed without {names}: {reason}.",
            title=title,
            names=both(lacking),
            reason=reason,
        )
    if leaf.reason == "sex_unknown":
        reason = message("the sex is recorded neither as female nor as male, so it is computed for both")
    known = interval(leaf, bounds, message("{name}", name=title), words, reason=reason)
    return known or message("{title} cannot be computed: {reason}.", title=title, reason=reason)


def age(leaf: Finding, node: n.Age, bounds: Bounds) -> Message:
    """An age that is not known, or not precisely enough."""
    low, high, reason = figure(bounds.low), figure(bounds.high), REASONS[leaf.reason]
    if max(abs(bounds.low), abs(bounds.high)) < _LARGEST:
        if node.day is not None:
            return message(
                "Age at baseline is {low} to {high} years: {reason}.", low=low, high=high, reason=reason
            )
        return message("Age is {low} to {high} years: {reason}.", low=low, high=high, reason=reason)
    if node.day is not None:
        return message("Age at baseline is not known: {reason}.", reason=reason)
    return message("Age is not known: {reason}.", reason=reason)


def items(leaf: Finding, node: n.ItemCount, bounds: Bounds, words: Words) -> Message:
    """How many items of a list are recorded, where more may be."""
    label, low, high, reason = (
        words.title(node.concept),
        figure(bounds.low),
        figure(bounds.high),
        REASONS[leaf.reason],
    )
    if bounds.high >= node.items:
        return message(
            "{label}: {count} of {items} items are recorded; whether there are more is open: {reason}.",
            label=label,
            count=low,
            items=node.items,
            reason=reason,
        )
    return message(
        "{label}: between {low} and {high} of {items} items are recorded: {reason}.",
        label=label,
        low=low,
        high=high,
        items=node.items,
        reason=reason,
    )
