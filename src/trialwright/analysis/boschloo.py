"""Boschloo's exact unconditional test of two arms."""

from __future__ import annotations

from functools import partial

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.fisher import p_values
from trialwright.analysis.method import Method
from trialwright.analysis.result import Alternative, Result
from trialwright.analysis.unconditional import at_most, check_size, largest_probability
from trialwright.terms.message import Text

SOURCE = "Boschloo RD. Stat Neerl 1970;24:1-35"
SOURCE_CENTRAL = "Boschloo RD. Stat Neerl 1970;24:1-35, the smaller one-sided p value doubled"


def _statistic_and_p(arms: TwoArms, alternative: Alternative) -> tuple[float, float]:
    check_size(arms)
    statistics = p_values(arms.treatment.n, arms.control.n, alternative)
    observed = float(statistics[arms.treatment.events, arms.control.events])
    return observed, largest_probability(at_most(statistics, observed))


def boschloo(arms: TwoArms, *, alternative: Alternative) -> Result:
    """Give the exact test by Fisher's p value: its largest chance to be so small, over the common share.

    Two-sided, the statistic is Fisher's two-sided p value. Raises `CannotAnalyse` where there are too many
    tables. **Source**: `SOURCE`.
    """
    statistic, p_value = _statistic_and_p(arms, alternative)
    return Result(
        method="boschloo",
        source=SOURCE,
        counted=arms.counted,
        statistic=statistic,
        p_value=p_value,
        alternative=alternative,
    )


def boschloo_central(arms: TwoArms) -> Result:
    """Give the same test, two-sided by doubling the smaller one-sided p value (at most 1).

    Raises `CannotAnalyse` where there are too many tables. **Source**: `SOURCE_CENTRAL`.
    """
    sides = _statistic_and_p(arms, "greater"), _statistic_and_p(arms, "less")
    statistic, p_value = min(sides, key=lambda side: side[1])
    return Result(
        method="boschloo_central",
        source=SOURCE_CENTRAL,
        counted=arms.counted,
        statistic=statistic,
        p_value=min(1.0, 2 * p_value),
        alternative="two_sided",
    )


METHODS = (
    Method(
        name="boschloo",
        kind="test",
        title=Text("Boschloo's exact unconditional test", "Boschloo无条件精确检验"),
        compute=partial(boschloo, alternative="two_sided"),
        source=SOURCE,
    ),
    Method(
        name="boschloo_central",
        kind="test",
        title=Text(
            "Boschloo's exact unconditional test, smaller tail doubled",
            "Boschloo无条件精确检验（较小单侧P值加倍）",
        ),
        compute=boschloo_central,
        source=SOURCE_CENTRAL,
    ),
)
