"""Every scenario of every bundled study, judged by the interpreter and by DuckDB, against what its author expects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from tests.unit.eligibility_support import typed
from trialwright.eligibility.search import Line, plan_search, read_lines
from trialwright.eligibility.verdict import Assessed, assess_person, overall
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.exchange.folder import bundled_studies, read_scenarios, read_study
from trialwright.exchange.typed import tables
from trialwright.logic.interpreter import Setting
from trialwright.record import Person
from trialwright.study.rules import FORMULAS, Eligibility, lower_study
from trialwright.study.scenario import Scenario

STUDIES = bundled_studies()
OWN = tuple(name for name in STUDIES if not read_study(name).identity.based_on)
"""The studies with rules of their own; those of a variant are its base's (`test_a_variant_asks_what_its_base_asks`)."""


@cache
def study(name: str) -> tuple[Eligibility, tuple[Scenario, ...]]:
    """A study with its scenarios; a variant that brings none must come out as its base's scenarios say."""
    found = read_study(name)
    scenarios, base = read_scenarios(name, study=found), found.identity.based_on
    if base and not scenarios:
        scenarios = read_scenarios(base, study=found)
    return lower_study(found), scenarios


def setting_of(scenario: Scenario) -> Setting:
    return Setting(scenario.mode, FORMULAS, scenario.not_covered)


def person_of(scenario: Scenario, eligibility: Eligibility) -> Person:
    return typed(scenario.facts, eligibility, raw=scenario.person)


@cache
def by_interpreter(name: str) -> tuple[tuple[Scenario, str, tuple[Assessed, ...]], ...]:
    eligibility, scenarios = study(name)
    return tuple(
        (
            scenario,
            *assess_person(
                person_of(scenario, eligibility),
                eligibility.chosen(scenario.readings),
                on=scenario.on,
                setting=setting_of(scenario),
            ),
        )
        for scenario in scenarios
    )


@cache
def by_duckdb(name: str) -> dict[str, tuple[str, list[Line]]]:
    """Overall verdict and lines by person; scenarios that ask the same question share a query."""
    eligibility, scenarios = study(name)
    groups: dict[object, list[Scenario]] = defaultdict(list)
    for each in scenarios:
        groups[each.on, each.mode, tuple(sorted(each.readings.items())), each.not_covered].append(each)
    result: dict[str, tuple[str, list[Line]]] = {}
    engine = DuckEngine(threads=1)
    try:
        for group in groups.values():
            first = group[0]
            rules = eligibility.chosen(first.readings)
            search = plan_search(rules, on=first.on, setting=setting_of(first), dialect=engine.dialect)
            engine.load(tables([person_of(each, eligibility) for each in group], first.on))
            for person, dead, lines in read_lines(search, engine.query(search.verdicts)):
                verdict = "ineligible" if dead else overall([line.verdict for line in lines])  # type: ignore[misc]
                result[person] = verdict, lines
    finally:
        engine.close()
    return result


def unexpected(scenario: Scenario, verdict: str, found: dict[str, tuple[str, str]]) -> Iterator[str]:
    """What differs from what the author expects, with the place of the scenario."""
    place = f"{scenario.file}:{scenario.line} {scenario.title.en}"
    for criterion, (wanted, reason) in scenario.expected.items():
        got, why = found[criterion]
        if got != wanted or reason not in (None, why):
            yield f"{place}: {criterion} expected {wanted} {reason or ''}, found {got} {why}"
    if scenario.expected_overall not in (None, verdict):
        yield f"{place}: overall expected {scenario.expected_overall}, found {verdict}"


def unexpected_of_interpreter(name: str) -> list[str]:
    return [
        words
        for scenario, verdict, assessed in by_interpreter(name)
        for words in unexpected(
            scenario, verdict, {each.id: (each.verdict, each.reason) for each in assessed}
        )
    ]


