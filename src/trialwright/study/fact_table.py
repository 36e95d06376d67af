"""Facts written as a small table: columns separated by upright bars, the first line naming them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.record.raw import RawFact
from trialwright.study.complaints import show, suggest
from trialwright.study.errors import Problem
from trialwright.study.model import Study
from trialwright.study.places import Place
from trialwright.terms.codes import Coded, Vocabulary, normalise_system
from trialwright.terms.message import Message, message

COLUMNS = ("kind", "concept", "value", "unit", "low", "high", "start", "end", "status", "route")

_BAR = re.compile(r"(?<!\S)\|(?!\S)")
_RESULTS = frozenset({"measurement", "finding"})
_ANSWERS = {"positive": "true", "negative": "false"}


class FactTable:
    """Reads tables of facts for one study; what does not fit goes to `problems`.

    Cells stand between bars with blanks around them, so that `loinc|2160-0` is one cell.
    """

    def __init__(self, study: Study, problems: list[Problem]) -> None:
        self._concepts = study.concepts
        self._kinds: dict[str, str] = {concept.name: concept.kind for concept in study.concepts}
        self._problems = problems
        self._vocabulary = Vocabulary(
            Coded(concept.name, concept.kind, concept.codes, concept.route or "")
            for concept in study.concepts
        )

    def read(self, text: str, *, place: Place, letter: str) -> tuple[RawFact, ...]:
        """The facts of a table that stands at `place`, with ids such as f1, f2 and no person yet.

        A row found by a code that belongs to several concepts gives several facts with the same id.
        """
        head, *rows = [[cell.strip() for cell in _BAR.split(line)] for line in text.split("\n")]
        if not self._check_head(head, place):
            return ()
        facts: list[RawFact] = []
        count = 0
        for number, cells in enumerate(rows, start=1):
            at = place._replace(line=place.line + number)
            if cells == [""]:
                continue
            count += 1
            if len(cells) == len(head):
                facts += self._read_row(dict(zip(head, cells, strict=True)), f"{letter}{count}", at)
                continue
            self._refuse(
                at,
                "wrong_value",
                message(
                    "This row has {found} cells; the table has {wanted}.", found=len(cells), wanted=len(head)
                ),
                message("Separate cells by | between blanks, and leave empty what is absent."),
            )
        return tuple(facts)

    def _refuse(self, place: Place, code: str, sentence: Message, cure: Message) -> None:
        self._problems.append(Problem("error", code, place.file, place.line, place.column, sentence, cure))

    def _check_head(self, head: list[str], place: Place) -> bool:
        unknown = [name for name in head if name not in COLUMNS]
        missing = [name for name in ("kind", "concept") if name not in head]
        repeated = [name for name in head if head.count(name) > 1]
        wrong = unknown or missing or repeated
        if wrong:
            self._refuse(
                place,
                "wrong_value",
                message(
                    "The table's first line does not name its columns well: {names}.", names=tuple(wrong)
                ),
                message("Name kind, concept and any of {columns}, each once.", columns=COLUMNS[2:]),
            )
        return not wrong

    def _read_row(self, row: dict[str, str], fact: str, place: Place) -> Iterator[RawFact]:
        for concept, code, value in self._find(row, place):
            kind = self._kinds[concept]
            yield RawFact("", fact, **row | {"kind": kind, "concept": concept, "code": code, "value": value})

    def _find(self, row: dict[str, str], place: Place) -> Iterator[tuple[str, str, str]]:
        """Concept, code and value of the facts a row states."""
        kind, name, value = row["kind"], row["concept"], row.get("value", "")
        if "|" in name:
            yield from self._find_coded(kind, name, value, row.get("route", ""), place)
        elif name not in self._kinds:
            near = suggest(name, self._kinds)
            self._refuse(
                place,
                "unknown_reference",
                message("There is no {kind} {name}.", kind=message("concept"), name=name),
                message("Did you mean `{near}`?", near=near) if near else message("Add it to concepts.yaml."),
            )
        elif kind != self._kinds[name]:
            self._refuse(
                place,
                "wrong_value",
                message("{name} stands here as {kind}.", name=name, kind=show(kind)),
                message("In concepts.yaml it is a {kind}.", kind=self._kinds[name]),
            )
        else:
            yield name, "", value

    def _find_coded(
        self, kind: str, name: str, value: str, route: str, place: Place
    ) -> Iterator[tuple[str, str, str]]:
        """A code outside the route asked for is another thing and gives no fact, as in every reader."""
        kinds = _RESULTS if kind in _RESULTS else {kind}
        system, _, code = name.partition("|")
        system = normalise_system(system)
        name = f"{system}|{code}"
        tests = [concept.name for concept in self._concepts if name in concept.positive_codes]
        if not (tests and kind in _RESULTS) and not self._vocabulary.match(kinds, system, code):
            self._refuse(
                place,
                "unknown_reference",
                message("No {kind} of the study has the code {code}.", kind=kind, code=name),
                message("Correct the kind or the code, or add the code in concepts.yaml."),
            )
            return
        for concept in self._vocabulary.match(kinds, system, code, route=route):
            yield concept, name, value
        for concept in tests:
            yield concept, name, _ANSWERS.get(value, value)
