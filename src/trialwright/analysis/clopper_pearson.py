"""The exact interval of a proportion of Clopper and Pearson."""

from __future__ import annotations

from trialwright.analysis.counts import ArmCount
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.terms.message import Text

SOURCE = "Clopper CJ, Pearson ES. Biometrika 1934;26:404-413"


def clopper_pearson(count: ArmCount, *, level: float) -> Result:
    """Give the proportion with its exact interval: each tail at most half of what the level leaves.

    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    from scipy.special import betaincinv

    tail = (1 - check_level(level)) / 2
    x, n = count.events, count.n
    low = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    high = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - tail))
    return Result(
        method="clopper_pearson",
        source=SOURCE,
        counted=(count.counted,),
        quantity="proportion",
        estimate=count.share,
        interval=Interval(low=low, high=high, level=level, method="clopper_pearson"),
    )


METHODS = (
    Method(
        name="clopper_pearson",
        kind="proportion",
        title=Text("Clopper-Pearson exact interval", "Clopper-Pearson精确区间"),
        compute=clopper_pearson,
        source=SOURCE,
    ),
)