def test_studies_are_bundled() -> None:
    assert {"beam", "beam-randomised", "bliss-ln", "template"} <= set(STUDIES)


@pytest.mark.parametrize("name", STUDIES)
def test_every_criterion_has_a_scenario(name: str) -> None:
    eligibility, scenarios = study(name)
    assert scenarios
    expected = {criterion for each in scenarios for criterion in each.expected}
    assert set(eligibility.rules) <= expected


def test_people_are_told_apart() -> None:
    for name in STUDIES:
        scenarios = study(name)[1]
        assert len({each.person.person for each in scenarios}) == len(scenarios)


@pytest.mark.parametrize("name", STUDIES)
def test_interpreter(name: str) -> None:
    assert unexpected_of_interpreter(name) == []


@pytest.mark.parametrize("name", [name for name in STUDIES if name not in OWN])
def test_a_variant_asks_what_its_base_asks(name: str) -> None:
    """So its base's scenarios on the engines are its own."""
    base = read_study(name).identity.based_on
    assert base in OWN
    asked, asked_before = (
        {
            (criterion, reading): (
                rule.condition,
                rule.reading.rule,
                [each.condition for each in rule.warnings],
            )
            for criterion, readings in study(one)[0].rules.items()
            for reading, rule in readings.items()
        }
        for one in (name, base)
    )
    assert asked == asked_before
    assert study(name)[0].study.concepts == study(base)[0].study.concepts


@pytest.mark.parametrize("name", OWN)
def test_duckdb(name: str) -> None:
    found = by_duckdb(name)
    wrong: list[str] = []
    for scenario, _, assessed in by_interpreter(name):
        verdict, lines = found[scenario.person.person]
        said = {each.id: (line.verdict, line.reason) for each, line in zip(assessed, lines, strict=True)}
        wrong += unexpected(scenario, verdict, said)
    assert wrong == []


@pytest.mark.parametrize("name", OWN)
def test_both_engines_say_the_same(name: str) -> None:
    """Of every criterion, named by the scenario or not: verdict, reason, value, day and deciding fact."""
    found = by_duckdb(name)
    wrong = []
    compared = 0
    for scenario, verdict, assessed in by_interpreter(name):
        other, lines = found[scenario.person.person]
        place = f"{scenario.file}:{scenario.line}"
        if verdict != other:
            wrong.append(f"{place}: overall {verdict}, by DuckDB {other}")
        for each, line in zip(assessed, lines, strict=True):
            finding = each.finding
            value, day, fact = (finding.value, finding.day, finding.fact) if finding else (None, None, None)
            mine = (each.verdict, each.reason, value, day, fact)
            theirs = (line.verdict, line.reason, line.value, line.day, line.fact)
            same = mine[:2] == theirs[:2] and mine[3:] == theirs[3:] and near(value, line.value)
            compared += 1
            if not same:
                wrong.append(f"{place}: {each.id} {mine}, by DuckDB {theirs}")
    assert wrong == []
    assert compared == len(study(name)[1]) * len(study(name)[0].rules)


def near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == pytest.approx(other, rel=1e-9, abs=1e-9)


def test_an_unexpected_verdict_is_reported_with_its_place() -> None:
    scenario, verdict, assessed = by_interpreter("beam")[0]
    found = {each.id: (each.verdict, each.reason) for each in assessed}
    assert list(unexpected(scenario, verdict, found)) == []  # type: ignore[arg-type]
    criterion = next(iter(scenario.expected))
    turned = {"pass": "fail"}.get(scenario.expected[criterion][0], "pass")
    for other in (
        replace(scenario, expected={criterion: (turned, None)}),
        replace(scenario, expected={criterion: (scenario.expected[criterion][0], "never_said")}),
        replace(scenario, expected_overall="none"),
    ):
        (words,) = unexpected(other, verdict, found)  # type: ignore[arg-type]
        assert words.startswith(f"{scenario.file}:{scenario.line} ")
        assert scenario.line > 0
