"""From which day to which day a person could join, if nothing new happens.

A criterion is judged on the days on which it can change, and holds its verdict between them. While one fails, no other
is looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from trialwright.eligibility.changes import change_days
from trialwright.eligibility.verdict import CriterionVerdict, is_assessed, is_dead, start, verdict_on
from trialwright.logic.interpreter import Context, Setting
from trialwright.record.fact import Person
from trialwright.study.rules import Rule
from trialwright.terms.dates import add_days

HORIZON = 365
NEVER = date.max


@dataclass(frozen=True, slots=True)
class Calendar:
    """`eligible_from` to `valid_until`: the first run of days on which every criterion passes.

    `possible_from` to `possible_until`: the first run on which none fails. All None where there is no such day
    within 365 days.
    """

    eligible_from: date | None = None
    valid_until: date | None = None
    possible_from: date | None = None
    possible_until: date | None = None


NO_CALENDAR = Calendar()


def plan_calendar(person: Person, rules: Sequence[Rule], *, on: date, setting: Setting) -> Calendar:
    """Judge a person on every day from `on` to `on` + 365 on which a verdict can change."""
    if is_dead(person, on):
        return NO_CALENDAR
    end = add_days(on, HORIZON)
    year = _Year(start(person, on=on, setting=setting), end)
    courses = [_Course(rule, year) for rule in rules if is_assessed(rule, setting)]
    passing, possible = _Run(), _Run()
    for day, worst in _states(courses, on):
        passing.add(day, holds=worst == "pass")
        possible.add(day, holds=worst != "fail")
        if possible.over and (passing.over or any(course.never_passes() for course in courses)):
            break
    return Calendar(passing.first, passing.last(end), possible.first, possible.last(end))


@dataclass(slots=True)
class _Year:
    """One person on the days up to `end`, with what is known on the first; criteria share what is found on a day."""

    first: Context
    end: date
    days: dict[date, Context] = field(default_factory=dict)

    def on(self, day: date) -> Context:
        """The person on a day."""
        if day not in self.days:
            self.days[day] = self.first.on(day)
        return self.days[day]


@dataclass(slots=True, eq=False)
class _Course:
    """One criterion through the year: the verdict of the day last asked for, which holds on all days before `until`."""

    rule: Rule
    year: _Year
    verdict: CriterionVerdict | None = None
    until: date = date.min
    _changes: list[date] | None = None

    def on(self, day: date) -> CriterionVerdict | None:
        """The verdict of a day not before the day last asked for."""
        if day >= self.until:
            self.verdict = verdict_on(self.rule, self.year.on(day))
            self.until = self._next_change(day)
        return self.verdict

    def _next_change(self, day: date) -> date:
        if self._changes is None:
            self._changes = change_days(self.rule, self.year.first, self.year.end)
        later = bisect_right(self._changes, day)
        return self._changes[later] if later < len(self._changes) else NEVER

    def never_passes(self) -> bool:
        """Whether the verdict is no pass and stays what it is."""
        return self.until == NEVER and self.verdict != "pass"


def _states(courses: list[_Course], on: date) -> Iterator[tuple[date, CriterionVerdict]]:
    """The days on which the worst verdict of all can change, with it; a criterion that fails is asked first."""
    day = on
    while day < NEVER:
        failing = next((course for course in courses if course.on(day) == "fail"), None)
        if failing is not None:
            yield day, "fail"
            courses.remove(failing)
            courses.insert(0, failing)
            day = failing.until
            continue
        yield day, "unknown" if any(course.verdict == "unknown" for course in courses) else "pass"
        day = min((course.until for course in courses), default=NEVER)


@dataclass(slots=True)
class _Run:
    """The first run of days on which something holds, as the days on which it may change come by."""

    first: date | None = None
    stopped: date | None = None

    @property
    def over(self) -> bool:
        """Whether there was such a run and it has ended."""
        return self.stopped is not None

    def add(self, day: date, *, holds: bool) -> None:
        """What holds from a day on."""
        if holds and self.first is None:
            self.first = day
        elif not holds and self.first is not None and self.stopped is None:
            self.stopped = day

    def last(self, end: date) -> date | None:
        """The last day of the run."""
        if self.first is None:
            return None
        return end if self.stopped is None else add_days(self.stopped, -1)
