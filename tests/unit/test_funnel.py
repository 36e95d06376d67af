"""The funnel counted from masks, against plain recomputation over every person and every subset of criteria."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import factorial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.eligibility_support import ON, SEARCH, beam, rules
from trialwright.cli.records import read_options
from trialwright.eligibility.funnel import (
    Judged,
    Population,
    compare_readings,
    count_verdicts,
    leave_one_out,
    plan_attrition,
    shapley_values,
    suppress,
)
from trialwright.eligibility.verdict import assess_person, is_dead
from trialwright.exchange.assemble import assemble
from trialwright.exchange.coverage import Coverage
from trialwright.exchange.recognise import open_records
from trialwright.record import Person

SAMPLE = Path(__file__).parents[2] / "studies" / "beam" / "sample"
Crowd = tuple[int, list[tuple[int, int]], int]
"""Number of criteria; fail and unknown mask of every living person; number of dead."""


@st.composite
def crowds(draw: st.DrawFn, most: int = 8) -> Crowd:
    count = draw(st.integers(1, most))
    masks = st.integers(0, (1 << count) - 1)
    people = draw(st.lists(st.tuples(masks, masks), max_size=25))
    return count, [(fail, unknown & ~fail) for fail, unknown in people], draw(st.integers(0, 3))


def population(crowd: Crowd) -> Population:
    return Population(Counter(crowd[1]), crowd[2])


def judged(crowd: Crowd) -> Judged:
    return population(crowd).judged_by(range(crowd[0]))


def bits(mask: int) -> set[int]:
    return {bit for bit in range(mask.bit_length()) if mask >> bit & 1}


def lost(person: tuple[int, int], *, worst: bool) -> set[int]:
    return bits(person[0]) | (bits(person[1]) if worst else set())


def share(crowd: Crowd, subset: set[int], *, worst: bool) -> Fraction:
    """The share of the living that the criteria in `subset` leave."""
    left = [person for person in crowd[1] if not lost(person, worst=worst) & subset]
    return Fraction(len(left), len(crowd[1]))


def shapley_by_enumeration(crowd: Crowd, rule: int, *, worst: bool) -> Fraction:
    """Shapley 1953: the mean marginal contribution over all orders, by subsets."""
    count = crowd[0]
    others = [each for each in range(count) if each != rule]
    total = Fraction(0)
    for size in range(count):
        weight = Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
        for chosen in combinations(others, size):
            with_rule = share(crowd, {*chosen, rule}, worst=worst)
            total += weight * (with_rule - share(crowd, set(chosen), worst=worst))
    return total


@given(crowds(most=6), st.booleans())
def test_shapley_equals_enumeration(crowd: Crowd, worst: bool) -> None:
    values = shapley_values(judged(crowd), worst=worst)
    if not crowd[1]:
        assert values == (0,) * crowd[0]
        return
    assert list(values) == [shapley_by_enumeration(crowd, rule, worst=worst) for rule in range(crowd[0])]


def test_shapley_equals_enumeration_for_eight_criteria() -> None:
    people = [(0b10000001, 0b110), (0b11111111, 0), (0, 0b1010), (0b10, 0b1), (0, 0), (0b1110000, 0b1110)]
    crowd = (8, people, 1)
    for worst in (False, True):
        values = shapley_values(population(crowd).judged_by(range(8)), worst=worst)
        assert list(values) == [shapley_by_enumeration(crowd, rule, worst=worst) for rule in range(8)]


@given(crowds(), st.booleans())
def test_shapley_values_sum_to_the_share_lost(crowd: Crowd, worst: bool) -> None:
    values = shapley_values(judged(crowd), worst=worst)
    everything = set(range(crowd[0]))
    assert sum(values) == (share(crowd, everything, worst=worst) - 1 if crowd[1] else 0)
    assert all(value <= 0 for value in values)


def test_shapley_by_hand() -> None:
    """Of 4 living, one fails A, one fails A and B: A bears 1 + 1/2 of 4, B bears 1/2 of 4."""
    crowd = Population(Counter({(0b01, 0): 1, (0b11, 0): 1, (0, 0): 2}), dead=5)
    assert shapley_values(crowd.judged_by(range(2)), worst=False) == (Fraction(-3, 8), Fraction(-1, 8))


@given(crowds(), st.randoms(use_true_random=False))
def test_attrition(crowd: Crowd, source: object) -> None:
    order = list(range(crowd[0]))
    source.shuffle(order)  # type: ignore[attr-defined]
    steps = plan_attrition(judged(crowd), order)
    living = len(crowd[1])
    assert (steps[0].rule, steps[0].lost, steps[0].left_best, steps[0].left_worst) == (
        None,
        crowd[2],
        living,
        living,
    )
    assert sum(step.lost for step in steps) + steps[-1].left_best == living + crowd[2]
    for done, step in enumerate(steps[1:], start=1):
        so_far = set(order[:done])
        before = set(order[: done - 1])
        assert step.rule == order[done - 1]
        assert step.left_best == sum(not lost(each, worst=False) & so_far for each in crowd[1])
        assert step.left_worst == sum(not lost(each, worst=True) & so_far for each in crowd[1])
        assert step.lost == sum(
            step.rule in bits(each[0]) and not bits(each[0]) & before for each in crowd[1]
        )


@given(crowds())
def test_leave_one_out(crowd: Crowd) -> None:
    everything = set(range(crowd[0]))
    for each in leave_one_out(judged(crowd)):
        rest = everything - {each.rule}
        assert each.fails == sum(each.rule in bits(fail) for fail, _ in crowd[1])
        assert each.unknown == sum(each.rule in bits(unknown) for _, unknown in crowd[1])
        for worst, gained in ((False, each.gained_best), (True, each.gained_worst)):
            now = sum(not lost(person, worst=worst) for person in crowd[1])
            without = sum(not lost(person, worst=worst) & rest for person in crowd[1])
            assert gained == without - now


@given(crowds())
def test_counts(crowd: Crowd) -> None:
    said = Counter(
        "ineligible" if fail else "undetermined" if unknown else "eligible" for fail, unknown in crowd[1]
    )
    counts = count_verdicts(judged(crowd))
    assert (counts.eligible, counts.undetermined) == (said["eligible"], said["undetermined"])
    assert counts.ineligible == said["ineligible"] + crowd[2]
    assert counts.eligible + counts.undetermined + counts.ineligible == population(crowd).total


@pytest.mark.parametrize(
    ("count", "least", "shown"), [(0, 5, 0), (1, 5, None), (4, 5, None), (5, 5, 5), (3, 0, 3)]
)
def test_small_counts_stay_inside(count: int, least: int, shown: int | None) -> None:
    assert suppress(count, least) == shown


@cache
def sample() -> tuple[Person, ...]:
    eligibility = beam()
    reader = open_records(str(SAMPLE), read_options(eligibility, None))
    coverage = Coverage({concept.name: concept.kind for concept in eligibility.study.concepts})
    return tuple(assemble(reader, eligibility.concept_types, coverage).persons.values())


def test_the_effect_of_a_reading_equals_judging_again() -> None:
    """Every alternative reading of BEAM over the sample: counts and changes, from masks and from scratch."""
    every = [rule for readings in beam().rules.values() for rule in readings.values()]
    chosen = rules()
    masks: Counter[tuple[int, int]] = Counter()
    dead = 0
    for person in sample():
        if is_dead(person, ON):
            dead += 1
            continue
        _, assessed = assess_person(person, every, on=ON, setting=SEARCH)
        masks[
            sum(1 << bit for bit, each in enumerate(assessed) if each.verdict == "fail"),
            sum(1 << bit for bit, each in enumerate(assessed) if each.verdict == "unknown"),
        ] += 1
    numbers = [every.index(rule) for rule in chosen]
    alternatives = [
        (rule.id, rule.name, place, every.index(rule))
        for place, mine in enumerate(chosen)
        for rule in beam().rules[mine.id].values()
        if rule.name != mine.name
    ]
    effects = compare_readings(Population(masks, dead), numbers, alternatives)
    assert len(effects) == len(alternatives) > 15
    before = {person.person: assess_person(person, chosen, on=ON, setting=SEARCH)[0] for person in sample()}
    assert any(effect.changes for effect in effects)
    for effect in effects:
        other = beam().chosen({effect.criterion: effect.reading})
        after = {person.person: assess_person(person, other, on=ON, setting=SEARCH)[0] for person in sample()}
        said = Counter(after.values())
        counts = effect.counts
        assert (counts.eligible, counts.undetermined, counts.ineligible) == (
            said["eligible"],
            said["undetermined"],
            said["ineligible"],
        )
        changed = Counter((before[id], after[id]) for id in before if before[id] != after[id])
        assert dict(effect.changes) == dict(changed)
