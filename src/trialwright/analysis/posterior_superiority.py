"""The probability that treatment has the higher share, given the data: two arms with beta priors."""

from __future__ import annotations

import math

import numpy as np

from trialwright.analysis.counts import ArmCount, TwoArms
from trialwright.analysis.method import Method
from trialwright.analysis.result import CannotAnalyse, Result
from trialwright.terms.message import Text, message

SOURCE = "Thall PF, Simon R. Biometrics 1994;50:337-349; integral of a beta density times a beta distribution function"
_POINTS = 400
_REACH = 12.0  # standard deviations to each side of the middle


def posterior_superiority(arms: TwoArms, *, prior_events: float, prior_non_events: float) -> Result:
    """Give P(share of treatment > share of control) under the same Beta prior in both arms.

    `prior_events`, `prior_non_events`: its two parameters, above 0: 0.5 and 0.5 Jeffreys, 1 and 1 uniform.
    Raises `CannotAnalyse` for parameters that are no prior. **Source**: `SOURCE`.
    """
    from scipy.special import betainc, betaln

    if min(prior_events, prior_non_events) <= 0.0:
        raise CannotAnalyse(message("Both parameters of a beta prior must be above 0."))

    def parameters(count: ArmCount) -> tuple[float, float]:
        return count.events + prior_events, count.n - count.events + prior_non_events

    (a1, b1), (a0, b0) = parameters(arms.treatment), parameters(arms.control)
    # By p = sin^2 x the density stays finite at 0 and 1 for priors from Jeffreys up, and has one width all over.
    middle, width = math.asin(math.sqrt(a1 / (a1 + b1))), 0.5 / math.sqrt(a1 + b1)
    low, high = max(0.0, middle - _REACH * width), min(math.pi / 2, middle + _REACH * width)
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    x = (high - low) / 2 * points + (high + low) / 2
    density = np.exp(
        math.log(2.0)
        + (2 * a1 - 1) * np.log(np.sin(x))
        + (2 * b1 - 1) * np.log(np.cos(x))
        - float(betaln(a1, b1))
    )
    chance = float((high - low) / 2 * (weights * density * betainc(a0, b0, np.sin(x) ** 2)).sum())
    return Result(
        method="posterior_superiority",
        source=SOURCE,
        counted=arms.counted,
        quantity="posterior_probability",
        estimate=min(1.0, chance),
    )


METHODS = (
    Method(
        name="posterior_superiority",
        kind="posterior",
        title=Text("posterior probability of a higher share in treatment", "试验组率更高的后验概率"),
        compute=posterior_superiority,
        source=SOURCE,
    ),
)
