"""Fills in the forms of a study for somebody who does not exist, from what was measured and what the plan answers.

Nothing here knows a form by its name: the definition says what is asked, in which units, with which answers; items are
found by their concepts, and what no concept says stands in simulation.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from trialwright.conduct.forms import Entry
from trialwright.simulation.participants.chance import Chance, pick
from trialwright.simulation.participants.person import Had, VirtualPerson
from trialwright.simulation.participants.results import NOTHING, Reported
from trialwright.study.form_rules import StudyForms
from trialwright.study.forms import Form, Item, ItemGroup
from trialwright.study.schedule import parse_offset
from trialwright.study.simulation import Answer

DATES = ("date", "partial_date")
Say = Callable[[object], str]


class NoAnswer(LookupError):
    """An item is asked that neither the model nor simulation.yaml answers."""

    def __init__(self, path: str) -> None:
        super().__init__(f"simulation.yaml has no answer for {path}")


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a form is filled in, and what is known then.

    `since`: courses are listed from this day on. `dosed`: whether something is given at the visit.
    """

    person: VirtualPerson
    measured: Mapping[str, Reported]
    visit: date
    since: date
    dosed: bool
    chance: Chance


@dataclass(frozen=True, slots=True)
class Clerk:
    """Fills in forms. `forms`: the study's, with their rules; `answers`, `findings`: of the plan; `say`: its language."""

    forms: StudyForms
    answers: Mapping[str, Answer]
    findings: Mapping[str, Answer]
    say: Say

    def fill(self, form: str, occasion: Occasion) -> dict[str, Entry]:
        """Every entry of a form as if all its items were asked; raises `NoAnswer`."""
        definition = self.forms.form(form)
        return {
            path: entry
            for group in definition.groups
            for path, entry in self._group(definition, group, occasion)
        }

    def fill_log(self, form: str, answers: Mapping[str, Answer], occasion: Occasion) -> dict[str, Entry]:
        """The entries of a log that a plan spells out, by group.item."""
        definition = self.forms.form(form)
        found = {}
        for path, answer in answers.items():
            group, _, item = path.partition(".")
            found[path] = self._typed(definition.group(group).item(item), answer, occasion)
        return found

    def asks_about_dose(self, form: str) -> bool:
        """Whether the plan answers something on a form by whether there is a dose."""
        return any(
            answer.whether is not None and path.startswith(f"{form}.")
            for path, answer in self.answers.items()
        )

    def words_of_conditions(self, form: str) -> frozenset[str]:
        """The words of the conditions of a form: an item whose id is none of them decides about no other."""
        groups = self.forms.form(form).groups
        texts = [group.condition for group in groups]
        texts += [item.condition for group in groups for item in group.items]
        return frozenset(word for text in texts if text for word in re.findall(r"\w+", text))

    def _group(self, form: Form, group: ItemGroup, occasion: Occasion) -> Iterator[tuple[str, Entry]]:
        if not group.repeating:
            for item in group.items:
                entry = self._item(form, group, item, occasion)
                if entry is not None:
                    yield f"{group.id}.{item.id}", entry
        elif group.preprinted:
            yield from self._preprinted(form, group, occasion)
        elif group.fact and group.fact.concept:
            rows = [
                had
                for had in occasion.person.history.get(group.fact.concept, ())
                if had.start >= occasion.since
            ]
            for row, had in enumerate(rows, start=1):
                for part, entry in self._course(group, had, occasion):
                    yield f"{group.id}[{row}].{part}", entry

    def _preprinted(self, form: Form, group: ItemGroup, occasion: Occasion) -> Iterator[tuple[str, Entry]]:
        """A row for every printed answer: whether somebody had it, and if so from when to when."""
        about = group.item(group.preprinted or "")
        entries = (
            self.forms.study.forms.code_list(about.code_list or "").entries if self.forms.study.forms else ()
        )
        for row, printed in enumerate(entries, start=1):
            yield f"{group.id}[{row}].{about.id}", Entry(printed.value)
            concept = printed.concept or printed.value
            had = occasion.person.history.get(concept, ())
            occurred = group.fact.occurred if group.fact else None
            if occurred:
                yield f"{group.id}[{row}].{occurred}", Entry("true" if had else "false")
            if not had:
                continue
            said = dict(self._course(group, had[-1], occasion))
            for item in group.items:
                if item.id in said:
                    yield f"{group.id}[{row}].{item.id}", said[item.id]
                elif item.id not in (about.id, occurred):
                    entry = self._item(form, group, item, occasion)
                    if entry is not None:
                        yield f"{group.id}[{row}].{item.id}", entry

    def _course(self, group: ItemGroup, had: Had, occasion: Occasion) -> Iterator[tuple[str, Entry]]:
        """What the parts of a row's fact say of a disease, procedure or medicine."""
        fact = group.fact
        if fact is None:
            return
        if fact.day:
            yield fact.day, Entry(had.start.isoformat())
        if fact.start:
            yield fact.start, Entry(had.start.isoformat())
        if fact.ongoing:
            yield fact.ongoing, Entry("true" if had.end is None else "false")
        if fact.end and had.end is not None:
            yield fact.end, Entry(had.end.isoformat())
        if fact.value and had.dose:
            number, _, unit = had.dose.partition(" ")
            yield fact.value, Entry(number, unit)

    def _item(self, form: Form, group: ItemGroup, item: Item, occasion: Occasion) -> Entry | None:
        """The entry of one item; None where nothing is entered."""
        if item.type == "calculated":
            return None
        path = f"{form.id}.{group.id}.{item.id}"
        concept = item.concept or (group.checklist or "")
        found = occasion.person.found.get(concept)
        if found is not None and not group.checklist:
            return self._read(item, found)
        if path in self.answers:
            return self._typed(item, self.answers[path], occasion)
        if group.checklist:
            present = (found or occasion.measured[group.checklist].text).split(",")
            return Entry("true" if item.id in present and present != [NOTHING] else "false")
        if concept in occasion.measured and item.required:
            return self._measured(item, occasion.measured[concept])
        if concept in self.findings:
            return self._typed(item, self.findings[concept], occasion)
        if group.date == item.id and item.required:
            return Entry(occasion.visit.isoformat())
        return self._otherwise(form, group, item, occasion, path)

    def _otherwise(
        self, form: Form, group: ItemGroup, item: Item, occasion: Occasion, path: str
    ) -> Entry | None:
        """What nobody answers: yes where rows follow that only a yes allows, else no; the day of the visit."""
        if not item.required:
            return None
        if item.type == "boolean":
            return Entry("true" if self._has_rows(form, item, occasion) else "false")
        if item.type in DATES:
            return Entry(occasion.visit.isoformat())
        raise NoAnswer(path)

    def _has_rows(self, form: Form, item: Item, occasion: Occasion) -> bool:
        return any(
            had.start >= occasion.since
            for group in form.groups
            if group.repeating and group.condition == item.id and group.fact and group.fact.concept
            for had in occasion.person.history.get(group.fact.concept, ())
        )

    def _measured(self, item: Item, reported: Reported) -> Entry:
        concept = self.forms.types[item.concept or ""]
        own = reported.in_unit(item.units, concept.bridges)
        return Entry(own.text, own.unit if item.units else "")

    def _typed(self, item: Item, answer: Answer, occasion: Occasion) -> Entry:
        if answer.text is not None:
            return Entry(self.say(answer.text))
        if answer.whether is not None:
            return Entry("true" if occasion.dosed else "false")
        if answer.one_of is not None:
            weights = {value: float(weight) for value, weight in answer.one_of.items()}
            return self._read(item, pick(weights, occasion.chance), occasion)
        return self._read(item, answer.value or "", occasion)

    def _read(self, item: Item, text: str, occasion: Occasion | None = None) -> Entry:
        """A typed answer: a number with its unit apart, a date as the time since the visit."""
        if item.is_number:
            number, _, unit = text.partition(" ")
            return Entry(number, unit or (item.units[0] if item.units else ""))
        if item.type in DATES and occasion is not None and text[:1] in "+-0123456789" and " " in text:
            return Entry(parse_offset(text).after(occasion.visit).isoformat())
        return Entry(text)
