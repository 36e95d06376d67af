"""A tidy hospital as Parquet, typed by SQL: the way for millions of people.

What a unit, a status, a code or a word means is still decided by the one Python reader: it reads every *distinct*
combination once, and the engine joins the answers to the rows. Rows that are not plain (partial, missing or
unreadable dates, odd limits) go through the Python reader one by one; they are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from trialwright.exchange.coverage import Coverage
from trialwright.exchange.csv.read import (
    FACT_COLUMNS,
    PERSON_COLUMNS,
    REQUIRED_FACT,
    REQUIRED_PERSON,
    TidyReader,
)
from trialwright.exchange.csv.table import Row, find_columns
from trialwright.exchange.lookup import Lookup
from trialwright.exchange.source import Item, Seen, Unmapped
from trialwright.exchange.typed import FACTS, fact_row
from trialwright.logic.reasons import RANK
from trialwright.record.fact import (
    PRESENCE_KINDS,
    ConceptType,
    Fact,
    Person,
    SetAside,
    Unreadable,
    read_fact,
    read_person,
    read_status,
    read_unit,
    read_value,
    route_doubt,
)
from trialwright.record.raw import RawFact, RawPerson, Skipped
from trialwright.terms.dates import FIRST_DAY
from trialwright.terms.quantity import BOUND, PLAIN_NUMBER

PEOPLE = 250_000  # people per chunk
_YEAR = r"(\d{3}[1-9]|\d{2}[1-9]\d|\d[1-9]\d{2}|[1-9]\d{3})"  # no year 0000: the engine has one, our calendar none
_DATE = _YEAR + r"-\d{2}-\d{2}([T ].*)?"
_NUMBER = PLAIN_NUMBER.strip("^$")


def _is_number(column: str) -> str:
    """Whether a text is a plain number that the Python reader takes; one beyond all bounds is unreadable to it."""
    number = f"TRY_CAST({column} AS DOUBLE)"
    return f"(regexp_full_match({column}, '{_NUMBER}') AND COALESCE(ABS({number}) < {BOUND!r}, FALSE))"


# The first day a start may mean; NULL where it has none or cannot be read: such rows are never left out unread.
_DAY = (
    f"CASE WHEN regexp_full_match(f.start, '{_DATE}') THEN TRY_CAST(LEFT(f.start, 10) AS DATE) "
    rf"WHEN regexp_full_match(f.start, '{_YEAR}-\d{{2}}') THEN TRY_CAST(f.start || '-01' AS DATE) "
    f"WHEN regexp_full_match(f.start, '{_YEAR}') THEN TRY_CAST(f.start || '-01-01' AS DATE) END"
)
# Whether the end is none, or a day not before the start. Where it is not, the start cannot be trusted either.
_END_FITS = (
    f"(f.\"end\" = '' OR (regexp_full_match(f.\"end\", '{_DATE}') "
    'AND COALESCE(TRY_CAST(LEFT(f."end", 10) AS DATE) >= TRY_CAST(LEFT(f.start, 10) AS DATE), FALSE)))'
)


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
        self._earliest = earliest
        self._on = on
        self._db = connection
        self._lookup = Lookup(reader.options)
        self._reader = reader
        self.skipped: list[Skipped] = []
        self._view("persons", (reader.persons,), PERSON_COLUMNS, REQUIRED_PERSON)
        self._view("facts", reader.facts, FACT_COLUMNS, REQUIRED_FACT)
        self._name_concepts()

    def _view(
        self, table: str, files: Sequence[Path], columns: tuple[str, ...], required: tuple[str, ...]
    ) -> None:
        """A view with the contract's columns as texts, '' where absent."""
        listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        source = f"read_parquet([{listed}])"
        header = [row[0] for row in self._db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
        renamed = self._reader.options.mapping.columns.get(table, {})
        texts = []
        for column, at in zip(
            columns, find_columns(files[0], header, columns, required, renamed), strict=True
        ):
            written = header[at].replace('"', '""')
            value = f"COALESCE(CAST(\"{written}\" AS VARCHAR), '')" if at >= 0 else "''"
            texts.append(f'{value} AS "{column}"')
        self._db.execute(f"CREATE OR REPLACE VIEW tidy_{table} AS SELECT {', '.join(texts)} FROM {source}")

    def _name_concepts(self) -> None:
        """Which written concepts matter here, from which day on, and whether kind and concept go together at all.

        Rows where they do not are never left out: the Python reader says what each of them leaves unknown.
        """
        rows = self._db.execute("SELECT DISTINCT kind, concept FROM tidy_facts").fetchall()
        wanted: list[tuple[str, str, str, bool]] = []
        for kind, concept in rows:
            items = self._read(_row(kind, concept))
            names = {item.concept for item in items if isinstance(item, RawFact)} & set(self._concepts)
            if any(isinstance(item, Skipped) for item in items):
                wanted.append((kind, concept, "", False))
            elif names:
                first = min(self._earliest.get(name, FIRST_DAY) for name in names)
                wanted.append((kind, concept, "" if first == FIRST_DAY else first.isoformat(), True))
        self._table("tidy_wanted", wanted, ("kind", "concept", "earliest", "sound"), {"sound": pa.bool_()})

    def _table(
        self, name: str, rows: list[tuple[Any, ...]], columns: tuple[str, ...], types: Any = None
    ) -> None:
        schema = pa.schema([(column, (types or {}).get(column, pa.string())) for column in columns])
        data: list[Any] = list(zip(*rows, strict=True)) if rows else [[] for _ in columns]
        arrays = [pa.array(values, type=each.type) for values, each in zip(data, schema, strict=True)]
        self._db.register("incoming", pa.Table.from_arrays(arrays, schema=schema))
        self._db.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
        self._db.unregister("incoming")

    def _read(self, row: Row) -> list[Item]:
        """Read one row as the Python reader would."""
        seen = Seen()
        seen.people.add(row.texts[0])
        return list(self._reader.read_row(row, seen, self._lookup))

    def cover(self, coverage: Coverage) -> None:
        """Count everything the source holds, mapped or not."""
        named: list[tuple[str, str, str]] = []
        for kind, concept, count in self._db.execute(
            "SELECT kind, concept, COUNT(*) FROM tidy_facts GROUP BY kind, concept"
        ).fetchall():
            for item in self._read(_row(kind, concept)):
                if isinstance(item, RawFact):
                    named.append((kind, concept, item.concept))
                elif isinstance(item, Unmapped):
                    coverage.count(item._replace(times=count))
        self._table("tidy_named", named, ("kind", "concept", "name"))
        for name, facts, persons in self._db.execute(
            "SELECT n.name, COUNT(*), COUNT(DISTINCT f.person_id) FROM tidy_facts AS f "
            "JOIN tidy_named AS n ON n.kind = f.kind AND n.concept = f.concept GROUP BY n.name"
        ).fetchall():
            coverage.tally(name, facts, persons)
        coverage.people = self.people

    @property
    def people(self) -> int:
        """How many people the source names."""
        ((count,),) = self._db.execute("SELECT COUNT(DISTINCT person_id) FROM tidy_persons").fetchall()
        return int(count)

    def people_typed(self, ids: Sequence[str]) -> Iterator[Person]:
        """Some people of the source, read row by row by the Python reader: what the interpreter judges."""
        self._table("tidy_ids", [(id,) for id in ids], ("id",))
        facts: dict[str, dict[str, list[Fact]]] = {id: {} for id in ids}
        unreadable: set[tuple[str, str]] = set()
        columns = ", ".join(f'"{column}"' for column in FACT_COLUMNS)
        rows = self._db.execute(
            f"SELECT {columns} FROM tidy_facts JOIN tidy_ids ON id = person_id"
        ).fetchall()
        for texts in rows:
            for item in self._read(Row("facts", list(texts))):
                if isinstance(item, Skipped) and item.affects:
                    unreadable.add((item.person, item.concept or "*"))
                elif isinstance(item, RawFact) and item.concept in self._concepts:
                    fact = self._type(item, unreadable)
                    if fact is not None:
                        facts[item.person].setdefault(item.concept, []).append(fact)
        columns = ", ".join(PERSON_COLUMNS)
        seen = Seen()
        for texts in self._db.execute(
            f"SELECT {columns} FROM tidy_persons JOIN tidy_ids ON id = person_id"
        ).fetchall():
            for item in self._reader.read_person_row(Row("persons", list(texts)), seen, self._lookup):
                if isinstance(item, RawPerson):
                    typed = {concept: tuple(found) for concept, found in facts[item.person].items()}
                    lost = frozenset(concept for person, concept in unreadable if person == item.person)
                    yield read_person(item, typed, lost)

    # chunks

    def chunks(self) -> Iterator[int]:
        """Load chunk after chunk into `facts`, `persons` and `unreadable`; give the number of people so far."""
        bounds = self._db.execute(
            f"SELECT MIN(person_id), MAX(person_id), COUNT(*) FROM "
            f"(SELECT person_id, (ROW_NUMBER() OVER (ORDER BY person_id) - 1) // {PEOPLE} AS part FROM tidy_persons) "
            f"GROUP BY part ORDER BY part"
        ).fetchall()
        done = 0
        for first, last, count in bounds:
            self._load_persons(first, last)
            self._load_facts(first, last)
            done += count
            yield int(done)

    def _load_persons(self, first: str, last: str) -> None:
        rows = "SELECT DISTINCT ON (person_id) * FROM tidy_persons WHERE person_id >= ? AND person_id <= ?"
        self._db.execute(f"CREATE OR REPLACE TABLE tidy_people AS {rows}", [first, last])
        distinct = self._db.execute("SELECT DISTINCT sex, birth_date, death_date FROM tidy_people").fetchall()
        answers = []
        for sex, birth, death in distinct:
            row = Row("", ["x", sex, birth, death])
            raw = next(
                (
                    item
                    for item in self._reader.read_person_row(row, Seen(), self._lookup)
                    if isinstance(item, RawPerson)
                ),
                RawPerson("x"),
            )
            person = read_person(raw, {})
            answers.append(
                (
                    sex,
                    birth,
                    death,
                    person.sex,
                    *(person.birth or (None, None)),
                    *(person.death or (None, None)),
                )
            )
        days = {name: pa.date32() for name in ("birth_low", "birth_high", "death_low", "death_high")}
        self._table(
            "tidy_answers",
            answers,
            ("w_sex", "w_birth", "w_death", "sex", "birth_low", "birth_high", "death_low", "death_high"),
            days,
        )
        self._db.execute(
            "CREATE OR REPLACE TABLE persons AS SELECT p.person_id AS person, a.sex, a.birth_low, a.birth_high, "
            "a.death_low, a.death_high FROM tidy_people AS p JOIN tidy_answers AS a "
            "ON a.w_sex = p.sex AND a.w_birth = p.birth_date AND a.w_death = p.death_date"
        )

    def _load_facts(self, first: str, last: str) -> None:
        on = self._on.isoformat()
        self._db.execute(
            "CREATE OR REPLACE TABLE tidy_rows AS SELECT f.*, "
            f"regexp_full_match(f.start, '{_DATE}') AND TRY_CAST(LEFT(f.start, 10) AS DATE) IS NOT NULL "
            f"AND {_END_FITS} AND (f.high = '' OR {_is_number('f.high')}) AND f.fact_id <> '' AND w.sound AS plain, "
            f"{_is_number('f.value')} AS numeric "
            "FROM tidy_facts AS f JOIN tidy_wanted AS w ON w.kind = f.kind AND w.concept = f.concept "
            "WHERE f.person_id >= ? AND f.person_id <= ? "
            f"AND (NOT w.sound OR {_DAY} IS NULL OR (f.start >= LEFT(w.earliest, LENGTH(f.start)) "
            f"AND (LEFT(f.start, 10) <= ? OR NOT {_END_FITS})))",
            [first, last, on],
        )
        self._answer_signatures()
        self._answer_values()
        self._db.execute(f"CREATE OR REPLACE TABLE facts AS {_PLAIN_FACTS}")
        self._odd_rows()

    def _answer_signatures(self) -> None:
        """What each distinct combination of kind, concept, unit, status, route and presence of an end means."""
        distinct = self._db.execute(
            "SELECT DISTINCT kind, concept, unit, status, route, \"end\" <> '' FROM tidy_rows WHERE plain"
        ).fetchall()
        answers: list[tuple[Any, ...]] = []
        for kind, concept, unit, status, route, has_end in distinct:
            row = _row(
                kind, concept, unit=unit, status=status, route=route, end="2000-01-01" if has_end else ""
            )
            for raw in self._read(row):
                if isinstance(raw, RawFact) and raw.concept in self._concepts:
                    answer = self._signature(raw, has_end=has_end)
                    if answer is not None:
                        answers.append((kind, concept, unit, status, route, has_end, raw.concept, *answer))
        types = {
            "s_has_end": pa.bool_(),
            "factor": pa.float64(),
            "shift": pa.float64(),
            "unit_issue": pa.int16(),
        }
        types |= {"absolute": pa.bool_(), "doubt": pa.int16(), "refuted": pa.bool_(), "presence": pa.bool_()}
        self._table("tidy_signatures", answers, _SIGNATURE, types)

    def _signature(self, raw: RawFact, *, has_end: bool) -> tuple[Any, ...] | None:
        concept = self._concepts[raw.concept]
        doubt = route_doubt(raw, concept)
        if doubt is None:
            return None
        try:
            standing = read_status(concept.kind, raw.status, has_end=has_end)
        except SetAside:
            return None
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

    def _answer_values(self) -> None:
        """What each distinct value text that is not a plain number means for its concept."""
        distinct = self._db.execute(
            "SELECT DISTINCT kind, concept, value FROM tidy_rows WHERE plain AND (NOT numeric OR (kind, concept) IN "
            "(SELECT (s_kind, s_concept) FROM tidy_signatures WHERE own_kind = 'finding'))"
        ).fetchall()
        answers: list[tuple[Any, ...]] = [
            (kind, concept, value, raw.concept, *read_value(raw.value, self._concepts[raw.concept]))
            for kind, concept, value in distinct
            for raw in self._read(_row(kind, concept, value=value))
            if isinstance(raw, RawFact) and raw.concept in self._concepts
        ]
        columns = ("v_kind", "v_concept", "v_value", "v_name", "low", "high", "issue", "absent", "doubt")
        types = {
            "low": pa.float64(),
            "high": pa.float64(),
            "issue": pa.int16(),
            "absent": pa.bool_(),
            "doubt": pa.int16(),
        }
        coded = [(*row[:6], RANK[row[6]], row[7], RANK[row[8]]) for row in answers]
        self._table("tidy_values", coded, columns, types)

    def _odd_rows(self) -> None:
        """Rows that are not plain, through the Python reader."""
        rows = self._db.execute(
            f"SELECT {', '.join(f'{chr(34)}{c}{chr(34)}' for c in FACT_COLUMNS)} FROM tidy_rows WHERE NOT plain"
        ).fetchall()
        facts: list[tuple[Any, ...]] = []
        unreadable: set[tuple[str, str]] = set()
        for texts in rows:
            for item in self._read(Row("facts", list(texts))):
                if isinstance(item, Skipped):
                    self.skipped.append(item)
                    if item.affects:
                        unreadable.add((item.person, item.concept or "*"))
                elif isinstance(item, RawFact) and item.concept in self._concepts:
                    fact = self._type(item, unreadable)
                    if fact is not None and fact.start_low <= self._on:
                        facts.append(fact_row(item.person, fact, self._on))
        if facts:
            self._table("tidy_odd", facts, tuple(FACTS.names), {each.name: each.type for each in FACTS})
            self._db.execute("INSERT INTO facts SELECT * FROM tidy_odd")
        self._table("unreadable", sorted(unreadable), ("person", "concept"))

    def _type(self, raw: RawFact, unreadable: set[tuple[str, str]]) -> Fact | None:
        try:
            return read_fact(raw, self._concepts[raw.concept])
        except SetAside:
            return None
        except Unreadable as error:
            self.skipped.append(
                Skipped("facts", str(error), "", raw.person, raw.concept, raw.fact, affects=True)
            )
            unreadable.add((raw.person, raw.concept))
            return None


_UNITLESS = ConceptType("", "finding")
_SIGNATURE = (
    "s_kind", "s_concept", "s_unit", "s_status", "s_route", "s_has_end", "name", "own_kind",
    "factor", "shift", "unit_issue", "absolute", "ending", "doubt", "refuted", "presence",
)  # fmt: skip


def _row(kind: str, concept: str, **texts: str) -> Row:
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


_LAST = "DATE '9999-12-31'"
_B = repr(BOUND)


def _scaled(number: str) -> str:
    """A bound in the concept's unit; "no limit" stays what it is."""
    return f"CASE WHEN ABS({number}) >= {_B} THEN {number} ELSE {number} * s.factor + s.shift END"


def _over_limit(number: str) -> str:
    return f"CASE WHEN ABS({number}) >= {_B} THEN {number} ELSE {number} / r.upper END"


# Reads like `record.fact.read_fact`, for rows whose dates are plain.
_PLAIN_FACTS = f"""
WITH r AS (
  SELECT person_id, fact_id, kind, concept, unit, status, route, "end" <> '' AS has_end, numeric, value,
    CAST(LEFT(start, 10) AS DATE) AS day,
    CASE WHEN "end" = '' THEN NULL ELSE CAST(LEFT("end", 10) AS DATE) END AS last,
    CASE WHEN high = '' THEN NULL ELSE CAST(high AS DOUBLE) END AS upper,
    CASE WHEN numeric THEN CAST(value AS DOUBLE) END AS number
  FROM tidy_rows WHERE plain
), n AS (
  SELECT r.*, s.*,
    CASE WHEN v.low IS NOT NULL THEN v.low WHEN s.own_kind IN ('measurement', 'exposure') THEN r.number ELSE 0 END AS given_low,
    CASE WHEN v.low IS NOT NULL THEN v.high WHEN s.own_kind IN ('measurement', 'exposure') THEN r.number ELSE 0 END AS given_high,
    COALESCE(v.issue, 0) AS given_issue,
    s.refuted OR COALESCE(v.absent, FALSE) AS no,
    CASE WHEN s.doubt <> 0 THEN s.doubt WHEN v.low IS NOT NULL THEN v.doubt
      WHEN r.numeric AND s.presence AND s.own_kind <> 'exposure' THEN {RANK["value_unreadable"]} ELSE 0 END AS doubts,
    s.unit_issue <> 0 AND s.own_kind IN ('measurement', 'exposure')
      AND COALESCE(v.issue, 0) <> {RANK["dose_missing"]} AS unscaled
  FROM r JOIN tidy_signatures AS s ON s.s_kind = r.kind AND s.s_concept = r.concept AND s.s_unit = r.unit
    AND s.s_status = r.status AND s.s_route = r.route AND s.s_has_end = r.has_end
  LEFT JOIN tidy_values AS v ON v.v_kind = r.kind AND v.v_concept = r.concept AND v.v_value = r.value
    AND v.v_name = s.name
), d AS (
  SELECT n.*,
    CASE WHEN no OR NOT presence THEN day WHEN ending = 'stated' THEN GREATEST(last, day)
      WHEN ending = 'ongoing' THEN {_LAST} ELSE day END AS sure_end,
    CASE WHEN no OR NOT presence THEN day WHEN ending = 'stated' THEN GREATEST(last, day)
      WHEN ending IN ('ongoing', 'open') THEN {_LAST} ELSE day END AS last_end,
    given_issue = {RANK["dose_missing"]} OR own_kind NOT IN ('measurement', 'exposure') AS as_given
  FROM n
)
SELECT person_id AS person, fact_id AS fact, name AS concept, day AS start_low, day AS start_high,
  sure_end AS end_low, last_end AS end_high, FALSE AS undated, TRUE AS exact,
  CAST({RANK["date_imprecise"]} AS SMALLINT) AS date_why,
  CAST(CASE WHEN no THEN 0 WHEN as_given THEN given_low
    WHEN unscaled THEN CASE WHEN own_kind = 'exposure' THEN 0 ELSE -{_B} END
    WHEN own_kind = 'exposure' THEN GREATEST({_scaled("given_low").replace("s.", "")}, 0)
    ELSE {_scaled("given_low").replace("s.", "")} END AS DOUBLE) AS low,
  CAST(CASE WHEN no THEN 0 WHEN as_given THEN given_high WHEN unscaled THEN {_B}
    ELSE {_scaled("given_high").replace("s.", "")} END AS DOUBLE) AS high,
  CAST(CASE WHEN no THEN 0 WHEN unscaled AND given_issue <> {RANK["value_unreadable"]} THEN unit_issue
    ELSE given_issue END AS SMALLINT) AS issue,
  CAST(CASE WHEN own_kind <> 'measurement' THEN 0 WHEN unscaled OR upper IS NULL OR upper <= 0 THEN -{_B}
    ELSE {_over_limit("given_low").replace("r.", "")} END AS DOUBLE) AS ratio_low,
  CAST(CASE WHEN own_kind <> 'measurement' THEN 0 WHEN unscaled OR upper IS NULL OR upper <= 0 THEN {_B}
    ELSE {_over_limit("given_high").replace("r.", "")} END AS DOUBLE) AS ratio_high,
  CAST(CASE WHEN own_kind <> 'measurement' THEN 0 WHEN given_issue = {RANK["value_unreadable"]} THEN given_issue
    WHEN unscaled THEN unit_issue WHEN upper IS NULL OR upper <= 0 THEN {RANK["range_missing"]}
    ELSE given_issue END AS SMALLINT) AS ratio_issue,
  no AS absent, CAST(doubts AS SMALLINT) AS doubt,
  CAST(CASE WHEN doubts <> 0 THEN doubts WHEN last_end = {_LAST} AND sure_end = day THEN {RANK["end_missing"]}
    ELSE {RANK["date_imprecise"]} END AS SMALLINT) AS why,
  absolute
FROM d
"""
