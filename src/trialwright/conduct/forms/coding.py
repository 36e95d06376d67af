"""From entries to the coded values that the ledger keeps: concept, kind, date and reference range of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialwright.conduct.forms.cells import Cell, Sheet
from trialwright.conduct.forms.entry import WHOLE, Entry, FormContext
from trialwright.conduct.forms.ranges import pick_range
from trialwright.conduct.forms.values import plain, stored
from trialwright.record.item_facts import LISTED
from trialwright.record.participant import FormRecord, ItemValue
from trialwright.study.form_rules import StudyForms

NOT_YET = 0
"""The position of a value that is in no event yet."""


@dataclass(frozen=True, slots=True)
class Coder:
    """Codes the entries of one form."""

    forms: StudyForms
    sheet: Sheet
    context: FormContext

    def code(self, cell: Cell, entry: Entry) -> ItemValue:
        """The coded value of one entry."""
        concept, fact, part = self._about(cell)
        kind = self.forms.types[concept].kind if concept else ""
        day = self.day(cell, entry)
        value = "" if entry.not_done else stored(cell.item, entry.value)
        low = high = ""
        if kind == "measurement" and value:
            low, high = pick_range(
                self.context.ranges,
                concept=self.forms.types[concept],
                unit=entry.unit,
                sex=self.context.participant.sex,
                birth=self.context.participant.birth,
                day=day,
            )
        return ItemValue(
            position=NOT_YET,
            first=NOT_YET,
            path=cell.path,
            item=cell.item.id,
            value=value,
            unit="" if entry.not_done else entry.unit,
            not_done=entry.not_done,
            concept=concept,
            kind=kind,
            date=day,
            low=low,
            high=high,
            fact=fact,
            part=part,
        )

    def day(self, cell: Cell, entry: Entry | None = None) -> str:
        """The day an answer is of: its own, that of its group, that of the visit."""
        if entry is not None and entry.date:
            return plain(entry.date)
        if cell.group.date:
            said = self.sheet.entries.get(f"{cell.row_path}.{cell.group.date}")
            if said is not None and said.value and not said.not_done:
                return stored(cell.group.item(cell.group.date), said.value)
        return self.context.visit_date

    def _about(self, cell: Cell) -> tuple[str, str, str]:
        """The concept of an item, and where it states a fact together with others: which fact, and which part of it."""
        group = cell.group
        if group.checklist:
            return group.checklist, cell.row_path, LISTED
        if group.fact and cell.item.id in group.fact.parts:
            concept = group.fact.concept or self.chosen_concept(cell)
            return (
                concept,
                cell.row_path if concept else "",
                group.fact.parts[cell.item.id] if concept else "",
            )
        return cell.item.concept or "", "", ""

    def chosen_concept(self, cell: Cell) -> str:
        """The concept named by the answer chosen in the row; '' where there is none."""
        fact, forms = cell.group.fact, self.forms.study.forms
        if fact is None or fact.about is None or forms is None:
            return ""
        said = self.sheet.entries.get(f"{cell.row_path}.{fact.about}")
        if said is None or said.not_done:
            return ""
        about = cell.group.item(fact.about)
        wanted = stored(about, said.value)
        entries = forms.code_list(about.code_list or "").entries
        return next((entry.concept or "" for entry in entries if entry.value == wanted), "")


def nothing_done(reason: str, context: FormContext) -> ItemValue:
    """What stands for a form that was not done at all."""
    return ItemValue(
        NOT_YET, NOT_YET, WHOLE, WHOLE, "", "", reason, "", "", context.visit_date, low="", high=""
    )


def as_record(sheet: Sheet, context: FormContext, items: Mapping[str, ItemValue]) -> FormRecord:
    """The form with its values as a record of its own."""
    return FormRecord(context.record, context.record.partition("/")[0], sheet.form.id, 1, dict(items))
