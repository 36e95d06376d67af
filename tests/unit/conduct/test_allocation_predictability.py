"""Predictability before the start: exact values by brute force, simulation that agrees with them, imbalance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import permutations
from math import isnan

import numpy as np
import pytest

from tests.unit.conduct.allocation_support import blocks, factor, minimisation, strata
from trialwright.conduct.allocation import Randomised
from trialwright.conduct.allocation.expected_guesses import compute_expected_guesses, guess_arms
from trialwright.conduct.allocation.predictability import Predictability, compute_predictability

SEX = factor("sex", "female", "male")
ALL: Mapping[tuple[str, ...], float] = {(): 1.0}


def simulate(
    rule: Randomised,
    *,
    participants: int,
    shares: Mapping[tuple[str, ...], float] = ALL,
    trials: int = 200,
    seed: int = 1,
) -> Predictability:
    return compute_predictability(
        rule, participants=participants, shares=shares, trials=trials, generator=np.random.default_rng(seed)
    )


# The guess

# fmt: off
GUESSES = [
    # counts, ratio, guess
    ({},               {"A": 1, "B": 1}, ("A", "B")),
    ({"A": 3, "B": 2}, {"A": 1, "B": 1}, ("B",)),
    ({"A": 2, "B": 2}, {"A": 1, "B": 1}, ("A", "B")),
    ({},               {"A": 2, "B": 1}, ("A",)),
    ({"A": 2, "B": 0}, {"A": 2, "B": 1}, ("B",)),
    ({"A": 4, "B": 2}, {"A": 2, "B": 1}, ("A",)),
    ({"A": 1, "B": 1, "C": 1}, {"A": 2, "B": 1, "C": 2}, ("A", "C")),
]
# fmt: on


@pytest.mark.parametrize(("counts", "ratio", "guess"), GUESSES)
def test_the_arm_furthest_behind_is_guessed(
    counts: dict[str, int], ratio: dict[str, int], guess: tuple[str, ...]
) -> None:
    assert guess_arms(counts, ratio=ratio) == guess


# Exactly, by writing out every sequence


def every_sequence(sizes: tuple[int, ...], length: int) -> Iterator[tuple[str, Fraction]]:
    """Every list of 1:1 blocks that is long enough, cut to length, with its probability."""

    def lists(so_far: str, likely: Fraction) -> Iterator[tuple[str, Fraction]]:
        if len(so_far) >= length:
            yield so_far[:length], likely
            return
        for size in sizes:
            orders = sorted({"".join(order) for order in permutations("AB" * (size // 2))})
            for order in orders:
                yield from lists(so_far + order, likely / len(sizes) / len(orders))

    yield from lists("", Fraction(1))


def right_by_hand(word: str) -> Fraction:
    """The expected number of right guesses: one if the other arm was ahead, one half if none was."""
    right = Fraction()
    for place, arm in enumerate(word):
        ahead = word[:place].count(arm) - word[:place].count("B" if arm == "A" else "A")
        right += Fraction(1) if ahead < 0 else Fraction(1, 2) if ahead == 0 else 0
    return right


@pytest.mark.parametrize("sizes", [(2,), (4,), (2, 4), (4, 2), (2, 2, 4)])
@pytest.mark.parametrize("participants", [1, 2, 3, 5, 7])
def test_the_expected_share_of_right_guesses_is_that_over_all_sequences(
    sizes: tuple[int, ...], participants: int
) -> None:
    by_hand = sum(likely * right_by_hand(word) for word, likely in every_sequence(sizes, participants))
    found = compute_expected_guesses(blocks(*sizes), participants=participants, shares=ALL)
    assert found == pytest.approx(float(by_hand / participants), abs=1e-12)


def test_strata_are_weighed_by_how_many_fall_in_them() -> None:
    """Two participants, blocks of 2: in one stratum (1/2) 1.5 right guesses, in two strata (1/2) 2 x 0.5."""
    rule = strata(SEX, sizes=(2,))
    found = compute_expected_guesses(rule, participants=2, shares={("female",): 0.5, ("male",): 0.5})
    assert found == pytest.approx((0.5 * 1.5 + 0.5 * 1.0) / 2, abs=1e-12)
    one_sided = compute_expected_guesses(rule, participants=2, shares={("female",): 1.0, ("male",): 0.0})
    assert one_sided == pytest.approx(0.75, abs=1e-12)


# By simulation

# fmt: off
SIMULATED = [
    # rule, participants, shares
    (blocks(4),                            20, ALL),
    (blocks(4, 6),                         53, ALL),
    (blocks(3, 6, ratio={"A": 2, "B": 1}), 31, ALL),
    (strata(SEX, sizes=(4, 6)),            30, {("female",): 0.9, ("male",): 0.1}),
]
# fmt: on


@pytest.mark.parametrize(("rule", "participants", "shares"), SIMULATED)
def test_simulation_agrees_with_the_exact_value(
    rule: Randomised, participants: int, shares: Mapping[tuple[str, ...], float]
) -> None:
    found = simulate(rule, participants=participants, shares=shares)
    assert found.expected is not None
    assert 0 < found.counting.standard_error < 0.01
    assert abs(found.counting.mean - found.expected) < 4 * found.counting.standard_error
    assert found.knowing.mean > found.counting.mean - 4 * found.counting.standard_error
    assert found.knowing.mean > found.blind


def test_the_same_generator_gives_the_same_figures() -> None:
    once, again, other = (simulate(blocks(4), participants=9, trials=20, seed=seed) for seed in (5, 5, 6))
    assert once == again
    assert once.counting != other.counting


def test_minimisation_without_chance_is_guessed_like_blocks_of_two() -> None:
    """One factor of one level used, two arms: every second arm is certain, the others are even. Expected 3/4."""
    rule = minimisation(SEX, probability="1")
    found = simulate(rule, participants=40, shares={("female",): 1.0}, trials=60)
    assert found.expected is None
    assert found.knowing.mean == pytest.approx(0.75, abs=1e-12)
    assert found.counting.mean == pytest.approx(0.75, abs=1e-12)
    assert found.overall == {Fraction(0): 1.0}


def test_minimisation_is_guessed_as_often_as_its_probability_where_one_arm_is_preferred() -> None:
    """Efron's biased coin: in the long run the share is 1/2 {p + [(2p - 1)/p x 1/2 + (1 - p)/p x p]}.

    With one level used, the arms are even at even times with probability (2p - 1) / p (Efron B. Biometrika
    1971;58:403-417, (2p - 1) / p = 1/2 for his p of 2/3), and then the guess is; elsewhere it is right with p.
    """
    p = 0.8
    even = (2 * p - 1) / p
    limit = (p + even * 0.5 + (1 - even) * p) / 2
    found = simulate(
        minimisation(SEX, probability="0.8"), participants=200, shares={("female",): 1.0}, trials=50
    )
    assert abs(found.knowing.mean - limit) < 4 * found.knowing.standard_error + 1 / 200
    assert found.blind == 0.5


def test_the_imbalance_at_the_end_of_blocks() -> None:
    """Blocks of 4, two participants: AA and BB have 1/6 each, so a difference of 2 has 1/3; at 4 it is 0."""
    found = simulate(blocks(4), participants=2, trials=1200)
    assert set(found.overall) == {Fraction(0), Fraction(2)}
    assert abs(found.overall[Fraction(2)] - 1 / 3) < 4 * (2 / 9 / 1200) ** 0.5
    assert simulate(blocks(4), participants=8, trials=50).overall == {Fraction(0): 1.0}


def test_the_imbalance_of_every_level_and_stratum_is_counted() -> None:
    rule = strata(SEX, factor("class", "pure_v", "other"), sizes=(4,))
    shares: Mapping[tuple[str, ...], float] = {
        ("female", "pure_v"): 0.2,
        ("female", "other"): 0.7,
        ("male", "other"): 0.1,
    }
    found = simulate(rule, participants=15, shares=shares, trials=100)
    assert set(found.strata) == set(shares)
    assert set(found.levels) == {("sex", "female"), ("sex", "male"), ("class", "pure_v"), ("class", "other")}
    for spread in (found.overall, *found.levels.values(), *found.strata.values()):
        assert sum(spread.values()) == pytest.approx(1, abs=1e-9)
        assert list(spread) == sorted(spread)
    assert max(max(spread) for spread in found.strata.values()) <= 2  # half a block
    # In a rare stratum nobody may turn up at all, and then it is even.
    assert found.strata["male", "other"][Fraction(0)] >= 0.9**15 / 2


def test_sites_count_as_strata() -> None:
    rule = strata(factor("centre"), sizes=(2,))
    found = simulate(rule, participants=10, shares={("site_a",): 0.5, ("site_b",): 0.5}, trials=30)
    assert set(found.strata) == {("site_a",), ("site_b",)}
    assert max(max(spread) for spread in found.strata.values()) <= 1


def test_one_trial_has_no_standard_error() -> None:
    assert isnan(simulate(blocks(4), participants=4, trials=1).counting.standard_error)


# fmt: off
WRONG = [
    # rule, participants, trials, shares, words
    (blocks(4),               0, 1, ALL,                                   "a participant and a trial"),
    (blocks(4),               1, 0, ALL,                                   "a participant and a trial"),
    (blocks(4),               1, 1, {},                                    "add up to 1"),
    (blocks(4),               1, 1, {(): 0.9},                             "add up to 1"),
    (blocks(4),               1, 1, {("female",): 1.0},                    "one level for each factor"),
    (strata(SEX, sizes=(4,)), 1, 1, ALL,                                   "one level for each factor"),
    (strata(SEX, sizes=(4,)), 1, 1, {("male",): 1.1, ("female",): -0.1},   "add up to 1"),
    (strata(SEX, sizes=(4,)), 1, 1, {("other",): 1.0},                     "does not fit the rule: level_unknown"),
]
# fmt: on


@pytest.mark.parametrize(("rule", "participants", "trials", "shares", "words"), WRONG)
def test_shares_that_do_not_fit_are_an_error(
    rule: Randomised, participants: int, trials: int, shares: Mapping[tuple[str, ...], float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        simulate(rule, participants=participants, shares=shares, trials=trials)
