"""Runs the spec tables: person by person in the interpreter, and each group of tables as one query in a SQL engine.

A group is what one script can hold: tables of one reference date, mode, and choice of kinds not covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from tests.spec.spec import DEFINITE, FORMULAS, Row, Section, lower, new_scope, sections, type_person
from trialwright.exchange.typed import tables
from trialwright.logic import nodes as n
from trialwright.logic.interpreter import Context, Setting, evaluate, known_rows
from trialwright.logic.reasons import CODES
from trialwright.logic.sql import Script, compile_rules
from trialwright.record import Person


class Outcome(NamedTuple):
    """What an engine says: truth, reason code, value on the deciding side, first day and id of the deciding fact.

    `unread`: a record that the rule reads could not be read.
    """

    truth: bool | None
    reason: str
    value: float | None
    day: date | None
    fact: str | None
    unread: bool = False


class Key(NamedTuple):
    """What one query has in common."""

    on: date
    mode: str
    not_covered: frozenset[str]

    @property
    def setting(self) -> Setting:
        """The setting of the engines."""
        return Setting(self.mode, FORMULAS, self.not_covered)


class Difference(NamedTuple):
    """A person and the name of a rule on whom two engines differ."""

    person: Person
    rule: str
    python: Outcome
    sql: Outcome


@dataclass(frozen=True)
class Case:
    """One rule of a section for one person in one mode: `column` is the rule's name in the query."""

    section: Section
    row: Row
    person: Person
    condition: n.Condition
    column: str
    target: tuple[str, str]


RULES = 40  # rules in one script


@dataclass(frozen=True)
class Group:
    """The cases that one script answers; `people` are all that any script of the same key is about."""

    key: Key
    number: int
    rules: Mapping[str, n.Condition]
    cases: tuple[Case, ...]
    people: tuple[Person, ...]

    def compile(self, *, everybody: bool = False) -> Script:
        """All rules as one script."""
        return compile_rules(
            self.rules,
            on=self.key.on,
            setting=self.key.setting,
            reads={name: reads(rule) for name, rule in self.rules.items()},
            everybody=everybody,
        )


def reads(condition: n.Condition) -> frozenset[str]:
    """The concepts a rule reads."""
    named = (getattr(node, name, None) for node in condition.walk() for name in ("concept", "items"))
    return frozenset(name for name in named if isinstance(name, str))


@cache
def groups() -> tuple[Group, ...]:
    """All spec tables, grouped; every script judges everybody of its key, also those of other tables."""
    scope = new_scope()
    rules: dict[Key, dict[str, n.Condition]] = {}
    cases: dict[Key, list[Case]] = {}
    for place, section in enumerate(sections()):
        for number, rule in enumerate(section.rules):
            condition, column = lower(rule, scope), f"s{place}_{number}"
            for mode in section.modes:
                key = Key(section.on, mode, section.not_covered)
                rules.setdefault(key, {})[column] = condition
                cases.setdefault(key, []).extend(
                    Case(section, row, _person(place, row), condition, column, (rule.name, mode))
                    for row in section.people
                )
    return tuple(
        group for key, found in rules.items() for group in _split(key, list(found.items()), cases[key])
    )


def _split(key: Key, rules: Sequence[tuple[str, n.Condition]], cases: Sequence[Case]) -> Iterator[Group]:
    people = tuple({case.person.person: case.person for case in cases}.values())
    for number, begin in enumerate(range(0, len(rules), RULES)):
        part = dict(rules[begin : begin + RULES])
        yield Group(key, number, part, tuple(case for case in cases if case.column in part), people)


_PEOPLE: dict[tuple[int, str], Person] = {}


def _person(place: int, row: Row) -> Person:
    key = (place, row.name)
    if key not in _PEOPLE:
        _PEOPLE[key] = type_person(row, name=f"s{place}: {row.name}")
    return _PEOPLE[key]


def start(person: Person, key: Key) -> Context:
    """The situation one person is judged in; rules judged in the same one share what they have in common."""
    return Context(person, key.on, key.on, key.setting, known_rows(person, key.on))


def interpret(condition: n.Condition, context: Context, read: frozenset[str]) -> Outcome:
    """What the interpreter says; `read` are the concepts the rule reads."""
    finding = evaluate(condition, context)
    unread = bool(read) and bool(context.person.unreadable & {"*", *read})
    return Outcome(finding.truth, finding.reason, finding.value, finding.day, finding.fact, unread)


def query(
    engine: Any, people: Sequence[Person], script: Script, rules: Iterable[str], key: Key
) -> dict[str, dict[str, Outcome]]:
    """What a SQL engine says, by person and rule."""
    engine.load(tables(people, key.on))
    found: dict[str, dict[str, Outcome]] = {}
    names = list(rules)
    for batch in engine.query(script.spelt(engine.dialect)):
        for index, person in enumerate(batch["person"]):
            found[person] = {rule: _outcome(batch, rule, index) for rule in names}
    return found


def _outcome(batch: Mapping[str, Sequence[Any]], rule: str, index: int) -> Outcome:
    truth, reason, value, day, fact = (batch[f"{rule}_{part}"][index] for part in ("t", "r", "v", "d", "f"))
    return Outcome(truth, CODES[reason], value, day, fact, batch[f"{rule}_u"][index] == 1)


def complaints(case: Case, got: Outcome) -> Iterator[str]:
    """How an outcome differs from what the table says."""
    expected, row = case.row.expected[case.target], case.row
    reason_fits = got.reason == expected.reason if expected.reason else got.reason in DEFINITE
    where = f"{case.section.id} | {row.name} | {' '.join(case.target)}"
    if got.truth is not expected.truth or not reason_fits:
        yield f"{where}: expected {expected.truth} {expected.reason}, got {got.truth} {got.reason}"
    if row.decides is not None and not (got.fact in row.decides if row.decides else got.fact is None):
        yield f"{where}: decided by {got.fact}, expected {sorted(row.decides) or 'no fact'}"
    if row.shows and not same_value(float(row.shows), got.value):
        yield f"{where}: shows {got.value}, expected {row.shows}"


def same_value(a: float | None, b: float | None) -> bool:
    """Whether two values are equal within 1e-9, or both missing."""
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b))


def same_outcome(a: Outcome, b: Outcome) -> bool:
    """Whether two engines say the same."""
    return a._replace(value=None) == b._replace(value=None) and same_value(a.value, b.value)


def differences(group: Group, answers: Mapping[str, Mapping[str, Outcome]]) -> Iterator[str]:
    """Where a SQL engine differs from the tables, or from the interpreter on any person of the group."""
    for case in group.cases:
        yield from complaints(case, answers[case.person.person][case.column])
    for each in disagreements(group.people, group.rules, group.key, answers):
        yield f"{each.person.person} | {group.rules[each.rule]}: interpreter {each.python}, SQL {each.sql}"


def disagreements(
    people: Iterable[Person],
    rules: Mapping[str, n.Condition],
    key: Key,
    answers: Mapping[str, Mapping[str, Outcome]],
) -> Iterator[Difference]:
    """Where a SQL engine and the interpreter say different things, for any person and any rule."""
    read = {name: reads(condition) for name, condition in rules.items()}
    for person in people:
        context = start(person, key)
        for name, condition in rules.items():
            python, sql = interpret(condition, context, read[name]), answers[person.person][name]
            if not same_outcome(python, sql):
                yield Difference(person, name, python, sql)
