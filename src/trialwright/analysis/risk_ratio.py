"""The crude risk ratio with its log interval."""

from __future__ import annotations

import math

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.distributions import normal_quantile
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.terms.message import Message, Text, message

SOURCE = "Katz D, Baptista J, Azen SP, Pike MC. Biometrics 1978;34:469-474, method C"
EMPTY_CELL = message("With no event in an arm this interval does not exist. Choose a score interval.")


def crude_risk_ratio(arms: TwoArms) -> float | None:
    """Give the share of treatment divided by that of control; infinite at x/0, `None` at 0/0."""
    if arms.control.events == 0:
        return math.inf if arms.treatment.events else None
    return arms.treatment.share / arms.control.share


def risk_ratio(arms: TwoArms, *, level: float) -> Result:
    """Give the risk ratio with the interval that is symmetric on the log scale.

    No interval, and a note, where an arm has no event: nothing is added to empty cells.
    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    z, estimate = normal_quantile(check_level(level)), crude_risk_ratio(arms)
    interval, error, notes = None, None, tuple[Message, ...]()
    if estimate and estimate < math.inf:
        error = math.sqrt(sum(1 / each.events - 1 / each.n for each in (arms.treatment, arms.control)))
        interval = Interval(
            low=estimate * math.exp(-z * error),
            high=estimate * math.exp(z * error),
            level=level,
            method="risk_ratio",
        )
    else:
        notes = (EMPTY_CELL,)
    return Result(
        method="risk_ratio",
        source=SOURCE,
        counted=arms.counted,
        quantity="risk_ratio",
        estimate=estimate,
        interval=interval,
        standard_error=error,
        notes=notes,
    )


METHODS = (
    Method(
        name="risk_ratio",
        kind="comparison",
        title=Text("risk ratio, log interval", "相对危险度（对数区间）"),
        compute=risk_ratio,
        source=SOURCE,
    ),
)
