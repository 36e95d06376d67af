"""The vocabulary tables of an OMOP source: from concept ids to codes, and to the codes above them.

**Source**: OMOP CDM 5.4, vocabulary tables CONCEPT, CONCEPT_RELATIONSHIP ('Maps to'), CONCEPT_ANCESTOR.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from trialwright.exchange.answers import Coding
from trialwright.exchange.omop.store import View, clean_id
from trialwright.terms.codes import normalise_system

_CHUNK = 5_000


class Concept(NamedTuple):
    """A row of CONCEPT."""

    vocabulary: str
    code: str
    name: str

    @property
    def coding(self) -> Coding:
        """The concept as a code."""
        return Coding(self.vocabulary, self.code, self.name)


class Vocabularies:
    """Concepts by id, loaded when they are needed. `views`: the vocabulary tables there are."""

    def __init__(self, views: Mapping[str, View]) -> None:
        self._views = views
        self._concepts: dict[str, Concept | None] = {}
        self._maps: dict[str, list[str]] = {}
        self._ancestors: dict[str, list[str]] = {}

    def load(self, ids: Iterable[str], *, hierarchy: bool = False) -> None:
        """Read these concepts; with `hierarchy` also what they map to and the codes above them."""
        wanted = {one for one in ids if one}
        if hierarchy:
            self._load_maps(wanted)
            wanted |= {target for one in wanted for target in self._maps.get(one, ())}
            self._load_ancestors(wanted)
        self._load_concepts(wanted)

    def _load_concepts(self, wanted: set[str]) -> None:
        view = self._views.get("concept")
        new = wanted - self._concepts.keys()
        self._concepts.update(dict.fromkeys(new))
        if view is None:
            return
        for chunk in _chunks(new):
            columns = ("concept_id", "vocabulary_id", "concept_code", "concept_name")
            for one, vocabulary, code, name in view.select(columns, where=view.among("concept_id", chunk)):
                self._concepts[clean_id(one)] = Concept(vocabulary, code, name)

    def _load_maps(self, wanted: set[str]) -> None:
        view = self._views.get("concept_relationship")
        new = wanted - self._maps.keys()
        self._maps.update((one, []) for one in new)
        if view is None:
            return
        for chunk in _chunks(new):
            where = f"{view.among('concept_id_1', chunk)} AND {view.among('relationship_id', ['Maps to'])}"
            columns = ("concept_id_1", "concept_id_2", "invalid_reason")
            for one, other, invalid in view.select(columns, where=where):
                if clean_id(one) != clean_id(other) and not invalid:
                    self._maps[clean_id(one)].append(clean_id(other))

    def _load_ancestors(self, wanted: set[str]) -> None:
        view = self._views.get("concept_ancestor")
        new = wanted - self._ancestors.keys()
        self._ancestors.update((one, []) for one in new)
        if view is None:
            return
        for chunk in _chunks(new):
            above: dict[str, set[str]] = {}
            columns = ("descendant_concept_id", "ancestor_concept_id")
            for one, other in view.select(columns, where=view.among("descendant_concept_id", chunk)):
                if clean_id(one) != clean_id(other):
                    above.setdefault(clean_id(one), set()).add(clean_id(other))
            self._load_concepts(set().union(*above.values()))
            for one, others in above.items():
                concepts = (self._concepts.get(other) for other in sorted(others))
                self._ancestors[one] = [
                    f"{normalise_system(concept.vocabulary)}|{concept.code}"
                    for concept in concepts
                    if concept
                ]

    def concept(self, one: str) -> Concept | None:
        """A loaded concept, None where the source's CONCEPT table does not have it."""
        return self._concepts.get(one) if one else None

    def codings(self, *ids: str) -> tuple[Coding, ...]:
        """The codes of these concepts and of what they map to, without repetition."""
        every = [one for given in ids for one in (given, *self._maps.get(given, ()))]
        found = (self.concept(one) for one in dict.fromkeys(every))
        return tuple(concept.coding for concept in found if concept is not None)

    def above(self, *ids: str) -> Iterator[str]:
        """The "system|code"s above these concepts and above what they map to."""
        for given in ids:
            for one in (given, *self._maps.get(given, ())):
                yield from self._ancestors.get(one, ())


def _chunks(ids: set[str]) -> Iterator[list[str]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
