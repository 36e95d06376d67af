"""The boundary of a Bayesian stopping rule, shown in advance, and what it does if the true rate were known.

Stop after s events among n participants when P(p > rate | s of n) > cut, with p ~ Beta(a + s, b + n - s).
**Source**: `SOURCE` (Bayesian monitoring of a single arm with a beta-binomial model).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from trialwright.study.safety import BetaBinomialStopping
from trialwright.terms.compare import greater

SOURCE = "Thall PF, Simon R. Biometrics 1994;50:337-349"
Boundary = tuple[int | None, ...]
"""For n = 1, 2, ... participants the least number of events at which to stop; None where no number is enough."""


class OperatingCharacteristics(NamedTuple):
    """What a boundary does at one true rate, by exact computation.

    `stops`: the probability that it is ever reached; `expected`: the expected number of participants when the study
    stops, or is full. `stops_by`: the probability that it was reached with the first n participants, for n = 1, 2, ...
    """

    rate: float
    stops: float
    expected: float
    stops_by: tuple[float, ...]


def compute_probability(events: int, participants: int, *, a: float, b: float, rate: float) -> float:
    """The posterior probability that the true rate exceeds `rate`, between 0 and 1.

    `events` among `participants`; `a`, `b`: the prior Beta(a, b), both positive; `rate` between 0 and 1.
    Raises `ValueError` for counts that cannot be.
    """
    if not 0 <= events <= participants:
        raise ValueError(f"{events} events among {participants} participants cannot be")
    from scipy.special import betainc  # late: the command line must start fast

    return 1.0 - float(betainc(a + events, b + participants - events, rate))


def plan_boundary(rule: BetaBinomialStopping, *, largest: int) -> Boundary:
    """The least number of events at which to stop, for every number of participants up to `largest`."""
    return _boundary(float(rule.prior_a), float(rule.prior_b), float(rule.rate), float(rule.cut), largest)


@lru_cache(maxsize=64)
def _boundary(a: float, b: float, rate: float, cut: float, largest: int) -> Boundary:
    found: list[int | None] = []
    least = 0
    for participants in range(1, largest + 1):
        # One more participant never lowers the boundary, so the search goes on where it was.
        while least <= participants and not greater(
            compute_probability(least, participants, a=a, b=b, rate=rate), cut
        ):
            least += 1
        found.append(least if least <= participants else None)
    return tuple(found)


def compute_operating_characteristics(
    boundary: Sequence[int | None], *, rate: float
) -> OperatingCharacteristics:
    """What a boundary does if every participant has the event with probability `rate`, independently.

    Exact: the distribution of the number of events among those who have not stopped, carried from n to n + 1. Looks only
    where `boundary` has a number, so that a plan with few looks is a boundary with None between them.
    """
    alive = [1.0]
    stopped = 0.0
    expected = 0.0
    stops_by = []
    for participants, least in enumerate(boundary, start=1):
        expected += 1.0 - stopped  # everyone who has not stopped sees one more participant
        alive = [
            (alive[events] * (1.0 - rate) if events < participants else 0.0)
            + (alive[events - 1] * rate if events > 0 else 0.0)
            for events in range(participants + 1)
        ]
        if least is not None:
            stopped += sum(alive[least:])
            alive = [chance if events < least else 0.0 for events, chance in enumerate(alive)]
        stops_by.append(stopped)
    return OperatingCharacteristics(rate, stopped, expected, tuple(stops_by))
