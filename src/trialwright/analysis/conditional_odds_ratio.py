"""The conditional odds ratio (most likely given the events of both arms) with its exact interval."""

from __future__ import annotations

import math

import numpy as np

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.crossing import find_end_of_ratio
from trialwright.analysis.distributions import hypergeometric_with_odds
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.terms.message import Message, Text, message

SOURCE = "Cornfield J. Proc Third Berkeley Symp 1956;4:135-148; Fisher RA. J R Stat Soc 1935;98:39-82"


def conditional_odds_ratio(arms: TwoArms, *, level: float) -> Result:
    """Give the conditional odds ratio with the interval whose two tails are Fisher's one-sided tests.

    An end is 0 or infinite where treatment has the smallest or largest count possible. `level`: confidence,
    0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    tail = (1 - check_level(level)) / 2
    n1, n0, x1, events = arms.treatment.n, arms.control.n, arms.treatment.events, arms.events

    def distribution(odds_ratio: float) -> tuple[np.ndarray, np.ndarray]:
        first, chances = hypergeometric_with_odds(n1, n0, events, odds_ratio)
        return np.arange(first, first + len(chances)), chances

    def at_least(odds_ratio: float) -> float:
        counts, chances = distribution(odds_ratio)
        return float(chances[counts >= x1].sum())

    def at_most(odds_ratio: float) -> float:
        counts, chances = distribution(odds_ratio)
        return float(chances[counts <= x1].sum())

    def below_mean(odds_ratio: float) -> bool:
        counts, chances = distribution(odds_ratio)
        return float(counts @ chances) > x1

    lowest, highest = max(0, events - n0), min(n1, events)
    estimate: float | None = None
    notes: tuple[Message, ...] = ()
    if lowest == highest:
        notes = (message("Nobody, or everybody, had the event: the data say nothing about the odds ratio."),)
    elif x1 == lowest:
        estimate = 0.0
    elif x1 == highest:
        estimate = math.inf
    elif below_mean(1.0):
        estimate = find_end_of_ratio(below_mean, inside=1.0, upwards=False)
    else:
        estimate = find_end_of_ratio(lambda each: not below_mean(each), inside=1.0, upwards=True)
    low, high = 0.0, math.inf
    if x1 > lowest:
        start = min(max(estimate or 0.0, 1e-20), 1e20)
        low = find_end_of_ratio(lambda each: at_least(each) > tail, inside=start, upwards=False)
    if x1 < highest:
        start = min(max(estimate or 0.0, 1e-20), 1e20)
        high = find_end_of_ratio(lambda each: at_most(each) > tail, inside=start, upwards=True)
    return Result(
        method="conditional_odds_ratio",
        source=SOURCE,
        counted=arms.counted,
        quantity="odds_ratio",
        estimate=estimate,
        interval=Interval(low=low, high=high, level=level, method="conditional_odds_ratio"),
        notes=notes,
    )


METHODS = (
    Method(
        name="conditional_odds_ratio",
        kind="comparison",
        title=Text("conditional odds ratio, exact interval", "条件比值比（精确区间）"),
        compute=conditional_odds_ratio,
        source=SOURCE,
    ),
)
