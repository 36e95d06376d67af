"""Fisher's test with the mid-p value."""

from __future__ import annotations

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.distributions import hypergeometric
from trialwright.analysis.method import Method
from trialwright.analysis.result import Result
from trialwright.terms.message import Text

SOURCE = (
    "Lancaster HO. J Am Stat Assoc 1961;56:223-234; Hirji KF, Tan SJ, Elashoff RM. Stat Med 1991;10:1137-1153"
)


def fisher_mid_p(arms: TwoArms) -> Result:
    """Give Fisher's test with half the chance of the observed table, two-sided by doubling the smaller tail.

    It does not hold its level for certain, but is nearer to it. **Source**: `SOURCE`.
    """
    low, chances = hypergeometric(arms.treatment.n, arms.control.n, arms.events)
    place = arms.treatment.events - low
    half = chances[place] / 2
    tail = min(chances[:place].sum() + half, chances[place + 1 :].sum() + half)
    return Result(
        method="fisher_mid_p",
        source=SOURCE,
        counted=arms.counted,
        p_value=min(1.0, 2 * float(tail)),
        alternative="two_sided",
    )


METHODS = (
    Method(
        name="fisher_mid_p",
        kind="test",
        title=Text("Fisher's test, mid-p value", "Fisher检验（mid-p值）"),
        compute=fisher_mid_p,
        source=SOURCE,
    ),
)
