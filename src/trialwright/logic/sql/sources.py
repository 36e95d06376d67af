"""Sources as common table expressions: fused grouped scans over the typed facts, one row per person.

The typed table `facts` (alias f) has the columns of `record.Fact`, with reasons as ranks, `start_high` of an undated
fact the day of knowledge, `exact` (one certain day), `date_why` (why the day is not certain) and `why` (why a
presence is only possible). Facts that start after the day of knowledge are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from trialwright.logic import nodes as n
from trialwright.logic.sql import text as t


@dataclass(slots=True)
class Scan:
    """One fused grouped scan: its aggregates and the rows it needs."""

    name: str
    rows: str
    aggregates: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, None] = field(default_factory=dict)
    anchors: dict[str, None] = field(default_factory=dict)

    def add(self, column: str, aggregate: str, condition: str) -> None:
        """Add one aggregate over the rows that meet a condition."""
        self.aggregates[column] = f"{aggregate} FILTER (WHERE {condition})"
        self.wanted[condition] = None

    def sql(self, coarse: str) -> str:
        """The scan as a common table expression; `coarse` is the fused row filter."""
        columns = ",\n    ".join(f"{aggregate} AS {column}" for column, aggregate in self.aggregates.items())
        joins = "".join(f" LEFT JOIN {anchor} ON {anchor}.person = f.person" for anchor in self.anchors)
        return (
            f"{self.name} AS (\n  SELECT f.person,\n    {columns}\n  FROM facts AS f{joins}\n"
            f"  WHERE {self.rows} AND {coarse}\n  GROUP BY f.person)"
        )


def concepts_of(scan_conditions: dict[str, None]) -> str:
    """The fused filter of a scan: any of its aggregates wants the row."""
    return t.any_sql(list(scan_conditions))


def pick_aggregates(
    node: n.Pick | n.Score,
    key: str,
    *,
    exact: Scan,
    loose: Scan,
    bars: Scan,
    where: t.SpanSql,
    on: date,
    concept: str,
) -> None:
    """Add the aggregates of one pick: the day's extremes among exact days, and the hull of uncertain days."""
    ratio = isinstance(node, n.Pick) and node.quantity == "ratio"
    low, high, issue = ("ratio_low", "ratio_high", "ratio_issue") if ratio else ("low", "high", "issue")
    which = node.which if isinstance(node, n.Pick) else "latest"
    is_concept = f"f.concept = {t.name(concept)}"
    certainly, possibly = t.lies_certainly(where, on), t.lies_possibly(where)
    anchored = bool(where.sure)
    exact_row = f"{is_concept} AND {certainly}" + (" AND f.exact" if anchored else "")
    loose_row = f"{is_concept} AND {possibly}"
    if anchored:
        loose_row += f" AND NOT COALESCE(f.exact AND {certainly}, FALSE)"
    if which in ("lowest", "highest"):
        _extreme_aggregates(
            key, exact, loose, exact_row, loose_row, certainly, (low, high, issue), highest=which == "highest"
        )
        return
    if which == "latest":
        bars.add(f"{key}_bar", "MAX(f.start_low)", f"{is_concept} AND {certainly}")
        reaches = f"f.start_high >= {bars.name}.{key}_bar"
    else:
        bars.add(f"{key}_bar", "MIN(f.start_high)", f"{is_concept} AND {certainly}")
        reaches = f"f.start_low <= {bars.name}.{key}_bar"
    loose.anchors[bars.name] = None
    loose_row += f" AND ({bars.name}.{key}_bar IS NULL OR {reaches})"
    order = "f.start_low" if which == "latest" else f"DATE_DIFF('day', f.start_low, {t.day(on)})"
    low_sign = "" if node.worst == "high" else "-"
    high_sign = "-" if node.worst == "low" else ""
    for end, sign, column in (("a", low_sign, low), ("b", high_sign, high)):
        struct = f"{{'k': {order}, 'v': {sign}f.{column}, 'f': f.fact, 'i': f.{issue}, 'd': f.start_low}}"
        exact.add(f"{key}_e{end}", f"MAX({struct})", exact_row)
    _loose_ends(key, loose, loose_row, low, high, issue)
    if which == "latest":
        loose.add(f"{key}_lr", "MAX(f.start_high)", loose_row)
        loose.add(f"{key}_lc", "MAX(f.start_low)", f"{loose_row} AND {certainly}")
    else:
        loose.add(f"{key}_lr", "MIN(f.start_low)", loose_row)
        loose.add(f"{key}_lc", "MIN(f.start_high)", f"{loose_row} AND {certainly}")


