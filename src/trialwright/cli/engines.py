"""Judging by a SQL engine, with a sample judged again by the interpreter."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from trialwright.cli.common import USAGE, Stop, Terminal
from trialwright.cli.question import Judged, Question
from trialwright.eligibility.earliest import earliest_days
from trialwright.eligibility.search import Line, Search, plan_search, read_lines
from trialwright.eligibility.verdict import Assessed, assess_person, overall
from trialwright.exchange.csv import TidyReader
from trialwright.exchange.csv.hospital import TidyHospital
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.exchange.source import Reader
from trialwright.exchange.typed import tables
from trialwright.record.fact import Person
from trialwright.study.rules import Eligibility, Rule
from trialwright.terms.compare import equal
from trialwright.terms.message import message

CHUNK = 50_000
SMALL = 1_000


def make_engine(name: str) -> Any:
    """Start the engine of that name."""
    if name == "duckdb":
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


def sql_lines(
    question: Question, persons: Sequence[Person], sample: float, terminal: Terminal
) -> Iterator[Judged]:
    """Judge everybody in chunks; compare a sample with the interpreter."""
    engine = make_engine(question.engine)
    search = plan_search(question.rules, on=question.on, setting=question.setting, dialect=engine.dialect)
    chance = random.Random(str(question.on))  # noqa: S311 - which people are judged twice, the same in every run
    try:
        for begin in range(0, len(persons), CHUNK):
            terminal.progress(message("judging: {count} people", count=f"{begin:,}"))
            chunk = {person.person: person for person in persons[begin : begin + CHUNK]}
            engine.load(tables(chunk.values(), question.on))
            found = {
                id: (dead, lines) for id, dead, lines in read_lines(search, engine.query(search.verdicts))
            }
            for index, (id, person) in enumerate(chunk.items()):
                dead, lines = found[id]
                verdict = "ineligible" if dead else overall([line.verdict for line in lines])  # type: ignore[misc]
                assessed = None
                if index == 0 or chance.random() * 100 < sample:
                    _, assessed = assess_person(
                        person, question.rules, on=question.on, setting=question.setting
                    )
                    compare_lines(question, id, lines, assessed)
                yield person, verdict, assessed, _rows(question, lines)
    finally:
        engine.close()


def _rows(question: Question, lines: Sequence[Line]) -> list[tuple[Any, ...]]:
    return [
        (rule.id, line.verdict, line.reason, line.value, line.day, line.fact)
        for rule, line in zip(question.rules, lines, strict=True)
    ]


def compare_lines(
    question: Question, person: str, lines: Sequence[Line], assessed: Sequence[Assessed]
) -> None:
    """Note every criterion on which the two engines say different things about one person."""
    for line, each in zip(lines, assessed, strict=True):
        found = each.finding
        value = found.value if found else None
        same_value = line.value == value or (
            line.value is not None and value is not None and equal(line.value, value)
        )
        same = (line.verdict, line.reason) == (each.verdict, each.reason)
        if found is not None:
            same = same and same_value and (line.day, line.fact) == (found.day, found.fact)
        if not same:
            question.disagreements.append(f"{person} {each.id}")


def hospital_rows(
    question: Question, hospital: TidyHospital, engine: DuckEngine, sample: float, terminal: Terminal
) -> Iterator[list[tuple[Any, ...]]]:
    """Verdict rows of a tidy hospital, batch by batch; a sample of people is judged again by the interpreter."""
    search = plan_search(question.rules, on=question.on, setting=question.setting, dialect=engine.dialect)
    chance = random.Random(str(question.on))  # noqa: S311 - as above
    for done in hospital.chunks():
        terminal.progress(message("judging: {count} people", count=f"{done:,}"))
        again: dict[str, Sequence[Line]] = {}
        for id, _, lines, rows in _batches(question, search, engine):
            if not again or chance.random() * 100 < sample:
                again[id] = lines
            if rows:
                yield rows
        for person in hospital.people_typed(list(again)):
            _, assessed = assess_person(person, question.rules, on=question.on, setting=question.setting)
            compare_lines(question, person.person, again[person.person], assessed)


def _batches(
    question: Question, search: Search, engine: DuckEngine
) -> Iterator[tuple[str, bool, Sequence[Line], list[tuple[Any, ...]]]]:
    """Every person's lines; every 5,000 people also the rows to write since the last time."""
    rows: list[tuple[Any, ...]] = []
    last: tuple[str, bool, Sequence[Line]] | None = None
    for count, (id, dead, lines) in enumerate(read_lines(search, engine.query(search.verdicts)), start=1):
        rows += [(id, *row) for row in _rows(question, lines)]
        last = (id, dead, lines)
        if count % 5_000 == 0:
            yield *last, rows
            rows = []
        else:
            yield *last, []
    if rows and last is not None:
        yield *last, rows


def hospital_of(reader: Reader, engine: str | None) -> TidyReader | None:
    """The reader of a large tidy hospital as Parquet that DuckDB can type by itself; None for any other source."""
    if engine not in (None, "duckdb") or not isinstance(reader, TidyReader):
        return None
    if any(path.suffix.lower() != ".parquet" for path in (reader.persons, *reader.facts)):
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        large = pq.read_metadata(reader.persons).num_rows >= SMALL
        for path in reader.facts:
            pq.read_schema(path)
    except (pa.ArrowException, OSError):
        return None  # no Parquet: the Python reader says what is the matter with it
    return reader if large or engine == "duckdb" else None


def open_hospital(
    reader: TidyReader, eligibility: Eligibility, rules: Sequence[Rule], on: date, engine: DuckEngine
) -> TidyHospital:
    """Open a tidy hospital for some rules."""
    read = {concept for rule in rules for concept in rule.concepts}
    return TidyHospital(
        reader,
        concepts={name: kind for name, kind in eligibility.concept_types.items() if name in read},
        earliest=earliest_days(rules, on),
        on=on,
        connection=engine.connection,
    )
