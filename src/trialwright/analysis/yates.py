"""Yates' chi-square test of two arms, with continuity correction."""

from __future__ import annotations

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.method import Method
from trialwright.analysis.pearson import chi_square_test
from trialwright.analysis.result import Result
from trialwright.terms.message import Text

SOURCE = "Yates F. Suppl J R Stat Soc 1934;1:217-235"


def yates(arms: TwoArms) -> Result:
    """Give the chi-square test with every |observed - expected| lessened by 1/2 (not below 0), two-sided.

    No p value, and a note, where nobody or everybody had the event. **Source**: `SOURCE`.
    """
    return chi_square_test(arms, method="yates", source=SOURCE, correction=0.5)


METHODS = (
    Method(
        name="yates",
        kind="test",
        title=Text("chi-square test with continuity correction (Yates)", "连续性校正卡方检验（Yates）"),
        compute=yates,
        source=SOURCE,
    ),
)
