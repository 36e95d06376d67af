"""Conditions, exposures, procedures and allergies: present, absent, or not known; and lists of items.

Closed world in a search, open world at the bedside, and a recorded 'no' that may contradict a recorded presence.
"""

from __future__ import annotations

from datetime import date

from trialwright.logic.finding import CERTAIN, NONE, POSSIBLE, Bounds, Finding
from trialwright.logic.interpreter.context import (
    Context,
    date_reason,
    lies_in,
    overlaps,
    resolve,
    why_possible,
)
from trialwright.logic.interpreter.picks import has_result
from trialwright.logic.nodes import Happened, ItemCount, Present, Recorded, ResultCount, Window
from trialwright.logic.reasons import strongest
from trialwright.record.fact import Fact
from trialwright.terms.quantity import BOUND


def answered_no(concept: str, window: Window, context: Context) -> tuple[int, Fact | None]:
    """Whether a 'no' for the concept is recorded in the answer window, and the fact that says so.

    A doubtful 'no' (provisional, or on a record that cannot be read) is only possible.
    """
    answers = [fact for fact in context.facts(concept) if fact.absent]
    span = resolve(window, context) if answers else None
    if span is None:
        return NONE, None
    places = [
        (min(lies_in(fact, span, context), POSSIBLE if fact.doubt else CERTAIN), fact) for fact in answers
    ]
    place, fact = max(places, key=lambda each: (each[0], each[1].fact))
    return (place, fact) if place != NONE else (NONE, None)


def silence(concept: str, kind: str, answer: int, context: Context, why: str) -> str:
    """Why no record does not mean no ('' where it does); `why`: why a possible answer is not certain.

    A record that could not be read is not silence: nobody knows what it said.
    """
    if answer == CERTAIN:
        return ""
    if kind in context.setting.not_covered:
        return "kind_not_covered"
    if context.lost(concept):
        return "record_unreadable"
    if context.setting.mode == "screening":
        return why if answer == POSSIBLE else "not_asked"
    return ""


def present(node: Present, context: Context) -> Finding:
    """Evaluate a `Present`."""
    facts = context.facts(node.concept)
    span = resolve(node.window, context) if facts else None
    best: tuple[int, date, str] | None = None
    best_fact: Fact | None = None
    for fact in facts:
        if fact.absent or span is None:
            continue
        place = overlaps(fact, span, context)
        if place == NONE:
            continue
        key = (place, fact.start_low, fact.fact)
        if best is None or key > best:
            best, best_fact = key, fact
    answer, answer_fact = answered_no(node.concept, node.answer_window, context)
    if best_fact is None or best is None or span is None:
        why = silence(
            node.concept, node.kind, answer, context, why_possible(answer_fact) if answer_fact else ""
        )
        return Finding(
            None if why else False,
            why or "absent",
            node,
            day=shown_day(answer_fact) if answer_fact else None,
            fact=answer_fact.fact if answer_fact else None,
            facts=(answer_fact,) if answer_fact else (),
        )
    if best[0] == CERTAIN and answer == NONE:
        truth, reason = True, "present"
    elif best[0] == CERTAIN:
        truth, reason = None, "conflict"
    else:
        truth, reason = None, why_possible(best_fact)
    used = (best_fact, answer_fact) if answer_fact else (best_fact,)
    return Finding(truth, reason, node, day=shown_day(best_fact), fact=best_fact.fact, facts=used)


def shown_day(fact: Fact) -> date | None:
    """The first day of a fact; None for an undated one."""
    return None if fact.undated else fact.start_low


def recorded(node: Recorded, context: Context) -> Finding:
    """Evaluate a `Recorded`."""
    certain, possible, facts = has_result(node.concept, node.window, context)
    if certain:
        last = max(facts, key=lambda fact: (fact.start_low, fact.fact))
        return Finding(True, "present", node, day=shown_day(last), fact=last.fact, facts=facts)
    if possible:
        last = max(facts, key=lambda fact: (fact.start_low, fact.fact))
        return Finding(None, date_reason(last), node, day=shown_day(last), fact=last.fact, facts=facts)
    if context.lost(node.concept):
        return Finding(None, "record_unreadable", node)
    return Finding(False, "absent", node)


def happened(node: Happened, context: Context) -> Finding:
    """Evaluate a `Happened`: as the participant's trial says; where nothing names the event, it came for nobody."""
    came = context.came.get(node.event)
    if came is None:
        return Finding(False, "absent", node)
    fact = came.facts[0].fact if came.facts else None
    return Finding(came.truth, came.reason, node, day=came.day, fact=fact, facts=came.facts)


def result_count(node: ResultCount, context: Context) -> Bounds:
    """Evaluate a `ResultCount`."""
    certain, possible, facts = has_result(node.concept, node.window, context)
    last = max(facts, key=lambda fact: (fact.start_low, fact.fact)) if facts else None
    why = strongest(date_reason(fact) for fact in facts if not fact.exact_day) if possible > certain else ""
    if context.lost(node.concept):
        return Bounds(float(certain), BOUND, "record_unreadable", last, last, CERTAIN, facts)
    return Bounds(float(certain), float(possible), why, last, last, CERTAIN, facts)


def item_count(node: ItemCount, context: Context) -> Bounds:
    """Evaluate an `ItemCount`."""
    span = resolve(node.window, context)
    answers = resolve(node.answer_window, context)
    certain: set[float] = set()
    possible: set[float] = set()
    unreadable = 0
    closed, closing = NONE, ""
    facts = []
    reasons = []
    for fact in context.facts(node.concept):
        if fact.low == fact.high == -1.0:
            if answers is not None:
                place = lies_in(fact, answers, context)
                closed = max(closed, place)
                closing = strongest([closing, date_reason(fact) if place == POSSIBLE else ""])
            continue
        place = lies_in(fact, span, context) if span else NONE
        if place == NONE:
            continue
        facts.append(fact)
        if fact.low != fact.high:
            unreadable += 1
            reasons.append(fact.issue)
        elif place == CERTAIN:
            certain.add(fact.low)
        else:
            possible.add(fact.low)
            reasons.append(date_reason(fact))
    low = len(certain)
    high = min(len(certain | possible) + unreadable, node.items)
    why = strongest(reasons) if high > low else ""
    open_reason = silence(node.concept, "finding", closed, context, closing)
    if open_reason and high < node.items:
        high, why = node.items, open_reason
    last = max(facts, key=lambda fact: (fact.start_low, fact.fact)) if facts else None
    return Bounds(float(low), float(high), why, last, last, CERTAIN, tuple(facts))
