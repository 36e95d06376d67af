"""Barnard's exact unconditional test of two arms."""

from __future__ import annotations

from functools import partial

import numpy as np

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.distributions import Array
from trialwright.analysis.method import Method
from trialwright.analysis.result import Alternative, Result
from trialwright.analysis.unconditional import at_least, check_size, largest_probability
from trialwright.terms.message import Text

SOURCE = "Barnard GA. Biometrika 1947;34:123-138, by the pooled z of Suissa S, Shuster JJ. J R Stat Soc A 1985;148:317-327"


def pooled_scores(n1: int, n0: int) -> Array:
    """Give the pooled z of every table, 0 where nobody or everybody had the event."""
    x1, x0 = np.arange(n1 + 1)[:, np.newaxis], np.arange(n0 + 1)
    share = (x1 + x0) / (n1 + n0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = (x1 / n1 - x0 / n0) / np.sqrt(share * (1 - share) * (1 / n1 + 1 / n0))
    scores[0, 0] = scores[n1, n0] = 0.0
    return scores


def barnard(arms: TwoArms, *, alternative: Alternative) -> Result:
    """Give the exact test by the pooled z: its largest tail over the unknown common share.

    Raises `CannotAnalyse` where there are too many tables. **Source**: `SOURCE`.
    """
    check_size(arms)
    scores = pooled_scores(arms.treatment.n, arms.control.n)
    observed = float(scores[arms.treatment.events, arms.control.events])
    directed = {"greater": scores, "less": -scores, "two_sided": np.abs(scores)}[alternative]
    extreme = at_least(directed, float(directed[arms.treatment.events, arms.control.events]))
    return Result(
        method="barnard",
        source=SOURCE,
        counted=arms.counted,
        statistic=observed,
        p_value=largest_probability(extreme),
        alternative=alternative,
    )


METHODS = (
    Method(
        name="barnard",
        kind="test",
        title=Text("Barnard's exact unconditional test", "Barnard无条件精确检验"),
        compute=partial(barnard, alternative="two_sided"),
        source=SOURCE,
    ),
)
