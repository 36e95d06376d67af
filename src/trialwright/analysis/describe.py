"""A number described in one arm: how many, mean and standard deviation, median, quartiles, range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is said of a number in one arm; all in its unit. `deviation`: n - 1; None for one value.

    Everything but `n` is None where there is no value.
    """

    arm: str
    n: int
    mean: float | None
    deviation: float | None
    median: float | None
    lower_quartile: float | None
    upper_quartile: float | None
    lowest: float | None
    highest: float | None


def describe(values: Sequence[float], *, arm: str) -> Description:
    """Describe the values of an arm, none of them missing.

    Quartiles are averages at discontinuities. **Source**: Hyndman RJ, Fan Y. Am Stat 1996;50:361-5, definition 2
    (SAS PCTLDEF=5).
    """
    n = len(values)
    if not n:
        return Description(
            arm=arm,
            n=0,
            mean=None,
            deviation=None,
            median=None,
            lower_quartile=None,
            upper_quartile=None,
            lowest=None,
            highest=None,
        )
    ordered = sorted(values)
    mean = math.fsum(values) / n
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1)) if n > 1 else None
    return Description(
        arm=arm,
        n=n,
        mean=mean,
        deviation=spread,
        median=quantile(ordered, 1, 2),
        lower_quartile=quantile(ordered, 1, 4),
        upper_quartile=quantile(ordered, 3, 4),
        lowest=ordered[0],
        highest=ordered[-1],
    )


def quantile(ordered: Sequence[float], over: int, under: int) -> float:
    """The quantile `over`/`under` (exact, so that no rounding moves it) of ascending values; see `describe`."""
    whole, rest = divmod(len(ordered) * over, under)
    if rest:
        return ordered[whole]
    return (ordered[whole - 1] + ordered[whole]) / 2
