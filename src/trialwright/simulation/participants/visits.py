"""A visit as people hold it: it is opened, its forms are filled in, now and then with a gap or a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from trialwright.conduct.dosing import propose_dose
from trialwright.conduct.dosing.amounts import read_amount
from trialwright.conduct.dosing.present import read_present
from trialwright.conduct.due import plan_activities
from trialwright.conduct.forms import Entry, FormContext, check_entries, find_asked
from trialwright.record.participant import Participant
from trialwright.simulation.participants.agenda import Story, Telling
from trialwright.simulation.participants.chance import one_of
from trialwright.simulation.participants.clerk import Occasion
from trialwright.simulation.participants.results import DAYS_OF_A_WEEK, Reported
from trialwright.simulation.participants.world import Correction, Course, Desk, World, later
from trialwright.study.code_lists import NOT_DONE_LIST
from trialwright.study.simulation import Answer
from trialwright.study.situation import derive_occasions

NOT_DONE = ("not_performed", "sample_unusable", "result_unavailable", "declined")
"""Reasons why a result is missing, in this order of preference; a study's own list decides which there are."""

FEVER = 38.6  # °C, while somebody has a serious infection
LOWEST_LEVEL = 0.5  # what the laboratory still measures, in the unit of the target
LONG_AGO = date(1900, 1, 1)
PASSES = 4  # conditions that hang on each other settle in that many rounds


class Held(NamedTuple):
    """A visit that is being held: its id, its encounter, and what was measured."""

    visit: str
    encounter: str
    measured: Mapping[str, Reported]


def measure(world: World, course: Course, on: date, *, screening: bool = False) -> dict[str, Reported]:
    """What is measured of a participant on a day."""
    days = (on - course.week_0).days if course.week_0 else -1
    fever = FEVER if course.fever_until and on <= course.fever_until else None
    found = world.laboratory.measure(
        course.person,
        course.chance,
        arm=course.arm,
        weeks=days / DAYS_OF_A_WEEK,
        on=on,
        temperature=fever,
        screening=screening,
    )
    return found | _levels(world, course, on)


def _levels(world: World, course: Course, on: date) -> dict[str, Reported]:
    """Levels in the blood of what somebody takes, in proportion to the dose of the days before."""
    study = world.definition(course.site, on)
    found = {}
    for intervention in study.interventions:
        regimen = intervention.regimen
        if regimen is None or regimen.target is None:
            continue
        present = read_present(world.participant(course), intervention.id, on=on - timedelta(days=1))
        planned = read_amount(regimen.steps[0].amount or "")
        taken = 0.0
        if present.amount is not None and present.held is None and present.stopped is None:
            taken = float(present.amount.to(planned.unit).value / planned.value)
        level = taken * world.laboratory.level(course.person, course.chance, course.arm)
        unit = read_amount(regimen.target.low).unit
        found[regimen.target.concept] = Reported(f"{max(level, LOWEST_LEVEL):.1f}", unit, 1)
    return found


def hold_visit(
    world: World,
    course: Course,
    desk: Desk,
    encounter: str,
    measured: Mapping[str, Reported],
    *,
    only: frozenset[str] | None = None,
    flawless: bool = False,
) -> Telling[Held]:
    """Open a visit and fill in its forms; `only`: the forms of an unscheduled one. Returns `Held`."""
    event = yield desk.do(
        "open_visit", "coordinator", participant=course.id, encounter=encounter, date=desk.day.isoformat()
    )
    visit = str(event.data["visit"])
    for form in asked_forms(world, course, encounter, desk.day):
        if only is not None and form not in only:
            continue
        yield from fill_form(world, course, desk, visit, encounter, form, measured, flawless=flawless)
    return Held(visit, encounter, measured)


def asked_forms(world: World, course: Course, encounter: str, on: date) -> tuple[str, ...]:
    """The forms of the activities that apply at a visit, each once; logs are kept elsewhere."""
    study = world.definition(course.site, on)
    logs = {form.id for form in (study.forms.forms if study.forms else ()) if form.repeating}
    found: dict[str, None] = {}
    for planned in plan_activities(study, world.participant(course), encounter, on=on):
        if planned.applies:
            found.update(dict.fromkeys(form for form in planned.activity.forms if form not in logs))
    return _in_order(world, tuple(found))


def _in_order(world: World, forms: tuple[str, ...]) -> tuple[str, ...]:
    """Forms so that what the rules of one read has been recorded on another before, as far as that goes."""
    said = {form: _concepts_on(world, form) for form in forms}
    left, ordered = list(forms), list[str]()
    while left:
        ready = next(
            (
                form
                for form in left
                if not any(world.clerk.forms.reads[form] & said[other] for other in left if other != form)
            ),
            left[0],
        )
        left.remove(ready)
        ordered.append(ready)
    return tuple(ordered)


def _concepts_on(world: World, form: str) -> frozenset[str]:
    groups = world.clerk.forms.form(form).groups
    items = {item.concept for group in groups for item in group.items if item.concept}
    rows = {group.checklist or (group.fact.concept if group.fact else None) for group in groups}
    return frozenset(items | {name for name in rows if name})


def forms_about(world: World, concepts: Iterable[str]) -> frozenset[str]:
    """The forms that ask about any of some concepts."""
    wanted = set(concepts)
    return frozenset(
        form.id
        for form in (world.study.forms.forms if world.study.forms else ())
        if _concepts_on(world, form.id) & wanted
    )


