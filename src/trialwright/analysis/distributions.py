"""The few distributions the methods stand on. SciPy, where it is needed, is imported on first use."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def normal_quantile(level: float) -> float:
    """Give the z that a confidence interval of `level` (0 to 1, two-sided) reaches to: 1.959964 for 0.95."""
    return NormalDist().inv_cdf((1.0 + level) / 2.0)


def normal_tail(z: Any) -> Any:
    """Give P(Z > z); keeps its relative precision far out."""
    if isinstance(z, np.ndarray):
        return np.array([normal_tail(float(each)) for each in z.ravel()]).reshape(z.shape)
    return math.erfc(z / math.sqrt(2.0)) / 2.0


def two_sided(z: float) -> float:
    """Give P(|Z| > |z|)."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def chi_square_tail(statistic: float, *, degrees: int) -> float:
    """Give P(X > statistic) for chi-square with 1 or more degrees of freedom."""
    if degrees == 1:
        return math.erfc(math.sqrt(max(statistic, 0.0) / 2.0))
    from scipy.special import chdtrc

    return float(chdtrc(degrees, statistic))


def log_factorials(n: int) -> Array:
    """Give log 0! to log n!."""
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, n + 1)))))


def log_choose(n: int) -> Array:
    """Give log C(n, k) for k = 0 to n."""
    logs = log_factorials(n)
    result: Array = logs[n] - logs - logs[::-1]
    return result


def binomial(n: int, p: float | Array) -> Array:
    """Give P(X = k) for k = 0 to n, one row for each `p` (0 and 1 included)."""
    chances = np.atleast_1d(np.asarray(p, dtype=float))[:, np.newaxis]
    k = np.arange(n + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = log_choose(n) + k * np.log(chances) + (n - k) * np.log1p(-chances)
    rows: Array = np.exp(logs)
    # 0 * log 0 is 0 here: nobody has an event of chance 0, everybody one of chance 1.
    rows[chances[:, 0] == 0.0] = k == 0
    rows[chances[:, 0] == 1.0] = k == n
    return rows


def hypergeometric(n1: int, n0: int, events: int) -> tuple[int, Array]:
    """Give P(X1 = k | X1 + X0 = events) when the arms do not differ, and the smallest k.

    `n1`, `n0`: participants; `events`: of both arms together.
    """
    low, high = max(0, events - n0), min(n1, events)
    k = np.arange(low, high + 1)
    logs = log_choose(n1)[k] + log_choose(n0)[events - k]
    weights = np.exp(logs - logs.max())
    result: Array = weights / weights.sum()
    return low, result


def hypergeometric_with_odds(n1: int, n0: int, events: int, odds_ratio: float) -> tuple[int, Array]:
    """Give the same for a true odds ratio other than 1, 0 and infinity excluded (Fisher's noncentral form)."""
    low, null = hypergeometric(n1, n0, events)
    with np.errstate(divide="ignore"):
        logs = np.log(null) + np.arange(len(null)) * math.log(odds_ratio)
    weights = np.exp(logs - logs.max())
    result: Array = weights / weights.sum()
    return low, result


def chi_square_quantile(level: float) -> float:
    """Give the x with P(X <= x) = `level` (0 to 1) for chi-square with 1 degree of freedom: 3.841459 for 0.95."""
    return normal_quantile(level) ** 2
