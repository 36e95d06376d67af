"""What happens seldom and must be rehearsed all the same: pregnancy, serious hypersensitivity, emergency unblinding.

Each is an assumption of simulation.yaml; one that is not made does not happen. They have a generator of their own, so
that a rehearsal without them is the same as ever, byte for byte.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from trialwright.conduct.dosing import propose_dose
from trialwright.conduct.given import find_interventions
from trialwright.conduct.trial import is_blind
from trialwright.simulation.participants.agenda import Story
from trialwright.simulation.participants.doses import treat
from trialwright.simulation.participants.events import send_reports, told
from trialwright.simulation.participants.visits import forms_about, hold_visit, measure
from trialwright.simulation.participants.world import Course, Desk, World, last_day, later
from trialwright.study.model import Study
from trialwright.terms.message import message

PREGNANT = "pregnant"
"""The concept that a pregnancy test answers."""

PREGNANCY, HYPERSENSITIVITY, UNBLINDING = (
    "pregnancy_share",
    "hypersensitivity_share",
    "emergency_unblinding_share",
)
"""Of the women; of those with an infusion; of those with a serious hypersensitivity reaction, in a blinded study."""

REACTS_WITHIN = 3
"""The infusions of which one may bring on the reaction. Invented."""


def lacking(study: Study, assumed: dict[str, float]) -> tuple[str, ...]:
    """The concepts that a study lacks for what its simulation.yaml assumes to happen."""
    wanted = assumed.get(PREGNANCY, 0.0) > 0 and all(one.name != PREGNANT for one in study.concepts)
    return (PREGNANT,) if wanted else ()


def begin_rare(world: World, course: Course, desk: Desk) -> None:
    """Draw what seldom happens to somebody, from the visit of the first infusion on; called before that is given."""
    figures = world.figures(course)

    def happens(name: str) -> bool:
        share = figures.get(name, 0.0)
        return share > 0 and world.rare.hits(name, course.index, share)

    if happens(PREGNANCY) and course.person.sex == "female":
        last = last_day(world, desk.day) - timedelta(days=7)
        days = max((last - desk.day).days, 22)
        day = later(desk.day, world.rare_chance.integers(21, days))
        _begin(world, course, _become_pregnant(world, course, day), day)
    if happens(HYPERSENSITIVITY):
        course.reacts_after = int(world.rare_chance.integers(1, REACTS_WITHIN + 1))
        course.react = partial(_begin_reaction, world, course, unblinds=happens(UNBLINDING))


def _begin(world: World, course: Course, story: Story, day: date) -> None:
    course.busy += 1
    world.agenda.begin(told(course, story), at=world.midnight(course.site, day))


def _become_pregnant(world: World, course: Course, day: date) -> Story:
    """A test between two visits is positive: the form says so, and what the definition then stops is stopped."""
    desk = world.desk(course.site, day, world.rare_chance)
    yield desk.wait()
    if course.over is not None:
        return
    course.person.found[PREGNANT] = "true"
    schedule = world.definition(course.site, desk.day).schedule
    encounters = schedule.encounters if schedule else ()
    unscheduled = next((one.id for one in encounters if one.type == "unscheduled"), None)
    if unscheduled is None:
        return  # the next visit finds it
    measured = measure(world, course, desk.day)
    only = forms_about(world, {PREGNANT})
    held = yield from hold_visit(world, course, desk, unscheduled, measured, only=only, flawless=True)
    study = world.definition(course.site, desk.day)
    for intervention in find_interventions(study, world.participant(course)):
        proposal = propose_dose(
            study, world.participant(course), intervention.id, on=desk.day, encounter=unscheduled
        )
        if proposal.outcome in ("hold", "stop"):
            yield from treat(world, course, desk, intervention.id, held.visit, unscheduled)


def _begin_reaction(world: World, course: Course, desk: Desk, intervention: str, *, unblinds: bool) -> None:
    own = Desk(world, course.site, desk.now, world.rare_chance)
    _begin(world, course, _react(world, course, own, intervention, unblinds=unblinds), desk.day)


def _react(world: World, course: Course, desk: Desk, intervention: str, *, unblinds: bool) -> Story:
    """An infusion brings on a life-threatening reaction; in a blinded study the arm may be needed to treat it.

    Whether it was expected is not known at first, and until then the clocks of an unexpected one run.
    """
    yield desk.wait()
    study = world.definition(course.site, desk.day)
    given = find_interventions(study, world.participant(course))
    first: dict[str, Any] = {
        "participant": course.id,
        "term": world.say(message("anaphylactic reaction during the infusion")),
        "start": desk.day.isoformat(),
        "end": "",
        "grade": "4",
        "infection": "false",
        "seriousness": ("life_threatening",),
        "causality": {one.id: "related" if one.id == intervention else "not_related" for one in given},
        "expected": "",
        "taken": "discontinued",
        "outcome": "recovering",
        "aware": desk.now.isoformat(timespec="minutes"),
        "hypersensitivity": "true",
    }
    event = yield desk.do("report_ae", "investigator", values=first)
    number = int(event.data["number"])
    if unblinds and is_blind(study):
        yield desk.do(
            "unblind",
            "investigator",
            reason=message("the treatment of the reaction depends on what was infused"),
            participant=course.id,
        )
    yield desk.do(
        "discontinue_intervention",
        "investigator",
        reason=message("serious hypersensitivity reaction"),
        participant=course.id,
        intervention=intervention,
        date=desk.day.isoformat(),
    )
    yield from send_reports(world, course, desk, number)
    yield desk.move(later(desk.day, 1))
    known = {
        **first,
        "end": desk.day.isoformat(),
        "expected": "true",
        "outcome": "recovered",
        "aware": desk.now.isoformat(timespec="minutes"),
    }
    yield desk.do(
        "update_ae",
        "investigator",
        reason=message("follow-up: the event has ended"),
        values={**known, "number": str(number)},
    )
    yield from send_reports(world, course, desk, number)
