"""The look-back windows of the BEAM criteria as day numbers (proleptic ordinals)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Edges:
    """The first day inside each window, and the reference date itself.

    Source: criteria.md, "Look-back windows" (inclusive at both ends; weeks are 7 days; months are calendar
    months) and "Screening window" (28 days).
    """

    today: int
    tomorrow: int
    pulse: int  # 14 days, I5
    screening: int  # 28 days: laboratory values, findings; also 4 weeks of E7c
    washout: int  # 84 days, E4
    month: int  # 1 calendar month, E5b
    quarter: int  # 3 calendar months, E1, E6a, E6b, E7a
    half_year: int  # 6 calendar months, E6d


def months_before(day: int, months: int) -> int:
    """The same day of an earlier calendar month, or that month's last day where it is shorter."""
    moment = date.fromordinal(day)
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return date(year, month + 1, min(moment.day, monthrange(year, month + 1)[1])).toordinal()


def edges(on: date) -> Edges:
    """The windows that look back from a reference date."""
    today = on.toordinal()
    return Edges(
        today=today,
        tomorrow=today + 1,
        pulse=today - 14,
        screening=today - 28,
        washout=today - 84,
        month=months_before(today, 1),
        quarter=months_before(today, 3),
        half_year=months_before(today, 6),
    )


def straddling(edge: int) -> str:
    """A partial date that may lie before `edge` or not; '' where a calendar has none (1 January)."""
    moment = date.fromordinal(edge)
    if moment.day != 1:
        return moment.isoformat()[:7]
    return moment.isoformat()[:4] if moment.month != 1 else ""


def born_for_age(on: date, age: int) -> tuple[int, int]:
    """The first and the last birth day that give these completed years on the reference date.

    Someone born on 29 February completes a year on 1 March in common years (criteria.md, "Reference date").
    """

    def last(years: int) -> int:
        try:
            return on.replace(year=on.year - years).toordinal()
        except ValueError:  # no 29 February in that year: 28 February completes it, 1 March does not
            return date(on.year - years, 2, 28).toordinal()

    return last(age + 1) + 1, last(age)
