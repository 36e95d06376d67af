"""What is proposed, or why nothing is: the frozen answer that a person accepts, or departs from with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from trialwright.conduct.dosing.amounts import Amount
from trialwright.conduct.dosing.containers import PreparationSheet
from trialwright.conduct.dosing.taper import DoseSpan
from trialwright.terms.compare import equal
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

Departure = Literal["as_proposed", "within_limits", "outside_limits", "not_proposed"]


class Because(NamedTuple):
    """A sentence behind a proposal, with the ids of the facts it rests on."""

    sentence: Message | Text
    facts: tuple[str, ...] = ()


class Alert(NamedTuple):
    """Something the person who decides should see. `id`: the adjustment, or a word for what was found."""

    id: str
    sentence: Message | Text
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoseProposal:
    """The proposal for one intervention and one day.

    `amount`: only where the outcome is "give"; of one administration, or per day. `rule`: the intervention and the part
    of its regimen that gave it, such as "tacrolimus/above_target". `because`: why, in order. `missing`: where nothing
    can be proposed, what is not known. `low`, `high`: the limits of the protocol, inside which another dose is no
    deviation. `again_on`: when to look again. `deviation`: following the proposal departs from the protocol.
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
    again_on: date | None = None
    deviation: bool = False
    calendar: tuple[DoseSpan, ...] = ()
    preparation: PreparationSheet | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of all facts behind the proposal, each once."""
        return tuple(dict.fromkeys(fact for each in self.because for fact in each.facts))


def assess_dose(proposal: DoseProposal, given: Amount) -> Departure:
    """Compare a dose with the proposal; anything but "as_proposed" needs a reason.

    "within_limits": another dose, but one the protocol allows; "outside_limits": a deviation from the protocol;
    "not_proposed": nothing was proposed. A dose in a unit that cannot be compared lies outside the limits.
    """
    if proposal.amount is None:
        return "not_proposed"
    try:
        value = float(given.to(proposal.amount.unit).value)
    except UnitError:
        return "outside_limits"
    if equal(value, float(proposal.amount.value)):
        return "as_proposed"
    low, high = proposal.low, proposal.high
    if low is None or high is None:
        return "outside_limits"
    limits = [float(limit.to(proposal.amount.unit).value) for limit in (low, high)]
    inside = limits[0] <= value <= limits[1] or any(equal(value, limit) for limit in limits)
    return "within_limits" if inside else "outside_limits"
