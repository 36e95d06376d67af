"""A question to a SQL engine: named steps, each a table made from those before it, and the answer.

The same list is one statement (`text`: every step a common table expression) and a series of small ones that an engine
may keep as tables, so that what ten rules read is computed once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import sqlglot
from sqlglot import exp

DUCKDB = "duckdb"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Step:
    """A named SELECT. `shared`: much reads it, so an engine does well to compute it once."""

    name: str
    text: str
    shared: bool = False


@dataclass(frozen=True)
class Script:
    """Steps in order and the SELECT that answers, in DuckDB's spelling of the common subset."""

    steps: tuple[Step, ...]
    answer: str

    def asking(self, answer: str) -> Script:
        """The same steps with another answer."""
        return replace(self, answer=answer)

    @cached_property
    def text(self) -> str:
        """The whole as one statement."""
        return with_tables(self.steps, self.answer)

    @cached_property
    def tree(self) -> exp.Expression:
        """The parsed tree of the one statement."""
        return sqlglot.parse_one(self.text, dialect=DUCKDB)  # type: ignore[return-value]

    def finished(self) -> list[list[str]]:
        """For each step, the names of the steps that nothing after it reads any more."""
        texts = [set(_WORD.findall(text)) for text in (*(step.text for step in self.steps), self.answer)]
        last = {
            step.name: max((place for place, words in enumerate(texts) if step.name in words), default=0)
            for step in self.steps
        }
        return [[name for name, place in last.items() if place == index] for index in range(len(self.steps))]

    def spelt(self, dialect: str) -> Script:
        """The script as a dialect writes it: duckdb or spark."""
        if dialect == DUCKDB:
            return self
        steps = tuple(replace(step, text=spell(step.text, dialect)) for step in self.steps)
        return Script(steps, spell(self.answer, dialect))


def with_tables(steps: Iterable[Step], answer: str) -> str:
    """One statement of some steps and an answer."""
    tables = ",\n".join(f"{step.name} AS (\n{step.text})" for step in steps)
    return f"WITH {tables}\n{answer}" if tables else answer


def spell(text: str, dialect: str) -> str:
    """One statement as a dialect writes it."""
    return str(sqlglot.parse_one(text, dialect=DUCKDB).sql(dialect=dialect))


def named(key: str, texts: Iterable[tuple[str, str]]) -> Iterator[Step]:
    """Steps of one node, their names behind its key; the last bears the key alone."""
    *inner, (_, last) = texts
    yield from (Step(f"{key}_{name}", text) for name, text in inner)
    yield Step(key, last)
