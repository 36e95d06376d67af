"""What a test of two arms does at a sample size: its power and its largest type I error, by enumeration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from trialwright.analysis import fisher as fisher_test
from trialwright.analysis.barnard import pooled_scores
from trialwright.analysis.declared_rule import ENOUGH, LARGE, SMALL
from trialwright.analysis.distributions import Array, binomial, chi_square_quantile
from trialwright.analysis.result import CannotAnalyse, Counted, Quantity, Result
from trialwright.analysis.unconditional import LARGEST, Tables, largest_probability, largest_set
from trialwright.terms.message import message

SOURCE = "Enumeration of all tables of two independent binomial counts"
_TIE = 1e-9  # p values and statistics this near to their limit count as equal to it (`terms.compare`)

Rejects = Callable[[int, int, float], Tables]


def _counts(n1: int, n0: int) -> tuple[Array, Array]:
    return np.arange(n1 + 1.0)[:, np.newaxis], np.arange(n0 + 1.0)


def _at_most(values: Array, limit: float) -> Tables:
    return values <= limit * (1 + _TIE)


def _chi_square(n1: int, n0: int, alpha: float, *, correction: float, scale: float) -> Tables:
    """Mark the tables whose chi-square, times `scale`, reaches its quantile."""
    x1, x0 = _counts(n1, n0)
    total, events = n1 + n0, x1 + x0
    distance = np.maximum(0.0, np.abs(x1 * n0 - x0 * n1) / total - correction)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistics = distance**2 * total**3 / (n1 * n0 * events * (total - events)) * scale
    statistics[0, 0] = statistics[n1, n0] = 0.0
    reached: Tables = statistics >= chi_square_quantile(1 - alpha) * (1 - _TIE)
    return reached


def _pearson(n1: int, n0: int, alpha: float) -> Tables:
    return _chi_square(n1, n0, alpha, correction=0.0, scale=1.0)


def _yates(n1: int, n0: int, alpha: float) -> Tables:
    return _chi_square(n1, n0, alpha, correction=0.5, scale=1.0)


def _miettinen_nurminen(n1: int, n0: int, alpha: float) -> Tables:
    return _chi_square(n1, n0, alpha, correction=0.0, scale=(n1 + n0 - 1) / (n1 + n0))


def _fisher(n1: int, n0: int, alpha: float) -> Tables:
    return _at_most(fisher_test.p_values(n1, n0, "two_sided"), alpha)


def _sides(n1: int, n0: int) -> tuple[Array, Array]:
    return fisher_test.p_values(n1, n0, "greater"), fisher_test.p_values(n1, n0, "less")


def _fisher_central(n1: int, n0: int, alpha: float) -> Tables:
    return _at_most(2 * np.minimum(*_sides(n1, n0)), alpha)


def _fisher_mid_p(n1: int, n0: int, alpha: float) -> Tables:
    greater, less = _sides(n1, n0)
    point = greater + less - 1.0  # both tails hold the table itself
    return _at_most(2 * np.minimum(greater - point / 2, less - point / 2), alpha)


def _barnard(n1: int, n0: int, alpha: float) -> Tables:
    # Rounded, so that tables that tie are one level.
    scores = np.asarray(np.round(-np.abs(pooled_scores(n1, n0)), 10), dtype=np.float64)
    return largest_set(scores, alpha)


def _boschloo(n1: int, n0: int, alpha: float) -> Tables:
    return largest_set(fisher_test.p_values(n1, n0, "two_sided"), alpha)


def _boschloo_central(n1: int, n0: int, alpha: float) -> Tables:
    greater, less = _sides(n1, n0)
    return largest_set(greater, alpha / 2) | largest_set(less, alpha / 2)


def _declared_rule(n1: int, n0: int, alpha: float) -> Tables:
    fisher = _fisher(n1, n0, alpha)
    if n1 + n0 < ENOUGH:
        return fisher
    x1, x0 = _counts(n1, n0)
    events = x1 + x0
    smallest = min(n1, n0) * np.minimum(events, n1 + n0 - events) / (n1 + n0) * (1 + _TIE)
    approximate = np.where(smallest >= LARGE, _pearson(n1, n0, alpha), _yates(n1, n0, alpha))
    chosen: Tables = np.where(smallest >= SMALL, approximate, fisher)
    return chosen


REJECTS: Final[Mapping[str, Rejects]] = MappingProxyType(
    {
        "pearson": _pearson,
        "yates": _yates,
        "miettinen_nurminen_test": _miettinen_nurminen,
        "fisher": _fisher,
        "fisher_central": _fisher_central,
        "fisher_mid_p": _fisher_mid_p,
        "barnard": _barnard,
        "boschloo": _boschloo,
        "boschloo_central": _boschloo_central,
        "declared_rule": _declared_rule,
    }
)
"""The two-sided tests whose tables can be enumerated, by their names in `METHODS`."""


def _rejected(test: str, n_treatment: int, n_control: int, alpha: float) -> Tables:
    if test not in REJECTS:
        raise CannotAnalyse(
            message(
                "The test {test} cannot be enumerated; these can: {known}.",
                test=test,
                known=tuple(sorted(REJECTS)),
            )
        )
    if min(n_treatment, n_control) < 1 or n_treatment + n_control > LARGEST:
        raise CannotAnalyse(
            message(
                "{treatment} and {control} participants: each arm needs 1 or more, both together at most {largest}.",
                treatment=n_treatment,
                control=n_control,
                largest=LARGEST,
            )
        )
    return REJECTS[test](n_treatment, n_control, alpha)


def compute_power(
    test: str,
    *,
    n_treatment: int,
    n_control: int,
    share_treatment: float,
    share_control: float,
    alpha: float,
) -> Result:
    """Give the exact power of a two-sided test: the probability of all tables that it rejects.

    `test`: a name in `REJECTS`; `n_...`: participants; `share_...`: true proportions, 0 to 1; `alpha`:
    two-sided, 0 to 1. Raises `CannotAnalyse` for a test that is not in the list and for sizes beyond
    `LARGEST`. **Source**: `SOURCE`.
    """
    tables = _rejected(test, n_treatment, n_control, alpha)
    power = binomial(n_treatment, share_treatment)[0] @ tables @ binomial(n_control, share_control)[0]
    return _result("power", test, float(power), n_treatment, n_control)


def compute_type_1_error(test: str, *, n_treatment: int, n_control: int, alpha: float) -> Result:
    """Give the largest exact type I error of a two-sided test over all shares common to both arms.

    Arguments, errors and **source** as in `compute_power`.
    """
    tables = _rejected(test, n_treatment, n_control, alpha)
    return _result("type_1_error", test, largest_probability(tables), n_treatment, n_control)


def _result(quantity: Quantity, test: str, value: float, n_treatment: int, n_control: int) -> Result:
    return Result(
        method="operating_characteristics",
        source=SOURCE,
        quantity=quantity,
        estimate=value,
        applied=test,
        counted=(
            Counted(arm="treatment", n=n_treatment, events=None),
            Counted(arm="control", n=n_control, events=None),
        ),
    )
