"""From week 0 to the last visit: visits held early, late or not at all, and how somebody's course may end before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal, NamedTuple

from trialwright.conduct.dosing import derive_rechecks
from trialwright.conduct.schedule import PlannedVisit, Window, plan_visits
from trialwright.simulation.participants.agenda import Story
from trialwright.simulation.participants.doses import begin_tapers, treat, treat_at
from trialwright.simulation.participants.events import begin_events, die
from trialwright.simulation.participants.rare import begin_rare
from trialwright.simulation.participants.visits import forms_about, hold_visit, measure
from trialwright.simulation.participants.world import (
    Course,
    Desk,
    World,
    last_day,
    later,
    treatment_encounters,
    workday_near,
)
from trialwright.study.schedule import Encounter
from trialwright.terms.message import message

SOON = 3  # days: an unscheduled visit so close before the next one is left to it


EndKind = Literal["withdrawal", "loss", "death"]
ENDS: Mapping[EndKind, str] = {
    "withdrawal": "withdrawal_share",
    "loss": "lost_share",
    "death": "death_share",
}
"""How a course may end before the last visit, with the assumption that says how often."""


class End(NamedTuple):
    """How somebody's course ends before the last visit, and when."""

    kind: EndKind
    day: date


def be_treated(world: World, course: Course, desk: Desk) -> Story:
    """All visits from week 0 on, with doses, until the course is completed or ends otherwise."""
    end: End | None = None
    for encounter in treatment_encounters(world):
        planned = _planned(world, course, desk, encounter)
        window = planned.window
        if window is None:
            raise LookupError(f"nothing says when {encounter.id} is due: its anchor has no day")
        if end and end.day <= window.last:
            yield from _end(world, course, desk, end, encounter)
            return
        if encounter.day_of is None and course.chance.random() < world.assumed["visit_missed_share"]:
            yield from _miss(course, desk, encounter, window, message("the participant could not come"))
            continue
        yield desk.move(_choose_day(world, course, encounter, window, desk.day))
        yield from renew_consent(world, course, desk)
        first = course.week_0 is None
        if encounter.day_of:
            course.week_0 = desk.day
        measured = measure(world, course, desk.day)
        held = yield from hold_visit(world, course, desk, encounter.id, measured, flawless=first)
        if first:
            begin_rare(world, course, desk)
        yield from treat_at(world, course, desk, held.visit, encounter.id)
        if first:
            end = _draw_end(world, course, desk.day)
            begin_tapers(world, course, desk)
            begin_events(world, course, desk, until=end.day if end else None)
        yield from _recheck(world, course, desk, encounter)
    yield desk.do("complete_study", "investigator", participant=course.id, date=desk.day.isoformat())
    course.over = desk.day


def renew_consent(world: World, course: Course, desk: Desk) -> Story:
    """Consent to the version in force, where it is not the one consented to."""
    version = world.trial.site(course.site).version_on(desk.day.isoformat())
    if world.participant(course).consents[-1].version != version:
        yield desk.do("re_consent", "investigator", participant=course.id, date=desk.day.isoformat())


def _planned(world: World, course: Course, desk: Desk, encounter: Encounter) -> PlannedVisit:
    study = world.definition(course.site, desk.day)
    visits = plan_visits(study, world.participant(course), on=desk.day)
    return next(one for one in visits if one.encounter.id == encounter.id)


def _choose_day(world: World, course: Course, encounter: Encounter, window: Window, today: date) -> date:
    """A day about the planned one, inside the window or, for some, after it."""
    first = max(window.first, today)
    if encounter.day_of or window.due is None:
        return workday_near(first + timedelta(days=int(course.chance.integers(0, 3))), first, window.last)
    if course.chance.random() < world.assumed["visit_late_share"]:
        return later(window.last, 1 + course.chance.integers(0, 4))
    spread = world.assumed["visit_day_spread"] * float(course.chance.standard_normal())
    day = window.due + timedelta(days=round(spread))
    return workday_near(min(max(day, first), window.last), first, window.last)


def _miss(course: Course, desk: Desk, encounter: Encounter, window: Window, why: object) -> Story:
    """A visit that was missed is recorded as such once its window is over."""
    yield desk.move(later(window.last, 2))
    yield desk.do("missed_visit", "coordinator", reason=why, participant=course.id, encounter=encounter.id)


def _draw_end(world: World, course: Course, week_0: date) -> End | None:
    """Whether somebody withdraws, is lost or dies before the last visit, and on which day."""
    last = last_day(world, week_0)
    day = week_0 + timedelta(days=int(course.chance.integers(15, max((last - week_0).days - 14, 16))))
    figures = world.figures(course)
    drawn, reached = world.shares.draw("end", course.index), 0.0
    for kind, share in ENDS.items():  # one draw for all, so that nobody ends twice
        reached += figures[share]
        if drawn < reached:
            return End(kind, day if kind == "death" else later(day, 0))
    return None


def _end(world: World, course: Course, desk: Desk, end: End, missed: Encounter) -> Story:
    """The course ends before its last visit."""
    if end.kind == "death":
        yield from die(world, course, desk, end.day)
    elif end.kind == "withdrawal":
        yield desk.move(end.day)
        yield desk.do(
            "withdraw_consent",
            "investigator",
            reason=message("no longer wishes to take part"),
            participant=course.id,
            date=desk.day.isoformat(),
        )
    else:
        planned = _planned(world, course, desk, missed)
        if planned.window is not None:
            why = message("the participant did not come and could not be reached")
            yield from _miss(course, desk, missed, planned.window, why)
        yield desk.move(later(desk.day, 14))
        yield desk.do(
            "lost_to_follow_up",
            "investigator",
            reason=message("three attempts by telephone and a letter without an answer"),
            participant=course.id,
            date=desk.day.isoformat(),
        )
    course.over = desk.day


def _recheck(world: World, course: Course, desk: Desk, encounter: Encounter) -> Story:
    """Levels that a change of dose asks for are measured at unscheduled visits, unless the next visit is near."""
    study = world.definition(course.site, desk.day)
    encounters = study.schedule.encounters if study.schedule else ()
    unscheduled = next((one.id for one in encounters if one.type == "unscheduled"), None)
    following = _following(world, course, desk, encounter)
    while unscheduled is not None:
        open_ones = [
            one for one in derive_rechecks(study, world.participant(course), on=desk.day) if not one.done
        ]
        if not open_ones:
            return
        day = later(min(one.due for one in open_ones), 0)
        if following is not None and day >= following - timedelta(days=SOON):
            return
        yield desk.move(day)
        measured = measure(world, course, desk.day)
        only = forms_about(world, {one.concept for one in open_ones})
        held = yield from hold_visit(world, course, desk, unscheduled, measured, only=only)
        for one in open_ones:
            yield from treat(world, course, desk, one.intervention, held.visit, unscheduled)


def _following(world: World, course: Course, desk: Desk, encounter: Encounter) -> date | None:
    """The first day of the window of the visit after this one."""
    encounters = treatment_encounters(world)
    index = encounters.index(encounter) + 1
    if index == len(encounters):
        return desk.day
    window = _planned(world, course, desk, encounters[index]).window
    return window.first if window else None
