"""A trial from its opening to its lock, with people who do not exist, by the actions that real people use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from trialwright.conduct.action import Refusal
from trialwright.conduct.allocation import SECRET_BYTES
from trialwright.conduct.trial import Secret, Trial
from trialwright.record.ledger import MemoryLedger
from trialwright.simulation.participants import closing, lupus_nephritis, results
from trialwright.simulation.participants import person as people
from trialwright.simulation.participants.agenda import Agenda, Story
from trialwright.simulation.participants.chance import Chance, Shares, deal, one_of
from trialwright.simulation.participants.clerk import Clerk, Say
from trialwright.simulation.participants.person import draw_person
from trialwright.simulation.participants.rare import lacking
from trialwright.simulation.participants.results import Laboratory
from trialwright.simulation.participants.screening import Arrival, take_part
from trialwright.simulation.participants.team import Team
from trialwright.simulation.participants.world import Course, World, next_weekday
from trialwright.study.allocation import ConcurrentControl
from trialwright.study.canonical import version
from trialwright.study.form_rules import lower_forms
from trialwright.study.identity import Site
from trialwright.study.model import Study
from trialwright.study.references import check_simulation
from trialwright.study.schedule import parse_offset
from trialwright.study.simulation import SimulationPlan
from trialwright.terms.message import Message, message, render

CONDUCT = (
    "screen_failure_share",
    "declines_share",
    "recruits_per_week",
    "visit_missed_share",
    "visit_late_share",
    "visit_day_spread",
    "item_missing_share",
    "correction_share",
    "query_share",
    "monitoring_weeks",
    "unlock_share",
    "adverse_event_share",
    "further_events",
    "serious_infection_share",
    "serious_event_share",
    "report_late_share",
    "withdrawal_share",
    "lost_share",
    "death_share",
    "rescue_share",
    "discontinuation_share",
    "deviation_share",
    "major_deviation_share",
    "dose_deviation_share",
    "infusion_reaction_share",
    "name_typed_share",
)
LEVELS = ("trough_median", "trough_spread", "trough_visit_spread")
"""What a study with doses steered by a level needs besides."""

ASSIGNED = ("first_arm_share",)
"""What a study whose investigators assign the arm needs besides."""

PARAMETERS = (*lupus_nephritis.PARAMETERS, *people.PARAMETERS, *results.PARAMETERS, *CONDUCT)
"""Every assumption that simulation.yaml must make, whatever the study."""

SETTLING_IN = 7
"""Days from the opening of the study to the first consent."""


class NoRehearsal(ValueError):
    """The study cannot be rehearsed as it stands: the sentence."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(render(sentence, {}))
        self.message = sentence


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsed trial: its ledger, the definitions its events name, the version it was opened with, the secret."""

    study: Study
    ledger: MemoryLedger
    definitions: Mapping[str, Study]
    secret: Secret


def rehearse(
    study: Study,
    *,
    participants: int,
    seed: int,
    start: date,
    say: Say = lambda thing: render(thing, {}),
    progress: Callable[[int], None] = lambda count: None,
) -> Rehearsal:
    """Rehearse a study until so many participants are enrolled and all casebooks and the study are locked.

    `seed`: the same one gives the same ledger, byte for byte. `start`: the day on which the study opens. `say` writes
    the texts that people enter, in the language of the rehearsal; `progress` is told the number of events.
    Raises `NoRehearsal` for a study that lacks what a rehearsal needs, and `RehearsalFault` where the simulator does
    what the trial does not allow. **Source** of every figure: the study's simulation.yaml.
    """
    study = _with_sites(study)
    check_plan(study)
    world = _make_world(study, participants, seed, start, say, progress)
    world.agenda.begin(_open(world), at=world.midnight("", next_weekday(start)))
    world.agenda.run()
    store = world.trial.store
    assert isinstance(store, MemoryLedger)  # noqa: S101
    return Rehearsal(study, store, world.definitions, world.secret)


def check_plan(study: Study) -> SimulationPlan:
    """The plan of a study that can be rehearsed; raises `NoRehearsal` naming what is missing."""
    plan = study.simulation
    if plan is None:
        raise NoRehearsal(
            message("The study {id} has no simulation.yaml, so nothing can be assumed.", id=study.id)
        )
    missing = tuple(name for name in needed_parameters(study) if name not in plan.parameters)
    if missing:
        raise NoRehearsal(message("simulation.yaml does not say: {names}.", names=missing))
    for part, name in (
        (study.schedule, "schedule.yaml"),
        (study.forms, "forms.yaml"),
        (study.delegation, "delegation.yaml"),
        (study.allocation, "allocation.yaml"),
    ):
        if part is None:
            raise NoRehearsal(message("A rehearsal needs {file}, which the study does not have.", file=name))
    absent = lacking(study, plan.assumed(""))
    if absent:
        raise NoRehearsal(
            message(
                "simulation.yaml assumes what the study has no concept for: {names}.",
                names=absent,
            )
        )
    unknown = check_simulation(study)
    if unknown:
        raise NoRehearsal(
            message(
                "{file}:{line}: {problem}",
                file=unknown[0].file,
                line=unknown[0].line,
                problem=unknown[0].message,
            )
        )
    if not study.identity.sites:
        raise NoRehearsal(message("The study names no site, and neither does its simulation.yaml."))
    return plan


def needed_parameters(study: Study) -> tuple[str, ...]:
    """The assumptions that a rehearsal of a study needs."""
    steered = any(one.regimen and one.regimen.target for one in study.interventions)
    pulsed = any(one.name == people.PULSE for one in study.concepts)
    assigned = isinstance(study.allocation, ConcurrentControl)
    return (
        *PARAMETERS,
        *(LEVELS if steered else ()),
        *(people.PULSE_PARAMETERS if pulsed else ()),
        *(ASSIGNED if assigned else ()),
    )


def _with_sites(study: Study) -> Study:
    """The study with the plan's sites, where the definition names none."""
    plan = study.simulation
    if study.identity.sites or plan is None or not plan.sites:
        return study
    sites = tuple(
        Site(id=one.id, name=one.name, city=one.city, country=one.country, time_zone=one.time_zone)
        for one in plan.sites
    )
    return replace(study, identity=study.identity.model_copy(update={"sites": sites}))


