"""Calendar days, partial dates and look-back windows.

A partial date (`2026-05`, `2026`) is the interval of days it may mean. No date at all is `UNDATED`.
A date-time is cut to the calendar date written in its own offset; nothing is shifted.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from trialwright.terms.digits import ordinary

EARLIEST = date(1900, 1, 1)
"""No day or moment of a trial lies before it, a slip of the pen apart: nobody who takes part was born earlier."""
LATEST = date(2999, 12, 31)
"""No day or moment of a trial lies after it: what is planned from a day on must still lie in the calendar."""
FIRST_DAY = date(1, 1, 1)
LAST_DAY = date(9999, 12, 31)
_LAST_ORDINAL = LAST_DAY.toordinal()
_IN_EVERY_MONTH = 28

_FULL = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ].*)?$")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})$")
_YEAR = re.compile(r"([0-9]{4})$")
_LENGTH = re.compile(r"([0-9]{1,9})\s*(d|wk|mo|a)$")


class UnreadableDate(ValueError):
    """The text is not an ISO 8601 date, date-time or partial date."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days a date may mean, both ends included."""

    first: date
    last: date

    @property
    def exact(self) -> bool:
        """Whether the date names one day."""
        return self.first == self.last


@lru_cache(maxsize=65536)
def parse_date(text: str) -> Days:
    """Read an ISO 8601 date, date-time or partial date; raise `UnreadableDate` for anything else."""
    text = ordinary(text)
    try:
        if match := _FULL.match(text):
            day = date(int(match[1]), int(match[2]), int(match[3]))
            return Days(day, day)
        if match := _MONTH.match(text):
            year, month = int(match[1]), int(match[2])
            return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        if match := _YEAR.match(text):
            return Days(date(int(match[1]), 1, 1), date(int(match[1]), 12, 31))
    except ValueError as error:
        raise UnreadableDate(text) from error
    raise UnreadableDate(text)


def parse_day(text: str) -> date:
    """Read one whole day, written 2026-11-01; raise `UnreadableDate` for anything else, also for other ISO forms."""
    text = ordinary(text)
    try:
        if match := _DAY.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise UnreadableDate(text) from error
    raise UnreadableDate(text)


def is_date(text: str) -> bool:
    """Whether a text is an ISO 8601 date, date-time or partial date."""
    try:
        parse_date(text)
    except UnreadableDate:
        return False
    return True


def add_months(day: date, months: int) -> date:
    """The same day of another calendar month, or that month's last day where it is shorter.

    31 May minus 3 months is 28 February (29 in a leap year). Clamped to the calendar's ends.
    """
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    if year < 1:
        return FIRST_DAY
    if year > 9999:
        return LAST_DAY
    if day.day <= _IN_EVERY_MONTH:
        return date(year, month + 1, day.day)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    """A day so many days later (earlier if negative), clamped to the calendar's ends."""
    ordinal = day.toordinal() + days
    if ordinal < 1:
        return FIRST_DAY
    if ordinal > _LAST_ORDINAL:
        return LAST_DAY
    return date.fromordinal(ordinal)


def completed_years(birth: date, on: date) -> int:
    """Age in completed years; someone born on 29 February completes a year on 1 March in common years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


@dataclass(frozen=True, slots=True)
class Length:
    """A length of calendar time: days (`d`), weeks of 7 days (`wk`), calendar months (`mo`) or years (`a`)."""

    count: int
    unit: str

    def before(self, day: date) -> date:
        """The first day of a window of this length that ends on `day`, both ends included."""
        if self.unit == "mo":
            return add_months(day, -self.count)
        if self.unit == "a":
            return add_months(day, -12 * self.count)
        return add_days(day, -self.days)

    @property
    def days(self) -> int:
        """The length in days; only for days and weeks."""
        if self.unit not in ("d", "wk"):
            raise ValueError(f"{self.unit} has no fixed number of days")
        return self.count * (7 if self.unit == "wk" else 1)


def parse_length(text: str) -> Length:
    """Read `28 d`, `12 wk`, `3 mo` or `1 a`; raise `ValueError` for anything else."""
    if match := _LENGTH.match(text.strip()):
        return Length(int(match[1]), match[2])
    raise ValueError(text)


ONE_DAY = timedelta(days=1)
