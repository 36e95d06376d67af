"""How evenly the arms have been given: over all, by factor level, by stratum, by site. For reports; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from trialwright.conduct.allocation.given import GivenArm

Group = TypeVar("Group")


@dataclass(frozen=True, slots=True)
class Balance:
    """One group of participants. `counts`: participants by arm id, arms without any included.

    `imbalance`: the range of the counts, each divided by the ratio of its arm; with two arms 1:1 the difference
    between them; 0 if the ratio is met.
    """

    counts: Mapping[str, int]
    imbalance: Fraction


@dataclass(frozen=True, slots=True)
class Imbalance:
    """The balance of all participants, and of the groups they fall in.

    `levels`: by factor id and level id. `strata`: by all pairs of factor id and level id, factors in the order of
    their ids. `sites`: by site id.
    """

    overall: Balance
    levels: Mapping[tuple[str, str], Balance]
    strata: Mapping[tuple[tuple[str, str], ...], Balance]
    sites: Mapping[str, Balance]


def compute_imbalance(allocations: Sequence[GivenArm], *, ratio: Mapping[str, int]) -> Imbalance:
    """Count the allocations of a study by arm, in all and in every group.

    `ratio`: the parts of the arms, each 1 or more; arms outside it are refused (`ValueError`), blind ones too.
    """
    strange = {given.arm for given in allocations} - set(ratio)
    if strange:
        raise ValueError("an allocation is blind, or its arm is not in the ratio")
    return Imbalance(
        _balance(allocations, ratio),
        _by(((given, pair) for given in allocations for pair in given.levels.items()), ratio),
        _by(((given, tuple(sorted(given.levels.items()))) for given in allocations), ratio),
        _by(((given, given.site) for given in allocations), ratio),
    )


def _by(pairs: Iterable[tuple[GivenArm, Group]], ratio: Mapping[str, int]) -> dict[Group, Balance]:
    groups: dict[Group, list[GivenArm]] = {}
    for given, group in pairs:
        groups.setdefault(group, []).append(given)
    return {group: _balance(members, ratio) for group, members in groups.items()}


def _balance(allocations: Sequence[GivenArm], ratio: Mapping[str, int]) -> Balance:
    counts = {arm: sum(given.arm == arm for given in allocations) for arm in ratio}
    return Balance(counts, spread(counts, ratio=ratio))


def spread(counts: Mapping[str, int], *, ratio: Mapping[str, int]) -> Fraction:
    """The range of the counts, each divided by the ratio of its arm."""
    shares = [Fraction(counts.get(arm, 0), part) for arm, part in ratio.items()]
    return max(shares) - min(shares)
