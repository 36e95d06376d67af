"""The Kaplan-Meier estimate with log-log intervals, and its median."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialwright.analysis.distributions import normal_quantile
from trialwright.analysis.method import Method
from trialwright.analysis.result import Counted, Interval, Quantity, Result, check_level
from trialwright.analysis.survival_data import read_survival
from trialwright.terms.compare import equal, less_equal
from trialwright.terms.message import Message, Text, message

SOURCE = "Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481; log-log limits with Greenwood's variance: "
SOURCE += "Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data. 1980, 1.13"
SOURCE_MEDIAN = "Brookmeyer R, Crowley J. Biometrics 1982;38:29-41, from log-log limits"


@dataclass(frozen=True, slots=True)
class Step:
    """One time at which the curve falls or somebody is censored.

    `time` in the unit of the curve; `at_risk` just before it; `events` and `censored` at it; `survival` from
    it on, with the standard error by Greenwood and the limits (`None` where survival is still 1 or has
    reached 0: the log-log limits do not exist there).
    """

    time: float
    at_risk: int
    events: int
    censored: int
    survival: float
    standard_error: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCurve:
    """A Kaplan-Meier curve: survival is 1 until the first step. `unit`: of time (UCUM); `level`: of the limits."""

    group: str
    unit: str
    level: float
    steps: tuple[Step, ...]
    counted: Counted

    def step_at(self, time: float) -> Step | None:
        """Give the last step not after a time, in the unit of the curve; `None` before the first."""
        found = None
        for step in self.steps:
            if not less_equal(step.time, time):
                break
            found = step
        return found

    def at_risk(self, time: float) -> int:
        """Give how many are still followed, without event, just before a time: the row below a figure."""
        gone = sum(step.events + step.censored for step in self.steps if not less_equal(time, step.time))
        return self.counted.n - gone

    def survival_at(self, time: float) -> Result:
        """Give the probability of no event up to a time (0 or later, in the unit of the curve), with its limits.

        No estimate, and a note, after the last time followed while survival is above 0. **Source**: `SOURCE`.
        """
        step, last = self.step_at(time), self.steps[-1]
        if not less_equal(time, last.time) and last.survival > 0.0:
            note = message(
                "Nobody was followed to {time}; the last time followed is {last}.", time=time, last=last.time
            )
            return self._result("survival_probability", None, None, (note,))
        if step is None or step.standard_error in (None, 0.0):
            note = message("The curve is at 1 or 0 here, where log-log limits do not exist.")
            return self._result("survival_probability", step.survival if step else 1.0, None, (note,))
        interval = Interval(low=step.low, high=step.high, level=self.level, method="kaplan_meier")
        return self._result("survival_probability", step.survival, interval, ())

    def median(self) -> Result:
        """Give the median time: the first with survival at or below one half, in the unit of the curve.

        Where survival is exactly one half over a stretch, its middle. The limits are where the limits of
        survival cross one half; `None` where they never do. **Source**: `SOURCE_MEDIAN`.
        """
        estimate = self._crossing([step.survival for step in self.steps])
        interval = Interval(
            low=self._crossing([step.low for step in self.steps]),
            high=self._crossing([step.high for step in self.steps]),
            level=self.level,
            method="kaplan_meier",
        )
        notes: tuple[Message, ...] = ()
        if estimate is None:
            notes = (message("The median was not reached: more than half remain without the event."),)
        return self._result("median_time", estimate, interval, notes)

    def _crossing(self, values: Sequence[float | None]) -> float | None:
        """Give the first time with a value at or below one half; the middle of a stretch at exactly one half."""
        for place, value in enumerate(values):
            if value is None or not less_equal(value, 0.5):
                continue
            if equal(value, 0.5):
                for later, below in zip(self.steps[place:], values[place:], strict=True):
                    if below is not None and not less_equal(0.5, below):
                        return (self.steps[place].time + later.time) / 2.0
            return self.steps[place].time
        return None

    def _result(
        self,
        quantity: Quantity,
        estimate: float | None,
        interval: Interval | None,
        notes: tuple[Message, ...],
    ) -> Result:
        return Result(
            method="kaplan_meier",
            source=SOURCE_MEDIAN if quantity == "median_time" else SOURCE,
            counted=(self.counted,),
            quantity=quantity,
            estimate=estimate,
            interval=interval,
            notes=notes,
        )


def kaplan_meier(
    times: Sequence[float], events: Sequence[bool], *, group: str, unit: str, level: float
) -> SurvivalCurve:
    """Give the curve of one group.

    `times`: followed, 0 or more, in `unit` (UCUM); `events`: true for an event, false for censored, who stay
    at risk of events at the same time; `group`: its name; `level`: confidence, 0 to 1. Raises `CannotAnalyse`
    for data that are no times to event. **Source**: `SOURCE`.
    """
    z, data = normal_quantile(check_level(level)), read_survival(times, events)
    distinct = data.distinct()
    at_risk, ended, censored = data.counts(distinct)
    survival, greenwood, steps = 1.0, 0.0, []
    for time, n, d, c in zip(
        distinct.tolist(), at_risk.tolist(), ended.tolist(), censored.tolist(), strict=True
    ):
        survival *= (n - d) / n
        greenwood += d / (n * (n - d)) if n > d else 0.0
        steps.append(_step(time, n, d, c, survival, greenwood, z))
    return SurvivalCurve(
        group=group,
        unit=unit,
        level=level,
        steps=tuple(steps),
        counted=Counted(arm=group, n=len(data.times), events=int(np.sum(ended))),
    )


def _step(
    time: float, at_risk: int, events: int, censored: int, survival: float, greenwood: float, z: float
) -> Step:
    if survival <= 0.0:
        return Step(time, at_risk, events, censored, 0.0, None, None, None)
    if greenwood == 0.0:
        return Step(time, at_risk, events, censored, survival, 0.0, None, None)
    reach = math.exp(z * math.sqrt(greenwood) / abs(math.log(survival)))
    return Step(
        time,
        at_risk,
        events,
        censored,
        survival,
        survival * math.sqrt(greenwood),
        survival**reach,
        survival ** (1 / reach),
    )


METHODS = (
    Method(
        name="kaplan_meier",
        kind="survival_curve",
        title=Text("Kaplan-Meier estimate, log-log interval", "Kaplan-Meier估计（log-log区间）"),
        compute=kaplan_meier,
        source=SOURCE,
    ),
)
