"""Minimisation: the arm that leaves the factors best balanced is preferred, and taken with a set probability.

Source: Pocock SJ, Simon R. Sequential treatment assignment with balancing for prognostic factors in the controlled
clinical trial. Biometrics 1975;31:103-115, sections 2 and 3 (weighted sum over factors, range or variance, one
preferred arm). Unequal ratios: Han B, Enas NH, McEntegart D. Randomization by minimization for unbalanced treatment
allocation. Stat Med 2009;28:3329-3346 (biased coin minimisation). ICH E9 section 2.3.2 asks for a random element, so
a probability below 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from trialwright.conduct.allocation.given import GivenArm, digest_rule
from trialwright.conduct.allocation.stream import Stream
from trialwright.study.allocation import Factor, Minimisation

Counts = Counter[tuple[str, str, str]]
"""Participants by factor id, level id and arm id."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How the arms compare for one participant, exactly, by arm id.

    `imbalance`: the total that giving this arm would leave. `probability`: with which the arm is given.
    """

    imbalance: Mapping[str, Fraction]
    probability: Mapping[str, Fraction]


def compute_range(counts: Sequence[int]) -> Fraction:
    """The largest count less the smallest."""
    return Fraction(max(counts) - min(counts))


def compute_variance(counts: Sequence[int]) -> Fraction:
    """The sample variance of the counts (divided by the number of arms less one)."""
    arms = len(counts)
    return Fraction(arms * sum(count * count for count in counts) - sum(counts) ** 2, arms * (arms - 1))


_DISTANCES = {"range": (compute_range, 1), "variance": (compute_variance, 2)}
"""By name: how counts within a level are compared, and by which power that grows with them."""


class Scales:
    """A rule made ready to compare the arms for one participant after the other."""

    def __init__(self, rule: Minimisation) -> None:
        self._rule, self._arms = rule, sorted(rule.ratio)
        self._compute, power = _DISTANCES[rule.distance]
        # A count divided by its ratio stays a whole number once all are multiplied by what the ratios have in common.
        common = lcm(*rule.ratio.values())
        self._times = [common // rule.ratio[arm] for arm in self._arms]
        self._weights = [(factor.id, weight_of(factor) / common**power) for factor in rule.factors]
        self._odds: dict[tuple[str, ...], Mapping[str, Fraction]] = {}

    def weigh(self, *, counts: Counts, levels: Mapping[str, str]) -> Weighing:
        """Compare the arms for one participant.

        The imbalance that an arm would leave is the weighted sum, over the participant's levels, of the distance
        between the counts of the arms, each divided by the ratio of its arm and this participant counted in.
        `counts`: those before this participant. `levels`: level id by factor id, complete.
        """
        total = dict.fromkeys(self._arms, Fraction())
        for factor, weight in self._weights:
            level = levels[factor]
            before = [
                counts[factor, level, arm] * times for arm, times in zip(self._arms, self._times, strict=True)
            ]
            for place, arm in enumerate(self._arms):
                before[place] += self._times[place]
                total[arm] += weight * self._compute(before)
                before[place] -= self._times[place]
        return Weighing(total, self._probability(total))

    def _probability(self, imbalance: Mapping[str, Fraction]) -> Mapping[str, Fraction]:
        """The probabilities depend on the preferred arms only, and are worked out once for each choice of them."""
        preferred = preferred_arms(imbalance)
        if preferred not in self._odds:
            self._odds[preferred] = compute_probabilities(
                preferred, ratio=self._rule.ratio, probability=Fraction(self._rule.probability)
            )
        return self._odds[preferred]


def weight_of(factor: Factor) -> Fraction:
    """The weight of a factor; a rule gives one to every factor, or to none, and then all count alike."""
    return Fraction(1) if factor.weight is None else Fraction(factor.weight)


def preferred_arms(imbalance: Mapping[str, Fraction]) -> tuple[str, ...]:
    """The arms that would leave the least imbalance."""
    least = min(imbalance.values())
    return tuple(arm for arm, left in imbalance.items() if left == least)


def compute_probabilities(
    preferred: Collection[str], *, ratio: Mapping[str, int], probability: Fraction
) -> dict[str, Fraction]:
    """With which probability each arm is given, by arm id.

    The preferred arm gets `probability`, the others share the rest by their ratio. With an unequal ratio that holds
    for a preferred arm of the smallest part; a larger one gets more, so that over the trial every arm gets its share:
    an arm that is not preferred always has its part times (1 - probability) / (all parts - the smallest part). Of
    several `preferred` arms one is picked by chance, by their ratio, so that with all of them equal each has its
    share.
    """
    parts, among = sum(ratio.values()), sum(ratio[arm] for arm in preferred)
    unit = (1 - probability) / (parts - min(ratio.values()))
    odds = {}
    for arm in sorted(ratio):
        picked = Fraction(ratio[arm], among) if arm in preferred else Fraction()
        odds[arm] = picked * (1 - unit * (parts - ratio[arm])) + (1 - picked) * unit * ratio[arm]
    return odds


def weigh_arms(rule: Minimisation, *, counts: Counts, levels: Mapping[str, str]) -> Weighing:
    """Compare the arms for one participant; see `Scales.weigh`."""
    return Scales(rule).weigh(counts=counts, levels=levels)


def add_to_counts(counts: Counts, given: GivenArm) -> None:
    """Count one allocation, whichever rule it was made under, in the levels it has.

    Raises `ValueError` for a blind one: an arm nobody looked up is not an arm nobody has (see `derive_arms`).
    """
    if not given.arm:
        raise ValueError("minimisation needs the arms of all earlier allocations")
    for factor, level in given.levels.items():
        counts[factor, level, given.arm] += 1


class MinimisationCourse:
    """The allocations of a study by minimisation so far, and the next one.

    The draw for the participant after n others comes from the stream ["minimisation", study, rule digest, n].
    """

    def __init__(self, rule: Minimisation, *, study: str, secret: bytes) -> None:
        self._scales, self._secret = Scales(rule), secret
        self._context = ("minimisation", study, digest_rule(rule))
        self._counts: Counts = Counter()
        self._number = 0

    def add(self, given: GivenArm) -> None:
        """Count an allocation."""
        add_to_counts(self._counts, given)
        self._number += 1

    def draw(self, levels: Mapping[str, str]) -> str:
        """The next arm for a participant of these levels."""
        weighed = self._scales.weigh(counts=self._counts, levels=levels)
        return Stream(self._secret, *self._context, self._number).choose(weighed.probability)
