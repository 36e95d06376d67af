"""How an intervention is dosed: steps, limits, rounding, adjustments, containers and preparation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Duration, Id, Length, Name, Offset, Part, Quantity, Rule, YesNo
from trialwright.terms.message import Text, message

Route = Literal["iv", "po", "sc", "im", "inhaled", "topical", "other"]


class Rounding(Part):
    """To which multiple a computed amount is rounded.

    `towards`: the nearest one, or the next one in the direction of the present dose. `ties`: what happens half way
    between two, where the nearest is taken.
    """

    to: Quantity
    towards: Literal["nearest", "present_dose"]
    ties: Literal["up", "down", "even"] | None = None

    @model_validator(mode="after")
    def _says_what_ties_do(self) -> Rounding:
        if (self.towards == "nearest") != (self.ties is not None):
            raise Unfit(
                message(
                    "Rounding to {to} says what happens half way exactly when it is to the nearest.",
                    to=self.to,
                ),
                message("Write `towards: nearest` with `ties`, or `towards: present_dose` without."),
                code="incomplete",
            )
        return self


class DayRule(Part):
    """A day counted from an anchor of the schedule: at week 0, one day after the last pulse day."""

    anchor: Id
    at: Offset


class DoseStep(Part):
    """A stretch of a regimen with one dose, or with a dose that changes by the same amount at equal times.

    `amount` starts the step; `change` is added every `every` until `until` is reached, which is not passed: a dose that
    has reached it already passes over the step. `lasts`: its length where nothing changes; the last step lasts to the
    end of the regimen. A step before others has one of the two.
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

    The first adjustment whose rule holds sets or changes the dose. `once_taken`: judged only when the intervention has
    been taken before; a change always is. `again_after`: when to look again. `deviation`: whether following it departs
    from the protocol.
    """

    id: Id
    when: Rule
    action: Literal["set", "change", "hold", "stop", "alert"]
    amount: Quantity | None = None
    by: Quantity | None = None
    once_taken: YesNo = False
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
    """The measured level the dose is steered to, both limits included.

    A level tells about the dose under which it was measured: only those dated after the day on which the present dose
    began are read by the adjustments.
    """

    concept: Name
    low: Quantity
    high: Quantity


class Container(Part):
    """A unit the pharmacy hands out, such as a vial of 400 mg that is dissolved in 4.8 mL."""

    contents: Quantity
    dissolved_in: Quantity | None = None


class Preparation(Part):
    """How a dose is made ready and given.

    `choose`: which containers are taken; the first wish counts first. `concentration`: of the dissolved contents.
    `volume_rounding`: to what the volume that is drawn up is shown; the dose stays exact.
    """

    containers: tuple[Container, ...] = ()
    choose: tuple[Literal["least_waste", "fewest_containers"], ...] = ()
    concentration: Quantity | None = None
    volume_rounding: Rounding | None = None
    diluted_to: Quantity | None = None
    diluent: Text | None = None
    given_over: Duration | None = None
    used_within: Duration | None = None
    instructions: Text | None = None

    @model_validator(mode="after")
    def _can_choose(self) -> Preparation:
        if bool(self.containers) != bool(self.choose):
            raise Unfit(
                message("A preparation names containers, but not which of them are taken, or the reverse."),
                message("Write `containers` together with `choose`."),
                code="incomplete",
            )
        return self


class Regimen(Part):
    """How an intervention is given: at visits (`encounters`), or on every day from `starts` to `ends`.

    `begins`, `stops`: the same days as the schedule counts them; from `stops` on nothing is given. `weight`: the rule
    that gives the weight of a dose per kilogram; no weight refuses the dose. `low` and `high` limit the dose;
    `lasts_at_least`, `lasts_at_most`, `total_low` and `total_high` the days and the sum of a pulse, which `course`, an
    anchor that is the start of a course, counts. `carry_on`: what is proposed when no adjustment applies, the present
    dose as long as it lies within the limits, or the planned one.
    """

    route: Route
    frequency: Literal[
        "once_per_encounter", "once_daily", "twice_daily", "daily_in_divided_doses", "as_needed"
    ]
    encounters: tuple[Id, ...] = ()
    starts: Text | None = None
    begins: DayRule | None = None
    ends: Text | None = None
    stops: DayRule | None = None
    course: Id | None = None
    lasts_at_least: Length | None = None
    lasts_at_most: Length | None = None
    steps: Annotated[tuple[DoseStep, ...], Field(min_length=1)]
    low: Quantity | None = None
    high: Quantity | None = None
    total_low: Quantity | None = None
    total_high: Quantity | None = None
    carry_on: Literal["present_dose", "planned_dose"] | None = None
    weight: Rule | None = None
    rounding: Rounding | None = None
    target: DoseTarget | None = None
    adjustments: tuple[DoseAdjustment, ...] = ()
    preparation: Preparation | None = None

    @property
    def limits_a_course(self) -> bool:
        """Whether days or sum of a course are limited."""
        return any((self.lasts_at_least, self.lasts_at_most, self.total_low, self.total_high))

    @model_validator(mode="after")
    def _fits_together(self) -> Regimen:
        if any("/kg" in (step.amount or "") for step in self.steps) != (self.weight is not None):
            raise Unfit(
                message("A dose per kilogram needs a weight, and no other dose does."),
                message("Add or delete `weight`, such as weight: latest(body_weight, within=28 d)."),
                code="incomplete",
            )
        if self.limits_a_course != (self.course is not None):
            raise Unfit(
                message(
                    "A course whose days or sum are limited needs its first day, and no other regimen does."
                ),
                message("Add or delete `course`, the anchor on which the course starts."),
                code="incomplete",
            )
        changes = any(each.action == "change" for each in self.adjustments)
        if (self.frequency == "once_per_encounter") != bool(self.encounters):
            raise Unfit(
                message("A dose given once at each of some visits names them, and no other dose does."),
                message("Add or delete `encounters`."),
                code="incomplete",
            )
        if self.carry_on is None and (changes or self.low or self.high):
            raise Unfit(
                message(
                    "The regimen has limits or changes, but does not say what follows when nothing is to change."
                ),
                message("Write `carry_on: present_dose` or `carry_on: planned_dose`."),
                code="incomplete",
            )
        if any(step.lasts is None and step.change is None for step in self.steps[:-1]):
            raise Unfit(
                message("A step of the dose is followed by another, but does not say how long it lasts."),
                message("Give it `lasts`, such as lasts: 4 wk."),
                code="incomplete",
            )
        if self.steps[0].amount is None:
            raise Unfit(
                message("The first step of the dose has no amount."),
                message("Give it `amount`, such as amount: 10 mg/kg."),
                code="incomplete",
            )
        return self
