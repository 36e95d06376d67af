"""What a measurement can be at all: the limits beyond which the study's forms refuse its value, for records as well.

A hospital's record knows no form. Without these limits 0.9 mg/L, where mg/dL was meant, would be a healthy kidney.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from trialwright.study.concepts import Concept
from trialwright.terms.quantity import BOUND
from trialwright.terms.units import UnitError, converter

if TYPE_CHECKING:
    from trialwright.study.forms import Forms, Item


class Limits(NamedTuple):
    """The least and the most that a value can be, in the concept's unit; `BOUND` stands for no limit."""

    least: float = -BOUND
    most: float = BOUND


NONE = Limits()


def possible_limits(forms: Forms | None, concepts: Mapping[str, Concept]) -> Mapping[str, Limits]:
    """Give the limits of each measurement that the forms ask for, by concept.

    Where several items ask for one concept, the widest of their limits hold; an item without limits accepts anything.
    """
    found: dict[str, Limits] = {}
    for item in _measured(forms, concepts):
        mine = _limits(item, concepts[item.concept or ""])
        before = found.get(item.concept or "", mine)
        found[item.concept or ""] = Limits(min(mine.least, before.least), max(mine.most, before.most))
    return found


def _measured(forms: Forms | None, concepts: Mapping[str, Concept]) -> Iterator[Item]:
    """The items whose answer is a measurement; what is calculated is refused nowhere."""
    for form in forms.forms if forms else ():
        for group in form.groups:
            for item in group.items:
                concept = concepts.get(item.concept or "")
                if item.type in ("number", "integer") and concept and concept.kind == "measurement":
                    yield item


def _limits(item: Item, concept: Concept) -> Limits:
    """The limits of an item, from its first unit to that of its concept; none where the units do not convert."""
    possible, unit = item.possible, concept.unit or ""
    if possible is None:
        return NONE
    try:
        conversion = converter(item.units[0] if item.units else unit, unit, concept.conversions)
    except UnitError:
        return NONE
    low, high = possible.low, possible.high
    return Limits(
        -BOUND if low is None else conversion(float(low)), BOUND if high is None else conversion(float(high))
    )
