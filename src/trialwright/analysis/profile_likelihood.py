"""Limits and test of one term of a regression from its profile likelihood, and the terms together as a result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from trialwright.analysis.distributions import chi_square_quantile, chi_square_tail
from trialwright.analysis.logistic_fit import Fit, fit
from trialwright.analysis.regression_data import INTERCEPT, RegressionData, finite_exp
from trialwright.analysis.result import Interval, Result
from trialwright.terms.message import Message

_WIDENINGS = 60  # the last is 7 million times as wide as the first


def profile_end(
    data: RegressionData, best: Fit, place: int, *, quantile: float, upwards: bool, penalised: bool
) -> float:
    """Give the coefficient at which the profile (penalised) log likelihood has fallen by half a quantile.

    `quantile`: of chi-square with 1 degree of freedom. Infinite where it never falls so far.
    """
    from scipy.optimize import brentq

    centre, error = float(best.coefficients[place]), math.sqrt(best.covariance[place, place])
    sign = 1.0 if upwards else -1.0

    along = best.covariance[:, place] / best.covariance[place, place]
    tried = {0.0: best.coefficients}

    def fallen(distance: float) -> float:
        held_at = centre + sign * distance
        # From the nearest point: a penalised likelihood may have a second, lower maximum further off.
        before = tried[min(tried, key=lambda each: abs(each - distance))]
        starts = before + along * (held_at - before[place]), before, best.coefficients
        held = fit(data, penalised=penalised, fixed=(place, held_at), starts=starts)
        tried[distance] = held.coefficients
        return 2.0 * (best.log_likelihood - held.log_likelihood) - quantile

    reach = error * math.sqrt(quantile)
    for _ in range(_WIDENINGS):
        if fallen(reach) > 0.0:
            return centre + sign * float(brentq(fallen, 0.0, reach, xtol=1e-11, rtol=1e-13))
        reach *= 1.3
    return sign * math.inf


def profile_result(
    data: RegressionData, best: Fit, term: str, *, level: float, penalised: bool, method: str, source: str
) -> Result:
    """Give the odds ratio of a term with its profile limits and its (penalised) likelihood ratio test."""
    place, quantile = data.terms.index(term), chi_square_quantile(level)
    without = fit(data, penalised=penalised, fixed=(place, 0.0), starts=(best.coefficients,))
    statistic = max(0.0, 2.0 * (best.log_likelihood - without.log_likelihood))
    low, high = (
        profile_end(data, best, place, quantile=quantile, upwards=upwards, penalised=penalised)
        for upwards in (False, True)
    )
    return Result(
        method=method,
        source=source,
        counted=data.counted(term),
        quantity="odds_ratio",
        term=term,
        estimate=finite_exp(float(best.coefficients[place])),
        standard_error=math.sqrt(best.covariance[place, place]),
        statistic=statistic,
        degrees=1,
        p_value=chi_square_tail(statistic, degrees=1),
        alternative="two_sided",
        interval=Interval(low=finite_exp(low), high=finite_exp(high), level=level, method=method),
    )


def with_parts(
    data: RegressionData, best: Fit, found: Mapping[str, Result], *, term: str, notes: tuple[Message, ...]
) -> Result:
    """Give the result of a term with those of the others and of the intercept (its odds, without a test)."""
    intercept = Result(
        method=found[term].method,
        source=found[term].source,
        counted=data.counted(INTERCEPT),
        quantity="odds",
        term=INTERCEPT,
        estimate=finite_exp(float(best.coefficients[0])),
        standard_error=math.sqrt(best.covariance[0, 0]),
    )
    others = tuple(result for each, result in found.items() if each != term)
    return replace(found[term], parts=(*others, intercept), notes=notes)
