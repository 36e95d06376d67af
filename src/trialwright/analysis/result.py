"""What every statistical method gives: the estimate, its interval, the test, who was counted, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trialwright.terms.message import Message, message, render

Alternative = Literal["two_sided", "greater", "less"]
"""What a test is against: any difference, a higher share in the treatment arm, a lower one."""

Quantity = Literal[
    "proportion",
    "risk_difference",
    "risk_ratio",
    "odds_ratio",
    "odds",
    "posterior_probability",
    "survival_probability",
    "median_time",
    "standardised_difference",
    "incidence_rate",
    "power",
    "type_1_error",
    "sample_size",
]


class CannotAnalyse(ValueError):
    """Numbers that a method can make nothing of; `message` says which and why."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(render(sentence, {}))
        self.message = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence interval, on the scale of its estimate.

    `level`: its confidence, 0 to 1. `method`: how it was made, a name of this room. An end may be infinite;
    `None` where it cannot be estimated (the upper limit of a median that was not reached).
    """

    low: float | None
    high: float | None
    level: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Who of one arm was counted: participants, and those with the event; `None` where events make no sense."""

    arm: str
    n: int
    events: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a method found.

    `method`: its name in `METHODS`; `applied`: the method it handed on to, where it chooses one.
    `estimate`: of `quantity`, on its own scale (a risk difference of 0.27 is 27 percentage points); `None`
    with a note where the numbers give none, and for a test. `statistic`: what `p_value` is the tail of, with
    `degrees` of freedom where it has any. `counted`: in the order treatment, control. `source`: citation.
    `parts`: the results of the same fit for its other terms.
    """

    method: str
    source: str
    counted: tuple[Counted, ...]
    quantity: Quantity | None = None
    estimate: float | None = None
    interval: Interval | None = None
    p_value: float | None = None
    alternative: Alternative | None = None
    statistic: float | None = None
    degrees: int | None = None
    applied: str | None = None
    term: str | None = None
    standard_error: float | None = None
    parts: tuple[Result, ...] = ()
    notes: tuple[Message, ...] = ()

    @property
    def n(self) -> int:
        """How many participants were counted, all arms together."""
        return sum(each.n for each in self.counted)


def check_level(level: float) -> float:
    """Give back a confidence level; raises `CannotAnalyse` unless it lies between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise CannotAnalyse(
            message("A confidence level lies between 0 and 1, such as 0.95; {level} does not.", level=level)
        )
    return level
