"""The typed tables that SQL engines read, built from typed persons.

`facts`, `persons` and `unreadable` have the columns described in `logic.sql.sources`; reasons are ranks. Persons are
numbered from 1; `persons` holds the id behind each number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from trialwright.logic.interpreter.context import date_reason, why_possible
from trialwright.logic.reasons import RANK
from trialwright.record.fact import Fact, Person

FACTS = pa.schema(
    [
        ("person", pa.int64()),
        ("fact", pa.string()),
        ("concept", pa.string()),
        ("start_low", pa.date32()),
        ("start_high", pa.date32()),
        ("end_low", pa.date32()),
        ("end_high", pa.date32()),
        ("undated", pa.bool_()),
        ("exact", pa.bool_()),
        ("date_why", pa.int16()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("issue", pa.int16()),
        ("ratio_low", pa.float64()),
        ("ratio_high", pa.float64()),
        ("ratio_issue", pa.int16()),
        ("absent", pa.bool_()),
        ("doubt", pa.int16()),
        ("why", pa.int16()),
        ("absolute", pa.bool_()),
    ]
)
PERSONS = pa.schema(
    [
        ("person", pa.int64()),
        ("id", pa.string()),
        ("sex", pa.string()),
        ("birth_low", pa.date32()),
        ("birth_high", pa.date32()),
        ("death_low", pa.date32()),
        ("death_high", pa.date32()),
    ]
)
UNREADABLE = pa.schema([("person", pa.int64()), ("concept", pa.string())])


def fact_row(person: int, fact: Fact, known: date) -> tuple[Any, ...]:
    """One row of `facts`, of the person with that number; the days of an undated fact end at the day of knowledge."""
    return (
        person,
        fact.fact,
        fact.concept,
        fact.start_low,
        known if fact.undated else fact.start_high,
        fact.end_low,
        fact.end_high,
        fact.undated,
        fact.exact_day,
        RANK[date_reason(fact)],
        fact.low,
        fact.high,
        RANK[fact.issue],
        fact.ratio_low,
        fact.ratio_high,
        RANK[fact.ratio_issue],
        fact.absent,
        RANK[fact.doubt],
        RANK[why_possible(fact)],
        fact.absolute,
    )


def tables(persons: Iterable[Person], known: date) -> dict[str, pa.Table]:
    """The three tables for some persons, with the facts that may be dated on or before a day."""
    facts: list[tuple[Any, ...]] = []
    people: list[tuple[Any, ...]] = []
    unreadable: list[tuple[Any, ...]] = []
    for number, person in enumerate(persons, start=1):
        birth, death = person.birth or (None, None), person.death or (None, None)
        people.append((number, person.person, person.sex, *birth, *death))
        unreadable += [(number, concept) for concept in sorted(person.unreadable)]
        for rows in person.facts.values():
            facts += [fact_row(number, fact, known) for fact in rows if fact.start_low <= known]
    return {
        "facts": _table(facts, FACTS),
        "persons": _table(people, PERSONS),
        "unreadable": _table(unreadable, UNREADABLE),
    }


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [[] for _ in schema]
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
