"""A whole population in one query: a verdict per person and criterion, and two masks per person.

An `Engine` is given (SQL in, batches out); nothing here knows which. Every row can be walked back: reason, value,
day and fact id of the deciding record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from trialwright.logic.interpreter import Setting
from trialwright.logic.reasons import CODES, RANK
from trialwright.logic.sql import compile_rules
from trialwright.logic.sql.text import day as day_literal
from trialwright.study.rules import Rule

VERDICTS = ("pass", "fail", "unknown", "not_assessed")
WORD = 60  # criteria per mask column; a bit each


class Engine(Protocol):
    """Something that runs SQL over the typed tables `facts`, `persons` and `unreadable`."""

    dialect: str

    def query(self, sql: str) -> Iterator[Mapping[str, Sequence[Any]]]:
        """Run a query and give its columns batch by batch."""
        ...


@dataclass(frozen=True, slots=True)
class Search:
    """A compiled search: `verdicts` and `masks` are SELECT statements in the engine's dialect.

    `verdicts` gives `person`, `dead` and, for rule number i, `v<i>` (index into `VERDICTS`), `r<i>` (rank of the
    reason), `x<i>`, `d<i>`, `f<i>` (value, day, fact). `masks` gives `person`, `dead`, `fail_<w>`, `unknown_<w>`.
    """

    rules: tuple[Rule, ...]
    verdicts: str
    masks: str


def plan_search(rules: Sequence[Rule], *, on: date, setting: Setting, dialect: str) -> Search:
    """Compile rules for a whole population."""
    names = {index: f"q{index}" for index, rule in enumerate(rules) if not _left_out(rule, setting)}
    compiled = compile_rules(
        {name: rules[index].condition for index, name in names.items()},
        on=on,
        setting=setting,
        reads={name: rules[index].concepts for index, name in names.items()},
    )
    inner = compiled.sql(dialect)
    dead = f"CASE WHEN p.death_low <= {day_literal(on)} THEN TRUE ELSE FALSE END AS dead"
    columns, verdicts = [], []
    for index, rule in enumerate(rules):
        if index not in names:
            columns.append(_not_assessed(index))
            continue
        verdict = _verdict(names[index], rule)
        verdicts.append((index, verdict))
        columns.append(_columns(index, names[index], verdict))
    source = f"FROM ({inner}) AS q JOIN persons AS p ON p.person = q.person"
    return Search(
        tuple(rules),
        f"SELECT q.person AS person, {dead}, {', '.join(columns)} {source}",
        f"SELECT q.person AS person, {dead}, {', '.join(_masks(verdicts, len(rules)))} {source}",
    )


def _left_out(rule: Rule, setting: Setting) -> bool:
    return rule.criterion.judgement and setting.mode == "search"


def _verdict(name: str, rule: Rule) -> str:
    good = f"q.{name}_t" if rule.inclusion else f"(NOT q.{name}_t)"
    return f"CASE WHEN {good} IS FALSE THEN 1 WHEN q.{name}_u = 1 OR {good} IS NULL THEN 2 ELSE 0 END"


def _columns(index: int, name: str, verdict: str) -> str:
    value = RANK["value"]
    reason = (
        f"CASE WHEN {verdict} = 1 THEN CASE WHEN q.{name}_r = {value} THEN {RANK['value_out_of_range']} "
        f"ELSE q.{name}_r END WHEN q.{name}_u = 1 THEN {RANK['record_unreadable']} "
        f"WHEN q.{name}_r = {value} THEN {RANK['in_range']} ELSE q.{name}_r END"
    )
    return (
        f"CAST({verdict} AS SMALLINT) AS v{index}, CAST({reason} AS SMALLINT) AS r{index}, "
        f"q.{name}_v AS x{index}, q.{name}_d AS d{index}, q.{name}_f AS f{index}"
    )


def _not_assessed(index: int) -> str:
    return (
        f"CAST(3 AS SMALLINT) AS v{index}, CAST({RANK['judgement']} AS SMALLINT) AS r{index}, "
        f"CAST(NULL AS DOUBLE) AS x{index}, CAST(NULL AS DATE) AS d{index}, CAST(NULL AS VARCHAR) AS f{index}"
    )


def _masks(verdicts: Sequence[tuple[int, str]], count: int) -> list[str]:
    columns = []
    for word in range((count + WORD - 1) // WORD):
        for name, wanted in (("fail", 1), ("unknown", 2)):
            bits = [
                f"CASE WHEN {verdict} = {wanted} THEN CAST({1 << (index % WORD)} AS BIGINT) ELSE CAST(0 AS BIGINT) END"
                for index, verdict in verdicts
                if index // WORD == word
            ]
            columns.append(f"{' + '.join(bits) or 'CAST(0 AS BIGINT)'} AS {name}_{word}")
    return columns


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of one person as a search gives it."""

    verdict: str
    reason: str
    value: float | None
    day: date | None
    fact: str | None


def read_lines(
    search: Search, batches: Iterable[Mapping[str, Sequence[Any]]]
) -> Iterator[tuple[str, bool, list[Line]]]:
    """Person, whether dead, and the criteria in order, from the batches of `Search.verdicts`."""
    count = len(search.rules)
    for batch in batches:
        people, dead = batch["person"], batch["dead"]
        columns = [[batch[f"{letter}{index}"] for letter in "vrxdf"] for index in range(count)]
        for row, person in enumerate(people):
            yield (
                person,
                dead[row],
                [Line(VERDICTS[v[row]], CODES[r[row]], x[row], d[row], f[row]) for v, r, x, d, f in columns],
            )
