"""The FHIR data types as the reader needs them: plain dictionaries, checked where they are touched.

Numbers arrive as the text that was written (`1.50` stays `1.50`). **Source**: FHIR R4 (4.0.1), datatypes.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

from trialwright.exchange.answers import Coding, as_decimal, daily_dose
from trialwright.exchange.source import cut_to_date

Node = dict[str, Any]

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # JSON may escape half a character, which no file can hold
_UCUM = "http://unitsofmeasure.org"
COMPARATORS = frozenset({"<", "<=", ">=", ">"})


class Malformed(ValueError):
    """An element is not of the shape FHIR gives it; the argument is the element's name."""


def child(node: Node, name: str) -> Node:
    """A nested element; {} if absent."""
    value = node.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def children(node: Node, name: str) -> list[Node]:
    """A repeated element; [] if absent."""
    value = node.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Malformed(name)
    return value


def text(node: Node, name: str) -> str:
    """A primitive as text; '' if absent."""
    value = node.get(name)
    if type(value) is str and value.isascii():  # nearly always
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str) or _HALF_CHARACTER.search(value):
        raise Malformed(name)
    return value.strip()


def day(node: Node, name: str) -> str:
    """The calendar date of a date, dateTime or instant, in its own offset."""
    return cut_to_date(text(node, name))


def codings(concept: Node) -> tuple[Coding, ...]:
    """The codes of a CodeableConcept that name a code."""
    return tuple(
        Coding(text(coding, "system"), text(coding, "code"), text(coding, "display"))
        for coding in children(concept, "coding")
        if text(coding, "code")
    )


def label(concept: Node) -> str:
    """The text of a CodeableConcept, or the display of its first code."""
    return text(concept, "text") or next((c.display or c.code for c in codings(concept)), "")


def first_code(concept: Node) -> str:
    """The first code of a CodeableConcept, lower case; for statuses."""
    return next((coding.code.lower() for coding in codings(concept)), "")


class Amount(NamedTuple):
    """A Quantity as texts: the number with its comparator, and its unit."""

    value: str
    unit: str


def amount(quantity: Node) -> Amount:
    """Read a Quantity; without a value, or "ad" (sufficient to achieve), the value is ''.

    The UCUM code is taken before the unit written for people.
    """
    coded = text(quantity, "code")
    unit = coded if coded and text(quantity, "system") == _UCUM else text(quantity, "unit") or coded
    value, comparator = text(quantity, "value"), text(quantity, "comparator")
    if value and comparator:
        value = f"{comparator}{value}" if comparator in COMPARATORS else ""
    return Amount(value, unit)


def reference_range(node: Node, unit: str) -> tuple[str, str]:
    """The limits of the one normal range stated in the unit of the result; '' where there is none or several.

    A limit in another unit is left out: the upper limit of normal must be in the unit of the result.
    """
    normal = [
        item for item in children(node, "referenceRange") if first_code(child(item, "type")) in ("", "normal")
    ]
    if len(normal) != 1:
        return "", ""
    limits = (amount(child(normal[0], name)) for name in ("low", "high"))
    low, high = (limit.value if limit.unit in ("", unit) else "" for limit in limits)
    return low, high


_PER_DAY = {"d": Decimal(24), "h": Decimal(1)}
# What makes the days of a dosage differ from each other, or its times uncertain.
_IRREGULAR = ("frequencyMax", "periodMax", "dayOfWeek", "count", "countMax", "boundsRange")


def times_a_day(dosage: Node) -> Decimal | None:
    """How many doses a dosage states for each day; None where it does not say, or gives them on demand."""
    if dosage.get("asNeededCodeableConcept") or text(dosage, "asNeededBoolean") == "true":
        return None
    repeat = child(child(dosage, "timing"), "repeat")
    if any(name in repeat for name in _IRREGULAR):
        return None
    frequency, period = as_decimal(text(repeat, "frequency")), as_decimal(text(repeat, "period"))
    hours = _PER_DAY.get(text(repeat, "periodUnit"))
    if frequency is None or period is None or hours is None or period <= 0 or frequency <= 0:
        return None
    # Every second day, or every 36 hours, is no daily dose.
    if period * hours > 24 or Decimal(24) % (period * hours):
        return None
    return frequency * 24 / (period * hours)


def dose_of(dosage: Node) -> Amount | None:
    """The one dose of a dosage; None where there is none, several, or a range."""
    doses = children(dosage, "doseAndRate")
    if len(doses) != 1 or "doseRange" in doses[0]:
        return None
    dose = amount(child(doses[0], "doseQuantity"))
    return dose if as_decimal(dose.value) is not None else None


def dosage_per_day(dosages: list[Node], strength: str) -> tuple[str, str]:
    """The daily dose (value, unit) where exactly one dosage gives dose and times; else ('', '').

    The free text of a dosage is never read.
    """
    if len(dosages) != 1:
        return "", ""
    times, dose = times_a_day(dosages[0]), dose_of(dosages[0])
    if times is None or dose is None:
        return "", ""
    return daily_dose(dose.value, dose.unit, times, strength)


def bounds(dosages: list[Node]) -> tuple[str, str]:
    """First and last day of the dosages; '' for an end where any dosage has none."""
    periods = [child(child(child(dosage, "timing"), "repeat"), "boundsPeriod") for dosage in dosages]
    starts = [day(period, "start") for period in periods]
    ends = [day(period, "end") for period in periods]
    return (
        min(starts) if starts and all(starts) else "",
        max(ends) if ends and all(ends) else "",
    )
