"""scenarios/*.yaml: people as small tables, with the verdicts that a study's author expects for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from trialwright.logic.reasons import CODES
from trialwright.record.raw import RawFact, RawPerson
from trialwright.study.complaints import explain_errors, show, suggest
from trialwright.study.compose import SCENARIOS, unknown_file
from trialwright.study.concepts import Kind
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.fact_table import FactTable
from trialwright.study.model import Study
from trialwright.study.part import Date, Id, Name, Part, Words
from trialwright.study.places import Path, Place, Source
from trialwright.study.yaml_text import parse_yaml
from trialwright.terms.dates import parse_date
from trialwright.terms.message import Message, Text, message

Mode = Literal["search", "screening"]
Sex = Literal["female", "male", "other", "unknown"]

VERDICTS = ("pass", "fail", "unknown", "not_assessed")
OVERALL = ("eligible", "ineligible", "undetermined")


class PersonText(Part):
    """Who the person is; dates as a record would state them, an empty text for none. `death: yes` has no date."""

    sex: Sex | None = None
    birth: str | None = None
    death: str | None = None


class BaseText(PersonText):
    """The person all scenarios of a file start from."""

    facts: Words | None = None


class ScenarioText(Part):
    """One scenario as written. Facts of the base about the concepts in `replace` are dropped first.

    `facts`: a table, columns separated by upright bars, the first line naming them. `not_covered`: kinds of data the
    source is declared not to hold. `expect`: verdict, or verdict and reason, by criterion; `overall` for the whole.
    """

    title: Text
    note: Words | None = None
    mode: Mode = "screening"
    on: Date | None = None
    replace: tuple[Name, ...] = ()
    not_covered: tuple[Kind, ...] = ()
    person: PersonText = Field(default_factory=PersonText)
    facts: Words | None = None
    readings: Mapping[Id, Name] = Field(default_factory=dict)
    expect: Annotated[Mapping[Id, Words], Field(min_length=1)]


class ScenarioFile(Part):
    """The whole of one file under scenarios/. `on`: the reference date where a scenario names none."""

    on: Date | None = None
    base: BaseText = Field(default_factory=BaseText)
    scenarios: Annotated[tuple[ScenarioText, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A person, the day and mode of the question, and the expected answers.

    `expected`: (verdict, reason or None where any will do) by criterion id; `expected_overall` or None. The facts of
    the base are b1, b2, ..., the scenario's own f1, f2, ...; `file` and `line` say where it stands.
    """

    title: Text
    on: date
    mode: Mode
    readings: Mapping[str, str]
    not_covered: frozenset[str]
    person: RawPerson
    facts: tuple[RawFact, ...]
    expected: Mapping[str, tuple[str, str | None]]
    expected_overall: str | None
    file: str
    line: int


def load_scenarios(files: Mapping[str, str], *, study: Study) -> tuple[Scenario, ...]:
    """Read the scenarios of a study folder, in the order of files and lines; other files are passed over.

    Names of concepts, criteria, readings and reasons must exist. Raises `StudyInvalid` with all problems found.
    """
    problems: list[Problem] = []
    scenarios: list[Scenario] = []
    table = FactTable(study, problems)
    for name in sorted(name for name in files if name.startswith(SCENARIOS)):
        if not name.endswith(".yaml"):
            problems.append(unknown_file(name))
            continue
        try:
            document = parse_yaml(files[name], file=name)
        except StudyInvalid as error:
            problems += error.problems
            continue
        source = Source(
            {name: document.data},
            {(name, *path): place for path, place in document.places.items()},
            {(name, *path): place for path, place in document.keys.items()},
        )
        try:
            content = ScenarioFile.model_validate(document.data)
        except ValidationError as error:
            problems += explain_errors(error, file=name, model=ScenarioFile, source=source)
            continue
        reader = _FileReader(name, content, source, study, table, problems)
        scenarios += reader.read()
    if problems:
        raise StudyInvalid(tuple(problems))
    return tuple(scenarios)


