"""A fact of the evidence as people read it: labels for codes, printed units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.study.prose.figures import Prose, quantity
from trialwright.study.prose.words import Words
from trialwright.terms.message import message

_ANSWERS = {"true": message("yes"), "false": message("no")}


def entered(fact: Mapping[str, Any], words: Words) -> Prose:
    """What was entered: a coded text by its label, an answer as yes or no, a number as entered with its printed unit.

    `fact`: evidence of a result. A value or unit that nobody knows stays as it was entered.
    """
    value, unit, concept = fact["value"], fact["unit"], words.concepts.get(fact["concept"])
    if value in _ANSWERS:
        return _ANSWERS[value]
    if concept is not None and value in concept.values:
        return words.coded(fact["concept"], concept.values.index(value))
    return quantity(value, unit) if value else ""
