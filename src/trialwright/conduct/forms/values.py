"""Whether a value is one that its item can have: type, unit, possible and expected range, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from trialwright.conduct.forms.cells import Cell
from trialwright.conduct.forms.entry import Entry, Fault
from trialwright.conduct.forms.units import meant_unit
from trialwright.record.fact import ConceptType
from trialwright.study.code_lists import CodeList
from trialwright.study.forms import Item, Range
from trialwright.study.prose.figures import figure
from trialwright.terms.compare import greater, less
from trialwright.terms.dates import Days, UnreadableDate, parse_date
from trialwright.terms.digits import find_other_digit, ordinary
from trialwright.terms.message import Message, message
from trialwright.terms.quantity import Interval, UnreadableNumber, parse_number
from trialwright.terms.units import Conversion, UnitError, converter
from trialwright.terms.visible import shortened

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_NUMBER_AND_MORE = re.compile(r"(?P<number>[<>]?[+-]?[0-9]+(?:[.,][0-9]+)*)(?P<more>\s*/?[A-Za-z%µμ\[{].*)?")
SEPARATOR = ";"
"""Stands between the answers of a multiple choice."""


class Known(NamedTuple):
    """What values are read against. `types`: the study's concepts as the record reads them; `birth`: ISO or ''."""

    types: Mapping[str, ConceptType]
    lists: Mapping[str, CodeList]
    today: date
    birth: str


def stored(item: Item, text: str) -> str:
    """The text that is kept: numbers and free texts as entered, answers and dates in the form programs compare."""
    return text.strip() if item.is_number or item.type in ("text", "long_text") else plain(text)


def plain(text: str) -> str:
    """A text with full-width characters made ordinary ones."""
    return ordinary(text)


def check_value(cell: Cell, entry: Entry, known: Known) -> Iterator[Fault]:
    """Find why a value cannot be recorded."""
    item, text = cell.item, stored(cell.item, entry.value)
    wrong = find_wrong_type(item, text, known)
    if wrong is not None:
        yield Fault(cell.path, "wrong_type", wrong)
        return
    if item.units and not entry.unit:
        yield Fault(
            cell.path,
            "unit_missing",
            message("{item}: the unit is missing; a number without one says nothing.", item=item.label),
        )
    elif entry.unit and entry.unit not in item.units:
        yield Fault(cell.path, "unit_unknown", _not_offered(item, entry.unit))
    elif item.is_number and _is_outside(item, item.possible, entry, known):
        yield Fault(cell.path, "outside_possible", _beyond(item, item.possible, entry, possible=True))
    if item.is_date:
        yield from _check_day(cell.path, item, text, known)
    if entry.date:
        yield from _check_sample_day(cell.path, item, plain(entry.date), known)


def _not_offered(item: Item, unit: str) -> Message:
    offered, meant = item.units or message("none"), meant_unit(unit, item.units)
    if meant is None:
        return message(
            "{item}: {unit} is not offered; units are: {units}.", item=item.label, unit=unit, units=offered
        )
    return message(
        "{item}: {unit} is not offered; units are: {units}. Did you mean {meant}?",
        item=item.label,
        unit=unit,
        units=offered,
        meant=meant,
    )


def check_expected(cell: Cell, entry: Entry, known: Known) -> Iterator[Fault]:
    """Find why a value should be asked back."""
    item = cell.item
    if item.is_number and _is_outside(item, item.expected, entry, known):
        yield Fault(cell.path, "outside_expected", _beyond(item, item.expected, entry, possible=False))


def may_be_censored(item: Item, types: Mapping[str, ConceptType]) -> bool:
    """Whether a result may be reported as below or above a limit (`<0.2`)."""
    return item.type == "number" and item.concept is not None and types[item.concept].kind == "measurement"


def find_wrong_type(item: Item, text: str, known: Known) -> Message | None:
    """Say why a text is no value of an item's type; None where it is one."""
    match item.type:
        case "number" | "calculated":
            if not _reads(text, censored=may_be_censored(item, known.types)):
                return _no_number(item, text)
        case "integer":
            if not _WHOLE.fullmatch(plain(text)):
                other = find_other_digit(text)
                if other is not None:
                    return message("{item}: {problem}", item=item.label, problem=other)
                return message("{item}: this is not a whole number.", item=item.label)
        case "boolean":
            if text not in ("true", "false"):
                return message("{item}: the answer is yes or no, written true or false.", item=item.label)
        case "choice" | "multiple_choice":
            offered = [entry.value for entry in known.lists[item.code_list or ""].entries]
            answers = text.split(SEPARATOR) if item.type == "multiple_choice" else [text]
            if not set(answers) <= set(offered):
                return message(
                    "{item}: this is none of the answers offered, which are {answers}.",
                    item=item.label,
                    answers=tuple(offered),
                )
            if len(answers) != len(set(answers)):
                return message("{item}: the same answer stands here twice.", item=item.label)
        case "time":
            if not _TIME.fullmatch(text):
                return message("{item}: a time of day is written as 08:30.", item=item.label)
        case "date" | "partial_date" | "date_time":
            return _wrong_date(item, text)
    return None


