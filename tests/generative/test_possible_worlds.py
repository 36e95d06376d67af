"""A definite answer holds in every world that the record leaves possible; otherwise the answer is unknown.

An independent check of intervals, partial dates, missing ends and uncertain statuses: of everything the record leaves
open one possibility after the other is drawn, and the rule is judged on a record that leaves nothing open.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.generative.expressions import USED, conditions
from tests.generative.people import make_facts, type_person
from tests.generative.worlds import draw_worlds
from tests.spec.running import Key, reads, start
from trialwright.logic import nodes as n
from trialwright.logic.finding import Finding
from trialwright.logic.interpreter import evaluate
from trialwright.record import Person, RawPerson

EXAMPLES = int(os.environ.get("TRIALWRIGHT_EXAMPLES", "60"))
PEOPLE, WORLDS = 20, 12
ON = date(2026, 6, 1)


@settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(
    st.lists(conditions(2), min_size=2, max_size=5),
    st.integers(0, 2**32),
    st.sampled_from(("search", "screening")),
)
def test_interpreter(rules: Sequence[n.Condition], seed: int, mode: str) -> None:
    random, key = Random(seed), Key(ON, mode, frozenset())
    for rule in rules:
        concepts = [concept for concept in USED if concept in reads(rule)] or list(USED)
        # Other is a sex of its own, and either of two in a formula: it cannot be drawn for both at once.
        asked = any(isinstance(node, n.SexIs) for node in rule.walk())
        bounded = any(map(has_one_answer, rule.walk()))
        for person in make_people(
            random, concepts, ("female", "male") if asked else ("female", "male", "other")
        ):
            found = evaluate(rule, start(person, key))
            if found.truth is None:
                continue
            for world in draw_worlds(random, person, ON, WORLDS):
                other = evaluate(rule, start(world, key))
                if bounded and other.truth is None:
                    continue
                assert agrees(found, other), describe(rule, person, world, found, other)


def has_one_answer(node: n.Node) -> bool:
    """Whether a number that is never below nought is compared with one that is not above it.

    Nobody's BMI is below nought, whether or not it could be computed; everywhere else a world without an answer counts.
    """
    if not isinstance(node, n.Compare):
        return False
    sides = (node.left, node.right)
    return any(isinstance(side, n.Formula) for side in sides) and any(
        isinstance(side, n.Literal) and side.value <= 0 for side in sides
    )


def make_people(random: Random, concepts: Sequence[str], sexes: Sequence[str]) -> list[Person]:
    """People with few facts, all of concepts that matter, so that much depends on what is left open."""
    return [
        type_person(
            RawPerson("p", random.choice(sexes), random.choice(("1980-03-15", "2008", "2008-06"))),
            make_facts(random, ON, concepts, random.choice((1, 1, 2, 2, 3, 4))),
        )
        for _ in range(PEOPLE)
    ]


def agrees(found: Finding, other: Finding) -> bool:
    """Whether a world says the same; an impossible number (a height of 0) has no say, as no formula admits it."""
    return other.truth is found.truth or other.reason == "not_computable"


def describe(rule: n.Condition, person: Person, world: Person, found: Finding, other: Finding) -> str:
    """What the record says, and what it may mean."""
    return "\n".join(
        [
            f"\n{rule}",
            *(
                f"{who.sex} born {who.birth}: {said.truth} {said.reason}\n"
                + "\n".join(f"  {tuple(fact.raw)[1:]}" for rows in who.facts.values() for fact in rows)
                for who, said in ((person, found), (world, other))
            ),
        ]
    )
