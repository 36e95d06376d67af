"""Why nobody can meet something, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.study.checks.possible import Claim, DeadEnd, Range
from trialwright.study.prose import Words, describe
from trialwright.study.prose.figures import Prose, both, clauses, figure, quantity, sentences
from trialwright.study.prose.numbers import relation
from trialwright.study.prose.words import Limit, within_sentence
from trialwright.terms.compare import equal
from trialwright.terms.message import Message, message

SHOWN = 3  # reasons of one finding; a rule with more alternatives fails for the same kind of reason
_DIGITS = 4


def explain(ends: Sequence[DeadEnd], words: Words) -> Message:
    """Why there is nobody, in one sentence a path; the paths on which numbers decide come first."""
    telling = [end for end in ends if end.kind != "stated"] or list(ends)
    telling.sort(key=lambda end: ("bound", "domain", "clash", "stated").index(end.kind))
    said = list(dict.fromkeys(_explain(end, words) for end in telling))
    if len(said) > SHOWN:
        said = [*said[:SHOWN], message("There are {count} more such reasons.", count=len(said) - SHOWN)]
    return sentences(said)


def _explain(end: DeadEnd, words: Words) -> Message:
    wanted = end.claims[-1].said
    match end.kind:
        case "stated":
            return message("The rule itself says so.")
        case "bound" | "domain" if isinstance(wanted, n.Compare) and isinstance(wanted.right, n.Literal):
            if end.range is not None:
                return _explain_bound(wanted, wanted.right, end.claims[:-1], end.range, words)
        case "domain":
            return message(
                "It would take that {claim}, but nobody has another value.", claim=describe(wanted, words)
            )
    claims = clauses(list(dict.fromkeys(_say(claim, words) for claim in end.claims)))
    return message("It would take all of this at once: {claims}.", claims=claims)


def _explain_bound(
    node: n.Compare, literal: n.Literal, given: Sequence[Claim], found: Range, words: Words
) -> Message:
    """A number that is compared with a limit it cannot reach, with the bound it keeps to."""
    limit = words.limit(literal, node.left)
    wanted = relation(node, True, limit.shown)
    bound = _bound(node, found, limit, words)
    number = _name(node.left, words)
    if not given:
        return message(
            "It would take {number} to be {wanted}, but that is always {bound}.",
            number=number,
            wanted=wanted,
            bound=bound,
        )
    conditions = both(list(dict.fromkeys(describe(claim.said, words) for claim in given)))
    return message(
        "It would take {number} to be {wanted}, but that is {bound} where {conditions}.",
        number=number,
        wanted=wanted,
        bound=bound,
        conditions=conditions,
    )


def _name(number: n.Number, words: Words) -> Prose:
    """A number as a noun; a formula by its title alone, because what it is computed from is said beside it."""
    if isinstance(number, n.Formula):
        return within_sentence(ASSESSMENTS[number.name].title)
    return describe(number, words)


def _bound(node: n.Compare, found: Range, limit: Limit, words: Words) -> Message:
    conversion = words.conversion(node.left, limit.unit)
    low, high = (
        quantity(_round(conversion(end), limit.number), limit.unit) if math.isfinite(end) else ""
        for end in (found.low, found.high)
    )
    if node.operator in (">", ">="):
        return message("at most {limit}", limit=high)
    if node.operator in ("<", "<="):
        return message("at least {limit}", limit=low)
    return message("between {low} and {high}", low=low or "-∞", high=high or "∞")


def _round(value: float, limit: str) -> str:
    """A bound with four significant digits, or as many more as keep it on its side of the limit."""
    if value == 0 or equal(value, round(value)):
        return figure(value, beside=(limit,))
    least = max(0, _DIGITS - 1 - math.floor(math.log10(abs(value))))
    for places in range(least, 17):
        text = f"{value:.{places}f}"
        same_side = (float(text) > float(limit)) == (value > float(limit))
        if same_side and not equal(float(text), float(limit)):
            return text
    return repr(value)


def _say(claim: Claim, words: Words) -> Message:
    said = describe(claim.said, words)
    return message("{claim} (the formula is not valid otherwise)", claim=said) if claim.need else said
