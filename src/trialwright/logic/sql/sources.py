"""Sources as tables made from the typed facts: presences, answers, counts, anchors, items, scores, extremes.

The typed table `facts` (alias f) has the columns of `record.Fact`, with reasons as ranks, `start_high` of an undated
fact the day of knowledge, `exact` (one certain day), `date_why` (why the day is not certain) and `why` (why a
presence or a 'no' is only possible). `person` is a number of the table `persons`. Facts that start after the day of
knowledge are not in it. What several rules ask of one kind of source is one scan for all of them, one row per person
and slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trialwright.logic import nodes as n
from trialwright.logic.sql import text as t
from trialwright.logic.sql.script import Step

PRESENT, DENIED, COUNTED = "present_rows", "denied_rows", "counted_rows"
SHOWN = "CASE WHEN f.undated THEN NULL ELSE f.start_low END"


@dataclass(frozen=True, slots=True)
class Slot:
    """One question about one concept in one window; `anchor` names the table of the days its window ends on."""

    number: int
    concept: str
    where: t.SpanSql
    anchor: str = ""


def present_step(slots: Sequence[Slot], on: date) -> Step:
    """The strongest presence of each slot: certain before possible, then the latest."""
    return _best(
        PRESENT,
        slots,
        on,
        rows="NOT f.absent",
        possibly=t.overlaps_possibly,
        certainly=t.overlaps_certainly,
        order="f.start_low",
        why="f.why",
    )


def denied_step(slots: Sequence[Slot], on: date) -> Step:
    """The strongest recorded 'no' of each slot; a doubtful one is only possible."""

    def certainly(span: t.SpanSql, on: date) -> str:
        return f"{t.lies_certainly(span, on)} AND f.doubt = {t.NO_REASON}"

    return _best(
        DENIED,
        slots,
        on,
        rows="f.absent",
        possibly=t.lies_possibly,
        certainly=certainly,
        order="0",
        why="f.why",
    )


def _best(
    name: str,
    slots: Sequence[Slot],
    on: date,
    *,
    rows: str,
    possibly: t.Possibly,
    certainly: t.Certainly,
    order: str,
    why: str,
) -> Step:
    def columns(span: t.SpanSql) -> str:
        place = f"CASE WHEN {certainly(span, on)} THEN 2 ELSE 1 END"
        return f"f.person, {place} AS p, {order} AS k, f.fact AS f, {why} AS y, {SHOWN} AS d"

    parts = _selected(slots, on, columns, rows, possibly)
    best = "MAX({'p': p, 'k': k, 'f': f, 'y': y, 'd': d})"
    fields = ", ".join(f"{t.field('best', part)} AS {part}" for part in "pfyd")
    return Step(
        name,
        f"SELECT slot, person, {fields} FROM (SELECT slot, person, {best} AS best FROM ({parts}) AS r "
        "GROUP BY slot, person) AS b",
        shared=True,
    )


def counted_step(slots: Sequence[Slot], on: date) -> Step:
    """How many results certainly and possibly lie in the window of each slot, and the last of them."""

    def columns(span: t.SpanSql) -> str:
        return (
            f"f.person, COALESCE({t.lies_certainly(span, on)}, FALSE) AS certain, f.exact AS exact, "
            f"f.start_low AS k, f.fact AS f, f.date_why AS y, {SHOWN} AS d"
        )

    parts = _selected(slots, on, columns, "TRUE", t.lies_possibly)
    last = "MAX({'k': k, 'f': f, 'd': d, 'y': y})"
    fields = ", ".join(f"{t.field('last', part)} AS l{part}" for part in "fdy")
    return Step(
        COUNTED,
        f"SELECT slot, person, c, n, y, {fields} FROM (SELECT slot, person, COUNT(*) FILTER (WHERE certain) AS c, "
        f"COUNT(*) AS n, MAX(y) FILTER (WHERE NOT exact) AS y, {last} AS last FROM ({parts}) AS r "
        "GROUP BY slot, person) AS b",
        shared=True,
    )


def _selected(slots: Sequence[Slot], on: date, columns: t.Columns, rows: str, possibly: t.Possibly) -> str:
    """The records of all slots: one scan for those whose window is the same for everybody, one for each other."""
    parts = []
    fused = [slot for slot in slots if not slot.anchor]
    if fused:
        values = ", ".join(
            f"({slot.number}, {t.name(slot.concept)}, {slot.where.from_low})" for slot in fused
        )
        span = t.SpanSql("s.since", "s.since", t.day(on), t.day(on))
        parts.append(
            f"SELECT s.slot, {columns(span)} FROM facts AS f JOIN (VALUES {values}) AS s(slot, concept, since) "
            f"ON s.concept = f.concept WHERE {rows} AND {possibly(span)}"
        )
    parts += [
        f"SELECT {slot.number} AS slot, {columns(slot.where)} FROM facts AS f LEFT JOIN {slot.anchor} "
        f"ON {slot.anchor}.person = f.person WHERE f.concept = {t.name(slot.concept)} AND {rows} "
        f"AND {possibly(slot.where)}"
        for slot in slots
        if slot.anchor
    ]
    return "\nUNION ALL\n".join(parts)


def extreme_step(node: n.Pick, key: str, where: t.SpanSql, anchor: str, on: date) -> Step:
    """The extremes of a window among certain (c), possible (l) and settled (e) results."""
    sign = "" if node.which == "highest" else "-"
    ratio = node.quantity == "ratio"
    low, high, issue = ("ratio_low", "ratio_high", "ratio_issue") if ratio else ("low", "high", "issue")
    certainly = f"COALESCE({t.lies_certainly(where, on)}, FALSE)"
    loose = f"NOT (f.exact AND {certainly})"
    columns = []
    for end, column in (("a", low), ("b", high)):
        best = f"MAX({{'v': {sign}f.{column}, 'f': f.fact, 'i': f.{issue}, 'd': {SHOWN}}})"
        columns += [
            f"{best} FILTER (WHERE f.exact AND {certainly}) AS e{end}",
            f"{best} FILTER (WHERE {loose}) AS l{end}",
            f"{best} FILTER (WHERE {loose} AND {certainly}) AS c{end}",
        ]
    columns += [
        f"MAX(f.date_why) FILTER (WHERE {loose}) AS ly",
        f"MAX({{'f': f.fact, 'd': {SHOWN}}}) FILTER (WHERE {loose}) AS lp",
    ]
    join = f" LEFT JOIN {anchor} ON {anchor}.person = f.person" if anchor else ""
    return Step(
        key,
        f"SELECT f.person, {', '.join(columns)} FROM facts AS f{join} "
        f"WHERE f.concept = {t.name(node.concept)} AND {t.lies_possibly(where)} GROUP BY f.person",
    )


NO_DAY = [
    (
        "",
        "SELECT person, CAST(NULL AS DATE) AS low, CAST(NULL AS DATE) AS high, FALSE AS sure FROM people WHERE FALSE",
    )
]
"""The days of a named day in a search of records: nobody has one."""


def anchor_tables(node: n.AnchorDay, key: str, on: date) -> list[tuple[str, str]]:
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
    return [
        (
            "days",
            f"SELECT f.person, {first} AS first, {last} AS last, ({certainly}) AND NOT ({doubtful}) AS sure, "
            f"f.exact AND ({certainly}) AND NOT ({doubtful}) AS exact FROM facts AS f WHERE {rows}",
        ),
        (
            "ends",
            "SELECT person, MAX(first) FILTER (WHERE exact) AS exact_day, "
            "MAX(first) FILTER (WHERE sure AND NOT exact) AS loose_sure, "
            "MIN(first) FILTER (WHERE NOT exact) AS loose_low, MAX(last) FILTER (WHERE NOT exact) AS loose_high "
            f"FROM {key}_days GROUP BY person",
        ),
        (
            "",
            "SELECT l.person, CASE WHEN l.exact_day IS NULL AND l.loose_sure IS NULL THEN l.loose_low "
            "ELSE GREATEST(COALESCE(l.exact_day, l.loose_sure), COALESCE(l.loose_sure, l.exact_day)) END AS low, "
            f"CASE WHEN l.exact_day IS NULL AND l.loose_sure IS NULL THEN {high_unsure} "
            "ELSE GREATEST(COALESCE(l.exact_day, l.loose_sure), COALESCE(l.loose_sure, l.exact_day), "
            "COALESCE(l.loose_high, l.exact_day, l.loose_sure)) END AS high, "
            f"CASE WHEN l.exact_day IS NULL AND l.loose_sure IS NULL THEN {sure_unsure} ELSE TRUE END AS sure "
            f"FROM {key}_ends AS l",
        ),
    ]


def item_tables(node: n.ItemCount, key: str, on: date) -> list[tuple[str, str]]:
    """Distinct items of a coded finding per person, with what is uncertain about them."""
    where, answers = t.span(node.window, on, {}), t.span(node.answer_window, on, {})
    is_concept = f"f.concept = {t.name(node.concept)}"
    closing = "f.low = -1.0e0 AND f.high = -1.0e0"
    item = f"NOT ({closing}) AND {t.lies_possibly(where)}"
    certainly = t.lies_certainly(where, on)
    return [
        (
            "each",
            f"SELECT f.person, f.low AS item, MAX(CASE WHEN {certainly} THEN 1 ELSE 0 END) AS certain "
            f"FROM facts AS f WHERE {is_concept} AND {item} AND f.low = f.high GROUP BY f.person, f.low",
        ),
        (
            "distinct",
            "SELECT person, COUNT(*) AS possible, COUNT(*) FILTER (WHERE certain = 1) AS certain "
            f"FROM {key}_each GROUP BY person",
        ),
        (
            "rest",
            f"SELECT f.person, COUNT(*) FILTER (WHERE {item} AND f.low <> f.high) AS unreadable, "
            f"MAX(CASE WHEN f.low <> f.high THEN f.issue WHEN {certainly} THEN {t.NO_REASON} ELSE f.date_why END) "
            f"FILTER (WHERE {item}) AS why, "
            f"MAX(CASE WHEN {t.lies_certainly(answers, on)} THEN 2 ELSE 1 END) "
            f"FILTER (WHERE {closing} AND {t.lies_possibly(answers)}) AS closed, "
            f"MAX(f.date_why) FILTER (WHERE {closing} AND {t.lies_possibly(answers)} "
            f"AND NOT ({t.lies_certainly(answers, on)})) AS closing, "
            f"MAX({{'k': f.start_low, 'f': f.fact, 'd': {SHOWN}}}) FILTER (WHERE {item}) AS last "
            f"FROM facts AS f WHERE {is_concept} GROUP BY f.person",
        ),
        (
            "",
            "SELECT r.person, COALESCE(d.possible, 0) AS possible, COALESCE(d.certain, 0) AS certain, "
            "r.unreadable AS unreadable, r.why AS why, r.closed AS closed, r.closing AS closing, r.last AS last "
            f"FROM {key}_rest AS r LEFT JOIN {key}_distinct AS d ON d.person = r.person",
        ),
    ]


def score_tables(node: n.Score, key: str) -> list[tuple[str, str]]:
    """Totals as results: closed item lists by day, recorded totals of other days, items without a certain day."""
    total, items = t.name(node.concept), t.name(node.items)
    weights = " ".join(
        f"WHEN {t.number(index)} THEN {t.number(weight)}" for index, weight in enumerate(node.weights)
    )
    most = t.number(sum(node.weights))
    columns = "person, fact, concept, start_low, start_high, undated, exact, date_why, low, high, issue"
    unreadable = t.reason("value_unreadable")
    return [
        (
            "items",
            "SELECT DISTINCT f.person, f.start_low, f.low AS item, f.high AS item_high "
            f"FROM facts AS f WHERE f.concept = {items} AND f.exact",
        ),
        (
            "sums",
            "SELECT person, start_low, SUM(CASE WHEN item = item_high AND item >= 0e0 "
            f"THEN CASE item {weights} ELSE 0e0 END ELSE 0e0 END) AS total, "
            "MAX(CASE WHEN item = -1.0e0 AND item_high = -1.0e0 THEN 1 ELSE 0 END) AS closed, "
            f"MAX(CASE WHEN item <> item_high THEN 1 ELSE 0 END) AS unreadable FROM {key}_items "
            "GROUP BY person, start_low",
        ),
        (
            "closers",
            "SELECT f.person, f.start_low, MAX(f.fact) AS fact FROM facts AS f WHERE f.concept = "
            f"{items} AND f.exact AND f.low = -1.0e0 AND f.high = -1.0e0 GROUP BY f.person, f.start_low",
        ),
        (
            "matters",
            f"SELECT DISTINCT f.person, f.fact FROM facts AS f JOIN {key}_closers AS c "
            "ON c.person = f.person AND c.start_low >= f.start_low AND c.start_low <= f.start_high "
            f"WHERE f.concept = {items} AND NOT f.exact",
        ),
        (
            "",
            f"SELECT f.{columns.replace(', ', ', f.')} FROM facts AS f LEFT JOIN {key}_closers AS c "
            "ON c.person = f.person AND c.start_low = f.start_low AND f.exact "
            f"WHERE f.concept = {total} AND c.person IS NULL\n"
            f"UNION ALL SELECT s.person, c.fact, {total}, s.start_low, s.start_low, FALSE, TRUE, "
            f"{t.reason('date_imprecise')}, s.total, CASE WHEN s.unreadable = 1 THEN {most} ELSE s.total END, "
            f"CASE WHEN s.unreadable = 1 THEN {unreadable} ELSE {t.NO_REASON} END "
            f"FROM {key}_sums AS s JOIN {key}_closers AS c ON c.person = s.person AND c.start_low = s.start_low\n"
            f"UNION ALL SELECT f.person, f.fact, {total}, f.start_low, f.start_high, f.undated, FALSE, f.date_why, "
            f"0e0, {most}, f.date_why FROM facts AS f LEFT JOIN {key}_matters AS m "
            "ON m.person = f.person AND m.fact = f.fact "
            f"WHERE f.concept = {items} AND NOT f.exact AND (f.low <= -1.0e0 OR m.person IS NOT NULL)",
        ),
    ]
