"""What a person needs next after an action: the verdict, what was asked back, and the numbers by which to go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from trialwright.terms.message import Message, Text, message
from trialwright.terms.stored_message import unpack_message

if TYPE_CHECKING:
    from trialwright.conduct.trial import Trial
    from trialwright.record.event import Event
    from trialwright.record.participant import (
        Deviation,
        Discontinuation,
        Dose,
        Hold,
        Participant,
        Query,
        Rescue,
        TakenBack,
    )
    from trialwright.study.model import Study


def outcome(event: Event, trial: Trial) -> Iterator[Message | Text]:
    """Sentences about an event that was just written: numbers it gave, verdicts, deviations found, queries raised."""
    kind, _, id = event.stream.partition("/")
    participant = trial.participant(id) if kind == "participant" else None
    if participant is None:
        return
    say = _SAY.get(event.type)
    if say is not None:
        yield from say(event, participant, trial)
    yield from _recalculated(event, trial)
    for gone in participant.taken_back:
        if gone.position == event.position:
            yield from _gone(event, participant, trial, gone)
    for deviation in participant.deviations:
        if deviation.position == event.position:
            yield message("Deviation {number}: {text}", number=deviation.number, text=_departure(deviation))
        elif deviation.changed == event.position:
            yield from _corrected_deviation(deviation)
        elif deviation.taken_back == event.position:
            yield message(
                "Deviation {number} does not follow from the record any more: {text}",
                number=deviation.number,
                text=_departure(deviation),
            )
    for query in participant.queries:
        if query.position == event.position:
            yield say_query(query)
    if event.type in _CORRECTIONS:
        yield from _settled(event, participant, trial)


def _recalculated(event: Event, trial: Trial) -> Iterator[Message]:
    """The calculated items of other forms that follow from the event."""
    for form in event.data.get("recalculated", ()):
        items = trial.forms(event.study_version).form(form["form"]).groups
        labels = {f"{group.id}.{item.id}": item.label for group in items for item in group.items}
        for item in form["items"]:
            said = f"{item['value']} {item['unit']}".strip()
            yield message(
                "Calculated anew on {form}: {item}, {value}.",
                form=form["id"],
                item=labels.get(re.sub(r"\[\d+\]", "", item["path"]), item["path"]),
                value=said or message("not known"),
            )


_CORRECTIONS = ("form_corrected", "corrected", "ae_updated", "dose_held", "intervention_discontinued")


def _gone(event: Event, participant: Participant, trial: Trial, gone: TakenBack) -> Iterator[Message]:
    """That an entry counts nowhere any more, and who was told of it before."""
    from trialwright.reports.taken_back import say_entry

    yield message(
        "{target} is taken back and counts nowhere any more: {what}.",
        target=gone.target,
        what=say_entry(trial.definition(event.study_version), gone),
    )
    sent = [report.at for report in participant.reports if gone.target == f"ae/{report.event}"]
    if sent:
        yield message(
            "Reports of it went out ({times}) and stay on record; whoever received one has to be told that the event is none.",
            times=tuple(sent),
        )


def _settled(event: Event, participant: Participant, trial: Trial) -> Iterator[Message]:
    """The queries to be answered that the record gives no reason for any more since the event."""
    from trialwright.cli.as_of import site_zone
    from trialwright.conduct.settled import find_settled
    from trialwright.record.books import fold_participant

    on = datetime.fromisoformat(event.at).astimezone(site_zone(trial, participant.site)).date()
    events = trial.store.stream(event.stream)
    before = fold_participant(
        participant.id, [one for one in events if one.position < event.position], trial.store.text
    )
    gone = find_settled(trial, participant, on=on) - find_settled(trial, before, on=on)
    for query in participant.queries:
        if query.number in gone and query.state == "open":
            yield message(
                "Query {number} does not follow from the record any more; answer_query says why: {text}",
                number=query.number,
                text=question(query),
            )


def _departure(deviation: Deviation) -> Message | Text | str:
    """What a deviation is, in the reader's language where the rules found it; the text of a masked one is gone."""
    if not deviation.text:
        return message("(masked)")
    return (unpack_message(deviation.says) if deviation.says else None) or deviation.text


def _corrected_deviation(deviation: Deviation) -> Iterator[Message]:
    """That a person took a deviation back, or how it is rated now; a masked text is gone."""
    text = _departure(deviation)
    if deviation.taken_back:
        yield message("Deviation {number} is taken back: {text}", number=deviation.number, text=text)
    elif deviation.severity == "major":
        yield message("Deviation {number}, major: {text}", number=deviation.number, text=text)
    else:
        yield message("Deviation {number}, minor: {text}", number=deviation.number, text=text)


def say_query(query: Query) -> Message:
    """A query with its number, its place and its question; the text of a masked one is gone."""
    return message(
        "Query {number} about {path}: {text}",
        number=query.number,
        path=query.path,
        text=question(query),
    )


def question(query: Query) -> Message | Text | str:
    """What a query asks, to be said in the reader's language where the rules ask it; the text of a masked one is gone."""
    if not query.text:
        return message("(masked)")
    return (unpack_message(query.says) if query.says else None) or query.text


