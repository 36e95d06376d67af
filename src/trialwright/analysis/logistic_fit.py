"""Maximum likelihood of a logistic regression, plain or with Firth's penalty, with or without a fixed term."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialwright.analysis.distributions import Array
from trialwright.analysis.regression_data import RegressionData
from trialwright.analysis.result import CannotAnalyse
from trialwright.terms.message import message

_STEPS = 200
_HALVINGS = 40
_SLOW = 8  # steps after which the rest of the curvature is worth its price
_STILL = 1e-9  # a step that moves no linear predictor by more has arrived
_ROUNDING = 1e-11  # what a sum of logarithms may lose
_DIFFERENCE = 1e-5  # of coefficients of columns of size 1
_LONGEST = 5.0  # linear predictors move no further in one step


@dataclass(frozen=True, slots=True)
class Fit:
    """The coefficients, their log likelihood (penalised, if so fitted) and the covariance of all of them."""

    coefficients: Array
    log_likelihood: float
    covariance: Array


def fit(
    data: RegressionData, *, penalised: bool, fixed: tuple[int, float] | None, starts: Sequence[Array] = ()
) -> Fit:
    """Give the most likely coefficients; `fixed`: the place of a covariate and the coefficient it is held at.

    `penalised`: add half the log determinant of the information of *all* terms, a fixed one included (Heinze
    G, Schemper M. Stat Med 2002;21:2409-2419). Newton's method, steps halved until the likelihood rises, from
    each of `starts` and at last from 0, until one leads to it. Raises `CannotAnalyse` where no maximum is found.
    """
    # Columns around 0 and of one size keep the information well conditioned, whatever the units are.
    means, scales = data.design.mean(axis=0), data.design.std(axis=0)
    means[0], scales[0] = 0.0, 1.0  # the intercept
    back = np.diag(1.0 / scales)
    back[0, 1:] = -means[1:] / scales[1:]
    scaled = RegressionData(data.outcome, (data.design - means) / scales, data.terms)
    held = None if fixed is None else (fixed[0], fixed[1] * scales[fixed[0]])
    forth = np.linalg.inv(back)
    for at in (*(forth @ start for start in starts), np.zeros(len(scales))):
        found = _fit(scaled, at, penalised=penalised, fixed=held)
        if found is not None:
            shift = float(np.log(scales).sum()) if penalised else 0.0
            return Fit(
                back @ found.coefficients, found.log_likelihood + shift, back @ found.covariance @ back.T
            )
    raise CannotAnalyse(message("No maximum of the likelihood of this regression could be found."))


def _fit(
    data: RegressionData, start: Array, *, penalised: bool, fixed: tuple[int, float] | None
) -> Fit | None:
    size, at = len(start), start.copy()
    free = np.array([place for place in range(size) if fixed is None or place != fixed[0]])
    if fixed is not None:
        at[fixed[0]] = fixed[1]
    value = _log_likelihood(data, at, penalised=penalised)
    try:
        for number in range(_STEPS):
            gradient, curvature = _derivatives(data, at, penalised=penalised)
            if penalised and number >= _SLOW:
                curvature = _full_curvature(data, at, free, otherwise=curvature)
            step = np.zeros(size)
            step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
            moved = float(np.abs(data.design @ step).max())
            if moved < _STILL:
                at = at + step
                covariance = np.linalg.inv(_information(data, _weights(data, at)))
                value = _log_likelihood(data, at, penalised=penalised)
                return Fit(at, value, np.asarray(covariance, dtype=np.float64))
            step *= min(1.0, _LONGEST / moved)
            for _ in range(_HALVINGS):
                reached = _log_likelihood(data, at + step, penalised=penalised)
                if reached >= value - _ROUNDING * max(1.0, abs(value)):
                    break
                step /= 2.0
            else:
                return None
            at, value = at + step, reached
    except np.linalg.LinAlgError:  # the information vanishes: too far out
        return None
    return None


def _log_likelihood(data: RegressionData, at: Array, *, penalised: bool) -> float:
    linear = data.design @ at
    value = float((data.outcome * linear - np.logaddexp(0.0, linear)).sum())
    if not penalised:
        return value
    sign, logarithm = np.linalg.slogdet(_information(data, _weights(data, at)))
    return value + float(logarithm) / 2 if sign > 0 else -math.inf


def _weights(data: RegressionData, at: Array) -> Array:
    """Give p (1 - p) of each participant, without the digits that 1 - p loses."""
    result: Array = 0.25 / np.cosh(data.design @ at / 2.0) ** 2
    return result


def _information(data: RegressionData, weights: Array) -> Array:
    result: Array = (data.design.T * weights) @ data.design
    return result


def _derivatives(data: RegressionData, at: Array, *, penalised: bool) -> tuple[Array, Array]:
    """Give the gradient and a positive curvature to divide it by.

    The penalty is like `leverage` of an extra participant, half with and half without the outcome, beside each:
    their curvature is added, or a group of one would be stepped over for ever.
    """
    weights, chance = _weights(data, at), 0.5 * (1.0 + np.tanh(data.design @ at / 2.0))
    residual, information = data.outcome - chance, _information(data, weights)
    if not penalised:
        return data.design.T @ residual, information
    leverage = weights * np.einsum("ij,ji->i", data.design, np.linalg.solve(information, data.design.T))
    residual = residual + leverage * (0.5 - chance)
    return data.design.T @ residual, _information(data, weights * (1.0 + leverage))


def _full_curvature(data: RegressionData, at: Array, free: Array, *, otherwise: Array) -> Array:
    """Give the curvature of the penalised likelihood with that of the leverages, by differences of the gradient.

    Without it the last steps can be hundreds. Away from the maximum it may not be positive: then the other.
    """
    moves = np.eye(len(at)) * _DIFFERENCE
    columns = [
        _derivatives(data, at - move, penalised=True)[0] - _derivatives(data, at + move, penalised=True)[0]
        for move in moves
    ]
    found = np.array(columns) / (2.0 * _DIFFERENCE)
    found = (found + found.T) / 2.0
    positive = np.linalg.eigvalsh(found[np.ix_(free, free)]).min() > 0.0
    return np.asarray(found, dtype=np.float64) if positive else otherwise
