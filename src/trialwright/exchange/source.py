"""What every record reader promises, and the rules for bad rows that all of them share.

A reader is an iterable. It streams what a source holds, in the tidy form of the contract, and lists what it
could not read: nobody and nothing is lost silently. Reading the same reader twice reads the source twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from trialwright.record.fact import IGNORED_STATUSES, PRESENCE_KINDS, ConceptType, is_implausible
from trialwright.record.raw import RawFact, RawPerson, Skipped
from trialwright.terms.codes import Vocabulary
from trialwright.terms.dates import Days, UnreadableDate, parse_date
from trialwright.terms.message import Message
from trialwright.terms.quantity import UnreadableNumber, parse_number

KINDS = ("measurement", "condition", "exposure", "procedure", "allergy", "finding")
SEXES = frozenset({"female", "male", "other", "unknown"})
_YES_NO = frozenset({"true", "false", "yes", "no"})


class Unmapped(NamedTuple):
    """Records of one code that no concept of the study names; `code` is "system|code", or a local name."""

    kind: str
    code: str
    display: str = ""
    times: int = 1


Item = RawPerson | RawFact | Skipped | Unmapped


class RecordsUnreadable(Exception):
    """Nothing can be evaluated (exit code 4): `place` names the path or address, `message` says why."""

    def __init__(self, place: str, message: Message) -> None:
        super().__init__(place, message.template)
        self.place = place
        self.message = message


@dataclass(frozen=True, slots=True)
class Target:
    """What a local code or name means: concepts of the study, or "system|code"s looked up like any other.

    `route` and `strength` ("5 mg": what one counted unit of the product contains) complete what the code
    implies and the record leaves out.
    """

    to: tuple[str, ...]
    route: str = ""
    strength: str = ""


@dataclass(frozen=True, slots=True)
class LocalMapping:
    """A `mapping.yaml`, read: local codes, units, words and column names, and the kinds of data not covered.

    Keys of `codes` are folded (`answers.fold`), or "system|code"; `units` and `words` are looked up by
    concept first, then under "". `warnings`: what it says about concepts that the study does not know.
    """

    codes: Mapping[str, Target] = field(default_factory=dict)
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    not_covered: frozenset[str] = frozenset()
    encoding: str = "utf-8"
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader must know of the study.

    `kinds`: concept name to its kind. `positive_codes`: concept name to the "system|code"s of tests whose
    positive result makes that finding true and whose negative result makes it false. `mapping`: local names
    and units. `synthetic`: the source says that its people are made up. `types`: the concepts as the record reads
    them, to list values outside what the study's forms accept.
    """

    vocabulary: Vocabulary
    kinds: Mapping[str, str]
    positive_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mapping: LocalMapping = field(default_factory=LocalMapping)
    synthetic: bool = False
    types: Mapping[str, ConceptType] = field(default_factory=dict)