def fill_log(world: World, course: Course, desk: Desk, form: str, answers: Mapping[str, Answer]) -> Story:
    """A new entry of a log, as the plan spells it out."""
    occasion = Occasion(course.person, {}, desk.day, LONG_AGO, dosed=False, chance=course.chance)
    yield desk.do(
        "record_form",
        "coordinator",
        participant=course.id,
        form=form,
        entries=world.clerk.fill_log(form, answers, occasion),
    )


def fill_form(
    world: World,
    course: Course,
    desk: Desk,
    visit: str,
    encounter: str,
    form: str,
    measured: Mapping[str, Reported],
    *,
    flawless: bool,
) -> Story:
    """Fill in one form of a visit. A slip is noted, to be found and corrected some days later."""
    participant = world.participant(course)
    taken = participant.visit(visit)
    day = date.fromisoformat(taken.date) if taken else desk.day
    dosed = world.clerk.asks_about_dose(form) and _is_dosed(world, course, encounter, desk.day)
    since = _last_listed(participant, form)
    occasion = Occasion(course.person, measured, day, since, dosed=dosed, chance=course.chance)
    context = FormContext(
        participant=participant,
        record=f"{visit}/{form}",
        encounter=encounter,
        visit_date=day.isoformat(),
        today=desk.day,
        ranges=world.trial.site(desk.site).ranges,
        named=derive_occasions(world.clerk.forms.study, participant),
    )
    entries = _asked(world, form, world.clerk.fill(form, occasion), context)
    right = dict(entries)
    if not flawless:
        entries = _with_gaps(world, course, entries)
        entries = _with_slip(world, course, form, entries, context)
    yield desk.do(
        "record_form",
        "nurse" if course.chance.random() < 0.3 else "coordinator",
        participant=course.id,
        form=form,
        visit=visit,
        entries=entries,
    )
    wrong = {
        path: right[path] for path, entry in entries.items() if entry != right[path] and not entry.not_done
    }
    if wrong:
        when = later(desk.day, 1 + course.chance.integers(0, 12))
        course.corrections.append(Correction(when, f"{visit}/{form}", wrong))


def _is_dosed(world: World, course: Course, encounter: str, on: date) -> bool:
    """Whether some intervention of the visit is given there by plan, and nothing forbids it."""
    study, participant = world.definition(course.site, on), world.participant(course)
    ids = [
        id
        for planned in plan_activities(study, participant, encounter, on=on)
        if planned.applies
        for id in planned.interventions
    ]
    return any(
        propose_dose(study, participant, id, on=on, encounter=encounter).outcome == "give" for id in ids
    )


def _last_listed(participant: Participant, form: str) -> date:
    """The day after the last visit at which a form was filled in: what came before is listed there."""
    days = [
        visit.date
        for record in participant.forms.values()
        if record.form == form and (visit := participant.visit(record.visit)) is not None
    ]
    return date.fromisoformat(max(days)) + timedelta(days=1) if days else LONG_AGO


def _asked(world: World, form: str, entries: dict[str, Entry], context: FormContext) -> dict[str, Entry]:
    """The entries whose items are asked here: where conditions decide, they are judged as the form judges them."""
    forms = world.clerk.forms
    words = world.clerk.words_of_conditions(form)
    for _ in range(PASSES if words else 0):
        asked = find_asked(forms, form, entries, context)
        dropped = {path for path in entries if asked.get(path) is False}
        entries = {path: entry for path, entry in entries.items() if path not in dropped}
        if words.isdisjoint(path.rpartition(".")[2] for path in dropped):
            break
    return entries


def _with_gaps(world: World, course: Course, entries: dict[str, Entry]) -> dict[str, Entry]:
    """Here and there a result is missing, with its reason."""
    definition = world.clerk.forms.study.forms
    reasons = {entry.value for entry in definition.code_list(NOT_DONE_LIST).entries} if definition else set()
    known = [reason for reason in NOT_DONE if reason in reasons]
    share = world.assumed["item_missing_share"]
    return {
        path: Entry(not_done=one_of(known, course.chance))
        if entry.unit and known and course.chance.random() < share
        else entry
        for path, entry in entries.items()
    }


def _with_slip(
    world: World, course: Course, form: str, entries: dict[str, Entry], context: FormContext
) -> dict[str, Entry]:
    """Now and then two digits of a result change places; what the form would refuse at once is typed right."""
    if course.chance.random() >= world.assumed["correction_share"]:
        return entries
    able = [path for path, entry in entries.items() if entry.unit and _slip(entry.value) != entry.value]
    if not able:
        return entries
    path = one_of(able, course.chance)
    slipped = {**entries, path: entries[path]._replace(value=_slip(entries[path].value))}
    return entries if check_entries(world.clerk.forms, form, slipped, context).refused else slipped


def _slip(text: str) -> str:
    """The number with its last two digits changed over; the text itself where that changes nothing."""
    places = [index for index, letter in enumerate(text) if letter.isdigit()]
    if len(places) < 2:
        return text
    first, second = places[-2:]
    letters = list(text)
    letters[first], letters[second] = letters[second], letters[first]
    changed = "".join(letters)
    return text if changed[0] == "0" and not changed.startswith("0.") else changed
