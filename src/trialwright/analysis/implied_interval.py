"""The interval that a published ratio and its P value imply, where the paper prints none."""

from __future__ import annotations

import math
from statistics import NormalDist

from trialwright.analysis.distributions import normal_quantile
from trialwright.analysis.result import CannotAnalyse, Interval, Result, check_level
from trialwright.terms.message import message

SOURCE = "Altman DG, Bland JM. BMJ 2011;343:d2090"


def compute_implied_interval(*, odds_ratio: float, p_value: float, level: float) -> Result:
    """Give the interval of an odds ratio from its two-sided Wald P value; as rough as the P value was rounded.

    `odds_ratio`: above 0, not 1; `p_value`: above 0, below 1; `level`: confidence, 0 to 1. Raises
    `CannotAnalyse` where these imply nothing. **Source**: `SOURCE`, with the exact normal quantile.
    """
    if not odds_ratio > 0.0 or odds_ratio == 1.0 or not 0.0 < p_value < 1.0:
        raise CannotAnalyse(
            message("A ratio of {ratio} with P = {p} implies no interval.", ratio=odds_ratio, p=p_value)
        )
    estimate = math.log(odds_ratio)
    statistic = math.copysign(NormalDist().inv_cdf(1 - p_value / 2), estimate)
    error, z = estimate / statistic, normal_quantile(check_level(level))
    return Result(
        method="implied_interval",
        source=SOURCE,
        counted=(),
        quantity="odds_ratio",
        estimate=odds_ratio,
        standard_error=error,
        statistic=statistic,
        p_value=p_value,
        alternative="two_sided",
        interval=Interval(
            low=math.exp(estimate - z * error),
            high=math.exp(estimate + z * error),
            level=level,
            method="implied_interval",
        ),
        notes=(message("Worked back from the printed ratio and P value; not an analysis of data."),),
    )
