"""The simple (Wald) interval of the risk difference."""

from __future__ import annotations

import math

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.distributions import normal_quantile
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.terms.message import Message, Text, message

SOURCE = "method 1 of Newcombe RG. Stat Med 1998;17:873-890"
NO_WIDTH = message("Both shares are 0 or 1, so this interval has no width. Choose a score interval.")


def wald(arms: TwoArms, *, level: float) -> Result:
    """Give the risk difference plus and minus z standard errors; not held within -1 and 1.

    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    z, p1, p0 = normal_quantile(check_level(level)), arms.treatment.share, arms.control.share
    error = math.sqrt(p1 * (1 - p1) / arms.treatment.n + p0 * (1 - p0) / arms.control.n)
    notes: tuple[Message, ...] = () if error else (NO_WIDTH,)
    return Result(
        method="wald",
        source=SOURCE,
        counted=arms.counted,
        quantity="risk_difference",
        estimate=arms.difference,
        standard_error=error,
        interval=Interval(
            low=arms.difference - z * error, high=arms.difference + z * error, level=level, method="wald"
        ),
        notes=notes,
    )


METHODS = (
    Method(
        name="wald",
        kind="comparison",
        title=Text("risk difference, Wald interval", "率差（Wald区间）"),
        compute=wald,
        source=SOURCE,
    ),
)
