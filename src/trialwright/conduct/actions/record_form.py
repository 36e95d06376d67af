"""record_form: a form is filled in; what is impossible is refused, what is unlikely is asked back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.alerts import raised_alerts
from trialwright.conduct.asked import asked_back
from trialwright.conduct.course_limits import course_queries
from trialwright.conduct.enrolled_rightly import eligibility_queries
from trialwright.conduct.forms import (
    Checked,
    Entry,
    Fault,
    FormContext,
    changed_items,
    check_entries,
    is_calculated,
    merged_entries,
    written_items,
)
from trialwright.conduct.recalculated import add_recalculated, changed_by, recalculate
from trialwright.conduct.standing import WHO, for_participant, no_visit, refuse
from trialwright.conduct.told_late import check_log_told_late
from trialwright.conduct.told_twice import new_doubts
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import FormRecord, ItemValue, Participant, Visit
from trialwright.study.forms import Form
from trialwright.study.situation import derive_occasions
from trialwright.terms.message import message

ENTRIES = Argument(
    "entries", message("values by item path: group.item, in repeated rows group[2].item"), "entries"
)


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record a form for the first time, or the items of it that are still empty."""
    found = find_form(view, participant, values.text("form"), values.text("visit"))
    if isinstance(found, Refusal):
        return found
    form, visit = found
    number = values.whole("number") or (_next_number(participant, form, visit) if form.repeating else 1)
    entries = values.entries("entries")
    record = participant.forms.get(form_id(form, visit, number))
    return (
        _check_empty(record, entries)
        or (_check_log(view, participant, form, record, entries) if visit is None else None)
        or write_form(view, participant, form, visit, number, entries, kind="form_recorded")
    )


def _check_log(
    view: View, participant: Participant, form: Form, record: FormRecord | None, entries: Mapping[str, Entry]
) -> Refusal | None:
    whole = merged_entries(record, form, entries, visit_date=view.today.isoformat())
    return check_log_told_late(participant, form, whole)


def find_form(
    view: View, participant: Participant, form: str, visit: str
) -> tuple[Form, Visit | None] | Refusal:
    """The form and the visit it belongs to (None for a log), or why they do not fit."""
    forms = {one.id: one for one in (view.definition.forms.forms if view.definition.forms else ())}
    wanted = forms.get(form)
    if wanted is None:
        return refuse(
            message("The study has no form {form}; it has: {known}.", form=form, known=tuple(forms))
        )
    if not visit:
        if wanted.repeating:
            return wanted, None
        return refuse(message("The form {form} belongs to a visit; name it.", form=wanted.title))
    found = participant.visit(visit)
    if found is None or found.missed:
        return no_visit(view, participant, visit)
    schedule = view.definition.schedule
    planned = {
        name
        for activity in (schedule.activities if schedule else ())
        if found.encounter in activity.encounters
        for name in activity.forms
    }
    if form not in planned and not wanted.repeating:
        return refuse(
            message("The form {form} is not asked at the visit {visit}.", form=wanted.title, visit=visit)
        )
    return wanted, found


def form_id(form: Form, visit: Visit | None, number: int) -> str:
    """The id of a form record, see `FormRecord`."""
    start = f"{visit.id if visit else ''}/{form.id}"
    return f"{start}/{number}" if form.repeating else start


def _next_number(participant: Participant, form: Form, visit: Visit | None) -> int:
    where = visit.id if visit else ""
    taken = [one.number for one in participant.forms.values() if (one.form, one.visit) == (form.id, where)]
    return max(taken, default=0) + 1


def _is_filled(record: FormRecord | None, path: str) -> bool:
    value = record.items.get(path) if record else None
    return value is not None and bool(value.value or value.not_done)


def _check_empty(record: FormRecord | None, paths: Iterable[str]) -> Refusal | None:
    """Refuse a first entry where something is recorded already."""
    overwritten = tuple(sorted(path for path in paths if _is_filled(record, path)))
    if not overwritten:
        return None
    return refuse(
        message("Recorded already: {paths}. A value is changed by correct, with a reason.", paths=overwritten)
    )


