"""The tables of worked examples in docs/explanation: what they say, and what both engines say.

A table whose first column is `recorded` holds one person a row. The other columns name a criterion, perhaps with a
reading (`I4=literal`), and a mode; a column without a name is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from trialwright.eligibility.search import plan_search, read_lines
from trialwright.eligibility.verdict import judge, start
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.exchange.folder import read_study
from trialwright.exchange.typed import tables
from trialwright.logic.interpreter import Setting
from trialwright.record.fact import Fact, Person, read_fact, read_person
from trialwright.record.raw import RawFact, RawPerson
from trialwright.study.rules import FORMULAS, Eligibility, Rule, lower_study

ON = date(2026, 11, 1)
HEAD = re.compile(
    r"`(?P<id>\w+)(?:=(?P<reading>\w+))?`(?: (?P<mode>in a search|at the bedside))?(?:, (?P<kind>\w+)s not covered)?"
)
CELL = re.compile(r"(?P<verdict>pass|fail|unknown), `(?P<reason>\w+)`")
FACT = re.compile(
    r"(?P<concept>\w+)(?: (?P<value>[<>=]*[\d.]+|true|false|abc|rash|[IVX+]+)(?: (?P<unit>[^ @]*[/*%{][^ @]*|U/L))?)?"
    r"(?: ULN (?P<high>[\d.]+))?(?: @(?P<start>[\d-]+)(?:\.\.(?P<end>[\d-]+))?)?(?: (?P<status>[a-z]+))?"
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a column asks."""

    rule: Rule
    setting: Setting


@dataclass(frozen=True, slots=True)
class Example:
    """One cell: a person, a question, and the answer that the page gives."""

    where: str
    person: Person
    question: Question
    verdict: str
    reason: str


@cache
def beam() -> Eligibility:
    """The study all examples are about."""
    return lower_study(read_study("beam"))


def read_examples(page: Path) -> Iterator[Example]:
    """Every cell of every table of worked examples on a page."""
    questions: list[Question | None] | None = None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("|"):
            questions = None
            continue
        first, *rest = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        where = f"{page.name}:{number}"
        if first == "recorded":
            questions = [read_question(cell, where) for cell in rest]
        elif questions is not None and not first.startswith("---"):
            person = read_recorded(first, where)
            for question, cell in zip(questions, rest, strict=True):
                if question is not None:
                    answer = CELL.fullmatch(cell)
                    assert answer, f"{where}: {cell} is no answer"
                    yield Example(where, person, question, answer["verdict"], answer["reason"])


def read_question(cell: str, where: str) -> Question | None:
    """A column head; None for a comment."""
    head = HEAD.match(cell)
    if head is None:
        assert "`" not in cell, f"{where}: {cell} is no question"
        return None
    readings = {head["id"]: head["reading"]} if head["reading"] else {}
    rule = next(rule for rule in beam().chosen(readings) if rule.id == head["id"])
    mode = "screening" if head["mode"] == "at the bedside" else "search"
    return Question(rule, Setting(mode, FORMULAS, frozenset([head["kind"]] if head["kind"] else [])))


def read_recorded(cell: str, where: str) -> Person:
    """A person: a woman born on 1990-01-01 unless the cell says otherwise, with the facts of the cell."""
    raw = RawPerson("somebody", "female", "1990-01-01")
    facts: dict[str, list[Fact]] = {}
    words = re.findall(r"`([^`]+)`", cell)
    assert words or cell == "nothing", f"{where}: {cell} is no record"
    for index, text in enumerate(words, 1):
        if text.startswith("sex "):
            raw = raw._replace(sex=text.removeprefix("sex "))
        elif text.startswith("born "):
            raw = raw._replace(birth=text.removeprefix("born "))
        else:
            found = FACT.fullmatch(text)
            assert found, f"{where}: {text} is no fact"
            parts = {name: part or "" for name, part in found.groupdict().items()}
            concept = beam().concept_types[parts.pop("concept")]
            fact = read_fact(RawFact("somebody", f"f{index}", concept.kind, concept.name, **parts), concept)
            assert fact is not None
            facts.setdefault(concept.name, []).append(fact)
    return read_person(raw, {concept: tuple(rows) for concept, rows in facts.items()})


def by_interpreter(example: Example) -> tuple[str, str]:
    """Verdict and reason from the interpreter."""
    context = start(example.person, on=ON, setting=example.question.setting)
    assessed = judge(example.question.rule, example.person, context)
    return assessed.verdict, assessed.reason


def by_duckdb(example: Example, engine: DuckEngine) -> tuple[str, str]:
    """Verdict and reason from DuckDB."""
    search = plan_search([example.question.rule], on=ON, setting=example.question.setting, dialect="duckdb")
    engine.load(tables([example.person], ON))
    ((_, _, (line,)),) = read_lines(search, engine.query(search.verdicts))
    return line.verdict, line.reason
