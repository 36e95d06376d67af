"""A study's forms, lowered: every condition, calculation and edit check as a node of `logic`.

In a rule of a form, the bare name of an item is what was entered for it on this form (in a repeating group: in this
row), `visit` is the visit's id, and concepts are read by calls as everywhere: `latest(serum_creatinine)`. A date is
compared as the days it may mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trialwright.logic import nodes as n
from trialwright.record.fact import ConceptType
from trialwright.study import grammar as g
from trialwright.study.concepts import Concept, concept_type
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.form_fit import answers_of, find_misfits
from trialwright.study.form_scope import (
    FORM_KINDS,
    VISIT,
    FormScope,
    entered_name,
    item_words,
    visit_name,
)
from trialwright.study.forms import EditCheck, Form, Item, ItemGroup
from trialwright.study.measures import bridges_of
from trialwright.study.model import Study
from trialwright.study.places import Path
from trialwright.study.rules import concept_types, concepts_of, rule_scope
from trialwright.terms.message import Message, Text, message
from trialwright.terms.units import Conversion, UnitError, converter

Key = tuple[str, str, str]
"""Form, group, item; '' where the thing belongs to the whole group or form."""


@dataclass(frozen=True, slots=True)
class Check:
    """An edit check, ready for the interpreter: `condition` must hold."""

    definition: EditCheck
    condition: n.Condition


@dataclass(frozen=True, slots=True)
class Calculation:
    """How an item is calculated, ready for the interpreter; `unit` is the item's, '' for a pure number."""

    number: n.Number
    unit: str
    conversion: Conversion

    def in_unit(self, value: float) -> float:
        """A result of the rule in the item's unit."""
        return self.conversion(value)


@dataclass(frozen=True, slots=True)
class StudyForms:
    """The forms of a study with their rules lowered.

    `conditions` of groups (item '') and items, `calculations` of items, `checks` of items and of forms (group '').
    `stand_ins`: the concept that stands for each item in rules, by name (see `entered_name`); `entered`: the same as
    the record reads them. `types`: the study's concepts as the record reads them. `reads`: by form, the study's
    concepts that its rules read.
    """

    study: Study
    conditions: Mapping[Key, n.Condition]
    calculations: Mapping[Key, Calculation]
    checks: Mapping[Key, tuple[Check, ...]]
    stand_ins: Mapping[str, Concept]
    entered: Mapping[str, ConceptType]
    types: Mapping[str, ConceptType]
    reads: Mapping[str, frozenset[str]]

    def form(self, id: str) -> Form:
        """The form of this id; raises `KeyError`."""
        if self.study.forms is None:
            raise KeyError(id)
        return self.study.forms.form(id)


def lower_forms(study: Study) -> StudyForms:
    """Lower every rule of the study's forms; raises `StudyInvalid` with every rule that cannot be understood."""
    lowering = _Lowering(study)
    lowering.run()
    if lowering.problems:
        raise StudyInvalid(tuple(lowering.problems))
    return StudyForms(
        study,
        lowering.conditions,
        lowering.calculations,
        lowering.checks,
        lowering.stand_ins,
        {name: concept_type(concept) for name, concept in lowering.stand_ins.items()},
        concept_types(study),
        {form: frozenset(names) for form, names in lowering.reads.items()},
    )


