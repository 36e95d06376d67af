"""Fisher's exact test of two arms."""

from __future__ import annotations

from functools import partial

import numpy as np

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.distributions import Array, hypergeometric
from trialwright.analysis.method import Method
from trialwright.analysis.result import Alternative, Result
from trialwright.terms.message import Text

SOURCE = (
    "Fisher RA. J R Stat Soc 1935;98:39-82; two-sided as Freeman GH, Halton JH. Biometrika 1951;38:141-149"
)
SOURCE_CENTRAL = "Fisher's exact test, the smaller tail doubled: Yates F. J R Stat Soc A 1984;147:426-463"
_TIE = 1 + 1e-7  # tables whose chances differ by rounding only are equally likely, as in R's fisher.test


def tails(n1: int, n0: int, events: int) -> tuple[int, Array, Array, Array]:
    """Give the smallest possible count of treatment, and for this and each count above it three p values.

    P(at most so many), P(at least so many), P(a count that is not more likely): given the `events` of both
    arms of `n1` and `n0` participants.
    """
    low, chances = hypergeometric(n1, n0, events)
    less = np.minimum(1.0, np.cumsum(chances))
    greater = np.minimum(1.0, np.cumsum(chances[::-1])[::-1])
    ascending = np.sort(chances)
    sums = np.concatenate(([0.0], np.cumsum(ascending)))
    unlikely = np.minimum(1.0, sums[np.searchsorted(ascending, chances * _TIE, side="right")])
    return low, less, greater, unlikely


def p_values(n1: int, n0: int, alternative: Alternative) -> Array:
    """Give the p value of every table: a row for each count of treatment, a column for each of control."""
    table = np.ones((n1 + 1, n0 + 1))
    for events in range(n1 + n0 + 1):
        low, less, greater, unlikely = tails(n1, n0, events)
        treatment = np.arange(low, low + len(less))
        chosen = {"less": less, "greater": greater, "two_sided": unlikely}[alternative]
        table[treatment, events - treatment] = chosen
    return table


def fisher(arms: TwoArms, *, alternative: Alternative) -> Result:
    """Give Fisher's exact test; two-sided: all tables that are not more likely than the observed one.

    **Source**: `SOURCE`.
    """
    low, less, greater, unlikely = tails(arms.treatment.n, arms.control.n, arms.events)
    chosen = {"less": less, "greater": greater, "two_sided": unlikely}[alternative]
    return Result(
        method="fisher",
        source=SOURCE,
        counted=arms.counted,
        p_value=float(chosen[arms.treatment.events - low]),
        alternative=alternative,
    )


def fisher_central(arms: TwoArms) -> Result:
    """Give Fisher's exact test, two-sided by doubling the smaller tail (at most 1). **Source**: `SOURCE_CENTRAL`."""
    low, less, greater, _ = tails(arms.treatment.n, arms.control.n, arms.events)
    place = arms.treatment.events - low
    return Result(
        method="fisher_central",
        source=SOURCE_CENTRAL,
        counted=arms.counted,
        p_value=min(1.0, 2 * float(min(less[place], greater[place]))),
        alternative="two_sided",
    )


METHODS = (
    Method(
        name="fisher",
        kind="test",
        title=Text("Fisher's exact test", "Fisher确切概率检验"),
        compute=partial(fisher, alternative="two_sided"),
        source=SOURCE,
    ),
    Method(
        name="fisher_central",
        kind="test",
        title=Text("Fisher's exact test, smaller tail doubled", "Fisher确切概率检验（较小单侧P值加倍）"),
        compute=fisher_central,
        source=SOURCE_CENTRAL,
    ),
)
