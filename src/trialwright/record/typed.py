"""One person's raw facts, typed for the engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
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
from trialwright.record.repeated import Retold


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
    joined: dict[str, list[tuple[Fact, ...]]] = {}
    unreadable: set[str] = set()
    for part in parts:
        for name, rows in part.facts.items():
            joined.setdefault(name, []).append(rows)
        unreadable |= part.unreadable
    facts = {name: many[0] if len(many) == 1 else tuple(chain(*many)) for name, many in joined.items()}
    return TypedFacts(facts, frozenset(unreadable))


def count_once(typed: TypedFacts, retold: Retold) -> TypedFacts:
    """Typed facts without the days of which something else tells; a fact may be left with none, or in pieces."""
    if not retold.days and not retold.course:
        return typed
    told = retold.days.keys() | retold.course.keys()
    facts = {
        name: rows
        if told.isdisjoint([row.fact for row in rows])
        else tuple(
            piece
            for row in rows
            for part in _beside_course(row, retold.course.get(row.fact))
            for piece in _without(part, retold.days.get(row.fact))
        )
        for name, rows in typed.facts.items()
    }
    return TypedFacts({name: rows for name, rows in facts.items() if rows}, typed.unreadable)


def _beside_course(fact: Fact, course: tuple[date, date | None] | None) -> Iterator[Fact]:
    """What is left of an exposure without an end beside a course of doses: the days before it, and those after it."""
    if course is None:
        yield fact
        return
    first, last = course
    before = first - timedelta(days=1)
    if fact.start_low <= before:
        yield fact._replace(
            start_high=min(fact.start_high, before),
            end_low=min(fact.end_low, before),
            end_high=min(fact.end_high, before),
        )
    if last is not None and last < fact.end_high:
        after = last + timedelta(days=1)
        yield fact._replace(start_low=after, start_high=after, end_low=max(fact.end_low, after))


def _without(fact: Fact, days: frozenset[date] | None) -> Iterator[Fact]:
    """The runs of days of a fact that are left; `days` are certain ones, so that its beginning and end are as well."""
    if not days:
        yield fact
        return
    count = (fact.end_high - fact.start_low).days + 1
    left = [
        day for day in (fact.start_low + timedelta(days=each) for each in range(count)) if day not in days
    ]
    kept, first = set(left), None
    for day in left:
        first = first or day
        if day + timedelta(days=1) not in kept:
            yield fact._replace(start_low=first, start_high=first, end_low=day, end_high=day)
            first = None