def _loose_ends(key: str, loose: Scan, row: str, low: str, high: str, issue: str) -> None:
    shown = "CASE WHEN f.undated THEN NULL ELSE f.start_low END"
    for end, sign, column in (("a", "-", low), ("b", "", high)):
        struct = f"{{'v': {sign}f.{column}, 'f': f.fact, 'i': f.{issue}, 'd': {shown}}}"
        loose.add(f"{key}_l{end}", f"MAX({struct})", row)
    loose.add(f"{key}_ln", "COUNT(*)", row)
    loose.add(f"{key}_ly", "MAX(f.date_why)", row)
    loose.add(f"{key}_lp", f"MAX({{'f': f.fact, 'd': {shown}}})", row)


def _extreme_aggregates(
    key: str,
    exact: Scan,
    loose: Scan,
    exact_row: str,
    loose_row: str,
    certainly: str,
    columns: tuple[str, str, str],
    *,
    highest: bool,
) -> None:
    sign = "" if highest else "-"
    low, high, issue = columns
    shown = "CASE WHEN f.undated THEN NULL ELSE f.start_low END"
    for end, column in (("a", low), ("b", high)):
        struct = f"{{'v': {sign}f.{column}, 'f': f.fact, 'i': f.{issue}, 'd': f.start_low}}"
        exact.add(f"{key}_e{end}", f"MAX({struct})", exact_row)
        loosely = f"{{'v': {sign}f.{column}, 'f': f.fact, 'i': f.{issue}, 'd': {shown}}}"
        loose.add(f"{key}_l{end}", f"MAX({loosely})", loose_row)
        loose.add(f"{key}_c{end}", f"MAX({loosely})", f"{loose_row} AND {certainly}")
    loose.add(f"{key}_ly", "MAX(f.date_why)", loose_row)
    loose.add(f"{key}_lp", f"MAX({{'f': f.fact, 'd': {shown}}})", loose_row)


def present_aggregates(node: n.Present, key: str, *, scan: Scan, where: t.SpanSql, on: date) -> None:
    """Add the strongest presence of one concept in one window: certain before possible, then the latest."""
    place = f"CASE WHEN {t.overlaps_certainly(where, on)} THEN 2 ELSE 1 END"
    shown = "CASE WHEN f.undated THEN NULL ELSE f.start_low END"
    struct = f"{{'p': {place}, 'k': f.start_low, 'f': f.fact, 'y': f.why, 'd': {shown}}}"
    row = f"f.concept = {t.name(node.concept)} AND NOT f.absent AND {t.overlaps_possibly(where)}"
    scan.add(f"{key}_p", f"MAX({struct})", row)


def answer_aggregates(concept: str, key: str, *, scan: Scan, where: t.SpanSql, on: date) -> None:
    """Add the strongest recorded 'no' for one concept."""
    place = f"CASE WHEN {t.lies_certainly(where, on)} THEN 2 ELSE 1 END"
    shown = "CASE WHEN f.undated THEN NULL ELSE f.start_low END"
    struct = f"{{'p': {place}, 'f': f.fact, 'd': {shown}, 'y': f.date_why}}"
    scan.add(
        f"{key}_n",
        f"MAX({struct})",
        f"f.concept = {t.name(concept)} AND f.absent AND {t.lies_possibly(where)}",
    )


def count_aggregates(concept: str, key: str, *, scan: Scan, where: t.SpanSql, on: date) -> None:
    """Add how many results certainly and possibly lie in a window, and the last of them."""
    row = f"f.concept = {t.name(concept)} AND {t.lies_possibly(where)}"
    shown = "CASE WHEN f.undated THEN NULL ELSE f.start_low END"
    scan.add(f"{key}_c", "COUNT(*)", f"f.concept = {t.name(concept)} AND {t.lies_certainly(where, on)}")
    scan.add(f"{key}_n", "COUNT(*)", row)
    scan.add(f"{key}_y", "MAX(f.date_why)", f"{row} AND NOT f.exact")
    scan.add(f"{key}_l", f"MAX({{'k': f.start_low, 'f': f.fact, 'd': {shown}, 'y': f.date_why}})", row)