@dataclass(slots=True)
class _FileReader:
    file: str
    content: ScenarioFile
    source: Source
    study: Study
    table: FactTable
    problems: list[Problem]

    def refuse(self, place: Place, code: str, sentence: Message, cure: Message) -> None:
        self.problems.append(Problem("error", code, place.file, place.line, place.column, sentence, cure))

    def read(self) -> Iterator[Scenario]:
        base = self.read_facts(self.content.base.facts, ("base", "facts"), "b")
        stem = self.file.removeprefix(SCENARIOS).removesuffix(".yaml")
        for index, text in enumerate(self.content.scenarios):
            yield self.read_scenario(text, ("scenarios", index), base, f"{stem}-{index + 1}")

    def read_scenario(
        self, text: ScenarioText, path: Path, base: tuple[RawFact, ...], person: str
    ) -> Scenario:
        kept = self.replace(base, text.replace, (*path, "replace"))
        own = self.read_facts(text.facts, (*path, "facts"), "f")
        expected, overall = self.read_expected(text.expect, (*path, "expect"))
        for criterion, reading in text.readings.items():
            known = self.check_criterion(criterion, (*path, "readings", criterion))
            if known:
                readings = self.study.criterion(criterion).readings
                self.check_name(reading, readings, message("reading"), (*path, "readings", criterion))
        place = self.place(path)
        return Scenario(
            title=text.title,
            on=self.read_day(text.on, path),
            mode=text.mode,
            readings=text.readings,
            not_covered=frozenset(text.not_covered),
            person=RawPerson(person, *self.read_person(text.person)),
            facts=tuple(fact._replace(person=person) for fact in (*kept, *own)),
            expected=expected,
            expected_overall=overall,
            file=place.file,
            line=place.line,
        )

    def place(self, path: Path) -> Place:
        return self.source.place((self.file, *path))

    def read_facts(self, table: str | None, path: Path, letter: str) -> tuple[RawFact, ...]:
        return self.table.read(table, place=self.place(path), letter=letter) if table else ()

    def check_name(self, name: str, known: Iterable[str], kind: Message, path: Path) -> bool:
        known = tuple(known)
        if name in known:
            return True
        near = suggest(name, known)
        self.refuse(
            self.place(path),
            "unknown_reference",
            message("There is no {kind} {name}.", kind=kind, name=name),
            message("Did you mean `{near}`?", near=near)
            if near
            else message("Known are: {known}.", known=known),
        )
        return False

    def check_criterion(self, criterion: str, path: Path) -> bool:
        known = (one.id for one in self.study.criteria)
        return self.check_name(criterion, known, message("criterion"), path)

    def read_person(self, own: PersonText) -> tuple[str, str, str]:
        base = self.content.base
        return (
            own.sex or base.sex or "",
            own.birth if own.birth is not None else base.birth or "",
            own.death if own.death is not None else base.death or "",
        )

    def read_day(self, own: str | None, path: Path) -> date:
        text = own or self.content.on
        place = self.place((*path, "on") if own else ("on",) if text else path)
        days = parse_date(text) if text else None
        if days is None or not days.exact:
            self.refuse(
                place,
                "missing_key" if days is None else "wrong_value",
                message("The scenario has no reference date.")
                if days is None
                else message("{seen} is not one day.", seen=show(text)),
                message("Write `on:` with a day, for the file or for the scenario."),
            )
            return date.min
        return days.first

    def replace(self, base: tuple[RawFact, ...], names: tuple[str, ...], path: Path) -> tuple[RawFact, ...]:
        there = {fact.concept for fact in base}
        for index, name in enumerate(names):
            if name not in there:
                self.refuse(
                    self.place((*path, index)),
                    "unknown_reference",
                    message("The base has no fact about {name}.", name=name),
                    message("Correct the name, or delete it from `replace`."),
                )
        return tuple(fact for fact in base if fact.concept not in names)

    def read_expected(
        self, texts: Mapping[str, str], path: Path
    ) -> tuple[dict[str, tuple[str, str | None]], str | None]:
        expected: dict[str, tuple[str, str | None]] = {}
        overall = None
        for key, text in texts.items():
            at = (*path, key)
            if key == "overall":
                self.check_name(text, OVERALL, message("overall verdict"), at)
                overall = text
                continue
            self.check_criterion(key, at)
            verdict, _, reason = text.partition(" ")
            self.check_name(verdict, VERDICTS, message("verdict"), at)
            if reason:
                self.check_name(reason, CODES[1:], message("reason"), at)
            expected[key] = verdict, reason or None
        return expected, overall
