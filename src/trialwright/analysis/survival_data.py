"""Times to an event, some of them censored, as counts at each distinct time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trialwright.analysis.distributions import Array
from trialwright.analysis.result import CannotAnalyse
from trialwright.terms.compare import equal
from trialwright.terms.message import message

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SurvivalData:
    """One row per participant: the time followed, and whether it ended with the event (else censored).

    Times within the tolerance of `terms.compare` have been made equal: 0.1 + 0.2 weeks is 0.3 weeks.
    """

    times: Array
    events: npt.NDArray[np.bool_]

    def distinct(self) -> Array:
        """Give the distinct times, ascending."""
        return np.unique(self.times)

    def counts(self, distinct: Array) -> tuple[Counts, Counts, Counts]:
        """Give at risk, with the event and censored at each of some ascending times.

        Whoever is censored at a time was still at risk of an event at it.
        """
        at_risk = len(self.times) - np.searchsorted(np.sort(self.times), distinct, side="left")
        places = np.searchsorted(distinct, self.times)
        events = np.bincount(places[self.events], minlength=len(distinct))
        censored = np.bincount(places[~self.events], minlength=len(distinct))
        return at_risk, events, censored


def read_survival(times: Sequence[float], events: Sequence[bool]) -> SurvivalData:
    """Give the data of a survival analysis.

    `times`: 0 or more, all in one unit; `events`: true for an event, false for a time that was censored.
    Raises `CannotAnalyse` for nobody, other lengths, times below 0 or missing, and events that are neither.
    """
    followed, ended = np.asarray(times, dtype=float), list(events)
    if not len(followed):
        raise CannotAnalyse(message("Nobody was followed, so nothing can be estimated."))
    if len(followed) != len(ended):
        raise CannotAnalyse(
            message(
                "{times} times for {events} events or censorings.", times=len(followed), events=len(ended)
            )
        )
    if not (np.isfinite(followed).all() and (followed >= 0.0).all()):
        raise CannotAnalyse(
            message("A time is missing or below 0; each participant needs a time of 0 or more.")
        )
    if any(each not in (0, 1) for each in ended):
        raise CannotAnalyse(message("Each time ends with an event or is censored; one is neither."))
    return SurvivalData(_merged(followed), np.asarray(ended, dtype=bool))


def _merged(times: Array) -> Array:
    """Give the same times, those that are equal but for rounding made the same number."""
    kept: list[float] = []
    for time in np.unique(times).tolist():
        if not kept or not equal(kept[-1], time):
            kept.append(time)
    starts = np.asarray(kept)
    result: Array = starts[np.searchsorted(starts, times, side="right") - 1]
    return result
