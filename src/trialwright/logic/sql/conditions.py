"""Condition nodes as columns of one row per person.

Every condition k has `k_t` (true, false or NULL), `k_r` (reason, a rank), `k_v`, `k_d`, `k_f` (the value, day and fact
that decided). SQL's own three-valued AND, OR and NOT are Kleene's.
"""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.logic import nodes as n
from trialwright.logic.sql import text as t
from trialwright.logic.sql.numbers import NO_DAY, NO_FACT, Stage, silence_sql

NO_VALUE = "CAST(NULL AS DOUBLE)"
PARTS = ("r", "v", "d", "f")
UNKNOWN = "CAST(NULL AS BOOLEAN)"


def less(a: str, b: str) -> str:
    """`a < b` under the 1e-9 equality, in the same order of operations as `terms.compare`."""
    return f"{b} - {a} > 1e-9 * GREATEST(ABS({a}), ABS({b}))"


def decide(yes: str, no: str) -> str:
    """True, false, or unknown when neither is certain."""
    return f"CASE WHEN {yes} THEN TRUE WHEN {no} THEN FALSE ELSE {UNKNOWN} END"


def compare_stages(node: n.Compare, key: str, left: str, right: str, lead: str | None) -> list[Stage]:
    """Decided only when the whole of one interval lies on one side."""
    la, lb, ra, rb = f"{left}_a", f"{left}_b", f"{right}_a", f"{right}_b"
    match node.operator:
        case "<":
            truth, on_high = decide(less(lb, ra), f"NOT ({less(la, rb)})"), "{t} IS NOT FALSE"
        case "<=":
            truth, on_high = decide(f"NOT ({less(ra, lb)})", less(rb, la)), "{t} IS NOT FALSE"
        case ">":
            truth, on_high = decide(less(rb, la), f"NOT ({less(ra, lb)})"), "{t} IS FALSE"
        case ">=":
            truth, on_high = decide(f"NOT ({less(la, rb)})", less(lb, ra)), "{t} IS FALSE"
        case "=":
            same = [f"NOT ({less(x, y)}) AND NOT ({less(y, x)})" for x, y in ((la, rb), (lb, ra))]
            truth, on_high = decide(" AND ".join(same), f"{less(lb, ra)} OR {less(rb, la)}"), "TRUE"
    why = (
        f"CASE WHEN {left}_y <> {t.NO_REASON} THEN {left}_y WHEN {right}_y <> {t.NO_REASON} THEN {right}_y "
        f"ELSE {t.reason('value_censored')} END"
    )
    return [{f"{key}_t": truth}, _numeric(key, left, lead, why, on_high.format(t=f"{key}_t"))]


def _numeric(key: str, number: str, lead: str | None, why: str, on_high: str) -> Stage:
    shown = f"CASE WHEN {on_high} THEN {number}_b ELSE {number}_a END"
    stage = {
        f"{key}_r": f"CASE WHEN {key}_t IS NULL THEN {why} ELSE {t.reason('value')} END",
        f"{key}_v": f"CASE WHEN ABS({shown}) >= {t.HIGH} THEN {NO_VALUE} ELSE {shown} END",
        f"{key}_d": NO_DAY,
        f"{key}_f": NO_FACT,
    }
    if lead:
        stage[f"{key}_d"] = f"CASE WHEN {on_high} THEN {lead}_bd ELSE {lead}_ad END"
        stage[f"{key}_f"] = f"CASE WHEN {on_high} THEN {lead}_bf ELSE {lead}_af END"
    return stage


def yes_stages(key: str, pick: str) -> list[Stage]:
    """A yes/no finding."""
    truth = decide(f"{pick}_a >= 1e0", f"{pick}_b <= 0e0")
    why = _why(pick)
    return [{f"{key}_t": truth}, _numeric(key, pick, pick, why, f"{key}_t IS NOT TRUE")]


def one_of_stages(node: n.OneOf, key: str, pick: str) -> list[Stage]:
    """A coded finding among given texts."""
    inside = ", ".join(t.number(index) for index in node.indexes)
    truth = (
        f"CASE WHEN {pick}_a = {pick}_b AND {pick}_a >= 0e0 THEN {pick}_a IN ({inside}) ELSE {UNKNOWN} END"
    )
    why = f"CASE WHEN {pick}_a = {pick}_b THEN {t.reason('value_unreadable')} ELSE {_why(pick)} END"
    return [{f"{key}_t": truth}, _numeric(key, pick, pick, why, "TRUE")]


def _why(number: str) -> str:
    return f"CASE WHEN {number}_y <> {t.NO_REASON} THEN {number}_y ELSE {t.reason('value_censored')} END"


