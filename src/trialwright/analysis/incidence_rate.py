"""An incidence rate: who had an event per time at risk, with the exact interval of a Poisson count."""

from __future__ import annotations

from trialwright.analysis.result import CannotAnalyse, Counted, Interval, Result, check_level
from trialwright.terms.message import message

SOURCE = "Garwood F. Biometrika 1936;28:437-442"
PER_YEARS = 100
"""A rate is that of so many years of one person, or of one year of so many people."""


def compute_incidence_rate(*, arm: str, events: int, n: int, years: float, level: float) -> Result:
    """Give the rate per 100 person-years with its exact interval: each tail at most half of what the level leaves.

    `events`: participants who had the event, each once and 0 to `n`, so that an event does not make the next one of the
    same participant more likely; `years`: the time at risk of all together, above 0, that of a participant ending with
    the event; `level`: confidence, 0 to 1. Raises `CannotAnalyse` for numbers that cannot be. **Source**: `SOURCE`.
    """
    from scipy.special import gammaincinv

    if not (0 <= events <= n and years > 0.0):
        raise CannotAnalyse(
            message(
                "Arm {arm}: {events} of {n} participants with the event in {years} years at risk cannot be.",
                arm=arm,
                events=events,
                n=n,
                years=years,
            )
        )
    tail, per = (1 - check_level(level)) / 2, PER_YEARS / years
    low = 0.0 if events == 0 else float(gammaincinv(events, tail))
    high = float(gammaincinv(events + 1, 1 - tail))
    return Result(
        method="incidence_rate",
        source=SOURCE,
        counted=(Counted(arm=arm, n=n, events=events),),
        quantity="incidence_rate",
        estimate=events * per,
        interval=Interval(low=low * per, high=high * per, level=level, method="incidence_rate"),
    )
