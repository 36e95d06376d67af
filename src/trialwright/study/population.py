"""criteria.yaml: the eligibility criteria, each with its verbatim text and its readings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from trialwright.study.part import Id, Name, Parameter, Part, Rule, Words, YesNo
from trialwright.terms.message import Text


class ReadingWarning(Part):
    """What to say beside a verdict when `rule` holds; it never changes the verdict.

    `code`: a word for programs, such as discordant.
    """

    code: Name | None = None
    rule: Rule
    text: Text


class Reading(Part):
    """One way to read a criterion's text: the rule, and why somebody would read it so."""

    title: Text | None = None
    because: Text
    rule: Rule
    warnings: tuple[ReadingWarning, ...] = ()


class Criterion(Part):
    """One eligibility criterion. The rule of an exclusion states what excludes: true means `fail`.

    `text` is the registry's wording, `source` where it stands there. `judgement`: only a named person decides,
    never a record search.
    """

    id: Id
    type: Literal["inclusion", "exclusion"]
    title: Text
    text: Text
    source: Words
    judgement: YesNo = False
    chosen: Name
    readings: Annotated[Mapping[Name, Reading], Field(min_length=1)]

    @property
    def reading(self) -> Reading:
        """The chosen reading."""
        return self.readings[self.chosen]


class Criteria(Part):
    """The whole of criteria.yaml: protocol parameters, named parts of rules, criteria in protocol order."""

    parameters: Mapping[Name, Parameter] = Field(default_factory=dict)
    definitions: Mapping[Name, Rule] = Field(default_factory=dict)
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
