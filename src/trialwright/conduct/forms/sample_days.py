"""Samples dated away from their visit: after it, or before the visit that came before."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.conduct.forms.cells import Cell, Sheet
from trialwright.conduct.forms.entry import Entry, Fault, FormContext
from trialwright.conduct.forms.values import plain, read_days, stored
from trialwright.record.participant import Visit
from trialwright.study.form_rules import StudyForms
from trialwright.study.forms import ItemGroup
from trialwright.study.schedule import visit_title
from trialwright.terms.message import message

_OF_SAMPLES = ("measurement", "finding")


def check_sample_days(forms: StudyForms, sheet: Sheet, context: FormContext) -> Iterator[Fault]:
    """Find the samples of a visit's form that should be asked back because of their day; logs have no visit.

    Asked back is a day after the visit, and one before the scheduled visit that took place last before it: such a result
    belongs to that visit, and would be judged here a second time. The first visit has no limits: what counts at screening
    may be older than consent, or come in on later days. A partial date is asked back only if no day of it would do.
    """
    earlier = _visit_before(forms, context) if context.encounter else None
    if earlier is None:
        return
    for cell in sheet.cells():
        text = _day_of_sample(forms, sheet, cell)
        days = read_days(text) if text else None
        if days is None:
            continue
        if days.first.isoformat() > context.visit_date:
            yield Fault(
                cell.path,
                "off_visit",
                message(
                    "{item}: {day} lies after the visit of {visit}. Was the sample taken on that day?",
                    item=cell.item.label,
                    day=text,
                    visit=context.visit_date,
                ),
            )
        elif days.last.isoformat() < earlier.date:
            yield Fault(
                cell.path,
                "off_visit",
                message(
                    "{item}: {day} lies before the visit {earlier} of {date}, and this form is of the visit of "
                    "{visit}. Was the sample taken on that day?",
                    item=cell.item.label,
                    day=text,
                    earlier=visit_title(forms.study.schedule, earlier.id, earlier.encounter),
                    date=earlier.date,
                    visit=context.visit_date,
                ),
            )


def _day_of_sample(forms: StudyForms, sheet: Sheet, cell: Cell) -> str:
    """The day that is entered in this place: by the item that dates its group, or beside a value; '' for none."""
    entry = sheet.entries.get(cell.path, Entry())
    if entry.not_done:
        return ""
    if cell.item.id == cell.group.date and _holds_samples(forms, cell.group):
        return stored(cell.item, entry.value)
    about = cell.item.concept
    return plain(entry.date) if about and forms.types[about].kind in _OF_SAMPLES else ""


def _holds_samples(forms: StudyForms, group: ItemGroup) -> bool:
    return any(item.concept and forms.types[item.concept].kind in _OF_SAMPLES for item in group.items)


def _visit_before(forms: StudyForms, context: FormContext) -> Visit | None:
    """The last scheduled visit that took place before the day of this one."""
    schedule = forms.study.schedule
    planned = {one.id for one in (schedule.encounters if schedule else ()) if one.type == "scheduled"}
    held = [
        visit
        for visit in context.participant.visits
        if not visit.missed and visit.encounter in planned and visit.date < context.visit_date
    ]
    return max(held, key=lambda visit: visit.date, default=None)
