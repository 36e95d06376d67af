"""How often somebody who counts arms guesses the next one right in permuted blocks: exactly, without simulation.

The guess is the arm that is furthest behind its ratio (the convergence strategy). With two arms 1:1 and one block
size 2m, over whole blocks, the share of right guesses is [m + 2^(2m-1) / C(2m, m) - 1/2] / 2m.

Source: Blackwell D, Hodges JL. Design for the control of selection bias. Ann Math Stat 1957;28:449-460. Where arms are
equally far behind, the guess is one with the largest ratio, all of them alike: this project's rule for unequal ratios,
which the source does not treat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import exp, lgamma, log

from trialwright.conduct.allocation.permuted_blocks import Blocks, fill_block


def guess_arms(counts: Mapping[str, int], *, ratio: Mapping[str, int]) -> tuple[str, ...]:
    """The arms that are furthest behind their ratio; of these, those with the largest ratio, in the order of ids."""
    behind = min(Fraction(counts.get(arm, 0), part) for arm, part in ratio.items())
    last = [arm for arm, part in ratio.items() if Fraction(counts.get(arm, 0), part) == behind]
    largest = max(ratio[arm] for arm in last)
    return tuple(sorted(arm for arm in last if ratio[arm] == largest))


def compute_right_guesses(rule: Blocks, *, participants: int) -> tuple[float, ...]:
    """How many right guesses to expect in one list among the first 0, 1, 2, ... participants.

    A block begins at participant t with a probability that follows from the sizes (renewal), and within a block every
    order is equally likely.
    """
    curves = [_in_block(rule, size) for size in rule.block_sizes]
    each = 1 / len(curves)
    begins, right = [1.0] + [0.0] * participants, [0.0] * participants
    for start in range(participants):
        for curve in curves:
            for place, chance in enumerate(curve[: participants - start]):
                right[start + place] += begins[start] * each * chance
            if start + len(curve) <= participants:
                begins[start + len(curve)] += begins[start] * each
    total, sums = 0.0, [0.0]
    for chance in right:
        total += chance
        sums.append(total)
    return tuple(sums)


def compute_expected_guesses(
    rule: Blocks, *, participants: int, shares: Mapping[tuple[str, ...], float]
) -> float:
    """The expected share of right guesses by somebody who counts arms within each stratum.

    `participants`: 1 or more. `shares`: of each stratum, adding up to 1; {(): 1.0} for permuted blocks without
    factors. How many participants fall in a stratum is binomial.
    """
    right = compute_right_guesses(rule, participants=participants)
    return (
        sum(
            _binomial(number, participants, share) * right[number]
            for share in shares.values()
            for number in range(participants + 1)
        )
        / participants
    )


def _in_block(rule: Blocks, size: int) -> list[float]:
    """The chance of a right guess at each place of a block, over all orders of its arms."""
    block = Counter(fill_block(rule, size))
    arms = sorted(rule.ratio)
    states = {(0,) * len(arms): Fraction(1)}
    chances = []
    for place in range(size):
        right, after = Fraction(), dict[tuple[int, ...], Fraction]()
        for state, likely in states.items():
            counts = dict(zip(arms, state, strict=True))
            guesses = guess_arms(counts, ratio=rule.ratio)
            for arm in arms:
                chance = likely * Fraction(block[arm] - counts[arm], size - place)
                if arm in guesses:
                    right += chance / len(guesses)
                if chance:
                    then = tuple(counts[each] + (each == arm) for each in arms)
                    after[then] = after.get(then, Fraction()) + chance
        states = after
        chances.append(float(right))
    return chances


def _binomial(number: int, among: int, chance: float) -> float:
    if chance in (0.0, 1.0):
        return float(number == round(among * chance))
    ways = lgamma(among + 1) - lgamma(number + 1) - lgamma(among - number + 1)
    return exp(ways + number * log(chance) + (among - number) * log(1 - chance))