class Reader(Protocol):
    """One source of records.

    `source`: the path or address as shown to people (never a password). `format`: what it was recognised as.
    `synthetic`: whether the source says that its people are made up; False says nothing.
    `not_covered`: kinds of data the source does not hold, declared in the mapping or lost with an unreadable
    file or table; `left_out`: resource types or tables that are not read, with how many records. Both are
    complete only when the iteration has ended. `warnings`: what its mapping says to no effect.
    """

    @property
    def source(self) -> str:
        """The path or address as shown to people."""
        ...

    @property
    def format(self) -> str:
        """What it was recognised as."""
        ...

    @property
    def synthetic(self) -> bool:
        """Whether the source says that its people are made up."""
        ...

    @property
    def not_covered(self) -> frozenset[str]:
        """Kinds of data the source does not hold."""
        ...

    @property
    def left_out(self) -> Counter[str]:
        """Resource types or tables that are not read."""
        ...

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What the mapping says about concepts that the study does not know."""
        ...

    def __iter__(self) -> Iterator[Item]: ...


def days_of(text: str) -> Days | None:
    """The days a date text may mean, or None where it cannot be read."""
    try:
        return parse_date(text)
    except UnreadableDate:
        return None


def cut_to_date(text: str) -> str:
    """The calendar date of a date-time, written in its own offset: nothing is shifted; other texts stay."""
    text = text.strip()
    return text[:10] if len(text) > 10 and text[10] in "T " else text


def is_number(text: str) -> bool:
    """Whether a text is a number or a censored number (`<0.2`)."""
    try:
        parse_number(text)
    except UnreadableNumber:
        return False
    return True


def set_aside(status: str) -> bool:
    """Whether a status says that the record is no fact: entered in error, planned, not done ..."""
    return bool(status) and status.strip().lower().replace(" ", "-") in IGNORED_STATUSES


def person_rows(person: RawPerson, place: str) -> Iterator[Item]:
    """Hand over a person: unreadable sex reads as unknown, unreadable birth as none, both listed.

    A death with an unreadable date stays a death ('yes'): taking it for no death would be a guess.
    """
    sex = person.sex.strip().lower()
    birth, death = person.birth.strip(), person.death.strip()
    if sex and sex not in SEXES:
        yield Skipped(place, "sex_unreadable", person.sex, person=person.person)
    if birth and days_of(birth) is None:
        yield Skipped(place, "birth_unreadable", birth, person=person.person)
        birth = ""
    if death and death != "yes" and days_of(death) is None:
        yield Skipped(place, "death_unreadable", death, person=person.person)
        death = "yes"
    yield RawPerson(person.person, sex if sex in SEXES else "unknown", birth, death)


def unreadable_fact(fact: RawFact, place: str, reason: str, detail: str) -> Iterator[Item]:
    """List a row that cannot be used as it stands, and say what it leaves uncertain.

    A record whose person, concept and date are readable is handed over as an unreadable one of that date: it matters
    only where a readable one would. Of anything else nobody knows when it was, so silence about that concept decides
    nothing for that person (`affects`). A row whose status sets it aside anyway leaves nothing uncertain.
    **Source**: `criteria.md`, Statuses.
    """
    if set_aside(fact.status):
        yield Skipped(place, reason, detail, fact.person, fact.concept, fact.fact)
        return
    dated = _is_dated(fact)
    if dated and fact.kind in PRESENCE_KINDS:
        yield fact._replace(fault=reason)
    elif dated:
        yield fact._replace(value="", low="", high="", end="", fault=reason)
    yield Skipped(place, reason, detail, fact.person, fact.concept, fact.fact, affects=not dated)


def _is_dated(fact: RawFact) -> bool:
    """Whether it can be read when it was. Where a beginning and an end contradict each other, either may be wrong."""
    start = days_of(fact.start) if fact.start else None
    if start is None or fact.kind not in PRESENCE_KINDS or not fact.end:
        return start is not None
    end = days_of(fact.end)
    return end is None or end.last >= start.first


def fact_rows(fact: RawFact, place: str, types: Mapping[str, ConceptType]) -> Iterator[Item]:
    """Hand over a fact, or list why not: unreadable date, end before start, value that is no number or outside what forms accept.

    `types`: the concepts as the record reads them; of one that is not among them no value is impossible.

    What is recorded as entered in error, planned or not done goes on unchecked: its status sets it aside
    later, so it takes its place with it.
    """
    if set_aside(fact.status):
        yield fact._replace(place=place)
        return
    start = days_of(fact.start) if fact.start else None
    if fact.start and start is None:
        yield from unreadable_fact(fact, place, "date_unreadable", fact.start)
        return
    if fact.end:
        end = days_of(fact.end)
        if end is None:
            yield from unreadable_fact(fact, place, "date_unreadable", fact.end)
            return
        if start is not None and end.last < start.first:
            yield from unreadable_fact(fact, place, "end_before_start", f"{fact.start} > {fact.end}")
            return
    yield fact
    if fact.value and not _value_is_readable(fact.kind, fact.value):
        yield Skipped(place, "value_unreadable", fact.value, fact.person, fact.concept, fact.fact)
    elif fact.concept in types and is_implausible(fact, types[fact.concept]):
        said = f"{fact.value} {fact.unit}"
        yield Skipped(place, "value_implausible", said, fact.person, fact.concept, fact.fact)
    for limit in (fact.low, fact.high):
        if limit and not is_number(limit):
            yield Skipped(place, "range_unreadable", limit, fact.person, fact.concept, fact.fact)


def _value_is_readable(kind: str, value: str) -> bool:
    if kind == "finding":  # the study's own list of values decides
        return True
    if kind == "measurement":
        return is_number(value)
    if value.strip().lower() in _YES_NO:
        return True
    return kind == "exposure" and is_number(value)


class Seen:
    """Who and what has been seen in one reading; the first of a repeated person or fact stays."""

    def __init__(self) -> None:
        self.people: set[str] = set()
        self._facts: set[str] = set()

    def admit_person(self, person: RawPerson, place: str) -> Iterator[Item]:
        """Hand over a person, or list a repeated one."""
        if person.person in self.people:
            yield Skipped(place, "person_repeated", "", person=person.person)
            return
        self.people.add(person.person)
        yield from person_rows(person, place)

    def repeated(self, fact_id: str) -> bool:
        """Whether this id was seen before; remembers it."""
        if fact_id in self._facts:
            return True
        self._facts.add(fact_id)
        return False
