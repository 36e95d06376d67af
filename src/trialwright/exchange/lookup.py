"""From what a source wrote to what the study calls it: concepts, units and words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from trialwright.exchange.answers import Coding, fold
from trialwright.exchange.source import ReadOptions, Target
from trialwright.terms.codes import normalise_system


class Match(NamedTuple):
    """One concept of the study that a record is about.

    `code`: "system|code" by which it was found, '' where the mapping named the concept outright.
    `positive`: the code is a test whose result says whether the finding is true.
    """

    concept: str
    kind: str
    code: str
    positive: bool = False
    route: str = ""
    strength: str = ""


class Found(NamedTuple):
    """What a record's codes mean: the concepts, and the code and name to report where there is none."""

    matches: tuple[Match, ...]
    code: str
    display: str


class Lookup:
    """Finds the study's concepts for the codes of a source; remembers what it found."""

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._mapping = options.mapping
        self._found: dict[tuple[frozenset[str], tuple[Coding, ...], str, str], Found] = {}
        self._positive: dict[str, list[str]] = {}
        for concept, codes in options.positive_codes.items():
            for code in codes:
                self._positive.setdefault(fold_code(code), []).append(concept)

    def find(
        self,
        kinds: frozenset[str],
        codings: tuple[Coding, ...],
        text: str = "",
        *,
        route: str = "",
        ancestors: Iterable[str] = (),
    ) -> Found:
        """Find the concepts of these kinds that any of the codes, or the text, names.

        `route`: how the record says it was given; concepts that ask for another route are left out.
        `ancestors` are the "system|code"s above the codes in the source's own hierarchy; they belong to the
        codes, so they are read only the first time.
        """
        key = (kinds, codings, text, route)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = _Search(
                self._options, self._positive, kinds, route, tuple(ancestors)
            ).run(codings, text)
        return found

    def unit(self, concept: str, text: str) -> str:
        """The unit of a result of this concept, in UCUM where the mapping knows it."""
        if not text:
            return ""
        text = tidy_unit(text)
        own = self._mapping.units.get(concept)
        if own is not None and text in own:
            return own[text]
        general = self._mapping.units.get("")
        return general.get(text, text) if general else text

    def word(self, text: str, concept: str = "") -> str:
        """A local word in the contract's words (`阳性` as `true`, `男` as `male`), else the text itself."""
        words = self._mapping.words
        if not words or not text:
            return text
        folded = fold(text)
        for scope in (concept, ""):
            if scope in words and folded in words[scope]:
                return words[scope][folded]
        return text


class _Search:
    """One look-up: collects the concepts, the first code that leads to one stays."""

    def __init__(
        self,
        options: ReadOptions,
        positive: Mapping[str, Iterable[str]],
        kinds: frozenset[str],
        route: str,
        ancestors: tuple[str, ...],
    ) -> None:
        self._options = options
        self._positive = positive
        self._kinds = kinds
        self._route = route
        self._ancestors = ancestors
        self._matches: dict[str, Match] = {}

    def run(self, codings: tuple[Coding, ...], text: str) -> Found:
        for system, code, display in codings:
            written = f"{normalise_system(system)}|{code}" if system else code
            for name in (written, code, display):
                self._follow(name)
            if system:
                self._by_code(written, Target(()))
        self._follow(text)
        first = codings[0] if codings else Coding("", "", "")
        code = f"{normalise_system(first.system)}|{first.code}" if first.system else first.code or text
        return Found(tuple(self._matches.values()), code, first.display or text)

    def _follow(self, name: str) -> None:
        """Add what the mapping says about a name or code."""
        target = self._options.mapping.codes.get(fold_code(name)) if name else None
        if target is None or (self._route and target.route and self._route != target.route):
            return
        for goal in target.to:
            if goal in self._options.kinds:
                # A mapping that names an i.v. concept outright settles the route, unless it or the record
                # states one.
                kept = name if "|" in name and (target.route or self._route) else ""
                self._add(goal, kept, target)
            else:
                self._by_code(fold_code(goal), target)

    def _by_code(self, written: str, target: Target) -> None:
        system, _, code = written.partition("|")
        for concept in self._positive.get(written, ()):
            kind = self._options.kinds[concept]
            if kind in self._kinds:
                self._matches.setdefault(concept, Match(concept, kind, written, positive=True))
        route = self._route or target.route
        vocabulary = self._options.vocabulary
        for concept in vocabulary.match(self._kinds, system, code, self._ancestors, route=route):
            self._add(concept, written, target)

    def _add(self, concept: str, code: str, target: Target) -> None:
        kind = self._options.kinds[concept]
        if kind in self._kinds:
            self._matches.setdefault(
                concept,
                Match(concept, kind, code, route=self._route or target.route, strength=target.strength),
            )


@lru_cache(maxsize=65536)
def fold_code(text: str) -> str:
    """A "system|code" with its system normalised, or a folded name."""
    system, bar, code = text.partition("|")
    return f"{normalise_system(system)}|{code.strip()}" if bar else fold(text)


@lru_cache(maxsize=65536)
def tidy_unit(text: str) -> str:
    """A unit with one spelling of micro signs and full-width characters; case is kept (`mg` is not `Mg`)."""
    return unicodedata.normalize("NFKC", text).strip()
