"""Reads the spec tables beside it: rules in the study's grammar, people as small tables, what must come out.

A page is Markdown. A section is a heading, words, one fenced block and one table. The block has lines `key: value`:
`inclusion` or `exclusion` (the rule; which of several results of a day is the worst depends on it; with several rules
each is named: `inclusion low: ...`), `on` (reference date), `mode` (search, screening, or both) and `not covered`.

Columns of the table: `person` (empty: one more fact of the person above); the name of a concept (a result, with its unit
if it is not the concept's own); or `concept`, `value`, `unit`, `low`, `high`, `start`, `end`, `status`, `route`, `code`,
`fault` (why the row cannot be taken at its word), `fact` of one fact a row; `sex` and `birth`. Without a `start` column facts are dated `on`. Then what must come out:
`expected` (or the rule's name, or the mode, or `name, mode`): true, false or unknown, with the reason code;
`shows` (the number on the side that decides), `decides` (a mark at the fact that does).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from tests.spec.words import ARITHMETIC
from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.logic.direction import toward
from trialwright.record import (
    ConceptType,
    Person,
    RawFact,
    RawPerson,
    SetAside,
    Unreadable,
    read_fact,
    read_person,
)
from trialwright.study.concepts import Concept
from trialwright.study.criteria import KINDS, Scope
from trialwright.study.rules import rebuild
from trialwright.terms.dates import Length
from trialwright.terms.message import Text
from trialwright.terms.quantity import BOUND

FOLDER = Path(__file__).parent
REFERENCE_DATE = date(2026, 6, 1)
PARAMETERS = {"screening_window": "28 d"}
BASELINE = n.Window(Length(28, "d"), n.NamedDay("week0"))
FORMULAS = {name: assessment.rule() for name, assessment in ASSESSMENTS.items()}
TRUTHS = {"true": True, "false": False, "unknown": None}
DEFINITE = frozenset({"value", "present", "absent", "stated"})
_FACT_COLUMNS = frozenset(
    {"concept", "value", "unit", "low", "high", "start", "end", "status", "route", "code", "fault"}
)
_PERSON_COLUMNS = frozenset({"person", "sex", "birth", "fact", "shows", "decides"})


class BadSpec(ValueError):
    """A page that does not say what it means; the text names page and line."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come out; `reason` '' for a definite truth: any of the definite reasons."""

    truth: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule of a section: its name ('' for the only one), its text, and whether true is good."""

    name: str
    text: str
    good: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a section: who, the facts, and what must come out by (rule, mode).

    `shows`, `decides`: None where the table does not say; `decides` holds the ids of the marked facts.
    """

    name: str
    raw: RawPerson
    facts: tuple[RawFact, ...]
    expected: Mapping[tuple[str, str], Expected]
    shows: str | None
    decides: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its rules and people; `table` and `block` are the lines as written."""

    page: str
    title: str
    on: date
    modes: tuple[str, ...]
    not_covered: frozenset[str]
    rules: tuple[RuleText, ...]
    people: tuple[Row, ...]
    block: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]

    @property
    def id(self) -> str:
        """A name for test reports."""
        return f"{self.page}/{self.title}"


@dataclass(frozen=True, slots=True)
class Page:
    """One theme: words and sections in reading order."""

    name: str
    title: str
    parts: tuple[str | Section, ...]

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections with rules."""
        return tuple(part for part in self.parts if isinstance(part, Section))


# tables


def read_table(lines: Iterable[str]) -> list[tuple[str, ...]]:
    """The rows of a Markdown table, heading first; the line under the heading is left out."""
    rows = [tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in lines]
    return [row for row in rows if not all(cell and not cell.strip("-: ") for cell in row)]


