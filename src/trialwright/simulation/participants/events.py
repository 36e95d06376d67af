"""What goes wrong: adverse events with their follow-ups, rescue, stops for good, deviations, death."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from trialwright.conduct.dosing import propose_dose
from trialwright.conduct.dosing.present import read_present
from trialwright.conduct.given import find_interventions
from trialwright.safety.products import find_products
from trialwright.safety.reporting import OPEN, STAGES, plan_reports
from trialwright.simulation.participants.agenda import Story, insist
from trialwright.simulation.participants.chance import one_of, pick
from trialwright.simulation.participants.doses import treat
from trialwright.simulation.participants.world import Course, Desk, World, last_day, later
from trialwright.study.simulation import VirtualEvent
from trialwright.terms.message import Message, message

THERAPIES = {"pulse": 4.0, "cyclophosphamide": 3.0, "rituximab": 2.0, "plasma_exchange": 1.0}
"""Rescue therapies by how often they are chosen. Invented."""

STOPS: tuple[tuple[Message, Message | None], ...] = (
    (message("not tolerated: persistent diarrhoea"), message("Persistent diarrhoea")),
    (message("the participant no longer wishes to take it"), None),
    (message("tremor and headache that did not settle at a lower dose"), message("Tremor and headache")),
)
"""Why an intervention is stopped for good, and the adverse event behind it."""

SETTLES = 7
"""Days from a stop for a symptom to its end. Invented."""

DEVIATIONS: tuple[tuple[str, Message], ...] = (
    ("procedure", message("a sample was taken after the medicine of the morning")),
    ("procedure", message("the 24-hour collection was begun some hours late")),
    ("dose", message("a dose by mouth was forgotten on one day")),
    ("visit", message("part of the visit was held by telephone")),
    ("other", message("a medicine not allowed by the protocol was taken on two days")),
)


def begin_events(world: World, course: Course, desk: Desk, *, until: date | None) -> None:
    """Draw what will happen to somebody after week 0, and let each of it begin on its day."""
    figures = world.figures(course)
    last = (until or last_day(world, desk.day)) - timedelta(days=3)
    common = [event for event in world.plan.adverse_events if not event.serious]
    grave = [event for event in world.plan.adverse_events if event.serious and event.infection]
    other = [event for event in world.plan.adverse_events if event.serious and not event.infection]

    def some_day(earliest: int) -> date:
        days = (last - desk.day).days
        return desk.day + timedelta(days=int(course.chance.integers(earliest, max(days, earliest + 1))))

    def begin(story: Story, day: date) -> None:
        course.busy += 1
        world.agenda.begin(told(course, story), at=world.midnight(course.site, day))

    if common and world.happens("adverse event", course, figures["adverse_event_share"]):
        for _ in range(1 + int(course.chance.poisson(figures["further_events"]))):
            day = some_day(2)
            begin(_adverse_event(world, course, day, _one(common, course)), day)
    if grave and world.happens("serious infection", course, figures["serious_infection_share"]):
        day = some_day(10)
        begin(_adverse_event(world, course, day, _one(grave, course)), day)
    if other and world.happens("serious event", course, figures["serious_event_share"]):
        day = some_day(10)
        begin(_adverse_event(world, course, day, _one(other, course)), day)
    if world.happens("rescue", course, figures["rescue_share"]):
        day = later(some_day(56), 0)
        begin(_be_rescued(world, course, day), day)
    if world.happens("discontinuation", course, figures["discontinuation_share"]):
        day = later(some_day(21), 0)
        begin(_stop(world, course, day), day)
    if world.happens("deviation", course, figures["deviation_share"]):
        day = later(some_day(5), 0)
        begin(_deviate(world, course, day), day)


def told(course: Course, story: Story) -> Story:
    """A side story; the casebook waits for its end."""
    try:
        yield from story
    finally:
        course.busy -= 1


def _one(events: list[VirtualEvent], course: Course) -> VirtualEvent:
    return pick({event: float(event.weight) for event in events}, course.chance)


def _adverse_event(world: World, course: Course, day: date, event: VirtualEvent) -> Story:
    """An event as first known, what is done about it, and how it ended."""
    if course.over is not None and course.over <= day:
        return
    days = max(1, round(float(event.days) * float(course.chance.lognormal(0.0, 0.3))))
    if event.infection and event.serious:
        course.fever_until = day + timedelta(days=min(days, 5))
    desk = world.desk(course.site, day, course.chance)
    yield desk.wait()
    yield desk.move(day + timedelta(days=int(course.chance.integers(0, 2)) if event.serious else 1))
    participant = world.participant(course)
    number = len(participant.adverse_events) + 1
    told = _report(world, course, desk, event, start=day, end=None)
    report = desk.do("report_ae", "investigator" if event.serious else "coordinator", values=told)
    yield from insist(report, world.say(message("another event that began on the same day")))
    if event.serious and event.infection:
        yield from _hold_all(world, course, desk)
    yield from send_reports(world, course, desk, number)
    end = day + timedelta(days=days)
    yield desk.move(max(later(end, 1), desk.day))
    told = _report(world, course, desk, event, start=day, end=end)
    yield desk.do(
        "update_ae",
        "investigator" if event.serious else "coordinator",
        reason=message("follow-up: the event has ended"),
        values={**told, "number": str(number)},
    )
    yield from send_reports(world, course, desk, number)
    if event.serious and event.infection and course.over is None:
        yield from _resume_all(world, course, desk)


def _report(
    world: World, course: Course, desk: Desk, event: VirtualEvent, *, start: date, end: date | None
) -> Mapping[str, Any]:
    """What is known of an event."""
    study = world.definition(course.site, desk.day)
    given = find_interventions(study, world.participant(course))
    causality = {
        one.id: "possibly_related" if set(event.suspected) & {one.id, *one.stands_for} else "not_related"
        for one in given
    }
    infection = event.serious and event.infection
    return {
        "participant": course.id,
        "term": world.say(event.term),
        "start": start.isoformat(),
        "end": end.isoformat() if end else "",
        "grade": event.grade,
        "infection": "true" if event.infection else "false",
        "seriousness": ("hospitalisation",) if event.serious else (),
        "causality": causality,
        "expected": "true" if event.suspected else "",
        "taken": "held" if infection else "none",
        "outcome": "recovered" if end else "not_recovered",
        "aware": desk.now.isoformat(timespec="minutes"),
        "hypersensitivity": "false",
    }


def send_reports(world: World, course: Course, desk: Desk, number: int) -> Story:
    """The reports of an event that the study's clocks ask for now; some go out days after they are due."""
    study = world.definition(course.site, desk.day)
    investigational = find_products(study)
    if course.chance.random() < world.assumed["report_late_share"]:
        yield desk.move(desk.day + timedelta(days=int(course.chance.integers(2, 18))))
    for clock in study.safety.clocks if study.safety else ():
        for stage in STAGES:
            planned = plan_reports(
                world.participant(course),
                clocks=(clock,),
                investigational=investigational,
                zone=world.zone(course.site),
                at=desk.now,
            )
            due = [one for one in planned if (one.event, one.stage) == (number, stage) and one.state in OPEN]
            if due:
                sent = desk.now.isoformat(timespec="seconds")
                yield desk.do(
                    "report_sent",
                    "investigator",
                    participant=course.id,
                    number=str(number),
                    clock=clock.id,
                    stage=stage,
                    at=sent,
                )


