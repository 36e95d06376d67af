"""One dose told twice is one dose: which days of a fact another source has told of.

A pulse day may stand in somebody's records, on a form and as an administration of the study. Doses of one day are
added, so the same dose in two places would count double. Therefore, day by day:

- a row of a form with a `day` and a `value` says what the whole dose of that day was: a record, or a dose of the study,
  of the same concept says it again; of several forms that tell of a day, the last one counts;
- a dose given as earlier care (`Dose.prior`) says again what a record of the same concept tells of that day.

- an exposure without an end, in a record or on a form, says only what was taken when it was entered: from the first dose
  of the same concept on, if it began no later, the doses tell. Those of the study for good, those of earlier care up to
  their last day.

What is told of further days counts on these. An uncertain day counts beside the form, as does a denial. Nothing is taken
off the record: only what is computed passes over it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from trialwright.record.fact import IGNORED_STATUSES, read_status
from trialwright.record.raw import RawFact
from trialwright.terms.dates import Days, UnreadableDate, parse_date

if TYPE_CHECKING:
    from trialwright.record.participant import FormRecord

LONGEST = 366
"""Days of an exposure that are looked at one by one; what lasts longer is no row of single days."""


class DayRow(NamedTuple):
    """A row of a form that says the whole dose of a day.

    `fact`: the id of the row's fact; `path`: form id, '#' and the path of the item with the amount. `position`: of its
    event; infinite while it is being entered.
    """

    fact: str
    path: str
    concept: str
    day: date
    form: str
    position: float


class Beside(NamedTuple):
    """A day of which the rows of a form tell, and something else as well.

    `fact`: the id of a record, of a dose, or of a row of an earlier form. `rows`: those that count. `whole`: forms tell
    of all its days.
    """

    fact: str
    day: date
    rows: tuple[DayRow, ...]
    whole: bool


class Earlier(NamedTuple):
    """A day of which a dose of earlier care tells, and one record as well; the record counts.

    `fact`: the id of the dose; `record`: that of the record.
    """

    fact: str
    day: date
    record: str


class Retold(NamedTuple):
    """What is told more than once.

    `days`: by fact those of its days that do not count, because something else tells of them; `beside`: every day of
    which a form tells and something else as well. `course`: by fact without an end the first and the last of its days of
    which doses tell, the last None where they tell of all that follow. `earlier`: every day of which one dose of earlier
    care tells, one record, and no form; where there are several, nobody knows which says the same.
    """

    days: Mapping[str, frozenset[date]]
    beside: tuple[Beside, ...]
    course: Mapping[str, tuple[date, date | None]] = MappingProxyType({})
    earlier: tuple[Earlier, ...] = ()


def find_retold(
    forms: Iterable[FormRecord],
    record: Iterable[RawFact],
    doses: Iterable[RawFact],
    prior: frozenset[str],
    *,
    entered: Iterable[RawFact] = (),
) -> Retold:
    """Find what is told more than once. `prior`: the ids of doses of earlier care; `entered`: what the forms state."""
    rows = [row for form in forms for row in _day_rows(form)]
    counted = _counted(rows)
    records = [fact for fact in record if _counts(fact)]
    recorded: dict[_Day, list[str]] = {}
    for fact in records if prior else ():
        for each in () if fact.fault else _days(fact):
            recorded.setdefault((fact.concept, each), []).append(fact.fact)
    retold: dict[str, frozenset[date]] = {}
    beside: list[Beside] = []
    for row in rows:
        rivals = counted[row.concept, row.day]
        if row not in rivals:
            retold[row.fact] = frozenset((row.day,))
            beside.append(Beside(row.fact, row.day, tuple(rivals), whole=True))
    given = [dose for dose in doses if _counts(dose)]
    earlier: dict[_Day, list[str]] = {}
    for fact in (*records, *given):
        days = [(fact.concept, day) for day in _days(fact)]
        told = [day for day in days if day in counted]
        again = [day for day in days if day in counted or (fact.fact in prior and day in recorded)]
        if again:
            retold[fact.fact] = frozenset(day for _, day in again)
        for day in again if fact.fact in prior else ():
            if day not in counted:
                earlier.setdefault(day, []).append(fact.fact)
        whole = len(told) == len(days)
        beside += (Beside(fact.fact, day[1], tuple(counted[day]), whole=whole) for day in told)
    without_end = (fact for fact in (*records, *entered) if _counts(fact) and _goes_on(fact))
    pairs = tuple(
        Earlier(doses_of[0], day[1], recorded[day][0])
        for day, doses_of in earlier.items()
        if len(doses_of) == len(recorded[day]) == 1
    )
    return Retold(retold, tuple(beside), _taken_over(without_end, given, prior), pairs)


def find_day_rows(forms: Iterable[FormRecord]) -> Mapping[tuple[str, date], tuple[DayRow, ...]]:
    """Find the rows of forms that say the whole dose of a day, by concept and day; of several forms the last one counts."""
    counted = _counted([row for form in forms for row in _day_rows(form)])
    return {day: tuple(rows) for day, rows in counted.items()}


def _counted(rows: Iterable[DayRow]) -> dict[_Day, list[DayRow]]:
    rows = tuple(rows)
    last: dict[_Day, DayRow] = {}
    for row in rows:
        known = last.get((row.concept, row.day))
        if known is None or row.position > known.position:
            last[row.concept, row.day] = row
    counted: dict[_Day, list[DayRow]] = {}
    for row in rows:
        if last[row.concept, row.day].form == row.form:
            counted.setdefault((row.concept, row.day), []).append(row)
    return counted


def _taken_over(
    facts: Iterable[RawFact], doses: Iterable[RawFact], prior: frozenset[str]
) -> Mapping[str, tuple[date, date | None]]:
    """The days of exposures without an end of which doses of the same concept tell."""
    courses: dict[str, tuple[date, date | None]] = {}
    for dose in doses:
        first = _exact(dose.start)
        if first is not None:
            last = _exact(dose.end) if dose.fact in prior else None
            known = courses.get(dose.concept, (first, last))
            ends = (last, known[1])
            courses[dose.concept] = min(first, known[0]), None if None in ends else max(filter(None, ends))
    found: dict[str, tuple[date, date | None]] = {}
    for fact in facts:
        course = courses.get(fact.concept)
        began = _first(fact.start)
        if course is not None and began is not None and began <= course[0]:
            found[fact.fact] = course
    return found


_Day = tuple[str, date]
"""A concept and a day."""


def _day_rows(form: FormRecord) -> tuple[DayRow, ...]:
    return form.kept.get("day_rows", None, lambda: tuple(_find_day_rows(form)))


def _find_day_rows(form: FormRecord) -> Iterator[DayRow]:
    amounts = {
        value.fact: value.path for value in form.items.values() if value.part == "value" and value.value
    }
    for value in form.items.values():
        if value.part == "day" and value.kind == "exposure" and value.fact in amounts:
            day = _exact(value.value)
            if day is not None:
                stated = [each.position for each in form.items.values() if each.fact == value.fact]
                position = max(stated) if all(stated) else math.inf
                yield DayRow(
                    f"{form.id}#{value.fact}",
                    f"{form.id}#{amounts[value.fact]}",
                    value.concept,
                    day,
                    form.id,
                    position,
                )


def _counts(fact: RawFact) -> bool:
    """Whether a fact says that something was given: no denial, and nothing set aside by its status."""
    status = fact.status.strip().lower().replace(" ", "-")
    return (
        fact.kind == "exposure"
        and fact.value.strip().lower() not in ("false", "no")
        and status not in IGNORED_STATUSES
    )


def _goes_on(fact: RawFact) -> bool:
    return read_status(fact.kind, fact.status, has_end=bool(fact.end)).end == "ongoing"


def _days(fact: RawFact) -> tuple[date, ...]:
    """The days of an exposure whose beginning and end are certain; else none."""
    start, end = _exact(fact.start), _exact(fact.end)
    if start is None or end is None or not 0 <= (end - start).days < LONGEST:
        return ()
    return tuple(start + timedelta(days=count) for count in range((end - start).days + 1))


def _exact(text: str) -> date | None:
    days = _parsed(text)
    return days.first if days is not None and days.exact else None


def _first(text: str) -> date | None:
    days = _parsed(text)
    return days.first if days is not None else None


def _parsed(text: str) -> Days | None:
    try:
        return parse_date(text) if text else None
    except UnreadableDate:
        return None


__all__ = ["Beside", "DayRow", "Earlier", "Retold", "find_day_rows", "find_retold"]
