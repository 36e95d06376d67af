"""What is written beside a dose: lot, expiry, the times of an infusion, its visit; and what of it cannot be, or is doubtful."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from trialwright.conduct.action import Refusal
from trialwright.conduct.dosing.amounts import Amount, read_amount
from trialwright.conduct.dosing.proposal import DoseProposal, find_step
from trialwright.conduct.standing import first_refusal, refuse
from trialwright.conduct.trial import View
from trialwright.record.lots import lot_expired
from trialwright.record.participant import Dose, Participant
from trialwright.study.design import Intervention
from trialwright.study.model import Study
from trialwright.study.schedule import visit_title
from trialwright.terms.dates import Days, UnreadableDate, parse_date
from trialwright.terms.message import Message, message

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")


def check_administration(view: View, dose: Dose) -> Refusal | None:
    """Refuse an expiry or a time that cannot be read, an infusion that stopped before it started, and a time to come."""
    expiry = dose.expiry.strip()
    return first_refusal(
        refuse(
            message("{seen} is no expiry of a lot; write 2027-03-31, or 2027-03 for the month.", seen=expiry)
        )
        if expiry and _days(expiry) is None
        else None,
        *(_check_time(view, dose, text) for text in (dose.started, dose.stopped) if text.strip()),
        _check_started(dose),
        _check_reversed(dose),
    )


def _check_time(view: View, dose: Dose, text: str) -> Refusal | None:
    moment = _moment(dose, text)
    if moment is None:
        return refuse(
            message("{seen} is no time of an infusion; write 09:30, or 2026-06-03T09:30.", seen=text)
        )
    if moment.date().isoformat() < dose.start:
        return refuse(
            message("The infusion of {day} has a time on an earlier day: {seen}.", day=dose.start, seen=text)
        )
    if moment > view.here:
        return refuse(
            message(
                "The infusion has a time that has not come yet: {seen}; at the site it is {now}. The end is added by correct once it has come.",
                seen=text,
                now=view.here.isoformat(sep=" ", timespec="minutes"),
            )
        )
    return None


def _check_started(dose: Dose) -> Refusal | None:
    started = _moment(dose, dose.started)
    if started is None or started.date().isoformat() == dose.start:
        return None
    return refuse(
        message(
            "The dose is of {day}, and its infusion started on another day: {seen}. Say the day and the time that belong together.",
            day=dose.start,
            seen=dose.started,
        )
    )


def _check_reversed(dose: Dose) -> Refusal | None:
    started, stopped = _moment(dose, dose.started), _moment(dose, dose.stopped)
    if started is None or stopped is None or stopped >= started:
        return None
    return refuse(
        message(
            "The infusion stopped at {stopped}, before it started at {started}. If it went on past midnight, write "
            "the days too, such as 2026-06-03T23:30.",
            stopped=dose.stopped,
            started=dose.started,
        )
    )


def _moment(dose: Dose, text: str) -> datetime | None:
    """A time of the dose's day, or with its own; where the site is."""
    clock = _CLOCK.fullmatch(text.strip())
    try:
        if clock:
            return datetime.combine(date.fromisoformat(dose.start), time(int(clock[1]), int(clock[2])))
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None) if "T" in text else None
    except ValueError:
        return None


def expired(study: Study, dose: Dose) -> Message | None:
    """The sentence of a lot that had certainly expired before the dose; see `lot_expired`."""
    if not lot_expired(dose):
        return None
    return message(
        "The lot of {intervention} expired on {expiry}, before the dose of {day}.",
        intervention=study.intervention_title(dose.intervention),
        expiry=dose.expiry,
        day=dose.start,
    )


def _days(text: str) -> Days | None:
    try:
        return parse_date(text)
    except UnreadableDate:
        return None


def doubts_of_day(
    study: Study, participant: Participant, dose: Dose, *, single: bool
) -> Iterator[tuple[str, Message]]:
    """What is asked back where a dose is of another day than its visit.

    A single dose is given on the day of the visit; a daily one that is decided on there may begin later, not earlier.
    """
    visit = participant.visit(dose.visit) if dose.visit else None
    if (
        visit is None
        or not visit.date
        or dose.start == visit.date
        or (not single and dose.start > visit.date)
    ):
        return
    yield (
        f"dose/{dose.number}",
        message(
            "Dose {number} of {intervention} is of {day}, and its visit {visit} of {other}. Which day is right?",
            number=dose.number,
            intervention=study.intervention_title(dose.intervention),
            day=dose.start,
            visit=visit_title(study.schedule, visit.id, visit.encounter),
            other=visit.date,
        ),
    )


def proposed_then(intervention: Intervention | None, dose: Dose) -> DoseProposal:
    """What was proposed when a dose was recorded, with the limits its definition gives; the outcome only as far as kept."""
    base = DoseProposal(dose.intervention, date.fromisoformat(dose.start), "not_planned", rule=dose.rule)
    if not dose.proposed:
        return base
    amount = read_amount(dose.proposed)
    low, high = _limits(intervention, dose.rule)
    return DoseProposal(
        dose.intervention,
        base.on,
        "give",
        amount=amount,
        rule=dose.rule,
        low=low,
        high=high,
        rounded_to=find_step(intervention.regimen) if intervention and intervention.regimen else None,
        deviation=_departs(intervention, dose.rule),
    )


def _departs(intervention: Intervention | None, rule: str) -> bool:
    """Whether the rule that proposed a dose says that following it departs from the protocol."""
    regimen = intervention.regimen if intervention else None
    part = rule.rpartition("/")[2]
    return regimen is not None and any(each.id == part and each.deviation for each in regimen.adjustments)


def _limits(intervention: Intervention | None, rule: str) -> tuple[Amount | None, Amount | None]:
    regimen = intervention.regimen if intervention else None
    if regimen is None:
        return None, None
    part = rule.rpartition("/")[2]
    for each in regimen.adjustments:
        if (
            each.id == part and each.action == "set" and each.amount
        ):  # what the protocol sets is its only limit
            return read_amount(each.amount), read_amount(each.amount)
    limits = [read_amount(text) if text else None for text in (regimen.low, regimen.high)]
    return limits[0], limits[1]
