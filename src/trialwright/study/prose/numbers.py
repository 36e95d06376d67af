"""Numbers of a rule in words, and how they may stand to a limit."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.study.occasions import VISIT_WINDOW
from trialwright.study.prose.figures import Prose, both, clauses, figure, quantity
from trialwright.study.prose.words import Words, within_sentence
from trialwright.terms.message import Message, message


def is_counted(number: n.Number) -> bool:
    """Whether a number counts days, items or results, rather than measuring an amount."""
    return isinstance(number, n.ItemCount | n.ResultCount) or (
        isinstance(number, n.Course) and number.measure == "days"
    )


def relation(node: n.Compare, truth: bool, limit: Prose) -> Message:
    """How the left side stands to its limit when the comparison is true, or false: "below 3.0 mg/dL"."""
    return (_relate_count if is_counted(node.left) else _relate_amount)(node.operator, truth, limit)


def several(relations: Sequence[Message]) -> Message:
    """Several relations of one number to its limits: "at least 18 years and at most 75 years"."""
    different = list(dict.fromkeys(relations))
    rest = different[-1]
    for one in reversed(different[:-1]):
        rest = message("{first} and {second}", first=one, second=rest)
    return rest


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


def describe_number(node: n.Number, words: Words) -> Message:
    """A number as a noun: "the latest serum creatinine in the last 28 days"."""
    match node:
        case n.Literal():
            return message("{number}", number=_written(node))
        case n.Age(day=None):
            return message("the age")
        case n.Age():
            return message("the age at baseline")
        case n.Female():
            return message("the sex (1 for female, 0 for male)")
        case n.Pick():
            return _pick(node, words)
        case n.Score(concept, missing="no_baseline"):
            return message(
                "the baseline {label} (added up from its items where their list is complete, else as recorded)",
                label=words.label(concept),
            )
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
        case n.Arithmetic("*", n.Literal() as factor, part) | n.Arithmetic("*", part, n.Literal() as factor):
            return message(
                "{factor} times {number}", factor=_written(factor), number=describe_number(part, words)
            )
        case n.Arithmetic("/", part, n.Literal() as factor):
            number = describe_number(part, words)
            return message("{number} divided by {factor}", number=number, factor=_written(factor))
        case n.Arithmetic(operator, left, right):
            return _arithmetic(operator, describe_number(left, words), describe_number(right, words))
        case n.ItemCount(concept, items, window):
            return message(
                'the number of different entries for "{label}" {window} (of {items})',
                label=words.label(concept),
                window=words.within(window),
                items=items,
            )
        case n.ResultCount(concept, window):
            label = words.label(concept)
            return message(
                "the number of results of {label} {window}", label=label, window=words.within(window)
            )
        case n.Course():
            return qualified(measured(node, words), node, words)
    raise TypeError(f"no words for {type(node).__name__}")


def _written(node: n.Literal) -> Prose:
    number, _, unit = node.text.partition(" ")
    if unit == "ULN":
        return message("{count} times the upper limit of normal", count=number)
    return quantity(number, unit) if number else figure(node.value)


def _argument(node: n.Number, words: Words) -> Prose:
    return message("the sex") if isinstance(node, n.Female) else describe_number(node, words)


def _pick(node: n.Pick, words: Words) -> Message:
    if words.is_entered(node.concept):
        return message('"{label}"', label=words.title(node.concept))
    label, window = words.label(node.concept), words.within(node.window)
    if node.missing == "no_baseline":
        return message("the baseline {label}", label=label)
    if node.window == VISIT_WINDOW and node.which == "latest":
        return message("the {label} at the visit", label=label)
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


def measured(node: n.Course, words: Words) -> Message:
    """What is measured of an exposure, as a noun."""
    label, window = words.label(node.concept), words.within(node.window)
    match node.measure:
        case "days":
            return message(
                "the whole length of the longest course of {label} with a day {window}",
                label=label,
                window=window,
            )
        case "course_dose":
            return message(
                "the total dose of all whole courses of {label} with a day {window}",
                label=label,
                window=window,
            )
        case "window_dose":
            return message("the total dose of {label} {window}", label=label, window=window)
    return message("the highest dose of {label} on one day {window}", label=label, window=window)


def qualified(said: Message, node: n.Course, words: Words) -> Message:
    """What is said of an exposure, with the remarks on which days count."""
    remarks = course_remarks(node, words)
    return message("{thing} ({remarks})", thing=said, remarks=clauses(remarks)) if remarks else said


def course_remarks(node: n.Course, words: Words, *, weighed: bool = True) -> list[Prose]:
    """Which days of exposure count, and how doses are taken; `weighed`: whether a weight plays a part."""
    unit = words.concepts[node.concept].unit or ""
    remarks: list[Prose] = []
    if node.daily:
        remarks.append(
            message("only days with at least {dose} count", dose=quantity(figure(node.daily), unit))
        )
    if node.gap != 1:
        remarks.append(message("days not more than {gap} days apart are one course", gap=node.gap))
    if node.weight is not None and weighed:
        remarks.append(
            message(
                "doses recorded per day are divided by {weight}", weight=describe_number(node.weight, words)
            )
        )
    if node.except_daily is not None and node.except_window is not None:
        dose = quantity(figure(node.except_daily), unit)
        window = words.within(node.except_window)
        remarks.append(message("days with at least {dose} {window} are left out", dose=dose, window=window))
    return remarks
