"""The deviations of a participant: those the ledger shows by itself, and those that people reported, each once.

What the ledger shows is computed anew on every reading, so that a corrected day corrects it too: visits outside their
windows, visits missed or of which nothing is recorded, and doses that the definition plans and nobody recorded. What was
found when a dose was entered stands until a correction of the dose takes it back. A dose
is missed where neither an interruption, nor a stop for good, nor the regimen itself says that none is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeVar

from trialwright.conduct.administration import expired
from trialwright.conduct.dosing.present import ends_hold, exact_day
from trialwright.conduct.dosing.propose import propose_dose
from trialwright.conduct.due import plan_activities
from trialwright.conduct.given import find_interventions
from trialwright.conduct.schedule import PlannedVisit, derive_end, plan_visits
from trialwright.record.participant import Deviation, Dose, Participant
from trialwright.study.design import Intervention
from trialwright.study.model import Study
from trialwright.terms.message import Message, Text, message
from trialwright.terms.stored_message import unpack_message

FoundBy = Literal["rules", "person", "both"]

FOUND_BY: dict[FoundBy, Message] = {
    "rules": message("the rules"),
    "person": message("a person"),
    "both": message("the rules and a person"),
}
"""Who found a deviation: computed from the ledger, reported, or both of the same."""

NO_DOSE = frozenset({"hold", "stop", "not_planned"})
"""Outcomes of a proposal by which no dose is due, so that none is missed."""

_DAY = timedelta(days=1)
T = TypeVar("T", Message, Message | Text | str)


class DeviationFound(NamedTuple):
    """One deviation. `day`: as entered, or of what the rules found the first day; '' where none is known.

    `category`: as of `Deviation`. `severity`: minor | major; '' where nobody rated it, since no rule of the protocol
    does. `rated_by`: rules (as it was entered) | person; '' where nobody. `texts`: what happened, in the words of the
    rules and of the people who reported it. `positions`: in the ledger.
    """

    participant: str
    day: str
    category: str
    severity: str
    visit: str
    texts: tuple[Message | Text | str, ...]
    found_by: FoundBy
    positions: tuple[int, ...]
    rated_by: Literal["", "rules", "person"]


class _Shown(NamedTuple):
    """What the ledger shows by itself, from a first to a last day."""

    category: str
    visit: str
    first: date | None
    last: date | None
    day: str
    text: Message
    positions: tuple[int, ...]


def derive_deviations(study: Study, participant: Participant, *, on: date) -> tuple[DeviationFound, ...]:
    """Give every deviation of a participant up to a day, in the order of their days.

    A report of the same category about the same visit, or of a day on which the rules found one, tells of the same
    deviation: it is one, found by both. What a rule wrote down at entry and does not find any more, since the day of the
    visit, or the dose, was corrected, is none, nor is what a person took back; the ledger keeps it, and
    `Deviation.taken_back` says since when. `on`: the calendar day at the site.
    """
    shown = [*_visits(study, participant, on), *_doses(study, participant, on)]
    told: dict[int, list[Deviation]] = {}
    rest = []
    for deviation in participant.deviations:
        if deviation.taken_back:
            continue
        place = next(
            (place for place, each in enumerate(shown) if _is_same(each, deviation, told.get(place, []))),
            None,
        )
        if place is not None:
            told.setdefault(place, []).append(deviation)
        elif not (deviation.by_system and deviation.category == "visit"):
            rest.append(deviation)
    found = [_joined(participant, each, told.get(place, [])) for place, each in enumerate(shown)]
    found += [_recorded(study, participant, each) for each in rest]
    return tuple(sorted(found, key=lambda each: (each.day, each.positions)))


def _is_same(shown: _Shown, deviation: Deviation, told: Sequence[Deviation]) -> bool:
    """Whether a deviation on record tells of what the rules show; of several reports of a person only the first does."""
    if shown.category != deviation.category or deviation.dose:
        return False  # one of a dose that was given is none of a dose that is not recorded
    if not deviation.by_system and any(not each.by_system for each in told):
        return False
    if deviation.visit:
        return deviation.visit == shown.visit
    day = exact_day(deviation.date)
    return (
        day is not None
        and shown.first is not None
        and shown.last is not None
        and shown.first <= day <= shown.last
    )


def _joined(participant: Participant, shown: _Shown, told: Sequence[Deviation]) -> DeviationFound:
    by_people = [each for each in told if not each.by_system]
    rated = sorted((each for each in told if not each.by_system or each.changed), key=_stated)
    counts = next(iter((*rated[::-1], *told)), None)  # a person's last rating counts before the rule's
    return DeviationFound(
        participant.id,
        shown.day,
        shown.category,
        counts.severity if counts else "",
        shown.visit,
        (shown.text, *(each.text for each in by_people if each.text)),
        "both" if by_people else "rules",
        tuple(sorted({*shown.positions, *(position for each in told for position in _events(each))})),
        _rater(counts),
    )


def _recorded(study: Study, participant: Participant, deviation: Deviation) -> DeviationFound:
    text: Message | Text | str = deviation.text
    dose = next((each for each in participant.doses if each.number == deviation.dose), None)
    if dose is not None:
        text = (
            (expired(study, dose) or text)
            if deviation.matter == "lot"
            else _departure(study, dose, deviation)
        )
        text = _because(text, deviation.reason)
    return DeviationFound(
        participant.id,
        dose.start if dose is not None else deviation.date,
        deviation.category,
        deviation.severity,
        deviation.visit,
        (text,) if text else (),
        "rules" if deviation.by_system else "person",
        _events(deviation),
        _rater(deviation),
    )


def _stated(deviation: Deviation) -> int:
    """The position of the event that last states a deviation."""
    return deviation.changed or deviation.position


def _events(deviation: Deviation) -> tuple[int, ...]:
    """The events behind a deviation: that it was found or reported, and its last correction."""
    return tuple(sorted({deviation.position, _stated(deviation)}))


def _rater(deviation: Deviation | None) -> Literal["", "rules", "person"]:
    if deviation is None or not deviation.severity:
        return ""
    return "rules" if deviation.by_system and not deviation.changed else "person"


def _departure(study: Study, dose: Dose, deviation: Deviation) -> Message | Text:
    """The sentence of a dose other than the proposed one, in every language: as kept, unless it is masked."""
    kept = unpack_message(deviation.says) if deviation.text and deviation.says else None
    if kept is not None:
        return kept
    given = {
        "intervention": study.intervention_title(dose.intervention),
        "amount": dose.amount,
        "unit": dose.unit,
    }
    if dose.proposed:
        return message(
            "{intervention}: {amount} {unit} given; {proposed} proposed.", **given, proposed=dose.proposed
        )
    return message("{intervention}: {amount} {unit} given; no dose was proposed.", **given)


# Visits


def _visits(study: Study, participant: Participant, on: date) -> Iterator[_Shown]:
    for planned in plan_visits(study, participant, on=on):
        visit, window = planned.visit, planned.window
        first, last = (window.first, window.last) if window else (None, None)
        if planned.deviation is not None and visit is not None:
            day = exact_day(visit.date)
            yield _Shown("visit", visit.id, day, day, visit.date, planned.deviation, (visit.position,))
        elif planned.status == "missed" and visit is not None:
            said = (
                message("{visit} was missed ({first} to {last}).", visit=planned.encounter.title, first=first, last=last)
                if window
                else message("{visit} was missed.", visit=planned.encounter.title)
            )  # fmt: skip
            day_text = (window.due or window.first).isoformat() if window else ""
            yield _Shown(
                "visit", visit.id, first, last, day_text, _because(said, visit.reason), planned.because
            )
        elif planned.status == "late" and window is not None:
            said = message("Nothing is recorded of {visit} ({first} to {last}).", visit=planned.encounter.title, first=first, last=last)  # fmt: skip
            due = (window.due or window.first).isoformat()
            yield _Shown("visit", planned.id, first, last, due, said, planned.because)


def _because(said: T, reason: str) -> Message | T:
    return message("{said} Reason given: {reason}", said=said, reason=reason) if reason.strip() else said


# Doses


def _doses(study: Study, participant: Participant, on: date) -> Iterator[_Shown]:
    if participant.allocated is None or study.schedule is None:
        return
    visits = [each for each in plan_visits(study, participant, on=on) if each.encounter.type == "scheduled"]
    for intervention in find_interventions(study, participant):
        regimen = intervention.regimen
        if regimen is None or regimen.limits_a_course:
            continue  # a course in the run-in has no day of its own on which it is due
        own = [each for each in participant.taken() if each.intervention == intervention.id]
        if any(exact_day(dose.start) is None or (dose.end and exact_day(dose.end) is None) for dose in own):
            continue  # a dose of an uncertain day may be the one that seems to be missing
        if regimen.frequency == "once_per_encounter":
            yield from _administrations(study, participant, intervention, own, visits, on)
        else:
            yield from _gaps(study, participant, intervention, own, visits, on)


def _administrations(
    study: Study,
    participant: Participant,
    intervention: Intervention,
    doses: Sequence[Dose],
    visits: Sequence[PlannedVisit],
    on: date,
) -> Iterator[_Shown]:
    """The visits at which one was planned and none is recorded."""
    regimen = intervention.regimen
    extra = {each.dose for each in participant.deviations if each.dose and not each.taken_back}
    extra &= {
        dose.number for dose in doses if not dose.proposed
    }  # an infusion too much is none of a missed visit
    for planned in visits:
        visit, window = planned.visit, planned.window
        if regimen is None or visit is None or planned.encounter.id not in regimen.encounters:
            continue
        held = exact_day(visit.date) if not visit.missed else None
        first = held or (window.first if window else None)
        last = held or (window.last if window else None)
        taken = [dose for dose in doses if held or dose.number not in extra]
        if first is None or last is None or any(_belongs(dose, visit.id, first, last) for dose in taken):
            continue
        if last >= on and derive_end(participant) is None:
            continue  # the day is not over
        if not _is_due(study, participant, intervention, doses, last, planned.encounter.id if held else None):
            continue
        said = (
            message("{intervention} is not recorded at {visit}, where it is planned.", intervention=intervention.title, visit=planned.encounter.title)
            if held
            else message("{intervention} of {visit} is not recorded: the visit was missed.", intervention=intervention.title, visit=planned.encounter.title)
        )  # fmt: skip
        day = held or (window.due if window and window.due else first)
        yield _Shown("dose", visit.id, first, last, day.isoformat(), said, (visit.position,))


def _belongs(dose: Dose, visit: str, first: date, last: date) -> bool:
    day = exact_day(dose.start)
    return not dose.prior and (dose.visit == visit or (day is not None and first <= day <= last))


def _gaps(
    study: Study,
    participant: Participant,
    intervention: Intervention,
    doses: Sequence[Dose],
    visits: Sequence[PlannedVisit],
    on: date,
) -> Iterator[_Shown]:
    """The days without a daily dose, from the first visit that plans it (else the first dose) to the end of the course."""
    began = _begin(study, participant, intervention, visits, on) or min(
        (day for dose in doses if not dose.prior and (day := exact_day(dose.start))), default=None
    )
    end = derive_end(participant)
    last = min(on, end.day - _DAY) if end is not None else on - _DAY  # the day is not over
    if began is None:
        return
    reached = began - _DAY
    spans = sorted(
        (start, exact_day(dose.end) if dose.end else last, dose.position)
        for dose in doses
        if (start := exact_day(dose.start)) is not None
    )
    position: tuple[int, ...] = ()
    for start, stop, place in [*spans, (last + _DAY, last, 0)]:
        first, until = reached + _DAY, min(start - _DAY, last)
        if first <= until and _is_due(study, participant, intervention, doses, first, None):
            said = (
                message("{intervention} is not recorded for {day}.", intervention=intervention.title, day=first)
                if first == until
                else message("{intervention} is not recorded from {first} to {last}.", intervention=intervention.title, first=first, last=until)
            )  # fmt: skip
            yield _Shown("dose", "", first, until, first.isoformat(), said, position)
        reached = max(reached, stop or last)
        position = (place,) if place else position


def _begin(
    study: Study,
    participant: Participant,
    intervention: Intervention,
    visits: Sequence[PlannedVisit],
    on: date,
) -> date | None:
    """The day of the first visit that took place and at which the intervention is planned."""
    for planned in visits:
        day = exact_day(planned.visit.date) if planned.visit and not planned.visit.missed else None
        if day is not None and _plans(study, participant, intervention.id, planned.encounter.id, on):
            return day
    return None


def _plans(study: Study, participant: Participant, intervention: str, encounter: str, on: date) -> bool:
    """Whether some activity of a visit gives the intervention; conditions are evaluated only where there are any."""
    activities = [
        each
        for each in (study.schedule.activities if study.schedule else ())
        if encounter in each.encounters and intervention in each.interventions
    ]
    if any(each.condition for each in activities):
        planned = plan_activities(study, participant, encounter, on=on)
        return any(each.applies and intervention in each.interventions for each in planned)
    return any(not each.arms or participant.arm in each.arms for each in activities)


def _is_due(
    study: Study,
    participant: Participant,
    intervention: Intervention,
    doses: Sequence[Dose],
    day: date,
    encounter: str | None,
) -> bool:
    """Whether a dose was due on a day: not stopped, not interrupted, and not ruled out by the regimen."""
    for stop in participant.discontinuations:
        stopped = exact_day(stop.date)
        if stop.intervention == intervention.id and (stopped is None or stopped <= day):
            return False
    for hold in participant.holds:
        held = exact_day(hold.start)
        if hold.intervention == intervention.id and (held is None or held <= day):
            resumed = [
                each
                for dose in doses
                if held and (each := exact_day(dose.start)) and ends_hold(each, dose, hold)
            ]
            if not resumed or min(resumed) > day:
                return False
    single = intervention.regimen is not None and intervention.regimen.frequency == "once_per_encounter"
    if single and encounter is None:
        return True  # the visit did not take place: there is nothing to judge the dose by
    proposal = propose_dose(study, participant, intervention.id, on=day, encounter=encounter)
    return proposal.outcome not in NO_DOSE
