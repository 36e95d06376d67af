"""Which values a number can have at all: what a body, a scale, or the study's own forms allow."""

from __future__ import annotations

import math
from collections.abc import Mapping

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.logic.interpreter.courses import SPREAD
from trialwright.study.checks.possible.claims import plain
from trialwright.study.checks.possible.ranges import Range
from trialwright.study.checks.possible.windows import inside
from trialwright.study.concepts import Concept
from trialwright.study.forms import Item
from trialwright.study.model import Study
from trialwright.terms.units import IncompatibleUnits, converter, parse_unit

OLDEST = 130  # years; the oldest verified age is 122 (Jeanne Calment, 1875 to 1997)
NOT_NEGATIVE = Range(0.0)


class Domains:
    """The possible values of the numbers of one study."""

    def __init__(self, study: Study) -> None:
        self._concepts = {concept.name: concept for concept in study.concepts}
        self._entered = _form_limits(study, self._concepts)
        self._known: dict[n.Number, Range] = {}

    def of(self, number: n.Number) -> Range:
        """What a recorded or counted number can be."""
        number = plain(number)
        if number not in self._known:
            self._known[number] = self._find(number)
        return self._known[number]

    def _find(self, number: n.Number) -> Range:
        match number:
            case n.Age():
                return Range(0.0, float(OLDEST), whole=True)
            case n.Pick(quantity="ratio"):
                return NOT_NEGATIVE
            case n.Pick(concept):
                return self._result(self._concepts[concept])
            case n.ItemCount(items=items):
                return Range(0.0, float(items), whole=True)
            case n.ResultCount():
                return Range(0.0, whole=True)
            case n.Course():
                return _exposure(number)
        return Range()

    def _result(self, concept: Concept) -> Range:
        if concept.values == ("boolean",):
            return Range().only({0.0, 1.0})
        if concept.values:
            return Range().only({float(index) for index in range(len(concept.values))})
        assessment = ASSESSMENTS.get(concept.computed_by or "")
        if assessment is not None:
            return Range(assessment.lowest, assessment.highest)
        if concept.name in self._entered:
            return self._entered[concept.name]
        return NOT_NEGATIVE if _is_amount(concept.unit or "") else Range()


def _is_amount(unit: str) -> bool:
    """Whether a unit counts an amount of something from a true zero; scores and temperatures do not."""
    parsed = parse_unit(unit) if unit else None
    return parsed is not None and bool(parsed.dimension) and not parsed.offset


def _exposure(course: n.Course) -> Range:
    if course.measure == "days":
        return Range(0.0, 1.0 if course.gap == 0 else float(SPREAD + 1), whole=True)
    excepted = course.except_window is not None and inside(course.window, course.except_window)
    if course.measure == "max_daily_dose" and course.except_daily is not None and excepted:
        return NOT_NEGATIVE.cut("<", course.except_daily)  # every day that counts and has so much is left out
    return NOT_NEGATIVE


def _form_limits(study: Study, concepts: Mapping[str, Concept]) -> dict[str, Range]:
    """What the study's forms admit for a concept, over all items that ask for it, in the concept's unit."""
    limits: dict[str, Range] = {}
    for form in study.forms.forms if study.forms else ():
        for item in (item for group in form.groups for item in group.items):
            concept = concepts.get(item.concept or "")
            if concept is not None and item.type in ("number", "integer"):
                own = _item_limits(item, concept)
                known = limits.get(concept.name, own)
                limits[concept.name] = Range(min(own.low, known.low), max(own.high, known.high))
    return limits


def _item_limits(item: Item, concept: Concept) -> Range:
    if item.possible is None:
        return Range()
    unit = item.units[0] if item.units else concept.unit or "1"
    try:
        conversion = converter(unit, concept.unit or "1", concept.conversions)
    except IncompatibleUnits:  # then nothing is known about the concept's own unit
        return Range()
    low, high = item.possible.low, item.possible.high
    return Range(
        -math.inf if low is None else conversion(float(low)),
        math.inf if high is None else conversion(float(high)),
    )
