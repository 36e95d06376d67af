"""What a source holds of what the study asks for: counted while reading, reported with every run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from trialwright.exchange.source import KINDS, Item, Reader, Unmapped
from trialwright.record.fact import PRESENCE_KINDS
from trialwright.record.raw import RawFact, RawPerson, Skipped
from trialwright.terms.codes import neighbourhood
from trialwright.terms.message import Message, message, render

COMMONEST = 20
_KINDS: Mapping[str, Message] = {  # as the reports name them
    "condition": message("condition"),
    "exposure": message("exposure"),
    "procedure": message("procedure"),
    "allergy": message("allergy"),
}


class Coverage:
    """Counts what a reader streams.

    `kinds`: the study's concepts with their kinds, in the study's order; each appears in the report, found or
    not. `codes`: their "system|code"s, to tell which codes that no concept names lie near those of a criterion.
    """

    def __init__(self, kinds: Mapping[str, str], codes: Mapping[str, Collection[str]] | None = None) -> None:
        self._kinds = dict(kinds)
        self._codes = dict(codes or {})
        self._facts: Counter[str] = Counter()
        self._persons: dict[str, set[str]] = {}
        self._unmapped: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        self._displays: dict[tuple[str, str], str] = {}
        self._not_covered: frozenset[str] = frozenset()
        self._left_out: Counter[str] = Counter()
        self._tallied: Counter[str] = Counter()
        self._mapping: tuple[Message, ...] = ()
        self.people = 0
        self.skipped: Counter[str] = Counter()

    def watch(self, reader: Reader) -> Iterator[Item]:
        """Stream a reader and count; afterwards the report knows what the reader could not cover."""
        for item in reader:
            self.count(item)
            yield item
        self.know(reader)

    def know(self, reader: Reader) -> None:
        """Take over what a reader says about itself when it has been read."""
        self._not_covered = reader.not_covered
        self._left_out = reader.left_out
        self._mapping = reader.warnings

    def count(self, item: Item) -> None:
        """Count one item."""
        if isinstance(item, RawFact):
            self._facts[item.concept] += 1
            self._persons.setdefault(item.concept, set()).add(item.person)
        elif isinstance(item, Unmapped):
            self._unmapped[item.kind][item.code] += item.times
            if item.display:
                self._displays.setdefault((item.kind, item.code), item.display)
        elif isinstance(item, RawPerson):
            self.people += 1
        elif isinstance(item, Skipped):
            self.skipped[item.reason] += 1

    def tally(self, concept: str, facts: int, persons: int) -> None:
        """Take over the counts of one concept from a source that counts by itself."""
        self._facts[concept] += facts
        self._tallied[concept] += persons

    def found(self, concept: str) -> tuple[int, int]:
        """How many facts of a concept, of how many persons."""
        return self._facts[concept], len(self._persons.get(concept, ())) + self._tallied[concept]

    def unmapped(self, kind: str) -> list[Unmapped]:
        """The commonest codes of a kind that no concept names, commonest first, then by code."""
        counted = sorted(self._unmapped[kind].items(), key=lambda pair: (-pair[1], pair[0]))
        return [
            Unmapped(kind, code, self._displays.get((kind, code), ""), count)
            for code, count in counted[:COMMONEST]
        ]

    def near(self, closed_world: Mapping[str, Collection[str]]) -> dict[str, list[Unmapped]]:
        """Per criterion the codes of the source that no concept names and that lie near one of its own, commonest first.

        Silence of these criteria is 'no', so somebody should see that B24 was found where only B20 is asked for. Near:
        ICD-10, the same letter and first digit. At most as many as `unmapped` gives.
        """
        unknown = sorted(
            ((-count, code, kind) for kind in KINDS for code, count in self._unmapped[kind].items()),
        )
        found = {}
        for criterion, concepts in closed_world.items():
            places = {
                neighbourhood(code) for concept in concepts for code in self._codes.get(concept, ())
            } - {""}
            rows = [
                Unmapped(kind, code, self._displays.get((kind, code), ""), -count)
                for count, code, kind in unknown
                if neighbourhood(code) in places
            ]
            if rows:
                found[criterion] = rows[:COMMONEST]
        return found

    def warnings(self, closed_world: Mapping[str, Collection[str]], *, least: int = 0) -> list[Message]:
        """What the verdicts must not be trusted for.

        `closed_world`: criterion id to the concepts whose silence it reads as 'no'. A criterion is named if
        none of them occurs and at least one is of a kind the source is said to cover. `least` above 0: said for
        what leaves the site, without counts and without the codes of the source.
        """
        found = [
            message(
                "{criterion}: the source holds no record of {concepts}. Silence is read as 'no', so check that "
                "it means that: the records may lack this kind of data or use other codes.",
                criterion=criterion,
                concepts=tuple(concepts),
            )
            for criterion, concepts in closed_world.items()
            if concepts
            and not any(self._facts[concept] for concept in concepts)
            and any(self._kinds.get(concept) not in self._not_covered for concept in concepts)
        ]
        return [*self._mapping, *self._foreign_kinds(least), *found]

    def _foreign_kinds(self, least: int) -> list[Message]:
        """Kinds of data that the source holds, all of it under codes the study does not know."""
        warnings = []
        for kind in KINDS:
            total = self._unmapped[kind].total()
            mapped = sum(count for concept, count in self._facts.items() if self._kinds.get(concept) == kind)
            if kind in PRESENCE_KINDS - self._not_covered and total > max(0, least - 1) and not mapped:
                warnings.append(_foreign_kind(kind, total, self.unmapped(kind)[0], least))
        return warnings

    def report(
        self, closed_world: Mapping[str, Collection[str]], catalogue: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Everything, ready for JSON; `catalogue` translates the warnings (empty: English).

        For inside the site: it holds every count. `reports.funnel.small_cells` takes away what must stay there.
        """
        return {
            "persons": self.people,
            "concepts": [self._row(concept) for concept in self._kinds],
            "unmapped": {kind: _rows(self.unmapped(kind)) for kind in KINDS if self._unmapped[kind]},
            "unmapped_total": {kind: self._unmapped[kind].total() for kind in KINDS if self._unmapped[kind]},
            "near": {criterion: _rows(codes) for criterion, codes in self.near(closed_world).items()},
            "left_out": dict(sorted(self._left_out.items())),
            "not_covered": sorted(self._not_covered),
            "skipped": dict(sorted(self.skipped.items())),
            "warnings": [render(warning, catalogue or {}) for warning in self.warnings(closed_world)],
        }

    def _row(self, concept: str) -> dict[str, Any]:
        facts, persons = self.found(concept)
        return {"concept": concept, "kind": self._kinds[concept], "facts": facts, "persons": persons}


def _rows(codes: Iterable[Unmapped]) -> list[dict[str, Any]]:
    return [{"code": item.code, "display": item.display, "count": item.times} for item in codes]


def _foreign_kind(kind: str, total: int, example: Unmapped, least: int) -> Message:
    if least:
        return message(
            "The source holds records of the kind {kind}, and none has a code the study knows. {hint}",
            kind=_KINDS.get(kind, kind),
            hint=_hint(kind),
        )
    return message(
        "The source holds {count} records of the kind {kind}, and none has a code the study knows "
        "(the commonest is {code}, {display}). {hint}",
        count=total,
        kind=_KINDS.get(kind, kind),
        code=example.code,
        display=example.display or "?",
        hint=_hint(kind),
    )


def _hint(kind: str) -> Message:
    if kind == "exposure":
        return message(
            "Records often name clinical drugs, products with a strength, where the study lists ingredients. Map "
            "them in mapping.yaml: until then every criterion on medication reads 'no' here."
        )
    return message(
        "Map local codes in mapping.yaml if they mean concepts of the study; until then silence is 'no'."
    )
