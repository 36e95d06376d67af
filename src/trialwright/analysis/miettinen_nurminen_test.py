"""Miettinen and Nurminen's score test of no difference between two arms."""

from __future__ import annotations

import math
from functools import partial

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.distributions import normal_tail, two_sided
from trialwright.analysis.method import Method
from trialwright.analysis.pearson import UNINFORMATIVE
from trialwright.analysis.result import Alternative, Result
from trialwright.terms.message import Text

SOURCE = "Miettinen O, Nurminen M. Stat Med 1985;4:213-226"


def miettinen_nurminen_test(arms: TwoArms, *, alternative: Alternative) -> Result:
    """Give the score test of no difference: the pooled z with its variance enlarged by N/(N-1).

    Its square is Pearson's chi-square times (N-1)/N. No p value where nobody or everybody had the event.
    **Source**: `SOURCE`.
    """
    if arms.uninformative:
        return Result(
            method="miettinen_nurminen_test", source=SOURCE, counted=arms.counted, notes=(UNINFORMATIVE,)
        )
    share, total = arms.events / arms.n, arms.n
    pooled = share * (1 - share) * (1 / arms.treatment.n + 1 / arms.control.n)
    z = arms.difference / math.sqrt(pooled * total / (total - 1))
    tails = {"two_sided": two_sided(z), "greater": normal_tail(z), "less": normal_tail(-z)}
    return Result(
        method="miettinen_nurminen_test",
        source=SOURCE,
        counted=arms.counted,
        statistic=z,
        p_value=tails[alternative],
        alternative=alternative,
    )


METHODS = (
    Method(
        name="miettinen_nurminen_test",
        kind="test",
        title=Text("Miettinen-Nurminen score test", "Miettinen-Nurminen得分检验"),
        compute=partial(miettinen_nurminen_test, alternative="two_sided"),
        source=SOURCE,
    ),
)
