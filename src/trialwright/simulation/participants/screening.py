"""From consent to an arm, or to the reason why somebody does not join."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from trialwright.conduct.dosing import propose_dose
from trialwright.conduct.given import find_interventions
from trialwright.record.event import Event
from trialwright.simulation.participants.agenda import Act, Story, Telling, insist
from trialwright.simulation.participants.closing import keep_the_file
from trialwright.simulation.participants.person import PULSE, Had, VirtualPerson, draw_pulse
from trialwright.simulation.participants.treatment import be_treated, renew_consent
from trialwright.simulation.participants.visits import fill_log, forms_about, hold_visit, measure
from trialwright.simulation.participants.world import Course, Desk, World, later, next_weekday
from trialwright.study.allocation import ConcurrentControl
from trialwright.study.concepts import Concept
from trialwright.study.schedule import Encounter, parse_offset
from trialwright.study.simulation import ScreenFailure
from trialwright.terms.message import message

MEDICINE_BEGAN, MEDICINE_ENDED, ALLERGY_KNOWN = (
    56,
    14,
    400,
)  # days before consent, of somebody's reason to fail


class DoesNotFail(ValueError):
    """What simulation.yaml gives as a reason does not make the screening fail on the criterion it names."""

    def __init__(self, failure: ScreenFailure) -> None:
        super().__init__(f"{failure.id} does not make {failure.criterion} fail")


class Arrival(NamedTuple):
    """Somebody who comes to be screened: why the screening fails, whether it passes when repeated, or who declines."""

    failure: ScreenFailure | None = None
    passes: bool = False
    declines: bool = False

    @property
    def joins(self) -> bool:
        """Whether somebody is expected to join."""
        return self.passes or not (self.failure or self.declines)


def take_part(world: World, course: Course, first_day: date, arrival: Arrival) -> Story:
    """Everything that happens to one person from the day of consent on."""
    person = course.person
    if arrival.failure:
        befall(person, arrival.failure, {one.name: one for one in world.study.concepts}, on=first_day)
    desk = world.desk(course.site, first_day, course.chance)
    yield desk.wait()
    agrees = desk.do(
        "consent", "investigator", date=desk.day.isoformat(), sex=person.sex, birth=person.birth.isoformat()
    )
    event = yield from insist(agrees, world.say(message("another person with the same date of birth")))
    course.id = event.stream.rpartition("/")[2]
    world.agenda.begin(keep_the_file(world, course, desk.day), at=desk.now)
    eligible = False
    if arrival.declines:
        yield from _decline(course, desk)
    else:
        eligible = yield from _be_screened(world, course, desk, arrival)
    world.in_screening -= arrival.joins
    if not eligible:
        course.over = desk.day
        return
    world.enrolled += 1
    yield from _join(world, course, desk)
    yield from be_treated(world, course, desk)


def befall(
    person: VirtualPerson, failure: ScreenFailure, concepts: Mapping[str, Concept], *, on: date
) -> None:
    """Let somebody have what makes the screening fail: a result, or a disease, procedure or medicine."""
    for name, text in failure.found.items():
        kind = concepts[name].kind
        if kind in ("measurement", "finding"):
            person.found[name] = text
        elif text == "none":
            person.history[name] = []
        elif kind == "exposure":
            start, end = on - timedelta(days=MEDICINE_BEGAN), on - timedelta(days=MEDICINE_ENDED)
            person.history[name] = [Had(start, end, text)]
        elif kind == "allergy":
            person.history[name] = [Had(on - timedelta(days=ALLERGY_KNOWN))]
        else:
            start = parse_offset(text).after(on)
            person.history[name] = [Had(start, start if kind == "procedure" else None)]


def _decline(course: Course, desk: Desk) -> Story:
    yield desk.move(later(desk.day, 1 + course.chance.integers(0, 5)))
    yield desk.do(
        "withdraw_consent",
        "investigator",
        reason=message("does not wish to take part after all"),
        participant=course.id,
        date=desk.day.isoformat(),
    )


def _be_screened(world: World, course: Course, desk: Desk, arrival: Arrival) -> Telling[bool]:
    """The screening visits, and eligibility judged on the day after; returns whether somebody may join."""
    yield desk.move(_visit_day(world, course, desk.day))
    for encounter in screening_encounters(world):
        measured = measure(world, course, desk.day, screening=True)
        yield from hold_visit(world, course, desk, encounter.id, measured, flawless=True)
    for entry in world.plan.logs:
        if course.chance.random() < float(entry.share):
            yield from fill_log(world, course, desk, entry.form, entry.answers)
    yield desk.move(later(desk.day, 1))
    event = yield desk.do("screen", "investigator", participant=course.id, date=desk.day.isoformat())
    if arrival.failure and event.data["criteria"][arrival.failure.criterion]["verdict"] != "fail":
        raise DoesNotFail(arrival.failure)
    if event.data["verdict"] != "eligible" and arrival.failure is not None and arrival.passes:
        event = yield from _be_screened_again(world, course, desk, arrival.failure)
    return bool(event.data["verdict"] == "eligible")


def _visit_day(world: World, course: Course, consent: date) -> date:
    """The day of the screening visit: after a steroid pulse, where the study reads one."""
    names = {one.name for one in world.study.concepts}
    if PULSE not in names or PULSE in course.person.history:
        return next_weekday(consent + timedelta(days=int(course.chance.integers(0, 3))))
    pulse = draw_pulse(world.assumed, course.chance, consent=consent)
    course.person.history[PULSE] = pulse
    return pulse[-1].start + timedelta(days=1)


def screening_encounters(world: World) -> list[Encounter]:
    """The visits before enrolment."""
    epochs = {epoch.id for epoch in world.study.epochs if epoch.type == "screening"}
    encounters = world.study.schedule.encounters if world.study.schedule else ()
    return [one for one in encounters if one.type == "scheduled" and one.epoch in epochs]


def _be_screened_again(world: World, course: Course, desk: Desk, failure: ScreenFailure) -> Telling[Event]:
    """The result that failed is repeated at an unscheduled visit, and eligibility judged again."""
    course.person.found.clear()
    yield desk.move(later(desk.day, 1 + course.chance.integers(0, 2)))
    schedule = world.study.schedule
    encounters = schedule.encounters if schedule else ()
    unscheduled = next(one.id for one in encounters if one.type == "unscheduled")
    measured = measure(world, course, desk.day, screening=True)
    only = forms_about(world, failure.found)
    yield from hold_visit(world, course, desk, unscheduled, measured, only=only, flawless=True)
    event: Event = yield desk.do(
        "re_screen",
        "investigator",
        reason=message("the result was repeated"),
        participant=course.id,
        date=desk.day.isoformat(),
    )
    return event


def _join(world: World, course: Course, desk: Desk) -> Story:
    """Enrolment, what the run-in asks for, and the arm."""
    yield desk.move(later(desk.day, 1 + course.chance.integers(0, 3)))
    yield from renew_consent(world, course, desk)
    yield desk.do("enrol", "investigator", participant=course.id, date=desk.day.isoformat())
    yield from _record_run_in(world, course, desk)
    course.index = world.allocated
    world.allocated += 1
    yield _allocation(world, course, desk)
    course.arm = world.true_arm(world.participant(course))


def _record_run_in(world: World, course: Course, desk: Desk) -> Story:
    """Doses before the treatment: a pulse from the records, and what began after it."""
    study = world.definition(course.site, desk.day)
    for intervention in find_interventions(study, world.participant(course)):
        for had in course.person.history.get(intervention.concept or "", ()):
            number, _, unit = had.dose.partition(" ")
            yield desk.do(
                "give_dose",
                "investigator",
                minutes=1.5,
                participant=course.id,
                intervention=intervention.id,
                date=had.start.isoformat(),
                end=(had.end or desk.day).isoformat(),
                amount=number,
                unit=unit,
                prior="true",
            )
    for intervention in find_interventions(study, world.participant(course)):
        proposal = propose_dose(
            study, world.participant(course), intervention.id, on=desk.day, encounter=None
        )
        if proposal.outcome == "give" and proposal.calendar:
            for span in proposal.calendar:
                if span.first <= desk.day:
                    yield desk.do(
                        "give_dose",
                        "investigator",
                        participant=course.id,
                        intervention=intervention.id,
                        date=span.first.isoformat(),
                    )


def _allocation(world: World, course: Course, desk: Desk) -> Act:
    """The act of allocation: an arm with a reason where the investigator assigns it."""
    study = world.definition(course.site, desk.day)
    values = {"participant": course.id, "date": desk.day.isoformat()}
    if not isinstance(study.allocation, ConcurrentControl):
        return desk.do("allocate", "investigator", values=values)
    drawn = world.shares.draw("arm", course.index)
    arms = [arm.id for arm in study.arms]
    share = world.assumed["first_arm_share"]
    if len(arms) > 2:
        raise ValueError("a rehearsal can assign two arms, not more")
    arm = arms[0] if drawn < share else arms[-1]
    reason = (
        message("agreed with the participant after information about both treatments")
        if arm == arms[0]
        else message("the participant prefers the treatment of the control group")
    )
    return desk.do("allocate", "investigator", values={**values, "arm": arm}, reason=reason)
