"""What stands beside an analysis: sample size, posterior probability, the interval behind a printed P value."""

from __future__ import annotations

import math

import pytest

from tests.unit.analysis.analysis_support import arms
from trialwright.analysis import (
    METHODS,
    CannotAnalyse,
    compute_implied_interval,
    compute_incidence_rate,
    compute_sample_size,
)


def test_posterior_of_equal_arms_is_one_half() -> None:
    for text in ("5/10 v 5/10", "0/10 v 0/10", "500/1000 v 500/1000"):
        found = METHODS["posterior_superiority"].compute(arms(text), prior_events=0.5, prior_non_events=0.5)
        assert found.estimate == pytest.approx(0.5, abs=1e-9)


def test_posterior_by_hand() -> None:
    # 1/1 against 0/1, uniform priors: densities 2p and 2(1-q); P(p > q) = 5/6.
    found = METHODS["posterior_superiority"].compute(
        arms("1/1 v 0/1"), prior_events=1.0, prior_non_events=1.0
    )
    assert found.estimate == pytest.approx(5 / 6, abs=1e-12)
    # 0/3 against 0/1: densities 4(1-p)^3 and 2(1-q); P(p > q) = 1 - 4/6.
    found = METHODS["posterior_superiority"].compute(
        arms("0/3 v 0/1"), prior_events=1.0, prior_non_events=1.0
    )
    assert found.estimate == pytest.approx(1 / 3, abs=1e-12)


def test_posterior_turns_around() -> None:
    for text, other in (("20/28 v 11/25", "11/25 v 20/28"), ("0/30 v 4/9", "4/9 v 0/30")):
        one, two = (
            METHODS["posterior_superiority"]
            .compute(arms(each), prior_events=0.5, prior_non_events=0.5)
            .estimate
            for each in (text, other)
        )
        assert one + two == pytest.approx(1.0, abs=1e-9)


def test_a_prior_must_be_one() -> None:
    with pytest.raises(CannotAnalyse, match="above 0"):
        METHODS["posterior_superiority"].compute(arms("1/2 v 1/2"), prior_events=0.0, prior_non_events=1.0)


def test_sample_size_does_not_depend_on_which_arm_is_named_first() -> None:
    one = compute_sample_size(share_treatment=0.7, share_control=0.4, alpha=0.05, power=0.8, allocation=2.0)
    other = compute_sample_size(share_treatment=0.4, share_control=0.7, alpha=0.05, power=0.8, allocation=0.5)
    assert one.estimate == pytest.approx(other.estimate, rel=1e-12)


def test_equal_shares_need_no_number() -> None:
    with pytest.raises(CannotAnalyse, match="equal shares"):
        compute_sample_size(share_treatment=0.4, share_control=0.4, alpha=0.05, power=0.8, allocation=1.0)


def test_implied_interval_gives_back_the_interval_it_came_from() -> None:
    # Odds ratio 3.181818 of 20/28 against 11/25: P 0.0462798, interval 1.0193 to 9.9325 (R glm).
    found = compute_implied_interval(odds_ratio=3.1818182, p_value=0.0462797, level=0.95)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((1.0193, 9.9325), abs=1e-4)
    below = compute_implied_interval(odds_ratio=1 / 3.1818182, p_value=0.0462797, level=0.95)
    assert below.interval is not None
    assert below.interval.high == pytest.approx(1 / (found.interval.low or math.nan), rel=1e-12)
    assert "not an analysis of data" in found.notes[0].template


@pytest.mark.parametrize(
    ("ratio", "p"), [(1.0, 0.5), (0.0, 0.5), (2.0, 0.0), (2.0, 1.0), (-1.0, 0.5), (math.nan, 0.5)]
)
def test_what_implies_nothing(ratio: float, p: float) -> None:
    with pytest.raises(CannotAnalyse, match="implies no interval"):
        compute_implied_interval(odds_ratio=ratio, p_value=p, level=0.95)


@pytest.mark.parametrize("events", [0, 1, 2, 6, 28])
def test_an_incidence_rate_at_its_limits_leaves_half_of_five_percent_in_each_tail(events: int) -> None:
    """The tails summed term by term: P(X >= x) at the lower limit, P(X <= x) at the upper one; 40 years at risk."""
    found = compute_incidence_rate(arm="MT", events=events, n=28, years=40.0, level=0.95)
    assert found.estimate == pytest.approx(100 * events / 40)
    assert found.interval is not None
    low, high = (0.4 * limit for limit in (found.interval.low or 0.0, found.interval.high or 0.0))

    def at_most(x: int, mean: float) -> float:
        return sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(x + 1))

    assert at_most(events, high) == pytest.approx(0.025, abs=1e-12)
    if events:
        assert 1 - at_most(events - 1, low) == pytest.approx(0.025, abs=1e-12)
    else:
        assert low == 0.0


@pytest.mark.parametrize(("events", "n", "years"), [(3, 2, 1.0), (-1, 2, 1.0), (1, 2, 0.0)])
def test_a_rate_needs_events_of_participants_and_time(events: int, n: int, years: float) -> None:
    with pytest.raises(CannotAnalyse, match="cannot be"):
        compute_incidence_rate(arm="MT", events=events, n=n, years=years, level=0.95)