def _screened(event: Event, participant: Participant, trial: Trial) -> Iterator[Message]:
    from trialwright.conduct.eligible import assess_record

    study = trial.definition(event.study_version)
    day = event.data["date"]
    judged = assess_record(
        study, trial.eligibility(event.study_version), participant, on=date.fromisoformat(day)
    )
    if judged.verdict == "eligible":
        yield message("{id} is eligible on {day}: every criterion passes.", id=participant.id, day=day)
    elif judged.verdict == "undetermined":
        yield message("{id} is not yet eligible on {day}: something is open.", id=participant.id, day=day)
    else:
        yield message("{id} is not eligible on {day}.", id=participant.id, day=day)
    for problem in judged.problems(study):
        yield message("- {reason}", reason=problem)


def _enrolled(event: Event, participant: Participant, trial: Trial) -> Iterator[Message]:
    yield message("{id} is enrolled as {number}.", id=participant.id, number=participant.enrolment_number)


def _visit(event: Event, participant: Participant, trial: Trial) -> Iterator[Message]:
    yield message("The visit is called {id}.", id=event.data["visit"])


def _form(event: Event, participant: Participant, trial: Trial) -> Iterator[Message]:
    yield message("The form is called {id}.", id=event.data["id"])


def _corrected(event: Event, participant: Participant, trial: Trial) -> Iterator[Message]:
    """What was corrected, by name: the value itself may be a date of birth."""
    if event.type == "form_corrected":
        yield message("Corrected: {target}.", target=event.data["id"])
        return
    if event.data["target"].startswith("deviation/"):
        return  # how it reads now is said of it in any case
    yield message(
        "Corrected: {target} ({names}).", target=event.data["target"], names=tuple(event.data["values"])
    )


def _dose(event: Event, participant: Participant, trial: Trial) -> Iterator[Message | Text]:
    study = trial.definition(event.study_version)
    for dose in participant.doses:
        if dose.position == event.position:
            yield message(
                "Dose {number}: {intervention} {amount} {unit}. To correct it: target=dose/{number}.",
                number=dose.number,
                intervention=_title(study, dose.intervention),
                amount=dose.amount,
                unit=dose.unit,
            )
            if not dose.prior:
                yield from _queried(study, participant, dose)


def _queried(study: Study, participant: Participant, dose: Dose) -> Iterator[Message | Text]:
    """The open queries about what the dose was proposed from, as the proposal names them."""
    from trialwright.conduct.dosing.propose import propose_dose
    from trialwright.conduct.dosing.queried import QUERY

    others = tuple(one for one in participant.doses if one.number != dose.number)
    visit = participant.visit(dose.visit)
    proposal = propose_dose(
        study,
        replace(participant, doses=others),
        dose.intervention,
        on=date.fromisoformat(dose.start),
        encounter=visit.encounter if visit else None,
    )
    yield from (alert.sentence for alert in proposal.alerts if alert.id == QUERY)


def _title(study: Study, intervention: str) -> Text | str:
    titles: dict[str, Text] = {one.id: one.title for one in study.interventions}
    return titles.get(intervention, intervention)


def _adverse_event(event: Event, participant: Participant, trial: Trial) -> Iterator[Message]:
    from trialwright.conduct.unfinished import still_unexplained

    number = event.data["number"]
    for one in participant.adverse_events:
        if one.number == number:
            grade, term = one.current.grade, one.current.term or message("(masked)")
            yield (
                message(
                    "Adverse event {number}, serious: {term}, grade {grade}.",
                    number=number,
                    term=term,
                    grade=grade,
                )
                if one.current.seriousness
                else message(
                    "Adverse event {number}, not serious: {term}, grade {grade}.",
                    number=number,
                    term=term,
                    grade=grade,
                )
            )
    yield from _duties(event, participant, trial)
    yield from (question for about, question in still_unexplained(participant) if about == f"ae/{number}")


def _duties(event: Event, participant: Participant, trial: Trial) -> Iterator[Message]:
    """The reports that what became known with this event asks for."""
    from trialwright.cli.as_of import site_zone
    from trialwright.conduct.unfinished import say_started

    yield from say_started(
        trial.definition(event.study_version),
        participant,
        position=event.position,
        zone=site_zone(trial, participant.site),
        at=datetime.fromisoformat(event.at),
    )


def _numbered(event: Event, participant: Participant, trial: Trial) -> Iterator[Message]:
    """By which name an entry that has no other is corrected or taken back."""
    entries: dict[str, tuple[str, tuple[Hold | Discontinuation | Rescue, ...]]] = {
        "dose_held": ("hold", participant.holds),
        "intervention_discontinued": ("stop", participant.discontinuations),
        "rescue_recorded": ("rescue", participant.rescues),
    }
    kind, recorded = entries[event.type]
    for each in recorded:
        if each.position == event.position:
            yield message(
                "It is called {target}; a mistake is taken back by correct target={target} values.recorded=false.",
                target=f"{kind}/{each.number}",
            )


_SAY: Mapping[str, Callable[[Event, Participant, Trial], Iterator[Message | Text]]] = {
    "screened": _screened,
    "enrolled": _enrolled,
    "visit_opened": _visit,
    "form_recorded": _form,
    "form_corrected": _corrected,
    "corrected": _corrected,
    "dose_given": _dose,
    "ae_reported": _adverse_event,
    "ae_updated": _adverse_event,
    "dose_held": _numbered,
    "intervention_discontinued": _numbered,
    "rescue_recorded": _numbered,
}
