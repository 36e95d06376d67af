"""Draws that a rehearsal needs: shares met as nearly as whole people allow, whatever the seed."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.simulation.participants.chance import Shares, deal


@pytest.mark.parametrize(
    ("count", "share", "low", "high"),
    [
        # as many as expected, rounded down or up
        (53, 0.02, 1, 2),  # 1.06
        (53, 0.528, 27, 28),  # 27.98
        (100, 0.25, 25, 25),
        (10, 0.0, 0, 0),
        (10, 1.0, 10, 10),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_share_of_people_is_met_by_as_many_as_expected(
    count: int, share: float, low: int, high: int, seed: int
) -> None:
    shares = Shares(count, np.random.default_rng(seed))
    met = sum(shares.hits("something", index, share) for index in range(count))
    assert low <= met <= high


def test_who_meets_one_thing_says_nothing_about_another() -> None:
    shares = Shares(1000, np.random.default_rng(4))
    one = np.array([shares.draw("one", index) for index in range(1000)])
    other = np.array([shares.draw("other", index) for index in range(1000)])
    assert abs(float(np.corrcoef(one, other)[0, 1])) < 0.1  # 3 standard errors of 1000 independent pairs


def test_weights_are_dealt_as_often_as_they_say() -> None:
    dealt = deal({"a": 2.0, "b": 1.0, "c": 1.0}, 8, np.random.default_rng(5))
    assert sorted(dealt) == ["a", "a", "a", "a", "b", "b", "c", "c"]
