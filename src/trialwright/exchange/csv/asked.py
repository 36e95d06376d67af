"""What words of a tidy hospital mean: every distinct one is asked of the one Python reader, once.

The answers are tables that `by_sql` joins to the rows. Rows with a word that cannot be read are set apart: the reader
sees them whole, so that each is listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from trialwright.exchange.csv import by_sql
from trialwright.exchange.csv.read import FACT_COLUMNS, PERSON_COLUMNS, TidyReader
from trialwright.exchange.csv.table import Row
from trialwright.exchange.lookup import Lookup
from trialwright.exchange.source import Item, Seen, cut_to_date
from trialwright.logic.reasons import RANK
from trialwright.record.fact import (
    PRESENCE_KINDS,
    ConceptType,
    SetAside,
    Unreadable,
    read_days,
    read_person,
    read_status,
    read_unit,
    read_value,
    route_doubt,
)
from trialwright.record.raw import RawFact, RawPerson, Skipped

_UNITLESS = ConceptType("", "finding")
_SIGNATURE = (
    "s_wanted", "s_unit", "s_status", "s_route", "s_has_end", "name", "own_kind",
    "factor", "shift", "unit_issue", "absolute", "ending", "doubt", "refuted", "presence",
)  # fmt: skip


class Answers:
    """Asks the reader, and keeps its answers as tables of a connection. `concepts`: those the rules read."""

    def __init__(self, reader: TidyReader, concepts: Mapping[str, ConceptType], connection: Any) -> None:
        self._reader = reader
        self._lookup = Lookup(reader.options)
        self._concepts = concepts
        self._db = connection

    def table(
        self, name: str, rows: list[tuple[Any, ...]], columns: tuple[str, ...], types: Any = None
    ) -> None:
        """Keep rows as a table of texts, or of the `types` given by column."""
        schema = pa.schema([(column, (types or {}).get(column, pa.string())) for column in columns])
        data: list[Any] = list(zip(*rows, strict=True)) if rows else [[] for _ in columns]
        arrays = [pa.array(values, type=each.type) for values, each in zip(data, schema, strict=True)]
        self._db.register("incoming", pa.Table.from_arrays(arrays, schema=schema))
        self._db.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
        self._db.unregister("incoming")

    def read(self, row: Row) -> list[Item]:
        """Read one row as the Python reader would."""
        seen = Seen()
        seen.people.add(row.texts[0])
        return list(self._reader.read_row(row, seen, self._lookup))

    def people(self, table: str, column: str) -> Iterator[Skipped]:
        """What each distinct text of one column about a person means, whole dates aside; gives who cannot be read.

        No date says nothing either; trying to read it for everybody who lives would take a while.
        """
        plain = (
            "FALSE"
            if column == "sex"
            else f"(CASE WHEN {column} = '' THEN TRUE ELSE {by_sql.whole_date(column)} END)"
        )
        distinct = self._db.execute(f"SELECT DISTINCT {column} FROM tidy_people WHERE NOT {plain}").fetchall()
        answers, unread = [], []
        for (text,) in distinct:
            row = Row("", ["x", *(text if name == column else "" for name in PERSON_COLUMNS[1:])])
            for item in self._reader.read_person_row(row, Seen(), self._lookup):
                if isinstance(item, Skipped):
                    unread.append((text, item.reason))
                elif isinstance(item, RawPerson):
                    person = read_person(item, {})
                    days = (person.birth if column == "birth_date" else person.death) or (None, None)
                    answers.append((text, person.sex, *days))
        types = dict.fromkeys(("first", "last"), pa.date32())
        self.table(table, answers, ("text", "sex", "first", "last"), types)
        for text, reason in unread:
            found = self._db.execute(
                f"SELECT person_id FROM tidy_people WHERE {column} = ?", [text]
            ).fetchall()
            yield from (Skipped("persons", reason, text, person=person) for (person,) in found)

    def days(self) -> None:
        """What each distinct date text that is not a whole date means; not there if it cannot be read."""
        answers = []
        for (text,) in self._db.execute(by_sql.ODD_DAYS).fetchall():
            try:
                answers.append((text, *read_days(cut_to_date(text))))
            except Unreadable:
                continue
        days = dict.fromkeys(("first", "last"), pa.date32())
        self.table("tidy_days", answers, ("text", "first", "last"), days)

    def signatures(self, wanted_rows: Mapping[int, tuple[str, str]]) -> Iterator[Skipped]:
        """What each distinct combination of kind, concept, unit, status, route and presence of an end means.

        `wanted_rows`: kind and concept as written, by number. Gives the rows that a status sets aside.
        """
        distinct = self._db.execute(
            "SELECT DISTINCT wanted, unit, status, route, \"end\" <> '' FROM tidy_rows WHERE readable"
        ).fetchall()
        answers: list[tuple[Any, ...]] = []
        aside: list[tuple[Any, ...]] = []
        unread: set[tuple[int, str]] = set()
        for wanted, unit, status, route, has_end in distinct:
            end = "2000-01-01" if has_end else ""
            asked = plain_row(*wanted_rows[wanted], value="", unit=unit, status=status, route=route, end=end)
            for raw in self.read(asked):
                if isinstance(raw, Skipped):
                    unread.add((wanted, route))
                elif isinstance(raw, RawFact) and raw.concept in self._concepts:
                    try:
                        answer = self._signature(raw, has_end=has_end)
                    except SetAside as word:
                        aside.append((wanted, unit, status, route, has_end, raw.concept, str(word)))
                        continue
                    if answer is not None:
                        answers.append((wanted, unit, status, route, has_end, raw.concept, *answer))
        self._set_apart("route", unread)
        types = {
            "s_wanted": pa.int16(),
            "s_has_end": pa.bool_(),
            "factor": pa.float64(),
            "shift": pa.float64(),
        }
        types |= {"unit_issue": pa.int16(), "absolute": pa.bool_(), "doubt": pa.int16()}
        types |= {"refuted": pa.bool_(), "presence": pa.bool_()}
        self.table("tidy_signatures", answers, _SIGNATURE, types)
        self.table("tidy_aside", aside, (*_SIGNATURE[:6], "reason"), types)
        for person, fact, concept, reason, status in self._db.execute(by_sql.ASIDE).fetchall():
            yield Skipped("facts", reason, status, person, concept, fact)

    def _signature(self, raw: RawFact, *, has_end: bool) -> tuple[Any, ...] | None:
        """What a combination means, None if its route says that it is another concept. Raises `SetAside`."""
        concept = self._concepts[raw.concept]
        doubt = route_doubt(raw, concept)
        if doubt is None:
            return None
        standing = read_status(concept.kind, raw.status, has_end=has_end)
        scale = (
            read_unit(raw.unit, concept)
            if concept.kind in ("measurement", "exposure")
            else read_unit("", _UNITLESS)
        )
        return (
            concept.kind,
            scale.factor,
            scale.offset,
            RANK[scale.issue],
            scale.absolute,
            standing.end,
            RANK[standing.doubt or doubt],
            standing.absent,
            concept.kind in PRESENCE_KINDS,
        )

    def values(self, wanted_rows: Mapping[int, tuple[str, str]]) -> None:
        """What each distinct value text that is not a plain number means for its concept; `wanted_rows` as above."""
        distinct = self._db.execute(
            "SELECT DISTINCT wanted, value FROM tidy_rows WHERE readable AND (NOT numeric OR wanted IN "
            "(SELECT s_wanted FROM tidy_signatures WHERE own_kind NOT IN ('measurement', 'exposure')))"
        ).fetchall()
        answers: list[tuple[Any, ...]] = []
        unread: set[tuple[int, str]] = set()
        for wanted, value in distinct:
            for raw in self.read(plain_row(*wanted_rows[wanted], value=value)):
                if isinstance(raw, Skipped):
                    unread.add((wanted, value))
                elif isinstance(raw, RawFact) and raw.concept in self._concepts:
                    low, high, issue, absent, doubt = read_value(raw.value, self._concepts[raw.concept])
                    answers.append((wanted, value, raw.concept, low, high, RANK[issue], absent, RANK[doubt]))
        types = {"v_wanted": pa.int16(), "low": pa.float64(), "high": pa.float64(), "issue": pa.int16()}
        types |= {"absent": pa.bool_(), "doubt": pa.int16()}
        columns = ("v_wanted", "v_value", "v_name", "low", "high", "issue", "absent", "doubt")
        self.table("tidy_values", answers, columns, types)
        self._set_apart("value", unread)

    def _set_apart(self, column: str, unread: set[tuple[int, str]]) -> None:
        """Leave rows with these texts of a column to the reader."""
        if unread:
            self.table("tidy_apart", sorted(unread), ("wanted", "text"), {"wanted": pa.int16()})
            self._db.execute(
                "UPDATE tidy_rows SET readable = FALSE FROM tidy_apart AS a "
                f"WHERE a.wanted = tidy_rows.wanted AND a.text = tidy_rows.{column}"
            )


def plain_row(kind: str, concept: str, **texts: str) -> Row:
    """A row with a person and a plain date, to ask the reader what the rest of it means."""
    values = {
        "person_id": "x",
        "fact_id": "x",
        "kind": kind,
        "concept": concept,
        "value": "1",
        "start": "2000-01-01",
    }
    values |= texts
    return Row("facts", [values.get(column, "") for column in FACT_COLUMNS])
