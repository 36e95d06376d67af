"""Which window lies inside which, whatever the reference date."""

from __future__ import annotations

import math

from trialwright.logic.nodes import Window
from trialwright.terms.dates import Length

_MONTH = 365.2425 / 12
_SLACK = 3  # days by which some months together differ from their average


def inside(inner: Window, outer: Window) -> bool:
    """Whether every day of one window is certainly a day of the other."""
    if inner == outer or outer == Window():
        return True
    if inner.anchor != outer.anchor:
        return False
    if outer.length is None or inner.length is None:
        return outer.length is None
    return not_longer(inner.length, outer.length)


def not_longer(one: Length, other: Length) -> bool:
    """Whether a length of time is certainly not longer than another."""
    months, others = _months(one), _months(other)
    if months is not None and others is not None:
        return months <= others
    return most_days(one) <= least_days(other)


def _months(length: Length) -> int | None:
    return {"mo": length.count, "a": 12 * length.count}.get(length.unit)


def least_days(length: Length) -> int:
    """How many days a length of time has at least."""
    months = _months(length)
    return length.days if months is None else max(0, math.floor(months * _MONTH) - _SLACK)


def most_days(length: Length) -> int:
    """How many days a length of time has at most."""
    months = _months(length)
    return length.days if months is None else math.ceil(months * _MONTH) + _SLACK
