"""report_sent: a safety report went out: which adverse event, by which reporting clock of the study, when."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.actions.take_back import not_there
from trialwright.conduct.standing import WHO, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.safety.products import find_products
from trialwright.safety.reporting import STAGES, Report, plan_reports, read_instant
from trialwright.study.safety import ReportingClock
from trialwright.terms.message import message

_STAGES = {"initial": message("initial report"), "follow_up": message("follow-up report")}


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record a report that the clock asks for, once, the initial one first."""
    number, stage, at = values.whole("number"), values.text("stage"), values.text("at")
    if participant.gone(f"ae/{number}"):
        return not_there(participant, f"ae/{number}")
    if not any(event.number == number for event in participant.adverse_events):
        return refuse(message("{id} has no adverse event {number}.", id=participant.id, number=number))
    safety = view.definition.safety
    clocks = {clock.id: clock for clock in (safety.clocks if safety else ())}
    clock = clocks.get(values.text("clock"))
    if clock is None:
        return refuse(
            message(
                "The study has no reporting clock {id}; it has: {known}.",
                id=values.text("clock"),
                known=tuple(clocks),
            )
        )
    reports = _reports(view, participant, number, clock)
    if not any(report.stage == stage for report in reports):
        return refuse(
            message(
                "{clock}: no {stage} of adverse event {number} is asked for.",
                clock=clock.title,
                stage=_STAGES[stage],
                number=number,
            )
        )
    return _check_sent(view, reports, stage, at) or Proposal(
        participant_stream(participant.id),
        "report_sent",
        1,
        {"number": number, "clock": clock.id, "stage": stage, "at": at},
        {},
    )


def _reports(view: View, participant: Participant, number: int, clock: ReportingClock) -> tuple[Report, ...]:
    """What the clock asks for about the event, since each version that started it."""
    zone = view.place.time_zone if view.place else None
    planned = plan_reports(
        participant,
        clocks=(clock,),
        investigational=find_products(view.definition),
        zone=ZoneInfo(zone or "UTC"),
        at=view.moment,
    )
    return tuple(report for report in planned if report.event == number)


def _check_sent(view: View, reports: tuple[Report, ...], stage: str, at: str) -> Refusal | None:
    """Refuse a report that went out already, before anybody knew, later than now, or before the one it follows."""
    instant = datetime.fromisoformat(at)
    own = [report for report in reports if report.stage == stage]
    unsent = [report for report in own if report.sent is None]
    if not unsent and own[-1].sent is not None:
        return refuse(message("This report is recorded as sent at {at}.", at=own[-1].sent.at))
    if instant > view.moment:
        return refuse(message("It cannot have been sent at {at}: that is later than now.", at=at))
    known = [report for report in unsent if report.aware is None or instant >= report.aware]
    if not known:
        return refuse(message("It cannot have been sent at {at}: the site did not know of it yet.", at=at))
    return _check_follows(reports, known, instant, at) if stage == "follow_up" else None


def _check_follows(
    reports: tuple[Report, ...], known: list[Report], instant: datetime, at: str
) -> Refusal | None:
    """Refuse a follow-up without a first report before it, of the same start of the clock."""
    starts = {report.position for report in known}
    first = [report.sent for report in reports if report.stage == "initial" and report.position in starts]
    went = [moment for sent in first if sent is not None and (moment := read_instant(sent.at)) is not None]
    if not went:
        return refuse(message("The initial report is not recorded as sent; record that one first."))
    if instant < min(went):
        return refuse(message("It cannot have been sent at {at}: that is before the initial report.", at=at))
    return None


ACTION = Action(
    "report_sent",
    message("record that a safety report was sent"),
    "participant",
    (
        WHO,
        Argument("number", message("the adverse event's number"), "whole"),
        Argument("clock", message("which reporting clock of the study"), "id"),
        Argument("stage", message("initial report or follow-up"), "choice", choices=STAGES),
        Argument("at", message("when it was sent"), "date_time"),
    ),
    for_participant(decide, locked=True),
    locked=True,
    writes=("report_sent",),
)
