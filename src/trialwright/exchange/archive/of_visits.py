"""Visits, forms and queries: what must agree with the events before and with the definition in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.exchange.archive.at import (
    At,
    another_form,
    another_number,
    latest_day,
    needs,
    not_known,
    not_recorded,
)
from trialwright.exchange.archive.known import WHOLE, KnownForm
from trialwright.terms.message import Message, message
from trialwright.terms.visible import shortened


def check_visit(at: At) -> Message | None:
    """A visit of the schedule, once, in its epoch; unscheduled ones are counted."""
    id, encounter = at.data["visit"], at.data["encounter"]
    planned = at.known.visits.get(encounter)
    if planned is None:
        return not_known(encounter)
    if id != (encounter if planned.scheduled else f"{encounter}-{at.course.held(encounter) + 1}"):
        return not_known(id)
    if id in at.course.visits:
        return message("The visit {visit} is on record already.", visit=id)
    missed = at.written["type"] == "visit_missed"
    if missed:
        return None if planned.scheduled else not_known(id)
    return check_epoch(at, planned.epoch)


def check_epoch(at: At, epoch: str) -> Message | None:
    """A visit of the screening before enrolment, one of the treatment after allocation."""
    if epoch == "screening" and "enrolled" in at.course.reached:
        return message("It cannot follow an event of the type {type}.", type="enrolled")
    if epoch in ("treatment", "follow_up") and "allocated" not in at.course.reached:
        return needs("allocated")
    return None


def check_form(at: At) -> Message | None:
    """A form of the definition, at a visit that took place and asks for it; its items in their places."""
    data, kind = at.data, at.written["type"]
    form = at.known.forms.get(data["form"])
    if form is None:
        return not_known(data["form"])
    visit = at.course.visits.get(data["visit"])
    if (data["visit"] or not form.repeating) and (visit is None or not visit.date):
        return not_recorded(data["visit"] or data["form"])
    start = f"{data['visit']}/{data['form']}"
    if data["number"] < 1 or data["id"] != (f"{start}/{data['number']}" if form.repeating else start):
        return message("The form has another id than its visit and number give.")
    if visit is not None and not form.repeating and visit.encounter not in form.visits:
        return message("The form {form} is not asked at this visit.", form=data["form"])
    if kind == "form_corrected" and data["id"] not in at.course.forms:
        return not_recorded(data["id"])
    if not data["items"]:
        return another_form(kind)
    latest = latest_day(at.written["at"][:13])
    for entry in data["items"]:
        found = _check_item(at, form, entry, latest)
        if found is not None:
            return found
    return None


def check_recalculated(at: At) -> Message | None:
    """What was calculated anew stands on a form that is on record, in calculated items."""
    latest = latest_day(at.written["at"][:13])
    for each in at.data.get("recalculated", ()):
        before, form = at.course.forms.get(each["id"]), at.known.forms.get(each["form"])
        if before is None or form is None or (before.form, before.visit) != (each["form"], each["visit"]):
            return not_recorded(each["id"])
        for entry in each["items"]:
            place = form.place(entry["path"])
            if place is None or place.item.type != "calculated":
                return not_known(entry["path"])
            found = _check_item(at, form, entry, latest)
            if found is not None:
                return found
    return None


def _check_item(at: At, form: KnownForm, entry: Mapping[str, Any], latest: str) -> Message | None:
    value, path = entry["value"], entry["path"]
    shape = (
        path,
        entry["item"],
        entry["unit"],
        entry["not_done"],
        entry["concept"],
        entry["kind"],
        type(value).__name__ if value else "",
    )
    if shape not in form.seen:
        found = _check_place(at, form, entry)
        if found is not None:
            return found
        form.seen.add(shape)
    if entry["date"][:10] > latest:
        place = form.place(path)
        if place is None or not place.future:
            return message("It is of {day}, which lies after the event itself.", day=shortened(entry["date"]))
    return None


def _check_place(at: At, form: KnownForm, entry: Mapping[str, Any]) -> Message | None:
    path, value, reason = entry["path"], entry["value"], entry["not_done"]
    if not value and not reason:
        return None  # emptied: the form of today may no longer have the item
    if path == WHOLE:
        return (
            None if entry["item"] == WHOLE and not value and reason in at.known.reasons else not_known(path)
        )
    place = form.place(path)
    if place is None or entry["item"] != place.item.id:
        return not_known(path)
    calculated = place.item.type == "calculated"
    if reason and (value or not (calculated or reason in at.known.reasons)):
        return not_known(reason)
    if value and calculated != (type(value) is str):
        return another_form(at.written["type"])
    units = place.item.units
    if value and entry["unit"] not in (units or ("",)):
        return message("{path} has another unit than the form offers.", path=path)
    concept = at.known.types.get(entry["concept"])
    if entry["kind"] != (concept.kind if concept else "") or (entry["concept"] and concept is None):
        return not_known(entry["concept"] or entry["kind"])
    alone = place.group.checklist is None and place.group.fact is None
    if alone and entry["concept"] != (place.item.concept or ""):
        return not_known(entry["concept"])
    return None


def check_asked(at: At) -> Message | None:
    """A query is about something that is on record."""
    wanted = len(at.course.queries) + 1
    if at.data["number"] != wanted:
        return another_number(at.data["number"], wanted)
    id, _, item = at.data["path"].partition("#")
    form = at.course.forms.get(id)
    return not_recorded(at.data["path"]) if form is None or (item and item not in form.paths) else None


def check_answered(at: At) -> Message | None:
    """An answer is to a query that is open."""
    if at.course.queries.get(at.data["number"], "closed") == "closed":
        return message("There is no open query {number}.", number=at.data["number"])
    return None


def check_closed(at: At) -> Message | None:
    """A query is closed that was answered."""
    if at.course.queries.get(at.data["number"]) != "answered":
        return message("There is no answered query {number}.", number=at.data["number"])
    return None
