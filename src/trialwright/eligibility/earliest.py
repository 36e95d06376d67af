"""From which day on a record can matter at all: what a reader of millions of rows may leave out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trialwright.logic import nodes as n
from trialwright.study.rules import Rule
from trialwright.terms.dates import FIRST_DAY


def earliest_days(rules: Iterable[Rule], on: date) -> dict[str, date]:
    """Per concept, the first day whose results some window of the rules can reach; `FIRST_DAY` where any day counts.

    Only dated results are bounded: a condition or an exposure may have begun at any time.
    """
    days: dict[str, date] = {}
    for rule in rules:
        for condition in (rule.condition, *(warned.condition for warned in rule.warnings)):
            for node in condition.walk():
                for concept, first in _reach(node, on):
                    days[concept] = min(days.get(concept, first), first)
    return days


def _reach(node: n.Node, on: date) -> Iterable[tuple[str, date]]:
    match node:
        case (
            n.Pick(concept=concept, window=window)
            | n.Recorded(concept, window)
            | n.ResultCount(concept, window)
        ):
            yield concept, _first_day(window, on)
        case n.AnchorDay(concept, window):
            yield concept, _first_day(window, on)
        case n.Score(concept=concept, items=items, window=window):
            yield concept, _first_day(window, on)
            yield items, _first_day(window, on)
        case n.ItemCount(concept=concept) | n.Present(concept=concept) | n.Course(concept=concept):
            yield concept, FIRST_DAY


def _first_day(window: n.Window, on: date) -> date:
    """The first day of a window at its widest; an anchored one reaches back from the earliest its anchor can be."""
    if window.length is None:
        return FIRST_DAY
    anchor = window.anchor
    last = (
        _first_day(anchor.window, on) if isinstance(anchor, n.AnchorDay) else on
    )  # a search has no named days
    return window.length.before(last)
