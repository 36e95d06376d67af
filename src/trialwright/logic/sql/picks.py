"""All picks of all rules in one pass: one row per person and slot, whatever the number of rules.

A *slot* is one question for the latest or first result of a concept in a window. Results that may be the answer are
few: those that are not certainly before another. Where there is one certain result, it is the answer as it stands;
only the others take the long road of ends that may come from different records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trialwright.logic.sql import text as t
from trialwright.logic.sql.script import Step
from trialwright.logic.sql.sources import Slot

PICKS = "picks"
_EPOCH = "DATE '1970-01-01'"
_ALONE = "b.n = 1 AND b.sure = 1"  # one result, and it is certain


@dataclass(frozen=True, slots=True)
class PickSlot(Slot):
    """One pick: `table` holds its records (facts, or the totals of a score)."""

    table: str = "facts"
    first: bool = False
    ratio: bool = False
    worst: str = "none"

    @property
    def plain(self) -> bool:
        """Whether its window is the same for everybody and its records are facts: read in the one fused scan."""
        return self.table == "facts" and not self.anchor

    @property
    def sign(self) -> int:
        """1 if high is worst, -1 if low is, 0 if neither."""
        return {"high": 1, "low": -1, "none": 0}[self.worst]


def pick_steps(slots: Sequence[PickSlot], on: date) -> list[Step]:
    """From records to `picks`: `slot, person, t, a, b, y, af, ad, bf, bd` as numbers have them."""
    together = "b.slot = r.slot AND b.person = r.person"
    return [
        Step("pick_rows", "\nUNION ALL\n".join(_rows(slots, on)), shared=True),
        Step("pick_sums", _summed("pick_rows")),
        Step(
            "pick_near",
            f"SELECT r.* FROM pick_rows AS r JOIN pick_sums AS b ON {together} "
            f"WHERE NOT ({_ALONE}) AND (b.bar IS NULL OR r.k_high >= b.bar)",
            shared=True,
        ),
        Step("pick_near_sums", _summed("pick_near")),
        Step(
            "pick_vague",
            f"SELECT r.* FROM pick_near AS r JOIN pick_near_sums AS b ON {together} WHERE NOT ({_ALONE})",
        ),
        Step("pick_ends", _ends()),
        Step("pick_sides", _sides()),
        Step("pick_chosen", _chosen()),
        Step(
            PICKS,
            f"{_single('pick_sums')}\nUNION ALL\n{_single('pick_near_sums')}\nUNION ALL\n{_several()}",
            shared=True,
        ),
    ]


def _rows(slots: Sequence[PickSlot], on: date) -> list[str]:
    """Every record that may lie in the window of a slot."""
    found = []
    for first in (False, True):
        fused = [slot for slot in slots if slot.plain and slot.first is first]
        if not fused:
            continue
        values = ", ".join(
            f"({slot.number}, {t.name(slot.concept)}, {slot.where.from_low}, {_true(slot.ratio)}, {slot.sign})"
            for slot in fused
        )
        span = t.SpanSql("s.since", "s.since", t.day(on), t.day(on))
        any_ratio = any(slot.ratio for slot in fused)
        columns = _columns("s.slot", "s.worst", "s.ratio" if any_ratio else "FALSE", span, on, first=first)
        found.append(
            f"SELECT {columns} FROM facts AS f JOIN (VALUES {values}) AS s(slot, concept, since, ratio, worst) "
            f"ON s.concept = f.concept WHERE {t.lies_possibly(span)}"
        )
    for slot in slots:
        if not slot.plain:
            columns = _columns(
                str(slot.number), str(slot.sign), _true(slot.ratio), slot.where, on, first=slot.first
            )
            join = f" LEFT JOIN {slot.anchor} ON {slot.anchor}.person = f.person" if slot.anchor else ""
            found.append(
                f"SELECT {columns} FROM {slot.table} AS f{join} "
                f"WHERE f.concept = {t.name(slot.concept)} AND {t.lies_possibly(slot.where)}"
            )
    return found


def _columns(number: str, worst: str, ratio: str, span: t.SpanSql, on: date, *, first: bool) -> str:
    certain = f"COALESCE({t.lies_certainly(span, on)}, FALSE)"
    low, high = (f"DATE_DIFF('day', {_EPOCH}, f.start_{end})" for end in ("low", "high"))
    keys = (f"-{high}", f"-{low}") if first else (low, high)
    values = {"low": "low", "high": "high", "issue": "issue"}
    texts = {
        name: f"f.{column}"
        if ratio == "FALSE"
        else f"CASE WHEN {ratio} THEN f.ratio_{column} ELSE f.{column} END"
        for name, column in values.items()
    }
    return (
        f"{number} AS slot, f.person, f.fact, {certain} AS certain, f.exact AND {certain} AS settled, "
        f"{keys[0]} AS k_low, {keys[1]} AS k_high, CASE WHEN f.undated THEN NULL ELSE f.start_low END AS day, "
        f"f.date_why, {', '.join(f'{text} AS {name}' for name, text in texts.items())}, {worst} AS worst"
    )


def _true(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _struct(order: str, value: str) -> str:
    return f"{{'o': {order}, 'f': fact, 'i': issue, 'd': day, 'v': {value}}}"


def _ends() -> str:
    """Of the settled results the one worst for the participant at each end; of the others the hull."""
    least = _struct("CASE WHEN worst = 1 THEN low ELSE -low END", "low")
    most = _struct("CASE WHEN worst = -1 THEN -high ELSE high END", "high")
    return (
        f"SELECT slot, person, MAX({least}) FILTER (WHERE settled) AS ea, MAX({most}) FILTER (WHERE settled) AS eb, "
        f"MAX({_struct('-low', 'low')}) FILTER (WHERE NOT settled) AS la, "
        f"MAX({_struct('high', 'high')}) FILTER (WHERE NOT settled) AS lb, "
        "MAX({'f': fact, 'd': day}) FILTER (WHERE NOT settled) AS lp, "
        "COUNT(*) FILTER (WHERE NOT settled) AS ln, MAX(date_why) FILTER (WHERE NOT settled) AS ly, "
        "MAX(k_low) FILTER (WHERE certain AND NOT settled) AS lc "
        "FROM pick_vague GROUP BY slot, person"
    )


def _sides() -> str:
    """Which end comes from where. A settled result is of the latest day, else it would not be here any more."""
    low, high = (f"{t.field(f'l{end}', 'v')} {sign} {t.field(f'e{end}', 'v')}" for end, sign in ("a<", "b>"))
    return (
        "SELECT *, CASE WHEN ea IS NOT NULL OR lc IS NOT NULL THEN 2 ELSE 1 END AS t, "
        f"la IS NOT NULL AND (ea IS NULL OR {low}) AS loose_a, la IS NOT NULL AND (ea IS NULL OR {high}) AS loose_b "
        "FROM pick_ends"
    )


def _chosen() -> str:
    parts = []
    for end in "ab":
        for part in "vfid":
            loose, exact = t.field(f"l{end}", part), t.field(f"e{end}", part)
            parts.append(f"CASE WHEN loose_{end} THEN {loose} ELSE {exact} END AS {end}{part}")
    return (
        f"SELECT slot, person, t, {', '.join(parts)}, la IS NOT NULL AND (ea IS NOT NULL OR ln > 1) AS mixed, ly, lp "
        "FROM pick_sides"
    )


def _summed(rows: str) -> str:
    """How many results there are of each slot; of a single one, all there is to know."""
    return (
        "SELECT slot, person, COUNT(*) AS n, MIN(CASE WHEN settled THEN 1 ELSE 0 END) AS sure, MAX(low) AS low, "
        "MAX(high) AS high, MAX(issue) AS issue, MAX(fact) AS fact, MAX(day) AS day, "
        f"MAX(k_low) FILTER (WHERE certain) AS bar FROM {rows} GROUP BY slot, person"
    )


def _single(sums: str) -> str:
    """The common case: one certain result."""
    why = (
        f"CASE WHEN low = high THEN {t.NO_REASON} WHEN issue <> {t.NO_REASON} THEN issue "
        f"ELSE {t.reason('conflict')} END"
    )
    return (
        f"SELECT slot, person, 2 AS t, low AS a, high AS b, {why} AS y, fact AS af, day AS ad, fact AS bf, day AS bd "
        f"FROM {sums} AS b WHERE {_ALONE}"
    )


def _several() -> str:
    why = (
        f"CASE WHEN t = 1 THEN ly WHEN av = bv THEN {t.NO_REASON} WHEN mixed THEN ly "
        f"WHEN bi <> {t.NO_REASON} THEN bi WHEN ai <> {t.NO_REASON} THEN ai ELSE {t.reason('conflict')} END"
    )
    evidence = ", ".join(
        f"CASE WHEN t = 1 THEN {t.field('lp', part)} ELSE {end}{part} END AS {end}{part}"
        for end in "ab"
        for part in "fd"
    )
    return (
        f"SELECT slot, person, t, CASE WHEN t = 1 THEN {t.LOW} ELSE av END AS a, "
        f"CASE WHEN t = 1 THEN {t.HIGH} ELSE bv END AS b, {why} AS y, {evidence} FROM pick_chosen"
    )
