"""The mid-p interval of a proportion."""

from __future__ import annotations

from trialwright.analysis.counts import ArmCount
from trialwright.analysis.crossing import find_end
from trialwright.analysis.distributions import binomial
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.terms.message import Text

SOURCE = "method 6 of Newcombe RG. Stat Med 1998;17:857-872; Lancaster HO. J Am Stat Assoc 1961;56:223-234"


def mid_p_interval(count: ArmCount, *, level: float) -> Result:
    """Give the proportion with the interval of the exact tails in which the observed count is counted half.

    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    tail = (1 - check_level(level)) / 2
    x, n = count.events, count.n

    def at_or_above(p: float) -> float:
        chances = binomial(n, p)[0]
        return float(chances[x + 1 :].sum() + chances[x] / 2)

    low = 0.0 if x == 0 else find_end(lambda p: at_or_above(p) > tail, inside=count.share, outside=0.0)
    high = 1.0 if x == n else find_end(lambda p: at_or_above(p) < 1 - tail, inside=count.share, outside=1.0)
    return Result(
        method="mid_p_interval",
        source=SOURCE,
        counted=(count.counted,),
        quantity="proportion",
        estimate=count.share,
        interval=Interval(low=low, high=high, level=level, method="mid_p_interval"),
    )


METHODS = (
    Method(
        name="mid_p_interval",
        kind="proportion",
        title=Text("mid-p interval", "mid-p区间"),
        compute=mid_p_interval,
        source=SOURCE,
    ),
)
