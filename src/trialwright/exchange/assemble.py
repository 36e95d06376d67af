"""From a reader's stream to typed persons: who there is, what counts, what was set aside, what was not covered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from trialwright.exchange.coverage import Coverage
from trialwright.exchange.source import Reader
from trialwright.record.fact import ConceptType, Fact, Person, SetAside, Unreadable, read_fact, read_person
from trialwright.record.raw import RawFact, RawPerson, Skipped


@dataclass(slots=True)
class Assembled:
    """The typed persons of a source, in its order, with everything that was listed on the way."""

    persons: dict[str, Person] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    facts: int = 0

    @property
    def some_unreadable(self) -> bool:
        """Whether a record could not be read (exit code 5); rows set aside on purpose do not count."""
        return any(not each.reason.startswith("status_") for each in self.skipped)


def assemble(
    reader: Reader,
    concepts: Mapping[str, ConceptType],
    coverage: Coverage,
    *,
    progress: Callable[[int], None] = lambda count: None,
) -> Assembled:
    """Read a whole source; `progress` is told the number of items read, now and then."""
    people: dict[str, RawPerson] = {}
    facts: dict[str, dict[str, list[Fact]]] = {}
    unreadable: dict[str, set[str]] = {}
    result = Assembled()
    for count, item in enumerate(coverage.watch(reader)):
        if count % 20_000 == 0:
            progress(count)
        match item:
            case RawPerson():
                people.setdefault(item.person, item)
            case RawFact():
                result.facts += 1
                _add_fact(item, concepts, facts, unreadable, result.skipped)
            case Skipped():
                result.skipped.append(item)
                if item.affects and item.person:
                    unreadable.setdefault(item.person, set()).add(item.concept or "*")
    for id, person in people.items():
        typed = {concept: tuple(rows) for concept, rows in facts.get(id, {}).items()}
        result.persons[id] = read_person(person, typed, frozenset(unreadable.get(id, ())))
    result.skipped += _strangers(facts, people)
    return result


def _add_fact(
    raw: RawFact,
    concepts: Mapping[str, ConceptType],
    facts: dict[str, dict[str, list[Fact]]],
    unreadable: dict[str, set[str]],
    skipped: list[Skipped],
) -> None:
    concept = concepts.get(raw.concept)
    if concept is None:
        return
    try:
        fact = read_fact(raw, concept)
    except SetAside as aside:
        skipped.append(Skipped(raw.place, str(aside), raw.status, raw.person, raw.concept, raw.fact))
        return
    except Unreadable as error:
        skipped.append(Skipped("", str(error), "", raw.person, raw.concept, raw.fact, affects=True))
        unreadable.setdefault(raw.person, set()).add(raw.concept)
        return
    if fact is not None:
        facts.setdefault(raw.person, {}).setdefault(raw.concept, []).append(fact)


def _strangers(facts: Mapping[str, object], people: Mapping[str, RawPerson]) -> Iterator[Skipped]:
    """Facts of people who are not among the persons of the source."""
    for id in facts:
        if id not in people:
            yield Skipped("", "person_unknown", "", person=id)
