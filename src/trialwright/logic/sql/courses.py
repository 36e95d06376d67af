"""Courses in SQL: the filtered exposure rows spread to days, added up by day, joined into runs.

Twice: `least` from what is certain, `most` from everything possible; see `interpreter.courses`.
"""

from __future__ import annotations

from datetime import date

from trialwright.logic import nodes as n
from trialwright.logic.interpreter.courses import earliest_day
from trialwright.logic.sql import text as t
from trialwright.terms.dates import FIRST_DAY


def course_tables(
    node: n.Course, key: str, on: date, weight: tuple[str, str] | None
) -> list[tuple[str, str]]:
    """All tables of one course node; the last has one row per person with a record that may reach the window.

    `weight`: a table with `person, a, b, y` of the weight, and the reason where a person is not in it; or None.
    """
    where = t.span(node.window, on, {})
    first_day = node.window.length.before(on) if node.window.length else FIRST_DAY
    earliest = t.day(earliest_day(first_day, on))
    rows = f"f.concept = {t.name(node.concept)} AND NOT f.absent"
    join = f" LEFT JOIN {weight[0]} AS w ON w.person = f.person" if weight else ""
    no_weight = "w.a IS NULL OR w.a <= 0e0 OR w.b >= " + t.HIGH if weight else "TRUE"
    weight_low, weight_high = ("w.a", "w.b") if weight else ("1e0", "1e0")
    own_why = f"COALESCE(w.y, {t.reason(weight[1])})" if weight else t.NO_REASON
    weight_why = f"COALESCE(NULLIF({own_why}, {t.NO_REASON}), {t.reason('weight_missing')})"
    sure = f"(f.doubt = {t.NO_REASON} AND f.start_high <= {t.day(on)})"
    first, last = f"GREATEST(f.start_low, {earliest})", f"LEAST(f.end_high, {t.day(on)})"
    uncertain = f"(NOT {sure} OR LEAST(f.end_low, {t.day(on)}) < {last} OR {first} < GREATEST(f.start_high, {earliest}))"
    dose_low = f"CASE WHEN NOT f.absolute THEN f.low WHEN {no_weight} THEN 0e0 ELSE f.low / {weight_high} END"
    dose_high = (
        f"CASE WHEN NOT f.absolute THEN f.high WHEN {no_weight} OR f.high >= {t.HIGH} THEN {t.HIGH} "
        f"ELSE f.high / {weight_low} END"
    )
    dose_why = (
        f"CASE WHEN NOT f.absolute THEN f.issue WHEN {no_weight} THEN {weight_why} "
        f"ELSE COALESCE(NULLIF(f.issue, {t.NO_REASON}), {own_why}) END"
    )
    if node.measure == "days" and not node.daily:
        dose_low, dose_high, dose_why = "f.low", "f.high", t.NO_REASON
    shown = "CASE WHEN f.undated THEN NULL ELSE f.start_low END"
    certain = "COALESCE(a.measure, 0e0)"
    together, lowest = "SUM(floating)", f"LEAST({certain} + COALESCE(l.floating, 0e0), {t.HIGH})"
    if node.measure == "days":
        lowest = f"GREATEST({certain}, CASE WHEN l.floating IS NULL THEN 0e0 ELSE 1e0 END)"
    elif node.measure == "max_daily_dose":
        together, lowest = "MAX(floating)", f"GREATEST({certain}, COALESCE(l.floating, 0e0))"
        if node.except_daily is not None:
            lowest = certain
    reaching = f"SELECT f.person FROM facts AS f WHERE {rows} AND {t.overlaps_possibly(where)}"
    return [
        (
            "rows",
            f"SELECT f.person, f.start_high, {sure} AS sure, LEAST(f.end_low, {t.day(on)}) AS sure_to, "
            f"{first} AS first, {last} AS last, {dose_low} AS dose_low, {dose_high} AS dose_high, "
            f"CASE WHEN {uncertain} THEN COALESCE(NULLIF({dose_why}, {t.NO_REASON}), f.why) ELSE {dose_why} END AS why, "
            f"CASE WHEN {sure} AND GREATEST(f.start_high, {earliest}) > LEAST(f.end_low, {t.day(on)}) "
            f"AND {t.overlaps_certainly(where, on)} AND {at_least(f'({dose_low})', node.daily)} "
            f"THEN {dose_low} END AS floating, {t.overlaps_possibly(where)} AS touches, "
            f"CASE WHEN {t.overlaps_certainly(where, on)} THEN 2 ELSE 1 END AS place, "
            f"{{'k': f.start_low, 'f': f.fact, 'd': {shown}}} AS shown "
            f"FROM facts AS f{join} WHERE {rows} AND f.person IN ({reaching})",
        ),
        (
            "spread",
            "SELECT person, start_high, sure, sure_to, dose_low, dose_high, "
            f"UNNEST(GENERATE_SERIES(first, last, INTERVAL '1' DAY)) AS moment FROM {key}_rows WHERE first <= last",
        ),
        (
            "dosed",
            "SELECT person, CAST(moment AS DATE) AS day, dose_low, dose_high, "
            "sure AND CAST(moment AS DATE) >= start_high AND CAST(moment AS DATE) <= sure_to AS sure "
            f"FROM {key}_spread",
        ),
        (
            "daily",
            "SELECT person, day, SUM(CASE WHEN sure THEN dose_low ELSE 0e0 END) AS least, "
            f"LEAST(SUM(dose_high), {t.HIGH}) AS most, MAX(CASE WHEN sure THEN 1 ELSE 0 END) AS sure "
            f"FROM {key}_dosed GROUP BY person, day",
        ),
        *_version(node, key, "least", on),
        *_version(node, key, "most", on),
        (
            "last",
            "SELECT person, MAX(why) AS why, MAX(shown) FILTER (WHERE touches) AS shown, "
            f"MAX(place) FILTER (WHERE touches) AS place, {together} AS floating FROM {key}_rows GROUP BY person",
        ),
        (
            "",
            f"SELECT l.person, l.why AS why, l.place AS p, {t.field('l.shown', 'f')} AS f, "
            f"{t.field('l.shown', 'd')} AS d, {lowest} AS least, COALESCE(b.measure, 0e0) AS most "
            f"FROM {key}_last AS l LEFT JOIN {key}_least AS a ON a.person = l.person "
            f"LEFT JOIN {key}_most AS b ON b.person = l.person",
        ),
    ]


