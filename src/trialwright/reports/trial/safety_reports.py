"""The reports of adverse events to authorities and to the sponsor: which were sent in time, late, or not yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trialwright.reports.document import Column
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import DASH
from trialwright.reports.trial.sheet import Line, Sheet, Source, Trace, line, traced
from trialwright.safety.products import find_products
from trialwright.safety.reporting import OPEN, STAGES, Report, State, plan_reports
from trialwright.study.model import Study
from trialwright.terms.message import Message, Text, message

STATES: Mapping[State, Message] = {
    "sent": message("Sent in time"),
    "sent_late": message("Sent late"),
    "running": message("Due, still in time"),
    "late": message("Late and not sent"),
    "undated": message("Not sent, awareness not recorded"),
    "stopped": message("No longer to be reported"),
}
"""The columns of the table: how a report stands."""

ALWAYS: frozenset[State] = frozenset({"sent", "sent_late", "running", "late"})
"""Columns that stand there also where nothing is in them."""

STAGE: Mapping[str, Message] = {"initial": message("First report"), "follow_up": message("Follow-up report")}


def write_safety_reports(data: TrialData, sheet: Sheet) -> None:
    """How the reports of every clock stand at the end of the report's day, and each one that is not sent."""
    clocks = data.study.safety.clocks if data.study.safety else ()
    if not clocks:
        return
    reports = plan_all_reports(data)
    if not reports:
        sheet.say(
            message(
                "No adverse event fell under a reporting clock of this definition. Its clocks: {clocks}.",
                clocks=tuple(clock.title for clock in clocks),
            )
        )
        return
    shown = [state for state in STATES if state in ALWAYS or any(each.state == state for each in reports)]
    lines: list[Line] = []
    for clock in clocks:
        for stage in STAGES:
            own = [each for each in reports if (each.clock.id, each.stage) == (clock.id, stage)]
            if own:
                said = message("{report}, {stage}", report=clock.title, stage=STAGE[stage])
                cells = [traced(len(found), _trace(said, found)) for found in _by_state(own, shown)]
                lines.append(line(clock.title, STAGE[stage], *cells))
    sheet.table(
        "safety_reports",
        message("Reports of adverse events to the sponsor and to authorities"),
        [
            Column("report", message("Report"), "text"),
            Column("stage", message("Stage"), "text"),
            *(Column(state, STATES[state], "integer") for state in shown),
        ],
        lines,
        heads=2,
        notes=(
            message(
                "As recorded up to the end of {day}. A report is sent where its sending is recorded, and in time or late by its clock.",
                day=data.on,
            ),
            *say_products(data.study),
        ),
    )
    _write_unsent([each for each in reports if each.state in OPEN], sheet)


def say_products(study: Study) -> Iterator[Message | Text]:
    """Of which interventions an event may be suspected, and why these, where some clock asks for it."""
    safety = study.safety
    if safety is None or not any("suspected" in clock.applies.event for clock in safety.clocks):
        return
    known = find_products(study)
    names = tuple(one.title for one in study.interventions if one.id in known)
    said = safety.investigational_products
    yield message("Investigational products, of which an event may be suspected: {names}.", names=names)
    if said is not None:
        yield said.because


def plan_all_reports(data: TrialData) -> tuple[Report, ...]:
    """Everybody's reports, as they stand at the end of the day up to which everything is known, where the site is."""
    clocks = data.study.safety.clocks if data.study.safety else ()
    investigational = find_products(data.study)
    sites = data.study.identity.sites
    zones = {site.id: ZoneInfo(site.time_zone) for site in sites if site.time_zone}
    found: list[Report] = []
    for one in data.participants:
        zone = zones.get(one.site, UTC)
        at = datetime.combine(data.on + timedelta(days=1), time(), zone) - timedelta(seconds=1)
        found += plan_reports(one, clocks=clocks, investigational=investigational, zone=zone, at=at)
    return tuple(found)


def _by_state(reports: Sequence[Report], states: Sequence[State]) -> list[list[Report]]:
    return [[each for each in reports if each.state == state] for state in states]


def _trace(what: Message, reports: Sequence[Report]) -> Trace:
    return Trace(what, "count", "", tuple(_source(each) for each in reports))


def _source(report: Report) -> Source:
    """A report with its last day and its sending; on the events that started its clock and recorded that it went out."""
    sent = report.sent
    positions = (report.position, *([sent.position] if sent else []))
    said = message("due {due}, sent {sent}", due=_due(report), sent=sent.at if sent else DASH)
    return Source(report.participant, said, STATES[report.state], positions, (f"ae/{report.event}",))


def _due(report: Report) -> str:
    if report.due_at:
        return report.due_at.isoformat(" ", timespec="minutes")
    return report.due_on.isoformat() if report.due_on else DASH


def _write_unsent(reports: Sequence[Report], sheet: Sheet) -> None:
    """Every report that is still to be sent; nothing where there is none."""
    if not reports:
        return
    lines = []
    for each in sorted(reports, key=lambda one: (_due(one), one.participant, one.event)):
        title = message("{report}, {stage}", report=each.clock.title, stage=STAGE[each.stage])
        trace = _trace(title, [each])
        told = (
            title,
            each.day_zero.isoformat() if each.day_zero else DASH,
            _due(each),
            STATES[each.state],
        )
        lines.append(line(each.participant, each.event, *(traced(said, trace) for said in told)))
    sheet.table(
        "safety_reports_unsent",
        message("Reports of adverse events that are not sent"),
        [
            Column("participant", message("Participant"), "text"),
            Column("event", message("Adverse event no."), "integer"),
            Column("report", message("Report"), "text"),
            Column("day_zero", message("Day 0"), "text"),
            Column("due", message("Due"), "text"),
            Column("state", message("State"), "text"),
        ],
        lines,
        heads=2,
    )