def _hold_all(world: World, course: Course, desk: Desk) -> Story:
    """Hold whatever the definition says is held now."""
    study = world.definition(course.site, desk.day)
    for intervention in find_interventions(study, world.participant(course)):
        participant = world.participant(course)
        proposal = propose_dose(study, participant, intervention.id, on=desk.day, encounter=None)
        present = read_present(participant, intervention.id, on=desk.day)
        if proposal.outcome == "hold" and present.taken and present.held is None:
            yield desk.do(
                "hold_dose",
                "investigator",
                reason=proposal.because[0].sentence,
                participant=course.id,
                intervention=intervention.id,
                date=desk.day.isoformat(),
            )


def _resume_all(world: World, course: Course, desk: Desk) -> Story:
    """Take up again what was held and may be given outside visits."""
    study = world.definition(course.site, desk.day)
    for intervention in find_interventions(study, world.participant(course)):
        if read_present(world.participant(course), intervention.id, on=desk.day).held is not None:
            yield from treat(world, course, desk, intervention.id, "", "")


def _be_rescued(world: World, course: Course, day: date) -> Story:
    desk = world.desk(course.site, day, course.chance)
    yield desk.wait()
    if course.over is not None:
        return
    yield desk.do(
        "record_rescue",
        "investigator",
        reason=message("proteinuria has risen again under the study treatment"),
        participant=course.id,
        date=desk.day.isoformat(),
        therapy=pick(THERAPIES, course.chance),
        text=world.say(message("according to local practice")),
    )