def present_stages(key: str, answer: str, lost: str, *, mode: str, covered: bool) -> list[Stage]:
    """Presence, absence, conflict or silence of one concept."""
    place = f"{key}_p"
    answered = f"COALESCE({answer}_p, 0)"
    first = {f"{key}_q": silence_sql(answered, f"{answer}_y", lost, mode=mode, covered=covered)}
    second = {
        f"{key}_t": f"CASE WHEN {key}_p IS NULL THEN CASE WHEN {key}_q = {t.NO_REASON} THEN FALSE "
        f"ELSE {UNKNOWN} END WHEN {place} = 2 AND {answered} = 0 THEN TRUE ELSE {UNKNOWN} END",
        f"{key}_r": f"CASE WHEN {key}_p IS NULL THEN CASE WHEN {key}_q = {t.NO_REASON} THEN {t.reason('absent')} "
        f"ELSE {key}_q END WHEN {place} = 2 AND {answered} = 0 THEN {t.reason('present')} "
        f"WHEN {place} = 2 THEN {t.reason('conflict')} ELSE {key}_y END",
        f"{key}_v": NO_VALUE,
    }
    for part in ("d", "f"):
        second[f"{key}_{part}"] = f"CASE WHEN {key}_p IS NULL THEN {answer}_{part} ELSE {key}_{part}0 END"
    return [first, second]


def recorded_stages(key: str, lost: str) -> list[Stage]:
    """Whether a result lies in the window; unknown where none does and one was `lost` (1)."""
    sure, perhaps = f"COALESCE({key}_c, 0) > 0", f"COALESCE({key}_n, 0) > 0"
    return [
        {
            f"{key}_t": decide(sure, f"NOT ({perhaps}) AND {lost} = 0"),
            f"{key}_r": f"CASE WHEN {sure} THEN {t.reason('present')} "
            f"WHEN {perhaps} THEN {key}_ly WHEN {lost} = 1 THEN {t.reason('record_unreadable')} "
            f"ELSE {t.reason('absent')} END",
            f"{key}_v": NO_VALUE,
            f"{key}_d": f"{key}_ld",
            f"{key}_f": f"{key}_lf",
        }
    ]


def sex_stages(node: n.SexIs, key: str) -> list[Stage]:
    """The recorded sex among given words."""
    words = ", ".join(t.name(word) for word in node.words)
    known = "FALSE" if "unknown" in node.words else "sex = 'unknown'"
    return [
        {
            f"{key}_t": f"CASE WHEN sex IN ({words}) THEN TRUE WHEN {known} THEN {UNKNOWN} ELSE FALSE END",
            f"{key}_r": f"CASE WHEN {known} THEN {t.reason('sex_unknown')} ELSE {t.reason('value')} END",
            f"{key}_v": NO_VALUE,
            f"{key}_d": NO_DAY,
            f"{key}_f": NO_FACT,
        }
    ]


def joined_stages(key: str, parts: Sequence[str], *, conjunction: bool) -> list[Stage]:
    """And, Or: the first part that shares the truth leads."""
    word = " AND " if conjunction else " OR "
    lead = " ".join(
        f"WHEN {part}_t IS NOT DISTINCT FROM {key}_t THEN {index}" for index, part in enumerate(parts[:-1])
    )
    chosen: Stage = {}
    for column in PARTS:
        branches = " ".join(f"WHEN {index} THEN {part}_{column}" for index, part in enumerate(parts[:-1]))
        chosen[f"{key}_{column}"] = f"CASE {key}_l {branches} ELSE {parts[-1]}_{column} END"
    if len(parts) == 1:
        return [{f"{key}_{column}": f"{parts[0]}_{column}" for column in ("t", *PARTS)}]
    return [
        {f"{key}_t": "(" + word.join(f"{part}_t" for part in parts) + ")"},
        {f"{key}_l": f"CASE {lead} ELSE {len(parts) - 1} END"},
        chosen,
    ]


def same_stages(key: str, part: str, *, truth: str | None = None) -> list[Stage]:
    """The finding of another condition, perhaps with another truth."""
    stage = {f"{key}_{column}": f"{part}_{column}" for column in PARTS}
    return [stage | {f"{key}_t": truth or f"{part}_t"}]


def unless_stages(key: str, part: str, excuse: str) -> list[Stage]:
    """See `Unless`."""
    first = {
        f"{key}_t": f"CASE WHEN {part}_t IS TRUE THEN NOT {excuse}_t ELSE {part}_t END",
    }
    leads = f"{part}_t IS TRUE AND {excuse}_t IS NOT FALSE"
    second = {
        f"{key}_{column}": f"CASE WHEN {leads} THEN {excuse}_{column} ELSE {part}_{column} END"
        for column in PARTS
    }
    return [first, second]


def when_stages(key: str, test: str, then: str, otherwise: str) -> list[Stage]:
    """See `When`."""
    first = {
        f"{key}_l": f"CASE WHEN {test}_t IS TRUE THEN 0 WHEN {test}_t IS FALSE THEN 1 "
        f"WHEN {then}_t = {otherwise}_t THEN 0 ELSE 2 END"
    }
    second = {
        f"{key}_{column}": f"CASE {key}_l WHEN 0 THEN {then}_{column} WHEN 1 THEN {otherwise}_{column} "
        f"ELSE {test}_{column} END"
        for column in ("t", *PARTS)
    }
    return [first, second]


def constant_stages(node: n.Constant, key: str) -> list[Stage]:
    """Always the same."""
    truth = {True: "TRUE", False: "FALSE", None: UNKNOWN}[node.truth]
    return [
        {
            f"{key}_t": truth,
            f"{key}_r": t.reason(node.reason),
            f"{key}_v": NO_VALUE,
            f"{key}_d": NO_DAY,
            f"{key}_f": NO_FACT,
        }
    ]
