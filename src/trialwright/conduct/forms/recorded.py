"""From a recorded form back to its entries, which values a new version changes, and how an event keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trialwright.conduct.forms.entry import WHOLE, Entry
from trialwright.record.event import Entered
from trialwright.record.participant import FormRecord, ItemValue
from trialwright.study.forms import Form


def entries_of(record: FormRecord, form: Form, *, visit_date: str) -> dict[str, Entry]:
    """What was entered on a form, as it stands now, to be corrected and checked again.

    `visit_date`: of the visit as it stood; an entry of that day, or of its group's, follows when these are corrected.
    """
    return {
        path: Entry(value.value, value.unit, value.not_done, _own_day(value, form, record.items, visit_date))
        for path, value in record.items.items()
        if not is_calculated(value, form) and (value.value or value.not_done)
    }


def merged_entries(
    record: FormRecord | None, form: Form, entries: Mapping[str, Entry], *, visit_date: str
) -> dict[str, Entry]:
    """The entries of a form as they stand after some more, or others, were made.

    A form marked as not done keeps none of its entries; anything entered lifts that mark.
    """
    if any(entries.get(WHOLE, Entry())):
        return dict(entries)
    known = entries_of(record, form, visit_date=visit_date) if record else {}
    if any(any(entry) for entry in entries.values()):
        known.pop(WHOLE, None)
    return {**known, **entries}


def is_calculated(value: ItemValue, form: Form) -> bool:
    """Whether a value is that of a calculated item, which nobody enters."""
    name = value.path.partition(".")[0].partition("[")[0]
    groups = (group for group in form.groups if group.id == name)
    return any(
        item.id == value.item and item.type == "calculated" for group in groups for item in group.items
    )


def _own_day(value: ItemValue, form: Form, items: Mapping[str, ItemValue], visit_date: str) -> str:
    """The day of a value where it was entered for itself."""
    row = value.path.rpartition(".")[0]
    dates = [group.date for group in form.groups if group.id == row.partition("[")[0] and group.date]
    of_group = [items[path].value for path in (f"{row}.{date}" for date in dates) if path in items]
    return "" if value.date == next((day for day in of_group if day), visit_date) else value.date


def changed_items(record: FormRecord | None, items: Iterable[ItemValue]) -> tuple[ItemValue, ...]:
    """The values that differ from those recorded; one that is no longer asked becomes empty."""
    known = record.items if record else {}
    now = {value.path: value for value in items}
    gone = [_emptied(value) for path, value in known.items() if path not in now]
    return tuple(
        value for value in (*now.values(), *gone) if _content(known.get(value.path)) != _content(value)
    )


def _emptied(value: ItemValue) -> ItemValue:
    return value._replace(value="", unit="", not_done="", low="", high="")


def _content(value: ItemValue | None) -> ItemValue | None:
    return None if value is None else value._replace(position=0, first=0)


def written_items(items: Iterable[ItemValue], form: Form) -> list[dict[str, Any]]:
    """The values as an event keeps them. What was typed stands as entered text, so that it can be masked.

    Units, reasons and dates are refused unless they are such; a name can only be typed as a value.
    """
    return [_written(value, calculated=is_calculated(value, form)) for value in items]


def _written(value: ItemValue, *, calculated: bool) -> dict[str, Any]:
    kept = value._asdict()
    del kept["position"], kept["first"]
    typed = value.value and not calculated
    return kept | {"value": Entered(value.value) if typed else value.value}
