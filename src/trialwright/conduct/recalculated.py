"""Calculated items of other forms whose value follows from what an event states: they are written down with it.

A calculated item may read what stands on another form, such as the weight of the visit. When that is corrected, or told
only afterwards, the value is calculated anew in the same event, so that nothing stale is shown, signed or exported; the
value before stays in the ledger as any superseded one does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from trialwright.conduct.asked import asked_back
from trialwright.conduct.forms import (
    Entry,
    Fault,
    FormContext,
    changed_items,
    check_entries,
    is_calculated,
    merged_entries,
    written_items,
)
from trialwright.conduct.trial import View
from trialwright.record.participant import FormRecord, ItemValue, Participant
from trialwright.record.raw import RawFact
from trialwright.study.form_rules import StudyForms
from trialwright.study.forms import Form
from trialwright.study.rules import concepts_of
from trialwright.study.situation import derive_occasions
from trialwright.terms.dates import FIRST_DAY, UnreadableDate, parse_date

_NOTHING: Mapping[str, Entry] = {}
_READABLE = frozenset({"edit_check", "missing", "not_asked", "row_missing"})
"""Faults of a form that leave every entry readable, so that what is calculated from them still holds."""


class Changed(NamedTuple):
    """What an event changes: in which concepts (None: in any), and from which day on (what is calculated looks back)."""

    concepts: frozenset[str] | None
    since: date


EVERYTHING = Changed(None, FIRST_DAY)


class Recalculated(NamedTuple):
    """A form record with calculated items that have another value, and what is asked back about them."""

    record: FormRecord
    form: Form
    items: tuple[ItemValue, ...]
    queries: tuple[Fault, ...]

    def after(self, before: Recalculated | None) -> Recalculated:
        """The same with what was found of this record before, where it still holds."""
        paths = {value.path for value in self.items}
        items = [value for value in before.items if value.path not in paths] if before else []
        asked = [fault for fault in before.queries if fault.path not in paths] if before else []
        return self._replace(items=(*items, *self.items), queries=(*asked, *self.queries))

    def written(self) -> dict[str, Any]:
        """The part of the event."""
        one = self.record
        items = written_items(self.items, self.form)
        return {"id": one.id, "visit": one.visit, "form": one.form, "number": one.number, "items": items}


def changed_by(facts: Iterable[ItemValue | RawFact]) -> Changed:
    """What values change, in their version before and after: their concepts, from the earliest of their days on."""
    facts = [fact for fact in facts if fact.concept]
    days = [_first(fact.date if isinstance(fact, ItemValue) else fact.start) for fact in facts]
    return Changed(frozenset(fact.concept for fact in facts), min(days, default=FIRST_DAY))


def between(before: Participant, after: Participant) -> Changed:
    """What differs between two states of a participant."""
    return changed_by(set(before.facts()) ^ set(after.facts()))


def recalculate(
    view: View, after: Participant, changed: Changed, *, without: str = ""
) -> tuple[Participant, tuple[Recalculated, ...]]:
    """Calculate anew what follows from a change, and what follows from that; gives the participant with the new values.

    `after`: as of the event that is proposed. `without`: the form that the event itself writes. A form that can no longer
    be read by the definition in force is left as it is.
    """
    found: dict[str, Recalculated] = {}
    for _ in range(len(view.forms.calculations)):  # a value may follow from one that was calculated anew
        new = tuple(_pass(view, after, changed, without)) if changed.concepts != frozenset() else ()
        if not new:
            break
        for each in new:
            found[each.record.id] = each.after(found.get(each.record.id))
            items = {**each.record.items, **{value.path: value for value in each.items}}
            record = replace(each.record, items=items)
            after = replace(after, forms={**after.forms, record.id: record})
        changed = changed_by(value for each in new for value in each.items)
    return after, tuple(found.values())


def add_recalculated(
    participant: Participant, data: dict[str, Any], found: Iterable[Recalculated], *, asked: int
) -> list[dict[str, Any]]:
    """Write what was calculated anew into the data of an event; gives the queries about it. `asked`: how many it has."""
    found = tuple(found)
    if found:
        data["recalculated"] = [each.written() for each in found]
    open_now = {query.path for query in participant.queries if query.state != "closed"}
    questions = (
        (f"{each.record.id}#{fault.path}", fault.message) for each in found for fault in each.queries
    )
    return asked_back(participant, [one for one in questions if one[0] not in open_now], asked=asked)


def _pass(view: View, after: Participant, changed: Changed, without: str) -> Iterator[Recalculated]:
    calculated = _reads(view.forms)
    for record in after.forms.values():
        reads = calculated.get(record.form)
        if reads is None or record.id == without or not _may_differ(after, record, reads, changed):
            continue
        yield from _recalculate(view, after, record)


def _reads(forms: StudyForms) -> dict[str, frozenset[str]]:
    """The concepts that the calculated items of each form read."""
    reads: dict[str, frozenset[str]] = {}
    for (form, _, _), calculation in forms.calculations.items():
        reads[form] = reads.get(form, frozenset()) | concepts_of(calculation.number)
    return reads


def _may_differ(after: Participant, record: FormRecord, reads: frozenset[str], changed: Changed) -> bool:
    if changed.concepts is not None and changed.concepts.isdisjoint(reads):
        return False
    last = max((_last(value.date) for value in record.items.values()), default=date.max)
    return max(last, _last(_visit_date(after, record))) >= changed.since


def _recalculate(view: View, after: Participant, record: FormRecord) -> Iterator[Recalculated]:
    form = view.forms.form(record.form)
    visit = after.visit(record.visit) if record.visit else None
    day = _visit_date(after, record)
    context = FormContext(
        participant=after,
        record=record.id,
        encounter=visit.encounter if visit else "",
        visit_date=day or view.today.isoformat(),
        today=view.today,
        ranges=view.site.ranges,
        named=derive_occasions(view.definition, after),
    )
    entries = merged_entries(record, form, _NOTHING, visit_date=context.visit_date)
    checked = check_entries(view.forms, form.id, entries, context)
    if any(fault.code not in _READABLE for fault in checked.refused):
        return
    items = tuple(
        value
        for value in changed_items(record, checked.items)
        if is_calculated(value, form) and _said(value) != _said(record.items.get(value.path))
    )
    if items:
        paths = {value.path for value in items}
        yield Recalculated(
            record, form, items, tuple(fault for fault in checked.queries if fault.path in paths)
        )


def _said(value: ItemValue | None) -> tuple[str, str, str] | None:
    return None if value is None else (value.value, value.unit, value.not_done)


def _visit_date(participant: Participant, record: FormRecord) -> str:
    """The day of a form's visit; of a log, the last day it tells of."""
    visit = participant.visit(record.visit) if record.visit else None
    if visit is not None:
        return visit.date
    return max((value.date for value in record.items.values()), default="")


def _first(text: str) -> date:
    try:
        return parse_date(text).first
    except UnreadableDate:
        return FIRST_DAY


def _last(text: str) -> date:
    try:
        return parse_date(text).last
    except UnreadableDate:
        return date.max
