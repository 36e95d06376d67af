"""A participant of a trial as rules see them: typed facts, and the days that the schedule names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from trialwright.logic.interpreter import Context, Occasion, Setting
from trialwright.record.fact import ConceptType, Fact, Person, SetAside, Unreadable, read_fact, read_person
from trialwright.record.participant import Dose, Participant
from trialwright.record.raw import RawPerson
from trialwright.study.model import Study
from trialwright.study.rules import FORMULAS, concept_types

if TYPE_CHECKING:
    from trialwright.study.schedule import Anchor, AnchorEvent

SETTING = Setting("search", FORMULAS)
"""A participant's ledger is complete: what did not happen is not there, so silence about an event means no."""


def type_participant(study: Study, participant: Participant) -> Person:
    """Give the typed record of a participant: everything on record that is about a concept of the study."""
    concepts = concept_types(study)
    facts: dict[str, list[Fact]] = {}
    unreadable = set()
    for raw in participant.facts():
        concept: ConceptType | None = concepts.get(raw.concept)
        if concept is None:
            continue
        try:
            fact = read_fact(raw, concept)
        except SetAside:
            continue
        except Unreadable:
            unreadable.add(raw.concept)
            continue
        if fact is not None:
            facts.setdefault(raw.concept, []).append(fact)
    death = participant.died.date or "yes" if participant.died else ""
    raw_person = RawPerson(participant.id, participant.sex, participant.birth, death)
    return read_person(
        raw_person, {concept: tuple(rows) for concept, rows in facts.items()}, frozenset(unreadable)
    )


def derive_occasions(study: Study, participant: Participant) -> Mapping[str, Occasion]:
    """Give the days that the anchors of the schedule have for a participant, by anchor id.

    An anchor whose event has not happened, or whose day is not exactly known, is not among them. Of a dose, facts
    dated to a later hour of that day than the dose began are `left_out`, so that a baseline lies before it.
    """
    found: dict[str, Occasion] = {}
    for anchor in study.schedule.anchors if study.schedule else ():
        occasion = _occasion(participant, anchor)
        if occasion is not None:
            found[anchor.id] = occasion
    return found


def open_context(
    study: Study,
    participant: Participant,
    *,
    on: date,
    person: Person | None = None,
    also: Mapping[str, Occasion] | None = None,
) -> Context:
    """Give the situation of a participant on a day, with all that is on record up to it and its named days.

    `person`: the typed record, if it is already there. `also`: further named days, such as the visit judged; facts
    that belong to one of them count whatever their date.
    """
    person = person or type_participant(study, participant)
    named = {**derive_occasions(study, participant), **(also or {})}
    members = frozenset[str]().union(*(each.only or () for each in named.values()))
    rows = {
        concept: tuple(fact for fact in facts if fact.start_low <= on or fact.fact in members)
        for concept, facts in person.facts.items()
    }
    return Context(person, on, on, SETTING, rows, named)


def _occasion(participant: Participant, anchor: Anchor) -> Occasion | None:
    for event in anchor.events:
        if event.arms and participant.arm not in event.arms:
            continue
        if event.event.endswith("_dose"):
            return _dose_day(participant, event)
        day = _exact(_dated(participant, event.event))
        return None if day is None else Occasion(day)
    return None


def _dated(participant: Participant, event: str) -> str:
    match event:
        case "consent":
            return min((consent.date for consent in participant.consents if consent.date), default="")
        case "enrolment":
            return participant.enrolled.date if participant.enrolled else ""
        case "allocation":
            return participant.allocated.date if participant.allocated else ""
    raise ValueError(event)


def _dose_day(participant: Participant, event: AnchorEvent) -> Occasion | None:
    doses = [dose for dose in participant.doses if dose.intervention in event.interventions]
    if event.event == "last_dose":
        last = [_exact(dose.end or dose.start) for dose in doses]
        known = [day for day in last if day is not None]
        running = any(dose.ongoing for dose in doses) or len(known) < len(last)
        return None if running or not known else Occasion(max(known))
    first = [day for dose in doses if (day := _exact(dose.start)) is not None]
    if not first:
        return None
    day = min(first)
    hour = min(filter(None, (_hour(dose) for dose in doses if _exact(dose.start) == day)), default="")
    return Occasion(day, left_out=frozenset(_later(participant, day, hour)) if hour else frozenset())


def _hour(dose: Dose) -> str:
    """When a dose began, HH:MM; '' where that is not known."""
    text = dose.started or dose.start
    _, _, clock = text.partition("T")
    clock = clock or (text if ":" in text else "")
    return clock[:5]


def _later(participant: Participant, day: date, hour: str) -> Iterator[str]:
    """The facts that are dated to a later hour of a day."""
    for fact in participant.facts():
        if _exact(fact.start) == day and fact.start[10:11] == "T" and fact.start[11:16] > hour:
            yield fact.fact


def _exact(text: str) -> date | None:
    """The day of a date text; None for a partial or missing one."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
