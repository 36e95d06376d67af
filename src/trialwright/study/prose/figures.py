"""Numbers, units, lengths of time and lists as people read them; a rounded number never changes sides."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from trialwright.terms.compare import equal
from trialwright.terms.message import Message, Text, message

Prose = Message | Text | str
"""What can be said: a sentence or part of one in both languages, or a text that is the same in both."""

_DIGITS = 3  # significant digits of a rounded number; integer digits are never rounded away
_MOST_PLACES = 16
_EXACT = 1e-8  # relative; wider than the hair that keeps "<3" apart from 3
_TIMES = frozenset({"min", "h", "d", "wk", "mo", "a"})


def figure(value: float, *, beside: Iterable[str] = ()) -> str:
    """A number rounded for a sentence.

    `beside`: the numbers it is compared with in that sentence, as they are written there. So many digits are shown
    that the shown number is on the same side of each of them as the number itself: 2.9999 beside 3.0 stays 2.9999.
    """
    limits = tuple(beside)
    for limit in limits:
        if equal(value, float(limit)) and keeps_sides(limit, value, limits):
            return limit
    if abs(value) >= 10**_MOST_PLACES:
        return repr(value)
    for places in range(_places(value), _MOST_PLACES + 1):
        text = f"{value:.{places}f}"
        if keeps_sides(text, value, limits):
            least = max((_decimals(limit) for limit in limits), default=0)
            return _trim(text, least) if abs(float(text) - value) <= _EXACT * abs(value) else text
    return repr(value)


def keeps_sides(text: str, value: float, beside: Iterable[str]) -> bool:
    """Whether a text that stands for a value reads as being on the side of each number where the value is."""
    return all(_reads(float(text), float(limit)) == _side(value, float(limit)) for limit in beside)


def _reads(shown: float, limit: float) -> int:
    return (shown > limit) - (shown < limit)


def _places(value: float) -> int:
    return 0 if value == 0 else max(0, _DIGITS - 1 - math.floor(math.log10(abs(value))))


def _side(value: float, limit: float) -> int:
    return 0 if equal(value, limit) else _reads(value, limit)


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _trim(text: str, least: int) -> str:
    """An exact number without zeros at its end, but with as many decimals as the number beside it has."""
    whole, point, decimals = text.partition(".")
    decimals = decimals[:least] + decimals[least:].rstrip("0")
    return whole + point + decimals if decimals else whole


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SPELT = {"Cel": "°C", "[degF]": "°F", "mm[Hg]": "mmHg"}


@lru_cache(maxsize=1024)
def show_unit(unit: str) -> str:
    """A UCUM unit as it is printed: `10*9/L` is 10⁹/L, `g/(24.h)` is g/24 h, `{score}` and `1` are nothing."""
    if unit in _SPELT:
        return _SPELT[unit]
    if unit in ("1", "{score}"):
        return ""
    text = re.sub(r"(?<=[^./])\{[^{}]*\}", "", unit)
    text = re.sub(r"10[*^](-?\d+)", lambda power: "10" + power[1].translate(_SUPERSCRIPT), text)
    text = re.sub(r"\{([^{}]*)\}", lambda note: note[1].replace("_", " "), text)
    text = re.sub(r"\((\d+)\.([^()]+)\)", r"\1 \2", text)
    text = re.sub(r"\[([^\[\]]*)\]", lambda name: name[1].replace("_", " "), text)
    text = re.sub(r"(?<![A-Za-z])u(?=(?:mol|g|L|l|m|kat|U|IU|s)\b)", "µ", text)
    return re.sub(r"(?<=[A-Za-z])(-?\d+)$", lambda power: power[1].translate(_SUPERSCRIPT), text)


def unit_words(unit: str) -> Prose:
    """A unit by itself, as in the heading of a column or beside a box; '' where nothing is printed."""
    if unit == "a":
        return message("years")
    if unit.endswith("/d") and "." not in unit:
        return message("{amount}/day", amount=show_unit(unit.removesuffix("/d")))
    return show_unit(unit)


def quantity(number: str, unit: str) -> Prose:
    """A number text with its UCUM unit, as in 250 mg/day, 49 × 10⁹/L, 14 days."""
    if unit in _TIMES:
        return duration(number, unit)
    if unit.endswith("/d") and "." not in unit:
        return message("{amount}/day", amount=_beside(number, show_unit(unit.removesuffix("/d"))))
    return _beside(number, show_unit(unit))


def _beside(number: str, unit: str) -> str:
    if not unit or unit.startswith("/"):
        return number + unit
    return f"{number} × {unit}" if unit.startswith("10") else f"{number} {unit}"


def duration(number: str, unit: str) -> Message:
    """A length of time; `unit` is min, h, d, wk, mo or a. Raises `KeyError` for another."""
    one = number == "1"
    match unit:
        case "min":
            return message("{count} minute" if one else "{count} minutes", count=number)
        case "h":
            return message("{count} hour" if one else "{count} hours", count=number)
        case "d":
            return message("{count} day" if one else "{count} days", count=number)
        case "wk":
            return message("{count} week" if one else "{count} weeks", count=number)
        case "mo":
            return message("{count} month" if one else "{count} months", count=number)
        case "a":
            return message("{count} year" if one else "{count} years", count=number)
    raise KeyError(unit)


def day_from(offset: str, anchor: Prose) -> Message:
    """A day counted from an anchor: "2 weeks after week 0", "the day of enrolment"."""
    number, _, unit = offset.lstrip("+").partition(" ")
    if number.lstrip("-") in ("", "0"):
        return message("the day of {anchor}", anchor=anchor)
    length = duration(number.lstrip("-"), unit)
    if number.startswith("-"):
        return message("{length} before {anchor}", length=length, anchor=anchor)
    return message("{length} after {anchor}", length=length, anchor=anchor)


def quantity_text(text: str) -> Prose:
    """A quantity as a study writes it ("1.5 g/(24.h)", "28 d"), as people read it."""
    number, _, unit = text.partition(" ")
    return quantity(number, unit)


def listed(items: Sequence[Prose]) -> Prose:
    """Things one after the other: a, b, c; with semicolons where one of them has a comma of its own."""
    things = tuple(dict.fromkeys(items))
    if len(things) == 1:
        return things[0]
    if not any(_has_comma(thing) for thing in things):
        return message("{things}", things=things)
    return clauses(things)


def clauses(items: Sequence[Prose]) -> Prose:
    """Things one after the other that may have commas of their own: a; b; c."""
    rest = items[-1]
    for item in reversed(items[:-1]):
        rest = message("{first}; {rest}", first=item, rest=rest)
    return rest


def either(items: Sequence[Prose]) -> Prose:
    """Alternatives: a, b or c."""
    things = tuple(dict.fromkeys(items))
    return (
        things[0]
        if len(things) == 1
        else message("{most} or {last}", most=listed(things[:-1]), last=things[-1])
    )


def both(items: Sequence[Prose]) -> Prose:
    """Things that belong together: a, b and c."""
    things = tuple(dict.fromkeys(items))
    return (
        things[0]
        if len(things) == 1
        else message("{most} and {last}", most=listed(things[:-1]), last=things[-1])
    )


@lru_cache(maxsize=4096)
def _has_comma(thing: Prose) -> bool:
    if isinstance(thing, Message):
        return False
    texts = (thing.en, thing.zh) if isinstance(thing, Text) else (thing,)
    return any(
        mark in re.sub(r"\([^()]*\)|（[^（）]*）", "", text) for text in texts for mark in (", ", "、")
    )


def sentences(parts: Sequence[Message]) -> Message:
    """Sentences one after the other."""
    rest = parts[-1]
    for part in reversed(parts[:-1]):
        rest = message("{first} {rest}", first=part, rest=rest)
    return rest
