"""How predictable and how uneven an allocation rule is, found out before the study opens.

Every simulated trial draws a secret of its own and allocates by the same functions as the real one.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import fsum, isclose, nan, sqrt
from typing import Protocol

from trialwright.conduct.allocation.chances import watch
from trialwright.conduct.allocation.expected_guesses import compute_expected_guesses, guess_arms
from trialwright.conduct.allocation.given import GivenArm, NotGiven, Randomised, digest_rule
from trialwright.conduct.allocation.imbalance import Imbalance, compute_imbalance
from trialwright.conduct.allocation.levels import check_levels, factors_of, stratum_of
from trialwright.conduct.allocation.next import begin_course
from trialwright.conduct.allocation.secret import SECRET_BYTES
from trialwright.study.allocation import Minimisation

Stratum = tuple[str, ...]
Distribution = Mapping[Fraction, float]
"""The share of trials by imbalance (see `imbalance.Balance`), in ascending order."""


class Generator(Protocol):
    """The part of `numpy.random.Generator` that is used here."""

    def bytes(self, length: int, /) -> bytes:
        """As many random bytes."""

    def random(self) -> float:
        """A number from 0 to 1, 1 excluded."""


@dataclass(frozen=True, slots=True)
class RightGuesses:
    """The share of right guesses, over all trials; `standard_error` is nan for a single trial."""

    mean: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Predictability:
    """What to expect of a rule over `trials` simulated trials of `participants` each.

    `blind`: the share of right guesses by naming the arm with the largest ratio, always. `counting`: by naming the
    arm furthest behind, from the counts of the stratum (blocks) or of the whole study (minimisation); `expected` is
    the exact value of it, where it is known (blocks). `knowing`: by naming the likeliest arm, from the rule and every
    earlier allocation. Of several equally good guesses each counts in part. `overall`, `levels`, `strata`: how
    uneven the arms are at the end.
    """

    participants: int
    trials: int
    blind: float
    counting: RightGuesses
    expected: float | None
    knowing: RightGuesses
    overall: Distribution
    levels: Mapping[tuple[str, str], Distribution]
    strata: Mapping[Stratum, Distribution]


def compute_predictability(
    rule: Randomised,
    *,
    participants: int,
    shares: Mapping[Stratum, float],
    trials: int,
    generator: Generator,
) -> Predictability:
    """Simulate trials by a rule, and count right guesses and imbalance.

    `participants`, `trials`: 1 or more. `shares`: of the participants, by stratum (level ids in the order of the
    rule's factors; a site id for a factor by site), adding up to 1; {(): 1.0} for permuted blocks. Raises
    `ValueError` for shares that do not fit the rule.

    Source: guessing, Blackwell D, Hodges JL. Ann Math Stat 1957;28:449-460.
    """
    people = _check_shares(rule, shares)
    if participants < 1 or trials < 1:
        raise ValueError("a simulation needs a participant and a trial")
    limits = list(accumulate(shares.values()))
    counting, knowing, ends = [], [], []
    for _ in range(trials):
        trial = _Trial(rule, secret=generator.bytes(SECRET_BYTES))
        for _ in range(participants):
            place = bisect(limits, generator.random() * limits[-1])
            trial.allocate(people[min(place, len(people) - 1)])
        counting.append(trial.counting / participants)
        knowing.append(trial.knowing / participants)
        ends.append(compute_imbalance(trial.allocations, ratio=rule.ratio))
    return Predictability(
        participants,
        trials,
        max(rule.ratio.values()) / sum(rule.ratio.values()),
        _summarise(counting),
        None
        if isinstance(rule, Minimisation)
        else compute_expected_guesses(rule, participants=participants, shares=shares),
        _summarise(knowing),
        _distribution([end.overall.imbalance for end in ends]),
        *_groups(rule, people, ends),
    )


@dataclass(frozen=True, slots=True)
class _Person:
    """A simulated participant, known by levels and site only."""

    stratum: Stratum
    levels: Mapping[str, str]
    site: str


class _Trial:
    """One simulated trial, with the two guessers looking on. `counting`, `knowing`: their right guesses."""

    def __init__(self, rule: Randomised, *, secret: bytes) -> None:
        self.allocations: list[GivenArm] = []
        self.counting = self.knowing = 0.0
        self._rule, self._digest = rule, digest_rule(rule)
        self._course = begin_course(rule, study="simulated", secret=secret)
        self._watcher = watch(rule)
        self._seen: dict[Stratum, Counter[str]] = {}

    def allocate(self, person: _Person) -> None:
        """Let both guess, then give the arm."""
        likeliest = _likeliest(self._watcher.chances(person.levels))
        seen = self._seen.setdefault(
            () if isinstance(self._rule, Minimisation) else person.stratum, Counter()
        )
        behind = guess_arms(seen, ratio=self._rule.ratio)
        given = GivenArm(self._course.draw(person.levels), person.site, person.levels, self._digest)
        self.counting += _credit(given.arm, behind)
        self.knowing += _credit(given.arm, likeliest)
        seen[given.arm] += 1
        self._course.add(given)
        self._watcher.add(given)
        self.allocations.append(given)


def _likeliest(chances: Mapping[str, float]) -> Sequence[str]:
    best = max(chances.values())
    return [arm for arm, chance in chances.items() if isclose(chance, best, rel_tol=1e-9)]


def _credit(arm: str, guesses: Sequence[str]) -> float:
    return (arm in guesses) / len(guesses)


def _check_shares(rule: Randomised, shares: Mapping[Stratum, float]) -> list[_Person]:
    factors = factors_of(rule)
    people = []
    for stratum in shares:
        if len(stratum) != len(factors):
            raise ValueError(f"the stratum {stratum} does not have one level for each factor")
        levels = {factor.id: level for factor, level in zip(factors, stratum, strict=True)}
        site = next((levels[factor.id] for factor in factors if factor.by_site), "simulated")
        checked = check_levels(rule, levels=levels, site=site)
        if isinstance(checked, NotGiven):
            raise ValueError(f"the stratum {stratum} does not fit the rule: {checked.code}")
        people.append(_Person(stratum, checked, site))
    if min(shares.values(), default=-1.0) < 0 or not isclose(fsum(shares.values()), 1.0, rel_tol=1e-9):
        raise ValueError("the shares of the strata do not add up to 1")
    return people


def _groups(
    rule: Randomised, people: Sequence[_Person], ends: Sequence[Imbalance]
) -> tuple[dict[tuple[str, str], Distribution], dict[Stratum, Distribution]]:
    """The distribution for every level and stratum; a group without participants in a trial is even."""
    levels = dict.fromkeys(pair for person in people for pair in person.levels.items())
    factors = factors_of(rule)
    return (
        {
            pair: _distribution(
                [end.levels[pair].imbalance if pair in end.levels else Fraction() for end in ends]
            )
            for pair in levels
        },
        {
            stratum_of(factors, person.levels): _distribution(
                [
                    end.strata[key].imbalance
                    if (key := tuple(sorted(person.levels.items()))) in end.strata
                    else Fraction()
                    for end in ends
                ]
            )
            for person in people
        },
    )


def _distribution(values: Sequence[Fraction]) -> Distribution:
    return {value: number / len(values) for value, number in sorted(Counter(values).items())}


def _summarise(shares: Sequence[float]) -> RightGuesses:
    number = len(shares)
    mean = fsum(shares) / number
    if number == 1:
        return RightGuesses(mean, nan)
    return RightGuesses(mean, sqrt(fsum((share - mean) ** 2 for share in shares) / (number - 1) / number))
