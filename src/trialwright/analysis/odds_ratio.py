"""The crude odds ratio with its log interval."""

from __future__ import annotations

import math

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.distributions import normal_quantile, two_sided
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.terms.message import Text, message

SOURCE = "Woolf B. Ann Hum Genet 1955;19:251-253"
EMPTY_CELL = message("With an empty cell this interval does not exist. Choose a score or an exact interval.")


def crude_odds_ratio(arms: TwoArms) -> float | None:
    """Give the odds of treatment divided by those of control; infinite at x/0, `None` at 0/0."""
    x1, y1 = arms.treatment.events, arms.treatment.n - arms.treatment.events
    x0, y0 = arms.control.events, arms.control.n - arms.control.events
    if arms.uninformative:
        return None
    return x1 * y0 / (x0 * y1) if x0 * y1 else math.inf


def odds_ratio(arms: TwoArms, *, level: float) -> Result:
    """Give the odds ratio with the interval that is symmetric on the log scale, and its Wald test.

    No interval, and a note, where a cell is empty: nothing is added to empty cells.
    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    z, estimate = normal_quantile(check_level(level)), crude_odds_ratio(arms)
    if not estimate or estimate == math.inf:
        return Result(
            method="odds_ratio",
            source=SOURCE,
            counted=arms.counted,
            quantity="odds_ratio",
            estimate=estimate,
            notes=(EMPTY_CELL,),
        )
    error = math.sqrt(
        sum(1 / each.events + 1 / (each.n - each.events) for each in (arms.treatment, arms.control))
    )
    statistic = math.log(estimate) / error
    return Result(
        method="odds_ratio",
        source=SOURCE,
        counted=arms.counted,
        quantity="odds_ratio",
        estimate=estimate,
        standard_error=error,
        statistic=statistic,
        p_value=two_sided(statistic),
        alternative="two_sided",
        interval=Interval(
            low=estimate * math.exp(-z * error),
            high=estimate * math.exp(z * error),
            level=level,
            method="odds_ratio",
        ),
    )


METHODS = (
    Method(
        name="odds_ratio",
        kind="comparison",
        title=Text("odds ratio, log interval", "比值比（对数区间）"),
        compute=odds_ratio,
        source=SOURCE,
    ),
)
