"""Pieces of SQL text: literals, struct fields, windows. Everything is text of the small common subset.

Structs order by their fields from left to right, which gives every pick a total order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from trialwright.logic.nodes import AnchorDay, NamedDay, Window
from trialwright.logic.reasons import RANK
from trialwright.terms.dates import FIRST_DAY
from trialwright.terms.quantity import BOUND

_NAME = re.compile(r"[A-Za-z0-9_.:|*+-]+")


def name(text: str) -> str:
    """A name (concept, sex, kind) as a text literal; anything but plain characters is a bug upstream."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"not a plain name: {text!r}")
    return f"'{text}'"


def day(value: date) -> str:
    """A calendar day."""
    return f"DATE '{value.isoformat()}'"


def number(value: float) -> str:
    """A double, exactly: the shortest text of its bits with an exponent, so that no engine reads a decimal."""
    text = repr(float(value))
    return text if "e" in text else text + "e0"


def reason(code: str) -> str:
    """A reason code as its rank."""
    return f"CAST({RANK[code]} AS SMALLINT)"


LOW = number(-BOUND)
HIGH = number(BOUND)
NO_REASON = reason("")


def field(struct: str, key: str) -> str:
    """One field of a struct column."""
    return f"STRUCT_EXTRACT({struct}, '{key}')"


def any_sql(conditions: list[str]) -> str:
    """Some of these conditions; false of none."""
    return "(" + " OR ".join(conditions) + ")" if conditions else "FALSE"


class SpanSql(NamedTuple):
    """A window as SQL texts, like `interpreter.context.Span`; `sure` is a condition or ''."""

    from_low: str
    from_high: str
    to_low: str
    to_high: str
    sure: str = ""


Possibly = Callable[[SpanSql], str]
Certainly = Callable[[SpanSql, date], str]
Columns = Callable[[SpanSql], str]


def span(window: Window, on: date, anchors: Mapping[AnchorDay | NamedDay, str]) -> SpanSql:
    """The days of a window; an anchored one refers to the columns of its anchor's table."""
    if window.anchor is None:
        first = day(window.length.before(on) if window.length else FIRST_DAY)
        return SpanSql(first, first, day(on), day(on))
    table = anchors[window.anchor]
    low, high, sure = f"{table}.low", f"{table}.high", f"{table}.sure"
    if isinstance(window.anchor, AnchorDay) and window.anchor.default_on:
        low, high = f"COALESCE({low}, {day(on)})", f"COALESCE({high}, {day(on)})"
        sure = f"COALESCE({sure}, TRUE)"
    if window.length is None:
        return SpanSql(day(FIRST_DAY), day(FIRST_DAY), low, high, sure)
    unit = {"d": "DAY", "wk": "DAY", "mo": "MONTH", "a": "MONTH"}[window.length.unit]
    count = window.length.count * {"d": 1, "wk": 7, "mo": 1, "a": 12}[window.length.unit]
    if count == 0:
        return SpanSql(low, high, low, high, sure)
    return SpanSql(
        f"CAST({low} - INTERVAL '{count}' {unit} AS DATE)",
        f"CAST({high} - INTERVAL '{count}' {unit} AS DATE)",
        low,
        high,
        sure,
    )


def lies_possibly(where: SpanSql) -> str:
    """The dated result may lie in the window."""
    return f"f.start_low <= {where.to_high} AND f.start_high >= {where.from_low}"


def lies_certainly(where: SpanSql, on: date) -> str:
    """The dated result lies in the window for certain."""
    to_low = where.to_low
    text = f"f.start_low >= {where.from_high} AND f.start_high <= {to_low} AND f.start_high <= {day(on)}"
    return f"{text} AND {where.sure}" if where.sure else text


def overlaps_possibly(where: SpanSql) -> str:
    """Something with a beginning and an end may be active on a day of the window."""
    return f"f.start_low <= {where.to_high} AND f.end_high >= {where.from_low}"


def overlaps_certainly(where: SpanSql, on: date) -> str:
    """Something with a beginning and an end is active on a day of the window for certain."""
    text = (
        f"f.start_high <= {where.to_low} AND f.start_high <= {day(on)}"
        f" AND f.end_low >= {where.from_high} AND f.doubt = {NO_REASON}"
    )
    return f"{text} AND {where.sure}" if where.sure else text
