"""Logistic regression: the odds ratio of a term, adjusted for the others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal

from trialwright.analysis.distributions import normal_quantile, two_sided
from trialwright.analysis.logistic_fit import Fit, fit
from trialwright.analysis.method import Method
from trialwright.analysis.profile_likelihood import profile_result, with_parts
from trialwright.analysis.regression_data import RegressionData, finite_exp, read_regression
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.analysis.separation import find_separated
from trialwright.terms.message import Text, message

SOURCE = "Cox DR. J R Stat Soc B 1958;20:215-242"
SOURCE_PROFILE = "Cox DR, with profile likelihood limits: Venzon DJ, Moolgavkar SH. Appl Stat 1988;37:87-94"


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
    data = read_regression(outcome, covariates, term=term)
    method, source = ("logistic", SOURCE) if limits == "wald" else ("logistic_profile", SOURCE_PROFILE)
    separated = find_separated(data)
    if separated:
        return Result(
            method=method,
            source=source,
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
    found = {
        each: _wald(data, best, each, level)
        if limits == "wald"
        else profile_result(data, best, each, level=level, penalised=False, method=method, source=source)
        for each in covariates
    }
    return with_parts(data, best, found, term=term, notes=data.thin())


def _wald(data: RegressionData, best: Fit, term: str, level: float) -> Result:
    place, z = data.terms.index(term), normal_quantile(level)
    coefficient, error = float(best.coefficients[place]), math.sqrt(best.covariance[place, place])
    return Result(
        method="logistic",
        source=SOURCE,
        counted=data.counted(term),
        quantity="odds_ratio",
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
