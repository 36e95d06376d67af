"""Which of a site's reference ranges applies to a result."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trialwright.record.books.study import Range
from trialwright.record.fact import ConceptType
from trialwright.terms.dates import UnreadableDate, completed_years, parse_date
from trialwright.terms.quantity import UnreadableNumber, parse_number
from trialwright.terms.units import UnitError, converter

Limits = tuple[str, str]
NO_LIMITS: Limits = ("", "")


def pick_range(
    ranges: Iterable[Range], *, concept: ConceptType, unit: str, sex: str, birth: str, day: str
) -> Limits:
    """The lower and upper limit for a result, in the unit of the result; '' where the site has none.

    `unit`: of the result, UCUM. `sex`: female | male | other | unknown. `birth`, `day`: ISO dates, perhaps partial, or
    ''. A range for the person's own sex goes before one for any; of several the one valid from the latest day on counts.
    Where an imprecise date leaves more than one answer there is none.
    """
    own = [one for one in ranges if one.concept == concept.name]
    if not own:
        return NO_LIMITS
    found = {_pick(own, sex, born, on) for on in _days(day) for born in (_days(birth) or (None,))}
    if len(found) != 1:
        return NO_LIMITS
    (chosen,) = found
    return NO_LIMITS if chosen is None else _in_unit(chosen, unit, concept)


def _days(text: str) -> tuple[date, ...]:
    try:
        days = parse_date(text)
    except UnreadableDate:
        return ()
    return (days.first, days.last)


def _pick(ranges: list[Range], sex: str, birth: date | None, day: date) -> Range | None:
    age = None if birth is None else completed_years(birth, day)
    fitting = [
        (one.valid_from, one.sex != "", index)
        for index, one in enumerate(ranges)
        if one.sex in ("", sex)
        and one.valid_from <= day.isoformat()
        and (age is not None and one.age_from <= age <= one.age_to)
    ]
    return ranges[max(fitting)[2]] if fitting else None


def _in_unit(chosen: Range, unit: str, concept: ConceptType) -> Limits:
    if chosen.unit == unit:
        return chosen.low, chosen.high
    try:
        conversion = converter(chosen.unit, unit, concept.bridges)
        low, high = (
            f"{conversion(parse_number(text).low):.12g}" if text else "" for text in (chosen.low, chosen.high)
        )
    except (UnitError, UnreadableNumber):
        return NO_LIMITS
    return low, high
