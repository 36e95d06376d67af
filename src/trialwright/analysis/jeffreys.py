"""Jeffreys' interval of a proportion."""

from __future__ import annotations

from trialwright.analysis.counts import ArmCount
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.terms.message import Text

SOURCE = "Brown LD, Cai TT, DasGupta A. Stat Sci 2001;16:101-133, section 4.1"


def jeffreys(count: ArmCount, *, level: float) -> Result:
    """Give the proportion with the equal-tailed interval of its Beta(x + 1/2, n - x + 1/2) posterior.

    The lower limit is 0 where nobody, the upper 1 where everybody had the event (section 4.1 of the source).
    `level`: 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    from scipy.special import betaincinv

    tail = (1 - check_level(level)) / 2
    x, n = count.events, count.n
    low = 0.0 if x == 0 else float(betaincinv(x + 0.5, n - x + 0.5, tail))
    high = 1.0 if x == n else float(betaincinv(x + 0.5, n - x + 0.5, 1 - tail))
    return Result(
        method="jeffreys",
        source=SOURCE,
        counted=(count.counted,),
        quantity="proportion",
        estimate=count.share,
        interval=Interval(low=low, high=high, level=level, method="jeffreys"),
    )


METHODS = (
    Method(
        name="jeffreys",
        kind="proportion",
        title=Text("Jeffreys interval", "Jeffreys区间"),
        compute=jeffreys,
        source=SOURCE,
    ),
)
