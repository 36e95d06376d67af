"""Random rules on random people: the SQL engines say exactly what the interpreter says.

Every example is a handful of rules in one query, on many people at once. `TRIALWRIGHT_EXAMPLES` asks for more examples.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.generative.expressions import conditions
from tests.generative.people import make_people
from tests.spec.running import Difference, Key, disagreements, query, reads
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.logic import nodes as n
from trialwright.logic.sql import compile_rules
from trialwright.record import Person, RawFact

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


@settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # `describe` makes a failure small, and faster
    suppress_health_check=list(HealthCheck),
)
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
    return next(disagreements(people, rules, key, query(engine, people, compiled, rules, key)), None)


def describe(engine: Any, condition: n.Condition, found: Difference, key: Key) -> str:
    """A difference in the smallest rule, on no fact that it does not need."""
    people = [found.person]
    for part in sorted((part for part in condition.walk() if isinstance(part, n.Condition)), key=_size):
        if smaller := find_difference(engine, {"r0": part}, people, key):
            condition, found = part, smaller
            break
    for fact in [fact.raw for rows in found.person.facts.values() for fact in rows]:
        without = _without(found.person, fact)
        found = find_difference(engine, {"r0": condition}, [without], key) or found
    rows = "\n".join(f"  {tuple(fact.raw)[1:]}" for rows in found.person.facts.values() for fact in rows)
    return (
        f"\n{condition}\n{key}\n{found.person.sex} born {found.person.birth}\n{rows}\n"
        f"interpreter {found.python}\nSQL         {found.sql}"
    )


def _size(node: n.Node) -> int:
    return sum(1 for _ in node.walk())


def _without(person: Person, left_out: RawFact) -> Person:
    facts = {
        concept: tuple(fact for fact in rows if fact.raw is not left_out)
        for concept, rows in person.facts.items()
    }
    return replace(person, facts=facts)
