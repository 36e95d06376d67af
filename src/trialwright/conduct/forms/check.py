"""Checking what was entered on a form: what refuses it, what is asked back, what is calculated, what is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from trialwright.conduct.forms.cells import Cell, Sheet, lay_out
from trialwright.conduct.forms.coding import Coder, nothing_done
from trialwright.conduct.forms.entry import WHOLE, Checked, Entry, Fault, FormContext
from trialwright.conduct.forms.rules import Judge
from trialwright.conduct.forms.sample_days import check_sample_days
from trialwright.conduct.forms.values import Known, check_expected, check_value, stored
from trialwright.record.fact import read_unit
from trialwright.record.participant import ItemValue
from trialwright.study.code_lists import NOT_DONE_LIST, CodeList
from trialwright.study.form_rules import Check, StudyForms
from trialwright.study.forms import Form, ItemGroup
from trialwright.terms.message import message
from trialwright.terms.truth import Truth


def check_entries(
    forms: StudyForms, form: str, entries: Mapping[str, Entry], context: FormContext
) -> Checked:
    """Check the entries of a form and code them.

    `form`: its id. `entries`: by item path, `group.item` or `group[2].item` (rows from 1); `*` with a reason says that
    the form was not done, `group.*` the same of a group. Values of calculated items are not entered.
    Gives faults that refuse the form, queries to be asked back, and the coded values for the event; they are complete
    only if nothing is refused. Raises `KeyError` for a form the study does not have.
    """
    definition = forms.form(form)
    lists = _lists(forms, definition)
    if any(entries.get(WHOLE, Entry())):
        return _not_done(definition, entries, lists, context)
    sheet, faults = lay_out(definition, entries)
    return _FormCheck(forms, sheet, context, lists, faults).run()


def find_asked(
    forms: StudyForms, form: str, entries: Mapping[str, Entry], context: FormContext
) -> Mapping[str, Truth]:
    """Find which items of a form are asked with these entries: true, false, or unknown, by path.

    Arguments as for `check_entries`, which gives the same (`Checked.asked`) and everything else besides.
    """
    sheet, faults = lay_out(forms.form(form), entries)
    return _FormCheck(forms, sheet, context, _lists(forms, sheet.form), faults).asked()


def _lists(forms: StudyForms, form: Form) -> dict[str, CodeList]:
    ids = {item.code_list for group in form.groups for item in group.items if item.code_list}
    study = forms.study.forms
    return {id: study.code_list(id) for id in {*ids, NOT_DONE_LIST}} if study else {}


def _not_done(
    form: Form, entries: Mapping[str, Entry], lists: Mapping[str, CodeList], context: FormContext
) -> Checked:
    reason = entries[WHOLE].not_done
    faults = list(_check_reason(WHOLE, reason, lists))
    if entries[WHOLE].value or any(any(entry) for path, entry in entries.items() if path != WHOLE):
        said = message("{form} is marked as not done, and yet something is entered.", form=form.title)
        faults.append(Fault(WHOLE, "done_and_not_done", said))
    return Checked(tuple(faults), (), (nothing_done(reason, context),), {})


def _check_reason(path: str, reason: str, lists: Mapping[str, CodeList]) -> Iterator[Fault]:
    known = lists[NOT_DONE_LIST]
    if reason not in {entry.value for entry in known.entries}:
        offered = tuple(entry.label for entry in known.entries)
        said = message("Say why it was not done: {reasons}.", reasons=offered)
        yield Fault(path, "reason_unknown", said)


@dataclass
class _FormCheck:
    """One form on its way through the checks."""

    forms: StudyForms
    sheet: Sheet
    context: FormContext
    lists: Mapping[str, CodeList]
    refused: list[Fault]
    queries: list[Fault] = field(default_factory=list)
    values: dict[str, ItemValue] = field(default_factory=dict)

    def asked(self) -> Mapping[str, Truth]:
        cells = list(self.sheet.cells())
        judge = self._judge(cells)
        return {cell.path: judge.asked(cell) for cell in cells}

    def _judge(self, cells: list[Cell]) -> Judge:
        """The judge of the form's rules, who knows what was entered and what is calculated from it."""
        known = Known(self.forms.types, self.lists, self.context.today, self.context.participant.birth)
        coder = Coder(self.forms, self.sheet, self.context)
        readable = {cell.path: entry for cell in cells for entry in self._read(cell, coder, known)}
        judge = Judge(self.forms, self.sheet, self.context, coder, readable, self.values)
        self._calculate(cells, judge, known)
        return judge

    def run(self) -> Checked:
        cells = list(self.sheet.cells())
        judge = self._judge(cells)
        asked = {cell.path: judge.asked(cell) for cell in cells}
        for cell in cells:
            self._check_answered(cell, asked[cell.path])
        for group in self.sheet.form.groups:
            self._check_rows(group, judge)
        self._check_rules(cells, asked, judge)
        self.queries += [
            fault
            for fault in check_sample_days(self.forms, self.sheet, self.context)
            if fault.path in self.values and asked[fault.path] is not False
        ]
        kept = [cell.path for cell in cells if asked[cell.path] is not False and cell.path in self.values]
        return Checked(
            tuple(self.refused), tuple(self.queries), tuple(self.values[path] for path in kept), asked
        )

    def _read(self, cell: Cell, coder: Coder, known: Known) -> Iterator[Entry]:
        """The entry of a cell if it can be read, with the value as it is kept."""
        entry = self.sheet.entries.get(cell.path)
        if entry is None or not any(entry):
            return
        faults = list(self._check_entry(cell, entry, coder, known))
        if faults:
            self.refused += faults
            return
        kept = entry._replace(value=stored(cell.item, entry.value))
        self.values[cell.path] = coder.code(cell, kept)
        if not kept.not_done:
            self.queries += check_expected(cell, kept, known)
        yield kept

    def _check_entry(self, cell: Cell, entry: Entry, coder: Coder, known: Known) -> Iterator[Fault]:
        label = cell.item.label
        if cell.item.type == "calculated":
            yield Fault(cell.path, "calculated", message("{item} is calculated, not entered.", item=label))
        elif entry.not_done and entry.value:
            said = message("{item} is marked as not done, and yet has a value.", item=label)
            yield Fault(cell.path, "done_and_not_done", said)
        elif entry.not_done:
            yield from _check_reason(cell.path, entry.not_done, self.lists)
        elif not entry.value.strip():
            yield Fault(cell.path, "missing", message("{item} has a unit or date, but no value.", item=label))
        else:
            yield from check_value(cell, entry, known)
            yield from self._check_dose(cell, entry, coder)

    def _check_dose(self, cell: Cell, entry: Entry, coder: Coder) -> Iterator[Fault]:
        """Whether the amount in a row is in a unit that fits what the row is about."""
        fact = cell.group.fact
        if fact is None or fact.value != cell.item.id or entry.unit not in cell.item.units:
            return
        concept = self.forms.types.get(fact.concept or coder.chosen_concept(cell))
        if concept is not None and read_unit(entry.unit, concept).issue:
            said = message(
                "{item}: {unit} does not fit {name}.",
                item=cell.item.label,
                unit=entry.unit,
                name=concept.name,
            )
            yield Fault(cell.path, "unit_unknown", said)

    def _calculate(self, cells: list[Cell], judge: Judge, known: Known) -> None:
        for cell in cells:
            if cell.item.type == "calculated" and judge.asked(cell) is not False:
                entry = judge.calculate(cell)
                judge.learn(cell, entry)
                if entry.value:
                    self.queries += check_expected(cell, entry, known)

    def _check_answered(self, cell: Cell, asked: Truth) -> None:
        answered = any(self.sheet.entries.get(cell.path, Entry()))
        if cell.item.type == "calculated":
            return
        if answered and asked is False:
            said = message("{item} is not to be answered here.", item=cell.item.label)
            self.refused.append(Fault(cell.path, "not_asked", said))
        if not answered and asked and cell.item.required:
            said = message("{item} is missing; enter it, or say why it was not done.", item=cell.item.label)
            self.refused.append(Fault(cell.path, "missing", said))

    def _check_rows(self, group: ItemGroup, judge: Judge) -> None:
        rows = self.sheet.rows[group.id]
        if not group.repeating or judge.group_asked(group, 0) is not True:
            return
        if len(rows) < group.at_least:
            said = message(
                "{group}: {count} rows are entered, at least {least} are needed.",
                group=group.title,
                count=len(rows),
                least=group.at_least,
            )
            self.refused.append(Fault(group.id, "row_missing", said))
        if group.preprinted is None:
            return
        item = group.item(group.preprinted)
        there = {self.values.get(Cell(group, row, item).path) for row in rows}
        given = {value.value for value in there if value is not None}
        for entry in self.lists[item.code_list or ""].entries:
            if entry.value not in given:
                said = message("{group}: {row} is not answered.", group=group.title, row=entry.label)
                self.refused.append(Fault(group.id, "row_missing", said))

    def _check_rules(self, cells: list[Cell], asked: Mapping[str, Truth], judge: Judge) -> None:
        form = self.sheet.form.id
        for cell in cells:
            value = self.values.get(cell.path)
            if value is not None and value.value and asked[cell.path] is not False:
                for check in self.forms.checks.get((form, *cell.key), ()):
                    self._check_rule(cell.path, check, judge.holds(check.condition, cell))
        for check in self.forms.checks.get((form, "", ""), ()):
            self._check_rule("", check, judge.holds(check.condition, None))

    def _check_rule(self, path: str, check: Check, truth: Truth) -> None:
        """An edit check speaks up where its rule certainly does not hold."""
        if truth is False:
            definition = check.definition
            where = self.refused if definition.severity == "error" else self.queries
            where.append(Fault(path, "edit_check", definition.message, definition.id))
