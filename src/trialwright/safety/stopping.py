"""Bayesian stopping rules: the boundary shown in advance, what it does if the true rate were known, and where we stand.

Stop after s events among n participants when P(p > rate | s of n) > cut, with p ~ Beta(a + s, b + n - s).
**Source**: Thall PF, Simon R. Biometrics 1994;50:337-349 (Bayesian monitoring of a single arm with a beta-binomial model).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from trialwright.study.safety import BetaBinomialStopping
from trialwright.terms.compare import greater
from trialwright.terms.truth import Truth

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


class Counted(NamedTuple):
    """One participant against a stopping rule: whether counted, whether with the event, with the reason where open.

    `positions`: the ledger events it rests on. `arm`: as allocated, '' while blind or not allocated.
    """

    participant: str
    counted: Truth
    event: Truth
    reason: str
    positions: tuple[int, ...] = ()


class StoppingStatus(NamedTuple):
    """Where a study stands against a stopping rule.

    `participants`, `events`: counted for certain; `open`: those of whom it is not known whether they count or had the
    event. `boundary`: the number of events at which to stop at this number of participants. `probability`: that the true
    rate exceeds the limit; None where nobody is counted. `stop`: None where the open ones decide; then `reasons` say why.
    """

    rule: BetaBinomialStopping
    participants: int
    events: int
    boundary: int | None
    probability: float | None
    stop: Truth
    open: tuple[Counted, ...]
    reasons: tuple[str, ...]
    counted: tuple[Counted, ...]


def assess_stopping(rule: BetaBinomialStopping, counted: Iterable[Counted]) -> StoppingStatus:
    """Judge a stopping rule from everybody it might count.

    The study must stop for certain only if it must whatever the open answers turn out to be, and need not for certain
    only if it need not whatever they are.
    """
    everyone = tuple(counted)
    sure = tuple(each for each in everyone if each.counted and each.event is not None)
    open_ = tuple(each for each in everyone if each.counted is None or (each.counted and each.event is None))
    participants, events = len(sure), sum(1 for each in sure if each.event)
    answers = {_stops(rule, *totals) for totals in _possible(participants, events, open_)}
    return StoppingStatus(
        rule,
        participants,
        events,
        plan_boundary(rule, largest=participants)[-1] if participants else None,
        _probability(rule, participants, events) if participants else None,
        answers.pop() if len(answers) == 1 else None,
        open_,
        tuple(dict.fromkeys(each.reason for each in open_ if each.reason)),
        sure,
    )


def _possible(participants: int, events: int, open_: Iterable[Counted]) -> set[tuple[int, int]]:
    """Every pair of totals that the open answers leave possible."""
    totals = {(participants, events)}
    for each in open_:
        counts = (True,) if each.counted else (False, True)
        has = (False, True) if each.event is None else (each.event,)
        steps = {(int(counted), int(counted and event)) for counted in counts for event in has}
        totals = {(n + more, s + found) for n, s in totals for more, found in steps}
    return totals


def _stops(rule: BetaBinomialStopping, participants: int, events: int) -> bool:
    return participants > 0 and greater(_probability(rule, participants, events), float(rule.cut))


def _probability(rule: BetaBinomialStopping, participants: int, events: int) -> float:
    return compute_probability(
        events, participants, a=float(rule.prior_a), b=float(rule.prior_b), rate=float(rule.rate)
    )
