"""Survival by hand: ties, censoring, nobody with the event, curves that never fall to one half."""

from __future__ import annotations

import math

import pytest

from trialwright.analysis import METHODS, CannotAnalyse, SurvivalCurve

LEVEL = 0.95


def curve(text: str) -> SurvivalCurve:
    """`3 5+ 5`: weeks to the event, with + where censored."""
    times = text.split()
    found = METHODS["kaplan_meier"].compute(
        [float(each.rstrip("+")) for each in times],
        [not each.endswith("+") for each in times],
        group="MT",
        unit="wk",
        level=LEVEL,
    )
    assert isinstance(found, SurvivalCurve)
    return found


# times, and for each step: time, at risk, events, censored, survival

CURVES = [
    ("1 2 3 4", [(1, 4, 1, 0, 3 / 4), (2, 3, 1, 0, 1 / 2), (3, 2, 1, 0, 1 / 4), (4, 1, 1, 0, 0)]),
    # Whoever is censored at 2 was still at risk of the event at 2.
    ("2 2+ 3", [(2, 3, 1, 1, 2 / 3), (3, 1, 1, 0, 0)]),
    ("5 5 5+ 5+ 8", [(5, 5, 2, 2, 3 / 5), (8, 1, 1, 0, 0)]),
    ("0 1", [(0, 2, 1, 0, 1 / 2), (1, 1, 1, 0, 0)]),
    ("3+ 7+", [(3, 2, 0, 1, 1), (7, 1, 0, 1, 1)]),
    # 0.1 + 0.2 is 0.3
    ("0.30000000000000004 0.3 0.4", [(0.3, 3, 2, 0, 1 / 3), (0.4, 1, 1, 0, 0)]),
]


@pytest.mark.parametrize(("text", "steps"), CURVES)
def test_curve(text: str, steps: list[tuple[float, int, int, int, float]]) -> None:
    found = [
        (step.time, step.at_risk, step.events, step.censored, step.survival) for step in curve(text).steps
    ]
    assert [each[:4] for each in found] == [each[:4] for each in steps]
    assert [each[4] for each in found] == pytest.approx([each[4] for each in steps], abs=1e-12)


def test_limits_do_not_exist_at_1_and_at_0() -> None:
    before, first, last = curve("1+ 2 3").steps
    assert (before.survival, before.low, before.high) == (1.0, None, None)
    assert (last.survival, last.low, last.high, last.standard_error) == (0.0, None, None, None)
    # By hand: S = 1/2, Greenwood 1/(2 x 1) = 1/2, log-log: S^exp(+-1.959964 sqrt(0.5)/log 2)
    reach = math.exp(1.959963984540054 * math.sqrt(0.5) / math.log(2.0))
    assert first.low == pytest.approx(0.5**reach, abs=1e-12)
    assert first.high == pytest.approx(0.5 ** (1 / reach), abs=1e-12)


@pytest.mark.parametrize(
    ("text", "median"),
    [
        ("1 2 3", 2.0),
        # exactly one half from 2 to 3: the middle
        ("1 2 3 4", 2.5),
        # exactly one half to the end: nothing falls below, so the time it got there
        ("1 2 9+ 9+", 2.0),
        ("1 5+ 9+", None),
        ("3+ 7+", None),
    ],
)
def test_median(text: str, median: float | None) -> None:
    result = curve(text).median()
    assert result.estimate == median
    assert bool(result.notes) == (median is None)


def test_survival_at_a_time() -> None:
    found = curve("2 4 6+ 8+")
    assert found.survival_at(1.0).estimate == 1.0
    assert found.survival_at(2.0).estimate == pytest.approx(0.75)
    assert found.survival_at(3.9).estimate == pytest.approx(0.75)
    assert found.survival_at(8.0).estimate == pytest.approx(0.5)
    beyond = found.survival_at(8.1)
    assert beyond.estimate is None
    assert "Nobody was followed" in beyond.notes[0].template
    # Where the curve has reached 0 it stays there.
    assert curve("2 4").survival_at(9.0).estimate == 0.0


def test_at_risk_below_a_figure() -> None:
    found = curve("2 4 4+ 6+ 8")
    assert [found.at_risk(time) for time in (0, 2, 2.5, 4, 4.5, 8, 9)] == [5, 5, 4, 4, 2, 1, 0]
    assert (found.counted.n, found.counted.events) == (5, 3)


BAD = [
    ([], [], "Nobody was followed"),
    ([1.0], [True, False], "1 times for 2"),
    ([-1.0], [True], "below 0"),
    ([math.nan], [True], "missing"),
    ([1.0], [None], "neither"),
    ([1.0], [2], "neither"),
]


