"""A tidy hospital as Parquet, read as numbers of its texts and typed by SQL: the way for millions of people.

What a unit, a status, a code, a date or a word means is still decided by the one Python reader: it reads every *distinct*
text or combination once, and the rows carry the number of the answer. Rows that are not plain (unreadable dates, odd
limits, no id) go through the Python reader one by one; they are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from trialwright.exchange.coverage import Coverage
from trialwright.exchange.csv import by_sql
from trialwright.exchange.csv.again import Placed, Repeats
from trialwright.exchange.csv.asked import Answers, plain_row
from trialwright.exchange.csv.plain import SOMEWHERE, Typing
from trialwright.exchange.csv.read import (
    FACT_COLUMNS,
    PERSON_COLUMNS,
    REQUIRED_FACT,
    REQUIRED_PERSON,
    TidyReader,
)
from trialwright.exchange.csv.rows import RowScan
from trialwright.exchange.csv.table import Row, find_columns
from trialwright.exchange.lookup import Lookup
from trialwright.exchange.source import Item, Seen, Unmapped
from trialwright.exchange.typed import FACTS, fact_row
from trialwright.record.fact import (
    ConceptType,
    Fact,
    Person,
    SetAside,
    Unreadable,
    read_fact,
    read_person,
)
from trialwright.record.raw import RawFact, RawPerson, Skipped

PEOPLE = 500_000  # people per chunk


class TidyHospital:
    """A folder of `persons.parquet` and `facts/*.parquet`, loaded chunk by chunk into an engine's typed tables."""

    def __init__(
        self,
        reader: TidyReader,
        *,
        concepts: Mapping[str, ConceptType],
        earliest: Mapping[str, date],
        on: date,
        connection: Any,
    ) -> None:
        self._concepts = concepts
        self._on = on
        self._db = connection
        self._lookup = Lookup(reader.options)
        self._reader = reader
        self._ask = Answers(reader, concepts, connection)
        self.skipped: list[Skipped] = []
        self._view("persons", (reader.persons,), PERSON_COLUMNS, REQUIRED_PERSON)
        self._view("facts", reader.facts, FACT_COLUMNS, REQUIRED_FACT)
        self._repeats = Repeats(connection, reader.source)
        self._scan = RowScan(
            reader, lambda kind, concept: self._ask.wanted(kind, concept, earliest), on, connection
        )

    def _view(
        self, table: str, files: Sequence[Path], columns: tuple[str, ...], required: tuple[str, ...]
    ) -> None:
        """A view with the contract's columns as texts, '' where absent; of facts another that knows file and row."""
        listed = "[" + ", ".join("'" + str(file).replace("'", "''") + "'" for file in files) + "]"
        source = f"read_parquet({listed})"
        header = [row[0] for row in self._db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        renamed = self._reader.options.mapping.columns.get(table, {})
        whole = self._without_nulls(listed)
        texts = []
        for column, at in zip(
            columns, find_columns(files[0], header, columns, required, renamed), strict=True
        ):
            written = header[at].replace('"', '""')
            value = f'CAST("{written}" AS VARCHAR)'
            if header[at] not in whole:
                value = f"COALESCE({value}, '')"
            texts.append(f"""{value if at >= 0 else "''"} AS "{column}\"""")
        self._db.execute(f"CREATE OR REPLACE VIEW tidy_{table} AS SELECT {', '.join(texts)} FROM {source}")
        if table == "facts":
            self._db.execute(
                f"CREATE OR REPLACE VIEW tidy_placed AS SELECT read_from, file_row_number, {', '.join(texts)} "
                f"FROM read_parquet({listed}, filename = 'read_from', file_row_number = true)"
            )

    def _without_nulls(self, listed: str) -> set[str]:
        """The columns of which every file says that it holds no NULL: no need to look at each value."""
        rows = self._db.execute(
            f"SELECT path_in_schema FROM parquet_metadata({listed}) GROUP BY path_in_schema "
            "HAVING MAX(COALESCE(stats_null_count, 1)) = 0"
        ).fetchall()
        return {name for (name,) in rows}

    def cover(self, coverage: Coverage) -> None:
        """Count everything the source holds, mapped or not."""
        named: list[tuple[str, str, str]] = []
        for kind, concept, count in self._db.execute(
            "SELECT kind, concept, COUNT(*) FROM tidy_facts GROUP BY kind, concept"
        ).fetchall():
            for item in self._ask.read(plain_row(kind, concept)):
                if isinstance(item, RawFact):
                    named.append((kind, concept, item.concept))
                elif isinstance(item, Unmapped):
                    coverage.count(item._replace(times=count))
        self._ask.table("tidy_named", named, ("kind", "concept", "name"))
        for name, facts, persons in self._db.execute(
            "SELECT n.name, COUNT(*), COUNT(DISTINCT f.person_id) FROM tidy_facts AS f "
            "JOIN tidy_named AS n ON n.kind = f.kind AND n.concept = f.concept GROUP BY n.name"
        ).fetchall():
            coverage.tally(name, facts, persons)
        coverage.people = self.people

    @property
    def people(self) -> int:
        """How many people the source names."""
        return int(self._one("SELECT COUNT(DISTINCT person_id) FROM tidy_persons WHERE person_id <> ''"))

    def people_typed(self, ids: Sequence[str]) -> Iterator[Person]:
        """Some people of the source, read row by row by the Python reader: what the interpreter judges."""
        facts: dict[str, dict[str, list[Fact]]] = {id: {} for id in ids}
        unreadable: set[tuple[str, str]] = set()
        for row in self._repeats.of_people(list(ids)):
            for item in self._read_again(row):
                if isinstance(item, Skipped) and item.affects:
                    unreadable.add((item.person, item.concept or "*"))
                elif isinstance(item, RawFact) and item.concept in self._concepts:
                    fact = self._type(item, unreadable, [])
                    if fact is not None:
                        facts[item.person].setdefault(item.concept, []).append(fact)
        columns = ", ".join(PERSON_COLUMNS)
        seen = Seen()
        for texts in self._db.execute(
            f"SELECT {columns} FROM tidy_persons WHERE person_id IN (SELECT UNNEST(?))", [list(ids)]
        ).fetchall():
            for item in self._reader.read_person_row(Row("persons", list(texts)), seen, self._lookup):
                if isinstance(item, RawPerson):
                    typed = {concept: tuple(found) for concept, found in facts[item.person].items()}
                    lost = frozenset(concept for person, concept in unreadable if person == item.person)
                    yield read_person(item, typed, lost)

    def _read_again(self, row: Placed) -> Iterator[Item]:
        """Read one row of a chunk that is loaded, as it was read there: as the first with its id, or not."""
        seen = Seen()
        seen.people.add(row.texts[0])
        if row.place in self._repeats.places:
            seen.repeated(row.texts[1])
        return self._reader.read_row(Row(row.place, row.texts), seen, self._lookup)

    # chunks

    def chunks(self) -> Iterator[int]:
        """Load chunk after chunk into `facts`, `persons` and `unreadable`; give the number of people so far."""
        self._list_lost_people()
        parts = -(-self.people // PEOPLE)
        shares = ", ".join(f"{part / parts}" for part in range(1, parts))
        ends: list[str] = []
        if shares:
            ends = self._one(f"SELECT quantile_disc(person_id, [{shares}]) FROM tidy_persons")
        done = 0
        for after, last in zip(["", *ends], [*ends, ""], strict=True):
            span = ["person_id > ?"] * bool(after) + ["person_id <= ?"] * bool(last)
            self._load_persons(" AND ".join(span) or "TRUE", [bound for bound in (after, last) if bound])
            self._load_facts(after, last)
            done += self._one("SELECT COUNT(*) FROM persons")
            yield int(done)
        self._find_places()

    def _one(self, sql: str) -> Any:
        ((found,),) = self._db.execute(sql).fetchall()
        return found

    def _list_lost_people(self) -> None:
        """A row that names nobody is listed. Of several rows about one person the first stays; the others are listed."""
        nameless = self._one("SELECT COUNT(*) FROM tidy_persons WHERE person_id = ''")
        self.skipped += [Skipped("persons", "person_missing", "", affects=True)] * nameless
        repeated = self._db.execute(
            "SELECT person_id, COUNT(*) - 1 FROM tidy_persons WHERE person_id <> '' "
            "GROUP BY person_id HAVING COUNT(*) > 1 ORDER BY person_id"
        ).fetchall()
        for person, times in repeated:
            self.skipped += [Skipped("persons", "person_repeated", person, person=person)] * times

    def _load_persons(self, span: str, bounds: list[str]) -> None:
        self._db.execute(
            "CREATE OR REPLACE TABLE tidy_people AS SELECT ROW_NUMBER() OVER () AS person, * "
            f"FROM (SELECT DISTINCT ON (person_id) * FROM tidy_persons WHERE person_id <> '' AND {span})",
            bounds,
        )
        for table, column in (
            ("tidy_sexes", "sex"),
            ("tidy_births", "birth_date"),
            ("tidy_deaths", "death_date"),
        ):
            self.skipped += self._ask.people(table, column)
        self._db.execute(f"CREATE OR REPLACE TABLE persons AS {by_sql.PERSONS}")

    def _load_facts(self, after: str, last: str) -> None:
        self._db.execute("DROP TABLE IF EXISTS facts")  # those of the chunk before, in good time
        ids = self._db.sql("SELECT person_id FROM tidy_people ORDER BY person").to_arrow_table()
        ids = ids.column(0).to_pylist()
        rows = self._scan.read(dict(zip(ids, range(1, len(ids) + 1), strict=True)), after, last)
        pa.default_memory_pool().release_unused()
        places, repeated = self._repeats.find_in(rows.fact, after, last)
        if places:
            rows = rows.of(np.setdiff1d(np.arange(len(rows.person)), places))
        typed = Typing(self._scan, self._ask, ids)
        plain, odd = typed.divide(rows)
        del rows
        self.skipped += typed.set_aside(plain)
        self._db.register("tidy_rows", typed.table(plain))
        del plain
        self._db.execute(f"CREATE OR REPLACE TABLE facts AS {by_sql.FACTS}", [self._on, self._on])
        self._db.unregister("tidy_rows")
        self._read_one_by_one([*typed.rows(odd), *repeated])

    def _find_places(self) -> None:
        """Say in which file and row the records stand that could not be read."""
        lost = {
            each.fact
            for each in self.skipped
            if each.place == SOMEWHERE and each.fact and not each.reason.startswith("status_")
        }
        found: dict[str, str] = {}
        for id, place in self._repeats.find(sorted(lost)):
            found[id] = place if id not in found else SOMEWHERE
        self.skipped = [
            replace(each, place=found[each.fact]) if each.place == SOMEWHERE and each.fact in found else each
            for each in self.skipped
        ]

    def _read_one_by_one(self, rows: Sequence[Placed]) -> None:
        """Rows that SQL could not type, through the Python reader; those of other chunks say nothing here."""
        facts: list[tuple[Any, ...]] = []
        unreadable: set[tuple[int, str]] = set()
        seen = Seen()
        seen.people |= {row.texts[0] for row in rows} - self._strangers(rows)
        for row in rows:
            items = list(self._reader.read_row(Row(row.place, row.texts), seen, self._lookup))
            if row.here:
                self._take_in(row, items, facts, unreadable)
        if facts:
            self._ask.table("tidy_odd", facts, tuple(FACTS.names), {each.name: each.type for each in FACTS})
            self._db.execute("INSERT INTO facts SELECT * FROM tidy_odd")
        types = {"person": pa.int64()}
        self._ask.table("unreadable", sorted(unreadable), ("person", "concept"), types)

    def _take_in(
        self,
        row: Placed,
        items: Sequence[Item],
        facts: list[tuple[Any, ...]],
        unreadable: set[tuple[int, str]],
    ) -> None:
        """Take in what the Python reader says of one row: typed facts, what is listed, what is left unknown."""
        lost: set[tuple[str, str]] = set()
        for item in items:
            if isinstance(item, Skipped):
                self.skipped.append(item)
                if item.reason == "fact_repeated":
                    self._repeats.places.add(row.place)
                if item.affects:
                    lost.add((item.person, item.concept or "*"))
            elif isinstance(item, RawFact) and row.person is not None and item.concept in self._concepts:
                fact = self._type(item, lost, self.skipped)
                if fact is not None and fact.start_low <= self._on:
                    facts.append(fact_row(row.person, fact, self._on))
        if row.person is not None:
            unreadable |= {(row.person, concept) for _, concept in lost}

    def _strangers(self, rows: Sequence[Placed]) -> set[str]:
        """Of the people these rows are about, those who are not in the table of persons."""
        lost = {row.texts[0] for row in rows if row.person is None}
        if not lost:
            return set()
        self._ask.table("tidy_lost", [(id,) for id in lost], ("id",))
        found = self._db.execute("SELECT id FROM tidy_lost JOIN tidy_persons ON person_id = id").fetchall()
        return lost - {id for (id,) in found}

    def _type(self, raw: RawFact, unreadable: set[tuple[str, str]], skipped: list[Skipped]) -> Fact | None:
        try:
            return read_fact(raw, self._concepts[raw.concept])
        except SetAside as word:
            skipped.append(Skipped(raw.place, str(word), raw.status, raw.person, raw.concept, raw.fact))
            return None
        except Unreadable as error:
            skipped.append(Skipped("facts", str(error), "", raw.person, raw.concept, raw.fact, affects=True))
            unreadable.add((raw.person, raw.concept))
            return None
