"""Which amounts of an intervention need no question, where nothing was proposed that one could be compared with."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import NamedTuple

from trialwright.conduct.dosing.amounts import Amount, read_amount
from trialwright.conduct.dosing.case import open_case
from trialwright.conduct.dosing.planned import plan_first_dose
from trialwright.conduct.dosing.proposal import NEAR
from trialwright.conduct.dosing.taper import plan_spans
from trialwright.record.participant import Participant
from trialwright.study.design import Intervention
from trialwright.study.model import Study


class Usual(NamedTuple):
    """The lowest and the highest amount."""

    low: Amount
    high: Amount


def find_usual(
    study: Study, participant: Participant, intervention: Intervention, *, on: date
) -> Usual | None:
    """Find the limits that the definition names; else those around the dose that it plans to begin with.

    Of a dose that is changed by plan the lowest step counts for the lower limit. None where the definition computes no
    dose, or what it is computed from is not known on the day.
    """
    regimen = intervention.regimen
    if regimen is None:
        return None
    if regimen.low and regimen.high:
        return Usual(read_amount(regimen.low), read_amount(regimen.high))
    case = open_case(study, participant, intervention, on=on, encounter=None)
    first = plan_first_dose(case, on=on).amount if case is not None else None
    if first is None:
        return None
    spans = plan_spans(regimen.steps, first=first, begins=on, stops=None)
    least = min((first, *(span.amount for span in spans)), key=lambda each: each.to(first.unit).value)
    low, high = Fraction(NEAR[0]) * least.value, Fraction(NEAR[1]) * first.value
    return Usual(Amount(low, least.unit), Amount(high, first.unit))
