"""The situation a rule is judged in: whose record, which day, known up to when, in which mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from trialwright.logic.finding import CERTAIN, NONE, POSSIBLE, Bounds, Finding, Formulas
from trialwright.logic.nodes import AnchorDay, NamedDay, Window
from trialwright.record.fact import Fact, Person
from trialwright.terms.dates import FIRST_DAY, LAST_DAY
from trialwright.terms.truth import Truth


@dataclass(frozen=True, slots=True)
class Setting:
    """What a whole run shares: the mode, the kinds of data the source does not cover, the formulas."""

    mode: str
    formulas: Formulas
    not_covered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Occasion:
    """A named day of a participant's trial.

    `only`: the ids of the facts that belong to it, as of its day whatever day they are dated (None: those of the
    window). `left_out`: ids of facts that are known to be of a later hour than the event that gives the day its name.
    """

    day: date
    only: frozenset[str] | None = None
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Came:
    """Whether an event of the analysis plan came before the day judged, with the reason code and what says so.

    `day`: the first day on which it was there, or may have been where `truth` is None.
    """

    truth: Truth
    reason: str
    day: date | None = None
    facts: tuple[Fact, ...] = ()


@dataclass(slots=True)
class Context:
    """One person judged on `day`, with the facts dated on or before `known`; `named`: the named days there are.

    `came`: what is known of the events that rules ask for, by the id of the event.
    What was found for a node, a window or an anchor is kept under its `id`: equal parts of the rules of a study are
    one object, so each is judged once. `kept`: the nodes themselves, which hold their windows: none is freed
    while the context lives, so that its `id` is never that of another.
    """

    person: Person
    day: date
    known: date
    setting: Setting
    rows: Mapping[str, tuple[Fact, ...]]
    named: Mapping[str, Occasion] = field(default_factory=dict)
    came: Mapping[str, Came] = field(default_factory=dict)
    findings: dict[int, Finding] = field(default_factory=dict)
    numbers: dict[int, Bounds] = field(default_factory=dict)
    kept: list[object] = field(default_factory=list)
    spans: dict[int, Span | None] = field(default_factory=dict)
    anchors: dict[int, AnchorDays] = field(default_factory=dict)

    def on(self, day: date) -> Context:
        """The same person on another day, with what is known on this one."""
        return Context(self.person, day, self.known, self.setting, self.rows, self.named, self.came)

    def facts(self, concept: str) -> tuple[Fact, ...]:
        """The facts of a concept that may be dated on or before `known`, in no particular order."""
        return self.rows.get(concept, ())

    def lost(self, concept: str) -> bool:
        """Whether a record of the concept could not be read, so that silence about it says nothing."""
        unreadable = self.person.unreadable
        return bool(unreadable) and ("*" in unreadable or concept in unreadable)


def known_rows(person: Person, known: date) -> dict[str, tuple[Fact, ...]]:
    """The facts that may be dated on or before a day; later ones are ignored."""
    return {
        concept: tuple(fact for fact in facts if fact.start_low <= known)
        for concept, facts in person.facts.items()
    }


class Span(NamedTuple):
    """The days of a window, each end an interval because its anchor may be uncertain.

    `sure` False: the anchor day itself may not exist, so nothing inside is certain. `only`, `left_out`: see `Occasion`.
    """

    from_low: date
    from_high: date
    to_low: date
    to_high: date
    sure: bool = True
    only: frozenset[str] | None = None
    left_out: frozenset[str] = frozenset()

    def holds(self, fact: Fact) -> bool | None:
        """Whether the named day itself says that a fact counts, or does not; None where its date decides."""
        if self.only is not None:
            return fact.fact in self.only
        return False if fact.fact in self.left_out else None


def start_high(fact: Fact, context: Context) -> date:
    """The last day a fact may have started; days without a date end at the day of knowledge."""
    return context.known if fact.undated else fact.start_high


def lies_in(fact: Fact, span: Span, context: Context) -> int:
    """Whether a dated result lies in a span: 2 certainly, 1 possibly, 0 not."""
    said = span.holds(fact)
    if said is not None:
        return CERTAIN if said else NONE
    last = start_high(fact, context)
    if fact.start_low > span.to_high or last < span.from_low:
        return NONE
    inside = fact.start_low >= span.from_high and last <= min(span.to_low, context.known)
    return CERTAIN if inside and span.sure else POSSIBLE


def overlaps(fact: Fact, span: Span, context: Context) -> int:
    """Whether something with a beginning and an end is active on some day of a span: 2, 1 or 0."""
    if fact.start_low > span.to_high or fact.end_high < span.from_low:
        return NONE
    last = start_high(fact, context)
    inside = last <= min(span.to_low, context.known) and fact.end_low >= span.from_high
    return CERTAIN if inside and span.sure and not fact.doubt else POSSIBLE


def date_reason(fact: Fact) -> str:
    """Why the day of a fact is not certain."""
    return "date_missing" if fact.undated else "date_imprecise"


def why_possible(fact: Fact) -> str:
    """Why a presence is only possible: its own doubt, no date, no recorded end, or an imprecise date."""
    if fact.doubt:
        return fact.doubt
    if fact.undated:
        return "date_missing"
    open_end = fact.end_high == LAST_DAY and fact.end_low == fact.start_low
    return "end_missing" if open_end else "date_imprecise"


def resolve(window: Window, context: Context) -> Span | None:
    """The days a window covers; None where its anchor day does not exist."""
    key = id(window)
    if key not in context.spans:
        context.spans[key] = _find_span(window, context)
    return context.spans[key]


def _find_span(window: Window, context: Context) -> Span | None:
    if window.anchor is None:
        first = window.length.before(context.day) if window.length else FIRST_DAY
        return Span(first, first, context.day, context.day)
    if isinstance(window.anchor, NamedDay):
        return _span_named(window, context.named.get(window.anchor.name))
    anchor = anchor_days(window.anchor, context)
    if anchor is None:
        return None
    low, high, sure = anchor
    if window.length is None:
        return Span(FIRST_DAY, FIRST_DAY, low, high, sure)
    return Span(window.length.before(low), window.length.before(high), low, high, sure)


def _span_named(window: Window, occasion: Occasion | None) -> Span | None:
    if occasion is None:
        return None
    day = occasion.day
    first = window.length.before(day) if window.length else FIRST_DAY
    return Span(first, first, day, day, only=occasion.only, left_out=occasion.left_out)


AnchorDays = tuple[date, date, bool] | None


def anchor_days(anchor: AnchorDay, context: Context) -> AnchorDays:
    """The days an anchor may be, and whether it exists for certain."""
    key = id(anchor)
    if key not in context.anchors:
        context.anchors[key] = _find_anchor(anchor, context)
    return context.anchors[key]


def _find_anchor(anchor: AnchorDay, context: Context) -> AnchorDays:
    span = resolve(anchor.window, context)
    exact: date | None = None
    loose_low: date = LAST_DAY
    loose_high: date | None = None
    loose_certain: date | None = None
    for fact in context.facts(anchor.concept):
        if anchor.only_yes and fact.high < 1.0:
            continue
        place = lies_in(fact, span, context) if span else NONE
        if place == NONE or span is None:
            continue
        doubtful = anchor.only_yes and fact.low < 1.0
        if place == CERTAIN and fact.exact_day and not doubtful:
            exact = fact.start_low if exact is None else max(exact, fact.start_low)
            continue
        low = max(fact.start_low, span.from_low)
        high = min(start_high(fact, context), span.to_high)
        loose_low = min(loose_low, low)
        loose_high = high if loose_high is None else max(loose_high, high)
        if place == CERTAIN and not doubtful:
            loose_certain = low if loose_certain is None else max(loose_certain, low)
    if exact is None and loose_high is None:
        return (context.day, context.day, True) if anchor.default_on else None
    sure = exact is not None or loose_certain is not None
    if not sure:
        return (
            (loose_low, context.day, True)
            if anchor.default_on
            else (loose_low, loose_high or context.day, False)
        )
    low = max(day for day in (exact, loose_certain) if day is not None)
    return low, max(low, loose_high or low), True
