"""Miettinen and Nurminen's score interval of the risk difference."""

from __future__ import annotations

from trialwright.analysis.constrained import difference_score
from trialwright.analysis.counts import TwoArms
from trialwright.analysis.difference import difference_by_score
from trialwright.analysis.method import Method
from trialwright.analysis.result import Result
from trialwright.terms.message import Text

SOURCE = "Miettinen O, Nurminen M. Stat Med 1985;4:213-226"


def miettinen_nurminen(arms: TwoArms, *, level: float) -> Result:
    """Give the risk difference with its score interval, variance enlarged by N/(N-1).

    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    return difference_by_score(
        arms,
        lambda d: difference_score(arms, d, small_sample=True),
        level=level,
        method="miettinen_nurminen",
        source=SOURCE,
    )


METHODS = (
    Method(
        name="miettinen_nurminen",
        kind="comparison",
        title=Text("risk difference, Miettinen-Nurminen interval", "率差（Miettinen-Nurminen区间）"),
        compute=miettinen_nurminen,
        source=SOURCE,
    ),
)
