"""The score interval of the risk difference corrected for skewness (Gart and Nam; Laud's SCAS)."""

from __future__ import annotations

import math

from trialwright.analysis.constrained import corrected, difference_score, shares_at_difference
from trialwright.analysis.counts import TwoArms
from trialwright.analysis.difference import difference_by_score
from trialwright.analysis.method import Method
from trialwright.analysis.result import Result
from trialwright.terms.message import Text

SOURCE = "Gart JJ, Nam J. Biometrics 1990;46:637-643"
SOURCE_SCAS = "Laud PJ. Pharm Stat 2017;16:334-348"


def _skewness_corrected(arms: TwoArms, difference: float, *, small_sample: bool) -> float:
    """Give the score less its skewness: the z that solves score = z + a(z^2 - 1), a the third moment / 6."""
    treatment, control = arms.treatment, arms.control
    score = difference_score(arms, difference, small_sample=small_sample)
    p1, p0 = map(
        float, shares_at_difference(treatment.events, treatment.n, control.events, control.n, difference)
    )
    v1, v0 = p1 * (1 - p1), p0 * (1 - p0)
    variance = (v1 / treatment.n + v0 / control.n) * corrected(arms.n, small_sample=small_sample)
    if variance == 0.0:
        return score
    third = v1 * (1 - 2 * p1) / treatment.n**2 - v0 * (1 - 2 * p0) / control.n**2
    a = third / (6 * variance**1.5)
    if abs(a) < 1e-12:
        return score
    # Where the parabola does not reach the score, its vertex is the nearest.
    return (math.sqrt(max(0.0, 1 + 4 * a * (score + a))) - 1) / (2 * a)


def gart_nam(arms: TwoArms, *, level: float) -> Result:
    """Give the risk difference with Gart and Nam's interval: Mee's score, corrected for skewness.

    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    return difference_by_score(
        arms,
        lambda d: _skewness_corrected(arms, d, small_sample=False),
        level=level,
        method="gart_nam",
        source=SOURCE,
    )


def skewness_corrected(arms: TwoArms, *, level: float) -> Result:
    """Give the risk difference with Laud's SCAS interval: the same with the variance enlarged by N/(N-1).

    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE_SCAS`.
    """
    return difference_by_score(
        arms,
        lambda d: _skewness_corrected(arms, d, small_sample=True),
        level=level,
        method="skewness_corrected",
        source=SOURCE_SCAS,
    )


METHODS = (
    Method(
        name="gart_nam",
        kind="comparison",
        title=Text("risk difference, Gart-Nam interval", "率差（Gart-Nam偏度校正区间）"),
        compute=gart_nam,
        source=SOURCE,
    ),
    Method(
        name="skewness_corrected",
        kind="comparison",
        title=Text("risk difference, skewness-corrected score interval", "率差（偏度校正得分区间）"),
        compute=skewness_corrected,
        source=SOURCE_SCAS,
    ),
)