def write_form(
    view: View,
    participant: Participant,
    form: Form,
    visit: Visit | None,
    number: int,
    entries: Mapping[str, Entry],
    *,
    kind: str,
) -> Proposal | Refusal:
    """Check the form as it would stand with these entries, and propose what changes."""
    id = form_id(form, visit, number)
    record = participant.forms.get(id)
    date = visit.date if visit else view.today.isoformat()
    context = FormContext(
        participant=participant,
        record=id,
        encounter=visit.encounter if visit else "",
        visit_date=date,
        today=view.today,
        ranges=view.site.ranges,
        named=derive_occasions(view.definition, participant),
    )
    whole = merged_entries(record, form, entries, visit_date=date)
    checked = check_entries(view.forms, form.id, whole, context)
    if checked.refused:
        return refuse(*(_said(fault) for fault in checked.refused))
    changed = tuple(changed_items(record, checked.items))
    if not changed:
        return refuse(message("Nothing is changed."))
    if kind == "form_recorded":  # an entry may empty another one: a form not done, a question no longer asked
        emptied = [value for value in changed if not (value.value or value.not_done)]
        lost = _check_empty(record, (value.path for value in emptied if not is_calculated(value, form)))
        if lost:
            return lost
    data: dict[str, Any] = {
        "id": id,
        "visit": visit.id if visit else "",
        "form": form.id,
        "number": number,
        "items": written_items(changed, form),
    }
    before = record.items if record else {}
    superseded = [before[value.path] for value in changed if value.path in before]
    after, follows = recalculate(
        view, _after(participant, data, changed), changed_by([*changed, *superseded]), without=id
    )
    queries = _queries(participant, id, checked, {value.path for value in changed})
    queries += add_recalculated(participant, data, follows, asked=len(queries))
    queries += new_doubts(view.definition, participant, after, asked=len(queries))
    queries += course_queries(view.definition, participant, after, asked=len(queries))
    if kind == "form_corrected" or _is_of_screening(view, visit):
        queries += eligibility_queries(view, participant, after, path=id, asked=len(queries))
    if queries:
        data["queries"] = queries
    alerts = _alerts(view, participant, after, changed)
    if alerts:
        data["alerts"] = alerts
    return Proposal(participant_stream(participant.id), kind, 1, data, {})


def _is_of_screening(view: View, visit: Visit | None) -> bool:
    """Whether a form says something of the time before enrolment: a log may, one of a visit of the screening does."""
    if visit is None:
        return True
    schedule = view.definition.schedule
    epochs = {one.id: one.epoch for one in (schedule.encounters if schedule else ())}
    screening = {epoch.id for epoch in view.definition.epochs if epoch.type == "screening"}
    return epochs.get(visit.encounter) in screening


def _after(participant: Participant, data: Mapping[str, Any], changed: Iterable[ItemValue]) -> Participant:
    """The participant as of the event that is proposed."""
    before = participant.forms.get(data["id"])
    items = {**(before.items if before else {}), **{value.path: value for value in changed}}
    record = FormRecord(data["id"], data["visit"], data["form"], data["number"], items)
    return replace(participant, forms={**participant.forms, record.id: record})


def _alerts(
    view: View, participant: Participant, after: Participant, changed: Iterable[ItemValue]
) -> list[dict[str, Any]]:
    """The alerts that the form sets off, on the days of its results."""
    about = frozenset(value.concept for value in changed if value.concept)
    days = frozenset(
        value.date for value in changed if value.concept and len(value.date) >= len("2026-01-01")
    )
    if not about or not days:
        return []
    return raised_alerts(view, participant, after, days=days, about=about)


def _said(fault: Fault) -> Any:
    return (
        message("{path}: {problem}", path=fault.path, problem=fault.message) if fault.path else fault.message
    )


def _queries(participant: Participant, id: str, checked: Checked, changed: set[str]) -> list[dict[str, Any]]:
    """What is asked back about values of this event; a query that is open already is not asked twice."""
    open_now = {query.path for query in participant.queries if query.state != "closed"}
    asked: Iterable[Fault] = (
        fault
        for fault in checked.queries
        if (not fault.path or fault.path in changed) and f"{id}#{fault.path}" not in open_now
    )
    return asked_back(
        participant, ((f"{id}#{fault.path}" if fault.path else id, fault.message) for fault in asked)
    )


ACTION = Action(
    "record_form",
    message("fill in a form"),
    "participant",
    (
        WHO,
        Argument("form", message("which form"), "id"),
        Argument("visit", message("at which visit; empty for a log"), "id", required=False),
        Argument("number", message("of a log, which entry; empty for a new one"), "whole", required=False),
        ENTRIES,
    ),
    for_participant(decide),
    writes=("form_recorded",),
)
