"""Wilson's score interval of a proportion, without and with continuity correction."""

from __future__ import annotations

import math

from trialwright.analysis.counts import ArmCount
from trialwright.analysis.distributions import normal_quantile
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.terms.message import Text

SOURCE = "Wilson EB. J Am Stat Assoc 1927;22:209-212; method 3 of Newcombe RG. Stat Med 1998;17:857-872"
SOURCE_CORRECTED = "method 4 of Newcombe RG. Stat Med 1998;17:857-872"


def limits(count: ArmCount, *, level: float) -> tuple[float, float]:
    """Give the Wilson limits: the proportions whose score test does not reject, (p - x/n)^2 <= z^2 p(1-p)/n."""
    z, n, p = normal_quantile(check_level(level)), count.n, count.share
    centre = p + z * z / (2 * n)
    reach = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if count.events == 0 else (centre - reach) / scale
    high = 1.0 if count.events == n else (centre + reach) / scale
    return low, high


def limits_corrected(count: ArmCount, *, level: float) -> tuple[float, float]:
    """Give the limits with a correction of 1/(2n); 0 where nobody and 1 where everybody had the event."""
    z, n, p = normal_quantile(check_level(level)), count.n, count.share
    q, scale = 1 - p, 2 * (n + z * z)
    low = high = 2 * n * p + z * z
    low -= 1 + z * math.sqrt(max(0.0, z * z - 2 - 1 / n + 4 * p * (n * q + 1)))
    high += 1 + z * math.sqrt(max(0.0, z * z + 2 - 1 / n + 4 * p * (n * q - 1)))
    return (
        0.0 if count.events == 0 else max(0.0, low / scale),
        1.0 if count.events == n else min(1.0, high / scale),
    )


def wilson(count: ArmCount, *, level: float) -> Result:
    """Give the proportion with its Wilson interval.

    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    low, high = limits(count, level=level)
    return Result(
        method="wilson",
        source=SOURCE,
        counted=(count.counted,),
        quantity="proportion",
        estimate=count.share,
        interval=Interval(low=low, high=high, level=level, method="wilson"),
    )


def wilson_corrected(count: ArmCount, *, level: float) -> Result:
    """Give the proportion with its Wilson interval with continuity correction.

    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE_CORRECTED`.
    """
    low, high = limits_corrected(count, level=level)
    return Result(
        method="wilson_corrected",
        source=SOURCE_CORRECTED,
        counted=(count.counted,),
        quantity="proportion",
        estimate=count.share,
        interval=Interval(low=low, high=high, level=level, method="wilson_corrected"),
    )


METHODS = (
    Method(
        name="wilson",
        kind="proportion",
        title=Text("Wilson interval", "Wilson区间"),
        compute=wilson,
        source=SOURCE,
    ),
    Method(
        name="wilson_corrected",
        kind="proportion",
        title=Text("Wilson interval with continuity correction", "Wilson区间（连续性校正）"),
        compute=wilson_corrected,
        source=SOURCE_CORRECTED,
    ),
)
