"""What words of a tidy hospital mean: every distinct one is asked of the one Python reader, once.

The answers are tables that `by_sql` joins to the rows. Rows with a word that cannot be read are set apart: the reader
sees them whole, so that each is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trialwright.exchange.csv import by_sql
from trialwright.exchange.csv.read import FACT_COLUMNS, PERSON_COLUMNS, TidyReader
from trialwright.exchange.csv.rows import RowScan, Wanted
from trialwright.exchange.csv.table import Row
from trialwright.exchange.lookup import Lookup
from trialwright.exchange.source import Item, Seen
from trialwright.logic.reasons import RANK
from trialwright.record.fact import (
    PRESENCE_KINDS,
    ConceptType,
    Scale,
    SetAside,
    read_person,
    read_status,
    read_unit,
    read_value,
    route_doubt,
)
from trialwright.record.raw import RawFact, RawPerson, Skipped
from trialwright.terms.dates import FIRST_DAY
from trialwright.terms.quantity import BOUND

_UNITLESS = ConceptType("", "finding")
_SIGNATURE = (
    "s_said", "name", "own_kind", "factor", "shift", "unit_issue", "absolute", "ending", "doubt", "refuted", "presence",
)  # fmt: skip


class Answers:
    """Asks the reader, and keeps its answers as tables of a connection. `concepts`: those the rules read.

    Of the combinations asked about so far: `aside`, concept and reason of what a status sets aside; `routes_unread`,
    wanted kinds and concepts (by number) with routes that cannot be read; `worded`, those whose value is no number;
    `limits`, what a number as written can be; `spans`, what each of the values asked about last may be.
    """

    def __init__(self, reader: TidyReader, concepts: Mapping[str, ConceptType], connection: Any) -> None:
        self._reader = reader
        self._lookup = Lookup(reader.options)
        self._concepts = concepts
        self._db = connection
        self._heard = 0
        self._answers: list[tuple[Any, ...]] = []
        self.aside: dict[int, list[tuple[str, str]]] = {}
        self.routes_unread: set[tuple[int, str]] = set()
        self.worded: set[int] = set()
        self.limits: dict[int, tuple[float, float]] = {}
        self.spans: list[tuple[float, float]] = []

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

    def wanted(self, kind: str, concept: str, earliest: Mapping[str, date]) -> Wanted | None:
        """Whether rows of this kind and concept, as written, matter, and from which day on.

        Rows where kind and concept do not go together are never left out: the reader says what each leaves unknown.
        """
        items = self.read(plain_row(kind, concept, value=""))
        names = {item.concept for item in items if isinstance(item, RawFact)} & set(self._concepts)
        if any(isinstance(item, Skipped) for item in items):
            return Wanted(kind, concept, FIRST_DAY, readable=False)
        return (
            Wanted(kind, concept, min(earliest.get(name, FIRST_DAY) for name in names), readable=True)
            if names
            else None
        )

    def signatures(self, scan: RowScan) -> None:
        """What each new combination of kind, concept, unit, status, route and presence of an end means."""
        for number, said in enumerate(scan.said.things[self._heard :], start=self._heard):
            wanted = scan.wanted.things[said.wanted]
            end = "2000-01-01" if said.has_end else ""
            texts = {"unit": said.unit, "status": said.status, "route": said.route}
            for raw in self.read(plain_row(wanted.kind, wanted.concept, value="", end=end, **texts)):
                if isinstance(raw, Skipped):
                    self.routes_unread.add((said.wanted, said.route))
                elif isinstance(raw, RawFact) and raw.concept in self._concepts:
                    try:
                        answer = self._signature(raw, has_end=said.has_end)
                    except SetAside as word:
                        self.aside.setdefault(number, []).append((raw.concept, str(word)))
                        continue
                    if answer is not None:
                        self._answers.append((number, raw.concept, *answer))
                        if answer[0] == "measurement":
                            self._limit(
                                number,
                                self._concepts[raw.concept],
                                read_unit(raw.unit, self._concepts[raw.concept]),
                            )
                        if answer[0] not in ("measurement", "exposure"):
                            self.worded.add(said.wanted)
        self._heard = len(scan.said.things)
        types = {
            "s_said": pa.int32(),
            "factor": pa.float64(),
            "shift": pa.float64(),
            "unit_issue": pa.int16(),
            "absolute": pa.bool_(),
            "doubt": pa.int16(),
            "refuted": pa.bool_(),
            "presence": pa.bool_(),
        }
        self.table("tidy_signatures", self._answers, _SIGNATURE, types)

    def _limit(self, number: int, concept: ConceptType, scale: Scale) -> None:
        """Keep what a number of a combination can be before its unit is applied; of several concepts the narrowest."""
        if not scale.issue:
            least, most = self.limits.get(number, (-BOUND, BOUND))
            ends = [
                end if abs(end) >= BOUND else (end - scale.offset) / scale.factor
                for end in (concept.least, concept.most)
            ]
            self.limits[number] = max(least, min(ends)), min(most, max(ends))

    def order(self, count: int) -> NDArray[np.int16]:
        """For each of the first combinations the place of its concept among all: rows of one concept lie together."""
        names = dict.fromkeys(range(count), "") | {
            number: name for number, name, *_ in reversed(self._answers)
        }
        places = {name: place for place, name in enumerate(sorted(set(names.values())))}
        return np.array([places[names[number]] for number in range(count)], np.int16)

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

    def values(self, texts: Iterable[tuple[Wanted, str]]) -> list[bool]:
        """What value texts that are not plain numbers mean, as a table by their place; whether each can be read."""
        answers: list[tuple[Any, ...]] = []
        readable = []
        self.spans = []
        for place, (wanted, value) in enumerate(texts):
            items = self.read(plain_row(wanted.kind, wanted.concept, value=value))
            readable.append(not any(isinstance(raw, Skipped) for raw in items))
            self.spans.append((-BOUND, BOUND))
            for raw in items:
                if isinstance(raw, RawFact) and raw.concept in self._concepts:
                    low, high, issue, absent, doubt = read_value(raw.value, self._concepts[raw.concept])
                    self.spans[place] = low, high
                    answers.append((place, raw.concept, low, high, RANK[issue], absent, RANK[doubt]))
        types = {"v_value": pa.int32(), "low": pa.float64(), "high": pa.float64(), "issue": pa.int16()}
        types |= {"absent": pa.bool_(), "doubt": pa.int16()}
        self.table(
            "tidy_values", answers, ("v_value", "v_name", "low", "high", "issue", "absent", "doubt"), types
        )
        return readable


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
