"""Standardised differences: how far two arms differ at baseline, in standard deviations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.method import Method
from trialwright.analysis.result import CannotAnalyse, Counted, Result
from trialwright.terms.message import Text, message

SOURCE = "Austin PC. Stat Med 2009;28:3083-3107"
SOURCE_CATEGORIES = (
    "Yang D, Dalton JE. A unified approach to measuring the effect size between two groups using "
)
SOURCE_CATEGORIES += "SAS. SAS Global Forum 2012, paper 335"
NO_SPREAD = message("The arms differ, but neither varies: the difference in standard deviations is infinite.")


def _result(estimate: float, counted: tuple[Counted, ...], *, method: str, source: str) -> Result:
    infinite = math.isinf(estimate)
    return Result(
        method=method,
        source=source,
        counted=counted,
        quantity="standardised_difference",
        estimate=None if infinite else estimate,
        notes=(NO_SPREAD,) if infinite else (),
    )


def _over(difference: float, variance: float) -> float:
    if difference == 0.0:
        return 0.0
    return difference / math.sqrt(variance) if variance > 0.0 else math.inf


def standardised_difference_of_means(
    treatment: Sequence[float], control: Sequence[float], *, arms: tuple[str, str]
) -> Result:
    """Give the difference of means over the root of the mean of the two variances (n - 1).

    `treatment`, `control`: one value per participant, in one unit; `arms`: ids of both. No estimate, and a
    note, where neither arm varies. Raises `CannotAnalyse` for fewer than two values in an arm, or missing ones.
    **Source**: `SOURCE`.
    """
    columns = np.asarray(treatment, dtype=float), np.asarray(control, dtype=float)
    for arm, values in zip(arms, columns, strict=True):
        if len(values) < 2 or not np.isfinite(values).all():
            raise CannotAnalyse(
                message(
                    "Arm {arm} needs at least two values, none of them missing, to have a variance.", arm=arm
                )
            )
    means, variances = [each.mean() for each in columns], [each.var(ddof=1) for each in columns]
    return _result(
        _over(float(means[0] - means[1]), float(sum(variances)) / 2),
        tuple(Counted(arm=arm, n=len(each), events=None) for arm, each in zip(arms, columns, strict=True)),
        method="standardised_difference_of_means",
        source=SOURCE,
    )


def standardised_difference_of_proportions(arms: TwoArms) -> Result:
    """Give the difference of proportions over the root of the mean of the two variances p(1 - p).

    No estimate, and a note, for 0/n against n/n. **Source**: `SOURCE`.
    """
    shares = arms.treatment.share, arms.control.share
    return _result(
        _over(shares[0] - shares[1], sum(share * (1 - share) for share in shares) / 2),
        arms.counted,
        method="standardised_difference_of_proportions",
        source=SOURCE,
    )


def standardised_difference_of_categories(
    treatment: Mapping[str, int], control: Mapping[str, int], *, arms: tuple[str, str]
) -> Result:
    """Give the Mahalanobis distance of the shares of several categories; never negative.

    `treatment`, `control`: participants in each category, the same categories in both; `arms`: ids of both.
    With two categories it is the absolute difference of proportions. No estimate, and a note, where it is
    infinite. Raises `CannotAnalyse` for other categories, and for an arm without participants.
    **Source**: `SOURCE_CATEGORIES`.
    """
    if set(treatment) != set(control):
        raise CannotAnalyse(message("Both arms need a count for the same categories; 0 is a count."))
    totals = sum(treatment.values()), sum(control.values())
    for arm, total in zip(arms, totals, strict=True):
        if total < 1:
            raise CannotAnalyse(
                message("Arm {arm} has no participants, so nothing can be estimated from it.", arm=arm)
            )
    # A category nobody is in says nothing; the last of the others follows from the rest.
    used = [each for each in treatment if treatment[each] or control[each]][:-1]
    first = np.array([treatment[each] / totals[0] for each in used])
    second = np.array([control[each] / totals[1] for each in used])
    spread = sum((np.diag(share) - np.outer(share, share)) / 2 for share in (first, second))
    return _result(
        _distance(first - second, np.asarray(spread)),
        tuple(Counted(arm=arm, n=total, events=None) for arm, total in zip(arms, totals, strict=True)),
        method="standardised_difference_of_categories",
        source=SOURCE_CATEGORIES,
    )


def compute_chance_error(first: int, second: int) -> float:
    """Give the standard error of a standardised difference of two arms that differ by chance alone.

    `first`, `second`: participants of each arm, 1 or more. Raises `CannotAnalyse` for an arm without participants.
    **Source**: Hedges LV, Olkin I. Statistical Methods for Meta-Analysis, 1985, chapter 5: the large-sample variance
    1/n1 + 1/n2 + d^2 / (2 (n1 + n2)), at d = 0.
    """
    if first < 1 or second < 1:
        raise CannotAnalyse(message("A difference needs participants in both arms."))
    return math.sqrt(1 / first + 1 / second)


def _distance(difference: np.ndarray, spread: np.ndarray) -> float:
    """Give sqrt(difference' spread^-1 difference); infinite along a direction without spread."""
    if not difference.size or not np.abs(difference).max() > 1e-15:
        return 0.0
    values, directions = np.linalg.eigh(spread)
    along = directions.T @ difference
    flat = values <= 1e-12
    if (np.abs(along[flat]) > 1e-9).any():
        return math.inf
    return float(math.sqrt((along[~flat] ** 2 / values[~flat]).sum()))


METHODS = (
    Method(
        name="standardised_difference_of_means",
        kind="balance_of_means",
        title=Text("standardised difference of means", "均数的标准化差异"),
        compute=standardised_difference_of_means,
        source=SOURCE,
    ),
    Method(
        name="standardised_difference_of_proportions",
        kind="balance_of_proportions",
        title=Text("standardised difference of proportions", "率的标准化差异"),
        compute=standardised_difference_of_proportions,
        source=SOURCE,
    ),
    Method(
        name="standardised_difference_of_categories",
        kind="balance_of_categories",
        title=Text("standardised difference of categories", "多分类变量的标准化差异"),
        compute=standardised_difference_of_categories,
        source=SOURCE_CATEGORIES,
    ),
)
