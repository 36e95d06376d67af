"""What is proposed, or why nothing is: the frozen answer that a person accepts, or departs from with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from trialwright.conduct.dosing.amounts import Amount, read_amount
from trialwright.conduct.dosing.containers import PreparationSheet
from trialwright.conduct.dosing.taper import DoseSpan
from trialwright.study.regimen import Regimen
from trialwright.terms.compare import equal, less
from trialwright.terms.message import Message, Text, message
from trialwright.terms.units import UnitError

Outcome = Literal["give", "hold", "stop", "refused", "not_planned"]

OUTCOMES: Mapping[Outcome, Message] = {
    "give": message("a dose is proposed"),
    "hold": message("hold: no dose for the time being"),
    "stop": message("stopped for good"),
    "refused": message("no dose can be proposed: something is missing, or contradictory"),
    "not_planned": message("no dose is planned"),
}
"""How a proposal may come out, and what that means."""

NOT_PROPOSED: Mapping[Outcome, Message] = {
    "hold": message("no dose proposed: it is to be interrupted"),
    "stop": message("no dose proposed: it is stopped for good"),
    "refused": message("no dose proposed: something is missing, or contradictory"),
    "not_planned": message("no dose proposed: none is planned"),
}
"""Why no dose was proposed, as it is said beside the one that was given."""

Departure = Literal["as_proposed", "within_limits", "near_proposed", "outside_limits", "not_proposed"]

DEVIATIONS: frozenset[Departure] = frozenset(
    {"within_limits", "near_proposed", "outside_limits", "not_proposed"}
)
"""What is a deviation from the protocol: every dose other than the proposed one; the last two are major."""

NEAR = (0.5, 1.5)
"""Where the protocol names no limits, a dose of less or more than so many times the proposed one lies outside them."""


class Because(NamedTuple):
    """A sentence behind a proposal, with the ids of the facts it rests on."""

    sentence: Message | Text
    facts: tuple[str, ...] = ()


class Alert(NamedTuple):
    """Something the person who decides should see, open queries about what was used first.

    `id`: the adjustment, or a word for what was found.
    """

    id: str
    sentence: Message | Text
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoseProposal:
    """The proposal for one intervention and one day.

    `amount`: only where the outcome is "give"; of one administration, or per day. `rule`: the intervention and the part
    of its regimen that gave it, such as "tacrolimus/above_target". `because`: why, in order. `missing`: where nothing
    can be proposed, what is not known. `low`, `high`: the limits of the protocol, inside which another dose is a minor
    deviation. `rounded_to`: the step to which the regimen rounds the dose, or the volume that is drawn up of it; None
    where it rounds nothing. `again_on`: when to look again. `deviation`: following the proposal departs from the protocol.
    `calendar`: the days of a regimen that changes by plan. `preparation`: how the dose is made ready.
    """

    intervention: str
    on: date
    outcome: Outcome
    amount: Amount | None = None
    rule: str = ""
    because: tuple[Because, ...] = ()
    alerts: tuple[Alert, ...] = ()
    missing: tuple[Because, ...] = ()
    low: Amount | None = None
    high: Amount | None = None
    rounded_to: Amount | None = None
    again_on: date | None = None
    deviation: bool = False
    calendar: tuple[DoseSpan, ...] = ()
    preparation: PreparationSheet | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of all facts behind the proposal, each once."""
        return tuple(dict.fromkeys(fact for each in self.because for fact in each.facts))


def assess_dose(proposal: DoseProposal, given: Amount) -> Departure:
    """Compare a dose with the proposal; anything but "as_proposed" needs a reason, and is a deviation.

    "as_proposed": the same amount, or one that is nearer to it than half a step of the rounding: the proposal itself is no
    more exact. "within_limits": another dose, but one the protocol allows; "near_proposed": the protocol names no limits, and it is
    half to one and a half times the proposed dose; "outside_limits": neither; "not_proposed": nothing was proposed. A dose
    in a unit that cannot be compared lies outside the limits.
    """
    proposed = proposal.amount
    if proposed is None:
        return "not_proposed"
    low, high = proposal.low, proposal.high
    if lies_within(given, proposed, proposed) or _rounds_to(given, proposed, proposal.rounded_to):
        return "as_proposed"
    if low is not None and high is not None:
        return "within_limits" if lies_within(given, low, high) else "outside_limits"
    least, most = (proposed._replace(value=proposed.value * Fraction(times)) for times in NEAR)
    return "near_proposed" if lies_within(given, least, most) else "outside_limits"


def find_step(regimen: Regimen) -> Amount | None:
    """Find the step of a regimen's doses: that of its rounding, else what the smallest volume shown holds."""
    if regimen.rounding is not None:
        return read_amount(regimen.rounding.to)
    made = regimen.preparation
    if made is None or made.volume_rounding is None or made.concentration is None:
        return None
    concentration = read_amount(made.concentration)
    mass, _, volume = concentration.unit.partition("/")
    return Amount(concentration.value * read_amount(made.volume_rounding.to).to(volume).value, mass)


def _rounds_to(given: Amount, proposed: Amount, step: Amount | None) -> bool:
    """Whether a dose lies nearer to the proposed one than half a step; exactly half a step is another dose."""
    if step is None:
        return False
    try:
        away = abs(given.to(proposed.unit).value - proposed.value)
        half = step.to(proposed.unit).value / 2
    except UnitError:
        return False
    return less(float(away), float(half))


def lies_within(given: Amount, low: Amount, high: Amount) -> bool:
    """Whether a dose lies within limits, both included; one that cannot be compared with them does not."""
    try:
        value = float(given.to(low.unit).value)
    except UnitError:
        return False
    limits = float(low.value), float(high.to(low.unit).value)
    return limits[0] <= value <= limits[1] or any(equal(value, limit) for limit in limits)
