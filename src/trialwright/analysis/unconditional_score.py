"""The exact unconditional score test and interval of the risk difference (Chan and Zhang)."""

from __future__ import annotations

import numpy as np

from trialwright.analysis.constrained import difference_scores
from trialwright.analysis.counts import TwoArms
from trialwright.analysis.crossing import find_end
from trialwright.analysis.method import Method
from trialwright.analysis.result import Interval, Result, check_level
from trialwright.analysis.unconditional import (
    Tables,
    at_least,
    check_size,
    exceeds_at,
    largest_probability_at,
)
from trialwright.terms.message import Text

SOURCE = "Chan ISF, Zhang Z. Biometrics 1999;55:1202-1209"
_STEPS = 100


def extreme_tables(arms: TwoArms, difference: float, *, upper: bool) -> Tables:
    """Mark the tables whose score at a difference is at least (at most, if not `upper`) the observed one."""
    n1, n0 = arms.treatment.n, arms.control.n
    x1, x0 = np.arange(n1 + 1)[:, np.newaxis], np.arange(n0 + 1)
    scores = difference_scores(x1, n1, x0, n0, difference, small_sample=False)
    scores = np.clip(scores if upper else -scores, -1e9, 1e9)
    return at_least(scores, float(scores[arms.treatment.events, arms.control.events]))


def _end(arms: TwoArms, tail: float, *, upper: bool) -> float:
    """Give the difference furthest from the observed one that its one-sided test keeps.

    The p value jumps and may fall again, so the ends are looked for from outside, step by step.
    """

    def kept(difference: float) -> bool:
        return exceeds_at(extreme_tables(arms, difference, upper=upper), difference, tail)

    steps = np.linspace(-1.0 if upper else 1.0, arms.difference, _STEPS + 1)
    before = float(steps[0])
    if kept(before):
        return before
    for after in map(float, steps[1:]):
        if kept(after):
            return find_end(kept, inside=after, outside=before, within=1e-10)
        before = after
    return arms.difference


def _one_sided(arms: TwoArms, *, upper: bool) -> float:
    return largest_probability_at(extreme_tables(arms, 0.0, upper=upper), 0.0)


def unconditional_score(arms: TwoArms, *, level: float) -> Result:
    """Give the risk difference with its exact interval, and the exact test of no difference.

    Both tails are one-sided tests whose largest chance over the control share is taken; the p value is the
    smaller one doubled (at most 1). `level`: confidence, 0 to 1. Raises `CannotAnalyse` for a level outside,
    and where there are too many tables. **Source**: `SOURCE`.
    """
    check_size(arms)
    tail = (1 - check_level(level)) / 2
    smaller = min(_one_sided(arms, upper=True), _one_sided(arms, upper=False))
    return Result(
        method="unconditional_score",
        source=SOURCE,
        counted=arms.counted,
        quantity="risk_difference",
        estimate=arms.difference,
        interval=Interval(
            low=_end(arms, tail, upper=True),
            high=_end(arms, tail, upper=False),
            level=level,
            method="unconditional_score",
        ),
        p_value=min(1.0, 2 * smaller),
        alternative="two_sided",
    )


METHODS = (
    Method(
        name="unconditional_score",
        kind="comparison",
        title=Text("risk difference, exact unconditional interval and test", "率差（无条件精确区间及检验）"),
        compute=unconditional_score,
        source=SOURCE,
    ),
)
