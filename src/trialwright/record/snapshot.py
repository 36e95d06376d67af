"""The tables of a trial as of a position of the ledger, each with its digest: what a report is a function of.

Masked texts read as '' in every snapshot taken since, also of an earlier position; nothing else about the past changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trialwright.record.books import fold_participant
from trialwright.record.event import canonical
from trialwright.record.ledger import Store
from trialwright.record.participant import Participant

PREFIX = "participant/"
LISTS = (
    "consents",
    "screenings",
    "visits",
    "doses",
    "holds",
    "discontinuations",
    "rescues",
    "deviations",
    "queries",
    "signatures",
    "verifications",
)
"""What a participant has several of; each is a table."""


@dataclass(frozen=True, slots=True)
class SnapshotTable:
    """Rows of one kind, in order of consent and of the ledger. `digest`: SHA-256 of columns and rows (RFC 8785)."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def digest(self) -> str:
        """The SHA-256 of the table, hexadecimal."""
        return hashlib.sha256(canonical([list(self.columns), [list(row) for row in self.rows]])).hexdigest()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All tables as of a position. `head`: the hash of the event there ('' for an empty ledger)."""

    position: int
    head: str
    tables: Mapping[str, SnapshotTable]

    @property
    def digest(self) -> str:
        """One digest for all tables, with the position and the hash of the event they are of."""
        parts = {name: table.digest for name, table in self.tables.items()}
        return hashlib.sha256(canonical([self.position, self.head, parts])).hexdigest()


def snapshot(store: Store, position: int) -> Snapshot:
    """Take the tables of a ledger as of an event.

    `position`: of that event, 0 for the empty ledger. Raises `ValueError` for one the ledger does not have.
    """
    last = store.head.position if store.head else 0
    if not 0 <= position <= last:
        raise ValueError(f"the ledger has events 1 to {last}, not {position}")
    people, head = [], ""
    for name in store.streams():
        events = [event for event in store.stream(name) if event.position <= position]
        head = next((event.hash for event in events if event.position == position), head)
        if events and name.startswith(PREFIX):
            people.append(fold_participant(name.removeprefix(PREFIX), events, store.text))
    return Snapshot(position, head, {table.name: table for table in _tables(people)})


def _tables(people: Sequence[Participant]) -> Iterator[SnapshotTable]:
    yield _table(
        "participants",
        ("participant", "site", "sex", "birth", "enrolment_number", "arm", "locked"),
        ((one.id, one.site, one.sex, one.birth, one.enrolment_number, one.arm, one.locked) for one in people),
    )
    for name in LISTS:
        found = [(one.id, each) for one in people for each in getattr(one, name)]
        columns = found[0][1]._fields if found else ()
        yield _table(name, ("participant", *columns), ((id, *map(_plain, each)) for id, each in found))
    values = [
        (one.id, form, value)
        for one in people
        for form in one.forms.values()
        for value in form.items.values()
    ]
    fields = values[0][2]._fields if values else ()
    yield _table(
        "items",
        ("participant", "form", *fields),
        ((id, form.id, *map(_plain, value)) for id, form, value in values),
    )
    events = [(one.id, event.number, event.current) for one in people for event in one.adverse_events]
    names = events[0][2]._fields if events else ()
    yield _table(
        "adverse_events",
        ("participant", "number", *names),
        ((id, number, *map(_plain, now)) for id, number, now in events),
    )
    turns = [
        (one.id, name, ended)
        for one in people
        for name in ("enrolled", "withdrawn", "lost", "died", "completed", "unblinded")
        if (ended := getattr(one, name)) is not None
    ]
    yield _table(
        "turns",
        ("participant", "turn", "position", "date", "reason"),
        ((id, name, *map(_plain, ended)) for id, name, ended in turns),
    )


def _table(name: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> SnapshotTable:
    return SnapshotTable(name, columns, tuple(rows))


def _plain(value: Any) -> Any:
    """A value as JSON has it: tuples as lists, maps with their keys."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value
