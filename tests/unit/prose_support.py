"""People and sentences for the tests of prose: facts from small tables, Chinese that must be complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

from trialwright.eligibility.verdict import Assessed, assess_person
from trialwright.exchange.folder import read_scenarios, read_study
from trialwright.locale import read_catalogue
from trialwright.logic import nodes as n
from trialwright.logic.finding import Finding
from trialwright.logic.interpreter import Context, Setting, evaluate, known_rows
from trialwright.record import Fact, Person, RawFact, RawPerson, SetAside, Unreadable, read_fact, read_person
from trialwright.study.prose import Outline, Words, say
from trialwright.study.rules import FORMULAS, Eligibility, lower_study
from trialwright.study.scenario import Scenario
from trialwright.terms.dates import Length
from trialwright.terms.message import Message, render

ON = date(2026, 11, 1)
CHINESE = read_catalogue("zh")
STUDIES = ("beam", "bliss-ln", "template")
SCREENING = n.Window(Length(28, "d"))
CREATININE = n.Pick("serum_creatinine", window=SCREENING)


@cache
def eligibility(study: str = "beam") -> Eligibility:
    return lower_study(read_study(study))


@cache
def words(study: str = "beam") -> Words:
    return Words(eligibility(study).study)


@cache
def scenarios(study: str) -> tuple[Scenario, ...]:
    return read_scenarios(study, study=eligibility(study).study)


# sentences


def english(said: object) -> str:
    return render(said, {})


def chinese(said: object) -> str:
    """The Chinese of a sentence; fails if any part of it has none."""
    missing = [template for template in templates(said) if template not in CHINESE]
    assert not missing, f"no Chinese for {missing}"
    return render(said, CHINESE)


def templates(said: object) -> Iterator[str]:
    """Every template in a sentence, at any depth."""
    if isinstance(said, Message):
        yield said.template
        for _, value in said.values:
            yield from templates(value)
    elif isinstance(said, tuple | list):
        for part in said:
            yield from templates(part)


def lines(whole: Outline) -> Iterator[Message]:
    """Every line of an outline."""
    yield whole.text
    for part in whole.parts:
        yield from lines(part)


# people


def typed(raw: RawPerson, facts: Iterable[RawFact], study: str) -> Person:
    """A person as the record reads it."""
    types = eligibility(study).concept_types
    rows: dict[str, list[Fact]] = {}
    unreadable = set()
    for each in facts:
        try:
            fact = read_fact(each, types[each.concept])
        except SetAside:
            continue
        except Unreadable:
            unreadable.add(each.concept)
            continue
        if fact is not None:
            rows.setdefault(each.concept, []).append(fact)
    return read_person(raw, {concept: tuple(found) for concept, found in rows.items()}, frozenset(unreadable))


def person(table: str, *, sex: str = "female", birth: str = "1990-01-01") -> Person:
    """A person from lines `concept | value unit | start | more`; more is `to DATE`, `high NUMBER` or a status."""
    facts = []
    for number, line in enumerate((line for line in table.splitlines() if line.strip()), start=1):
        concept, amount, start, *more = (cell.strip() for cell in line.split("|"))
        value, _, unit = amount.partition(" ")
        named: dict[str, str] = {}
        for entry in more:
            word, _, rest = entry.partition(" ")
            named |= {word: rest} if rest else {"status": word}
        facts.append(
            RawFact(
                "p1",
                f"f{number}",
                eligibility().concept_types[concept].kind,
                concept,
                value=value,
                unit=unit,
                high=named.get("high", ""),
                start=start,
                end=named.get("to", ""),
                status=named.get("status", ""),
            )
        )
    return typed(RawPerson("p1", sex, birth), facts, "beam")


def assessed(who: Person, criterion: str, *, reading: str = "", mode: str = "search") -> Assessed:
    """One criterion of BEAM judged for a person."""
    rules = eligibility().chosen({criterion: reading} if reading else None)
    rules = tuple(rule for rule in rules if rule.id == criterion)
    _, (found,) = assess_person(who, rules, on=ON, setting=Setting(mode, FORMULAS))
    return found


def sentence(each: Assessed, study: str = "beam") -> Message:
    return say(each.verdict, each.reason, each.finding, words(study))


def finding(node: n.Condition, who: Person, *, mode: str = "search") -> Finding:
    return evaluate(node, Context(who, ON, ON, Setting(mode, FORMULAS), known_rows(who, ON)))