def _make_world(
    study: Study,
    participants: int,
    seed: int,
    start: date,
    say: Say,
    progress: Callable[[int], None],
) -> World:
    plan = check_plan(study)
    salts, calls, shares, people, seldom, rare = np.random.default_rng(seed).spawn(6)
    opened = version(study)
    definitions = {opened: study}
    ledger = MemoryLedger(salts.bytes)
    trial = Trial(ledger, definitions.__getitem__)
    secret = Secret(people.bytes(SECRET_BYTES), people.bytes(SECRET_BYTES))
    arms = {arm: plan.assumed(arm) for arm in ("", *(arm.id for arm in study.arms))}
    assert study.delegation is not None  # noqa: S101  # `check_plan` has seen to it
    return World(
        study=study,
        plan=plan,
        trial=trial,
        team=Team(study.delegation, tuple(site.id for site in study.identity.sites)),
        agenda=Agenda(trial, secret=secret, chance=calls, progress=progress),
        laboratory=Laboratory(plan, arms),
        clerk=Clerk(lower_forms(study), plan.answers, plan.findings, say),
        say=say,
        chance=people,
        shares=Shares(participants, shares),
        rare=Shares(participants, rare),
        rare_chance=seldom,
        secret=secret,
        assumed=arms[""],
        start=start,
        wanted=participants,
        version=opened,
        definitions=definitions,
    )


def _open(world: World) -> Story:
    """The study and its sites are opened, roles delegated, the version approved, reference ranges set."""
    desk = world.desk("", next_weekday(world.start), world.chance)
    yield desk.wait()
    opening = desk.do("open_study", rehearsal="true")
    yield replace(opening, account=world.team.account(world.team.table.opens), opening=world.version)
    for role, site in world.team.roles():
        if not site:
            yield desk.do("delegate", "sponsor", account=world.team.account(role), role=role)
    for site in world.team.sites:
        desk.site = site
        yield desk.do("open_site", "sponsor")
        for role, where in world.team.roles():
            if where == site:
                yield desk.do("delegate", "sponsor", account=world.team.account(role, site), role=role)
        yield desk.do("approve_version", "investigator", version=world.version, date=desk.day.isoformat())
        if world.plan.ranges:
            yield desk.do("set_reference_ranges", "data_manager", ranges=_ranges(world, desk.day))
    first = desk.day + timedelta(days=SETTLING_IN)
    world.agenda.begin(_recruit(world, first), at=desk.now)
    world.agenda.begin(closing.close_study(world), at=desk.now)
    if world.plan.amendment:
        world.agenda.begin(_amend(world, desk.day), at=desk.now)
    for site in world.team.sites:
        world.agenda.begin(_hand_over(world, site, desk.day), at=desk.now)


def _ranges(world: World, day: date) -> list[dict[str, object]]:
    return [
        {
            "concept": one.concept,
            "unit": one.unit,
            "low": one.low,
            "high": one.high,
            "sex": one.sex or "",
            "age_from": 18,
            "age_to": 120,
            "valid_from": (day - timedelta(days=365)).isoformat(),
        }
        for one in world.plan.ranges
    ]


