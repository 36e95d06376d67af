"""Corrections: what is corrected must be on record, and the new values must fit it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from trialwright.conduct.actions.consent import SEX
from trialwright.conduct.actions.record_rescue import THERAPIES
from trialwright.conduct.actions.report_deviation import CATEGORIES, SEVERITIES
from trialwright.exchange.archive.at import (
    At,
    another_form,
    check_visit_named,
    latest_day,
    lies_before,
    not_known,
)
from trialwright.exchange.archive.of_doses import check_rescue_day
from trialwright.exchange.archive.of_visits import check_epoch
from trialwright.record.books import ENTRIES, TURNS
from trialwright.terms.message import Message, message
from trialwright.terms.visible import shortened


def check_correction(at: At) -> Message | None:
    """What is corrected is on record, and the new values fit it."""
    target, values = at.data["target"], at.data["values"]
    if not at.course.has(target):
        return message(
            "It corrects {target}, and nothing of that name is recorded before it.", target=shortened(target)
        )
    if not values:
        return another_form("corrected")
    for part in ("date", "start", "end"):
        if values.get(part, "")[:10] > latest_day(at.written["at"][:13]):
            return message("It is of {day}, which lies after the event itself.", day=values[part])
    kind, _, key = target.partition("/")
    if kind in TURNS:
        return _turn_again(at, values)
    if "recorded" in values and (kind in ENTRIES or kind == "deviation"):
        return None if len(values) == 1 else another_form("corrected")
    return _CORRECTED[kind](at, values, key) if kind in _CORRECTED else another_form("corrected")


def _demographics(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    return None if values.get("sex", "unknown") in SEX else another_form("corrected")


def _consent_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    later = int(key) > 1 and values["date"] < at.course.consent
    return lies_before(values["date"], at.course.consent) if later else None


def _enrolment_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    day, allocated = values["date"], at.course.allocated
    if day < at.course.consent:
        return lies_before(day, at.course.consent)
    return lies_before(allocated, day) if allocated and allocated < day else None


def _allocation_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    """Only an arm that a person chose; one that was drawn is never corrected."""
    if values["arm"] not in at.known.arms:
        return not_known(values["arm"])
    return message("The arm was drawn; it is never corrected.") if at.known.draws else None


def _dose_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    dose = at.course.doses[int(key) - 1]
    start, end = values.get("start", dose.start), values.get("end", "")
    planned = at.known.doses.get(dose.intervention)
    if end and end < start:
        return lies_before(end, start)
    if dose.prior:
        return None
    if start < at.course.consent:
        return lies_before(start, at.course.consent)
    bound = planned is not None and not planned.run_in
    return lies_before(start, at.course.allocated) if bound and start < at.course.allocated else None


def _visit_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    visit = at.course.visits[key]
    day = values.get("date", "")
    if not day:
        return None if not visit.date and values == {"missed": False} else another_form("corrected")
    if day < at.course.consent:
        return lies_before(day, at.course.consent)
    planned = at.known.visits.get(visit.encounter)
    return check_epoch(at, planned.epoch) if planned is not None and not visit.date else None


def _deviation_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    if values.get("severity", "minor") not in SEVERITIES or values.get("category", "other") not in CATEGORIES:
        return another_form("corrected")
    return check_visit_named(at, values.get("visit", ""))


def _rescue_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    if values.get("therapy", "other") not in THERAPIES:
        return another_form("corrected")
    return check_rescue_day(at, values["date"]) if "date" in values else None


_CORRECTED: Final[Mapping[str, Callable[[At, Mapping[str, Any], str], Message | None]]] = {
    "demographics": _demographics,
    "consent": _consent_again,
    "enrolment": _enrolment_again,
    "allocation": _allocation_again,
    "dose": _dose_again,
    "visit": _visit_again,
    "deviation": _deviation_again,
    "rescue": _rescue_again,
}


def _turn_again(at: At, values: Mapping[str, Any]) -> Message | None:
    day = values.get("date", "")
    if bool(day) == ("recorded" in values):
        return another_form("corrected")
    return lies_before(day, at.course.consent) if day and day < at.course.consent else None
