"""The limits of a risk ratio or an odds ratio made by inverting a score."""

from __future__ import annotations

import math
from collections.abc import Callable

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.crossing import find_end_of_ratio
from trialwright.analysis.distributions import normal_quantile
from trialwright.analysis.result import Interval, Quantity, Result, check_level
from trialwright.terms.message import Message, message

_FAR = math.exp(50.0)  # a ratio to start from where the estimate is 0 or infinite


def ratio_by_score(
    arms: TwoArms,
    score: Callable[[float], float],
    *,
    estimate: float | None,
    quantity: Quantity,
    level: float,
    method: str,
    source: str,
) -> Result:
    """Give a ratio with the interval of all ratios whose score lies within z of the level.

    `score`: of a ratio, falling. `estimate`: `None` where the counts say nothing about the ratio; then every
    ratio fits. An end is 0 or infinite where the score never reaches z.
    """
    z = normal_quantile(check_level(level))
    low, high = 0.0, math.inf
    notes: tuple[Message, ...] = ()
    if estimate is None:
        notes = (message("The counts say nothing about the ratio: 0 divided by 0."),)
    else:
        inside = min(max(estimate, 1 / _FAR), _FAR)
        if estimate > 0:
            low = find_end_of_ratio(lambda ratio: score(ratio) < z, inside=inside, upwards=False)
        if estimate < math.inf:
            high = find_end_of_ratio(lambda ratio: score(ratio) > -z, inside=inside, upwards=True)
    return Result(
        method=method,
        source=source,
        counted=arms.counted,
        quantity=quantity,
        estimate=estimate,
        interval=Interval(low=low, high=high, level=level, method=method),
        notes=notes,
    )
