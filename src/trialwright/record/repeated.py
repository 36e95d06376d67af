"""One dose told twice is one dose: which facts say again what another source has said.

A pulse day may stand in somebody's records, on a form and as an administration of the study. Doses of one day are
added, so the same dose in two places would count double. Therefore:

- a row of a form with a `day` and a `value` says what the whole dose of that day was: a record, or a dose of the study,
  of the same concept and of no other days says it again; of several forms that tell of a day, the last one counts;
- a dose given as earlier care (`Dose.prior`) says again what a record of the same concept tells of all its days.

What says only in part the same (other days, an uncertain day, an end not known) counts beside it, as does a denial.
Nothing is taken off the record: only what is computed passes over it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from trialwright.record.fact import IGNORED_STATUSES
from trialwright.record.raw import RawFact
from trialwright.terms.dates import UnreadableDate, parse_date

if TYPE_CHECKING:
    from trialwright.record.participant import FormRecord

LONGEST = 366
"""Days of an exposure that are looked at one by one; what lasts longer is no row of single days."""


class DayRow(NamedTuple):
    """A row of a form that says the whole dose of a day. `position`: of its event; infinite while it is being entered."""

    fact: str
    concept: str
    day: date
    form: str
    position: float


def find_repeated(
    forms: Iterable[FormRecord],
    record: Iterable[RawFact],
    doses: Iterable[RawFact],
    prior: frozenset[str],
) -> frozenset[str]:
    """Give the ids of the facts that say again what another one says. `prior`: the ids of doses of earlier care."""
    rows = [row for form in forms for row in _day_rows(form)]
    last: dict[tuple[str, date], DayRow] = {}
    for row in rows:
        known = last.get((row.concept, row.day))
        if known is None or row.position > known.position:
            last[row.concept, row.day] = row
    told = _by_concept(last)
    records = [fact for fact in record if _counts(fact)]
    recorded = _by_concept((fact.concept, day) for fact in records if not fact.fault for day in _days(fact))
    found = {row.fact for row in rows if last[row.concept, row.day].form != row.form}
    found |= {fact.fact for fact in records if _is_within(fact, told)}
    for dose in doses:
        if _counts(dose) and (_is_within(dose, told) or (dose.fact in prior and _is_within(dose, recorded))):
            found.add(dose.fact)
    return frozenset(found)


def _day_rows(form: FormRecord) -> tuple[DayRow, ...]:
    return form.kept.get("day_rows", None, lambda: tuple(_find_day_rows(form)))


def _find_day_rows(form: FormRecord) -> Iterator[DayRow]:
    dosed = {value.fact for value in form.items.values() if value.part == "value" and value.value}
    for value in form.items.values():
        if value.part == "day" and value.kind == "exposure" and value.fact in dosed:
            day = _exact(value.value)
            if day is not None:
                stated = [each.position for each in form.items.values() if each.fact == value.fact]
                position = max(stated) if all(stated) else math.inf
                yield DayRow(f"{form.id}#{value.fact}", value.concept, day, form.id, position)


def _by_concept(told: Iterable[tuple[str, date]]) -> Mapping[str, set[date]]:
    found: dict[str, set[date]] = {}
    for concept, day in told:
        found.setdefault(concept, set()).add(day)
    return found


def _counts(fact: RawFact) -> bool:
    """Whether a fact says that something was given: no denial, and nothing set aside by its status."""
    status = fact.status.strip().lower().replace(" ", "-")
    return (
        fact.kind == "exposure"
        and fact.value.strip().lower() not in ("false", "no")
        and status not in IGNORED_STATUSES
    )


def _is_within(fact: RawFact, told: Mapping[str, set[date]]) -> bool:
    days = _days(fact) if fact.concept in told else ()
    return bool(days) and told[fact.concept].issuperset(days)


def _days(fact: RawFact) -> tuple[date, ...]:
    """The days of an exposure whose beginning and end are certain; else none."""
    start, end = _exact(fact.start), _exact(fact.end)
    if start is None or end is None or not 0 <= (end - start).days < LONGEST:
        return ()
    return tuple(start + timedelta(days=count) for count in range((end - start).days + 1))


def _exact(text: str) -> date | None:
    try:
        days = parse_date(text) if text else None
    except UnreadableDate:
        return None
    return days.first if days is not None and days.exact else None


__all__ = ["find_repeated"]
