"""Number nodes as columns of one row per person.

Every number k has the columns `k_a`, `k_b` (low, high), `k_y` (why, a rank), `k_t` (2 there, 1 perhaps, 0 not), and, if
it rests on records, `k_af`, `k_ad`, `k_bf`, `k_bd` (fact and day behind each end). Each function gives stages:
columns of a later stage may use those of an earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import product

from sqlglot import parse_one

from trialwright.logic import nodes as n
from trialwright.logic.arithmetic import Column
from trialwright.logic.finding import FormulaRule
from trialwright.logic.sql import text as t

Stage = dict[str, str]
NO_FACT = "CAST(NULL AS VARCHAR)"
NO_DAY = "CAST(NULL AS DATE)"


def plain(key: str, low: str, high: str, *, why: str = t.NO_REASON, there: str = "2") -> Stage:
    """A number that rests on no record."""
    return {f"{key}_a": low, f"{key}_b": high, f"{key}_y": why, f"{key}_t": there}


def pick_columns(key: str, alias: str, missing: str) -> Stage:
    """A pick from its row of `picks`, which is not there where there is no result."""
    found = {part: f"{alias}.{part}" for part in ("af", "ad", "bf", "bd")}
    found |= {
        "t": f"COALESCE({alias}.t, 0)",
        "a": f"COALESCE({alias}.a, {t.LOW})",
        "b": f"COALESCE({alias}.b, {t.HIGH})",
        "y": f"COALESCE({alias}.y, {t.reason(missing)})",
    }
    return {f"{key}_{part}": text for part, text in found.items()}


def explained_stages(key: str, pick: str, surrogate: str) -> list[Stage]:
    """A pick with the evidence of its surrogate where it has no result and the surrogate has one."""
    takes = f"{pick}_t = 0 AND {surrogate}_t = 2"
    instead = {"y": t.reason("surrogate_only")} | {
        end: f"{surrogate}_{end}" for end in ("af", "ad", "bf", "bd")
    }
    stage = {
        f"{key}_{part}": f"CASE WHEN {takes} THEN {text} ELSE {pick}_{part} END"
        for part, text in instead.items()
    }
    return [stage | {f"{key}_{part}": f"{pick}_{part}" for part in ("t", "a", "b")}]


def extreme_stages(key: str, missing: str, *, highest: bool) -> list[Stage]:
    """Lowest or highest of the window: one end from certain results, the other from all possible ones.

    `missing` is the code where there is none.
    """
    sign = "" if highest else "-"
    value = {(side, end): f"{sign}{t.field(f'{key}_{side}{end}', 'v')}" for side in "elc" for end in "ab"}
    certain_end, any_end = ("a", "b") if highest else ("b", "a")
    first: Stage = {
        f"{key}_t": f"CASE WHEN {key}_ea IS NOT NULL OR {key}_ca IS NOT NULL THEN 2 "
        f"WHEN {key}_la IS NOT NULL THEN 1 ELSE 0 END"
    }
    second: Stage = {}
    for end, side in ((certain_end, "c"), (any_end, "l")):
        loose, exact = f"{key}_{side}{end}", f"{key}_e{end}"
        beats = ">" if highest else "<"
        second[f"{key}_s{end}"] = (
            f"CASE WHEN {exact} IS NULL THEN {loose} WHEN {loose} IS NULL THEN {exact} "
            f"WHEN {value[side, end]} {beats} {value['e', end]} "
            f"OR ({value[side, end]} = {value['e', end]} AND {t.field(loose, 'f')} > {t.field(exact, 'f')}) "
            f"THEN {loose} ELSE {exact} END"
        )
    low, high = f"{sign}{t.field(f'{key}_sa', 'v')}", f"{sign}{t.field(f'{key}_sb', 'v')}"
    low_issue, high_issue = t.field(f"{key}_sa", "i"), t.field(f"{key}_sb", "i")
    third: Stage = {
        f"{key}_a": f"CASE WHEN {key}_t < 2 THEN {t.LOW} ELSE {low} END",
        f"{key}_b": f"CASE WHEN {key}_t < 2 THEN {t.HIGH} ELSE {high} END",
        f"{key}_y": f"CASE WHEN {key}_t = 0 THEN {t.reason(missing)} WHEN {key}_t = 1 THEN {key}_ly "
        f"WHEN {low} = {high} THEN {t.NO_REASON} WHEN {high_issue} <> {t.NO_REASON} THEN {high_issue} "
        f"WHEN {low_issue} <> {t.NO_REASON} THEN {low_issue} ELSE {t.reason('date_imprecise')} END",
    }
    for end in ("a", "b"):
        for part in ("f", "d"):
            third[f"{key}_{end}{part}"] = (
                f"CASE WHEN {key}_t = 0 THEN NULL WHEN {key}_t = 1 THEN {t.field(f'{key}_lp', part)} "
                f"ELSE {t.field(f'{key}_s{end}', part)} END"
            )
    return [first, second, third]


def years(column: str, on: date) -> str:
    """Completed years since a date, NULL where there is none."""
    later = f"MONTH({column}) * 100 + DAY({column}) > {on.month * 100 + on.day}"
    return f"({on.year} - YEAR({column}) - CASE WHEN {later} THEN 1 ELSE 0 END)"


def age_stage(key: str) -> Stage:
    """Completed years, from the ages that the days of the birth date may give."""
    low, high = "CAST(age_low AS DOUBLE)", "CAST(age_high AS DOUBLE)"
    missing = "age_low IS NULL"
    return plain(
        key,
        f"CASE WHEN {missing} THEN {t.LOW} ELSE {low} END",
        f"CASE WHEN {missing} THEN {t.HIGH} ELSE {high} END",
        why=f"CASE WHEN {missing} THEN {t.reason('birth_date_missing')} "
        f"WHEN age_low <> age_high THEN {t.reason('date_imprecise')} ELSE {t.NO_REASON} END",
        there=f"CASE WHEN {missing} THEN 0 ELSE 2 END",
    )


def no_age_stage(key: str) -> Stage:
    """The age on a named day of a trial: a search of records knows no such day."""
    why = (
        f"CASE WHEN age_low IS NULL THEN {t.reason('birth_date_missing')} ELSE {t.reason('no_baseline')} END"
    )
    return plain(key, t.LOW, t.HIGH, why=why, there="0")


def female_stage(key: str) -> Stage:
    """1 female, 0 male, either otherwise."""
    return plain(
        key,
        "CASE WHEN sex = 'female' THEN 1e0 ELSE 0e0 END",
        "CASE WHEN sex = 'male' THEN 0e0 ELSE 1e0 END",
        why=f"CASE WHEN sex IN ('female', 'male') THEN {t.NO_REASON} ELSE {t.reason('sex_unknown')} END",
    )


def formula_stages(
    key: str, rule: FormulaRule, arguments: Sequence[str], lead: int, *, records: bool
) -> list[Stage]:
    """A formula over intervals; the expression comes from the same function as in Python."""
    whys = " ".join(f"WHEN {k}_t = 0 AND {k}_y <> {t.NO_REASON} THEN {k}_y" for k in arguments)
    invalid = " ".join(
        f"WHEN {k}_a <= {t.LOW} AND {k}_y <> {t.NO_REASON} THEN {k}_y "
        f"WHEN {k}_a < {t.number(least)} THEN {t.reason('equation_not_valid')}"
        for k, least in ((arguments[index], least) for index, least in rule.valid_from)
    )
    blocked = f"CASE {whys} {invalid} ELSE {t.NO_REASON} END"
    first: Stage = {
        f"{key}_k": blocked,
        f"{key}_t": f"LEAST({', '.join(f'{k}_t' for k in arguments)})"
        if len(arguments) > 1
        else f"{arguments[0]}_t",
        f"{key}_p": _corners(rule, arguments, highest=False),
        f"{key}_q": _corners(rule, arguments, highest=True),
    }
    uncertain = " ".join(f"WHEN {k}_y <> {t.NO_REASON} THEN {k}_y" for k in arguments)
    broken = f"{key}_k <> {t.NO_REASON} OR {key}_p IS NULL OR {key}_q IS NULL"
    second: Stage = {
        f"{key}_a": f"CASE WHEN {broken} THEN {t.LOW} ELSE {key}_p END",
        f"{key}_b": f"CASE WHEN {broken} THEN {t.HIGH} ELSE {key}_q END",
        f"{key}_y": f"CASE WHEN {key}_k <> {t.NO_REASON} THEN {key}_k WHEN {key}_p = {key}_q THEN {t.NO_REASON} "
        f"{uncertain} WHEN {key}_p IS NULL OR {key}_q IS NULL THEN {t.reason('not_computable')} "
        f"ELSE {t.NO_REASON} END",
    }
    if records:
        low, high = ("b", "a") if rule.directions[lead] == "decreasing" else ("a", "b")
        second |= evidence(key, f"{arguments[lead]}", low=low, high=high)
    return [first, second]


def evidence(key: str, source: str, *, low: str = "a", high: str = "b") -> Stage:
    """Evidence columns taken from another number."""
    return {
        f"{key}_af": f"{source}_{low}f",
        f"{key}_ad": f"{source}_{low}d",
        f"{key}_bf": f"{source}_{high}f",
        f"{key}_bd": f"{source}_{high}d",
    }


def _corners(rule: FormulaRule, arguments: Sequence[str], *, highest: bool) -> str:
    """The formula at the corner, or corners, where it is lowest or highest."""
    choices: list[tuple[str, ...]] = []
    for k, direction, least, most in zip(arguments, rule.directions, rule.lowest, rule.highest, strict=True):
        ends = (
            ("a", "b") if direction == "either" else ("b" if highest == (direction == "increasing") else "a",)
        )
        choices.append(
            tuple(
                f"CASE WHEN {k}_a = {k}_b THEN {k}_a "
                f"ELSE LEAST(GREATEST({k}_{end}, {t.number(least)}), {t.number(most)}) END"
                for end in ends
            )
        )
    results = []
    for corner in product(*choices):
        columns = [Column(parse_one(part, dialect="duckdb")) for part in corner]
        result = rule.function(*columns)
        results.append(str(result.expression.sql(dialect="duckdb")))
    results = list(dict.fromkeys(results))
    if len(results) == 1:
        return results[0]
    best = f"{'GREATEST' if highest else 'LEAST'}({', '.join(results)})"
    return f"CASE WHEN {' OR '.join(f'({result}) IS NULL' for result in results)} THEN NULL ELSE {best} END"


def arithmetic_stages(key: str, node: n.Arithmetic, left: str, right: str, lead: str | None) -> list[Stage]:
    """Two intervals combined."""
    if (side := node.scaled()) is not None:
        return _scaled_stages(key, node.operator, *((left, right) if side == "left" else (right, left)), lead)
    ends = [f"ABS({k}_{end}) >= {t.HIGH}" for k in (left, right) for end in "ab"]
    broken = t.any_sql(ends + ([f"({right}_a <= 0e0 AND {right}_b >= 0e0)"] if node.operator == "/" else []))
    why = f"CASE WHEN {left}_y <> {t.NO_REASON} THEN {left}_y ELSE {right}_y END"
    match node.operator:
        case "+":
            low, high = f"{left}_a + {right}_a", f"{left}_b + {right}_b"
        case "-":
            low, high = f"{left}_a - {right}_b", f"{left}_b - {right}_a"
        case "least":
            low, high = f"LEAST({left}_a, {right}_a)", f"LEAST({left}_b, {right}_b)"
        case "greatest":
            low, high = f"GREATEST({left}_a, {right}_a)", f"GREATEST({left}_b, {right}_b)"
        case _:
            zero = right if node.operator == "/" else None
            divisor = {end: f"NULLIF({right}_{end}, 0e0)" if zero else f"{right}_{end}" for end in "ab"}
            corners = ", ".join(f"{left}_{x} {node.operator} {divisor[y]}" for x in "ab" for y in "ab")
            low, high = f"LEAST({corners})", f"GREATEST({corners})"
    first = {
        f"{key}_t": f"LEAST({left}_t, {right}_t)",
        f"{key}_a": f"CASE WHEN {broken} THEN {t.LOW} ELSE {low} END",
        f"{key}_b": f"CASE WHEN {broken} THEN {t.HIGH} ELSE {high} END",
    }
    second = {
        f"{key}_y": f"CASE WHEN {broken} THEN CASE WHEN {why} <> {t.NO_REASON} THEN {why} "
        f"ELSE {t.reason('not_computable')} END WHEN {key}_a = {key}_b THEN {t.NO_REASON} ELSE {why} END"
    }
    return [first, second | (evidence(key, lead) if lead else {})]


def _scaled_stages(key: str, operator: str, part: str, factor: str, lead: str | None) -> list[Stage]:
    """An interval times, or over, a number above 0; no limit stays no limit."""
    first = {
        f"{key}_{end}": f"CASE WHEN ABS({part}_{end}) >= {t.HIGH} THEN {part}_{end} "
        f"ELSE {part}_{end} {operator} {factor}_{end} END"
        for end in "ab"
    } | {f"{key}_t": f"LEAST({part}_t, {factor}_t)"}
    second = {f"{key}_y": f"CASE WHEN {key}_a = {key}_b THEN {t.NO_REASON} ELSE {part}_y END"}
    return [first, second | (evidence(key, lead) if lead else {})]


def stand_in_stages(key: str, first: str, second: str) -> list[Stage]:
    """The first pick unless it has no result and the second has one."""
    takes = f"{first}_t = 0 AND {second}_t > 0"
    return [
        {
            f"{key}_{column}": f"CASE WHEN {takes} THEN {second}_{column} ELSE {first}_{column} END"
            for column in ("a", "b", "y", "t", "af", "ad", "bf", "bd")
        }
    ]


def course_stages(
    node: n.Course, key: str, answer: str, lost: str, *, mode: str, covered: bool
) -> list[Stage]:
    """Bounds of a course, with closed or open world where nothing is recorded."""
    answered = f"COALESCE({answer}_p, 0)"
    unanswered = silence_sql(
        answered, f"{answer}_y", lost, mode=mode, covered=covered, silence_is_none=node.silence_is_none
    )
    first = {
        f"{key}_lo": f"COALESCE({key}_least, 0e0)",
        f"{key}_hi": f"COALESCE({key}_most, 0e0)",
        f"{key}_q": unanswered,
    }
    silent = f"{key}_p IS NULL"
    quiet = f"{key}_q = {t.NO_REASON}"
    low = f"CASE WHEN {answered} > 0 THEN 0e0 ELSE {key}_lo END"
    # Where all of it may lie outside the window, it answers nothing there.
    high = f"CASE WHEN {key}_p = 1 AND NOT ({quiet}) THEN {t.HIGH} ELSE {key}_hi END"
    second = {
        f"{key}_a": f"CASE WHEN {silent} THEN 0e0 ELSE {low} END",
        f"{key}_b": f"CASE WHEN {silent} THEN CASE WHEN {quiet} THEN 0e0 ELSE {t.HIGH} END ELSE {high} END",
        f"{key}_y": f"CASE WHEN {silent} THEN {key}_q WHEN {high} <= {low} THEN {t.NO_REASON} "
        f"WHEN {answered} > 0 THEN {t.reason('conflict')} ELSE {key}_why END",
        f"{key}_t": f"CASE WHEN {silent} THEN 0 ELSE 2 END",
    }
    for part in ("f", "d"):
        shown = f"CASE WHEN {silent} THEN {answer}_{part} ELSE {key}_{part} END"
        second |= {f"{key}_a{part}": shown, f"{key}_b{part}": shown}
    return [first, second]


def silence_sql(
    answered: str, why: str, lost: str, *, mode: str, covered: bool, silence_is_none: bool = False
) -> str:
    """The rank of the reason why no record does not mean no; rank 0 where it does.

    `why`: of a possible answer. `lost`: a column, 1 where a record of the concept could not be read.
    """
    if not covered:
        otherwise = t.reason("kind_not_covered")
    elif mode == "screening" and not silence_is_none:
        otherwise = f"CASE WHEN {answered} = 1 THEN {why} ELSE {t.reason('not_asked')} END"
    else:
        otherwise = t.NO_REASON
    if covered:
        otherwise = f"CASE WHEN {lost} = 1 THEN {t.reason('record_unreadable')} ELSE {otherwise} END"
    return f"CASE WHEN {answered} = 2 THEN {t.NO_REASON} ELSE {otherwise} END"


def item_stages(node: n.ItemCount, key: str, lost: str, *, mode: str, covered: bool) -> list[Stage]:
    """Bounds of a count of distinct items."""
    closed = f"COALESCE({key}_closed, 0)"
    most = t.number(node.items)
    first = {
        f"{key}_lo": f"CAST(COALESCE({key}_certain, 0) AS DOUBLE)",
        f"{key}_hi": f"LEAST(CAST(COALESCE({key}_possible, 0) + COALESCE({key}_unreadable, 0) AS DOUBLE), {most})",
        f"{key}_q": silence_sql(closed, f"{key}_closing", lost, mode=mode, covered=covered),
    }
    opened = f"{key}_q <> {t.NO_REASON} AND {key}_hi < {most}"
    second = {
        f"{key}_a": f"{key}_lo",
        f"{key}_b": f"CASE WHEN {opened} THEN {most} ELSE {key}_hi END",
        f"{key}_y": f"CASE WHEN {opened} THEN {key}_q WHEN {key}_hi > {key}_lo THEN {key}_why ELSE {t.NO_REASON} END",
        f"{key}_t": "2",
    }
    for part in ("f", "d"):
        shown = t.field(f"{key}_last", part)
        second |= {f"{key}_a{part}": shown, f"{key}_b{part}": shown}
    return [first, second]


def count_stages(key: str, lost: str) -> list[Stage]:
    """Bounds of a count of results; `lost` as above."""
    stage = {
        f"{key}_a": f"CAST(COALESCE({key}_c, 0) AS DOUBLE)",
        f"{key}_b": f"CASE WHEN {lost} = 1 THEN {t.HIGH} ELSE CAST(COALESCE({key}_n, 0) AS DOUBLE) END",
        f"{key}_y": f"CASE WHEN {lost} = 1 THEN {t.reason('record_unreadable')} WHEN COALESCE({key}_n, 0) > COALESCE({key}_c, 0) THEN {key}_y0 ELSE {t.NO_REASON} END",
        f"{key}_t": "2",
    }
    for part in ("f", "d"):
        stage |= {f"{key}_{end}{part}": f"{key}_l{part}" for end in "ab"}
    return [stage]
