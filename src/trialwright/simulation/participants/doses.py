"""Doses as people give them: what the definition proposes is accepted, or departed from with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from trialwright.conduct.action import Refusal
from trialwright.conduct.dosing import DoseProposal, propose_dose
from trialwright.conduct.dosing.present import Present, read_present
from trialwright.conduct.due import plan_activities
from trialwright.conduct.given import find_interventions
from trialwright.simulation.participants.agenda import Act, RehearsalFault, Story, Telling
from trialwright.simulation.participants.world import Course, Desk, World
from trialwright.study.delegation import SEE_ALLOCATION
from trialwright.study.design import Intervention
from trialwright.terms.message import message

LOT_LASTS = 365  # days from a dose to the expiry of its lot
INFUSION_MINUTES = 60


def treat_at(world: World, course: Course, desk: Desk, visit: str, encounter: str) -> Story:
    """The doses of a visit, by its activities."""
    study = world.definition(course.site, desk.day)
    planned = plan_activities(study, world.participant(course), encounter, on=desk.day)
    for activity in planned:
        if activity.applies:
            for intervention in activity.interventions:
                yield from treat(world, course, desk, intervention, visit, encounter)


def treat(world: World, course: Course, desk: Desk, id: str, visit: str, encounter: str) -> Story:
    """Do what is proposed for one intervention; a dose that stays as it is needs no new entry."""
    study = world.definition(course.site, desk.day)
    intervention = next(one for one in study.interventions if one.id == id)
    if intervention.regimen is None or intervention.regimen.limits_a_course:
        return  # a pulse belongs to the run-in, and nobody gives another one of it here
    participant = world.participant(course)
    proposal = propose_dose(study, participant, id, on=desk.day, encounter=encounter)
    present = read_present(participant, id, on=desk.day)
    if proposal.calendar or present.stopped:
        return
    if proposal.outcome in ("hold", "stop"):
        yield from _interrupt(course, desk, proposal, present)
    elif proposal.outcome == "give" and proposal.amount is not None:
        single = intervention.regimen.frequency == "once_per_encounter"
        if single or not present.taken or present.held or present.amount != proposal.amount:
            yield from _give(world, course, desk, intervention, proposal, visit, single=single)


def _interrupt(course: Course, desk: Desk, proposal: DoseProposal, present: Present) -> Story:
    """Hold or stop, for the reason the definition gives."""
    if not present.taken:
        return
    reason = proposal.because[0].sentence
    values = {"participant": course.id, "intervention": proposal.intervention, "date": desk.day.isoformat()}
    if proposal.outcome == "stop":
        yield desk.do("discontinue_intervention", "investigator", reason=reason, values=values)
    elif present.held is None:
        yield desk.do("hold_dose", "investigator", reason=reason, values=values)


def _give(
    world: World,
    course: Course,
    desk: Desk,
    intervention: Intervention,
    proposal: DoseProposal,
    visit: str,
    *,
    single: bool,
) -> Story:
    """Give the proposed dose, or, seldom, another within the limits, with a reason."""
    values = {
        "participant": course.id,
        "intervention": intervention.id,
        "date": desk.day.isoformat(),
        "visit": visit,
    }
    if single:
        yield from _look_up(world, course, desk, intervention)
        infusion, over = _infusion(world, course, desk)
        give = desk.do("give_dose", "nurse", values=values | infusion, minutes=45.0)
        desk.now = max(desk.now, over)  # it is recorded once it is over
        given = yield from _unless_stopped(world, course, replace(give, at=desk.now))
        course.infusions += given
        if given and course.react is not None and course.infusions == course.reacts_after:
            course.react(desk, intervention.id)
        return
    low, high = proposal.low, proposal.high
    departs = course.chance.random() < world.assumed["dose_deviation_share"]
    other = next((one for one in (high, low) if one is not None and one != proposal.amount), None)
    if departs and other is not None:
        values |= {"amount": other.number, "unit": other.unit}
        reason = message("in the investigator's judgement this dose suits the participant better")
        give = desk.do("give_dose", "investigator", values=values, reason=reason)
    else:
        give = desk.do("give_dose", "investigator", values=values)
    yield from _unless_stopped(world, course, give)


def _unless_stopped(world: World, course: Course, give: Act) -> Telling[bool]:
    """Give a dose, unless somebody has stopped the intervention for good since it was decided on; whether it was given."""
    answer = yield replace(give, may_refuse=True)
    if isinstance(answer, Refusal):
        on = world.day(course.site, give.at)
        if not read_present(world.participant(course), give.values["intervention"], on=on).stopped:
            raise RehearsalFault(give, answer.reasons)
        return False
    return True


def _look_up(world: World, course: Course, desk: Desk, intervention: Intervention) -> Story:
    """Before the first infusion of a blinded study whoever prepares it looks up what it is to be."""
    table = world.definition(course.site, desk.day).delegation
    able = [role.id for role in (table.roles if table else ()) if role.sees_allocation]
    if able and intervention.stands_for and not world.participant(course).allocation_seen:
        yield desk.do(SEE_ALLOCATION, *able, participant=course.id)


def _infusion(world: World, course: Course, desk: Desk) -> tuple[dict[str, str], datetime]:
    """Lot, expiry, times, and a reaction for a few; and when it is over."""
    began = desk.now + timedelta(minutes=5)
    ended = began + timedelta(minutes=INFUSION_MINUTES + int(course.chance.integers(-3, 8)))
    lot = f"L{int(course.chance.integers(1000, 9999))}"
    reacts = course.chance.random() < world.assumed["infusion_reaction_share"]
    zone = world.zone(course.site)
    said = {
        "lot": lot,
        "expiry": (desk.day + timedelta(days=LOT_LASTS)).isoformat()[:7],
        "started": began.astimezone(zone).strftime("%H:%M"),
        "stopped": ended.astimezone(zone).strftime("%H:%M"),
        "reaction": world.say(message("mild flush during the infusion, gone without treatment"))
        if reacts
        else "",
    }
    return said, ended


def begin_tapers(world: World, course: Course, desk: Desk) -> None:
    """Let the doses that change by a calendar change on their days."""
    study = world.definition(course.site, desk.day)
    for intervention in find_interventions(study, world.participant(course)):
        proposal = propose_dose(
            study, world.participant(course), intervention.id, on=desk.day, encounter=None
        )
        if proposal.calendar:
            world.agenda.begin(_taper(world, course, proposal), at=desk.now)


def _taper(world: World, course: Course, proposal: DoseProposal) -> Story:
    """Each step of a calendar, told to the participant on its day."""
    for span in proposal.calendar:
        if span.first <= proposal.on:
            continue
        desk = world.desk(course.site, span.first, course.chance)
        yield desk.wait()
        if course.over is not None:
            return
        yield desk.do(
            "give_dose",
            "investigator",
            participant=course.id,
            intervention=proposal.intervention,
            date=span.first.isoformat(),
        )