def _stop(world: World, course: Course, day: date) -> Story:
    """One of the interventions that somebody takes is stopped for good."""
    desk = world.desk(course.site, day, course.chance)
    yield desk.wait()
    participant = world.participant(course)
    study = world.definition(course.site, desk.day)
    able = [
        one.id
        for one in find_interventions(study, participant)
        if one.regimen is not None
        and len(one.regimen.steps) == 1
        and (present := read_present(participant, one.id, on=desk.day)).taken
        and present.stopped is None
    ]
    if course.over is not None or not able:
        return
    reason, symptom = one_of(STOPS, course.chance)
    intervention = one_of(able, course.chance)
    number = len(participant.adverse_events) + 1
    told = _symptom(world, course, desk, symptom, intervention) if symptom else None
    if told:
        report = desk.do("report_ae", "investigator", values=told)
        yield from insist(report, world.say(message("another event that began on the same day")))
    yield desk.do(
        "discontinue_intervention",
        "investigator",
        reason=reason,
        participant=course.id,
        intervention=intervention,
        date=desk.day.isoformat(),
    )
    if told:
        yield desk.move(later(desk.day, SETTLES))
        known = {
            **told,
            "number": str(number),
            "end": desk.day.isoformat(),
            "outcome": "recovered",
            "aware": desk.now.isoformat(timespec="minutes"),
        }
        said = message("follow-up: the event has ended")
        yield desk.do("update_ae", "investigator", reason=said, values=known)


def _symptom(world: World, course: Course, desk: Desk, term: Message, intervention: str) -> Mapping[str, Any]:
    """The adverse event for which an intervention is stopped."""
    given = find_interventions(world.definition(course.site, desk.day), world.participant(course))
    return {
        "participant": course.id,
        "term": world.say(term),
        "start": desk.day.isoformat(),
        "end": "",
        "grade": "2",
        "infection": "false",
        "seriousness": (),
        "causality": {one.id: "related" if one.id == intervention else "not_related" for one in given},
        "expected": "true",
        "taken": "discontinued",
        "outcome": "not_recovered",
        "aware": desk.now.isoformat(timespec="minutes"),
        "hypersensitivity": "false",
    }


def _deviate(world: World, course: Course, day: date) -> Story:
    desk = world.desk(course.site, day, course.chance)
    yield desk.wait()
    if course.over is not None:
        return
    category, text = one_of(DEVIATIONS, course.chance)
    major = course.chance.random() < world.assumed["major_deviation_share"]
    yield desk.do(
        "report_deviation",
        "monitor",
        participant=course.id,
        date=desk.day.isoformat(),
        category=category,
        severity="major" if major else "minor",
        text=world.say(text),
    )


def die(world: World, course: Course, desk: Desk, day: date) -> Story:
    """A death is an adverse event of grade 5, and ends the course."""
    yield desk.move(day + timedelta(days=1))
    study = world.definition(course.site, desk.day)
    given = find_interventions(study, world.participant(course))
    number = len(world.participant(course).adverse_events) + 1
    yield desk.do(
        "report_ae",
        "investigator",
        participant=course.id,
        term=world.say(message("sudden death")),
        start=day.isoformat(),
        end=day.isoformat(),
        grade="5",
        infection="false",
        seriousness=("death",),
        causality={one.id: "unknown" for one in given},
        expected="false",
        taken="not_applicable",
        outcome="fatal",
        aware=desk.now.isoformat(timespec="minutes"),
    )
    yield desk.do(
        "record_death",
        "investigator",
        reason=message("told by the family"),
        participant=course.id,
        date=day.isoformat(),
    )
    yield from send_reports(world, course, desk, number)
