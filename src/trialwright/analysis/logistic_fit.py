"""Maximum likelihood of a logistic regression, plain or with Firth's penalty, with or without a fixed term."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trialwright.analysis.distributions import Array
from trialwright.analysis.regression_data import RegressionData
from trialwright.analysis.result import CannotAnalyse
from trialwright.terms.message import message

_STEPS = 200
_HALVINGS = 40
_STILL = 1e-9  # a step that moves no linear predictor by more has arrived
_LONGEST = 5.0  # linear predictors move no further in one step


@dataclass(frozen=True, slots=True)
class Fit:
    """The coefficients, their log likelihood (penalised, if so fitted) and the covariance of all of them."""

    coefficients: Array
    log_likelihood: float
    covariance: Array


def fit(
    data: RegressionData, *, penalised: bool, fixed: tuple[int, float] | None, start: Array | None = None
) -> Fit:
    """Give the most likely coefficients; `fixed`: the place of a term and the coefficient it is held at.

    `penalised`: add half the log determinant of the information of *all* terms, a fixed one included (Heinze
    G, Schemper M. Stat Med 2002;21:2409-2419). Newton's method, steps halved until the likelihood rises.
    Raises `CannotAnalyse` where no maximum is found.
    """
    size = data.design.shape[1]
    free = np.array([place for place in range(size) if fixed is None or place != fixed[0]])
    at = np.zeros(size) if start is None else start.copy()
    if fixed is not None:
        at[fixed[0]] = fixed[1]
    value = _log_likelihood(data, at, penalised=penalised)
    for _ in range(_STEPS):
        gradient, information = _derivatives(data, at, penalised=penalised)
        step = np.zeros(size)
        if len(free):
            step[free] = np.linalg.solve(information[np.ix_(free, free)], gradient[free])
        moved = float(np.abs(data.design @ step).max())
        if moved < _STILL:
            at = at + step
            value = _log_likelihood(data, at, penalised=penalised)
            covariance = np.linalg.inv(_derivatives(data, at, penalised=penalised)[1])
            return Fit(at, value, np.asarray(covariance, dtype=np.float64))
        step *= min(1.0, _LONGEST / moved)
        for _ in range(_HALVINGS):
            reached = _log_likelihood(data, at + step, penalised=penalised)
            if reached >= value - 1e-13 * abs(value):
                break
            step /= 2.0
        else:
            break
        at, value = at + step, reached
    raise CannotAnalyse(message("No maximum of the likelihood of this regression could be found."))


def _log_likelihood(data: RegressionData, at: Array, *, penalised: bool) -> float:
    linear = data.design @ at
    value = float((data.outcome * linear - np.logaddexp(0.0, linear)).sum())
    if not penalised:
        return value
    sign, logarithm = np.linalg.slogdet(_information(data, linear))
    return value + float(logarithm) / 2 if sign > 0 else -math.inf


def _information(data: RegressionData, linear: Array) -> Array:
    weights = 0.25 / np.cosh(linear / 2.0) ** 2  # p (1 - p), without the digits lost by 1 - p
    result: Array = (data.design.T * weights) @ data.design
    return result


def _derivatives(data: RegressionData, at: Array, *, penalised: bool) -> tuple[Array, Array]:
    linear = data.design @ at
    chance = 0.5 * (1.0 + np.tanh(linear / 2.0))
    information = _information(data, linear)
    residual = data.outcome - chance
    if penalised:
        weights = 0.25 / np.cosh(linear / 2.0) ** 2
        leverage = weights * np.einsum("ij,ji->i", data.design, np.linalg.solve(information, data.design.T))
        residual = residual + leverage * (0.5 - chance)
    return data.design.T @ residual, information


def profile_end(
    data: RegressionData, best: Fit, place: int, *, quantile: float, upwards: bool, penalised: bool
) -> float:
    """Give the coefficient at which the profile (penalised) log likelihood has fallen by half a quantile.

    `quantile`: of chi-square with 1 degree of freedom. Infinite where it never falls so far.
    """
    from scipy.optimize import brentq

    centre, error = float(best.coefficients[place]), math.sqrt(best.covariance[place, place])
    sign = 1.0 if upwards else -1.0

    def fallen(distance: float) -> float:
        held = fit(
            data, penalised=penalised, fixed=(place, centre + sign * distance), start=best.coefficients
        )
        return 2.0 * (best.log_likelihood - held.log_likelihood) - quantile

    reach = error * math.sqrt(quantile)
    for _ in range(30):
        if fallen(reach) > 0.0:
            return centre + sign * float(brentq(fallen, 0.0, reach, xtol=1e-11, rtol=1e-13))
        reach *= 1.6
    return sign * math.inf
