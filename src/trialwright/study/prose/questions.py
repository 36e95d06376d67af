"""The forms of a study in prose: every question with its answers, limits and conditions, and the edit checks."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.study.errors import StudyInvalid
from trialwright.study.form_rules import StudyForms, lower_forms
from trialwright.study.forms import EditCheck, Form, Item, ItemGroup, Range
from trialwright.study.model import Study
from trialwright.study.prose.document import Block, Bullets, Code, Heading, Inline, Lines, Paragraph, Table
from trialwright.study.prose.document import Item as Bullet
from trialwright.study.prose.figures import Prose, quantity
from trialwright.study.prose.form_rules import FormWords, describe_condition
from trialwright.study.prose.numbers import describe_number
from trialwright.study.prose.tables import described, listing, section
from trialwright.study.prose.vocabulary import term
from trialwright.terms.message import Message, message


def describe_forms(study: Study) -> Iterator[Block]:
    """What is asked."""
    yield section(message("Forms"), "forms")
    if study.forms is None:
        yield Paragraph(message("The definition has no forms."))
        return
    writer = _Writer(study)
    for form in study.forms.forms:
        yield from writer.form(form)


class _Writer:
    """Writes the forms of one study; rules that cannot be read stand as they are written."""

    def __init__(self, study: Study) -> None:
        self.study = study
        try:
            self.forms: StudyForms | None = lower_forms(study)
        except StudyInvalid:
            self.forms = None
        self.words = FormWords(study, self.forms) if self.forms else None

    def form(self, form: Form) -> Iterator[Block]:
        yield Heading(3, form.title)
        if form.description is not None:
            yield Paragraph(form.description)
        if form.repeating:
            yield Paragraph(message("A log, open at any time: one record for each entry."))
        for group in form.groups:
            yield Heading(4, group.title)
            if group.description is not None:
                yield Paragraph(group.description)
            remarks = tuple(self._remarks(form, group))
            if remarks:
                yield Bullets(tuple(Bullet(remark) for remark in remarks))
            yield self._table(form, group)
        checks = tuple(self._checks(form))
        if checks:
            yield Paragraph(message("Edit checks:"))
            yield Bullets(tuple(Bullet(check) for check in checks))

    def _remarks(self, form: Form, group: ItemGroup) -> Iterator[Inline]:
        if group.condition is not None:
            yield self._ruled(form, group, None, group.condition)
        if group.repeating:
            yield message("May be filled in any number of times.")
        if group.at_least:
            yield message("At least {count} times where it is asked.", count=group.at_least)
        if group.preprinted is not None:
            about = group.item(group.preprinted).label
            yield message('Every answer to "{item}" has a row of its own.', item=about)

    def _table(self, form: Form, group: ItemGroup) -> Table:
        return Table(
            (
                message("Question"),
                message("Answer"),
                message("Unit or choices"),
                message("Limits"),
                message("Only if"),
            ),
            tuple(
                (
                    described(item.label, item.help),
                    term("item_type", item.type),
                    self._answers(form, group, item),
                    _limits(item),
                    self._ruled(form, group, item, item.condition) if item.condition else "",
                )
                for item in group.items
            ),
        )

    def _answers(self, form: Form, group: ItemGroup, item: Item) -> Inline:
        if item.code_list is not None and self.study.forms is not None:
            return listing(entry.label for entry in self.study.forms.code_list(item.code_list).entries)
        units = tuple(Code(unit) for unit in item.units)
        if item.calculation is not None:
            found = self.forms.calculations.get((form.id, group.id, item.id)) if self.forms else None
            said = (describe_number(found.number, self.words),) if found and self.words else ()
            return Lines((*said, Code(item.calculation), *units))
        return Lines(units) if units else ""

    def _ruled(self, form: Form, group: ItemGroup, item: Item | None, text: str) -> Inline:
        key = (form.id, group.id, item.id if item else "")
        found = self.forms.conditions.get(key) if self.forms else None
        if found is None or self.words is None:
            return Code(text)
        return Lines((describe_condition(found, self.words), Code(text)))

    def _checks(self, form: Form) -> Iterator[Inline]:
        for group in form.groups:
            for item in group.items:
                for check in item.checks:
                    yield _said(message("{item}: {message}", item=item.label, message=check.message), check)
        for check in form.checks:
            yield _said(check.message, check)


def _said(text: Prose, check: EditCheck) -> Inline:
    kind = (
        message("refused unless it holds")
        if check.severity == "error"
        else message("asked back unless it holds")
    )
    return Lines((message("{check} ({kind})", check=text, kind=kind), Code(check.rule)))


def _limits(item: Item) -> Inline:
    unit = item.units[0] if item.units else ""
    lines: list[Inline] = []
    if item.possible:
        lines.append(message("possible: {limits}", limits=_from_to(item.possible, unit)))
    if item.expected:
        lines.append(message("expected: {limits}", limits=_from_to(item.expected, unit)))
    return Lines(tuple(lines)) if lines else ""


def _from_to(limits: Range, unit: str) -> Message:
    if limits.low is None:
        return message("at most {high}", high=quantity(limits.high or "", unit))
    if limits.high is None:
        return message("at least {low}", low=quantity(limits.low, unit))
    return message("{low} to {high}", low=limits.low, high=quantity(limits.high, unit))
