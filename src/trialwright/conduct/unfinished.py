"""What a casebook leaves open besides forms: visits without a word, reports not sent, interruptions that are only spoken of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from trialwright.conduct.schedule import plan_visits
from trialwright.record.participant import AdverseEvent, AdverseEventVersion, Participant
from trialwright.safety.products import find_products
from trialwright.safety.reporting import OPEN, Report, plan_reports
from trialwright.study.model import Study
from trialwright.terms.dates import FIRST_DAY, Days, UnreadableDate, parse_date
from trialwright.terms.message import Message, message, render


def say_late_visits(study: Study, participant: Participant, *, on: date) -> Iterator[Message]:
    """The visits whose window is over and of which nothing is recorded."""
    for planned in plan_visits(study, participant, on=on):
        if planned.status == "late":
            yield message("The visit {visit} is neither recorded nor missed.", visit=planned.encounter.title)


def say_unsent(study: Study, participant: Participant, *, zone: tzinfo, at: datetime) -> Iterator[Message]:
    """The safety reports that are still to be sent, whether or not they are late."""
    yield from (_say_unsent(report) for report in _open_reports(study, participant, zone=zone, at=at))


def say_started(
    study: Study, participant: Participant, *, position: int, zone: tzinfo, at: datetime
) -> Iterator[Message]:
    """The safety reports that are to be sent since the event of a position, which told of something reportable."""
    for report in _open_reports(study, participant, zone=zone, at=at):
        if report.position == position:
            yield from _say_started(report)


def _open_reports(study: Study, participant: Participant, *, zone: tzinfo, at: datetime) -> Iterator[Report]:
    planned = plan_reports(
        participant,
        clocks=study.safety.clocks if study.safety else (),
        investigational=find_products(study),
        zone=zone,
        at=at,
    )
    yield from (report for report in planned if report.state in OPEN)


def _say_started(report: Report) -> Iterator[Message]:
    if report.due_on is None:
        return
    due = report.due_at.isoformat(" ", timespec="minutes") if report.due_at else report.due_on.isoformat()
    yield message(
        "{clock}: the first report is due by {due}."
        if report.stage == "initial"
        else "{clock}: the follow-up report is due by {due}.",
        clock=report.clock.title,
        due=due,
    )


def _say_unsent(report: Report) -> Message:
    told = {"clock": report.clock.title, "event": report.event}
    if report.due_on is None:
        return message(
            "{clock}: the first report of adverse event {event} is not recorded as sent."
            if report.stage == "initial"
            else "{clock}: the follow-up report of adverse event {event} is not recorded as sent.",
            **told,
        )
    return message(
        "{clock}: the first report of adverse event {event}, due on {day}, is not recorded as sent."
        if report.stage == "initial"
        else "{clock}: the follow-up report of adverse event {event}, due on {day}, is not recorded as sent.",
        **told,
        day=report.due_on,
    )


def _find_unexplained(participant: Participant) -> Iterator[AdverseEvent]:
    """The adverse events for which treatment is said to have been held or stopped, and none was on their days."""
    for event in participant.adverse_events:
        current = event.current
        if current.action in ("held", "discontinued") and not _is_explained(participant, current):
            yield event


def ask_unexplained(participant: Participant) -> Iterator[tuple[int, Message]]:
    """What is asked of each event for which treatment is said to have been held or stopped, and none was on its days."""
    for event in _find_unexplained(participant):
        yield (
            event.number,
            message(
                "Adverse event {event} says that treatment was interrupted, and no interruption or stop of an "
                "intervention is recorded on its days. Which was interrupted, and from which day on? hold_dose records it."
                if event.current.action == "held"
                else "Adverse event {event} says that treatment was stopped, and no interruption or stop of an "
                "intervention is recorded on its days. Which was stopped, and on which day? discontinue_intervention "
                "records it.",
                event=event.number,
            ),
        )


def still_unexplained(participant: Participant) -> list[tuple[str, Message]]:
    """The same as it is asked: about what, and the question; of an event each thing once."""
    asked = {(query.path, query.text) for query in participant.queries}
    found = [(f"ae/{number}", question) for number, question in ask_unexplained(participant)]
    return [(path, question) for path, question in found if (path, render(question, {})) not in asked]


def say_unexplained(participant: Participant) -> Iterator[Message]:
    """The adverse events for which treatment is said to have been held or stopped, and none was on their days."""
    for event in _find_unexplained(participant):
        current = event.current
        yield message(
            "Adverse event {event} says that treatment was interrupted, and no interruption or stop of an intervention is "
            "recorded on its days."
            if current.action == "held"
            else "Adverse event {event} says that treatment was stopped, and no interruption or stop of an intervention is "
            "recorded on its days.",
            event=event.number,
        )


def _is_explained(participant: Participant, event: AdverseEventVersion) -> bool:
    first, last = _days(event.start).first, _days(event.end).last
    stops = [_days(stop.date) for stop in participant.discontinuations]
    return any(day.first <= last and first <= day.last for day in stops) or any(
        held.first <= last and first <= held.last for held in _interruptions(participant)
    )


def _interruptions(participant: Participant) -> Iterator[Days]:
    """The days of every interruption: until the next dose of the intervention, whose day still counts."""
    for hold in participant.holds:
        start = _days(hold.start)
        after = [
            day.first
            for dose in participant.doses
            if dose.intervention == hold.intervention and (day := _days(dose.start)).first > start.first
        ]
        yield Days(start.first, max(start.last, min(after, default=date.max)))


def _days(text: str) -> Days:
    """The days that a text may mean; any day where none is recorded."""
    try:
        return parse_date(text)
    except UnreadableDate:
        return Days(FIRST_DAY, date.max)
