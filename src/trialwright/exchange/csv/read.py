"""Reads a tidy folder: `persons` and `facts` as CSV or Parquet.

**Source**: the contract, section "Tidy CSV".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from trialwright.exchange.answers import Coding, read_answer, read_route
from trialwright.exchange.csv.table import Row, table_rows
from trialwright.exchange.lookup import Found, Lookup, Match
from trialwright.exchange.source import (
    KINDS,
    Item,
    ReadOptions,
    RecordsUnreadable,
    Seen,
    Unmapped,
    cut_to_date,
    fact_rows,
    unreadable_fact,
)
from trialwright.record.raw import RawFact, RawPerson, Skipped
from trialwright.terms.message import message

PERSON_COLUMNS = ("person_id", "sex", "birth_date", "death_date")
FACT_COLUMNS = (
    *("person_id", "fact_id", "kind", "concept", "value", "unit"),
    *("low", "high", "start", "end", "status", "route"),
)
REQUIRED_PERSON = ("person_id", "sex", "birth_date")
REQUIRED_FACT = ("person_id", "fact_id", "kind", "concept", "value", "unit", "start")

_ALL = frozenset(KINDS)
_RESULTS = frozenset({"measurement", "finding"})
_KINDS = {kind: _RESULTS if kind in _RESULTS else frozenset({kind}) for kind in KINDS}
# A code of one of these kinds in a row of another says the same thing in the wrong place (a pregnancy coded as a
# condition). Drug codes are left out: an allergy to a medicine is no exposure to it.
_STATED = frozenset({"measurement", "finding", "condition", "procedure"})


class TidyReader:
    """Streams a tidy folder: all persons first, then their facts in file order."""

    format = "tidy"

    def __init__(self, persons: Path, facts: Sequence[Path], *, source: str, options: ReadOptions) -> None:
        self.source = source
        self.left_out: Counter[str] = Counter()
        self.synthetic = options.synthetic
        self.not_covered = options.mapping.not_covered
        self.warnings = options.mapping.warnings
        self.persons = persons
        self.facts = tuple(facts)
        self.options = options

    def __iter__(self) -> Iterator[Item]:
        seen = Seen()
        lookup = Lookup(self.options)
        for row in self._rows(self.persons, PERSON_COLUMNS, REQUIRED_PERSON, "persons"):
            yield from self.read_person_row(row, seen, lookup)
        if not seen.people:
            raise RecordsUnreadable(self.persons.name, message("No person could be read."))
        for part in self.facts:
            for row in self._rows(part, FACT_COLUMNS, REQUIRED_FACT, "facts"):
                yield from self.read_row(row, seen, lookup)

    def _rows(
        self, path: Path, columns: tuple[str, ...], required: tuple[str, ...], table: str
    ) -> Iterator[Row]:
        mapping = self.options.mapping
        return table_rows(
            path,
            columns,
            required=required,
            renamed=mapping.columns.get(table, {}),
            encoding=mapping.encoding,
        )

    def read_person_row(self, row: Row, seen: Seen, lookup: Lookup) -> Iterator[Item]:
        """One row of `persons`."""
        person, sex, birth, death = row.texts
        if not person or row.fault:
            yield Skipped(row.place, row.fault or "person_missing", row.detail, person=person, affects=True)
            return
        answer = read_answer((), lookup.word(death)) if death else ""
        if answer:
            death = "yes" if answer == "true" else ""
        raw = RawPerson(person, lookup.word(sex), cut_to_date(birth), cut_to_date(death))
        yield from seen.admit_person(raw, row.place)

    def read_row(self, row: Row, seen: Seen, lookup: Lookup) -> Iterator[Item]:
        """One row of `facts`."""
        if row.fault:
            yield from self._broken(row, lookup)
            return
        person, fact_id, kind, concept, *_rest = row.texts
        kind = lookup.word(kind).lower()
        known = kind in KINDS
        route = read_route(lookup.word(row.texts[11]))
        found = self._concept(concept, _KINDS[kind] if known else _ALL, route, lookup)
        fault, detail = "", ""
        if not concept:
            fault = "concept_missing"
        elif not person:
            fault = "person_missing"
        elif person not in seen.people:
            fault, detail = "person_unknown", person
        elif not known:
            fault, detail = "kind_unknown", kind
        elif not found.matches:
            wider = _ALL if concept in self.options.kinds else _STATED if kind in _STATED else frozenset()
            found = self._concept(concept, wider, route, lookup) if wider else found
            if not found.matches:
                yield Unmapped(kind, found.code, found.display)
                return
            fault, detail = "kind_wrong", kind
        if fault in ("concept_missing", "person_missing", "person_unknown") or (fault and not found.matches):
            yield from self._lost(row, fault, detail, found)
            return
        number = row.place.rpartition(":")[2]
        if not fault and fact_id and seen.repeated(fact_id):
            fault, detail, fact_id = "fact_repeated", fact_id, f"{fact_id}@{number}"
        for match in found.matches:
            fact = self._raw(row, fact_id or f"row {number}", match, lookup)
            if fault:
                yield from unreadable_fact(fact, row.place, fault, detail)
                continue
            yield from fact_rows(fact, row.place, self.options.types)
            if match.positive and row.texts[4] and not fact.value:
                yield Skipped(row.place, "value_unreadable", row.texts[4], person, match.concept, fact.fact)
            if row.texts[11] and not fact.route:
                yield Skipped(row.place, "route_unreadable", row.texts[11], person, match.concept, fact.fact)

    def _concept(self, text: str, kinds: frozenset[str], route: str, lookup: Lookup) -> Found:
        """What the `concept` column names: a concept, a system|code, or a local name of the mapping."""
        kind = self.options.kinds.get(text)
        if kind is not None:
            matches = (Match(text, kind, ""),) if kind in kinds else ()
            return Found(matches, text, "")
        system, bar, code = text.partition("|")
        if bar:
            return lookup.find(kinds, (Coding(system.strip(), code.strip()),), route=route)
        return lookup.find(kinds, (), text, route=route)

    def _raw(self, row: Row, fact_id: str, match: Match, lookup: Lookup) -> RawFact:
        person, _id, _kind, _concept, value, unit, low, high, start, end, status, route = row.texts
        value = lookup.word(value, match.concept)
        return RawFact(
            person=person,
            fact=fact_id,
            kind=match.kind,
            concept=match.concept,
            code=match.code,
            value=read_answer((), value) if match.positive else value,
            unit=lookup.unit(match.concept, unit),
            low=low,
            high=high,
            start=cut_to_date(start),
            end=cut_to_date(end),
            status=lookup.word(status).lower(),
            route=match.route or read_route(lookup.word(route)),
        )

    def _broken(self, row: Row, lookup: Lookup) -> Iterator[Item]:
        """A row whose columns are broken; what stands before the fault may still name person and concept."""
        person, _id, kind, concept = row.texts[:4]
        whole = row.complete > FACT_COLUMNS.index("concept")
        kinds = _KINDS.get(lookup.word(kind).lower(), _ALL)
        found = self._concept(concept, kinds, "", lookup) if concept and whole else Found((), "", "")
        yield from self._lost(row, row.fault, row.detail, found, person=person if row.complete > 0 else "")

    def _lost(
        self, row: Row, fault: str, detail: str, found: Found, person: str | None = None
    ) -> Iterator[Item]:
        """List a row that is no fact; a readable concept that is not the study's leaves nothing uncertain."""
        who = row.texts[0] if person is None else person
        if found.code and not found.matches:
            yield Skipped(row.place, fault, detail, who, "", row.texts[1])
            return
        for concept in [match.concept for match in found.matches] or [""]:
            yield Skipped(row.place, fault, detail, who, concept, row.texts[1], affects=True)
