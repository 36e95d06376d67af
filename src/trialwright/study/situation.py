"""A participant of a trial as rules see them: typed facts, and the days that the schedule names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from trialwright.logic.interpreter import Came, Context, Occasion, Setting
from trialwright.record.fact import ConceptType, Person, read_person
from trialwright.record.item_facts import form_facts
from trialwright.record.participant import Dose, Participant
from trialwright.record.raw import RawPerson
from trialwright.record.typed import TypedFacts, count_once, join_facts, type_facts
from trialwright.study.anchors import derive_anchors
from trialwright.study.model import Study
from trialwright.study.rules import FORMULAS, concept_types

SETTING = Setting("search", FORMULAS)
"""A participant's ledger is complete: what did not happen is not there, so silence about an event means no."""


def type_participant(study: Study, participant: Participant) -> Person:
    """Give the typed record of a participant: everything on record that is about a concept of the study."""
    types = concept_types(study)
    return participant.kept.get("typed", types, lambda: _carried(types, participant))


def _carried(types: Mapping[str, ConceptType], participant: Participant) -> Person:
    death = participant.died.date or "yes" if participant.died else ""
    raw = RawPerson(participant.id, participant.sex, participant.birth, death)
    said = [form_facts(participant, form) for form in participant.forms.values()]
    parts = (
        raw,
        participant.record,
        list(filter(None, said)),
        participant.other_facts(),
        participant.retold(),
    )
    return participant.carried.get("typed", types, lambda: _typed(types, participant, raw), parts=parts)


def _typed(types: Mapping[str, ConceptType], participant: Participant, raw: RawPerson) -> Person:
    typed = count_once(join_facts(type_sources(types, participant)), participant.retold())
    return read_person(raw, typed.facts, typed.unreadable)


def type_sources(
    types: Mapping[str, ConceptType], participant: Participant, *, without: str = ""
) -> Iterator[TypedFacts]:
    """Type each source of a participant's facts by itself: the record, every form but `without`, doses and events.

    What a source said before stays typed, so that a new form or dose costs no more than itself.
    """
    kept = participant.carried
    record = participant.record
    yield kept.get("typed record", types, lambda: type_facts(record, types), parts=record)
    for form in participant.forms.values():
        if form.id != without:
            yield form.kept.get("typed", types, lambda: type_facts(form_facts(participant, form), types))  # noqa: B023
    yield from kept.each(
        "typed facts", types, participant.other_facts(), lambda fact: type_facts((fact,), types)
    )


def derive_occasions(study: Study, participant: Participant) -> Mapping[str, Occasion]:
    """Give the days that the anchors of the schedule have for a participant, by anchor id.

    An anchor whose event has not happened, or whose day is not exactly known, is not among them. Where a dose with an
    hour gives the day, facts dated to a later hour of that day are `left_out`, so that a baseline lies before it.
    """
    return participant.kept.get("occasions", study, lambda: dict(_occasions(study, participant)))


def _occasions(study: Study, participant: Participant) -> Iterator[tuple[str, Occasion]]:
    for id, anchor in derive_anchors(study, participant).items():
        if anchor.day is not None:
            hours = [_hour(dose) for dose in participant.doses if dose.position in anchor.because]
            hour = min(filter(None, hours), default="")
            later = frozenset(_later(participant, anchor.day, hour)) if hour else frozenset[str]()
            yield id, Occasion(anchor.day, left_out=later)


def open_context(
    study: Study,
    participant: Participant,
    *,
    on: date,
    person: Person | None = None,
    days: Mapping[str, Occasion] | None = None,
    also: Mapping[str, Occasion] | None = None,
    came: Mapping[str, Came] | None = None,
) -> Context:
    """Give the situation of a participant on a day, with all that is on record up to it and its named days.

    `person`, `days`: the typed record and the days of the anchors, if they are already there. `also`: further named days, such as the visit judged; facts
    that belong to one of them count whatever their date. `came`: what is known of the events that rules ask for.
    """
    person = person or type_participant(study, participant)
    named = {**(derive_occasions(study, participant) if days is None else days), **(also or {})}
    members = frozenset[str]().union(*(each.only or () for each in named.values()))
    rows = {
        concept: tuple([fact for fact in facts if fact.start_low <= on or fact.fact in members])
        for concept, facts in person.facts.items()
    }
    return Context(person, on, on, SETTING, rows, named, came or {})


def _hour(dose: Dose) -> str:
    """When a dose began, HH:MM; '' where that is not known."""
    text = dose.started or dose.start
    _, _, clock = text.partition("T")
    clock = clock or (text if ":" in text else "")
    return clock[:5]


def _later(participant: Participant, day: date, hour: str) -> Iterator[str]:
    """The facts that are dated to a later hour of a day."""
    that_day = f"{day.isoformat()}T"
    for fact in participant.facts_with_hour():
        if fact.start.startswith(that_day) and fact.start[11:16] > hour:
            yield fact.fact
