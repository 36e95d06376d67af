"""forms.yaml: what is asked at a visit: forms, items, code lists, edit checks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Code, Id, Name, Number, Part, Rule, Unit, Words, YesNo
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


class CodeListEntry(Part):
    """One permitted answer: what is stored, what people read, what it means elsewhere."""

    value: Words
    label: Text
    codes: tuple[Code, ...] = ()


class CodeList(Part):
    """The permitted answers of choice items, in order."""

    id: Name
    title: Text | None = None
    entries: Annotated[tuple[CodeListEntry, ...], Field(min_length=1)]


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
    `calculation`: the rule that gives the value.
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
    checks: tuple[EditCheck, ...] = ()

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
        numeric = self.type in ("number", "integer", "calculated")
        if not numeric and (self.units or self.possible or self.expected):
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


class ItemGroup(Part):
    """Items asked together; `repeating`: any number of times on one form."""

    id: Name
    title: Text
    repeating: YesNo = False
    condition: Rule | None = None
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


class Form(Part):
    """A page of questions. `repeating`: a log open at any time. `checks` look across groups."""

    id: Name
    title: Text
    description: Text | None = None
    repeating: YesNo = False
    groups: Annotated[tuple[ItemGroup, ...], Field(min_length=1)]
    checks: tuple[EditCheck, ...] = ()


class Forms(Part):
    """The whole of forms.yaml."""

    code_lists: tuple[CodeList, ...] = ()
    forms: Annotated[tuple[Form, ...], Field(min_length=1)]
