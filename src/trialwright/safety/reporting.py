"""Reporting clocks of adverse events: which run, since when, until when, what was sent, what is late.

**Source**: ICH E2A, section III.B (7 + 8 and 15 calendar days; 24 hours from site to sponsor is the protocol's "at once");
China, standard and procedure for expedited reporting in clinical trials (CDE 2018): the day of first awareness is day 0, and
a causal link that somebody cannot exclude counts; Regulation (EU) 536/2014, article 42(2): an event that turns out to be
fatal later is due 7 days after that became known; its annex III, 2.1 and 2.2: the sponsor asks for a missing causality
and never lowers one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple, get_args

from trialwright.record.participant import AdverseEvent, AdverseEventVersion, Participant, ReportSent
from trialwright.study.safety import ReportableEvent, ReportingClock
from trialwright.terms.dates import add_days, add_months
from trialwright.terms.truth import Truth, all_of

Stage = Literal["initial", "follow_up"]
State = Literal["running", "late", "sent", "sent_late", "stopped", "undated"]

OPEN: frozenset[State] = frozenset({"running", "late", "undated"})
"""States in which something is still to be sent."""


class Report(NamedTuple):
    """A report that is, was, or no longer is to be sent.

    `position`: the ledger event of the version that started the clock. `day_zero`: the day of awareness where the site is;
    `due_on`: the last day of the limit there; `due_at`: its last instant, where the limit is in hours. All None, and the
    state `undated`, where awareness is not recorded: then it counts as due. `reasons`: codes of `safety.reasons` for what
    was assumed. `stopped`: the event, as now known, need not be reported, and nothing was sent.
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

STUDY_TREATMENT = "study_treatment"
"""The name under which a blind site records and judges the intervention it does not know."""


class Property(NamedTuple):
    """Whether something is true of an event, with the reason where that is open or was assumed."""

    truth: Truth
    reason: str = ""


def plan_reports(
    participant: Participant,
    *,
    clocks: Sequence[ReportingClock],
    investigational: frozenset[str],
    zone: tzinfo,
    at: datetime,
) -> tuple[Report, ...]:
    """Plan the reports of one participant's adverse events as they stand at an instant.

    `investigational`: the ids of the study's investigational interventions; the study treatment of a blind site is one of
    them without being named. `zone`: the site's time zone. `at`: an instant
    with its zone. What went out is on the participant's record.

    Limits in days are calendar days, weekends and holidays included, from the site's day of awareness = day 0; limits in
    hours run from the instant. The site's awareness stands for the sponsor's, which is never earlier.
    A clock runs from the first version of the event of which everything stated holds (`none_of` aside, see
    `ReportableEvent`): an event that becomes serious, suspected or fatal later starts it at that version's awareness.

    **What is not said counts against waiting.** Expectedness not stated: the clock runs, with the reason
    `expectedness_missing`. Causality not stated, or stated as unknown, for an investigational intervention that the
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
    done = {(each.event, each.clock, each.stage): each for each in participant.reports}
    return tuple(
        report
        for event in participant.adverse_events
        for clock in clocks
        for report in _reports(participant.id, event, clock, taken, investigational, zone, at, done)
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


def assess_properties(
    version: AdverseEventVersion, *, taken: frozenset[str], investigational: frozenset[str]
) -> dict[str, Property]:
    """Judge what one version of an event says: serious, suspected, unexpected.

    `taken`: the investigational interventions that the participant has had.
    """
    unexpected = {"false": Property(True), "true": Property(False)}
    return {
        "serious": Property(bool(seriousness(version))),
        "suspected": _suspected(version, taken, investigational),
        "unexpected": unexpected.get(version.expected, Property(None, "expectedness_missing")),
    }


def seriousness(version: AdverseEventVersion) -> frozenset[str]:
    """What makes an event serious; a fatal outcome, or grade 5, is a death."""
    fatal = version.outcome == "fatal" or version.grade == "5"
    return frozenset(version.seriousness) | ({"death"} if fatal else frozenset())


def _suspected(
    version: AdverseEventVersion, taken: frozenset[str], investigational: frozenset[str]
) -> Property:
    stated = {name: version.causality.get(name, "") for name in investigational}
    if any(said in ("related", "possibly_related") for said in stated.values()):
        return Property(True)
    if any(stated[name] != "not_related" for name in taken):
        return Property(None, "causality_missing")
    return Property(False)


class _Judged(NamedTuple):
    """A version of an event against a clock: apart from `none_of`, and as a whole."""

    version: AdverseEventVersion
    holds: Truth
    starts: Truth
    reasons: tuple[str, ...]


def _judge(
    applies: ReportableEvent,
    version: AdverseEventVersion,
    taken: frozenset[str],
    investigational: frozenset[str],
) -> _Judged:
    properties = assess_properties(version, taken=taken, investigational=investigational)
    wanted = [properties[name] for name in applies.event]
    serious = seriousness(version)
    holds = all_of(each.truth for each in wanted)
    if applies.any_of and serious.isdisjoint(applies.any_of):
        holds = False
    starts = holds if serious.isdisjoint(applies.none_of) else False
    reasons = [each.reason for each in wanted if each.reason]
    if "death" in serious and "death" not in version.seriousness:
        reasons.append("fatal_outcome")
    return _Judged(version, holds, starts, tuple(reasons))


def _reports(
    participant: str,
    event: AdverseEvent,
    clock: ReportingClock,
    taken: frozenset[str],
    investigational: frozenset[str],
    zone: tzinfo,
    at: datetime,
    done: Mapping[tuple[int, str, str], ReportSent],
) -> Iterable[Report]:
    judged = [_judge(clock.applies, version, taken, investigational) for version in event.versions]
    if all(each.starts is False for each in judged):
        return
    first = next(each for each in judged if each.holds is not False)
    now = judged[-1]
    aware = read_instant(first.version.aware)
    reasons = now.reasons if now.holds is not False else first.reasons
    for stage, due in _limits(clock, aware, zone):
        sent = done.get((event.number, clock.id, stage))
        yield Report(
            participant,
            event.number,
            clock,
            stage,
            _state(due, sent, at, zone, stopped=now.holds is False),
            first.version.position,
            aware,
            aware.astimezone(zone).date() if aware else None,
            due.day if due else None,
            due.instant if due else None,
            (*reasons, "awareness_missing") if aware is None else reasons,
            sent,
        )


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
