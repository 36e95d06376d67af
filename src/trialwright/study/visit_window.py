"""On which days a visit is to take place, counted from its anchor."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from trialwright.study.schedule import Timing, parse_offset
from trialwright.terms.dates import parse_length


class Window(NamedTuple):
    """The days on which a visit is to take place, both ends included; `due` is the planned one, where there is one."""

    due: date | None
    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether a day lies in the window."""
        return self.first <= day <= self.last


def compute_window(timing: Timing, anchor: date) -> Window:
    """Compute the days of a visit from the day of its anchor; offsets in days and weeks are exact days."""
    if timing.at is None:
        first, last = (parse_offset(text or "0 d").after(anchor) for text in (timing.earliest, timing.latest))
        return Window(None, first, last)
    due = parse_offset(timing.at).after(anchor)
    first = parse_length(timing.before).before(due) if timing.before else due
    last = parse_offset(timing.after).after(due) if timing.after else due
    return Window(due, first, last)
