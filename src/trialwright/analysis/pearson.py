"""Pearson's chi-square test of two arms."""

from __future__ import annotations

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.distributions import chi_square_tail
from trialwright.analysis.method import Method
from trialwright.analysis.result import Result
from trialwright.terms.message import Message, Text, message

SOURCE = (
    "Pearson K. Phil Mag 1900;50:157-175, with 1 degree of freedom (Fisher RA. J R Stat Soc 1922;85:87-94)"
)
UNINFORMATIVE = message("Nobody, or everybody, had the event: this test cannot tell the arms apart.")


def chi_square(arms: TwoArms, *, correction: float) -> float:
    """Give sum (|observed - expected| - correction)^2 / expected; the four distances of a 2x2 are equal."""
    n1, n0, events = arms.treatment.n, arms.control.n, arms.events
    distance = abs(arms.treatment.events * n0 - arms.control.events * n1) / arms.n
    distance = max(0.0, distance - correction)
    return distance**2 * arms.n**3 / (n1 * n0 * events * (arms.n - events))


def pearson(arms: TwoArms) -> Result:
    """Give Pearson's chi-square test without continuity correction, two-sided.

    No p value, and a note, where nobody or everybody had the event. **Source**: `SOURCE`.
    """
    return chi_square_test(arms, method="pearson", source=SOURCE, correction=0.0)


def chi_square_test(arms: TwoArms, *, method: str, source: str, correction: float) -> Result:
    """Give the chi-square test with every |observed - expected| lessened by `correction` (not below 0), two-sided."""
    if arms.uninformative:
        return Result(method=method, source=source, counted=arms.counted, notes=(UNINFORMATIVE,))
    statistic = chi_square(arms, correction=correction)
    return Result(
        method=method,
        source=source,
        counted=arms.counted,
        statistic=statistic,
        degrees=1,
        p_value=chi_square_tail(statistic, degrees=1),
        alternative="two_sided",
        notes=small_expected(arms),
    )


def small_expected(arms: TwoArms) -> tuple[Message, ...]:
    """Give a warning where an expected count is below 1, where chi-square is no approximation any more."""
    smallest = arms.smallest_expected
    if smallest >= 1.0:
        return ()
    return (
        message(
            "The smallest expected count is {smallest}: below 1 this approximation does not hold.",
            smallest=smallest,
        ),
    )


METHODS = (
    Method(
        name="pearson",
        kind="test",
        title=Text("Pearson chi-square test", "Pearson卡方检验"),
        compute=pearson,
        source=SOURCE,
    ),
)
