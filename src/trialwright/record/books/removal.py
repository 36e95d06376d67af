"""An entry taken back: out of the lists that count, into that of what was taken back, with everything it said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import asdict
from typing import Any, Final

from trialwright.record.participant import AdverseEvent, FormRecord, TakenBack

ENTRIES: Final[Mapping[str, str]] = {
    "dose": "doses",
    "hold": "holds",
    "stop": "discontinuations",
    "rescue": "rescues",
    "ae": "adverse_events",
    "visit": "visits",
}
"""The kinds of entries that can be taken back as a whole, and the list in which a participant has them."""


def remove_entry(
    lists: Mapping[str, list[Any]],
    forms: MutableMapping[str, FormRecord],
    target: str,
    *,
    position: int,
    reason: str,
) -> list[TakenBack]:
    """Take an entry out of the lists, and give it as what was taken back; of a visit also its forms.

    What the rules found about it (a deviation of the dose, or of the day of the visit) follows from nothing any more.
    Raises `LookupError` where it is not on record.
    """
    kind, _, key = target.partition("/")
    entries = lists[ENTRIES[kind]]
    entry = next((each for each in entries if _key(kind, each) == key), None)
    if entry is None:
        raise LookupError(target)
    entries.remove(entry)
    if kind in ("dose", "visit"):
        _withdraw_findings(lists["deviations"], kind, key, position)
    found = [_taken_back(kind, target, entry, position, reason)]
    if kind == "visit":
        found += _remove_forms(forms, key, position, reason)
    return found


def _key(kind: str, entry: Any) -> str:
    return str(entry.id if kind == "visit" else entry.number)


def _withdraw_findings(deviations: list[Any], kind: str, key: str, position: int) -> None:
    for index, each in enumerate(deviations):
        own = str(each.dose) if kind == "dose" else each.visit if each.category == "visit" else ""
        if each.by_system and own == key and not each.taken_back:
            deviations[index] = each._replace(taken_back=position)


def _taken_back(kind: str, target: str, entry: Any, position: int, reason: str) -> TakenBack:
    now: Any = entry.current if isinstance(entry, AdverseEvent) else entry
    said: Mapping[str, Any] = asdict(entry) if isinstance(entry, AdverseEvent) else entry._asdict()
    visit = entry.id if kind == "visit" else getattr(entry, "visit", "")
    day = now.date if hasattr(now, "date") else now.start
    named = {"ae": "term", "rescue": "therapy", "visit": "encounter"}.get(kind, "intervention")
    return TakenBack(position, now.position, target, visit, day, getattr(now, named), said, reason)


def _remove_forms(
    forms: MutableMapping[str, FormRecord], visit: str, position: int, reason: str
) -> Iterator[TakenBack]:
    """The forms of a visit that is none: nothing is recorded on them but that it was not done."""
    for id in [id for id, form in forms.items() if form.visit == visit]:
        form = forms.pop(id)
        stated = max((value.position for value in form.items.values()), default=0)
        values = {path: value._asdict() for path, value in form.items.items()}
        yield TakenBack(position, stated, f"form/{id}", visit, "", form.form, values, reason)
