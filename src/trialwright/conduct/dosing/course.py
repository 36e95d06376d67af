"""A course of few days with a limited sum, such as a steroid pulse: what it has been so far, and whether it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from trialwright.conduct.dosing.amounts import Amount, read_amount, read_dose
from trialwright.conduct.dosing.case import Case
from trialwright.conduct.dosing.present import exact_day
from trialwright.conduct.dosing.proposal import Alert, Because, DoseProposal
from trialwright.record.participant import Participant
from trialwright.record.repeated import find_day_rows
from trialwright.record.taken import per_day
from trialwright.study.design import Intervention
from trialwright.study.prose.figures import duration
from trialwright.study.schedule import parse_offset
from trialwright.terms.dates import ONE_DAY, add_days, parse_length
from trialwright.terms.message import message
from trialwright.terms.units import UnitError


class _Course(NamedTuple):
    """The days on which doses were given, and their sum, in the unit of the dose without its day."""

    days: frozenset[date]
    total: Amount
    facts: tuple[str, ...]


def propose_course(case: Case) -> DoseProposal:
    """Propose the dose of one more day of a course, as long as neither its days nor its sum pass their limits."""
    base = DoseProposal(case.intervention.id, case.on, "refused")
    daily = read_amount(case.regimen.steps[0].amount or "")
    course = _read(case, daily)
    if isinstance(course, Because):
        return replace(base, missing=(course,))
    said = message(
        "So far the course has had {days} and {total}.",
        days=duration(str(len(course.days)), "d"),
        total=course.total.shown,
    )
    so_far = Because(said, course.facts)
    total = Amount(course.total.value + daily.value, course.total.unit)
    full = _full(case, course, total)
    if full is not None:
        return replace(base, outcome="not_planned", rule=case.rule("course_full"), because=(so_far, full))
    planned = Because(message("The protocol plans {dose}.", dose=daily.shown))
    return replace(
        base,
        outcome="give",
        amount=daily,
        rule=case.rule("planned"),
        because=(so_far, planned),
        alerts=_enough(case, course),
    )


def _read(case: Case, daily: Amount) -> _Course | Because:
    """The course that is under way on the day; one whose last dose lies further back than its gap is over."""
    unit = daily.unit.removesuffix("/d")
    empty = _Course(frozenset(), Amount(Fraction(0), unit), ())
    anchor = case.anchors[case.regimen.course or ""]
    if anchor.day is None:
        if not anchor.because:
            return empty
        said = message(
            "The first day of the course is not known: it waits for {what}.",
            what=anchor.waits_for or message("its anchor"),
        )
        return Because(said)
    told = _told_by_forms(case, daily, since=anchor.day)
    if isinstance(told, Because):
        return told
    given = dict(told)
    for dose in case.participant.taken():
        if dose.intervention != case.intervention.id:
            continue
        amount, first = _per_day(dose.amount, dose.unit, daily), exact_day(dose.start)
        last = case.on if dose.ongoing else exact_day(dose.end or dose.start)
        if amount is None or first is None or last is None:
            said = message("A dose of the course is not exactly known.")
            return Because(said, (f"dose/{dose.number}",))
        for day in _days_between(max(first, anchor.day), min(last, add_days(case.on, -1))) - told.keys():
            before, facts = given.get(day, (Fraction(0), ()))
            given[day] = before + amount, (*facts, f"dose/{dose.number}")
    gap = max((parse_length(event.gap).days for event in anchor.anchor.events if event.gap), default=1)
    days = _last_run(given, until=case.on, gap=gap)
    total = sum((given[day][0] for day in days), Fraction(0))
    return _Course(
        frozenset(days), Amount(total, unit), tuple(dict.fromkeys(f for day in days for f in given[day][1]))
    )


def _last_run(given: Iterable[date], *, until: date, gap: int) -> list[date]:
    """The days of the last course before a day, none of them further than the gap from the next; none where it is over."""
    days: list[date] = []
    for day in sorted(given, reverse=True):
        if ((days[-1] if days else until) - day).days > gap:
            break
        days.append(day)
    return days[::-1]


def _told_by_forms(
    case: Case, daily: Amount, *, since: date
) -> Mapping[date, tuple[Fraction, tuple[str, ...]]] | Because:
    """The amount of each day of which forms say the whole dose, with the facts; a dose of the same day says it again.

    **Source**: decision 0052, one dose told twice is one dose.
    """
    found: dict[date, tuple[Fraction, tuple[str, ...]]] = {}
    for (concept, day), rows in find_day_rows(case.participant.exposure_forms()).items():
        if concept != case.intervention.concept or not since <= day < case.on:
            continue
        values = [case.participant.forms[row.form].items[row.path.partition("#")[2]] for row in rows]
        amounts = [_per_day(value.value, value.unit, daily) for value in values]
        if None in amounts:
            said = message("A dose of the course is not exactly known.")
            return Because(said, tuple(row.fact for row in rows))
        total = sum(filter(None, amounts), Fraction(0))
        if total:
            found[day] = total, tuple(row.fact for row in rows)
    return found


def find_last_course(case: Case) -> _Course | None:
    """The course under way on the day of a case; None where that is not exactly known."""
    course = _read(case, read_amount(case.regimen.steps[0].amount or ""))
    return None if isinstance(course, Because) else course


def last_day(participant: Participant, intervention: Intervention) -> date | None:
    """The last day on which an intervention was given, by its doses and by forms; None where nothing is exactly known."""
    doses = [
        dose for dose in participant.taken() if dose.intervention == intervention.id and not dose.ongoing
    ]
    ended = [day for dose in doses if (day := exact_day(dose.end or dose.start)) is not None]
    rows = find_day_rows(participant.exposure_forms())
    told = [day for concept, day in rows if concept and concept == intervention.concept]
    return max([*ended, *told], default=None)


def _per_day(number: str, unit: str, daily: Amount) -> Fraction | None:
    """How much a dose is on each of its days, in the unit of the course; None where that is not exactly known."""
    amount = read_dose(number, unit)
    if amount is None:
        return None
    try:
        of_course = daily.unit if per_day(amount.unit) else daily.unit.removesuffix("/d")
        return amount.to(of_course).value
    except UnitError:
        return None


def _days_between(first: date, last: date) -> set[date]:
    found, day = set(), first
    while day <= last:
        found.add(day)
        day += ONE_DAY
    return found


def _full(case: Case, course: _Course, total: Amount) -> Because | None:
    regimen = case.regimen
    if regimen.lasts_at_most and course.days:
        end = parse_offset(regimen.lasts_at_most).after(min(course.days))
        most = (end - min(course.days)).days
        if len(course.days) >= most:
            return Because(message("A course lasts at most {days}.", days=duration(str(most), "d")))
    highest = case.limit(regimen.total_high)
    if highest is not None and total.value > highest.to(total.unit).value:
        return Because(
            message(
                "One more dose would make {total}, more than the {limit} allowed.",
                total=total.shown,
                limit=highest.shown,
            )
        )
    return None


def _enough(case: Case, course: _Course) -> tuple[Alert, ...]:
    """Whether the course has reached its least days and least sum, so that it may end."""
    regimen = case.regimen
    least, lowest = regimen.lasts_at_least, case.limit(regimen.total_low)
    long_enough = least is None or len(course.days) >= parse_length(least).days
    large_enough = lowest is None or course.total.value >= lowest.to(course.total.unit).value
    if not (course.days and long_enough and large_enough):
        return ()
    said = message(
        "The course has reached its least length and sum; the investigator decides whether it goes on."
    )
    return (Alert("course_complete", said, course.facts),)
