"""A rule in words, from the same nodes that compute it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from trialwright.logic import nodes as n
from trialwright.logic.reasons import REASONS
from trialwright.study.prose.figures import Prose, either
from trialwright.study.prose.numbers import describe_number, qualified, relation, several
from trialwright.study.prose.words import Words, within_sentence
from trialwright.terms.message import Message, message

SEXES = {
    "female": message("female"),
    "male": message("male"),
    "other": message("another sex"),
    "unknown": message("unknown"),
}


def describe(node: n.Node, words: Words) -> Message:
    """A condition as a clause ("... is below 3.0 mg/dL"), a number or a day as a noun ("the latest ...")."""
    match node:
        case n.Condition():
            return _condition(node, words)
        case n.Number():
            return describe_number(node, words)
        case n.AnchorDay():
            return words.day(node)
    raise TypeError(f"no words for {type(node).__name__}")


# conditions


def _condition(node: n.Condition, words: Words) -> Message:
    match node:
        case n.Compare():
            return _compare(node, words, truth=True)
        case n.Present():
            return _present((node,), words)
        case n.Recorded(concept) if words.is_entered(concept):
            return message('"{label}" is answered', label=words.title(concept))
        case n.Recorded(concept, window):
            return message(
                "a result of {label} is recorded {window}",
                label=words.label(concept),
                window=words.within(window),
            )
        case n.Happened(event):
            return _happened(event, words, truth=True)
        case n.IsYes(pick):
            return _answer(pick, words, truth=True)
        case n.OneOf():
            return _one_of(node, words, truth=True)
        case n.SexIs(texts):
            return message("the sex is {sexes}", sexes=name_sexes(texts))
        case n.And(parts):
            return _joined(parts, words, conjunction=True)
        case n.Or(parts):
            return _joined(parts, words, conjunction=False)
        case n.Not(part):
            return _negated(part, words)
        case n.Unless(part, excuse):
            return message(
                "{part}, unless {excuse}", part=_closed(part, words), excuse=_closed(excuse, words)
            )
        case n.When(test, then, otherwise):
            return message(
                "if {test}: {then}; otherwise: {otherwise}",
                test=describe(test, words),
                then=_closed(then, words),
                otherwise=_closed(otherwise, words),
            )
        case n.ByMode(search, screening):
            return message(
                "in a search of records: {search}; at the bedside: {screening}",
                search=_closed(search, words),
                screening=_closed(screening, words),
            )
        case n.Constant(truth, reason):
            if truth is None:
                return message("left open ({reason})", reason=REASONS[reason])
            return message("always") if truth else message("never")
    raise TypeError(f"no words for {type(node).__name__}")


def _compare(node: n.Compare, words: Words, *, truth: bool) -> Message:
    left = node.left
    if isinstance(left, n.Course) and node.operator == ">" and _is_zero(node.right):
        label, window = words.label(left.concept), words.within(left.window)
        if truth:
            given = message("{label} is recorded on some day {window}", label=label, window=window)
        else:
            given = message("no day with {label} is recorded {window}", label=label, window=window)
        return qualified(given, left, words)
    stands = relation(node, truth, _limit(node, words))
    return message("{number} is {relation}", number=describe_number(left, words), relation=stands)


def _limit(node: n.Compare, words: Words) -> Prose:
    if isinstance(node.right, n.Literal):
        return words.limit(node.right, node.left).shown
    return describe_number(node.right, words)


def _is_zero(number: n.Number) -> bool:
    return isinstance(number, n.Literal) and number.value == 0


def _present(parts: Sequence[n.Present], words: Words, *, truth: bool = True) -> Message:
    """One or several concepts of one kind, active in one window."""
    kind = parts[0].kind
    label = either([words.label(part.concept) for part in parts])
    window = words.within(parts[0].window)
    if not truth:
        return message("{label} is not recorded {window}", label=label, window=window)
    match kind:
        case "condition":
            return message("{label} is recorded as present {window}", label=label, window=window)
        case "exposure":
            return message("{label} is recorded as given {window}", label=label, window=window)
        case "procedure":
            return message("{label} is recorded as done {window}", label=label, window=window)
    return message("{label} is recorded {window}", label=label, window=window)


def _happened(event: str, words: Words, *, truth: bool) -> Message:
    """An intercurrent event of the plan, before the day judged; its own rule stands with the event."""
    title = within_sentence(words.event(event))
    if truth:
        return message('the intercurrent event "{event}" came before the day of the visit', event=title)
    return message('no intercurrent event "{event}" came before the day of the visit', event=title)


def _answer(pick: n.Pick, words: Words, *, truth: bool) -> Message:
    if words.is_entered(pick.concept):
        label = words.title(pick.concept)
        if truth:
            return message('"{label}" is answered yes', label=label)
        return message('"{label}" is answered no', label=label)
    label, window = words.label(pick.concept), words.within(pick.window)
    if truth:
        return message('the latest entry for "{label}" {window} is yes', label=label, window=window)
    return message('the latest entry for "{label}" {window} is no', label=label, window=window)


def _one_of(node: n.OneOf, words: Words, *, truth: bool) -> Message:
    number = describe(node.pick, words)
    texts = either([words.coded(node.pick.concept, index) for index in node.indexes])
    if truth:
        return message("{number} is {texts}", number=number, texts=texts)
    return message("{number} is not {texts}", number=number, texts=texts)


def name_sexes(texts: Sequence[str]) -> Prose:
    """Some of the four words for a recorded sex, as alternatives."""
    return either([SEXES[text] for text in texts])


def _negated(part: n.Condition, words: Words) -> Message:
    match part:
        case n.Compare():
            return _compare(part, words, truth=False)
        case n.IsYes(pick):
            return _answer(pick, words, truth=False)
        case n.Present():
            return _present((part,), words, truth=False)
        case n.Happened(event):
            return _happened(event, words, truth=False)
        case n.OneOf():
            return _one_of(part, words, truth=False)
        case n.Recorded(concept) if words.is_entered(concept):
            return message('"{label}" is not answered', label=words.title(concept))
        case n.Recorded(concept, window):
            label = words.label(concept)
            return message(
                "no result of {label} is recorded {window}", label=label, window=words.within(window)
            )
        case n.SexIs(texts):
            return message("the sex is not {sexes}", sexes=name_sexes(texts))
        case n.Not(inner):
            return describe(inner, words)
    return message("it is not so that {part}", part=_closed(part, words))


# several conditions together


@dataclass(frozen=True, slots=True)
class Outline:
    """A rule as lines below each other: a line, and the lines that belong under it."""

    text: Message
    parts: tuple[Outline, ...] = ()


def outline(node: n.Condition, words: Words) -> Outline:
    """A condition as an outline: every "all of" and "one of" on its own level, every other condition in one line."""
    match node:
        case n.And(parts):
            lines = _lines(parts, words, conjunction=True)
            return lines[0] if len(lines) == 1 else Outline(message("all of these:"), lines)
        case n.Or(parts):
            lines = _lines(parts, words, conjunction=False)
            return lines[0] if len(lines) == 1 else Outline(message("at least one of these:"), lines)
        case n.Unless(part, excuse) if _is_compound(part) or _is_compound(excuse):
            return Outline(
                message("the first of these, unless the second holds:"),
                (outline(part, words), outline(excuse, words)),
            )
        case n.When(test, then, otherwise):
            return Outline(
                message("depending on the record:"),
                (
                    _under(
                        lambda rule: message("if {test}: {rule}", test=describe(test, words), rule=rule),
                        then,
                        words,
                    ),
                    _under(lambda rule: message("otherwise: {rule}", rule=rule), otherwise, words),
                ),
            )
        case n.ByMode(search, screening):
            return Outline(
                message("depending on where it is asked:"),
                (
                    _under(lambda rule: message("in a search of records: {rule}", rule=rule), search, words),
                    _under(lambda rule: message("at the bedside: {rule}", rule=rule), screening, words),
                ),
            )
    return Outline(describe(node, words))


def _under(lead: Callable[[Message], Message], node: n.Condition, words: Words) -> Outline:
    inner = outline(node, words)
    return Outline(lead(inner.text), inner.parts)


def _lines(parts: Sequence[n.Condition], words: Words, *, conjunction: bool) -> tuple[Outline, ...]:
    groups = _groups(parts, conjunction=conjunction)
    return tuple(
        outline(group[0], words) if len(group) == 1 else Outline(_together(group, words)) for group in groups
    )


def _groups(parts: Sequence[n.Condition], *, conjunction: bool) -> list[list[n.Condition]]:
    """Parts said together: alternatives of one kind in one window, and several limits of one number."""

    def together(item: tuple[int, n.Condition]) -> object:
        index, part = item
        if isinstance(part, n.Present) and not conjunction:
            return part.kind, part.window
        if isinstance(part, n.Compare) and conjunction and isinstance(part.right, n.Literal):
            return part.left
        return index

    flat = list(_flat(parts, n.And if conjunction else n.Or))
    return [[part for _, part in group] for _, group in groupby(enumerate(flat), key=together)]


def _flat(parts: Sequence[n.Condition], joined: type[n.And] | type[n.Or]) -> Iterator[n.Condition]:
    for part in parts:
        if isinstance(part, joined):
            yield from _flat(part.parts, joined)
        else:
            yield part


def _together(group: Sequence[n.Condition], words: Words) -> Message:
    present = [part for part in group if isinstance(part, n.Present)]
    if present:
        return _present(present, words)
    compared = [part for part in group if isinstance(part, n.Compare)]
    left = compared[0].left
    limits = [relation(part, True, _limit(part, words)) for part in compared]
    return message("{number} is {relation}", number=describe_number(left, words), relation=several(limits))


def _joined(parts: Sequence[n.Condition], words: Words, *, conjunction: bool) -> Message:
    """All or some of several conditions in one line, each part that is itself compound in brackets."""
    groups = _groups(parts, conjunction=conjunction)
    if len(groups) == 1:
        return describe(groups[0][0], words) if len(groups[0]) == 1 else _together(groups[0], words)
    said = [
        _closed(group[0], words) if len(group) == 1 else message("({part})", part=_together(group, words))
        for group in groups
    ]
    rest = said[-1]
    for part in reversed(said[:-1]):
        if conjunction:
            rest = message("{part}, and {rest}", part=part, rest=rest)
        else:
            rest = message("{part}, or {rest}", part=part, rest=rest)
    return rest


def _is_compound(node: n.Condition) -> bool:
    return isinstance(node, n.And | n.Or | n.Unless | n.When | n.ByMode)


def _closed(node: n.Condition, words: Words) -> Message:
    said = describe(node, words)
    return message("({part})", part=said) if _is_compound(node) else said
