"""The proposal of a regimen that changes by plan, such as a prednisone taper: the calendar, and the dose of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from trialwright.conduct.dosing.amounts import Amount, read_amount, read_dose
from trialwright.conduct.dosing.case import Case
from trialwright.conduct.dosing.planned import plan_first_dose
from trialwright.conduct.dosing.present import exact_day
from trialwright.conduct.dosing.proposal import Because, DoseProposal
from trialwright.conduct.dosing.taper import DoseSpan, plan_spans
from trialwright.record.participant import Dose
from trialwright.terms.message import Message, message
from trialwright.terms.units import UnitError


class _First(NamedTuple):
    """The first dose: its day, amount, and why."""

    day: date
    amount: Amount
    because: tuple[Because, ...]


def propose_taper(case: Case) -> DoseProposal:
    """Propose the dose of a day by the calendar of the regimen, which comes with it.

    The calendar starts with the first dose as it was given; before it is given, with the one the definition plans.
    """
    base = DoseProposal(case.intervention.id, case.on, "refused")
    first = _first(case)
    if isinstance(first, Because):
        return replace(base, missing=(first,))
    stops = case.day(case.regimen.stops) if case.regimen.stops else None
    spans = plan_spans(case.regimen.steps, first=first.amount, begins=first.day, stops=stops)
    span = next((each for each in spans if each.holds(case.on)), None)
    if span is None:
        said = message("{name} begins on {day}.", name=case.intervention.title, day=first.day)
        return replace(base, outcome="not_planned", because=(Because(said),), calendar=spans)
    return replace(
        base,
        outcome="give",
        amount=span.amount,
        rule=case.rule(f"step_{span.step}"),
        because=(*first.because, Because(_explain(span))),
        calendar=spans,
    )


def _comparable(dose: Dose, unit: str) -> Amount | None:
    """The amount of a dose in a unit; None where it is no exact number of its kind."""
    amount = read_dose(dose.amount, dose.unit)
    try:
        return None if amount is None else amount.to(unit)
    except UnitError:
        return None


def _explain(span: DoseSpan) -> Message:
    if span.last is None:
        return message("By the calendar {dose} from {first} on.", dose=span.amount.shown, first=span.first)
    return message(
        "By the calendar {dose} from {first} to {last}.",
        dose=span.amount.shown,
        first=span.first,
        last=span.last,
    )


def _first(case: Case) -> _First | Because:
    begins = case.regimen.begins
    if begins is None:
        planned_day: date | None = case.on
    else:
        planned_day = case.day(begins)
        if planned_day is None:
            waits = case.anchors[begins.anchor].waits_for
            said = message(
                "The first day of {name} is not known: it waits for {what}.",
                name=case.intervention.title,
                what=waits or message("its anchor"),
            )
            return Because(said)
    given = _first_given(case, planned_day)
    if given is not None:
        day, dose = given
        amount = _comparable(dose, _daily_unit(case))
        if amount is None:
            said = message("The first dose of {name} is not exactly known.", name=case.intervention.title)
            return Because(said, (f"dose/{dose.number}",))
        said = message("The first dose, {dose}, was given on {day}.", dose=amount.shown, day=day)
        return _First(day, amount, (Because(said, (f"dose/{dose.number}",)),))
    day = planned_day or case.on
    planned = plan_first_dose(case, on=min(day, case.on))
    if planned.amount is not None:
        return _First(day, planned.amount, planned.because)
    return _began_early(case, day) or planned.because[-1]


def _began_early(case: Case, planned_day: date) -> Because | None:
    """Why no calendar is known where it was taken from an earlier day on than the protocol lets it begin."""
    for dose in case.participant.taken():
        start, end = exact_day(dose.start), exact_day(dose.end) if dose.end else None
        if dose.intervention != case.intervention.id or start is None or start >= planned_day:
            continue
        if dose.ongoing or (end is not None and end >= planned_day):
            said = message(
                "{name} is recorded from {day} on, before {planned}, the day on which it begins by the protocol, so its calendar is not known. If it began later, correct dose/{number}; else give the dose with a reason.",
                name=case.intervention.title,
                day=start,
                planned=planned_day,
                number=dose.number,
            )
            return Because(said, (f"dose/{dose.number}",))
    return None


def _first_given(case: Case, planned_day: date | None) -> tuple[date, Dose] | None:
    """The first dose on record from the planned first day on, also one of prior care."""
    dated = [
        (day, dose.number, dose)
        for dose in case.participant.taken()
        if dose.intervention == case.intervention.id
        and (day := exact_day(dose.start)) is not None
        and day <= case.on
        and (planned_day is None or day >= planned_day)
    ]
    if not dated:
        return None
    day, _, dose = min(dated, key=lambda each: each[:2])
    return day, dose


def _daily_unit(case: Case) -> str:
    return read_amount(case.regimen.steps[0].amount or "").unit.replace("/kg", "", 1)
