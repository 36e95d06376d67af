"""The tables of a trial as of a position of the ledger, each with its digest: what a report is a function of.

Masked texts read as '' in every snapshot taken since, also of an earlier position; nothing else about the past changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from trialwright.record.books import (
    LISTS,
    Delegation,
    Range,
    Release,
    SiteBook,
    StudyBook,
    fold_participant,
    fold_site,
    fold_study,
)
from trialwright.record.event import canonical
from trialwright.record.ledger import Store
from trialwright.record.participant import (
    AdverseEvent,
    AdverseEventVersion,
    Allocated,
    ItemValue,
    Participant,
)
from trialwright.record.raw import RawFact


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
    people, sites, head = [], [], ""
    study = StudyBook()
    for name in store.streams():
        events = [event for event in store.stream(name) if event.position <= position]
        head = next((event.hash for event in events if event.position == position), head)
        if not events:
            continue
        kind, _, id = name.partition("/")
        match kind:
            case "participant":
                people.append(fold_participant(id, events, store.text))
            case "site":
                sites.append(fold_site(id, events, store.text))
            case _:
                study = fold_study(events, store.text)
    tables = (*_of_study(study, sites), *_of_people(people, study))
    return Snapshot(position, head, {table.name: table for table in tables})


def _of_study(study: StudyBook, sites: Sequence[SiteBook]) -> Iterator[SnapshotTable]:
    """Who may do what where, which version is approved where, the reference ranges of the sites."""
    books: tuple[StudyBook | SiteBook, ...] = (study, *sites)
    yield _table(
        "delegations", _names(Delegation), (astuple(each) for book in books for each in book.delegations)
    )
    yield _table("releases", Release._fields, (tuple(each) for each in study.released))
    yield _table(
        "approvals",
        ("site", "version", "date"),
        ((site.site, *each) for site in sites for each in site.approved),
    )
    yield _table(
        "ranges",
        ("site", *_names(Range)),
        ((site.site, *astuple(each)) for site in sites for each in site.ranges),
    )


def _of_people(people: Sequence[Participant], study: StudyBook) -> Iterator[SnapshotTable]:
    yield _table(
        "participants",
        ("participant", "site", "sex", "birth", "enrolment_number", "arm", "locked", "locking"),
        (
            (
                one.id,
                one.site,
                one.sex,
                one.birth,
                one.enrolment_number,
                one.arm or study.arms.get(one.id, ""),
                one.locked,
                one.locking,
            )
            for one in people
        ),
    )
    yield _table(
        "allocations",
        ("participant", *(name for name in Allocated._fields if name != "arm")),
        (
            (one.id, *(_plain(part) for name, part in one.allocated._asdict().items() if name != "arm"))
            for one in people
            if one.allocated
        ),
    )
    yield _table(
        "record", RawFact._fields, (tuple(map(_plain, fact)) for one in people for fact in one.record)
    )
    for name, kind in LISTS.items():
        if kind is not AdverseEvent:
            yield _table(
                name,
                ("participant", *kind._fields),
                ((one.id, *map(_plain, each)) for one in people for each in getattr(one, name)),
            )
    yield _table(
        "items",
        ("participant", "form", *ItemValue._fields),
        (
            (one.id, form.id, *map(_plain, value))
            for one in people
            for form in one.forms.values()
            for value in form.items.values()
        ),
    )
    yield _table(
        "adverse_events",
        ("participant", "number", *AdverseEventVersion._fields),
        (
            (one.id, event.number, *map(_plain, event.current))
            for one in people
            for event in one.adverse_events
        ),
    )
    yield _table(
        "turns",
        ("participant", "turn", "position", "date", "reason"),
        (
            (one.id, name, *map(_plain, ended))
            for one in people
            for name in ("enrolled", "withdrawn", "lost", "died", "completed", "unblinded")
            if (ended := getattr(one, name)) is not None
        ),
    )


def _names(kind: type[Delegation] | type[Range]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _table(name: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> SnapshotTable:
    return SnapshotTable(name, columns, tuple(rows))


def _plain(value: Any) -> Any:
    """A value as JSON has it: tuples as lists, maps with their keys."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value
