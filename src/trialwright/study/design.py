"""The design: arms, epochs, interventions with regimens, objectives and endpoints (M11, CDISC USDM names)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import (
    Duration,
    Id,
    Length,
    Name,
    Part,
    Quantity,
    Rule,
    Whole,
    YesNo,
)
from trialwright.terms.message import Text, message

Level = Literal["primary", "secondary", "exploratory"]
Route = Literal["iv", "po", "sc", "im", "inhaled", "topical", "other"]


class Enrollment(Part):
    """How many participants; `estimated` until the last one is in."""

    count: Whole
    type: Literal["actual", "estimated"] | None = None


class StudyDesign(Part):
    """The design in the words of the registry (ClinicalTrials.gov API, version 2, in small letters)."""

    study_type: Literal["interventional", "observational", "expanded_access"]
    phases: tuple[
        Literal["not_applicable", "early_phase_1", "phase_1", "phase_2", "phase_3", "phase_4"], ...
    ] = ()
    allocation: Literal["randomized", "non_randomized", "na"] | None = None
    intervention_model: Literal["single_group", "parallel", "crossover", "factorial", "sequential"] | None = (
        None
    )
    masking: Literal["none", "single", "double", "triple", "quadruple"] | None = None
    primary_purpose: (
        Literal[
            "treatment",
            "prevention",
            "diagnostic",
            "eci",
            "supportive_care",
            "screening",
            "health_services_research",
            "basic_science",
            "device_feasibility",
            "other",
        ]
        | None
    ) = None
    enrollment: Enrollment | None = None


class Objective(Part):
    """What the study wants to learn, and by which endpoints."""

    id: Id
    level: Level
    text: Text
    endpoints: tuple[Id, ...] = ()


class Endpoint(Part):
    """What is measured or judged to answer an objective."""

    id: Id
    level: Level
    title: Text
    description: Text | None = None
    time_frame: Text


class Arm(Part):
    """A group of participants who receive the same interventions."""

    id: Id
    type: Literal[
        "experimental",
        "active_comparator",
        "placebo_comparator",
        "sham_comparator",
        "no_intervention",
        "other",
    ]
    title: Text
    description: Text | None = None
    interventions: tuple[Id, ...] = ()


class Epoch(Part):
    """A stretch of the study that every participant passes, in the order of the file."""

    id: Id
    type: Literal["screening", "run_in", "treatment", "washout", "follow_up", "other"]
    title: Text
    description: Text | None = None


class Arms(Part):
    """The whole of arms.yaml."""

    arms: tuple[Arm, ...]
    epochs: tuple[Epoch, ...] = ()


class Rounding(Part):
    """To which multiple a computed dose is rounded, and what happens half way between two of them."""

    to: Quantity
    ties: Literal["up", "down", "even", "towards_present"]


class DoseStep(Part):
    """A stretch of a regimen with one dose, or with a dose that changes by the same amount at equal times.

    `amount` starts the step; `change` is added every `every` until `until` is reached. `lasts`: its length
    where nothing changes; the last step lasts to the end of the regimen.
    """

    amount: Quantity | None = None
    maximum: Quantity | None = None
    lasts: Length | None = None
    change: Quantity | None = None
    every: Length | None = None
    until: Quantity | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> DoseStep:
        moving = (self.change, self.every, self.until)
        if any(moving) and not all(moving):
            raise Unfit(
                message("A step that changes the dose names only some of change, every and until."),
                message("Give all three, such as change: -5 mg/d, every: 2 wk, until: 20 mg/d."),
                code="incomplete",
            )
        if self.amount is None and self.change is None:
            raise Unfit(
                message("A step of the dose has neither an amount nor a change."),
                message("Give one of them."),
                code="incomplete",
            )
        return self


class DoseAdjustment(Part):
    """What to propose when a rule holds, and why. `by`: a share of the present dose, such as -25 %.

    `again_after`: when to look again. `deviation`: whether following it departs from the protocol.
    """

    id: Id
    when: Rule
    action: Literal["set", "change", "hold", "stop", "alert"]
    amount: Quantity | None = None
    by: Quantity | None = None
    again_after: Length | None = None
    deviation: YesNo = False
    because: Text

    @model_validator(mode="after")
    def _says_how_much(self) -> DoseAdjustment:
        needed = {"set": self.amount, "change": self.amount or self.by}
        if self.action in needed and needed[self.action] is None:
            raise Unfit(
                message("The adjustment {id} does not say how much.", id=self.id),
                message("Give `amount`, or `by` with a change."),
                code="incomplete",
            )
        return self


class DoseTarget(Part):
    """The measured level the dose is steered to, both limits included."""

    concept: Name
    low: Quantity
    high: Quantity


class Container(Part):
    """A unit the pharmacy hands out, such as a vial of 400 mg that is dissolved in 4.8 mL."""

    contents: Quantity
    dissolved_in: Quantity | None = None


class Preparation(Part):
    """How a dose is made ready and given. `choose`: which containers are taken."""

    containers: tuple[Container, ...] = ()
    choose: tuple[Literal["least_waste", "fewest_containers"], ...] = ()
    concentration: Quantity | None = None
    diluted_to: Quantity | None = None
    diluent: Text | None = None
    given_over: Duration | None = None
    used_within: Duration | None = None
    instructions: Text | None = None


class Regimen(Part):
    """How an intervention is given: at visits (`encounters`), or on every day from `starts` to `ends`.

    `weight`: the rule that gives the weight of a dose per kilogram; no weight refuses the dose. `low` and
    `high` limit the dose, `total_low` and `total_high` the sum of a pulse or course.
    """

    route: Route
    frequency: Literal[
        "once_per_encounter", "once_daily", "twice_daily", "daily_in_divided_doses", "as_needed"
    ]
    encounters: tuple[Id, ...] = ()
    starts: Text | None = None
    ends: Text | None = None
    lasts_at_least: Length | None = None
    lasts_at_most: Length | None = None
    steps: Annotated[tuple[DoseStep, ...], Field(min_length=1)]
    low: Quantity | None = None
    high: Quantity | None = None
    total_low: Quantity | None = None
    total_high: Quantity | None = None
    weight: Rule | None = None
    rounding: Rounding | None = None
    target: DoseTarget | None = None
    adjustments: tuple[DoseAdjustment, ...] = ()
    preparation: Preparation | None = None


class Intervention(Part):
    """Something done to participants because of the study. `concept`: where a record speaks of it."""

    id: Id
    type: Literal[
        "behavioral",
        "biological",
        "combination_product",
        "device",
        "diagnostic_test",
        "dietary_supplement",
        "drug",
        "genetic",
        "procedure",
        "radiation",
        "other",
    ]
    title: Text
    description: Text | None = None
    concept: Name | None = None
    role: (
        Literal[
            "investigational",
            "comparator",
            "placebo",
            "background",
            "rescue",
            "challenge",
            "diagnostic",
            "other",
        ]
        | None
    ) = None
    regimen: Regimen | None = None


class Interventions(Part):
    """The whole of interventions.yaml."""

    interventions: tuple[Intervention, ...]
