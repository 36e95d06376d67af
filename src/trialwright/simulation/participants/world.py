"""What all stories of a rehearsal share: the trial, the team, the laboratory, the calendar; and one participant's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from trialwright.conduct.allocated import hidden_arm
from trialwright.conduct.forms import Entry
from trialwright.conduct.trial import Secret, Trial
from trialwright.record.participant import Participant
from trialwright.simulation.participants.agenda import Act, Agenda, Until
from trialwright.simulation.participants.chance import Chance, Shares
from trialwright.simulation.participants.clerk import Clerk, Say
from trialwright.simulation.participants.person import VirtualPerson
from trialwright.simulation.participants.results import Laboratory
from trialwright.simulation.participants.team import Team
from trialwright.study.model import Study
from trialwright.study.schedule import Encounter, parse_offset
from trialwright.study.simulation import SimulationPlan

MORNING, MORNING_LASTS = 8.5, 2.5
"""Half past eight, and so many hours; the working day of a site begins then."""
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Correction:
    """A value entered wrongly at first: what stands there instead from `day` on."""

    day: date
    form: str
    entries: Mapping[str, Entry]


@dataclass
class Course:
    """One participant's state: what the ledger does not know, and when side stories are under way.

    `index`: the place in the order of allocation, -1 before. `arm`: the true one, also while the study is blind.
    `over`: the day on which the course in the study ended. `busy`: side stories that may still write. `reacts_after`:
    after how many `infusions` somebody begins to `react` (0: never), told the desk and the intervention.
    """

    person: VirtualPerson
    site: str
    chance: Chance
    id: str = ""
    index: int = -1
    arm: str = ""
    week_0: date | None = None
    over: date | None = None
    busy: int = 0
    closed: bool = False
    fever_until: date | None = None
    infusions: int = 0
    reacts_after: int = 0
    react: Callable[[Desk, str], None] | None = None
    corrections: list[Correction] = field(default_factory=list)


@dataclass
class World:
    """The rehearsal as a whole.

    `assumed`: figures of everybody; `start`: its first day; `wanted`: how many are to join; `version`: of the definition
    it opened with; `definitions`: all versions, by version. `in_screening`: people expected to join.
    """

    study: Study
    plan: SimulationPlan
    trial: Trial
    team: Team
    agenda: Agenda
    laboratory: Laboratory
    clerk: Clerk
    say: Say
    chance: Chance
    shares: Shares
    rare: Shares
    rare_chance: Chance
    secret: Secret
    assumed: Mapping[str, float]
    start: date
    wanted: int
    version: str
    definitions: dict[str, Study]
    courses: list[Course] = field(default_factory=list)
    in_screening: int = 0
    enrolled: int = 0
    allocated: int = 0
    recruited: bool = False

    def participant(self, course: Course) -> Participant:
        """The participant as the ledger tells it now."""
        found = self.trial.participant(course.id)
        if found is None:
            raise LookupError(course.id)
        return found

    def definition(self, site: str, on: date) -> Study:
        """The definition in force at a site on a day."""
        version = self.trial.site(site).version_on(on.isoformat()) or self.trial.study.version
        return self.trial.definition(version)

    def true_arm(self, participant: Participant) -> str:
        """The arm somebody is in, also where the ledger hides it: nature knows it."""
        return hidden_arm(self.trial, self.secret, participant)

    def figures(self, course: Course) -> Mapping[str, float]:
        """The figures of a participant's arm."""
        return self.laboratory.assumed[course.arm]

    def happens(self, name: str, course: Course, share: float) -> bool:
        """Whether something that happens to a share of those allocated happens to this one."""
        return self.shares.hits(name, course.index, share)

    def day(self, site: str, moment: datetime) -> date:
        """The calendar day at a site."""
        return moment.astimezone(self.zone(site)).date()

    def zone(self, site: str) -> ZoneInfo:
        """The time zone of a site."""
        sites = self.study.identity.sites
        found = next((each for each in sites if each.id == site), sites[0])
        return ZoneInfo(found.time_zone or "UTC")

    def desk(self, site: str, day: date, chance: Chance) -> Desk:
        """Somewhere at a site on a day, from some time of the morning on."""
        return Desk(self, site, self.morning(site, day, chance), chance)

    def midnight(self, site: str, day: date) -> datetime:
        """The beginning of a day at a site."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone(site))

    def morning(self, site: str, day: date, chance: Chance) -> datetime:
        """Some time of the morning of a day."""
        hours = MORNING + float(chance.random()) * MORNING_LASTS
        return (self.midnight(site, day) + timedelta(hours=hours)).replace(microsecond=0)


@dataclass
class Desk:
    """A stretch of work at a site ('' for the study as a whole): each act some minutes after the one before."""

    world: World
    site: str
    now: datetime
    chance: Chance

    @property
    def day(self) -> date:
        """The day at the site."""
        return self.world.day(self.site, self.now)

    def wait(self) -> Until:
        """Until the work begins."""
        return Until(self.now)

    def move(self, day: date) -> Until:
        """Go on in the morning of a day, or now where that is past."""
        self.now = max(self.now, self.world.morning(self.site, day, self.chance))
        return Until(self.now)

    def do(
        self,
        action: str,
        *wanted: str,
        reason: object = "",
        may_refuse: bool = False,
        minutes: float = 6.0,
        values: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Act:
        """An act by the first of the wanted roles that may do it, some minutes later."""
        self.now += timedelta(seconds=int(60 * minutes * (0.4 + 1.2 * float(self.chance.random()))) + 1)
        role = self.world.team.who_may(action, *wanted, at_site=bool(self.site))
        return Act(
            at=self.now,
            action=action,
            account=lambda: self.world.team.account(role, self.site),
            site=self.site,
            reason=self.world.say(reason) if reason else "",
            values={**(values or {}), **more},
            may_refuse=may_refuse,
        )


def treatment_encounters(world: World) -> list[Encounter]:
    """The scheduled visits after allocation, in their order."""
    before = {epoch.id for epoch in world.study.epochs if epoch.type == "screening"}
    encounters = world.study.schedule.encounters if world.study.schedule else ()
    return [one for one in encounters if one.type == "scheduled" and one.epoch not in before]


def last_day(world: World, week_0: date) -> date:
    """The planned day of the last visit of somebody whose week 0 is known."""
    timing = treatment_encounters(world)[-1].timing
    at = (timing.at or timing.latest) if timing else None
    return parse_offset(at or "0 d").after(week_0)


def workday_near(day: date, first: date, last: date) -> date:
    """The weekday nearest to a day within limits; the day itself where there is none."""
    for away in (0, 1, -1, 2, -2):
        near = day + timedelta(days=away)
        if first <= near <= last and near.weekday() < SATURDAY:
            return near
    return day


def next_weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=(7 - day.weekday())) if day.weekday() >= SATURDAY else day


def later(day: date, days: float | np.integer[Any]) -> date:
    """So many days later, a weekday."""
    return next_weekday(day + timedelta(days=round(float(days))))
