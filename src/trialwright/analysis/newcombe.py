"""Newcombe's hybrid score interval of the risk difference."""

from __future__ import annotations

import math

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result
from trialwright.analysis.wilson import limits
from trialwright.terms.message import Text

SOURCE = "method 10 of Newcombe RG. Stat Med 1998;17:873-890"


def newcombe(arms: TwoArms, *, level: float) -> Result:
    """Give the risk difference with the interval made of the Wilson limits of the two arms.

    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    p1, p0, observed = arms.treatment.share, arms.control.share, arms.difference
    low1, high1 = limits(arms.treatment, level=level)
    low0, high0 = limits(arms.control, level=level)
    return Result(
        method="newcombe",
        source=SOURCE,
        counted=arms.counted,
        quantity="risk_difference",
        estimate=observed,
        interval=Interval(
            low=observed - math.hypot(p1 - low1, high0 - p0),
            high=observed + math.hypot(high1 - p1, p0 - low0),
            level=level,
            method="newcombe",
        ),
    )


METHODS = (
    Method(
        name="newcombe",
        kind="comparison",
        title=Text("risk difference, Newcombe hybrid interval", "率差（Newcombe混合得分区间）"),
        compute=newcombe,
        source=SOURCE,
    ),
)
