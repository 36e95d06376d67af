"""What can be known of the next arm without the secret, by one who knows the rule and every allocation before it.

Nobody can do better: an allocation is as concealed as these chances are even.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from trialwright.conduct.allocation.given import GivenArm, NotGiven, Randomised, digest_rule
from trialwright.conduct.allocation.levels import check_levels, factors_of, stratum_of
from trialwright.conduct.allocation.minimisation import Counts, Scales, add_to_counts
from trialwright.conduct.allocation.permuted_blocks import Blocks, fill_block
from trialwright.study.allocation import Minimisation


class BlockBelief:
    """Which blocks may be running in one list, given the arms seen so far, and how likely each is (Bayes' rule).

    A block is known by what is left in it, arm by arm; its size and where it began are not known.
    """

    def __init__(self, rule: Blocks) -> None:
        self._arms = tuple(sorted(rule.ratio))
        self._fresh: dict[tuple[int, ...], float] = {}
        for size in rule.block_sizes:
            block = Counter(fill_block(rule, size))
            left = tuple(block[arm] for arm in self._arms)
            self._fresh[left] = self._fresh.get(left, 0.0) + 1 / len(rule.block_sizes)
        self._running = dict(self._fresh)

    def chances(self) -> dict[str, float]:
        """The probability of each arm to come next, by arm id."""
        found = dict.fromkeys(self._arms, 0.0)
        for left, likely in self._running.items():
            for arm, number in zip(self._arms, left, strict=True):
                found[arm] += likely * number / sum(left)
        return found

    def see(self, arm: str) -> None:
        """Take an arm into account; raises `ValueError` if no blocks of the rule give it here."""
        if arm not in self._arms:
            raise ValueError("an earlier allocation is blind, or its arm is not in the ratio")
        place = self._arms.index(arm)
        after: dict[tuple[int, ...], float] = {}
        for left, likely in self._running.items():
            if not left[place]:
                continue
            likely *= left[place] / sum(left)
            rest = (*left[:place], left[place] - 1, *left[place + 1 :])
            following = {rest: 1.0} if any(rest) else self._fresh
            for block, share in following.items():
                after[block] = after.get(block, 0.0) + likely * share
        total = sum(after.values())
        if not total:
            raise ValueError("no blocks of the rule give this sequence of arms")
        self._running = {block: likely / total for block, likely in after.items()}


class Watcher(Protocol):
    """Somebody who knows the rule and sees every allocation, but not the secret."""

    def add(self, given: GivenArm) -> None:
        """See an allocation."""

    def chances(self, levels: Mapping[str, str]) -> Mapping[str, float]:
        """The probability of each arm to be given to a participant of these (checked) levels, by arm id."""


class BlockWatcher:
    """A watcher of permuted blocks, with a belief about the list of every stratum."""

    def __init__(self, rule: Blocks) -> None:
        self._rule, self._digest = rule, digest_rule(rule)
        self._factors = factors_of(rule)
        self._beliefs: dict[tuple[str, ...], BlockBelief] = {}

    def add(self, given: GivenArm) -> None:
        """See an allocation; one made under another rule took no place of these lists."""
        if given.rule == self._digest:
            self._belief(given.levels).see(given.arm)

    def chances(self, levels: Mapping[str, str]) -> Mapping[str, float]:
        """See `Watcher`."""
        return self._belief(levels).chances()

    def _belief(self, levels: Mapping[str, str]) -> BlockBelief:
        stratum = stratum_of(self._factors, levels)
        if stratum not in self._beliefs:
            self._beliefs[stratum] = BlockBelief(self._rule)
        return self._beliefs[stratum]


class MinimisationWatcher:
    """A watcher of minimisation: the counts and the rule tell the chances."""

    def __init__(self, rule: Minimisation) -> None:
        self._scales = Scales(rule)
        self._counts: Counts = Counter()

    def add(self, given: GivenArm) -> None:
        """See an allocation."""
        add_to_counts(self._counts, given)

    def chances(self, levels: Mapping[str, str]) -> Mapping[str, float]:
        """See `Watcher`."""
        weighed = self._scales.weigh(counts=self._counts, levels=levels)
        return {arm: float(chance) for arm, chance in weighed.probability.items()}


def watch(rule: Randomised) -> Watcher:
    """A watcher who has seen nothing yet."""
    return MinimisationWatcher(rule) if isinstance(rule, Minimisation) else BlockWatcher(rule)


def compute_chances(
    rule: Randomised, *, earlier: Sequence[GivenArm], levels: Mapping[str, str], site: str
) -> Mapping[str, float] | NotGiven:
    """The probability of each arm to be given next, to somebody who knows everything but the secret; by arm id.

    Arguments as for `allocate_next`. Raises `ValueError` for a blind earlier allocation, and for a sequence of arms
    that no blocks of the rule give.
    """
    checked = check_levels(rule, levels=levels, site=site)
    if isinstance(checked, NotGiven):
        return checked
    watcher = watch(rule)
    for given in earlier:
        watcher.add(given)
    return watcher.chances(checked)
