"""Logistic regression: the odds ratio of a term, adjusted for the others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from trialwright.analysis.distributions import (
    chi_square_quantile,
    chi_square_tail,
    normal_quantile,
    two_sided,
)
from trialwright.analysis.logistic_fit import Fit, fit, profile_end
from trialwright.analysis.method import Method
from trialwright.analysis.regression_data import INTERCEPT, RegressionData, finite_exp, read_regression
from trialwright.analysis.result import CannotAnalyse, Interval, Result, check_level
from trialwright.analysis.separation import find_separated
from trialwright.terms.message import Text, message

SOURCE = "Cox DR. J R Stat Soc B 1958;20:215-242"
SOURCE_PROFILE = "Cox DR, with profile likelihood limits: Venzon DJ, Moolgavkar SH. Appl Stat 1988;37:87-94"


def check_term(data: RegressionData, term: str) -> None:
    """Raise `CannotAnalyse` for a term that is no covariate."""
    if term not in data.terms:
        raise CannotAnalyse(
            message("{term} is not a term of this regression: {terms}.", term=term, terms=data.terms)
        )


def logistic(
    outcome: Sequence[float],
    covariates: Mapping[str, Sequence[float]],
    *,
    term: str,
    level: float,
    limits: Literal["wald", "profile"],
) -> Result:
    """Give the odds ratio per unit of a term by maximum likelihood, those of the other terms in `parts`.

    `outcome`: 1 or 0 per participant; `covariates`: a number per participant under each name; `term`: one of
    the names; `level`: confidence, 0 to 1; `limits`: Wald with its z test, or profile with the likelihood
    ratio test. No estimate, and a note, where the outcome is separated. Raises `CannotAnalyse` for data
    that are no regression. **Source**: `SOURCE`, `SOURCE_PROFILE`.
    """
    check_level(level)
    data = read_regression(outcome, covariates)
    check_term(data, term)
    method = "logistic" if limits == "wald" else "logistic_profile"
    separated = find_separated(data)
    if separated:
        return Result(
            method=method,
            source=SOURCE,
            counted=data.counted(term),
            quantity="odds_ratio",
            term=term,
            notes=(
                message(
                    "The outcome is separated: {terms} have no finite maximum likelihood estimate. Firth's "
                    "penalised likelihood has one.",
                    terms=separated,
                ),
                *data.thin(),
            ),
        )
    best = fit(data, penalised=False, fixed=None)
    make = _wald if limits == "wald" else _profile
    found = {each: make(data, best, each, level) for each in data.terms}
    others = tuple(result for each, result in found.items() if each != term)
    return replace(found[term], parts=others, notes=data.thin())


def _wald(data: RegressionData, best: Fit, term: str, level: float) -> Result:
    place, z = data.terms.index(term), normal_quantile(level)
    coefficient, error = float(best.coefficients[place]), math.sqrt(best.covariance[place, place])
    return Result(
        method="logistic",
        source=SOURCE,
        counted=data.counted(term),
        quantity="odds" if term == INTERCEPT else "odds_ratio",
        term=term,
        estimate=finite_exp(coefficient),
        standard_error=error,
        statistic=coefficient / error,
        p_value=two_sided(coefficient / error),
        alternative="two_sided",
        interval=Interval(
            low=finite_exp(coefficient - z * error),
            high=finite_exp(coefficient + z * error),
            level=level,
            method="logistic",
        ),
    )


def _profile(data: RegressionData, best: Fit, term: str, level: float) -> Result:
    return profile_result(
        data, best, term, level, penalised=False, method="logistic_profile", source=SOURCE_PROFILE
    )


def profile_result(
    data: RegressionData, best: Fit, term: str, level: float, *, penalised: bool, method: str, source: str
) -> Result:
    """Give the odds ratio of a term with its profile limits and its (penalised) likelihood ratio test."""
    place, quantile = data.terms.index(term), chi_square_quantile(level)
    without = fit(data, penalised=penalised, fixed=(place, 0.0), start=best.coefficients)
    statistic = max(0.0, 2.0 * (best.log_likelihood - without.log_likelihood))
    low, high = (
        profile_end(data, best, place, quantile=quantile, upwards=upwards, penalised=penalised)
        for upwards in (False, True)
    )
    return Result(
        method=method,
        source=source,
        counted=data.counted(term),
        quantity="odds" if term == INTERCEPT else "odds_ratio",
        term=term,
        estimate=finite_exp(float(best.coefficients[place])),
        standard_error=math.sqrt(best.covariance[place, place]),
        statistic=statistic,
        degrees=1,
        p_value=chi_square_tail(statistic, degrees=1),
        alternative="two_sided",
        interval=Interval(low=finite_exp(low), high=finite_exp(high), level=level, method=method),
    )


METHODS = (
    Method(
        name="logistic",
        kind="regression",
        title=Text("logistic regression, Wald interval", "Logistic回归（Wald区间）"),
        compute=partial(logistic, limits="wald"),
        source=SOURCE,
    ),
    Method(
        name="logistic_profile",
        kind="regression",
        title=Text("logistic regression, profile likelihood interval", "Logistic回归（轮廓似然区间）"),
        compute=partial(logistic, limits="profile"),
        source=SOURCE_PROFILE,
    ),
)
