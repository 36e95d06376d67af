"""The largest probability a set of 2x2 tables can have when only the difference of the two arms is known.

What every exact unconditional test, and the largest type I error of any test, comes down to. The tables of two
arms of n1 and n0 participants are an array with a row for each number of events of treatment (0 to n1) and a
column for each of control (0 to n0).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.distributions import Array, binomial, log_choose
from trialwright.analysis.result import CannotAnalyse
from trialwright.terms.message import message

Tables = npt.NDArray[np.bool_]

LARGEST = 1000  # participants of both arms; a million tables
_POINTS = 1501
_PEAKS = 8
_COARSE = 10  # every tenth point
_SAFE = 0.8  # the highest of the coarse points is at least this part of the maximum, up to `LARGEST`
_TIE = 1e-7  # statistics that differ less, relatively, are equal: as in R's fisher.test
_CLOSE = 0.999  # a peak of the grid below this part of the highest cannot turn out to be the highest


def check_size(arms: TwoArms) -> None:
    """Raise `CannotAnalyse` where there are more tables than can be enumerated."""
    if arms.n > LARGEST:
        raise CannotAnalyse(
            message(
                "{n} participants are too many to enumerate all tables; up to {largest} are possible. "
                "Choose a score test.",
                n=arms.n,
                largest=LARGEST,
            )
        )


def at_most(statistics: Array, observed: float) -> Tables:
    """Mark the tables whose statistic is at most the observed one, ties included."""
    return statistics <= observed + _TIE * max(abs(observed), 1e-300)


def at_least(statistics: Array, observed: float) -> Tables:
    """Mark the tables whose statistic is at least the observed one, ties included."""
    return at_most(-statistics, -observed)


def largest_probability(tables: Tables) -> float:
    """Give the largest probability of the marked tables over all shares common to both arms."""
    n1, n0 = tables.shape[0] - 1, tables.shape[1] - 1
    total = n1 + n0
    # Given their sum, the two counts no longer depend on the share: one polynomial of degree N is left.
    logs = log_choose(n1)[:, np.newaxis] + log_choose(n0)
    sums = np.add.outer(np.arange(n1 + 1), np.arange(n0 + 1))
    conditional = np.exp(logs - log_choose(total)[sums])
    marked = np.bincount(sums[tables], weights=conditional[tables], minlength=total + 1)
    return _highest(lambda share: binomial(total, share) @ marked, _grid(0.0, 1.0))


def exceeds_at(tables: Tables, difference: float, chance: float) -> bool:
    """Whether the largest probability at a difference is above `chance`; quicker than the probability."""
    grid, probability = _at(tables, difference)
    for points, safe in ((grid[::_COARSE], _SAFE), (grid, _CLOSE)):
        found = float(probability(points).max())
        if found > chance or found < safe * chance:
            return found > chance
    return _highest(probability, grid) > chance


def largest_probability_at(tables: Tables, difference: float) -> float:
    """Give the same over all pairs of shares with a given difference (-1 to 1), treatment less control."""
    grid, probability = _at(tables, difference)
    return _highest(probability, grid)


def _at(tables: Tables, difference: float) -> tuple[Array, Callable[[Array], Array]]:
    n1, n0 = tables.shape[0] - 1, tables.shape[1] - 1
    marked = tables.astype(float)

    def probability(control: Array) -> Array:
        treatment = np.clip(control + difference, 0.0, 1.0)
        result: Array = ((binomial(n1, treatment) @ marked) * binomial(n0, control)).sum(axis=1)
        return result

    return _grid(max(0.0, -difference), min(1.0, 1.0 - difference)), probability


def largest_set(statistics: Array, alpha: float) -> Tables:
    """Mark the tables that an exact test rejects: the smallest statistics, as many as alpha (0 to 1) allows."""
    levels = np.unique(statistics)
    low, high = 0, len(levels)  # the first `low` levels are known to fit, the first `high` are known not to
    if largest_probability(at_most(statistics, levels[-1])) <= alpha:
        return np.ones_like(statistics, dtype=bool)
    while high - low > 1:
        middle = (low + high) // 2
        if largest_probability(at_most(statistics, levels[middle - 1])) <= alpha:
            low = middle
        else:
            high = middle
    return at_most(statistics, levels[low - 1]) if low else np.zeros_like(statistics, dtype=bool)


def _grid(low: float, high: float) -> Array:
    """Give points from `low` to `high`, closer together towards the ends, where chances change faster."""
    result: Array = low + (high - low) * np.sin(np.linspace(0.0, math.pi / 2, _POINTS)) ** 2
    return result


def _highest(probability: Callable[[Array], Array], grid: Array) -> float:
    """Give the maximum of a smooth function: on the grid, then each of its high peaks by itself."""
    from scipy.optimize import minimize_scalar

    found = probability(grid)
    best = float(found.max())
    padded = np.concatenate(([-1.0], found, [-1.0]))
    peaks = np.flatnonzero((found >= padded[:-2]) & (found > padded[2:]) & (found >= _CLOSE * best))
    for peak in peaks[np.argsort(-found[peaks], kind="stable")][:_PEAKS]:
        finer = minimize_scalar(
            lambda share: -float(probability(np.array([share]))[0]),
            bounds=(grid[max(peak - 1, 0)], grid[min(peak + 1, _POINTS - 1)]),
            method="bounded",
            options={"xatol": 1e-10},
        )
        best = max(best, -float(finer.fun))
    return min(1.0, best)
