"""One person's raw facts, typed for the engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

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


class TypedFacts(NamedTuple):
    """Facts by concept in the order they were given, and the concepts with one that cannot be placed in time."""

    facts: Mapping[str, tuple[Fact, ...]]
    unreadable: frozenset[str]


def type_person(raw: RawPerson, facts: Iterable[RawFact], concepts: Mapping[str, ConceptType]) -> Person:
    """Type a person; facts of other concepts and those set aside by their status do not count.

    A fact that cannot be placed in time makes its concept unreadable.
    """
    typed = type_facts(facts, concepts)
    return read_person(raw, typed.facts, typed.unreadable)


def type_facts(facts: Iterable[RawFact], concepts: Mapping[str, ConceptType]) -> TypedFacts:
    """Type facts; see `type_person`."""
    typed: dict[str, list[Fact]] = {}
    unreadable: set[str] = set()
    for fact in facts:
        concept = concepts.get(fact.concept)
        if concept is None:
            continue
        try:
            read = read_fact(fact, concept)
        except SetAside:
            continue
        except Unreadable:
            unreadable.add(fact.concept)
            continue
        if read is not None:
            typed.setdefault(fact.concept, []).append(read)
    return TypedFacts({name: tuple(rows) for name, rows in typed.items()}, frozenset(unreadable))


def join_facts(parts: Iterable[TypedFacts]) -> TypedFacts:
    """Typed facts of several sources one after the other."""
    joined: dict[str, tuple[Fact, ...]] = {}
    unreadable: set[str] = set()
    for part in parts:
        for name, rows in part.facts.items():
            joined[name] = (*joined[name], *rows) if name in joined else rows
        unreadable |= part.unreadable
    return TypedFacts(joined, frozenset(unreadable))


def leave_out(typed: TypedFacts, ids: frozenset[str]) -> TypedFacts:
    """Typed facts without those of the ids."""
    if not ids:
        return typed
    facts = {name: tuple(row for row in rows if row.fact not in ids) for name, rows in typed.facts.items()}
    return TypedFacts({name: rows for name, rows in facts.items() if rows}, typed.unreadable)
