"""Judging by a SQL engine, with a sample judged again by the interpreter."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from trialwright.cli.common import USAGE, Stop, Terminal
from trialwright.eligibility.search import Line, plan_search, read_lines
from trialwright.eligibility.verdict import Assessed, assess_person, overall
from trialwright.exchange.typed import tables
from trialwright.record.fact import Person
from trialwright.terms.compare import equal
from trialwright.terms.message import message

if TYPE_CHECKING:
    from trialwright.cli.screen import Judged, Question

CHUNK = 50_000


def make_engine(name: str) -> Any:
    """Start the engine of that name."""
    if name == "duckdb":
        from trialwright.exchange.engines.duck import DuckEngine

        return DuckEngine()
    from trialwright.exchange.engines.spark import SparkEngine, SparkMissing

    try:
        return SparkEngine()
    except SparkMissing as error:
        raise Stop(
            USAGE,
            message(
                "Spark cannot start: {missing} is missing. Install trialwright[spark] and Java, or use --engine duckdb.",
                missing=str(error),
            ),
        ) from None


def sql_lines(question: Question, persons: Sequence[Person], sample: float, terminal: Terminal) -> Iterator[Judged]:
    """Judge everybody in chunks; compare a sample with the interpreter."""
    engine = make_engine(question.engine)
    search = plan_search(question.rules, on=question.on, setting=question.setting, dialect=engine.dialect)
    chance = random.Random(str(question.on))  # which people are judged twice; the same in every run
    try:
        for begin in range(0, len(persons), CHUNK):
            terminal.progress(message("judging: {count} people", count=f"{begin:,}"))
            chunk = {person.person: person for person in persons[begin : begin + CHUNK]}
            engine.load(tables(chunk.values(), question.on))
            found = {id: (dead, lines) for id, dead, lines in read_lines(search, engine.query(search.verdicts))}
            for index, (id, person) in enumerate(chunk.items()):
                dead, lines = found[id]
                verdict = "ineligible" if dead else overall([line.verdict for line in lines])  # type: ignore[misc]
                assessed = None
                if index == 0 or chance.random() * 100 < sample:
                    _, assessed = assess_person(person, question.rules, on=question.on, setting=question.setting)
                    compare_lines(question, id, lines, assessed)
                yield person, verdict, assessed, _rows(question, lines)
    finally:
        engine.close()


def _rows(question: Question, lines: Sequence[Line]) -> list[tuple[Any, ...]]:
    return [
        (rule.id, line.verdict, line.reason, line.value, line.day, line.fact)
        for rule, line in zip(question.rules, lines, strict=True)
    ]


def compare_lines(question: Question, person: str, lines: Sequence[Line], assessed: Sequence[Assessed]) -> None:
    """Note every criterion on which the two engines say different things about one person."""
    for line, each in zip(lines, assessed, strict=True):
        found = each.finding
        value = found.value if found else None
        same_value = line.value == value or (line.value is not None and value is not None and equal(line.value, value))
        same = (line.verdict, line.reason) == (each.verdict, each.reason)
        if found is not None:
            same = same and same_value and (line.day, line.fact) == (found.day, found.fact)
        if not same:
            question.disagreements.append(f"{person} {each.id}")
