"""Units: reads UCUM text and converts values; never guesses a spelling, never lets a missing unit pass.

Case-sensitive UCUM: prefixes, `.` and `/` from left to right, exponents, parentheses, annotations in braces
(ignored by the arithmetic), powers of ten `10*9` and `10^9`. Factors are exact fractions until the last
step, so a conversion rounds only when its factor becomes a float and when a value is multiplied by it.
**Source**: the Unified Code for Units of Measure, version 2.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from trialwright.terms.message import Message, message, render
from trialwright.terms.ucum_atoms import ATOMS, BASE, METRIC, OWN_DIMENSION, PREFIXES, SCALES

Dimension = tuple[tuple[str, int], ...]
"""Base quantities with their exponents, sorted by name, none zero: mg/dL is (("g", 1), ("m", -3))."""


class UnitError(ValueError):
    """A unit, or a conversion between units, that cannot be used; `message` is the sentence for people."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(render(sentence, {}))
        self.message = sentence


class UnknownUnit(UnitError):
    """A text that is no UCUM unit known here; `unit` is the text as entered, '' where none was."""

    def __init__(self, unit: str) -> None:
        if unit:
            said = message(
                '"{unit}" is not a known UCUM unit. Correct it, or map the local spelling in mapping.yaml.',
                unit=unit,
            )
        else:
            said = message("There is no unit; a number without a unit is not used.")
        super().__init__(said)
        self.unit = unit


class IncompatibleUnits(UnitError):
    """Two units of different quantities, with no declared conversion between them."""

    def __init__(self, unit: str, to: str) -> None:
        super().__init__(
            message(
                '"{unit}" does not convert to "{to}": the quantities differ, and the concept declares no '
                "conversion between them.",
                unit=unit,
                to=to,
            )
        )
        self.unit = unit
        self.to = to


class BridgeError(UnitError):
    """A declared conversion that cannot be read, says nothing, or contradicts another one."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What one unit is: value v is (v * factor + offset) in the base units of the dimension."""

    dimension: Dimension
    factor: Fraction
    offset: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Bridge:
    """A conversion that holds for one analyte only: `ratio` base units of `right` for each one of `left`."""

    left: Dimension
    right: Dimension
    ratio: Fraction


@dataclass(frozen=True, slots=True)
class Conversion:
    """A straight line from one unit to another: value * factor + offset."""

    factor: float
    offset: float = 0.0

    def __call__(self, value: float) -> float:
        """Give the value in the unit converted to."""
        return value * self.factor + self.offset


ONE = Unit((), Fraction(1))


def parse_unit(text: str) -> Unit:
    """Read a UCUM unit text exactly as written; raises `UnknownUnit` for any other, also an empty one."""
    unit = _parse(text)
    if unit is None:
        raise UnknownUnit(text)
    return unit


def converter(unit: str, to: str, bridges: Iterable[str] = ()) -> Conversion:
    """Give the conversion from one unit text to another.

    `bridges`: conversions declared for the analyte, in the form of `parse_bridge`, used in both directions
    where the two dimensions are those of its two sides; they are not chained.
    Raises `UnknownUnit` for a text that is no unit, `IncompatibleUnits` where nothing leads from one to the
    other, `BridgeError` for declared conversions that cannot be read or contradict each other.
    """
    conversion = _converter(unit, to, tuple(bridges))
    if conversion is None:
        raise IncompatibleUnits(unit, to)
    return conversion


@lru_cache(maxsize=8192)
def _converter(unit: str, to: str, bridges: tuple[str, ...]) -> Conversion | None:
    source, target = parse_unit(unit), parse_unit(to)
    declared = [parse_bridge(text) for text in bridges]
    if not _same_sort(unit, to):
        return None
    if source.dimension == target.dimension:
        offset = (source.offset - target.offset) / target.factor
        return Conversion(float(source.factor / target.factor), float(offset))
    ratios = {b.ratio for b in declared if (b.left, b.right) == (source.dimension, target.dimension)}
    ratios |= {1 / b.ratio for b in declared if (b.right, b.left) == (source.dimension, target.dimension)}
    if len(ratios) > 1:
        raise BridgeError(message("These conversions contradict each other: {texts}.", texts=bridges))
    return Conversion(float(source.factor * ratios.pop() / target.factor)) if ratios else None


_ONLY_ANNOTATION = re.compile(r"\{[^{}]*\}")


def _same_sort(unit: str, to: str) -> bool:
    """Keep counted things apart from quantities whose dimensions merely cancel.

    To UCUM a {score}, a percentage and g/g are all plain numbers, and {tbl}/d has the dimension of mg/kg/d.
    Here a score takes only {anything} or 1, and what counts things ({tbl}/d, /d) never becomes an amount
    per amount.
    """
    if _ONLY_ANNOTATION.fullmatch(to):
        return unit == "1" or _ONLY_ANNOTATION.fullmatch(unit) is not None
    if unit[0] in "{/":
        return to[0] in "{/" or to[0].isdigit()
    return True


_NUMBER = r"([0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?)"
_BRIDGE = re.compile(rf"\s*{_NUMBER}\s+([^\s=]+)\s*=\s*{_NUMBER}\s+([^\s=]+)\s*")