class _Lowering:
    """The forms of one study on their way."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.concepts = {concept.name: concept for concept in study.concepts}
        self.shared = rule_scope(study)
        self.problems: list[Problem] = []
        self.conditions: dict[Key, n.Condition] = {}
        self.calculations: dict[Key, Calculation] = {}
        self.checks: dict[Key, tuple[Check, ...]] = {}
        self.stand_ins: dict[str, Concept] = {}
        self.reads: dict[str, set[str]] = {}

    def run(self) -> None:
        if self.study.forms is None:
            return
        for misfit in find_misfits(self.study.forms, self.concepts):
            self._misfit(misfit.path, misfit.message, misfit.cure)
        for form in self.study.forms.forms:
            self.form(form)

    def form(self, form: Form) -> None:
        self.reads[form.id] = set()
        local = {concept.name: concept for concept in self._stand_ins(form)}
        self.stand_ins |= local
        for group in form.groups:
            self._group(form, group, self._scope(form, group, local))
        self._checks((form.id, "", ""), form.checks, self._scope(form, None, local))

    def _scope(self, form: Form, group: ItemGroup | None, local: Mapping[str, Concept]) -> FormScope:
        return FormScope(
            concepts={**self.concepts, **local},
            parameters=self.study.parameters,
            definitions=self.study.definitions,
            kinds=FORM_KINDS,
            baseline=self.shared.baseline,
            days=self.shared.days,
            results=self.shared.results,
            same=self.shared.same,
            names=item_words(form, group) | {VISIT: visit_name(form.id)},
            outside=self.shared,
        )

    def _stand_ins(self, form: Form) -> Iterator[Concept]:
        schedule = self.study.schedule
        visits = tuple(encounter.id for encounter in schedule.encounters) if schedule else ()
        yield _concept(visit_name(form.id), "finding", Text("Visit", "访视"), values=visits)
        for group in form.groups:
            for item in group.items:
                yield self._stand_in(entered_name(form.id, group.id, item.id), item)

    def _stand_in(self, name: str, item: Item) -> Concept:
        """The concept that stands for what is entered for an item. A text only counts as answered."""
        if item.is_number:
            about = self.concepts.get(item.concept or "")
            unit = (about.unit if about else None) or (item.units[0] if item.units else "1")
            bridges = about.conversions if about else ()
            return _concept(name, "measurement", item.label, unit=unit, conversions=bridges)
        if item.is_date:
            return _concept(name, "measurement", item.label, unit="d")
        answers = answers_of(self.study.forms, item) if self.study.forms else ()
        values = ("boolean",) if item.type == "boolean" else answers if item.type == "choice" else ()
        return _concept(name, "finding", item.label, values=values)

    def _group(self, form: Form, group: ItemGroup, scope: FormScope) -> None:
        key = (form.id, group.id, "")
        self._keep(self.conditions, key, (*_path(key), "condition"), group.condition, scope.rule)
        for item in group.items:
            key = (form.id, group.id, item.id)
            self._keep(self.conditions, key, (*_path(key), "condition"), item.condition, scope.rule)
            self._calculation(key, item, scope)
            self._checks(key, item.checks, scope)

    def _calculation(self, key: Key, item: Item, scope: FormScope) -> None:
        found: dict[Key, n.Number] = {}
        self._keep(found, key, (*_path(key), "calculation"), item.calculation, scope.quantity)
        if key not in found:
            return
        own, unit = scope.unit_of(found[key]), item.units[0] if item.units else ""
        try:
            conversion = converter(own or "1", unit or "1", bridges_of(found[key], scope.concepts))
        except UnitError:
            self._misfit(
                (*_path(key), "units"),
                message("The result of {item} is in {unit}.", item=item.id, unit=own or "1"),
                message("Give the item `units: [{unit}]`, or one it converts to.", unit=own or "1"),
            )
        else:
            self.calculations[key] = Calculation(found[key], unit, conversion)

    def _checks(self, key: Key, checks: tuple[EditCheck, ...], scope: FormScope) -> None:
        found: dict[Key, n.Condition] = {}
        kept = []
        for check in checks:
            named = (*key[:2], check.id)
            self._keep(found, named, (*_path(key), "checks", check.id, "rule"), check.rule, scope.rule)
            if named in found:
                kept.append(Check(check, found[named]))
        if kept:
            self.checks[key] = tuple(kept)

    def _keep(
        self,
        where: dict[Key, Any],
        key: Key,
        path: Path,
        text: str | None,
        lower: Callable[[str], n.Node],
    ) -> None:
        """Lower a rule, if there is one, and keep it; list it where it cannot be understood."""
        if text is None:
            return
        self.shared.open.clear()
        try:
            where[key] = node = lower(text)
        except g.RuleError as error:
            place = self.study.place(path)
            column = place.column + error.at
            self.problems.append(
                Problem("error", "rule", place.file, place.line, column, error.message, error.cure)
            )
        else:
            self.reads[key[0]] |= concepts_of(node) & self.concepts.keys()

    def _misfit(self, path: Path, sentence: Message, cure: Message) -> None:
        place = self.study.place(path)
        self.problems.append(
            Problem("error", "incomplete", place.file, place.line, place.column, sentence, cure)
        )


def _concept(name: str, kind: str, label: Text, **more: Any) -> Concept:
    """A concept that stands for an item; its name has points, which no concept of a study may have."""
    return Concept.model_construct(name=name, kind=kind, label=label, **more)


def _path(key: Key) -> Path:
    path: Path = ("forms.yaml", "forms", key[0])
    if key[1]:
        path = (*path, "groups", key[1])
    return (*path, "items", key[2]) if key[2] else path
