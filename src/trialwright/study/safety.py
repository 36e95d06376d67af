"""safety.yaml: grading of adverse events, reporting clocks, alerts, stopping rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Duration, Id, Name, Number, Part, Rule, Words, YesNo
from trialwright.terms.message import Text, message

Seriousness = Literal[
    "death",
    "life_threatening",
    "hospitalisation",
    "disability",
    "congenital_anomaly",
    "important_medical_event",
]
"""What makes an adverse event serious. **Source**: ICH E2A, section II.B."""


class Grade(Part):
    """One grade of a term, where the study states it itself."""

    grade: Literal["1", "2", "3", "4", "5"]
    rule: Rule


class GradedTerm(Part):
    """A term that is graded from results: by the standard's `term`, or by the study's own `grades`.

    `version`: another version of the standard, for this term alone, where the pinned one has no numbers for it.
    `direction`: a low or a high result. `from_baseline`: only grades above the one at baseline are events.
    """

    id: Name
    title: Text
    concept: Name
    term: Words | None = None
    version: Words | None = None
    direction: Literal["low", "high"]
    from_baseline: YesNo
    grades: tuple[Grade, ...] = ()

    @model_validator(mode="after")
    def _is_graded_one_way(self) -> GradedTerm:
        if (self.term is None) != bool(self.grades) or (self.version and self.grades):
            raise Unfit(
                message("{id} does not say in one way how it is graded.", id=self.id),
                message(
                    "Give the standard's name for it under `term` (and `version`, if not the pinned one), or "
                    "the study's own `grades`."
                ),
                code="incomplete",
            )
        return self


class Grading(Part):
    """The grading standard and its version, pinned, because versions cut the same result differently."""

    standard: Words
    version: Words
    terms: tuple[GradedTerm, ...] = ()


class InvestigationalProducts(Part):
    """The interventions that an adverse event may be suspected of, so that it must be reported; and why these.

    Those that are tested, and those used as a reference, placebo included; whatever stands for one of them while the study
    is blind is one too. Which they are is decided for each study, whatever `role` an intervention has in the registry.
    `because`: the decision in words, shown beside the reports.

    **Source**: ICH E6(R2), 1.33 (a form of an active ingredient or placebo being tested or used as a reference);
    Regulation (EU) 536/2014, article 2(2)(5); ICH E2A, III.E.1 (active comparators are reported too).
    """

    interventions: Annotated[tuple[Id, ...], Field(min_length=1)]
    because: Text


class ReportableEvent(Part):
    """Which adverse events start a clock: everything stated must hold of the event.

    `event`: serious; suspected, that is related or possibly related to an investigational product, or of a causality that
    nobody knows; unexpected.
    `any_of`: at least one of these makes it serious. `none_of`: none of these does; this limb alone never stops a clock
    that runs, because an event that grows worse is not reported later.
    """

    event: Annotated[tuple[Literal["serious", "suspected", "unexpected"], ...], Field(min_length=1)]
    any_of: tuple[Seriousness, ...] = ()
    none_of: tuple[Seriousness, ...] = ()


class ReportingClock(Part):
    """Who must know of what, how soon.

    Counted from awareness: in calendar days, its day being day 0; in hours from its instant. `follow_up_within` begins
    when the first limit ends.
    """

    id: Id
    title: Text
    applies: ReportableEvent
    sender: Words
    recipient: Words
    within: Duration
    follow_up_within: Duration | None = None
    source: Words

    @model_validator(mode="after")
    def _counts_whole_days(self) -> ReportingClock:
        for limit in (self.within, self.follow_up_within):
            number, _, unit = (limit or "0 d").partition(" ")
            if unit not in ("h", "min") and "." in number:
                raise Unfit(
                    message("The limit {limit} is no whole number of calendar days.", limit=limit or ""),
                    message("Write whole days (15 d), or hours (36 h)."),
                )
        return self


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

    @model_validator(mode="after")
    def _can_be_computed(self) -> BetaBinomialStopping:
        if not (float(self.prior_a) > 0 and float(self.prior_b) > 0):
            raise Unfit(
                message(
                    "Beta({a}, {b}) is no prior: both numbers must be above 0.",
                    a=self.prior_a,
                    b=self.prior_b,
                ),
                message("For what is known before the first participant, write a prior such as 0.5 and 0.5."),
            )
        if not (0 < float(self.rate) < 1 and 0 < float(self.cut) < 1):
            raise Unfit(
                message(
                    "The rate {rate} and the cut {cut} must lie between 0 and 1.",
                    rate=self.rate,
                    cut=self.cut,
                ),
                message("Write them as proportions, such as 0.2 and 0.9."),
            )
        return self


class SafetyRules(Part):
    """The whole of safety.yaml. `investigational_products`: needed where a clock asks whether an event is suspected."""

    grading: Grading | None = None
    investigational_products: InvestigationalProducts | None = None
    clocks: tuple[ReportingClock, ...] = ()
    alerts: tuple[Alert, ...] = ()
    stopping_rules: tuple[BetaBinomialStopping, ...] = ()
