"""Imbalance for reports: counts in all and in every group, by the ratio."""

from __future__ import annotations

from fractions import Fraction

import pytest

from trialwright.conduct.allocation import GivenArm, compute_imbalance


def made(table: str) -> list[GivenArm]:
    """From rows of arm, site, sex, class."""
    rows = [line.split() for line in table.strip().splitlines()]
    return [GivenArm(arm, site, {"sex": sex, "class": level}, "sha256:x") for arm, site, sex, level in rows]


ALLOCATIONS = made("""
    A site_a female other
    A site_a female other
    A site_b female pure_v
    B site_a male   other
    B site_b female other
""")


def test_every_group_is_counted() -> None:
    found = compute_imbalance(ALLOCATIONS, ratio={"A": 1, "B": 1})
    assert (found.overall.counts, found.overall.imbalance) == ({"A": 3, "B": 2}, 1)
    assert found.levels["sex", "female"].counts == {"A": 3, "B": 1}
    assert found.levels["sex", "male"].counts == {"A": 0, "B": 1}
    assert found.levels["class", "other"].imbalance == 0
    assert {site: group.imbalance for site, group in found.sites.items()} == {"site_a": 1, "site_b": 0}
    assert {pairs: group.counts for pairs, group in found.strata.items()} == {
        (("class", "other"), ("sex", "female")): {"A": 2, "B": 1},
        (("class", "pure_v"), ("sex", "female")): {"A": 1, "B": 0},
        (("class", "other"), ("sex", "male")): {"A": 0, "B": 1},
    }


def test_counts_are_compared_by_the_ratio() -> None:
    assert compute_imbalance(ALLOCATIONS, ratio={"A": 3, "B": 2}).overall.imbalance == 0
    assert compute_imbalance(ALLOCATIONS, ratio={"A": 1, "B": 2}).overall.imbalance == 2
    assert (
        compute_imbalance(ALLOCATIONS, ratio={"A": 2, "B": 1, "C": 1}).overall.imbalance == 2
    )  # C has nobody
    assert compute_imbalance(ALLOCATIONS, ratio={"A": 2, "B": 1}).overall.imbalance == Fraction(1, 2)


def test_nobody_is_even() -> None:
    found = compute_imbalance([], ratio={"A": 1, "B": 1})
    assert (found.overall.counts, found.overall.imbalance) == ({"A": 0, "B": 0}, 0)
    assert (found.levels, found.strata, found.sites) == ({}, {}, {})


@pytest.mark.parametrize("arm", ["", "C"])
def test_a_blind_or_foreign_arm_is_not_left_out_silently(arm: str) -> None:
    with pytest.raises(ValueError, match="blind, or its arm is not in the ratio"):
        compute_imbalance([*ALLOCATIONS, GivenArm(arm, "site_a", {}, "x")], ratio={"A": 1, "B": 1})
