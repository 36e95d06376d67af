"""Mee's score interval of the risk difference (that of Farrington and Manning)."""

from __future__ import annotations

from trialwright.analysis.constrained import difference_score
from trialwright.analysis.counts import TwoArms
from trialwright.analysis.difference import difference_by_score
from trialwright.analysis.method import Method
from trialwright.analysis.result import Result
from trialwright.terms.message import Text

SOURCE = "Mee RW. Biometrics 1984;40:1175-1176; Farrington CP, Manning G. Stat Med 1990;9:1447-1454"


def mee(arms: TwoArms, *, level: float) -> Result:
    """Give the risk difference with its score interval, variance not enlarged.

    `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside. **Source**: `SOURCE`.
    """
    return difference_by_score(
        arms,
        lambda d: difference_score(arms, d, small_sample=False),
        level=level,
        method="mee",
        source=SOURCE,
    )


METHODS = (
    Method(
        name="mee",
        kind="comparison",
        title=Text("risk difference, Mee interval", "率差（Mee区间）"),
        compute=mee,
        source=SOURCE,
    ),
)
