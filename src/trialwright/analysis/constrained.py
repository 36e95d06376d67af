"""The most likely shares of two arms among those with a given difference, ratio or odds ratio, and their scores.

**Source**: Miettinen O, Nurminen M. Stat Med 1985;4:213-226, appendices 1 and 2; Farrington CP, Manning G. Stat
Med 1990;9:1447-1454 (the cubic by trigonometry).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from trialwright.analysis.counts import TwoArms


def shares_at_difference(x1: Any, n1: int, x0: Any, n0: int, difference: Any) -> tuple[Any, Any]:
    """Give p1 and p0 that are most likely when p1 - p0 is `difference` (-1 to 1); counts may be arrays.

    A root of L3 p0^3 + L2 p0^2 + L1 p0 + L0. Beware of L1: the term in x0 is doubled. A well-known library
    leaves the 2 out, which moves the limits in the third digit.
    """
    d, total, events = difference, n1 + n0, x1 + x0
    l3 = float(total)
    l2 = (n1 + 2 * n0) * d - total - events
    l1 = (n0 * d - total - 2 * x0) * d + events
    l0 = x0 * d * (1 - d)
    q = l2**3 / (27 * l3**3) - l1 * l2 / (6 * l3**2) + l0 / (2 * l3)
    p = np.where(q >= 0, 1.0, -1.0) * np.sqrt(np.maximum(l2**2 / (9 * l3**2) - l1 / (3 * l3), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where(p == 0.0, 0.0, q / p**3)
    angle = (math.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3
    control = np.clip(2 * p * np.cos(angle) - l2 / (3 * l3), np.maximum(0.0, -d), np.minimum(1.0, 1 - d))
    return np.clip(control + d, 0.0, 1.0), control


def shares_at_ratio(arms: TwoArms, ratio: float) -> tuple[float, float]:
    """Give p1 and p0 that are most likely when p1 / p0 is `ratio` (above 0, finite)."""
    x1, n1 = arms.treatment.events, arms.treatment.n
    x0, n0 = arms.control.events, arms.control.n
    a, b, c = arms.n * ratio, -(n1 * ratio + x1 + n0 + x0 * ratio), arms.events
    # The smaller root, in the form that loses no digits: b is negative.
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    control = min(1.0, 1 / ratio, 2 * c / (-b + root))
    return min(1.0, control * ratio), control


def shares_at_odds_ratio(arms: TwoArms, odds_ratio: float) -> tuple[float, float, float, float]:
    """Give p1, 1 - p1, p0, 1 - p0 that are most likely at an odds ratio (above 0, finite).

    Both shares and complements, each to full precision: far out, 1 - p0 of a rounded p0 is 0.
    """
    control = _share_at_odds(arms.treatment.n, arms.control.n, arms.events, odds_ratio)
    without = _share_at_odds(arms.treatment.n, arms.control.n, arms.n - arms.events, 1 / odds_ratio)
    scale = without + control * odds_ratio
    return control * odds_ratio / scale, without / scale, control, without


def _share_at_odds(n1: int, n0: int, events: int, odds_ratio: float) -> float:
    """Give the positive root of n0 (ratio - 1) p^2 + b p - events, in the form that loses no digits."""
    a = n0 * (odds_ratio - 1)
    b = n1 * odds_ratio + n0 - events * (odds_ratio - 1)
    root = math.sqrt(max(0.0, b * b + 4 * a * events))
    return 2 * events / (b + root) if b >= 0 else (root - b) / (2 * a)


def corrected(total: int, *, small_sample: bool) -> float:
    """Give N/(N-1), by which Miettinen and Nurminen enlarge the variance; 1 without it (Mee)."""
    return total / (total - 1) if small_sample else 1.0


def difference_scores(x1: Any, n1: int, x0: Any, n0: int, difference: Any, *, small_sample: bool) -> Any:
    """Give z(difference): positive where the observed difference is above it; counts may be arrays.

    Where observed and constrained shares leave no variance: 0 if they agree, else infinite.
    """
    p1, p0 = shares_at_difference(x1, n1, x0, n0, difference)
    variance = (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * corrected(n1 + n0, small_sample=small_sample)
    distance = x1 / n1 - x0 / n0 - difference
    distance = np.where(np.abs(distance) < 1e-14, 0.0, distance)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(distance == 0.0, 0.0, distance / np.sqrt(variance))


def difference_score(arms: TwoArms, difference: float, *, small_sample: bool) -> float:
    """Give the same for one pair of arms."""
    treatment, control = arms.treatment, arms.control
    z = difference_scores(
        treatment.events, treatment.n, control.events, control.n, difference, small_sample=small_sample
    )
    return float(z)


def ratio_score(arms: TwoArms, ratio: float, *, small_sample: bool) -> float:
    """Give z(ratio) of the risk ratio: positive where the observed ratio is above it."""
    p1, p0 = shares_at_ratio(arms, ratio)
    variance = p1 * (1 - p1) / arms.treatment.n + ratio**2 * p0 * (1 - p0) / arms.control.n
    distance = arms.treatment.share - ratio * arms.control.share
    return _over(distance, variance * corrected(arms.n, small_sample=small_sample))


def odds_ratio_score(arms: TwoArms, odds_ratio: float, *, small_sample: bool) -> float:
    """Give z(odds ratio): positive where the observed odds ratio is above it."""
    p1, q1, p0, q0 = shares_at_odds_ratio(arms, odds_ratio)
    v1, v0 = p1 * q1, p0 * q0
    distance = (arms.treatment.share - p1) / v1 - (arms.control.share - p0) / v0
    variance = 1 / (arms.treatment.n * v1) + 1 / (arms.control.n * v0)
    return _over(distance, variance * corrected(arms.n, small_sample=small_sample))


def _over(distance: float, variance: float) -> float:
    if abs(distance) < 1e-14:
        return 0.0
    return distance / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, distance)
