"""concepts.yaml: the clinical concepts the study reads, with their units and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Code, Conversion, Name, Part, Unit, Words
from trialwright.terms.message import Text, message

if TYPE_CHECKING:
    from trialwright.record.fact import ConceptType

Kind = Literal["measurement", "condition", "exposure", "procedure", "allergy", "finding"]


def _read_values(given: Any) -> Any:
    return ("boolean",) if given == "boolean" else given


Values = Annotated[
    tuple[Words, ...],
    BeforeValidator(_read_values),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "boolean"},
                {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1},
            ]
        }
    ),
]


class Concept(Part):
    """One concept: what a record must say to be about it, and in which unit the study thinks.

    `unit` UCUM. `values`: coded texts in order; the one word boolean for yes and no. `conversions` join units
    of different dimension for this analyte. `positive_codes`: codes whose positive result means true.
    `computed_by`: the assessment that gives the value where its parts are recorded; `items`: the finding that
    records these parts, one fact each.
    """

    name: Name
    kind: Kind
    unit: Unit | None = None
    codes: tuple[Code, ...] = ()
    label: Text
    route: Literal["iv", "po", "sc", "im", "inhaled", "topical"] | None = None
    values: Values = ()
    conversions: tuple[Conversion, ...] = ()
    positive_codes: tuple[Code, ...] = ()
    note: Words | None = None
    computed_by: Name | None = None
    items: Name | None = None

    @model_validator(mode="after")
    def _converts(self) -> Concept:
        from trialwright.terms.units import UnitError, converter  # late: models load fast without units

        for text in self.conversions if self.unit else ():
            left, right = (side.split()[1] for side in text.split("="))
            try:
                for side in (left, right):
                    converter(side, self.unit or "", self.conversions)
            except UnitError as error:
                raise Unfit(
                    message("The conversion {text} does not work.", text=text),
                    error.message,
                ) from error
        return self

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Concept:
        if self.kind == "measurement" and self.unit is None:
            raise Unfit(
                message("The measurement {name} has no unit.", name=self.name),
                message("Give its UCUM unit, such as `unit: mg/dL`; a score has {unit}.", unit="{score}"),
                code="incomplete",
            )
        if self.unit is not None and self.kind not in ("measurement", "exposure"):
            raise Unfit(
                message("{name} is a {kind} and cannot have a unit.", name=self.name, kind=self.kind),
                message("Delete `unit`, or make it a measurement."),
                code="incomplete",
            )
        if self.conversions and self.unit is None:
            raise Unfit(
                message("{name} has conversions but no unit to convert to.", name=self.name),
                message("Give its UCUM unit."),
                code="incomplete",
            )
        if self.values and self.kind not in ("finding", "measurement"):
            raise Unfit(
                message("{name} is a {kind} and cannot have values.", name=self.name, kind=self.kind),
                message("Delete `values`, or make it a finding."),
                code="incomplete",
            )
        if self.positive_codes and self.values != ("boolean",):
            raise Unfit(
                message("{name} has positive_codes but is not answered by true and false.", name=self.name),
                message("Add `values: boolean`, or delete `positive_codes`."),
                code="incomplete",
            )
        if self.route is not None and self.kind != "exposure":
            raise Unfit(
                message("{name} is a {kind} and cannot have a route.", name=self.name, kind=self.kind),
                message("Delete `route`, or make it an exposure."),
                code="incomplete",
            )
        return self


class Concepts(Part):
    """The whole of concepts.yaml."""

    concepts: tuple[Concept, ...]


def concept_type(concept: Concept) -> ConceptType:
    """The concept as the record reads it."""
    from trialwright.record.fact import ConceptType  # late: models load fast without units

    return ConceptType(
        concept.name,
        concept.kind,
        concept.unit or "",
        tuple(concept.conversions),
        concept.route or "",
        tuple(concept.values),
    )
