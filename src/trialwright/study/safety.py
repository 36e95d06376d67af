"""safety.yaml: grading of adverse events, reporting clocks, alerts, stopping rules."""

from __future__ import annotations

from typing import Literal

from trialwright.study.part import Duration, Id, Name, Number, Part, Rule, Words, YesNo
from trialwright.terms.message import Text


class Grade(Part):
    """One grade of a term, where the study states it itself."""

    grade: Literal["1", "2", "3", "4", "5"]
    rule: Rule


class GradedTerm(Part):
    """A term that is graded from results. Without `grades` those of the standard count.

    `direction`: a low or a high result. `from_baseline`: only grades above the one at baseline are events.
    """

    id: Name
    title: Text
    concept: Name
    direction: Literal["low", "high"]
    from_baseline: YesNo
    grades: tuple[Grade, ...] = ()


class Grading(Part):
    """The grading standard and its version, pinned, because versions cut the same result differently."""

    standard: Words
    version: Words
    terms: tuple[GradedTerm, ...] = ()


class ReportingClock(Part):
    """Who must know of what, how soon.

    Counted from awareness: in calendar days, its day being day 0; in hours from its instant. `follow_up_within` begins when the first limit ends.
    """

    id: Id
    title: Text
    applies: Rule
    sender: Words
    recipient: Words
    within: Duration
    follow_up_within: Duration | None = None
    source: Words


class Alert(Part):
    """What is shown at once to whoever saves a form on which `rule` holds."""

    id: Id
    title: Text
    rule: Rule
    message: Text
    source: Words | None = None


class BetaBinomialStopping(Part):
    """Stop when the chance that the event's true rate exceeds `rate`, given the prior, is greater than `cut`.

    Prior Beta(`prior_a`, `prior_b`). `event` says who has the event, `population` who is counted.
    """

    id: Id
    title: Text
    method: Literal["beta_binomial"]
    event: Rule
    population: Rule
    arms: tuple[Id, ...] = ()
    prior_a: Number
    prior_b: Number
    rate: Number
    cut: Number
    action: Text


class SafetyRules(Part):
    """The whole of safety.yaml."""

    grading: Grading | None = None
    clocks: tuple[ReportingClock, ...] = ()
    alerts: tuple[Alert, ...] = ()
    stopping_rules: tuple[BetaBinomialStopping, ...] = ()