def _no_number(item: Item, text: str) -> Message:
    """Say what is wrong with a number: a decimal comma, a unit without a blank before it, or that it is none."""
    other = find_other_digit(text)
    if other is not None:
        return message("{item}: {problem}", item=item.label, problem=other)
    found = _NUMBER_AND_MORE.fullmatch(plain(text))
    if found is None or not ("," in found["number"] or found["more"]):
        return message("{item}: this is not a number.", item=item.label)
    if "," in found["number"]:
        return message(
            "{item}: {seen} is not a number. Decimals are written with a point, as in 60.5; nothing stands between "
            "thousands.",
            item=item.label,
            seen=shortened(text),
        )
    return message(
        "{item}: {seen} is not a number. A blank stands between the number and its unit: {number} {unit}.",
        item=item.label,
        seen=shortened(text),
        number=shortened(found["number"]),
        unit=shortened(found["more"].strip()),
    )


def _wrong_date(item: Item, text: str) -> Message | None:
    days, other = read_days(text), find_other_digit(text)
    if other is not None:
        return message("{item}: {problem}", item=item.label, problem=other)
    if item.type == "date_time":
        if days is None or not _DATE_TIME.fullmatch(text):
            return message("{item}: a date with time is written as 2026-05-28T08:30.", item=item.label)
    elif days is None or "T" in text or " " in text:
        return message("{item}: a date is written as 2026-05-28.", item=item.label)
    elif item.type == "date" and not days.exact:
        return message("{item}: the whole date is needed, as in 2026-05-28.", item=item.label)
    return None


def read_days(text: str) -> Days | None:
    """The days a date text may mean; None where it is none."""
    try:
        return parse_date(text)
    except UnreadableDate:
        return None


def _reads(text: str, *, censored: bool) -> bool:
    try:
        interval = parse_number(text)
    except UnreadableNumber:
        return False
    return interval.exact or censored


def _check_day(path: str, item: Item, text: str, known: Known) -> Iterator[Fault]:
    days = read_days(text)
    if days is None:
        return
    if days.first > known.today and not item.future:
        yield Fault(path, "date_in_future", message("{item}: the date lies in the future.", item=item.label))
    birth = read_days(known.birth) if known.birth else None
    if birth is not None and days.last < birth.first:
        yield Fault(
            path, "date_before_birth", message("{item}: the date lies before the birth.", item=item.label)
        )


def _check_sample_day(path: str, item: Item, text: str, known: Known) -> Iterator[Fault]:
    if read_days(text) is None:
        yield Fault(path, "wrong_type", message("{item}: a date is written as 2026-05-28.", item=item.label))
    else:
        yield from _check_day(path, item, text, known)


def _is_outside(item: Item, limits: Range | None, entry: Entry, known: Known) -> bool:
    return lies_outside(item, limits, parse_number(entry.value), entry.unit, known.types)


def lies_outside(
    item: Item, limits: Range | None, value: Interval, unit: str, types: Mapping[str, ConceptType]
) -> bool:
    """Whether a value lies outside limits as a whole; one only known to lie below or above something may be inside.

    `unit`: of the value, UCUM; limits are in the item's first unit. `types`: the study's concepts as the record reads
    them, for units that convert by the concept. A unit that does not convert says nothing.
    """
    if limits is None:
        return False
    conversion = _conversion(item, unit, types)
    if conversion is None:
        return False
    low, high = conversion(value.low), conversion(value.high)
    below = limits.low is not None and less(high, float(limits.low))
    above = limits.high is not None and greater(low, float(limits.high))
    return below or above


def _conversion(item: Item, unit: str, types: Mapping[str, ConceptType]) -> Conversion | None:
    """From the unit entered to the item's first one, in which its limits are written."""
    if not unit or unit == item.units[0]:
        return Conversion(1.0)
    bridges = types[item.concept].bridges if item.concept else ()
    try:
        return converter(unit, item.units[0], bridges)
    except UnitError:
        return None


def _beyond(item: Item, limits: Range | None, entry: Entry, *, possible: bool) -> Message:
    number = shortened(entry.value.strip())
    if item.type == "calculated":
        ends = (limits.low, limits.high) if limits else ()
        number = figure(float(entry.value), beside=[str(end) for end in ends if end is not None])
    said = f"{number} {entry.unit}".strip()
    within = say_limits(item, limits)
    if possible:
        return message(
            "{item}: {value} is not possible ({limits}).", item=item.label, value=said, limits=within
        )
    return message(
        "{item}: {value} is unusual (expected: {limits}). Please confirm or correct.",
        item=item.label,
        value=said,
        limits=within,
    )


def say_limits(item: Item, limits: Range | None) -> Message:
    """The limits of an item, with its first unit."""
    limits, unit = limits or Range(), item.units[0] if item.units else ""
    if limits.low is None:
        return message("at most {high}", high=f"{limits.high or ''} {unit}".strip())
    if limits.high is None:
        return message("at least {low}", low=f"{limits.low} {unit}".strip())
    return message("{low} to {high}", low=limits.low, high=f"{limits.high} {unit}".strip())
