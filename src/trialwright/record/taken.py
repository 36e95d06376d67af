"""Which of the doses on record were taken, and until when: one daily dose at a time.

A dose per day says what the whole dose of its days was, so two of them never add up. Of the doses of one intervention,
in the order of their first days and, on one and the same day, of their entry, each replaces the one before it from its
first day on: that one ends the day before. One that began on the same day lasted zero days; it stays in the ledger, and
nothing of it was taken. Only single administrations, such as two infusions of one day, stand beside each other.

Whatever adds doses, or asks for the dose of a day, reads it from here: totals and days of exposure, the present dose and
what is proposed from it, the facts that rules read (prednisone at week 24 among them), days without a dose, the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from trialwright.terms.dates import ONE_DAY, UnreadableDate, parse_date

if TYPE_CHECKING:
    from trialwright.record.participant import Dose


def taken_doses(doses: Sequence[Dose]) -> tuple[Dose, ...]:
    """Give the doses as they were taken, in the order of their entry.

    `doses`: of one participant, of any interventions. Those that were replaced end on the day before the one that
    replaced them (`ongoing` false); those of zero days are left out. A dose whose first day is not exactly known
    replaces none and stays as it is.
    """
    shown = dict(enumerate(doses))
    for own in _by_intervention(doses):
        dated = sorted(
            (day, doses[place].number, place) for place in own if (day := _day(doses[place].start))
        )
        for index, (_, _, place) in enumerate(dated):
            later = (day for day, _, other in dated[index + 1 :] if _replaces(doses[other], doses[place]))
            replaced = min(later, default=None)
            if replaced is not None:
                _shorten(shown, place, replaced - ONE_DAY)
    return tuple(shown.values())


def per_day(unit: str) -> bool:
    """Whether an amount in this unit is the dose of a whole day (mg/d)."""
    return unit.endswith("/d")


def is_single(dose: Dose) -> bool:
    """Whether a dose is one administration on one day."""
    return not dose.ongoing and dose.start == dose.end and not per_day(dose.unit)


def _by_intervention(doses: Sequence[Dose]) -> Iterable[list[int]]:
    """The places of the doses of each intervention."""
    places: dict[str, list[int]] = {}
    for place, dose in enumerate(doses):
        places.setdefault(dose.intervention, []).append(place)
    return places.values()


def _replaces(later: Dose, dose: Dose) -> bool:
    return not (is_single(later) and is_single(dose))


def _shorten(shown: dict[int, Dose], place: int, last: date) -> None:
    """End a dose on a day, unless it ended before it; nothing is left of one that would begin after it."""
    dose = shown[place]
    first, end = _day(dose.start), None if dose.ongoing else _day(dose.end)
    if first is not None and first > last:
        del shown[place]
    elif dose.ongoing or (end is not None and end > last):
        shown[place] = dose._replace(end=last.isoformat(), ongoing=False)


def _day(text: str) -> date | None:
    """The day of a date text; None where it is no exact day."""
    try:
        days = parse_date(text)
    except UnreadableDate:
        return None
    return days.first if days.exact else None
