"""In which unit a number of a rule is, and which conversions its concept allows."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.logic import nodes as n
from trialwright.study.concepts import Concept
from trialwright.terms.units import ONE, UnknownUnit, parse_unit


def unit_of(number: n.Number, concepts: Mapping[str, Concept]) -> str:
    """The unit a number is in ('' for a pure number)."""
    match number:
        case n.Pick(concept=concept, quantity="value") | n.Score(concept=concept):
            return concepts[concept].unit or ""
        case n.StandIn(first=first):
            return unit_of(first, concepts)
        case n.Formula(unit=unit):
            return unit
        case n.Age():
            return "a"
        case n.Course(concept=concept, measure=measure):
            daily = concepts[concept].unit or ""
            return {"days": "d", "max_daily_dose": daily}.get(measure, daily.removesuffix("/d"))
        case n.Arithmetic("/", left, right) if not _divides_purely(right, concepts):
            return ""
        case n.Arithmetic(left=left, right=right):
            units = unit_of(left, concepts), unit_of(right, concepts)
            return next((unit for unit in units if not is_pure(unit)), next(filter(None, units), ""))
    return ""


def _divides_purely(divisor: n.Number, concepts: Mapping[str, Concept]) -> bool:
    """Whether dividing by it leaves the unit as it is; a limit written with a unit takes it away."""
    written = isinstance(divisor, n.Literal) and " " in divisor.text
    return not written and is_pure(unit_of(divisor, concepts))


def is_pure(unit: str) -> bool:
    """Whether a unit text means a bare count: none, 1, or only a remark in braces such as {score}."""
    if not unit:
        return True
    try:
        return parse_unit(unit) == ONE
    except UnknownUnit:
        return False


def bridges_of(number: n.Number, concepts: Mapping[str, Concept]) -> tuple[str, ...]:
    """The conversions between dimensions that the concept behind a number allows."""
    match number:
        case n.Pick(concept=concept) | n.StandIn(n.Pick(concept=concept)):
            return tuple(concepts[concept].conversions)
        case n.Arithmetic("+" | "-" | "*" | "/", left, right):
            return bridges_of(left, concepts) or bridges_of(right, concepts)
    return ()
