"""One person's raw facts, typed for the engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from trialwright.record.fact import (
    ConceptType,
    Fact,
    Person,
    SetAside,
    Unreadable,
    read_fact,
    read_person,
)
from trialwright.record.raw import RawFact, RawPerson

UNREADABLE = "unreadable"


@lru_cache(maxsize=65536)
def _read(fact: RawFact, concept: ConceptType) -> Fact | str | None:
    """One fact typed; a participant is typed anew with every value entered, and most of it has not changed."""
    try:
        return read_fact(fact, concept)
    except SetAside:
        return None
    except Unreadable:
        return UNREADABLE


def type_person(raw: RawPerson, facts: Iterable[RawFact], concepts: Mapping[str, ConceptType]) -> Person:
    """Type a person; facts of other concepts and those set aside by their status do not count.

    A fact that cannot be placed in time makes its concept unreadable.
    """
    typed: dict[str, list[Fact]] = {}
    unreadable: set[str] = set()
    for fact in facts:
        concept = concepts.get(fact.concept)
        if concept is None:
            continue
        read = _read(fact, concept)
        if read == UNREADABLE:
            unreadable.add(fact.concept)
        elif isinstance(read, Fact):
            typed.setdefault(fact.concept, []).append(read)
    return read_person(raw, {name: tuple(rows) for name, rows in typed.items()}, frozenset(unreadable))
