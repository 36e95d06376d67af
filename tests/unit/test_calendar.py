"""The calendar judges only days on which something can change; here every one of the 366 days is judged."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby, pairwise

import pytest

from tests.unit.eligibility_support import ON, SCREENING, SEARCH, beam, row, rules, somebody, typed
from trialwright.eligibility.calendar import (
    HORIZON,
    NO_CALENDAR,
    Calendar,
    plan_calendar,
)
from trialwright.eligibility.changes import change_days, first_day_without
from trialwright.eligibility.verdict import judge, start
from trialwright.logic.interpreter import Setting
from trialwright.record import Person, RawFact, RawPerson
from trialwright.study.criteria import KINDS, Scope
from trialwright.study.rules import Rule
from trialwright.terms.dates import Length

DAYS = [ON + timedelta(days=count) for count in range(HORIZON + 1)]
END = DAYS[-1]
Verdicts = list[str]


def verdicts(person: Person, rule: Rule, setting: Setting) -> Verdicts:
    """The verdict of one criterion on each of the 366 days, with what is known on the first."""
    return [judge(rule, person, start(person, on=ON, setting=setting, day=day)).verdict for day in DAYS]


def first_run(good: Sequence[bool]) -> tuple[date | None, date | None]:
    runs = [
        (value, [day for _, day in days])
        for value, days in groupby(zip(good, DAYS, strict=True), lambda each: each[0])
    ]
    return next(((days[0], days[-1]) for value, days in runs if value), (None, None))


def by_brute_force(courses: Sequence[Verdicts]) -> Calendar:
    passing = [all(each in ("pass", "not_assessed") for each in day) for day in zip(*courses, strict=True)]
    possible = ["fail" not in day for day in zip(*courses, strict=True)]
    return Calendar(*first_run(passing), *first_run(possible))


def check(person: Person, chosen: Sequence[Rule], setting: Setting) -> Calendar:
    """Hold the calendar of each criterion alone, and of all together, against brute force; give the latter."""
    courses = []
    first = start(person, on=ON, setting=setting)
    for rule in chosen:
        course = verdicts(person, rule, setting)
        courses.append(course)
        assert plan_calendar(person, [rule], on=ON, setting=setting) == by_brute_force([course]), rule.id
        changed = {day for day, (old, new) in zip(DAYS[1:], pairwise(course), strict=True) if old != new}
        assert changed <= set(change_days(rule, first, END)), (rule.id, rule.name)
    whole = by_brute_force(courses)
    assert plan_calendar(person, chosen, on=ON, setting=setting) == whole
    return whole


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# The base person has results of 2026-05-20 (SLEDAI) and 2026-05-28. A window of n days holds the day n days before it
# (criteria.md, Durations), so SLEDAI counts up to 2026-06-17. Reading I5=planned unless the case is about the pulse.
CASES: dict[str, tuple[Callable[[], Person], dict[str, str], str | None, str | None, str | None, str | None]] = {
    "a result leaves the window": (
        somebody, {"I5": "planned"}, "2026-06-01", "2026-06-17", "2026-06-01", "2027-06-01",
    ),
    "the first pulse day leaves the 14 days": (  # 25 May + 14 d; then 1.0 g are left, below 1.5 g
        somebody, {}, "2026-06-01", "2026-06-08", "2026-06-01", "2026-06-08",
    ),
    "a washout of 12 weeks ends": (  # 20 March + 84 d = 12 June, the last day that excludes
        lambda: somebody(row("mycophenolate", "1000", start="2026-01-01", end="2026-03-20", status="completed")),
        {"I5": "planned"}, "2026-06-13", "2026-06-17", "2026-06-13", "2027-06-01",
    ),
    "76th birthday": (
        lambda: somebody(birth="1950-06-11"), {"I5": "planned"},
        "2026-06-01", "2026-06-10", "2026-06-01", "2026-06-10",
    ),
    "18th birthday": (
        lambda: somebody(birth="2008-06-10"), {"I5": "planned"},
        "2026-06-10", "2026-06-17", "2026-06-10", "2027-06-01",
    ),
    "the 18th birthday may be any day of the month": (  # possible from the 1st, certain from the 30th on
        lambda: somebody(birth="2008-06"), {"I5": "planned"}, None, None, "2026-06-01", "2027-06-01",
    ),
    "the admission no longer counts": (  # 10 May + 28 d = 7 June; then the month is counted from the day itself
        lambda: somebody(
            row("admission", "true", start="2026-05-10", fact="f1"),
            row("antibiotic_iv", "1000", start="2026-04-10", end="2026-04-12", status="completed", fact="f2"),
        ),
        {"I5": "planned"}, "2026-06-08", "2026-06-17", "2026-06-08", "2027-06-01",
    ),
    "three calendar months": (  # 10 March is within 3 months up to 10 June
        lambda: somebody(row("hepatitis_b", start="2026-01-05", end="2026-03-10", status="resolved")),
        {"I5": "planned"}, "2026-06-11", "2026-06-17", "2026-06-11", "2027-06-01",
    ),
    "running ciclosporin becomes 14 days long": (  # 25 May is day 1, 7 June is day 14
        lambda: somebody(row("ciclosporin", "150", start="2026-05-25", status="active")),
        {"I5": "planned"}, "2026-06-01", "2026-06-06", "2026-06-01", "2026-06-06",
    ),
    "running ciclosporin without a start is 14 days long for certain on the 14th day": (
        lambda: somebody(row("ciclosporin", "150", status="active")),
        {"I5": "planned"}, None, None, "2026-06-01", "2026-06-13",
    ),
    "an exposure that goes on": (
        lambda: somebody(row("mycophenolate", "1000", start="2026-01-01", status="active")),
        {"I5": "planned"}, None, None, None, None,
    ),
    "an end known by its month": (  # certain up to 1 March + 84 d = 24 May, possible up to 31 March + 84 d = 23 June
        lambda: somebody(row("mycophenolate", "1000", start="2026-01-01", end="2026-03", status="completed")),
        {"I5": "planned"}, None, None, "2026-06-01", "2027-06-01",
    ),
    "a start known by its year": (
        lambda: somebody(row("cyclophosphamide", "500", start="2025", end="2026-03-15", status="completed")),
        {"I5": "planned"}, "2026-06-08", "2026-06-17", "2026-06-08", "2027-06-01",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_calendar_equals_every_day_judged(name: str) -> None:
    make, readings, *expected = CASES[name]
    found = check(make(), rules(**readings), SEARCH)
    assert (found.eligible_from, found.valid_until, found.possible_from, found.possible_until) == tuple(
        day(each) for each in expected
    )


def test_the_dead_have_no_calendar() -> None:
    assert plan_calendar(somebody(death="2026-05"), rules(), on=ON, setting=SEARCH) == NO_CALENDAR


def test_an_unreadable_record_leaves_only_possible_days() -> None:
    found = check(somebody(unreadable=["alt"]), rules(I5="planned"), SEARCH)
    assert found == Calendar(None, None, ON, END)


def test_an_unreadable_record_stops_no_clock() -> None:
    """What no criterion reads changes nothing; what one reads leaves the others their days."""
    nothing_reads_it = somebody(unreadable=["methylprednisolone_iv"])
    found = check(nothing_reads_it, rules(I5="planned"), SEARCH)
    assert (found.eligible_from, found.valid_until) == (ON, date(2026, 6, 17))
    turns_76 = somebody(birth="1950-06-11", unreadable=["alt"])
    found = check(turns_76, rules(I5="planned"), SEARCH)
    assert (found.possible_from, found.possible_until) == (ON, date(2026, 6, 10))


@pytest.mark.parametrize(
    "length",
    [*(Length(count, "mo") for count in range(1, 15)), Length(1, "a"), Length(4, "a"), Length(14, "d")],
    ids=lambda each: f"{each.count} {each.unit}",
)
def test_first_day_without(length: Length) -> None:
    """For every day of two years, one of them a leap year."""
    for last in (date(2023, 1, 1) + timedelta(days=count) for count in range(800)):
        found = first_day_without(length, last)
        assert length.before(found) > last
        assert length.before(found - timedelta(days=1)) <= last


def test_the_end_of_the_calendar_is_reached_by_no_window() -> None:
    """A record that says 9999-12-01 means no end; it must not be counted beyond the last day there is."""
    assert first_day_without(Length(3, "mo"), date(9999, 12, 1)) == date.max
    assert first_day_without(Length(28, "d"), date(9999, 12, 30)) == date.max


AGO = (0, 1, 3, 5, 12, 13, 14, 15, 26, 27, 28, 29, 30, 31, 60, 82, 83, 84, 85, 91, 92, 93, 180, 200, 400)
OPEN = ("active", "", "completed", "resolved", "provisional", "recurrence")


def random_row(source: random.Random, number: int) -> RawFact:
    """A row about a concept that BEAM reads: whole, partial and missing dates, open ends, doubts."""
    concept = source.choice(sorted({name for rule in rules() for name in rule.concepts}))
    about = beam().study.concept(concept)
    begun = ON - timedelta(days=source.choice(AGO))
    text = source.choice([begun.isoformat()] * 8 + [begun.isoformat()[:7], begun.isoformat()[:4], ""])
    more: dict[str, str] = {"start": text, "fact": f"r{number}"}
    if about.kind == "finding":
        values = ("true", "false") if about.values in ((), ("boolean",), "boolean") else tuple(about.values)
        return row(concept, source.choice(values), **more)
    if about.kind == "measurement":
        value = source.choice(["0.5", "1", "2.9", "3", "12", "40", "60", "170", "<3", ">3", "unclear"])
        return row(concept, value, high=source.choice(["", "10", "40"]), **more)
    more["status"] = source.choice(OPEN)
    if source.random() < 0.6:
        ended = begun + timedelta(days=source.choice([0, 1, 2, 6, 13, 14, 27, 28, 80]))
        more["end"] = source.choice([ended.isoformat()] * 5 + [ended.isoformat()[:7]])
    value = source.choice(["500", "250", "1000", "30", ""]) if about.kind == "exposure" else ""
    return row(concept, "false" if source.random() < 0.1 else value, **more)


@pytest.mark.parametrize("seed", range(60))
def test_random_people(seed: int) -> None:
    """Random rows on top of the base person or of nothing, in either mode, in any reading."""
    source = random.Random(seed)
    rows = [random_row(source, number) for number in range(source.randint(2, 14))]
    birth = source.choice(["1990-01-01", "1950-10-05", "2008-12-24", "2008-12", "2008-02-29", "1951", ""])
    sex = source.choice(["female", "male", "other", "unknown"])
    chosen = rules(**{id: source.choice(sorted(readings)) for id, readings in beam().rules.items()})
    lost = [source.choice(rows).concept] if source.random() < 0.2 else []
    person = (
        somebody(*rows, sex=sex, birth=birth, unreadable=lost)
        if source.random() < 0.7
        else typed(rows, beam(), raw=RawPerson("p", sex, birth), unreadable=lost)
    )
    read = {each.concept for each in rows}
    touched = [rule for rule in chosen if rule.concepts & read or rule.id in ("A0", "I5")]
    check(person, touched, source.choice([SEARCH, SCREENING]))


EXPOSURES = (
    "course_days(ciclosporin, within=12 wk) >= 14 d",
    "course_days(ciclosporin, within=ever) > 100 d",
    "course_days(ciclosporin, within=12 wk) >= 1200 d",
    "course_days(ciclosporin, within=3 mo, gap=5 d) >= 14 d",
    "course_days(ciclosporin, within=12 wk) > course_days(leflunomide, within=4 wk)",
    "course_dose(ciclosporin, within=14 d, daily=200 mg/d, gap=3 d) <= 3.0 g",
    "course_dose(ciclosporin, within=ever) <= 30 g",
    "window_dose(ciclosporin, within=1 mo) >= 6 g",
    "max_daily_dose(ciclosporin, within=12 wk) >= 400 mg/d",
    "max_daily_dose(ciclosporin, within=2 mo, except_daily=250 mg/d, except_within=14 d) >= 200 mg/d",
)


def exposure(source: random.Random, number: int) -> RawFact:
    """A short, a long or a running exposure, begun up to four years ago."""
    begun = ON - timedelta(days=source.choice([0, 3, 9, 13, 14, 30, 61, 85, 90, 120, 400, 1100, 1300]))
    ended = begun + timedelta(days=source.choice([0, 1, 5, 13, 20, 70, 120, 400, 1210]))
    end = source.choice([ended.isoformat()] * 4 + [ended.isoformat()[:7], "", ""])
    return row(
        source.choice(["ciclosporin", "ciclosporin", "leflunomide"]),
        source.choice(["100", "200", "300", ""]),
        fact=f"r{number}",
        start=source.choice([begun.isoformat()] * 6 + [begun.isoformat()[:7], ""]),
        end=end,
        status=source.choice(["active", "completed", ""]),
    )


@pytest.mark.parametrize("text", EXPOSURES)
@pytest.mark.parametrize("seed", range(3))
def test_random_exposures(text: str, seed: int) -> None:
    """Every measure of exposure, in windows of every kind, over exposures longer than any window."""
    source = random.Random(seed)
    person = typed(
        [exposure(source, number) for number in range(source.randint(1, 4))],
        beam(),
        raw=RawPerson("p", "female", "1990-01-01"),
    )
    study = beam().study
    scope = Scope({each.name: each for each in study.concepts}, study.parameters, study.definitions, KINDS)
    rule = replace(rules()[0], condition=scope.rule(text), warnings=(), concepts=frozenset({"ciclosporin"}))
    check(person, [rule], source.choice([SEARCH, SCREENING]))
