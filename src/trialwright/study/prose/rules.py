"""A rule in words, from the same nodes that compute it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.logic.reasons import REASONS
from trialwright.study.prose.figures import Prose, both, clauses, either, figure, quantity
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
            return _number(node, words)
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
        case n.Recorded(concept, window):
            return message(
                "a result of {label} is recorded {window}", label=words.label(concept), window=words.within(window)
            )
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
            return message("{part}, unless {excuse}", part=_closed(part, words), excuse=_closed(excuse, words))
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
        return _qualified(given, left, words)
    if isinstance(node.right, n.Literal):
        limit: Prose = words.limit(node.right, left).shown
    else:
        limit = describe(node.right, words)
    return message("{number} is {relation}", number=describe(left, words), relation=relation(node, truth, limit))


def _is_zero(number: n.Number) -> bool:
    return isinstance(number, n.Literal) and number.value == 0


def is_counted(number: n.Number) -> bool:
    """Whether a number counts days, items or results, rather than measuring an amount."""
    return isinstance(number, n.ItemCount | n.ResultCount) or (
        isinstance(number, n.Course) and number.measure == "days"
    )


def relation(node: n.Compare, truth: bool, limit: Prose) -> Message:
    """How the left side stands to its limit when the comparison is true, or false: "below 3.0 mg/dL"."""
    return (_relate_count if is_counted(node.left) else _relate_amount)(node.operator, truth, limit)


def _relate_amount(operator: n.Operator, truth: bool, limit: Prose) -> Message:
    match operator, truth:
        case ("<", True) | (">=", False):
            return message("below {limit}", limit=limit)
        case "<", False:
            return message("not below {limit}", limit=limit)
        case "<=", True:
            return message("at most {limit}", limit=limit)
        case (">", True) | ("<=", False):
            return message("above {limit}", limit=limit)
        case ">", False:
            return message("not above {limit}", limit=limit)
        case ">=", True:
            return message("at least {limit}", limit=limit)
        case "=", True:
            return message("exactly {limit}", limit=limit)
    return message("not exactly {limit}", limit=limit)


def _relate_count(operator: n.Operator, truth: bool, limit: Prose) -> Message:
    match operator, truth:
        case ("<", True) | (">=", False):
            return message("less than {limit}", limit=limit)
        case ("<=", True) | (">", False):
            return message("no more than {limit}", limit=limit)
        case (">", True) | ("<=", False):
            return message("more than {limit}", limit=limit)
        case (">=", True) | ("<", False):
            return message("no less than {limit}", limit=limit)
        case "=", True:
            return message("exactly {limit}", limit=limit)
    return message("not exactly {limit}", limit=limit)


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


def _answer(pick: n.Pick, words: Words, *, truth: bool) -> Message:
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
        case n.OneOf():
            return _one_of(part, words, truth=False)
        case n.Recorded(concept, window):
            label = words.label(concept)
            return message("no result of {label} is recorded {window}", label=label, window=words.within(window))
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
            lines = tuple(_lines(parts, words, conjunction=True))
            return Outline(message("all of these:"), lines)
        case n.Or(parts):
            lines = tuple(_lines(parts, words, conjunction=False))
            return lines[0] if len(lines) == 1 else Outline(message("at least one of these:"), lines)
        case n.Unless(part, excuse) if _is_compound(part) or _is_compound(excuse):
            return Outline(
                message("the first of these, unless the second holds:"), (outline(part, words), outline(excuse, words))
            )
        case n.When(test, then, otherwise):
            return Outline(
                message("depending on the record:"),
                (
                    _under(lambda rule: message("if {test}: {rule}", test=describe(test, words), rule=rule), then, words),
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


def _lines(parts: Sequence[n.Condition], words: Words, *, conjunction: bool) -> Iterator[Outline]:
    for group in _groups(parts, conjunction=conjunction):
        yield outline(group[0], words) if len(group) == 1 else Outline(_present(_presents(group), words))


def _groups(parts: Sequence[n.Condition], *, conjunction: bool) -> list[list[n.Condition]]:
    """Parts said together: alternatives of one kind that may be present in the same window."""

    def together(item: tuple[int, n.Condition]) -> object:
        index, part = item
        return (part.kind, part.window) if isinstance(part, n.Present) and not conjunction else index

    return [[part for _, part in group] for _, group in groupby(enumerate(parts), key=together)]


def _presents(group: Sequence[n.Condition]) -> list[n.Present]:
    return [part for part in group if isinstance(part, n.Present)]


def _joined(parts: Sequence[n.Condition], words: Words, *, conjunction: bool) -> Message:
    """All or some of several conditions in one line, each part that is itself compound in brackets."""
    groups = _groups(parts, conjunction=conjunction)
    said = [
        _closed(group[0], words)
        if len(group) == 1
        else message("({part})", part=_present(_presents(group), words))
        for group in groups
    ]
    if len(said) == 1:
        return describe(groups[0][0], words) if len(groups[0]) == 1 else _present(_presents(groups[0]), words)
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


# numbers


def _number(node: n.Number, words: Words) -> Message:
    match node:
        case n.Literal():
            return message("{number}", number=node.text or figure(node.value))
        case n.Age():
            return message("the age")
        case n.Female():
            return message("the sex (1 for female, 0 for male)")
        case n.Pick():
            return _pick(node, words)
        case n.Score(concept, window=window):
            return message(
                "the latest {label} {window} (added up from its items where their list is complete, else as recorded)",
                label=words.label(concept),
                window=words.within(window),
            )
        case n.StandIn(first, second):
            return message(
                "{first} or, where there is no such result at all, {second}",
                first=_pick(first, words),
                second=_pick(second, words),
            )
        case n.Formula(name, arguments):
            title = within_sentence(ASSESSMENTS[name].title)
            parts = both([_argument(part, words) for part in arguments])
            return message("{title} (computed from {arguments})", title=title, arguments=parts)
        case n.Arithmetic(operator, left, right):
            return _arithmetic(operator, describe(left, words), describe(right, words))
        case n.ItemCount(concept, items, window):
            return message(
                'the number of different entries for "{label}" {window} (of {items})',
                label=words.label(concept),
                window=words.within(window),
                items=items,
            )
        case n.ResultCount(concept, window):
            label = words.label(concept)
            return message("the number of results of {label} {window}", label=label, window=words.within(window))
        case n.Course():
            return _qualified(_course(node, words), node, words)
    raise TypeError(f"no words for {type(node).__name__}")


def _argument(node: n.Number, words: Words) -> Prose:
    return message("the sex") if isinstance(node, n.Female) else describe(node, words)


def _pick(node: n.Pick, words: Words) -> Message:
    label, window = words.label(node.concept), words.within(node.window)
    match node.which:
        case "latest":
            said = message("the latest {label} {window}", label=label, window=window)
        case "first":
            said = message("the first {label} {window}", label=label, window=window)
        case "lowest":
            said = message("the lowest {label} {window}", label=label, window=window)
        case "highest":
            said = message("the highest {label} {window}", label=label, window=window)
    if node.surrogate is not None:
        other = words.label(node.surrogate.concept)
        said = message("{number} ({other} alone is shown but does not decide)", number=said, other=other)
    return said


def _arithmetic(operator: str, left: Message, right: Message) -> Message:
    match operator:
        case "+":
            return message("the sum of {left} and {right}", left=left, right=right)
        case "-":
            return message("the difference of {left} minus {right}", left=left, right=right)
        case "*":
            return message("the product of {left} and {right}", left=left, right=right)
        case "/":
            return message("the ratio of {left} to {right}", left=left, right=right)
        case "least":
            return message("the lesser of {left} and {right}", left=left, right=right)
    return message("the greater of {left} and {right}", left=left, right=right)


def _course(node: n.Course, words: Words) -> Message:
    label, window = words.label(node.concept), words.within(node.window)
    match node.measure:
        case "days":
            return message(
                "the whole length of the longest course of {label} with a day {window}", label=label, window=window
            )
        case "course_dose":
            return message(
                "the total dose of all whole courses of {label} with a day {window}", label=label, window=window
            )
        case "window_dose":
            return message("the total dose of {label} {window}", label=label, window=window)
    return message("the highest dose of {label} on one day {window}", label=label, window=window)


def _qualified(said: Message, node: n.Course, words: Words) -> Message:
    remarks = course_remarks(node, words)
    return message("{thing} ({remarks})", thing=said, remarks=clauses(remarks)) if remarks else said


def course_remarks(node: n.Course, words: Words) -> list[Prose]:
    """Which days of exposure count, and how doses are taken."""
    unit = words.concepts[node.concept].unit or ""
    remarks: list[Prose] = []
    if node.daily:
        remarks.append(message("days of at least {dose} count", dose=quantity(figure(node.daily), unit)))
    if node.gap != 1:
        remarks.append(message("days not more than {gap} days apart are one course", gap=node.gap))
    if node.weight is not None:
        remarks.append(message("divided by {weight} where needed", weight=describe(node.weight, words)))
    if node.except_daily is not None and node.except_window is not None:
        dose = quantity(figure(node.except_daily), unit)
        window = words.within(node.except_window)
        remarks.append(message("days of at least {dose} {window} are left out", dose=dose, window=window))
    return remarks