def anchor_table(node: n.AnchorDay, key: str, on: date) -> str:
    """The days one anchor may be, per person who has any (`low`, `high`, `sure`)."""
    where = t.span(node.window, on, {})
    is_concept = f"f.concept = {t.name(node.concept)}"
    doubtful = "f.low < 1.0e0" if node.only_yes else "FALSE"
    rows = f"{is_concept} AND {t.lies_possibly(where)}" + (" AND f.high >= 1.0e0" if node.only_yes else "")
    certainly = t.lies_certainly(where, on)
    first = f"GREATEST(f.start_low, {where.from_low})"
    last = f"LEAST(f.start_high, {where.to_high})"
    high_unsure = t.day(on) if node.default_on else "l.loose_high"
    sure_unsure = "TRUE" if node.default_on else "FALSE"
    return (
        f"{key}_days AS (SELECT f.person, {first} AS first, {last} AS last, "
        f"({certainly}) AND NOT ({doubtful}) AS sure, "
        f"f.exact AND ({certainly}) AND NOT ({doubtful}) AS exact FROM facts AS f WHERE {rows}),\n"
        f"{key}_ends AS (SELECT person, MAX(first) FILTER (WHERE exact) AS exact_day, "
        f"MAX(first) FILTER (WHERE sure AND NOT exact) AS loose_sure, "
        f"MIN(first) FILTER (WHERE NOT exact) AS loose_low, MAX(last) FILTER (WHERE NOT exact) AS loose_high "
        f"FROM {key}_days GROUP BY person),\n"
        f"{key} AS (SELECT l.person, "
        f"CASE WHEN l.exact_day IS NULL AND l.loose_sure IS NULL THEN l.loose_low "
        f"ELSE GREATEST(COALESCE(l.exact_day, l.loose_sure), COALESCE(l.loose_sure, l.exact_day)) END AS low, "
        f"CASE WHEN l.exact_day IS NULL AND l.loose_sure IS NULL THEN {high_unsure} "
        f"ELSE GREATEST(COALESCE(l.exact_day, l.loose_sure), COALESCE(l.loose_sure, l.exact_day), "
        f"COALESCE(l.loose_high, l.exact_day, l.loose_sure)) END AS high, "
        f"CASE WHEN l.exact_day IS NULL AND l.loose_sure IS NULL THEN {sure_unsure} ELSE TRUE END AS sure "
        f"FROM {key}_ends AS l)"
    )


def item_table(node: n.ItemCount, key: str, on: date) -> str:
    """Distinct items of a coded finding per person, with what is uncertain about them."""
    where, answers = t.span(node.window, on, {}), t.span(node.answer_window, on, {})
    is_concept = f"f.concept = {t.name(node.concept)}"
    closing = "f.low = -1.0e0 AND f.high = -1.0e0"
    item = f"NOT ({closing}) AND {t.lies_possibly(where)}"
    shown = "CASE WHEN f.undated THEN NULL ELSE f.start_low END"
    certainly = t.lies_certainly(where, on)
    return (
        f"{key}_each AS (SELECT f.person, f.low AS item, MAX(CASE WHEN {certainly} THEN 1 ELSE 0 END) AS certain "
        f"FROM facts AS f WHERE {is_concept} AND {item} AND f.low = f.high GROUP BY f.person, f.low),\n"
        f"{key}_distinct AS (SELECT person, COUNT(*) AS possible, COUNT(*) FILTER (WHERE certain = 1) AS certain "
        f"FROM {key}_each GROUP BY person),\n"
        f"{key}_rest AS (SELECT f.person, COUNT(*) FILTER (WHERE {item} AND f.low <> f.high) AS unreadable, "
        f"MAX(CASE WHEN f.low <> f.high THEN f.issue WHEN {certainly} THEN {t.NO_REASON} ELSE f.date_why END) "
        f"FILTER (WHERE {item}) AS why, "
        f"MAX(CASE WHEN {t.lies_certainly(answers, on)} THEN 2 ELSE 1 END) "
        f"FILTER (WHERE {closing} AND {t.lies_possibly(answers)}) AS closed, "
        f"MAX(f.date_why) FILTER (WHERE {closing} AND {t.lies_possibly(answers)} "
        f"AND NOT ({t.lies_certainly(answers, on)})) AS closing, "
        f"MAX({{'k': f.start_low, 'f': f.fact, 'd': {shown}}}) FILTER (WHERE {item}) AS last "
        f"FROM facts AS f WHERE {is_concept} GROUP BY f.person),\n"
        f"{key} AS (SELECT r.person, COALESCE(d.possible, 0) AS possible, COALESCE(d.certain, 0) AS certain, "
        f"r.unreadable AS unreadable, r.why AS why, r.closed AS closed, r.closing AS closing, r.last AS last "
        f"FROM {key}_rest AS r LEFT JOIN {key}_distinct AS d ON d.person = r.person)"
    )