@pytest.mark.parametrize(("times", "events", "words"), BAD)
def test_no_times_to_event(times: list[float], events: list[bool], words: str) -> None:
    with pytest.raises(CannotAnalyse, match=words):
        METHODS["kaplan_meier"].compute(times, events, group="MT", unit="d", level=LEVEL)


def log_rank(text: str, strata: list[str] | None = None) -> object:
    """`a3 b5+`: group, weeks, + where censored."""
    words = text.split()
    return METHODS["log_rank"].compute(
        [float(each[1:].rstrip("+")) for each in words],
        [not each.endswith("+") for each in words],
        [each[0] for each in words],
        strata=strata,
    )


def test_log_rank_by_hand() -> None:
    # At 1: a, b at risk 2 and 2, one event (a): expected 1/2, variance 1/4. At 2: 1 and 2, event b: 1/3, 2/9.
    # At 3: 1 and 1, event a: 1/2, 1/4. At 4: b alone, no variance. Observed 2 in a, expected 4/3.
    result = METHODS["log_rank"].compute([1, 3, 2, 4], [1, 1, 1, 1], ["a", "a", "b", "b"], strata=None)
    assert result.statistic == pytest.approx((2 - 4 / 3) ** 2 / (1 / 4 + 2 / 9 + 1 / 4), rel=1e-12)
    assert result.degrees == 1


def test_log_rank_with_ties_by_hand() -> None:
    # At 2: 2 and 2 at risk, two events, one in each: expected 1, hypergeometric variance 2 x 1/4 x 2/3 = 1/3;
    # whoever is censored at 2 counts as at risk. Then at 5 a alone.
    result = METHODS["log_rank"].compute([2, 5, 2, 2], [1, 1, 1, 0], ["a", "a", "b", "b"], strata=None)
    assert result.statistic == pytest.approx(0.0, abs=1e-12)
    assert result.p_value == pytest.approx(1.0)


def test_log_rank_within_strata_adds_up_strata() -> None:
    times, events, groups = [1, 3, 2, 4], [1, 1, 1, 1], ["a", "a", "b", "b"]
    once = METHODS["log_rank"].compute(times, events, groups, strata=None)
    twice = METHODS["log_rank"].compute(times * 2, events * 2, groups * 2, strata=["x"] * 4 + ["y"] * 4)
    assert twice.statistic == pytest.approx(2 * once.statistic, rel=1e-12)
    assert dict(twice.notes[0].values) == {"strata": 2}


@pytest.mark.parametrize(
    ("events", "groups"),
    [
        # no event; events only after one group has gone
        ([0, 0, 0, 0], ["a", "a", "b", "b"]),
        ([0, 0, 1, 1], ["a", "a", "b", "b"]),
    ],
)
def test_nothing_tells_groups_apart(events: list[int], groups: list[str]) -> None:
    result = METHODS["log_rank"].compute([1, 2, 3, 4], events, groups, strata=None)
    assert (result.statistic, result.p_value) == (None, None)
    assert "nothing tells the groups apart" in result.notes[0].template


def test_a_group_without_any_at_risk_takes_a_degree_of_freedom() -> None:
    result = METHODS["log_rank"].compute(
        [1, 5, 6, 7, 8], [0, 1, 1, 1, 1], ["c", "a", "b", "a", "b"], strata=None
    )
    assert result.degrees == 1


def test_log_rank_refuses_what_is_no_comparison() -> None:
    with pytest.raises(CannotAnalyse, match="only one"):
        METHODS["log_rank"].compute([1, 2], [1, 1], ["a", "a"], strata=None)
    with pytest.raises(CannotAnalyse, match="a group"):
        METHODS["log_rank"].compute([1, 2], [1, 1], ["a"], strata=None)
    with pytest.raises(CannotAnalyse, match="a stratum"):
        METHODS["log_rank"].compute([1, 2], [1, 1], ["a", "b"], strata=["x"])


def test_the_order_of_participants_makes_no_difference() -> None:
    times, events, groups = [4.0, 1.0, 3.0, 2.0, 6.0, 5.0], [1, 1, 0, 1, 0, 1], ["a", "b", "c", "a", "b", "c"]
    one = METHODS["log_rank"].compute(times, events, groups, strata=None)
    other = METHODS["log_rank"].compute(times[::-1], events[::-1], groups[::-1], strata=None)
    assert one.statistic == pytest.approx(other.statistic, rel=1e-10)
