"""Decided comparisons as sentences: the number that was found, and how it stands to its limit."""

from __future__ import annotations

import math

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.logic.finding import NONE, Bounds, Finding, known
from trialwright.record.fact import Fact
from trialwright.study.prose.entries import Entry, absent, deciding_fact, silent
from trialwright.study.prose.figures import Prose, clauses, figure, listed, quantity
from trialwright.study.prose.numbers import course_remarks, describe_number, relation, several
from trialwright.study.prose.records import (
    as_entered,
    censored,
    censored_end,
    dated,
    number_of,
    period,
    result,
)
from trialwright.study.prose.words import Limit, Words, at_beginning
from trialwright.terms.message import Message, message

_PRINTED = 6  # digits of a limit that a laboratory prints; more come of a conversion


def compared(leaf: Finding, words: Words) -> Entry:
    """A comparison that came out true or false. Comparisons of one number with several limits share a sentence."""
    node, bounds = _parts(leaf)
    if isinstance(node.left, n.Course) and bounds.there == NONE:
        fact = deciding_fact(leaf)
        if fact is None:
            return silent(node.left.concept, node.left.window, words)
        return absent(node.left.concept, fact, words)
    key: tuple[object, ...] = ("compared", id(node.left), id(node))
    if isinstance(node.right, n.Literal) and bounds.low == bounds.high:
        key = ("compared", id(node.left), words.limit(node.right, node.left).unit)
    return Entry(key, leaf, lambda leaves: _sentence(leaves, words))


def _parts(leaf: Finding) -> tuple[n.Compare, Bounds]:
    if not isinstance(leaf.leaf, n.Compare) or leaf.bounds is None:
        raise TypeError(f"{type(leaf.leaf).__name__} is no comparison")
    return leaf.leaf, leaf.bounds


def _end(leaf: Finding) -> float:
    """The end of the left side that decided; of two that are apart from a limit the nearer one."""
    node, bounds = _parts(leaf)
    if node.operator == "=" and leaf.against is not None and bounds.low > leaf.against.high:
        return bounds.low
    return bounds.low if leaf.value is None else leaf.value


def _sentence(leaves: list[Finding], words: Words) -> Message:
    first = leaves[0]
    node, _ = _parts(first)
    limits = [limit_of(leaf, words) for leaf in leaves]
    relations = several(
        [
            relation(_parts(leaf)[0], leaf.truth is True, limit.shown)
            for leaf, limit in zip(leaves, limits, strict=True)
        ]
    )
    beside = tuple(limit.number for limit in limits if limit.number)
    if limits[0].unit == "ULN":
        return message("{found}, {relation}.", found=_multiple(first, beside, words), relation=relations)
    if isinstance(node.left, n.Pick | n.Score | n.StandIn):
        number = _result(first, node.left, limits[0], beside, words)
        return message("{number} is {relation}.", number=number, relation=relations)
    found = _found(first, node.left, limits[0], beside, words)
    if isinstance(node.left, n.Formula):
        sources = _sources(first, words)
        if sources is not None:
            return message(
                "{found}, {relation} (from {sources}).", found=found, relation=relations, sources=sources
            )
    return message("{found}, {relation}.", found=found, relation=relations)


def limit_of(leaf: Finding, words: Words) -> Limit:
    """What the left side was compared with; the value of another number is shown with it."""
    node, _ = _parts(leaf)
    if isinstance(node.right, n.Literal):
        limit = words.limit(node.right, node.left)
        times = message("{count} times", count=limit.number)
        return limit._replace(shown=times) if limit.unit == "ULN" else limit
    name, unit = describe_number(node.right, words), words.unit(node.left)
    value = _other_side(leaf)
    if value is None:
        return Limit("", unit, name)
    number = figure(value, beside=(f"{_end(leaf):.12g}",))
    return Limit(number, unit, message("{number} ({value})", number=name, value=quantity(number, unit)))


def _other_side(leaf: Finding) -> float | None:
    """The end of the right side that the deciding end of the left one was compared with."""
    if leaf.against is None or leaf.bounds is None:
        return None
    return known(leaf.against.low if _end(leaf) == leaf.bounds.high else leaf.against.high)


def shown_number(leaf: Finding, number: n.Number, limit: Limit, beside: tuple[str, ...], words: Words) -> str:
    """The deciding number, in the unit of its limit, on the same side of it as the number itself."""
    value = words.conversion(number, limit.unit)(_end(leaf))
    fact = deciding_fact(leaf)
    picked = isinstance(number, n.Pick | n.Score | n.StandIn)
    return (
        number_of(fact, value, beside=beside) if fact is not None and picked else figure(value, beside=beside)
    )


def _result(leaf: Finding, number: n.Number, limit: Limit, beside: tuple[str, ...], words: Words) -> Message:
    """A picked result as a noun."""
    fact = deciding_fact(leaf)
    if fact is None:
        return describe_number(number, words)
    if isinstance(number, n.Score) and fact.concept != number.concept:
        total = _bounded(quantity(shown_number(leaf, number, limit, beside, words), words.unit(number)), leaf)
        said = dated(words.title(number.concept), total, fact)
        return message("{result} (added up from its items)", result=said)
    label = words.title(fact.concept)
    unit = limit.unit or words.unit(number)
    if isinstance(number, n.StandIn) and fact.concept == number.second.concept:
        unit = words.unit(number.second)
        value = _value(leaf, number.second, Limit(limit.number, unit, ""), unit, fact, beside, words)
        other = words.label(number.first.concept)
        return message("{result} (standing in for {label})", result=dated(label, value, fact), label=other)
    return dated(label, _value(leaf, number, limit, unit, fact, beside, words), fact)