def _version(node: n.Course, key: str, version: str, on: date) -> list[tuple[str, str]]:
    """The measure over the certain or over the possible days."""
    where = t.span(node.window, on, {})
    enough = "sure = 1" if version == "least" else "TRUE"
    if node.daily:
        enough += f" AND {at_least(version, node.daily)}"
    inside = f"day >= {where.from_low} AND day <= {where.to_high}"
    if node.measure == "window_dose":
        measure = f"LEAST(SUM({version}), {t.HIGH})"
        return [(version, f"{_of_daily(key, measure)} WHERE {enough} AND {inside} GROUP BY person")]
    if node.measure == "max_daily_dose":
        if node.except_daily is not None and node.except_window is not None:
            other = "most" if version == "least" else "least"
            out = t.span(node.except_window, on, {})
            enough += f" AND NOT (day >= {out.from_low} AND day <= {out.to_high} AND {at_least(other, node.except_daily)})"
        return [(version, f"{_of_daily(key, f'MAX({version})')} WHERE {enough} AND {inside} GROUP BY person")]
    whole = "MAX(days)" if node.measure == "days" else f"LEAST(SUM(total), {t.HIGH})"
    return [
        (
            f"{version}_steps",
            f"SELECT person, day, {version} AS dose, "
            f"LAG(day) OVER (PARTITION BY person ORDER BY day) AS before FROM {key}_daily WHERE {enough}",
        ),
        (
            f"{version}_runs",
            "SELECT person, day, dose, "
            f"SUM(CASE WHEN before IS NOT NULL AND DATE_DIFF('day', before, day) <= {node.gap} THEN 0 ELSE 1 END) "
            "OVER (PARTITION BY person ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run "
            f"FROM {key}_{version}_steps",
        ),
        (
            f"{version}_courses",
            "SELECT person, run, CAST(COUNT(*) AS DOUBLE) AS days, SUM(dose) AS total, "
            f"MAX(CASE WHEN {inside} THEN 1 ELSE 0 END) AS reaching FROM {key}_{version}_runs GROUP BY person, run",
        ),
        (
            version,
            f"SELECT person, {whole} AS measure FROM {key}_{version}_courses WHERE reaching = 1 GROUP BY person",
        ),
    ]


def _of_daily(key: str, measure: str) -> str:
    return f"SELECT person, {measure} AS measure FROM {key}_daily"


def at_least(column: str, limit: float) -> str:
    """`column >= limit` under the 1e-9 equality."""
    value = t.number(limit)
    return f"NOT ({value} - {column} > 1e-9 * GREATEST(ABS({column}), ABS({value})))"
