"""Random rules on random people: the SQL engines say exactly what the interpreter says.

Every example is a handful of rules in one query, on many people at once. `TRIALWRIGHT_EXAMPLES` asks for more examples.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialwright.exchange.engines.duck import DuckEngine
from trialwright.logic import nodes as n
from trialwright.logic.sql import compile_rules
from trialwright.record import Person, RawFact, RawPerson

from tests.generative.expressions import conditions
from tests.generative.people import make_people, type_person
from tests.spec.running import Difference, Key, disagreements, query, reads

EXAMPLES = int(os.environ.get("TRIALWRIGHT_EXAMPLES", "60"))
PEOPLE = 150
DAYS = (date(2026, 6, 1), date(2026, 5, 31), date(2024, 2, 29), date(2026, 3, 1), date(2026, 3, 31))

keys = st.builds(
    Key,
    st.sampled_from(DAYS),
    st.sampled_from(["search", "screening"]),
    st.sampled_from([frozenset[str](), frozenset({"exposure"}), frozenset({"condition", "finding"})]),
)
rule_sets = st.lists(conditions(3), min_size=3, max_size=8, unique=True)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[DuckEngine]:
    engine = DuckEngine(threads=2)
    yield engine
    engine.close()


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(conditions=rule_sets, key=keys, seed=st.integers(0, 2**32))
def test_duckdb(conditions: Sequence[n.Condition], key: Key, seed: int, duckdb: DuckEngine) -> None:
    rules = {f"r{index}": condition for index, condition in enumerate(conditions)}
    people = make_people(seed, PEOPLE, key.on)
    found = find_difference(duckdb, rules, people, key)
    assert found is None, describe(duckdb, rules[found.rule], found, key)


def find_difference(
    engine: Any, rules: Mapping[str, n.Condition], people: Sequence[Person], key: Key
) -> Difference | None:
    """The first person and rule on whom an engine and the interpreter differ."""
    compiled = compile_rules(
        rules, on=key.on, setting=key.setting, reads={name: reads(rule) for name, rule in rules.items()}
    )
    return next(disagreements(people, rules, key, query(engine, people, compiled, key)), None)


def describe(engine: Any, condition: n.Condition, found: Difference, key: Key) -> str:
    """A difference, with no fact that it does not need."""
    facts = [fact.raw for rows in found.person.facts.values() for fact in rows]
    for fact in list(facts):
        fewer = [each for each in facts if each is not fact]
        if _still(engine, condition, found.person, fewer, key):
            facts = fewer
    last = _still(engine, condition, found.person, facts, key) or found
    rows = "\n".join(f"  {tuple(fact)[1:]}" for fact in facts)
    return (
        f"\n{condition}\n{key}\n{last.person.sex} born {last.person.birth}\n{rows}\n"
        f"interpreter {last.python}\nSQL         {last.sql}"
    )


def _still(
    engine: Any, condition: n.Condition, person: Person, facts: Sequence[RawFact], key: Key
) -> Difference | None:
    fewer = type_person(RawPerson(person.person), facts, person.unreadable)
    again = Person(person.person, person.sex, person.birth, person.death, fewer.facts, person.unreadable)
    return find_difference(engine, {"r0": condition}, [again], key)
