"""Amounts, exact: fractions with their unit, converted, rounded and shown."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from trialwright.study.prose.figures import Prose, quantity
from trialwright.study.regimen import Rounding
from trialwright.terms.quantity import UnreadableNumber, parse_number
from trialwright.terms.units import converter, parse_unit

_PER_KG = "/kg"
_SHOWN = Decimal("0.00001")  # holds a tenth of a milligram over 80 mg/mL; what is computed with stays exact


class Amount(NamedTuple):
    """A number with its UCUM unit."""

    value: Fraction
    unit: str

    @property
    def number(self) -> str:
        """The number as a decimal text: exact where five decimals hold it, else rounded to them."""
        value = Decimal(self.value.numerator) / Decimal(self.value.denominator)
        text = f"{value.quantize(_SHOWN, rounding=ROUND_HALF_EVEN):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    @property
    def shown(self) -> Prose:
        """The amount as people read it."""
        return quantity(self.number, self.unit)

    def to(self, unit: str) -> Amount:
        """The same amount in another unit of its kind; raises `UnknownUnit` or `IncompatibleUnits`."""
        if unit == self.unit:
            return self
        converter(self.unit, unit)  # refuses what cannot be converted
        return Amount(self.value * parse_unit(self.unit).factor / parse_unit(unit).factor, unit)

    def times_weight(self, kilograms: Fraction) -> Amount:
        """An amount per kilogram for a person of this weight; any other stays as it is."""
        if not self.per_kg:
            return self
        return Amount(self.value * kilograms, self.unit.replace(_PER_KG, "", 1))

    @property
    def per_kg(self) -> bool:
        """Whether the amount is per kilogram of body weight."""
        return _PER_KG in self.unit


def read_amount(text: str) -> Amount:
    """Read a quantity of the definition ("10 mg/kg"), whose shape the loader has checked."""
    number, _, unit = text.partition(" ")
    return Amount(Fraction(number), unit)


def read_dose(number: str, unit: str) -> Amount | None:
    """Read an amount as it was entered; None where it is no exact number, or has no unit."""
    try:
        interval = parse_number(number)
    except UnreadableNumber:
        return None
    return Amount(exact(interval.low), unit) if interval.exact and unit else None


def exact(value: float) -> Fraction:
    """The shortest decimal that stands for a float: 62.4, not its binary neighbour."""
    return Fraction(repr(value))


def round_amount(amount: Amount, rounding: Rounding | None, *, present: Amount | None) -> Amount:
    """Round to a multiple; without a present dose there is no direction, and the nearest multiple below is taken."""
    if rounding is None:
        return amount
    step = read_amount(rounding.to).to(amount.unit).value
    multiples = amount.value / step
    if rounding.towards == "present_dose":
        upwards = present is not None and present.to(amount.unit).value > amount.value
        return Amount(step * (ceil(multiples) if upwards else floor(multiples)), amount.unit)
    below = floor(multiples)
    over = multiples - below
    half = Fraction(1, 2)
    if over == half:
        up = rounding.ties == "up" or (rounding.ties == "even" and below % 2 == 1)
    else:
        up = over > half
    return Amount(step * (below + up), amount.unit)
