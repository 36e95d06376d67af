"""A participant followed up to a cut-off day: the visits that took place, typed facts, and the days of the trial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from trialwright.logic.interpreter import Context, Occasion
from trialwright.record.fact import Fact, Person
from trialwright.record.participant import Participant
from trialwright.record.positions import fact_positions
from trialwright.study.analysis_rules import AnalysisRules
from trialwright.study.schedule import Encounter
from trialwright.study.situation import derive_occasions, open_context, type_participant
from trialwright.study.visit_window import Window, compute_window
from trialwright.terms.dates import UnreadableDate, parse_date


class Held(NamedTuple):
    """A visit that took place on an exact day; `facts`: the ids of the facts that its forms state."""

    id: str
    encounter: str
    day: date
    position: int
    facts: frozenset[str]


class Turn(NamedTuple):
    """The end of a participant's course: death, withdrawal, loss or completion."""

    kind: str
    day: date
    position: int


@dataclass(frozen=True, eq=False)
class FollowUp:
    """One participant as known on the cut-off day `on`, ready for the rules of the analysis plan.

    `start`: the day of the anchor that is study day 1, None while treatment has not begun. `visits`: those that took
    place up to `on`, in order of their days. `ended`: why nothing more will come, None while something may. `over`: nobody
    of the trial is followed any more, so that what has not come by `on` never will. `contexts`,
    `happened` and `assessed` keep what was derived, since several endpoints and tables ask the same of a visit.
    """

    rules: AnalysisRules
    participant: Participant
    on: date
    person: Person
    days: Mapping[str, Occasion]
    start: date | None
    visits: tuple[Held, ...]
    ended: Turn | None
    positions: Mapping[str, int]
    contexts: dict[object, Context]
    over: bool = False
    happened: dict[object, Any] = field(default_factory=dict)
    assessed: dict[object, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The participant's id."""
        return self.participant.id

    @property
    def treated(self) -> tuple[Held, ...]:
        """The visits after the day on which treatment began."""
        return tuple(visit for visit in self.visits if self.start is not None and visit.day > self.start)

    def visit(self, id: str) -> Held | None:
        """The visit of an id, if it took place up to the cut-off day."""
        return next((visit for visit in self.visits if visit.id == id), None)

    def window(self, encounter: Encounter) -> Window | None:
        """The days on which an encounter is to take place; None where its anchor has no day yet."""
        if encounter.timing is None or encounter.timing.anchor not in self.days:
            return None
        return compute_window(encounter.timing, self.days[encounter.timing.anchor].day)

    def on_day(self, day: date) -> Context:
        """The situation on a day that need not be one of a visit."""
        if day not in self.contexts:
            self.contexts[day] = open_context(
                self.rules.study, self.participant, on=day, person=self.person, days=self.days
            )
        return self.contexts[day]

    def positions_of(self, facts: Iterable[Fact]) -> tuple[int, ...]:
        """The ledger positions of the events that state these facts, in order."""
        return tuple(sorted({self.positions[fact.fact] for fact in facts if fact.fact in self.positions}))


def follow(rules: AnalysisRules, participant: Participant, *, on: date, over: bool = False) -> FollowUp:
    """Give a participant as known on a day, for everything that the analysis plan derives.

    `on`: the cut-off day; visits after it, and events after it, have not happened yet. `over`: see `is_over`.
    """
    days = {
        name: occasion
        for name, occasion in derive_occasions(rules.study, participant).items()
        if occasion.day <= on
    }
    schedule = rules.study.schedule
    begun = days.get(schedule.study_day_1) if schedule else None
    return FollowUp(
        rules,
        participant,
        on,
        type_participant(rules.study, participant),
        days,
        begun.day if begun else None,
        _held(participant, on),
        _ended(participant, on),
        fact_positions(participant),
        {},
        over,
    )


def is_over(participants: Iterable[Participant], *, on: date) -> bool:
    """Whether the course of everybody enrolled has ended by a day: then nothing is pending any more."""
    enrolled = [one for one in participants if one.enrolled is not None]
    return bool(enrolled) and all(_ended(one, on) is not None for one in enrolled)


def exact_day(text: str) -> date | None:
    """The day of a date text; None where it is partial, missing or masked."""
    try:
        days = parse_date(text)
    except UnreadableDate:
        return None
    return days.first if days.exact else None


def _held(participant: Participant, on: date) -> tuple[Held, ...]:
    by_form: dict[str, list[str]] = {}
    for fact in participant.facts():
        if "#" in fact.fact:
            by_form.setdefault(fact.fact.partition("#")[0], []).append(fact.fact)
    found = []
    for visit in participant.visits:
        day = None if visit.missed else exact_day(visit.date)
        if day is not None and day <= on:
            forms = (form.id for form in participant.forms.values() if form.visit == visit.id)
            facts = frozenset(fact for form in forms for fact in by_form.get(form, ()))
            found.append(Held(visit.id, visit.encounter, day, visit.position, facts))
    return tuple(sorted(found, key=lambda visit: (visit.day, visit.position)))


def _ended(participant: Participant, on: date) -> Turn | None:
    """The first of the turns that end the course; one whose day is not exactly known has happened by the cut-off."""
    turns = {
        "death": participant.died,
        "withdrawal": participant.withdrawn,
        "lost_to_follow_up": participant.lost,
        "completion": participant.completed,
    }
    found = [
        Turn(kind, exact_day(turn.date) or on, turn.position)
        for kind, turn in turns.items()
        if turn is not None
    ]
    return min((turn for turn in found if turn.day <= on), key=lambda turn: turn.day, default=None)
