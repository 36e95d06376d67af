"""forms.yaml: what is asked at a visit: forms, items, code lists, edit checks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialwright.study.code_lists import NOT_DONE_REASONS, CodeList
from trialwright.study.errors import Unfit
from trialwright.study.part import Id, Name, Number, Part, Rule, Unit, Whole, YesNo
from trialwright.terms.message import Text, message

ItemType = Literal[
    "number",
    "integer",
    "text",
    "long_text",
    "date",
    "partial_date",
    "time",
    "date_time",
    "boolean",
    "choice",
    "multiple_choice",
    "calculated",
]


class Range(Part):
    """Limits of a number in the item's first unit, both included."""

    low: Number | None = None
    high: Number | None = None


class EditCheck(Part):
    """A rule that must hold for what was entered. `error` keeps the form open, `query` asks for a reason."""

    id: Id
    rule: Rule
    message: Text
    severity: Literal["error", "query"]


class Item(Part):
    """One question. `concept`: what the answer is a fact about.

    `units`: the units that may be entered, the first is offered. `possible` refuses values outside it,
    `expected` queries them; both in the first unit. `condition`: asked only where this rule holds.
    `calculation`: the rule that gives the value. `future`: a date may lie after the day of entry.
    In the rules of a form the bare name of an item is what was entered for it on this form, in this row.
    """

    id: Name
    label: Text
    help: Text | None = None
    type: ItemType
    concept: Name | None = None
    units: tuple[Unit, ...] = ()
    code_list: Name | None = None
    possible: Range | None = None
    expected: Range | None = None
    required: YesNo = True
    condition: Rule | None = None
    calculation: Rule | None = None
    future: YesNo = False
    checks: tuple[EditCheck, ...] = ()

    @property
    def is_date(self) -> bool:
        """Whether the answer is a day, perhaps a partial one."""
        return self.type in ("date", "partial_date", "date_time")

    @property
    def is_number(self) -> bool:
        """Whether the answer is a number."""
        return self.type in ("number", "integer", "calculated")

    @model_validator(mode="after")
    def _fits_its_type(self) -> Item:
        if (self.type == "calculated") != (self.calculation is not None):
            raise Unfit(
                message(
                    "The item {id} is of type {type}; that does not fit its calculation.",
                    id=self.id,
                    type=self.type,
                ),
                message("A calculated item has `calculation`, no other item has."),
                code="incomplete",
            )
        if self.type.endswith("choice") != (self.code_list is not None):
            raise Unfit(
                message(
                    "The item {id} is of type {type}; that does not fit its code list.",
                    id=self.id,
                    type=self.type,
                ),
                message("A choice has `code_list`, no other item has."),
                code="incomplete",
            )
        if not self.is_number and (self.units or self.possible or self.expected):
            raise Unfit(
                message(
                    "The item {id} is of type {type} and cannot have units or a range.",
                    id=self.id,
                    type=self.type,
                ),
                message("Delete `units`, `possible` and `expected`, or make it a number."),
                code="incomplete",
            )
        return self


class RowFact(Part):
    """The whole group, in a repeating group each row, is one fact; the keys name the items that say its parts.

    What it is about: `concept`, or the concept that the answer chosen for the item `about` names.
    `occurred`: yes or no; no states the absence. `value`: the amount of each day. `start`, `end`, `ongoing` (yes or no)
    for what lasts; `day` alone for what was given or done on one day. `day` and `value` say the whole dose of that day:
    records and doses of it say the same again (`record.repeated`).
    """

    about: Name | None = None
    concept: Name | None = None
    occurred: Name | None = None
    value: Name | None = None
    start: Name | None = None
    end: Name | None = None
    ongoing: Name | None = None
    day: Name | None = None
    route: Name | None = None

    @property
    def parts(self) -> dict[str, str]:
        """The part of the fact that each item says, by item id."""
        said = {name: getattr(self, name) for name in _PART_TYPES}
        return {item: name for name, item in said.items() if item is not None}


_PART_TYPES = {
    "about": ("choice",),
    "occurred": ("boolean",),
    "value": ("number", "integer"),
    "start": ("date", "partial_date"),
    "end": ("date", "partial_date"),
    "ongoing": ("boolean",),
    "day": ("date", "partial_date"),
    "route": ("choice",),
}


