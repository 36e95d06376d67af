"""The places of a form where something can be entered: item paths, rows, and what a whole group not done means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from trialwright.conduct.forms.entry import WHOLE, Entry, Fault
from trialwright.study.forms import Form, Item, ItemGroup
from trialwright.terms.message import message

_PATH = re.compile(r"([a-z][a-z0-9_]*)(?:\[([1-9]\d{0,3})\])?\.([a-z][a-z0-9_]*|\*)")


class Cell(NamedTuple):
    """One item in one row; `row` 0 in a group that does not repeat."""

    group: ItemGroup
    row: int
    item: Item

    @property
    def path(self) -> str:
        """The path of the item: group.item, in repeating groups group[2].item."""
        return _item_path(self.group.id, self.row, self.item.id)

    @property
    def row_path(self) -> str:
        """The path of its row, or of its group."""
        return row_path(self.group, self.row)

    @property
    def key(self) -> tuple[str, str]:
        """Group and item."""
        return self.group.id, self.item.id


def row_path(group: ItemGroup, row: int) -> str:
    """The path of a row of a repeating group (rows count from 1), or of a group that stands once."""
    return f"{group.id}[{row}]" if row else group.id


@lru_cache(maxsize=4096)  # the same few hundred paths are asked for again and again
def _item_path(group: str, row: int, item: str) -> str:
    return f"{group}[{row}].{item}" if row else f"{group}.{item}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form with what was entered. `rows`: the rows of each group; `entries`: by path."""

    form: Form
    rows: Mapping[str, tuple[int, ...]]
    entries: Mapping[str, Entry]

    def cells(self) -> Iterator[Cell]:
        """All places of the form, in its order."""
        for group in self.form.groups:
            for row in self.rows[group.id]:
                for item in group.items:
                    yield Cell(group, row, item)


def lay_out(form: Form, entries: Mapping[str, Entry]) -> tuple[Sheet, list[Fault]]:
    """Give every entry its place; entries that have none are faults."""
    faults = []
    rows: dict[str, set[int]] = {group.id: set() if group.repeating else {0} for group in form.groups}
    groups = {group.id: group for group in form.groups}
    placed: dict[str, Entry] = {}
    for path, entry in entries.items():
        if path == WHOLE:
            continue
        match = _PATH.fullmatch(path)
        group = groups.get(match[1]) if match else None
        known = {WHOLE, *(item.id for item in group.items)} if group else set()
        if match is None or group is None or match[3] not in known or group.repeating != bool(match[2]):
            faults.append(
                Fault(path, "unknown_item", message("The form {form} has no such item.", form=form.title))
            )
            continue
        rows[group.id].add(int(match[2] or 0))
        placed[path] = entry
    sheet = Sheet(form, {name: tuple(sorted(found)) for name, found in rows.items()}, placed)
    return Sheet(form, sheet.rows, dict(_spread(sheet))), faults


def _spread(sheet: Sheet) -> Iterator[tuple[str, Entry]]:
    """The entries, with a reason given for a whole group repeated for each of its items that has none of its own."""
    for cell in sheet.cells():
        entry = sheet.entries.get(cell.path)
        if entry is None and cell.item.type != "calculated":
            entry = sheet.entries.get(f"{cell.row_path}.{WHOLE}")
        if entry is not None:
            yield cell.path, entry
