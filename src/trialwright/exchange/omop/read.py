"""Reads OMOP CDM 5.4: people and deaths, then every event table, only the rows that concern the study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from trialwright.exchange.answers import Coding
from trialwright.exchange.lookup import Found, Lookup, Match
from trialwright.exchange.omop.events import (
    TABLES,
    Meaning,
    Table,
    is_allergy,
    read_allergy,
    read_condition,
    read_exposure,
    read_procedure,
    read_result,
    read_visit,
    route_of,
)
from trialwright.exchange.omop.people import read_people
from trialwright.exchange.omop.store import Column, Reject, Store, TableUnreadable, View, clean_id
from trialwright.exchange.omop.vocabulary import Vocabularies
from trialwright.exchange.source import (
    Item,
    ReadOptions,
    RecordsUnreadable,
    Seen,
    Unmapped,
    fact_rows,
    unreadable_fact,
)
from trialwright.record.raw import RawFact, Skipped
from trialwright.terms.message import message

_VOCABULARY = {
    "concept": ("concept_id", "vocabulary_id", "concept_code", "concept_name"),
    "concept_relationship": ("concept_id_1", "concept_id_2", "relationship_id", "invalid_reason"),
    "concept_ancestor": ("ancestor_concept_id", "descendant_concept_id"),
    "drug_strength": ("drug_concept_id", "amount_value", "amount_unit_concept_id", "numerator_value"),
}
_READ = frozenset({"death", *_VOCABULARY, *(table.name for table in TABLES)})


class OmopReader:
    """Streams the tables of a store; a table missing or unreadable makes its kind of data not covered."""

    format = "omop"

    def __init__(self, store: Store, *, source: str, options: ReadOptions) -> None:
        self.source = source
        self.left_out: Counter[str] = Counter()
        self.synthetic = options.synthetic
        self.not_covered = options.mapping.not_covered
        self.warnings = options.mapping.warnings
        self._store = store
        self._options = options

    def __iter__(self) -> Iterator[Item]:
        self.left_out = Counter()
        self.not_covered = self._options.mapping.not_covered
        try:
            tables = self._store.tables()
            reading = _Reading(self._store, tables, self._options, self.left_out)
            yield from read_people(self._store, tables, reading.seen, reading.lookup)
        except TableUnreadable as error:
            raise RecordsUnreadable(
                self.source,
                message(
                    "The OMOP table {table} cannot be read ({reason}).",
                    table=error.table,
                    reason=error.reason,
                ),
            ) from None
        if not reading.seen.people:
            raise RecordsUnreadable(self.source, message("No person could be read."))
        for name, reason in self._store.broken().items():
            if name in _READ:
                yield Skipped(self._store.place(name), "table_unreadable", reason, affects=True)
        yield from reading.vocabulary()
        for table in TABLES:
            if table.name not in tables or "concept" not in tables:
                self.not_covered |= table.loses
            if table.name not in tables:
                continue
            try:
                yield from reading.events(table)
            except TableUnreadable as error:
                self.not_covered |= table.loses
                yield Skipped(self._store.place(table.name), "table_unreadable", error.reason, affects=True)


_Findings = dict[tuple[str, ...], Found]


class _Reading:
    """One reading of a store."""

    def __init__(
        self,
        store: Store,
        tables: Mapping[str, Mapping[str, Column]],
        options: ReadOptions,
        left_out: Counter[str],
    ) -> None:
        self.seen = Seen()
        self._store = store
        self._tables = tables
        self.lookup = Lookup(options)
        self._types = options.types
        self._left_out = left_out
        self._concepts = Vocabularies({})
        self._strengths: dict[str, str] = {}

    def _view(self, table: str, columns: tuple[str, ...]) -> tuple[View, list[Reject]]:
        rejects = self._store.prepare(table, columns)
        return View(self._store, table, self._tables[table]), rejects

    def vocabulary(self) -> Iterator[Item]:
        """Make the vocabulary tables ready; without CONCEPT no code can be resolved, which is listed."""
        views = {}
        for table, columns in _VOCABULARY.items():
            if table not in self._tables:
                continue
            try:
                views[table], rejects = self._view(table, columns)
            except TableUnreadable as error:
                yield Skipped(self._store.place(table), "table_unreadable", error.reason, affects=True)
                continue
            for reject in rejects:
                yield Skipped(f"{self._store.place(table)}:{reject.line}", reject.reason, "", affects=True)
        if "concept" not in views:
            yield Skipped(self._store.place("person"), "vocabulary_missing", "CONCEPT", affects=True)
        self._concepts = Vocabularies(views)
        if "drug_strength" in views:
            self._load_strengths(views["drug_strength"])

    def _load_strengths(self, view: View) -> None:
        """The strength of products with one ingredient, counted in pieces."""
        rows: dict[str, list[tuple[str, str]]] = {}
        for drug, value, unit, numerator in view.select(_VOCABULARY["drug_strength"]):
            rows.setdefault(clean_id(drug), []).append(("" if numerator else value, clean_id(unit)))
        single = {drug: found[0] for drug, found in rows.items() if len(found) == 1 and found[0][0]}
        self._concepts.load(unit for _value, unit in single.values())
        for drug, (value, unit) in single.items():
            concept = self._concepts.concept(unit)
            if concept is not None:
                self._strengths[drug] = f"{value} {concept.code}"

    def events(self, table: Table) -> Iterator[Item]:
        """The rows of an event table that concern the study; the other codes are counted."""
        if "person_id" not in self._tables[table.name]:
            raise TableUnreadable(table.name, "no column person_id")
        columns = ("person_id", table.id, *table.key, *table.columns)
        view, rejects = self._view(table.name, columns)
        counted = {row[:-1]: int(row[-1]) for row in view.select(self._key(table), counted=True)}
        ids = {clean_id(one) for key in counted for one in (*key[:2], *key[3:])}
        self._concepts.load(ids, hierarchy=True)
        found: _Findings = {}
        for key, count in counted.items():
            found[key] = self._find(table, key)
            if found[key].matches or not found[key].code:
                continue
            if table.silent:
                self._left_out[table.name] += count
            else:
                kind = "allergy" if self._allergy(table, key) else table.kind
                yield Unmapped(kind, found[key].code, found[key].display, count)
        yield from self._facts(table, view, columns, found)
        yield from self._rejected(table, rejects)

    def _allergy(self, table: Table, key: tuple[str, ...]) -> bool:
        if table.name != "observation" or not clean_id(key[3]):
            return False
        ids = (clean_id(key[0]), clean_id(key[1]))
        return is_allergy(self._concepts.codings(*ids), tuple(self._concepts.above(*ids)))

    def _find(self, table: Table, key: tuple[str, ...], route: str = "") -> Found:
        """What the ids and the source text of a row mean to the study."""
        ids = (clean_id(key[0]), clean_id(key[1]))
        kinds, text = table.kinds, key[2]
        if self._allergy(table, key):
            ids, kinds, text = (clean_id(key[3]), ""), frozenset({"allergy"}), ""
        codings = self._concepts.codings(*ids)
        if not codings and any(ids):  # not in the vocabulary tables: a mapping may still know the id
            codings = (Coding("omop", ids[0] or ids[1], text),)
        return self.lookup.find(kinds, codings, text, route=route, ancestors=self._concepts.above(*ids))

    def _facts(self, table: Table, view: View, columns: tuple[str, ...], found: _Findings) -> Iterator[Item]:
        matched = {key for key, one in found.items() if one.matches}
        lost = {key for key, one in found.items() if not one.matches and not one.code}
        if not matched and not lost:
            return
        self._load_values(table, view)
        place = self._store.place(table.name)
        for values in view.select(columns, where=_where(table, view, matched | lost)):
            row = dict(zip(columns, values, strict=True))
            key = tuple(row[column] for column in self._key(table))
            if key not in matched and key not in lost:
                continue
            person, number = clean_id(row["person_id"]), clean_id(row[table.id])
            at = f"{place} {table.id}={number}"
            fact = f"{table.name}/{number}" if number else at
            if person not in self.seen.people:
                yield Skipped(at, "person_unknown", person, person, "", fact, affects=True)
            elif key in lost:
                yield Skipped(at, "concept_missing", "", person, "", fact, affects=True)
            else:
                meaning = Meaning(person, fact, row)
                yield from self._told(table, meaning, found[key], key, at)

    def _told(
        self, table: Table, meaning: Meaning, found: Found, key: tuple[str, ...], place: str
    ) -> Iterator[Item]:
        route = ""
        if table.name == "drug_exposure":
            route = route_of(meaning.row, self._concepts)
            found = self._find(table, key, route) if route else found
            if not found.matches:
                yield Unmapped(table.kind, found.code, found.display)
        repeated = self.seen.repeated(meaning.fact) if found.matches else False
        for match in found.matches:
            fact = self._fact(table, meaning, match, route)
            if repeated:
                again = fact._replace(fact=f"{meaning.fact}@again")
                yield from unreadable_fact(again, place, "fact_repeated", meaning.fact)
            else:
                yield from fact_rows(fact, place, self._types)

    def _fact(self, table: Table, meaning: Meaning, match: Match, route: str) -> RawFact:
        if match.kind == "allergy":
            return read_allergy(meaning, match)
        if table.name == "condition_occurrence":
            return read_condition(meaning, match, self.lookup, self._concepts)
        if table.name == "drug_exposure":
            return read_exposure(meaning, match, self.lookup, self._strengths, route)
        if table.name == "procedure_occurrence":
            return read_procedure(meaning, match)
        if table.name == "visit_occurrence":
            return read_visit(meaning, match)
        return read_result(meaning, match, self.lookup, self._concepts)

    def _load_values(self, table: Table, view: View) -> None:
        """Load the concepts that values, units, routes and statuses name."""
        names = ("value_as_concept_id", "unit_concept_id", "route_concept_id", "condition_status_concept_id")
        columns = [name for name in names if name in table.columns and view.has(name)]
        for column in columns:
            self._concepts.load(clean_id(row[0]) for row in view.select((column,), counted=True))

    def _rejected(self, table: Table, rejects: list[Reject]) -> Iterator[Item]:
        """List the lines that are no rows, with whose and about what they seem to be."""
        place = self._store.place(table.name)
        keys = [tuple(_seeming(reject, column) for column in self._key(table)) for reject in rejects]
        self._concepts.load({one for key in keys for one in (*key[:2], *key[3:])}, hierarchy=True)
        for reject, key in zip(rejects, keys, strict=True):
            at, person = f"{place}:{reject.line}", clean_id(reject.seems.get("person_id", ""))
            found = self._find(table, key)
            if found.code and not found.matches:  # readable, and nothing the study asks about
                yield Skipped(at, reject.reason, "", person)
                continue
            for concept in [match.concept for match in found.matches] or [""]:
                yield Skipped(at, reject.reason, "", person, concept, affects=True)

    def _key(self, table: Table) -> tuple[str, ...]:
        return (*table.key, "value_as_concept_id") if table.name == "observation" else table.key


def _seeming(reject: Reject, column: str) -> str:
    """What a column of a broken line seems to say; an id only if it is a number."""
    text = reject.seems.get(column, "")
    if not column.endswith("_id"):
        return text
    return clean_id(text) if text.isdigit() else ""


def _where(table: Table, view: View, keys: set[tuple[str, ...]]) -> str:
    """A condition that no wanted row fails; other rows may pass it. '' where there are too many ids to name."""
    by_concept = {key[0] for key in keys if clean_id(key[0])}
    by_source = {key[1] for key in keys if not clean_id(key[0]) and clean_id(key[1])}
    by_text = {key[2] for key in keys if not clean_id(key[0]) and not clean_id(key[1]) and key[2]}
    nothing = any(not clean_id(key[0]) and not clean_id(key[1]) and not key[2] for key in keys)
    if nothing:
        return ""
    wanted = zip(table.key, (by_concept, by_source, by_text), strict=True)
    conditions = [view.among(column, values) for column, values in wanted if values]
    return "" if not all(conditions) else " OR ".join(conditions)
