"""The rules of forms in words: what was entered is named by the item's label, not by a time that counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from trialwright.logic import nodes as n
from trialwright.study.concepts import Concept
from trialwright.study.form_rules import StudyForms
from trialwright.study.prose.figures import Prose
from trialwright.study.prose.rules import describe
from trialwright.study.prose.words import Words
from trialwright.terms.message import Message, Text, message


@dataclass(frozen=True)
class FormWords(Words):
    """The words of a study, and of the items of its forms."""

    forms: StudyForms

    @cached_property
    def concepts(self) -> Mapping[str, Concept]:
        """The concepts by name, those that stand for items among them."""
        return {**super().concepts, **self.forms.stand_ins}

    def coded(self, name: str, index: int) -> Prose:
        """A coded value by its index; an answer, or a visit, by its title."""
        if not self.is_entered(name):
            return super().coded(name, index)
        value = self.concepts[name].values[index]
        return self._answers(name).get(value, value)

    def _answers(self, name: str) -> Mapping[str, Text]:
        form, group, item = name.split(".")
        if not group:
            schedule = self.study.schedule
            return {each.id: each.title for each in schedule.encounters} if schedule else {}
        code_list = self.forms.form(form).group(group).item(item).code_list
        entries = self.study.forms.code_list(code_list).entries if self.study.forms and code_list else ()
        return {entry.value: entry.label for entry in entries}


def describe_condition(condition: n.Condition, words: FormWords) -> Message:
    """When something is asked, as a sentence part: 'only if "Ongoing" is answered no'."""
    return message("only if {condition}", condition=describe(condition, words))
