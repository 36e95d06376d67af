"""People for tests of eligibility: one who passes everything in BEAM, and that person with rows changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from trialwright.eligibility.verdict import Assessed, assess_person
from trialwright.exchange.folder import find_study, read_folder, read_study
from trialwright.logic.interpreter import Setting
from trialwright.record import Fact, Person, RawFact, RawPerson, SetAside, Unreadable, read_fact, read_person
from trialwright.study.fact_table import FactTable
from trialwright.study.places import Place
from trialwright.study.rules import FORMULAS, Eligibility, Rule, lower_study
from trialwright.study.yaml_text import parse_yaml

ON = date(2026, 6, 1)
SEARCH = Setting("search", FORMULAS)
SCREENING = Setting("screening", FORMULAS)


@cache
def beam() -> Eligibility:
    return lower_study(read_study("beam"))


@cache
def base_rows() -> tuple[RawFact, ...]:
    """The rows of the base person of BEAM's scenarios, who passes every criterion at the bedside on `ON`."""
    name = "scenarios/codes.yaml"
    document = parse_yaml(read_folder(find_study("beam"))[name], file=name)
    table = document.data["base"]["facts"]  # type: ignore[index, call-overload]
    return tuple(FactTable(beam().study, []).read(table, place=Place(name, 1, 1), letter="b"))  # type: ignore[arg-type]


def row(concept: str, value: str = "", *, fact: str = "f1", start: str = "", **more: str) -> RawFact:
    """One row about a concept of BEAM, in the concept's own unit unless another is given."""
    about = beam().study.concept(concept)
    known = {"unit": (about.unit or "") if value and value not in ("true", "false") else ""}
    return RawFact("p", fact, about.kind, concept, value=value, start=start, **{**known, **more})


def typed(
    rows: Iterable[RawFact],
    eligibility: Eligibility,
    *,
    raw: RawPerson,
    unreadable: Iterable[str] = (),
) -> Person:
    """A typed person from raw rows, as the readers make it."""
    facts: dict[str, list[Fact]] = {}
    lost = set(unreadable)
    for each in rows:
        try:
            fact = read_fact(each, eligibility.concept_types[each.concept])
        except SetAside:
            continue
        except Unreadable:
            lost.add(each.concept)
            continue
        if fact is not None:
            facts.setdefault(each.concept, []).append(fact)
    return read_person(raw, {name: tuple(found) for name, found in facts.items()}, frozenset(lost))


def somebody(
    *rows: RawFact,
    drop: Iterable[str] = (),
    sex: str = "female",
    birth: str = "1990-01-01",
    death: str = "",
    unreadable: Iterable[str] = (),
) -> Person:
    """The base person with the rows about the same concepts, and those in `drop`, replaced by `rows`."""
    gone = {*drop, *(each.concept for each in rows)}
    kept = [each for each in base_rows() if each.concept not in gone]
    return typed([*kept, *rows], beam(), raw=RawPerson("p", sex, birth, death), unreadable=unreadable)


def rules(**readings: str) -> tuple[Rule, ...]:
    return beam().chosen(readings)


def judged(
    person: Person, setting: Setting = SCREENING, *, on: date = ON, **readings: str
) -> tuple[str, Mapping[str, Assessed]]:
    """Overall verdict, and what came of each criterion."""
    verdict, assessed = assess_person(person, rules(**readings), on=on, setting=setting)
    return verdict, {each.id: each for each in assessed}