@lru_cache(maxsize=1024)
def parse_bridge(text: str) -> Bridge:
    """Read a conversion that holds for one analyte, such as "1 mg/dL = 88.4 umol/L".

    Raises `UnknownUnit` for a unit that is none, `BridgeError` where the text has another form or where
    both sides measure the same quantity: such a line says what UCUM already says, or is false.
    """
    match = _BRIDGE.fullmatch(text)
    if match is None:
        raise BridgeError(message('"{text}" does not have the form "1 mg/dL = 88.4 umol/L".', text=text))
    left, right = parse_unit(match[2]), parse_unit(match[4])
    from_left, to_right = Fraction(match[1]) * left.factor, Fraction(match[3]) * right.factor
    if left.dimension == right.dimension or left.offset or right.offset or not from_left or not to_right:
        raise BridgeError(
            message('"{text}" does not join two different quantities by a factor other than zero.', text=text)
        )
    return Bridge(left.dimension, right.dimension, to_right / from_left)


_LONGEST = 120
_LARGEST_EXPONENT = 30
_LARGEST_FACTOR = 10**60
_PRINTABLE = re.compile(r"[!-~]+")
_TOKEN = re.compile(
    r"(?P<punctuation>[()./])"
    r"|(?P<annotation>\{[^{}]*\})"
    r"|(?P<symbol>10[*^]|(?:[^\[\]0-9+\-./(){}=]|\[[^\[\]{}]+\])+)(?P<exponent>[+-]?[0-9]+)?"
    r"|(?P<number>[0-9]+)"
)


class _NotAUnit(Exception):
    """The text stopped being a unit."""


@lru_cache(maxsize=8192)
def _parse(text: str) -> Unit | None:
    if len(text) > _LONGEST or _PRINTABLE.fullmatch(text) is None:
        return None
    scale = SCALES.get(text.partition("{")[0])
    if scale and re.fullmatch(r"[^{]+(\{[^{}]*\})?", text):
        dimension, factor, offset = scale[0], Fraction(scale[1]), Fraction(scale[2])
        return Unit(((dimension, 1),), factor, offset * factor)
    try:
        unit = _Reader(text).whole()
    except _NotAUnit:
        return None
    return unit if Fraction(1, _LARGEST_FACTOR) <= unit.factor <= _LARGEST_FACTOR else None


class _Reader:
    """Reads the tokens of one unit text, left to right."""

    def __init__(self, text: str) -> None:
        self.tokens: list[re.Match[str]] = []
        at = 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None:
                raise _NotAUnit
            self.tokens.append(token)
            at = token.end()
        self.at = 0

    def whole(self) -> Unit:
        """Read all of it: a term, perhaps with a leading slash."""
        unit = _times(ONE, self.component(), -1) if self.taken("/") else self.component()
        unit = self.rest_of_term(unit)
        if self.at < len(self.tokens):
            raise _NotAUnit
        return unit

    def rest_of_term(self, unit: Unit) -> Unit:
        """Read on through `.` and `/`, strictly from left to right: g/24.h is g.h/24, not g/(24.h)."""
        while True:
            before = self.tokens[self.at - 1]
            if self.taken("."):
                # UCUM has no decimals and reads "1.73" as 1 times 73, which nobody who writes it means
                if before["number"] and self.at < len(self.tokens) and self.tokens[self.at]["number"]:
                    raise _NotAUnit
                unit = _times(unit, self.component(), 1)
            elif self.taken("/"):
                unit = _times(unit, self.component(), -1)
            else:
                return unit

    def component(self) -> Unit:
        """Read a symbol with exponent, a number or a term in parentheses, perhaps annotated, or a note."""
        if self.at >= len(self.tokens):
            raise _NotAUnit
        token = self.tokens[self.at]
        self.at += 1
        if token["annotation"]:
            return ONE
        if token["symbol"]:
            unit = _power(_symbol(token["symbol"]), int(token["exponent"] or 1))
        elif token["number"]:
            unit = Unit((), Fraction(int(token["number"])))
            if not unit.factor:
                raise _NotAUnit
        elif token[0] == "(":
            unit = self.rest_of_term(self.component())
            if not self.taken(")"):
                raise _NotAUnit
        else:
            raise _NotAUnit
        if self.at < len(self.tokens) and self.tokens[self.at]["annotation"]:
            self.at += 1
        return unit

    def taken(self, punctuation: str) -> bool:
        """Step over the punctuation if it stands here."""
        here = self.at < len(self.tokens) and self.tokens[self.at][0] == punctuation
        self.at += here
        return here


@lru_cache(maxsize=1024)
def _symbol(symbol: str) -> Unit:
    """Look a symbol up whole, then as prefix and metric unit: min is a minute, cd a candela."""
    if symbol in BASE or symbol in OWN_DIMENSION:
        return Unit(((symbol, 1),), Fraction(1))
    if symbol in ATOMS:
        number, definition = ATOMS[symbol]
        return _times(Unit((), Fraction(number)), parse_unit(definition), 1)
    for length in (2, 1):
        prefix, metric = symbol[:length], symbol[length:]
        if prefix in PREFIXES and metric in METRIC:
            return _times(Unit((), Fraction(10) ** PREFIXES[prefix]), _symbol(metric), 1)
    raise _NotAUnit


def _times(a: Unit, b: Unit, sign: int) -> Unit:
    exponents = dict(a.dimension)
    for base, exponent in b.dimension:
        exponents[base] = exponents.get(base, 0) + sign * exponent
    dimension = tuple(sorted((base, exponent) for base, exponent in exponents.items() if exponent))
    return Unit(dimension, a.factor * b.factor**sign)


def _power(unit: Unit, exponent: int) -> Unit:
    if not 0 < abs(exponent) <= _LARGEST_EXPONENT:
        raise _NotAUnit
    return Unit(tuple((base, n * exponent) for base, n in unit.dimension), unit.factor**exponent)