def score_rows(node: n.Score, key: str) -> str:
    """Totals as results: closed item lists by day, recorded totals of other days, items without a certain day."""
    total, items = t.name(node.concept), t.name(node.items)
    weights = " ".join(
        f"WHEN {t.number(index)} THEN {t.number(weight)}" for index, weight in enumerate(node.weights)
    )
    most = t.number(sum(node.weights))
    columns = "person, fact, concept, start_low, start_high, undated, exact, date_why, low, high, issue"
    unreadable = t.reason("value_unreadable")
    return (
        f"{key}_items AS (SELECT DISTINCT f.person, f.start_low, f.low AS item, f.high AS item_high "
        f"FROM facts AS f WHERE f.concept = {items} AND f.exact),\n"
        f"{key}_sums AS (SELECT person, start_low, "
        f"SUM(CASE WHEN item = item_high AND item >= 0e0 THEN CASE item {weights} ELSE 0e0 END ELSE 0e0 END) AS total, "
        f"MAX(CASE WHEN item = -1.0e0 AND item_high = -1.0e0 THEN 1 ELSE 0 END) AS closed, "
        f"MAX(CASE WHEN item <> item_high THEN 1 ELSE 0 END) AS unreadable FROM {key}_items GROUP BY person, start_low),\n"
        f"{key}_closers AS (SELECT f.person, f.start_low, MAX(f.fact) AS fact FROM facts AS f "
        f"WHERE f.concept = {items} AND f.exact AND f.low = -1.0e0 AND f.high = -1.0e0 GROUP BY f.person, f.start_low),\n"
        f"{key}_matters AS (SELECT DISTINCT f.person, f.fact FROM facts AS f JOIN {key}_closers AS c "
        f"ON c.person = f.person AND c.start_low >= f.start_low AND c.start_low <= f.start_high "
        f"WHERE f.concept = {items} AND NOT f.exact),\n"
        f"{key}_rows AS (\n"
        f"  SELECT f.{columns.replace(', ', ', f.')} FROM facts AS f LEFT JOIN {key}_closers AS c "
        f"ON c.person = f.person AND c.start_low = f.start_low AND f.exact "
        f"WHERE f.concept = {total} AND c.person IS NULL\n"
        f"  UNION ALL SELECT s.person, c.fact, {total}, s.start_low, s.start_low, FALSE, TRUE, {t.reason('date_imprecise')}, "
        f"s.total, CASE WHEN s.unreadable = 1 THEN {most} ELSE s.total END, "
        f"CASE WHEN s.unreadable = 1 THEN {unreadable} ELSE {t.NO_REASON} END "
        f"FROM {key}_sums AS s JOIN {key}_closers AS c ON c.person = s.person AND c.start_low = s.start_low\n"
        f"  UNION ALL SELECT f.person, f.fact, {total}, f.start_low, f.start_high, f.undated, FALSE, f.date_why, "
        f"0e0, {most}, f.date_why FROM facts AS f LEFT JOIN {key}_matters AS m "
        f"ON m.person = f.person AND m.fact = f.fact "
        f"WHERE f.concept = {items} AND NOT f.exact AND (f.low <= -1.0e0 OR m.person IS NOT NULL))"
    )
