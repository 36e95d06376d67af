"""Each participant on half a page: days, visits with the main results and the response, doses, events."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.endpoints.follow_up import FollowUp, Held
from trialwright.endpoints.response import assess_response, explain_response
from trialwright.record.participant import Participant
from trialwright.reports.document import Column
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.flow import ending
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.study.prose.words import Words
from trialwright.study.schedule import visit_title
from trialwright.terms.message import Message, message

MOST = 6  # results beside each other


def write_profiles(data: TrialData, sheet: Sheet) -> None:
    """Everybody who was allocated, in order of consent."""
    followed = [one for one in data.cohort.followed if one.participant.allocated]
    if not followed:
        return
    sheet.page()
    sheet.heading(message("Participant profiles"), "profiles", level=1)
    concepts = shown_concepts(data)
    words = Words(data.study)
    for one in followed:
        _write_profile(data, sheet, one, concepts, words)


def shown_concepts(data: TrialData) -> list[str]:
    """The measurements that the declared response reads, in the order it reads them."""
    found: list[str] = []
    measured = {each.name for each in data.study.concepts if each.kind == "measurement"}
    if data.plan.responses:
        response = data.plan.responses[0]
        for rule in data.rules.chosen.responses[response.id].reading().categories:
            for node in rule.condition.walk() if rule.condition else ():
                name = getattr(node, "concept", None)
                if name in measured and name not in found:
                    found.append(name)
    return found[:MOST]


def _write_profile(data: TrialData, sheet: Sheet, one: FollowUp, concepts: list[str], words: Words) -> None:
    participant = one.participant
    sheet.heading(
        message("{id}, {arm}", id=participant.id, arm=participant.arm or message("arm not known")),
        f"p-{participant.id}",
        level=2,
    )
    sheet.say(_course(one))
    labels = {each.name: each for each in data.study.concepts}
    columns = [
        Column("visit", message("Visit"), "text"),
        Column("date", message("Date"), "text"),
        *(
            Column(
                f"r_{index}",
                message("{name}, {unit}", name=labels[name].label, unit=labels[name].unit or "1"),
                "text",
            )
            for index, name in enumerate(concepts, start=1)
        ),
    ]
    if data.plan.responses:
        columns.append(Column("response", message("Response"), "text"))
    sheet.table(
        f"visits_{data.participant_names[participant.id]}",
        message("Visits of {id}", id=participant.id),
        columns,
        list(_visits(data, one, concepts, words)),
        wide=True,
    )
    happened = tuple(_happened(data, participant))
    if happened:
        sheet.list(happened)


def _course(one: FollowUp) -> Message:
    participant = one.participant
    return message(
        "{number}, {sex}, born {birth}. Consent {consent}, enrolled {enrolled}, treatment began {start}. {state}.",
        number=participant.enrolment_number,
        sex=participant.sex,
        birth=participant.birth[:4],
        consent=participant.consents[0].date,
        enrolled=participant.enrolled.date if participant.enrolled else "–",
        start=one.start.isoformat() if one.start else "–",
        state=ending(participant),
    )


def _visits(data: TrialData, one: FollowUp, concepts: list[str], words: Words) -> Iterator[Line]:
    schedule = data.study.schedule
    titles = {each.id: each.title for each in (schedule.encounters if schedule else ())}
    for visit in one.visits:
        title = titles.get(visit.encounter, visit.id)
        held = Source(one.id, visit.day.isoformat(), "", (visit.position,))
        entries: list[Entry] = [
            title,
            traced(visit.day.isoformat(), Trace(title, "recorded", "", (held,))),
        ]
        entries += [_result(one, visit, name) for name in concepts]
        if data.plan.responses:
            entries.append(_response(one, visit, words))
        yield line(*entries)


def _result(one: FollowUp, visit: Held, concept: str) -> Entry:
    facts = [fact for fact in one.person.facts.get(concept, ()) if fact.fact in visit.facts]
    if not facts:
        return "–"
    fact = facts[-1]
    shown = fact.raw.value if fact.low != fact.high else f"{fact.low:.4g}"
    source = Source(
        one.id, f"{fact.raw.value} {fact.raw.unit}", fact.issue, one.positions_of(facts), (fact.fact,)
    )
    return traced(shown, Trace(concept, "recorded", "", (source,)))


def _response(one: FollowUp, visit: Held, words: Words) -> Entry:
    if one.start is None or visit.day <= one.start:
        return ""
    assessed = assess_response(one, visit.id)
    title = assessed.category.title if assessed.category else message("not known")
    source = Source(
        one.id,
        title,
        explain_response(assessed, words),
        tuple(sorted({*assessed.positions, visit.position})),
        tuple(fact.fact for fact in assessed.facts),
    )
    return traced(title, Trace(title, "response", assessed.reading.source or "", (source,)))


def _happened(data: TrialData, participant: Participant) -> Iterator[Message]:
    for event in participant.adverse_events:
        now = event.current
        yield message(
            "Adverse event: {term}, grade {grade}, {start} to {end}",
            term=now.term,
            grade=now.grade,
            start=now.start,
            end=now.end or message("ongoing"),
        )
    for hold in participant.holds:
        yield message(
            "{intervention} interrupted from {date}", intervention=hold.intervention, date=hold.start
        )
    for stop in participant.discontinuations:
        yield message(
            "{intervention} stopped for good on {date}", intervention=stop.intervention, date=stop.date
        )
    for rescue in participant.rescues:
        yield message("Rescue therapy ({therapy}) from {date}", therapy=rescue.therapy, date=rescue.date)
    if participant.unblinded:
        yield message("Arm disclosed in an emergency on {date}", date=participant.unblinded.date)
    for masking in participant.maskings:
        signed = any(masking.of < mark.position < masking.position for mark in participant.signatures)
        yield message(
            "{texts} texts of event {of} masked by {actor} at {at}, {when}: {reason}",
            texts=masking.texts,
            of=masking.of,
            actor=masking.actor,
            at=masking.at,
            when=message("after a signature") if signed else message("before any signature"),
            reason=masking.reason,
        )
    for missed in participant.visits:
        if missed.missed:
            title = visit_title(data.study.schedule, missed.id, missed.encounter)
            yield message("Visit {visit} was missed", visit=title)