def _concept_rows() -> Iterator[dict[str, str]]:
    lines = [
        line
        for line in (FOLDER / "concepts.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    head, *rows = read_table(lines)
    for cells in rows:
        yield dict(zip(head, cells, strict=True))


def possible() -> Mapping[str, tuple[float, float]]:
    """What values of some concepts can be, in their units."""
    return {
        row["concept"]: (float(low), float(high))
        for row in _concept_rows()
        if row["possible"]
        for low, high in [row["possible"].split(" to ")]
    }


@cache
def concepts() -> Mapping[str, Concept]:
    """The concepts of the pages, from `concepts.md`."""
    found = {}
    for row in _concept_rows():
        values = tuple(text.strip() for text in row["values"].split(",") if text.strip())
        found[row["concept"]] = Concept.model_validate(
            {
                "name": row["concept"],
                "kind": row["kind"],
                "unit": row["unit"] or None,
                "route": row["route"] or None,
                "conversions": (row["conversion"],) if row["conversion"] else (),
                "values": "boolean" if values == ("boolean",) else values,
                "items": row["items"] or None,
                "computed_by": row["computed by"] or None,
                "label": Text(row["concept"], row["concept"]),
            }
        )
    return found


@cache
def concept_types() -> Mapping[str, ConceptType]:
    """The concepts as the record reads them."""
    limits = possible()
    return {
        each.name: ConceptType(
            each.name,
            each.kind,
            each.unit or "",
            each.conversions,
            each.route or "",
            each.values,
            *limits.get(each.name, (-BOUND, BOUND)),
        )
        for each in concepts().values()
    }


def lower(rule: RuleText, scope: Scope | None = None) -> n.Condition:
    """The condition a rule means, its picks turned to the side that is worse for the participant."""
    scope = scope or new_scope()
    directions = {name: formula.directions for name, formula in FORMULAS.items()}
    condition = toward(scope.rule(rule.text), good=rule.good, directions=directions)
    return rebuild(condition, scope.share)  # type: ignore[return-value]


def new_scope() -> Scope:
    """What rules of the pages may use: all calls of the grammar, and arithmetic (see `words`)."""
    return Scope(
        concepts(),
        PARAMETERS,
        {},
        {**KINDS, **ARITHMETIC},
        baseline=BASELINE,
        days=frozenset({"week0"}),
        events=frozenset({"rescue"}),
    )


def type_person(row: Row, *, name: str) -> Person:
    """The typed record of a person, under another name that is unique among all sections."""
    facts: dict[str, list[object]] = {}
    unreadable = set()
    for raw in row.facts:
        try:
            fact = read_fact(raw._replace(person=name), concept_types()[raw.concept])
        except SetAside:
            continue
        except Unreadable:
            unreadable.add(raw.concept)
            continue
        if fact is not None:
            facts.setdefault(raw.concept, []).append(fact)
    typed = {concept: tuple(rows) for concept, rows in facts.items()}
    return read_person(row.raw._replace(person=name), typed, frozenset(unreadable))  # type: ignore[arg-type]


# pages


@cache
def pages() -> tuple[Page, ...]:
    """All pages with spec tables, by name."""
    names = sorted(path.stem for path in FOLDER.glob("*.md") if path.stem != "concepts")
    return tuple(read_page(name, (FOLDER / f"{name}.md").read_text(encoding="utf-8")) for name in names)


def sections() -> tuple[Section, ...]:
    """The sections of all pages."""
    return tuple(section for page in pages() for section in page.sections)


def read_page(name: str, text: str) -> Page:
    """Read one page; raises `BadSpec`."""
    title, *lines = text.splitlines()
    if not title.startswith("# "):
        raise BadSpec(f"{name}: the first line must be the title")
    parts: list[str | Section] = []
    words: list[str] = []
    heading = ""
    block: list[str] = []
    table: list[str] = []
    inside = False
    for line in [*lines, ""]:
        if line.startswith("```"):
            inside = not inside
        elif inside:
            block.append(line)
        elif line.startswith("|") and block:
            table.append(line)
        else:
            if table:
                parts.append("\n".join(words).strip("\n"))
                parts.append(_read_section(name, heading, block, table))
                words, block, table = [], [], []
            if line.startswith("## "):
                heading = line.removeprefix("## ").strip()
            words.append(line)
    if block or inside:
        raise BadSpec(f"{name}: the rule under '{heading}' has no table")
    parts.append("\n".join(words).strip("\n"))
    return Page(name, title.removeprefix("# ").strip(), tuple(part for part in parts if part))


def _read_section(page: str, title: str, block: list[str], table: list[str]) -> Section:
    where = f"{page}: {title}"
    on, not_covered = REFERENCE_DATE, frozenset[str]()
    modes: tuple[str, ...] = ("screening",)
    rules = []
    for line in _joined(block):
        key, _, value = (part.strip() for part in line.partition(":"))
        word, _, rule_name = key.partition(" ")
        if key == "on":
            on = date.fromisoformat(value)
        elif key == "mode":
            modes = ("search", "screening") if value == "both" else (value,)
        elif key == "not covered":
            not_covered = frozenset(part.strip() for part in value.split(","))
        elif word in ("inclusion", "exclusion"):
            rules.append(RuleText(rule_name.strip(), value, word == "inclusion"))
        else:
            raise BadSpec(f"{where}: `{key}` is no key")
    if not rules or set(modes) - {"search", "screening"} or len({rule.name for rule in rules}) < len(rules):
        raise BadSpec(f"{where}: needs rules with different names, and a mode")
    head, *cells = read_table(table)
    for row in cells:
        if len(row) != len(head):
            raise BadSpec(f"{where}: a row has {len(row)} cells, the heading {len(head)}: {row}")
    columns = _outcome_columns(head, rules, modes)
    if len(set(head)) < len(head):
        raise BadSpec(f"{where}: two columns have the same name")
    if not columns:
        raise BadSpec(f"{where}: no column says what must come out")
    strange = [name for name in head if name not in {*columns, *_FACT_COLUMNS, *_PERSON_COLUMNS, *concepts()}]
    if strange:
        raise BadSpec(f"{where}: columns {strange} mean nothing here")
    people = tuple(_read_people(where, head, cells, columns, on))
    return Section(page, title, on, modes, not_covered, tuple(rules), people, tuple(block), (head, *cells))


def _joined(block: list[str]) -> Iterator[str]:
    """Lines with their continuation lines, which are indented."""
    whole = ""
    for line in block:
        if line.startswith(" "):
            whole += " " + line.strip()
            continue
        if whole:
            yield whole
        whole = line
    if whole:
        yield whole


def _outcome_columns(
    head: tuple[str, ...], rules: list[RuleText], modes: tuple[str, ...]
) -> dict[str, tuple[str, str]]:
    """Which columns hold what must come out, with rule name and mode; every rule and mode has one."""
    wanted: dict[str, tuple[str, str]] = {}
    for rule in rules:
        for mode in modes:
            plain = rule.name or "expected"
            name = plain if len(modes) == 1 else f"{rule.name}, {mode}" if rule.name else mode
            wanted[name] = (rule.name, mode)
    return wanted if set(wanted) <= set(head) else {}


def _read_people(
    where: str,
    head: tuple[str, ...],
    cells: list[tuple[str, ...]],
    columns: Mapping[str, tuple[str, str]],
    on: date,
) -> Iterator[Row]:
    rows = [dict(zip(head, each, strict=True)) for each in cells]
    starts = [index for index, row in enumerate(rows) if row["person"]]
    if not starts or starts[0] != 0 or len({rows[index]["person"] for index in starts}) < len(starts):
        raise BadSpec(f"{where}: people need names, each once")
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        first, group = rows[start], rows[start:end]
        facts: list[RawFact] = []
        marked: set[str] = set()
        for row in group:
            found = list(_read_facts(where, row, on, len(facts), columns))
            facts += found
            if row.get("decides"):
                marked |= {fact.fact for fact in found}
        for row in group[1:]:
            if any(row[name] for name in columns) or row.get("shows"):
                raise BadSpec(f"{where}: what must come out stands in the first row of {first['person']}")
        yield Row(
            first["person"],
            RawPerson("", first.get("sex", "female"), first.get("birth", "1980-01-01")),
            tuple(facts),
            {target: _read_expected(where, first[name]) for name, target in columns.items()},
            first.get("shows"),
            frozenset(marked) if "decides" in head else None,
        )


def _read_expected(where: str, text: str) -> Expected:
    truth, _, reason = (part.strip() for part in text.partition(":"))
    if truth not in TRUTHS or (truth == "unknown") != (reason not in DEFINITE and reason != ""):
        raise BadSpec(f"{where}: `{text}` must be true, false or unknown, and unknown needs its reason")
    return Expected(TRUTHS[truth], reason)


def _read_facts(
    where: str, row: Mapping[str, str], on: date, before: int, outcomes: Iterable[str]
) -> Iterator[RawFact]:
    """The facts of one row, named f1, f2 ... in order unless the table names them."""
    shared = RawFact("", "", "", "")
    for name in _FACT_COLUMNS - {"concept", "value", "unit"}:
        shared = shared._replace(**{name: row.get(name, "")})
    if "start" not in row:
        shared = shared._replace(start=on.isoformat())
    made = []
    if row.get("concept"):
        concept = _find(where, row["concept"])
        unit = row.get("unit", concept.unit or "")
        made.append((concept, row.get("value", ""), unit))
    elif any(row.get(name) for name in ("value", "unit", "status", "route", "code", "end")):
        raise BadSpec(f"{where}: a fact without a concept: {row}")
    for name, cell in row.items():
        if cell and name in concepts() and name not in outcomes:
            value, _, unit = cell.partition(" ")
            made.append((concepts()[name], value, unit or concepts()[name].unit or ""))
    for number, (concept, value, unit) in enumerate(made, start=before + 1):
        yield replace_fact(shared, concept, value, unit, row.get("fact") or f"f{number}")


def replace_fact(shared: RawFact, concept: Concept, value: str, unit: str, fact: str) -> RawFact:
    """A fact of a concept that has the rest in common with others."""
    return shared._replace(fact=fact, kind=concept.kind, concept=concept.name, value=value, unit=unit)


def _find(where: str, name: str) -> Concept:
    if name not in concepts():
        raise BadSpec(f"{where}: {name} is not in concepts.md")
    return concepts()[name]


__all__ = ["BadSpec", "Expected", "Page", "Row", "RuleText", "Section", "pages", "replace", "sections"]
