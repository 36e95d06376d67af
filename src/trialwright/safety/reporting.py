"""Reporting clocks of adverse events: which run, since when, until when, what was sent, what is late.

**Source**: ICH E2A, section III.B (7 + 8 and 15 calendar days; 24 hours from site to sponsor is the protocol's "at once");
China, standard and procedure for expedited reporting in clinical trials (CDE 2018): the day of first awareness is day 0. From
which version of an event a clock runs: `safety.reportable`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple, get_args

from trialwright.record.participant import AdverseEvent, Participant, ReportSent
from trialwright.safety.reportable import STUDY_TREATMENT, Start, find_starts
from trialwright.study.safety import ReportingClock
from trialwright.terms.dates import add_days, add_months

Stage = Literal["initial", "follow_up"]
State = Literal["running", "late", "sent", "sent_late", "stopped", "undated"]

OPEN: frozenset[State] = frozenset({"running", "late", "undated"})
"""States in which something is still to be sent."""


class Report(NamedTuple):
    """A report that is, was, or no longer is to be sent.

    `position`: the ledger event of the version that started the clock. `day_zero`: the day of awareness where the site is;
    `due_on`: the last day of the limit there; `due_at`: its last instant, where the limit is in hours. All None, and the
    state `undated`, where awareness is not recorded: then it counts as due. `reasons`: codes of `safety.reasons` for what
    was assumed, and for why the clock runs anew. `stopped`: the event, as now known, need not be reported, and nothing was
    sent.
    """

    participant: str
    event: int
    clock: ReportingClock
    stage: Stage
    state: State
    position: int
    aware: datetime | None
    day_zero: date | None
    due_on: date | None
    due_at: datetime | None
    reasons: tuple[str, ...]
    sent: ReportSent | None


STAGES: tuple[Stage, ...] = get_args(Stage)


def plan_reports(
    participant: Participant,
    *,
    clocks: Sequence[ReportingClock],
    investigational: frozenset[str],
    zone: tzinfo,
    at: datetime,
) -> tuple[Report, ...]:
    """Plan the reports of one participant's adverse events as they stand at an instant.

    `investigational`: the ids of the study's investigational products (`find_products`); the study treatment of a blind
    site is one of them without being named. `zone`: the site's time zone. `at`: an instant
    with its zone. What went out is on the participant's record.

    Limits in days are calendar days, weekends and holidays included, from the site's day of awareness = day 0; limits in
    hours run from the instant. The site's awareness stands for the sponsor's, which is never earlier.
    A clock runs from the first version of the event of which everything stated holds (`none_of` aside, see
    `ReportableEvent`): an event that becomes serious, suspected or fatal later starts it at that version's awareness. One
    that has been reportable, and grows life-threatening or fatal, starts it again at that version's awareness, beside what
    was due before (`find_starts`). A report does for every start that the site knew of when it went out.

    **What is not said counts against waiting.** Expectedness not stated: the clock runs, with the reason
    `expectedness_missing`. Causality not stated, or stated as unknown, for an investigational product that the
    participant has taken: it runs, with `causality_missing`. The sources let a sponsor ask, but none lets the day of first
    awareness move to the day of the answer, so an answer that makes it reportable keeps the old day 0, and one that does
    not stops the clock. An intervention never taken needs no causality. A fatal outcome or grade 5 is a death, whether or
    not it is among the seriousness criteria (`fatal_outcome`).
    Raises `ValueError` for an instant without a zone.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    investigational |= {STUDY_TREATMENT}
    taken = investigational & {dose.intervention for dose in participant.doses}
    return tuple(
        report
        for event in participant.adverse_events
        for clock in clocks
        for report in _reports(
            participant.id,
            event,
            clock,
            find_starts(clock.applies, event.versions, taken=taken, investigational=investigational),
            zone,
            at,
            participant.reports,
        )
    )


def due_on(reports: Iterable[Report], *, day: date) -> tuple[Report, ...]:
    """List what has to be sent by the end of a day: open reports due on it or before it, the longest due first.

    Reports whose day cannot be told come first.
    """
    owed = [
        report
        for report in reports
        if report.state in OPEN and (report.due_on is None or report.due_on <= day)
    ]
    return tuple(
        sorted(owed, key=lambda each: (each.due_on or date.min, each.participant, each.event, each.clock.id))
    )