def _recruit(world: World, first: date) -> Story:
    """People arrive one after another until enough have joined."""
    chance = world.chance.spawn(1)[0]
    waiting = _line(world, chance)
    desk = world.desk("", first, chance)
    yield desk.wait()
    gap = 7.0 / world.assumed["recruits_per_week"] * (1.0 - world.assumed["screen_failure_share"])
    while world.enrolled < world.wanted or waiting:
        if not waiting and world.enrolled + world.in_screening >= world.wanted:
            yield desk.move(desk.day + timedelta(days=7))  # the last ones are being screened
            continue
        arrival = waiting.pop() if waiting else Arrival()
        day = next_weekday(desk.day + timedelta(days=round(float(chance.exponential(gap)))))
        own = chance.spawn(1)[0]
        sex = arrival.failure.sex if arrival.failure else None
        person = draw_person(world.assumed, own, on=day, sex=sex)
        course = Course(person, one_of(world.team.sites, chance), own)
        world.courses.append(course)
        world.in_screening += arrival.joins
        yield desk.move(day)
        world.agenda.begin(take_part(world, course, desk.day, arrival), at=desk.now)
    world.recruited = True


def _line(world: World, chance: Chance) -> list[Arrival]:
    """Who comes, in which order: as many as are wanted, and among them those who will not join, each with the reason."""
    share = world.assumed["screen_failure_share"]
    failing = round(world.wanted * share / (1.0 - share))
    declining = round(failing * world.assumed["declines_share"])
    reasons = {one.id: one for one in world.plan.screen_failures}
    if not reasons:
        declining = failing
    dealt = deal({id: float(one.weight) for id, one in reasons.items()}, failing - declining, chance)
    line = [Arrival(declines=True)] * declining
    for id in dealt:
        passes = chance.random() < float(reasons[id].passes_again)
        line.append(Arrival(reasons[id], passes=passes))
    line += [Arrival()] * (world.wanted - sum(one.joins for one in line))
    return [line[int(index)] for index in chance.permutation(len(line))]


def _amend(world: World, opened: date) -> Story:
    """A new version of the definition is released, then approved at every site, some days after each other."""
    amendment = world.plan.amendment
    assert amendment is not None  # noqa: S101  # begun only where there is one
    chance = world.chance.spawn(1)[0]
    desk = world.desk("", next_weekday(parse_offset(amendment.after).after(opened)), chance)
    yield desk.wait()
    amended = amended_study(world.study, note=amendment.note)
    amended_version = version(amended)
    world.definitions[amended_version] = amended
    if world.trial.study.locked:
        return
    released = yield desk.do(
        "approve_version",
        "sponsor",
        version=amended_version,
        date=desk.day.isoformat(),
        may_refuse=True,  # the study may be locked between two steps
    )
    if isinstance(released, Refusal):
        return
    for site in world.team.sites:
        desk.site = site
        yield desk.move(next_weekday(desk.day + timedelta(days=int(chance.integers(0, 10)))))
        yield desk.do(
            "approve_version",
            "investigator",
            version=amended_version,
            date=desk.day.isoformat(),
            may_refuse=True,  # the study may be locked between two steps
        )


def amended_study(study: Study, *, note: object) -> Study:
    """The study with its version label raised and a note; nothing that decides anything differs."""
    identity = study.identity
    label = f"{identity.version}-a1"
    return replace(
        study, identity=identity.model_copy(update={"version": label, "notes": (*identity.notes, note)})
    )


def _hand_over(world: World, site: str, opened: date) -> Story:
    """Half a year on, somebody else takes over as nurse: another begins, then the one who leaves ends."""
    chance = world.chance.spawn(1)[0]
    desk = world.desk(site, next_weekday(opened + timedelta(days=int(chance.integers(120, 240)))), chance)
    yield desk.wait()
    role = world.team.who_may("record_form", "nurse")
    if world.trial.study.locked or not world.team.is_of_site(role):
        return
    leaving, coming = world.team.account(role, site), world.team.successor(role, site, number=2)
    # the study may be locked between two steps: then nobody takes over
    begun = yield desk.do("delegate", "sponsor", account=coming, role=role, may_refuse=True)
    if isinstance(begun, Refusal):
        return
    world.team.hand_over(role, site, coming)
    yield desk.do(
        "revoke",
        "sponsor",
        account=leaving,
        role=role,
        reason=message("leaves the hospital"),
        minutes=1.0,
        may_refuse=True,
    )


__all__ = ["CONDUCT", "PARAMETERS", "NoRehearsal", "Rehearsal", "check_plan", "rehearse"]
