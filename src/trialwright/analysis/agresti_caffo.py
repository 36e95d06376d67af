"""Agresti and Caffo's interval of the risk difference."""

from __future__ import annotations

import math

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.distributions import normal_quantile
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.terms.message import Text

SOURCE = "Agresti A, Caffo B. Am Stat 2000;54:280-288"


def agresti_caffo(arms: TwoArms, *, level: float) -> Result:
    """Give the risk difference with the Wald interval after one event and one non-event more in each arm.

    The estimate is the observed difference; the interval lies around the shrunken one.
    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    z, n1, n0 = normal_quantile(check_level(level)), arms.treatment.n + 2, arms.control.n + 2
    p1, p0 = (arms.treatment.events + 1) / n1, (arms.control.events + 1) / n0
    reach = z * math.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    return Result(
        method="agresti_caffo",
        source=SOURCE,
        counted=arms.counted,
        quantity="risk_difference",
        estimate=arms.difference,
        interval=Interval(
            low=max(-1.0, p1 - p0 - reach),
            high=min(1.0, p1 - p0 + reach),
            level=level,
            method="agresti_caffo",
        ),
    )


METHODS = (
    Method(
        name="agresti_caffo",
        kind="comparison",
        title=Text("risk difference, Agresti-Caffo interval", "率差（Agresti-Caffo区间）"),
        compute=agresti_caffo,
        source=SOURCE,
    ),
)