def _reports(
    participant: str,
    event: AdverseEvent,
    clock: ReportingClock,
    starts: Sequence[Start],
    zone: tzinfo,
    at: datetime,
    sent: Sequence[ReportSent],
) -> Iterator[Report]:
    """The reports that one clock asks for of one event: those of each version that started it."""
    own = [each for each in sent if (each.event, each.clock) == (event.number, clock.id)]
    for number, start in enumerate(starts):
        aware = read_instant(start.version.aware)
        since: ReportSent | None = None
        for stage, due in _limits(clock, aware, zone):
            went = [each for each in own if each.stage == stage]
            if number:
                went = [each for each in went if _tells(each, start, aware)]
                if stage == "follow_up":  # of this start, only what went out after its own first report
                    went = [each for each in went if since is not None and _instant(each) >= _instant(since)]
            done = min(went, key=_instant, default=None)
            since = done if stage == "initial" else since
            yield Report(
                participant,
                event.number,
                clock,
                stage,
                _state(due, done, at, zone, stopped=not start.stands),
                start.version.position,
                aware,
                aware.astimezone(zone).date() if aware else None,
                due.day if due else None,
                due.instant if due else None,
                (*start.reasons, "awareness_missing") if aware is None else start.reasons,
                done,
            )


def _tells(sent: ReportSent, start: Start, aware: datetime | None) -> bool:
    """Whether a report went out when a later start of its clock was known, so that it told of it."""
    if aware is None:
        return sent.position > start.version.position
    return _instant(sent) >= aware


def _instant(sent: ReportSent) -> datetime:
    """When a report went out; one that nobody can place went out first of all."""
    return read_instant(sent.at) or datetime.min.replace(tzinfo=UTC)


class _Due(NamedTuple):
    """The end of a limit: the last day where the site is, and the last instant where the limit is in hours."""

    day: date
    instant: datetime | None


def _limits(
    clock: ReportingClock, aware: datetime | None, zone: tzinfo
) -> Iterable[tuple[Stage, _Due | None]]:
    first = _end(clock.within, aware, None, zone) if aware else None
    yield "initial", first
    if clock.follow_up_within:
        yield "follow_up", _end(clock.follow_up_within, aware, first, zone) if aware else None


def _end(limit: str, aware: datetime, after: _Due | None, zone: tzinfo) -> _Due:
    """Where a limit ends that begins at awareness, or when another ends."""
    number, _, unit = limit.partition(" ")
    if unit in ("h", "min"):
        begins = aware if after is None else after.instant or _last_instant(after.day, zone)
        length = timedelta(**{"hours" if unit == "h" else "minutes": float(number)})
        ends = (begins.astimezone(UTC) + length).astimezone(zone)
        return _Due(ends.date(), ends)
    day = aware.astimezone(zone).date() if after is None else after.day
    count = int(number)
    match unit:
        case "mo":
            return _Due(add_months(day, count), None)
        case "a":
            return _Due(add_months(day, 12 * count), None)
        case _:
            return _Due(add_days(day, count * (7 if unit == "wk" else 1)), None)


def _last_instant(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)


def _state(due: _Due | None, sent: ReportSent | None, at: datetime, zone: tzinfo, *, stopped: bool) -> State:
    if sent is not None:
        instant = read_instant(sent.at)
        return "sent" if due is None or instant is None or _in_time(instant, due, zone) else "sent_late"
    if stopped:
        return "stopped"
    if due is None:
        return "undated"
    return "running" if _in_time(at, due, zone) else "late"


def _in_time(instant: datetime, due: _Due, zone: tzinfo) -> bool:
    if due.instant is not None:
        return instant <= due.instant
    return instant.astimezone(zone).date() <= due.day


def read_instant(text: str) -> datetime | None:
    """Read an ISO 8601 date-time with its offset; None for anything else: a time without an offset is no instant."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
