"""Whether the answers of a form can be the facts that it says they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from trialwright.record.fact import PRESENCE_KINDS
from trialwright.study.concepts import Concept
from trialwright.study.forms import Form, Forms, Item, ItemGroup
from trialwright.study.places import Path
from trialwright.terms.message import Message, message
from trialwright.terms.units import UnitError, converter

_FITTING: Mapping[str, tuple[str, ...]] = {
    "measurement": ("number", "integer", "calculated"),
    "exposure": ("boolean", "number", "integer"),
    "condition": ("boolean",),
    "procedure": ("boolean",),
    "allergy": ("boolean",),
}
"""The types of items whose answers can be facts of a concept, by its kind; for findings it depends on their values."""


class Misfit(NamedTuple):
    """Where an item or group and its concept do not fit together, and the cure."""

    path: Path
    message: Message
    cure: Message


def find_misfits(forms: Forms, concepts: Mapping[str, Concept]) -> Iterator[Misfit]:
    """Find items, rows and checklists whose answers cannot be facts of their concepts."""
    for form in forms.forms:
        for group in form.groups:
            path: Path = ("forms.yaml", "forms", form.id, "groups", group.id)
            yield from _in_checklist(group, concepts, path)
            yield from _in_row(forms, group, concepts, path)
            for item in group.items:
                yield from _in_item(forms, item, concepts, (*path, "items", item.id))


def answers_of(forms: Forms, item: Item) -> tuple[str, ...]:
    """The answers a choice offers; none for any other item."""
    return tuple(entry.value for entry in forms.code_list(item.code_list).entries) if item.code_list else ()


def row_concepts(forms: Forms, group: ItemGroup) -> tuple[str, ...]:
    """The concepts that the rows of a group may be facts of."""
    fact = group.fact
    if fact is None:
        return ()
    if fact.about is None:
        return (fact.concept or "",)
    entries = forms.code_list(group.item(fact.about).code_list or "").entries
    return tuple(entry.concept for entry in entries if entry.concept)


def form_concepts(forms: Forms, form: Form) -> frozenset[str]:
    """The concepts of which a form's answers may be facts."""
    found: set[str] = set()
    for group in form.groups:
        found |= {item.concept for item in group.items if item.concept}
        found |= {*row_concepts(forms, group), *((group.checklist,) if group.checklist else ())}
    return frozenset(found)


def _in_item(forms: Forms, item: Item, concepts: Mapping[str, Concept], path: Path) -> Iterator[Misfit]:
    concept = concepts.get(item.concept or "")
    if concept is None:
        return
    if concept.kind == "finding":
        fitting: tuple[str, ...] = ("boolean",) if concept.values == ("boolean",) else ("choice",)
    else:
        fitting = _FITTING[concept.kind]
    if item.type not in fitting:
        said = message(
            "The item {item} is of type {type}; its concept {concept} is a {kind}.",
            item=item.id,
            type=item.type,
            concept=concept.name,
            kind=concept.kind,
        )
        yield Misfit(path, said, message("Types that fit: {types}.", types=fitting))
        return
    for value in answers_of(forms, item):
        if value not in concept.values:
            said = message("{seen} is no value of {name}.", seen=value, name=concept.name)
            cure = message("They are: {known}.", known=concept.values)
            yield Misfit((*path, "code_list"), said, cure)
    for index, unit in enumerate(item.units if concept.unit else ()):
        try:
            converter(unit, concept.unit or "1", concept.conversions)
        except UnitError as error:
            yield Misfit((*path, "units", index), error.message, message("Correct it, or leave it out."))
    if concept.unit and item.is_number and not item.units:
        said = message("The item {item} has no unit; {name} has one.", item=item.id, name=concept.name)
        yield Misfit(path, said, message("Give it `units: [{unit}]`.", unit=concept.unit))


def _in_checklist(group: ItemGroup, concepts: Mapping[str, Concept], path: Path) -> Iterator[Misfit]:
    concept = concepts.get(group.checklist or "")
    if concept is not None and set(concept.values) != {item.id for item in group.items}:
        said = message(
            "The items of {group} are not the values of {concept}.", group=group.id, concept=concept.name
        )
        yield Misfit((*path, "checklist"), said, message("They are: {known}.", known=concept.values))


def _in_row(forms: Forms, group: ItemGroup, concepts: Mapping[str, Concept], path: Path) -> Iterator[Misfit]:
    for name in row_concepts(forms, group):
        concept = concepts.get(name)
        if concept is not None and concept.kind not in PRESENCE_KINDS:
            said = message(
                "The rows of {group} cannot be facts of {concept}, which is a {kind}.",
                group=group.id,
                concept=concept.name,
                kind=concept.kind,
            )
            cure = message("Kinds that fit: {kinds}.", kinds=tuple(sorted(PRESENCE_KINDS)))
            yield Misfit((*path, "fact"), said, cure)