class ItemGroup(Part):
    """Items asked together; `repeating`: any number of times on one form, `at_least` so often where it is asked.

    `date`: the item that says of which day the answers are (else the day of the visit). `fact`: the row is one fact.
    `preprinted`: the choice of which every answer has a row of its own, so that none is passed over.
    `checklist`: the coded finding whose values these yes/no items are; all answered, its list is closed.
    """

    id: Name
    title: Text
    description: Text | None = None
    repeating: YesNo = False
    at_least: Whole = 0
    condition: Rule | None = None
    date: Name | None = None
    preprinted: Name | None = None
    checklist: Name | None = None
    fact: RowFact | None = None
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    def item(self, id: str) -> Item:
        """The item of this id; raises `KeyError`."""
        for item in self.items:
            if item.id == id:
                return item
        raise KeyError(id)

    @model_validator(mode="after")
    def _names_its_items(self) -> ItemGroup:
        self._check_named("date", self.date, ("date", "partial_date"))
        self._check_named("preprinted", self.preprinted, ("choice",))
        if not self.repeating and (self.at_least or self.preprinted):
            raise Unfit(
                message("The group {id} has `at_least` or `preprinted` but does not repeat.", id=self.id),
                message("Add `repeating: true`, or delete them."),
                code="incomplete",
            )
        return self

    @model_validator(mode="after")
    def _is_one_fact(self) -> ItemGroup:
        if self.fact is None:
            return self
        if (self.fact.about is None) == (self.fact.concept is None):
            raise Unfit(
                message("The fact of the group {id} does not say what it is about.", id=self.id),
                message("Give one of `about` (an item) and `concept`."),
                code="incomplete",
            )
        if self.fact.day and (self.fact.start or self.fact.end or self.fact.ongoing):
            raise Unfit(
                message("The fact of the group {id} has a single day and also a start or end.", id=self.id),
                message("Give `day`, or `start` with `end` and `ongoing`."),
                code="incomplete",
            )
        for name, types in _PART_TYPES.items():
            self._check_named(name, getattr(self.fact, name), types)
        twice = [item.id for item in self.items if item.concept and item.id in self.fact.parts]
        if twice:
            raise Unfit(
                message(
                    "The item {item} states a part of its row's fact and a fact of its own.", item=twice[0]
                ),
                message("Delete its `concept`."),
                code="incomplete",
            )
        return self

    @model_validator(mode="after")
    def _is_a_checklist(self) -> ItemGroup:
        if self.checklist is not None:
            other = [item.id for item in self.items if item.type != "boolean" or item.concept]
            if other or self.repeating or self.fact:
                raise Unfit(
                    message("The group {id} is no plain list of yes/no items.", id=self.id),
                    message(
                        "A checklist holds yes/no items without `concept`, once; put the rest elsewhere."
                    ),
                    code="incomplete",
                )
        return self

    def _check_named(self, key: str, name: str | None, types: tuple[str, ...]) -> None:
        if name is None:
            return
        found = next((item for item in self.items if item.id == name), None)
        if found is None or found.type not in types:
            raise Unfit(
                message("In the group {id}, {key} is {seen}.", id=self.id, key=key, seen=name),
                message("Name an item of the group of one of these types: {types}.", types=types),
                code="incomplete",
            )


class Form(Part):
    """A page of questions. `repeating`: a log open at any time. `checks` look across groups."""

    id: Name
    title: Text
    description: Text | None = None
    repeating: YesNo = False
    groups: Annotated[tuple[ItemGroup, ...], Field(min_length=1)]
    checks: tuple[EditCheck, ...] = ()

    def group(self, id: str) -> ItemGroup:
        """The group of this id; raises `KeyError`."""
        for group in self.groups:
            if group.id == id:
                return group
        raise KeyError(id)


class Forms(Part):
    """The whole of forms.yaml."""

    code_lists: tuple[CodeList, ...] = ()
    forms: Annotated[tuple[Form, ...], Field(min_length=1)]

    def form(self, id: str) -> Form:
        """The form of this id; raises `KeyError`."""
        for form in self.forms:
            if form.id == id:
                return form
        raise KeyError(id)

    def code_list(self, id: str) -> CodeList:
        """The code list of this id, the reasons for what was not done among them; raises `KeyError`."""
        for one in (*self.code_lists, NOT_DONE_REASONS):
            if one.id == id:
                return one
        raise KeyError(id)
