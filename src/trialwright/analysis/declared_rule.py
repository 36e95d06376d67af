"""The declared rule that chooses between Pearson, Yates and Fisher for two arms."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trialwright.analysis.counts import TwoArms
from trialwright.analysis.fisher import fisher
from trialwright.analysis.method import Method
from trialwright.analysis.pearson import pearson
from trialwright.analysis.result import Result
from trialwright.analysis.yates import yates
from trialwright.terms.compare import greater_equal
from trialwright.terms.message import Message, Text, message

SOURCE = "The rule of Chinese textbooks of medical statistics for 2x2 tables, after Cochran WG. Biometrics 1954;10:417-451"
ENOUGH = 40  # participants of both arms
LARGE, SMALL = 5.0, 1.0  # expected counts


@dataclass(frozen=True, slots=True)
class Choice:
    """Which test the rule takes, by its name in `METHODS`, and why."""

    test: str
    because: Message


def choose_test(arms: TwoArms) -> Choice:
    """Give the test: Pearson, Yates or Fisher, by the participants and the smallest expected count.

    40 or more participants and every expected count 5 or more: Pearson; 40 or more and the smallest from 1 to
    below 5: Yates; else Fisher. Equal counts of `terms.compare` are equal here. **Source**: `SOURCE`.
    """
    n, smallest = arms.n, arms.smallest_expected
    if n < ENOUGH:
        return Choice(
            "fisher",
            message("Fisher's exact test: {n} participants are fewer than {enough}.", n=n, enough=ENOUGH),
        )
    if greater_equal(smallest, LARGE):
        return Choice(
            "pearson",
            message(
                "Pearson's chi-square: {n} participants, and the smallest expected count of {smallest} is not "
                "below 5.",
                n=n,
                smallest=smallest,
            ),
        )
    if greater_equal(smallest, SMALL):
        return Choice(
            "yates",
            message(
                "Chi-square with continuity correction (Yates): {n} participants, and the smallest expected "
                "count of {smallest} is below 5, not below 1.",
                n=n,
                smallest=smallest,
            ),
        )
    return Choice(
        "fisher",
        message(
            "Fisher's exact test: the smallest expected count of {smallest} is below 1.", smallest=smallest
        ),
    )


def declared_rule(arms: TwoArms) -> Result:
    """Give the two-sided test that the rule chooses; `applied` names it, the first note says why.

    **Source**: `SOURCE`.
    """
    choice = choose_test(arms)
    found = {
        "pearson": pearson,
        "yates": yates,
        "fisher": lambda each: fisher(each, alternative="two_sided"),
    }[choice.test](arms)
    return replace(found, method="declared_rule", applied=choice.test, notes=(choice.because, *found.notes))


METHODS = (
    Method(
        name="declared_rule",
        kind="test",
        title=Text(
            "test by the declared rule (Pearson, Yates or Fisher)",
            "按预设规则选择检验（Pearson、Yates或Fisher）",
        ),
        compute=declared_rule,
        source=SOURCE,
    ),
)
