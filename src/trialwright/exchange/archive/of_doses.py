"""Doses and rescue therapy: what must agree with the events before and with the definition in force."""

from __future__ import annotations

from trialwright.exchange.archive.at import (
    At,
    another_form,
    check_visit_named,
    lies_before,
    needs,
    not_known,
    not_recorded,
)
from trialwright.terms.dates import parse_date
from trialwright.terms.message import Message, message


def check_dose(at: At) -> Message | None:
    """Of the arm, from allocation on (in the run-in from consent on), not after it was stopped, nor twice at a visit."""
    data, course = at.data, at.course
    planned = at.known.doses.get(data["intervention"])
    if planned is None:
        return not_known(data["intervention"])
    start, end = data["start"], data["end"]
    ended = start if planned.single and not data["ongoing"] else end
    told = (planned.concept, planned.route, not end, bool(ended))
    if (data["concept"], data["route"], data["ongoing"], bool(end)) != told:
        return another_form("dose_given")
    if end and end < start:
        return lies_before(end, start)
    found = check_visit_named(at, data["visit"])
    if found is not None:
        return found
    if data["prior"]:
        return (
            message("It cannot follow an event of the type {type}.", type="allocated")
            if course.allocated
            else None
        )
    return _check_treated(at, single=planned.single, run_in=planned.run_in)


def _check_treated(at: At, *, single: bool, run_in: bool) -> Message | None:
    data, course = at.data, at.course
    start, intervention = data["start"], data["intervention"]
    if course.ends and max(start, data["end"]) > course.end:
        return message("The course of the participant ended on {day}.", day=course.end)
    if intervention not in at.known.received(course.arm):
        return needs("allocated") if course.arm is None else _not_of_arm(intervention)
    since = course.consent if run_in else max(course.consent, course.allocated)
    if start < since:
        return lies_before(start, since)
    if intervention in course.stopped:
        return message("{intervention} was stopped for good before it.", intervention=intervention)
    twice = (
        single
        and data["visit"]
        and any((dose.intervention, dose.visit) == (intervention, data["visit"]) for dose in course.taken)
    )
    return message("The same was given at this visit already.") if twice else None


def _not_of_arm(intervention: str) -> Message:
    return message("{intervention} is not given in this arm.", intervention=intervention)


def check_held(at: At) -> Message | None:
    """An intervention of the participant that was not stopped."""
    intervention = at.data["intervention"]
    if intervention not in at.known.doses:
        return not_known(intervention)
    if intervention in at.course.stopped:
        return message("{intervention} was stopped for good before it.", intervention=intervention)
    taken = {dose.intervention for dose in at.course.taken}
    return None if intervention in taken | at.known.received(at.course.arm) else _not_of_arm(intervention)


def check_stopped(at: At) -> Message | None:
    """An intervention that was taken, on no day before its first dose, once."""
    intervention, day = at.data["intervention"], at.data["date"]
    first = min((dose.start for dose in at.course.taken if dose.intervention == intervention), default="")
    if not first:
        return not_recorded(intervention)
    if intervention in at.course.stopped:
        return message("{intervention} was stopped for good before it.", intervention=intervention)
    return lies_before(day, first) if day < first else None


def check_rescue(at: At) -> Message | None:
    """A rescue therapy of a possible day."""
    return check_rescue_day(at, at.data["date"])


def check_rescue_day(at: At, day: str) -> Message | None:
    """Of a month or year any day may be meant."""
    days = parse_date(day)
    if days.last.isoformat() < at.course.allocated:
        return lies_before(day, at.course.allocated)
    if at.course.ends and days.first.isoformat() > at.course.end:
        return message("The course of the participant ended on {day}.", day=at.course.end)
    return None
