"""A whole population in one query: a verdict per person and criterion, and two masks per person.

An `Engine` is given (a script in, batches out); nothing here knows which. Every row can be walked back: reason, value,
day and fact id of the deciding record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from trialwright.logic.interpreter import Setting
from trialwright.logic.reasons import CODES, RANK
from trialwright.logic.sql import Script, compile_rules
from trialwright.logic.sql.text import day as day_literal
from trialwright.study.rules import Rule

VERDICTS = ("pass", "fail", "unknown", "not_assessed")
WORD = 60  # criteria per mask column; a bit each


class Engine(Protocol):
    """Something that runs a script over the typed tables `facts`, `persons` and `unreadable`."""

    dialect: str

    def query(self, script: Script) -> Iterator[Mapping[str, Sequence[Any]]]:
        """Run a script and give the columns of its answer batch by batch."""
        ...


@dataclass(frozen=True, slots=True)
class Search:
    """A compiled search: `verdicts` and `masks` are scripts in the engine's dialect.

    `verdicts` gives `person`, `dead` and, for rule number i, `v<i>` (index into `VERDICTS`), `r<i>` (rank of the
    reason), `x<i>`, `d<i>`, `f<i>` (value, day, fact). `masks` gives `person`, `dead`, `fail_<w>`, `unknown_<w>`.
    """

    rules: tuple[Rule, ...]
    verdicts: Script
    masks: Script


def plan_search(rules: Sequence[Rule], *, on: date, setting: Setting, dialect: str) -> Search:
    """Compile rules for a whole population."""
    names = {f"q{index}": index for index, rule in enumerate(rules) if not _left_out(rule, setting)}
    dead = f"CASE WHEN p.death_low <= {day_literal(on)} THEN TRUE ELSE FALSE END"

    def ask(columns: Callable[[str], Mapping[str, str]]) -> Script:
        return compile_rules(
            {name: rules[index].condition for name, index in names.items()},
            on=on,
            setting=setting,
            reads={name: rules[index].concepts for name, index in names.items()},
            columns=columns,
            also={"dead": dead},
            everybody=dialect == "spark",  # which takes longer to read a plan than to run it
        )

    verdicts = ask(lambda name: _columns(names[name], rules[names[name]]))
    masks = ask(lambda name: {f"v{names[name]}": _verdict(rules[names[name]])})
    left_out = [
        text for index in range(len(rules)) if f"q{index}" not in names for text in _not_assessed(index)
    ]
    return Search(
        tuple(rules),
        verdicts.asking(f"SELECT *, {', '.join(left_out)} FROM ({verdicts.answer}) AS q").spelt(dialect)
        if left_out
        else verdicts.spelt(dialect),
        masks.asking(
            f"SELECT person, dead, {', '.join(_masks(list(names.values()), len(rules)))} FROM ({masks.answer}) AS q"
        ).spelt(dialect),
    )


def _left_out(rule: Rule, setting: Setting) -> bool:
    return rule.criterion.judgement and setting.mode == "search"


def _verdict(rule: Rule) -> str:
    good = "t" if rule.inclusion else "(NOT t)"
    return (
        f"CAST(CASE WHEN {good} IS FALSE THEN 1 WHEN u = 1 OR {good} IS NULL THEN 2 ELSE 0 END AS SMALLINT)"
    )


def _columns(index: int, rule: Rule) -> dict[str, str]:
    value, verdict = RANK["value"], _verdict(rule)
    reason = (
        f"CASE WHEN {verdict} = 1 THEN CASE WHEN r = {value} THEN {RANK['value_out_of_range']} ELSE r END "
        f"WHEN u = 1 THEN {RANK['record_unreadable']} WHEN r = {value} THEN {RANK['in_range']} ELSE r END"
    )
    return {
        f"v{index}": verdict,
        f"r{index}": f"CAST({reason} AS SMALLINT)",
        f"x{index}": "v",
        f"d{index}": "d",
        f"f{index}": "f",
    }


def _not_assessed(index: int) -> list[str]:
    return [
        f"CAST(3 AS SMALLINT) AS v{index}",
        f"CAST({RANK['judgement']} AS SMALLINT) AS r{index}",
        f"CAST(NULL AS DOUBLE) AS x{index}",
        f"CAST(NULL AS DATE) AS d{index}",
        f"CAST(NULL AS VARCHAR) AS f{index}",
    ]


def _masks(verdicts: Sequence[int], count: int) -> list[str]:
    columns = []
    for word in range((count + WORD - 1) // WORD):
        for name, wanted in (("fail", 1), ("unknown", 2)):
            bits = [
                f"CASE WHEN v{index} = {wanted} THEN CAST({1 << (index % WORD)} AS BIGINT) ELSE CAST(0 AS BIGINT) END"
                for index in verdicts
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
