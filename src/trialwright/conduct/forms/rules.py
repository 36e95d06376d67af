"""The rules of a form, judged by the interpreter of `logic` over what was entered and what was known before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from trialwright.conduct.forms.cells import Cell, Sheet, row_path
from trialwright.conduct.forms.coding import Coder, as_record
from trialwright.conduct.forms.entry import Entry, FormContext
from trialwright.conduct.forms.values import read_days
from trialwright.logic import nodes as n
from trialwright.logic.interpreter import Context, Setting, evaluate, evaluate_number, known_rows
from trialwright.record.fact import Fact, Person, read_fact, read_person
from trialwright.record.item_facts import form_facts
from trialwright.record.participant import ItemValue
from trialwright.record.raw import RawFact, RawPerson
from trialwright.record.typed import TypedFacts, count_once, join_facts, type_facts
from trialwright.study.form_rules import StudyForms
from trialwright.study.form_scope import entered_name, visit_name
from trialwright.study.forms import ItemGroup
from trialwright.study.rules import FORMULAS
from trialwright.study.situation import type_sources
from trialwright.terms.dates import FIRST_DAY
from trialwright.terms.truth import Truth, all_of

AT_THE_BEDSIDE = Setting("screening", FORMULAS)
ONCE = ""
"""Where stands what is entered once on a form."""

_ALWAYS = (
    FIRST_DAY.isoformat()
)  # what was entered is of no day: the rule says which item, so there is nothing to choose


@dataclass
class Judge:
    """Judges the rules of one form as it is being filled in.

    `entries`: what was entered and can be read, by path; `values`: the coded values so far, by path. What a group's
    rules call today is the day of the group's date.
    """

    forms: StudyForms
    sheet: Sheet
    context: FormContext
    coder: Coder
    entries: dict[str, Entry]
    values: dict[str, ItemValue]
    _contexts: dict[str, Context] = field(default_factory=dict)
    _person: Person | None = None
    _earlier: TypedFacts | None = None
    _known: dict[str, tuple[Fact, ...]] = field(default_factory=dict)
    _said: dict[str, dict[str, tuple[Fact, ...]]] | None = None

    def asked(self, cell: Cell) -> Truth:
        """Whether an item is to be answered: its own condition, and that of its group."""
        of_item = self.forms.conditions.get((self.sheet.form.id, *cell.key))
        return all_of([self.group_asked(cell.group, cell.row), self._truth(of_item, cell.group, cell.row)])

    def group_asked(self, group: ItemGroup, row: int) -> Truth:
        """Whether a group is to be answered."""
        return self._truth(self.forms.conditions.get((self.sheet.form.id, group.id, "")), group, row)

    def _truth(self, rule: n.Condition | None, group: ItemGroup, row: int) -> Truth:
        return True if rule is None else evaluate(rule, self._in(group, row)).truth

    def holds(self, rule: n.Condition, cell: Cell | None) -> Truth:
        """Whether an edit check holds, of an item or (`None`) of the form as a whole."""
        context = self._in(cell.group, cell.row) if cell else self._in(None, 0)
        return evaluate(rule, context).truth

    def calculate(self, cell: Cell) -> Entry:
        """The value of a calculated item; where there is none, the reason code stands as the reason not done."""
        node = self.forms.calculations[self.sheet.form.id, *cell.key]
        bounds = evaluate_number(node.number, self._in(cell.group, cell.row))
        if bounds.low != bounds.high:
            return Entry(not_done=bounds.why or "value_censored")
        return Entry(f"{node.in_unit(bounds.low):.12g}", node.unit)

    def learn(self, cell: Cell, entry: Entry) -> None:
        """Let later rules know a calculated value."""
        self.entries[cell.path] = entry
        self.values[cell.path] = self.coder.code(cell, entry)
        self._contexts.clear()
        if self.values[cell.path].concept in self.forms.reads[self.sheet.form.id]:
            self._person = None
        if self._said is not None:
            self._say(cell)

    # what the interpreter reads

    def _in(self, group: ItemGroup | None, row: int) -> Context:
        place = row_path(group, row) if group else ""
        if place not in self._contexts:
            self._contexts[place] = self._make(group, row)
        return self._contexts[place]

    def _make(self, group: ItemGroup | None, row: int) -> Context:
        day = self._day(group, row)
        person = self._recorded()
        rows = self._known | self._entered(group, row)
        return Context(person, day, self.context.today, AT_THE_BEDSIDE, rows, self.context.named)

    def _day(self, group: ItemGroup | None, row: int) -> date:
        text = self.coder.day(Cell(group, row, group.items[0])) if group else self.context.visit_date
        days = read_days(text) or read_days(self.context.visit_date)
        return days.last if days else self.context.today

    def _recorded(self) -> Person:
        """The participant in the concepts that the form's rules read, this form's own answers among them."""
        if self._person is None:
            participant = self.context.participant
            reads = self.forms.reads[self.sheet.form.id]
            typed = self._typed(reads) if reads else TypedFacts({}, frozenset())
            raw = RawPerson(participant.id, participant.sex, participant.birth)
            self._person = read_person(raw, typed.facts, typed.unreadable)
            self._known = known_rows(self._person, self.context.today)
        return self._person

    def _typed(self, reads: frozenset[str]) -> TypedFacts:
        """What was known before and what this form says; an earlier version of it does not count."""
        participant = self.context.participant
        record = as_record(self.sheet, self.context, self.values)
        whole = replace(participant, forms={**participant.forms, record.id: record})
        own = (fact for fact in form_facts(whole, record) if fact.concept in reads)
        typed = join_facts((self._known_before(reads), type_facts(own, self.forms.types)))
        return count_once(typed, whole.retold())

    def _known_before(self, reads: frozenset[str]) -> TypedFacts:
        if self._earlier is None:
            sources = type_sources(self.forms.types, self.context.participant, without=self.context.record)
            self._earlier = join_facts(_about(source, reads) for source in sources)
        return self._earlier

    def _entered(self, group: ItemGroup | None, row: int) -> dict[str, tuple[Fact, ...]]:
        """What was entered, under the names by which rules read it: once on the form, or in this row."""
        if self._said is None:
            visit = visit_name(self.sheet.form.id)
            self._said = {
                ONCE: {visit: tuple(_read(_raw(visit, "finding", self.context.encounter), visit, self.forms))}
            }
            for cell in self.sheet.cells():
                self._say(cell)
        own = self._said.get(row_path(group, row), {}) if group and group.repeating else {}
        return self._said[ONCE] | own

    def _say(self, cell: Cell) -> None:
        """Note what was entered in a place, by the row of a repeating group, or once on the form."""
        entry = self.entries.get(cell.path)
        if self._said is not None and entry is not None and entry.value:
            place = cell.row_path if cell.group.repeating else ONCE
            name = entered_name(self.sheet.form.id, *cell.key)
            self._said.setdefault(place, {})[name] = tuple(_as_entered(cell, entry, name, self.forms))


def _about(source: TypedFacts, concepts: frozenset[str]) -> TypedFacts:
    facts = {name: rows for name, rows in source.facts.items() if name in concepts}
    return TypedFacts(facts, source.unreadable & concepts)


def _as_entered(cell: Cell, entry: Entry, name: str, forms: StudyForms) -> Iterator[Fact]:
    """An entry as a fact under the name of its item; a date is the days it may mean, counted."""
    concept = forms.entered[name]
    if not cell.item.is_date:
        unit = entry.unit or ("1" if cell.item.is_number else "")
        yield from _read(_raw(name, concept.kind, entry.value, unit), name, forms)
        return
    days = read_days(entry.value)
    if days is None:
        return
    for fact in _read(_raw(name, concept.kind, str(days.first.toordinal()), "d"), name, forms):
        issue = "" if days.exact else "date_imprecise"
        yield fact._replace(high=float(days.last.toordinal()), issue=issue)


def _raw(name: str, kind: str, value: str, unit: str = "") -> RawFact:
    return RawFact("", name, kind, name, value=value, unit=unit, start=_ALWAYS, status="final")


def _read(raw: RawFact, name: str, forms: StudyForms) -> Iterator[Fact]:
    fact = read_fact(raw, forms.entered[name])
    if fact is not None:
        yield fact
