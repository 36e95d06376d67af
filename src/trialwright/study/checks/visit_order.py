"""Visits that are planned on the same days, or before one that stands above them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from trialwright.study.checks.examined import Examined
from trialwright.study.errors import Problem
from trialwright.study.schedule import Encounter
from trialwright.study.visit_window import Window, compute_window
from trialwright.terms.message import Message, Text, message

_SOME_DAY = date(2001, 1, 1)  # offsets in months differ by a day or two with the anchor, never in their order


def check_visit_order(examined: Examined) -> Iterator[Problem]:
    """Find visits whose days, counted from the same anchor, are those of a visit above them, or earlier ones."""
    schedule = examined.study.schedule
    placed: dict[str, list[tuple[Encounter, Window]]] = {}
    for encounter in schedule.encounters if schedule else ():
        if encounter.timing is None:
            continue
        here, window = encounter.timing.anchor, compute_window(encounter.timing, _SOME_DAY)
        for other, before in placed.get(here, ()):
            said = _said(encounter.title, window, other.title, before)
            if said is not None:
                yield examined.problem(
                    "warning",
                    "visit_out_of_order",
                    ("schedule.yaml", "encounters", encounter.id, "timing"),
                    said,
                    message("Correct the timing, or put the visits in the order in which they take place."),
                )
                break
        placed.setdefault(here, []).append((encounter, window))


def _said(title: Text, window: Window, other: Text, before: Window) -> Message | None:
    """What is wrong between a visit and one above it; a day and a span are not compared."""
    if (window.due is None) != (before.due is None):
        return None
    mine, theirs = (each.due or (each.first, each.last) for each in (window, before))
    if mine == theirs:
        return message("{visit} is planned on the same days as {other}.", visit=title, other=other)
    if mine < theirs:  # type: ignore[operator]
        return message("{visit} is planned before {other}, which stands above it.", visit=title, other=other)
    return None
