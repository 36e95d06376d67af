"""The limits of a risk difference made by inverting a score, whichever score it is."""

from __future__ import annotations

from collections.abc import Callable

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.crossing import find_end
from trialwright.analysis.distributions import normal_quantile
from trialwright.analysis.result import Interval, Result, check_level


def difference_by_score(
    arms: TwoArms, score: Callable[[float], float], *, level: float, method: str, source: str
) -> Result:
    """Give the risk difference with the interval of all differences whose score lies within z of the level.

    `score`: of a difference, falling; 0 at the observed one. Where it does not reach z before -1 or 1 (0/n
    against n/n), the limit is -1 or 1.
    """
    z, observed = normal_quantile(check_level(level)), arms.difference
    low = find_end(lambda d: score(d) < z, inside=observed, outside=-1.0) if observed > -1 else -1.0
    high = find_end(lambda d: score(d) > -z, inside=observed, outside=1.0) if observed < 1 else 1.0
    return Result(
        method=method,
        source=source,
        counted=arms.counted,
        quantity="risk_difference",
        estimate=observed,
        interval=Interval(low=low, high=high, level=level, method=method),
    )
