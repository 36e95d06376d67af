"""Miettinen and Nurminen's score interval of the odds ratio."""

from __future__ import annotations

from trialwright.analysis.constrained import odds_ratio_score
from trialwright.analysis.counts import TwoArms
from trialwright.analysis.method import Method
from trialwright.analysis.odds_ratio import crude_odds_ratio
from trialwright.analysis.ratio import ratio_by_score
from trialwright.analysis.result import Result
from trialwright.terms.message import Text

SOURCE = "Miettinen O, Nurminen M. Stat Med 1985;4:213-226"


def miettinen_nurminen_odds_ratio(arms: TwoArms, *, level: float) -> Result:
    """Give the odds ratio with its score interval, variance enlarged by N/(N-1).

    An end is 0 or infinite where the data bound it on one side only. `level`: confidence, 0 to 1. Raises
    `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    return ratio_by_score(
        arms,
        lambda ratio: odds_ratio_score(arms, ratio, small_sample=True),
        estimate=crude_odds_ratio(arms),
        quantity="odds_ratio",
        level=level,
        method="miettinen_nurminen_odds_ratio",
        source=SOURCE,
    )


METHODS = (
    Method(
        name="miettinen_nurminen_odds_ratio",
        kind="comparison",
        title=Text("odds ratio, Miettinen-Nurminen interval", "比值比（Miettinen-Nurminen区间）"),
        compute=miettinen_nurminen_odds_ratio,
        source=SOURCE,
    ),
)