def _value(
    leaf: Finding,
    number: n.Number,
    limit: Limit,
    unit: str,
    fact: Fact,
    beside: tuple[str, ...],
    words: Words,
) -> Prose:
    """The value of a picked result in a unit; a censored one with its sign."""
    if fact.low != fact.high:
        text = censored(fact, words.conversion(number, unit)(censored_end(fact)))
        if text is not None:
            return quantity(text, unit)
        return _bounded(quantity(shown_number(leaf, number, limit, beside, words), unit), leaf)
    return quantity(shown_number(leaf, number, limit, beside, words), unit)


def _multiple(leaf: Finding, beside: tuple[str, ...], words: Words) -> Message:
    """A result held against the upper limit of its own range."""
    fact = deciding_fact(leaf)
    multiple = _end(leaf)
    ratio = _bounded(figure(multiple, beside=beside), leaf)
    if fact is None:
        return message(
            "Found: {number} is {value}", number=describe_number(_parts(leaf)[0].left, words), value=ratio
        )
    if fact.ratio_low != fact.ratio_high:
        ratio = censored(fact, multiple) or ratio
    return message(
        "{result} is {ratio} times its upper limit of normal ({limit})",
        result=dated(words.title(fact.concept), as_entered(fact, fact.raw.value) or "", fact),
        ratio=ratio,
        limit=as_entered(fact, _printed(fact.raw.high, fact.raw.value)) or "",
    )


def _printed(limit: str, value: str) -> str:
    """The limit of a range as a laboratory prints one; converted from another unit it has more digits than anybody reads."""
    if len(limit.replace(".", "").strip("0")) <= _PRINTED:
        return limit
    try:
        return figure(float(limit), beside=(value,) if math.isfinite(float(value)) else ())
    except ValueError:
        return limit


def _bounded(amount: Prose, leaf: Finding) -> Prose:
    """An amount that is only the end of an interval says so."""
    bounds = leaf.bounds
    if bounds is None or bounds.low == bounds.high:
        return amount
    if _end(leaf) == bounds.low:
        return message("{amount} or more", amount=amount)
    return message("{amount} or less", amount=amount)


def _found(leaf: Finding, number: n.Number, limit: Limit, beside: tuple[str, ...], words: Words) -> Message:
    """A number that is not a picked result, with its value."""
    shown = shown_number(leaf, number, limit, beside, words)
    unit = limit.unit or words.unit(number)
    years = isinstance(number, n.Age) and unit == "a"
    amount = _bounded(message("{age} years", age=shown) if years else quantity(shown, unit), leaf)
    match number:
        case n.Age(day=None):
            return message("Age is {value}", value=amount)
        case n.Age():
            return message("Age at baseline is {value}", value=amount)
        case n.Formula(name=name):
            title = at_beginning(ASSESSMENTS[name].title)
            return message("{title} is {value}", title=title, value=amount)
        case n.ItemCount(concept, items):
            return message(
                "{label}: {count} of {items} items are recorded",
                label=words.title(concept),
                count=amount,
                items=items,
            )
        case n.ResultCount(concept, window):
            return message(
                "{label}: {count} results are recorded {window}",
                label=words.title(concept),
                count=amount,
                window=words.within(window),
            )
        case n.Course():
            return _course(leaf, number, amount, words)
    said = describe_number(number, words)
    return message("Found: {number} is {value}", number=said, value=amount)


def _course(leaf: Finding, node: n.Course, value: Prose, words: Words) -> Message:
    label, window = words.title(node.concept), words.within(node.window)
    match node.measure:
        case "days":
            found = message(
                "{label}: the longest course with a day {window} lasts {value}",
                label=label,
                window=window,
                value=value,
            )
        case "course_dose":
            found = message(
                "{label}: all courses with a day {window} together come to {value}",
                label=label,
                window=window,
                value=value,
            )
        case "window_dose":
            found = message("{label}: {value} in total {window}", label=label, window=window, value=value)
        case "max_daily_dose":
            found = message(
                "{label}: the highest dose of one day {window} is {value}",
                label=label,
                window=window,
                value=value,
            )
    weighed = any(fact.absolute for fact in leaf.facts)
    remarks = course_remarks(node, words, weighed=weighed)
    fact = deciding_fact(leaf)
    if fact is not None:
        remarks.append(message("latest record {period}", period=period(fact)))
    return message("{thing} ({remarks})", thing=found, remarks=clauses(remarks)) if remarks else found


def _sources(leaf: Finding, words: Words) -> Prose | None:
    """The results a formula was computed from: of the leading one the record that decided."""
    lead = deciding_fact(leaf)
    facts = [
        fact
        for fact in dict.fromkeys(leaf.facts)
        if lead is None or fact == lead or fact.concept != lead.concept
    ]
    return listed([result(fact, words) for fact in facts]) if facts else None
