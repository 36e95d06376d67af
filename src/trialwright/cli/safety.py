"""`trialwright safety`: reports that are due, alerts, laboratory grades and stopping rules; or a boundary in advance."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.cli.as_of import (
    AS_IT_STOOD,
    AsOf,
    add_trial_options,
    last_moment,
    look,
    site_zone,
    write_result,
)
from trialwright.cli.boundary import MOST_SHOWN, boundary_lines, planned_size, read_rates, show_boundary
from trialwright.cli.common import DONE, USAGE, Stop, Terminal, count_option, load_eligibility, own_parser
from trialwright.cli.safety_lines import safety_lines
from trialwright.terms.message import Message, Text, message

if TYPE_CHECKING:
    from trialwright.record.event import Event
    from trialwright.record.participant import Participant
    from trialwright.safety.alerts import AlertStanding
    from trialwright.safety.lab_grades import Graded, WorstGrade
    from trialwright.safety.reporting import Report
    from trialwright.safety.rules import SafetyPlan, StoppingRule


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "Of an archive: reports that are due by their clocks, alerts raised, worst treatment-emergent laboratory grades, stopping rules and their boundary. Of a study: the boundary in advance, with what it does at known rates."
        ),
        "  trialwright safety rehearsal --on 2026-06-30\n"
        "  trialwright safety beam\n"
        "  trialwright safety beam --participants 28 --rates 0.1,0.2,0.3,0.4 --format json",
        terminal,
    )
    own.add_argument("archive", metavar="ARCHIVE", help=say(message("the folder of the trial, or a study")))
    own.add_argument(
        "--participants",
        type=count_option(terminal, least=1, most=MOST_SHOWN),
        metavar="N",
        help=say(message("show boundaries up to so many participants (as the definition plans)")),
    )
    own.add_argument(
        "--rates",
        metavar="RATE,...",
        help=say(message("true rates at which a boundary is examined (0.1 to 0.5)")),
    )
    add_trial_options(
        own,
        terminal,
        on=say(AS_IT_STOOD),
    )
    return own


def safety(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright safety ARCHIVE|STUDY`."""
    rates = read_rates(options.rates)
    folder = Path(options.archive)
    if folder.is_dir() and not (folder / "study.yaml").is_file():
        return _of_archive(options, rates, terminal)
    return _of_study(options, rates, terminal)


def _of_study(options: argparse.Namespace, rates: tuple[float, ...], terminal: Terminal) -> int:
    import trialwright
    from trialwright.study.canonical import version

    study = load_eligibility(options.archive, terminal).study
    rules = study.safety.stopping_rules if study.safety else ()
    if not rules:
        raise Stop(USAGE, message("The study {study} has no stopping rule.", study=study.id))
    size = planned_size(study, options)
    shown = [show_boundary(rule, size=size, rates=rates, terminal=terminal) for rule in rules]
    result = {
        "study": study.id,
        "study_version": version(study),
        "software": f"trialwright {trialwright.__version__}",
        "participants": size.participants,
        "stopping_rules": shown,
    }
    write_result(options, terminal, result=result, lines=_boundaries(shown, terminal))
    return DONE


def _boundaries(rules: list[dict[str, Any]], terminal: Terminal) -> Iterator[str]:
    for number, rule in enumerate(rules):
        if number:
            yield ""
        yield from boundary_lines(rule, terminal)


def _of_archive(options: argparse.Namespace, rates: tuple[float, ...], terminal: Terminal) -> int:
    seen = look(options.archive, on=options.on, replayed=True)
    plan = seen.trial.safety(seen.trial.version)
    everyone = seen.participants()
    grades: list[dict[str, Any]] = []
    treated = _treated(seen, everyone)
    for count, one in enumerate(treated):
        terminal.progress(message("grading: {count} of {total}", count=count, total=len(treated)))
        grades += _grades(plan, one, seen.day, terminal)
    terminal.clear()
    result = {
        **seen.opening(),
        "participants": len(everyone),
        "reports": _reports(seen, everyone, options.on, terminal),
        "deaths": _deaths(everyone),
        "alerts": [alert for one in everyone for alert in _alerts(seen, plan, one, terminal)],
        "graded": len(treated),
        "grades": grades,
        "stopping_rules": [
            _stopping(plan, rule, everyone, seen, options, rates, terminal) for rule in plan.stopping
        ],
    }
    write_result(options, terminal, result=result, lines=safety_lines(seen, result, terminal))
    return DONE


def _treated(seen: AsOf, everyone: tuple[Participant, ...]) -> tuple[Participant, ...]:
    """Those of whom a grade can be treatment-emergent: the safety set of the plan, and whoever may belong to it.

    Where the study declares none, whoever had a dose in the study.
    """
    from trialwright.analysis.plan.population import Cohort
    from trialwright.safety.adverse_events import first_dose
    from trialwright.study.analysis import SAFETY_SET
    from trialwright.study.analysis_rules import lower_analysis

    plan = seen.study.analysis
    if plan is None or all(each.id != SAFETY_SET for each in plan.sets):
        return tuple(one for one in everyone if first_dose(one) is not None)
    sets = Cohort(lower_analysis(seen.study), everyone, on=seen.day).sets
    return tuple(one for one in everyone if one.id in sets and sets[one.id][SAFETY_SET].truth is not False)


# as JSON


def _reports(
    seen: AsOf, everyone: tuple[Participant, ...], on: date | None, terminal: Terminal
) -> list[dict[str, Any]]:
    """Every report that some clock asks for, those to be sent first, by their day."""
    from trialwright.safety.products import find_products
    from trialwright.safety.reporting import OPEN, plan_reports

    study = seen.study
    clocks = study.safety.clocks if study.safety else ()
    investigational = find_products(study)
    found: list[Report] = []
    for one in everyone:
        zone = site_zone(seen.trial, one.site)
        at = last_moment(on, zone) if on else datetime.fromisoformat(seen.head.at).astimezone(zone)
        found += plan_reports(one, clocks=clocks, investigational=investigational, zone=zone, at=at)
    found.sort(
        key=lambda each: (each.state not in OPEN, each.due_on or date.min, each.participant, each.event)
    )
    people = {one.id: one for one in everyone}
    return [_report(each, people[each.participant], terminal) for each in found]


def _deaths(everyone: tuple[Participant, ...]) -> list[dict[str, Any]]:
    """Deaths without a fatal adverse event, whose clocks do not run, and the reverse."""
    from trialwright.safety.deaths import find_death_gaps

    return [
        {
            "participant": gap.participant,
            "missing": gap.missing,
            "date": gap.date,
            "event": gap.event,
            "events": [gap.position],
        }
        for gap in find_death_gaps(everyone)
    ]


def _report(report: Report, participant: Participant, terminal: Terminal) -> dict[str, Any]:
    from trialwright.safety.reasons import REASONS
    from trialwright.safety.reporting import OPEN

    event = next(each for each in participant.adverse_events if each.number == report.event)
    return {
        "participant": report.participant,
        "event": report.event,
        "term": event.current.term,
        "clock": report.clock.id,
        "title": terminal.say(report.clock.title),
        "stage": report.stage,
        "sender": report.clock.sender,
        "recipient": report.clock.recipient,
        "state": report.state,
        "open": report.state in OPEN,
        "day_zero": report.day_zero.isoformat() if report.day_zero else None,
        "due_on": report.due_on.isoformat() if report.due_on else None,
        "due_at": report.due_at.isoformat(timespec="minutes") if report.due_at else None,
        "reasons": list(report.reasons),
        "remarks": [terminal.say(REASONS[code]) for code in report.reasons],
        "sent_at": report.sent.at if report.sent else None,
        "source": report.clock.source,
        "events": [report.position, *([report.sent.position] if report.sent else [])],
    }


def _alerts(
    seen: AsOf, plan: SafetyPlan, participant: Participant, terminal: Terminal
) -> Iterator[dict[str, Any]]:
    """The alerts that a participant's events raised, each judged again for its own day and for the day looked at."""
    from trialwright.conduct.trial import participant_stream
    from trialwright.safety.alerts import follow_alert

    for event in seen.trial.store.stream(participant_stream(participant.id)):
        for raised in event.data.get("alerts", ()):
            day = date.fromisoformat(raised["on"])
            standing = follow_alert(plan, participant, raised["alert"], raised_on=day, today=seen.day)
            yield _alert(seen, event, participant, raised, standing, terminal)


def _alert(
    seen: AsOf,
    event: Event,
    participant: Participant,
    raised: Mapping[str, Any],
    standing: AlertStanding,
    terminal: Terminal,
) -> dict[str, Any]:
    from trialwright.conduct.alerts import EMERGENCY, EMERGENCY_TITLE, emergency_text
    from trialwright.safety.alerts import AlertStanding

    told = list(raised.get("told", ()))
    title: Message | Text
    text: Message | Text
    if raised["alert"] == EMERGENCY:
        title, text = EMERGENCY_TITLE, emergency_text(participant.id, event.actor, tuple(told))
        standing = AlertStanding(True, True, "present")  # what was disclosed stays disclosed
    else:
        rules = seen.trial.definition(event.study_version).safety
        alert = next(each for each in (rules.alerts if rules else ()) if each.id == raised["alert"])
        title, text = alert.title, alert.message
    return {
        "participant": participant.id,
        "on": raised["on"],
        "alert": raised["alert"],
        "title": terminal.say(title),
        "message": terminal.say(text),
        "told": told,
        "still_follows": standing.follows,
        "holds_today": standing.holds,
        "reason": standing.reason,
        "last_judged": {"on": standing.last_day.isoformat(), "holds": standing.last_holds}
        if standing.last_day
        else None,
        "facts": list(raised["facts"]),
        "events": [event.position],
    }


def _grades(plan: SafetyPlan, participant: Participant, on: date, terminal: Terminal) -> list[dict[str, Any]]:
    from trialwright.safety.lab_grades import derive_lab_grades, derive_worst_grades

    rows = derive_lab_grades(plan, participant, on=on)
    versions = {row.term.id: row.version for row in rows}
    return [_grade(each, versions[each.term.id], terminal) for each in derive_worst_grades(rows)]


def _grade(worst: WorstGrade, version: str, terminal: Terminal) -> dict[str, Any]:
    from trialwright.safety.reasons import REASONS

    row = worst.row
    return {
        "participant": worst.participant,
        "term": worst.term.id,
        "title": terminal.say(worst.term.title),
        "version": version,
        "grade": worst.grade.value,
        "lowest": worst.grade.lowest,
        "highest": worst.grade.highest,
        "reason": worst.grade.reason,
        "why": terminal.say(REASONS[worst.grade.reason]) if worst.grade.reason else "",
        "baseline": worst.before.value,
        "baseline_shown": _between(worst.before),
        "shown": _between(worst.grade),
        "results": worst.results,
        "fact": row.fact.fact if row else None,
        "result": f"{row.fact.raw.value} {row.fact.raw.unit}".strip() if row else None,
        "day": row.fact.raw.start if row else None,
        "clinical": [{"grade": grade, "text": terminal.say(text)} for grade, text in row.clinical]
        if row
        else [],
        "events": [row.position] if row and row.position is not None else [],
    }


def _between(grade: Graded) -> str:
    return str(grade.value) if grade.value is not None else f"{grade.lowest}-{grade.highest}"


def _stopping(
    plan: SafetyPlan,
    rule: StoppingRule,
    everyone: tuple[Participant, ...],
    seen: AsOf,
    options: argparse.Namespace,
    rates: tuple[float, ...],
    terminal: Terminal,
) -> dict[str, Any]:
    from trialwright.safety.reasons import REASONS
    from trialwright.safety.stopping import follow_stopping

    status = follow_stopping(plan, rule, everyone, on=seen.day)
    counted = status.participants + len(status.open)
    size = planned_size(seen.study, options, least=counted)
    return {
        **show_boundary(rule.rule, size=size, rates=rates, terminal=terminal),
        "participants": status.participants,
        "events": status.events,
        "stop_at": status.boundary,
        "probability": status.probability,
        "stop": status.stop,
        "crossed": {
            "day": status.crossed.day.isoformat(),
            "participants": status.crossed.participants,
            "events": status.crossed.events,
        }
        if status.crossed
        else None,
        "open": [{"participant": each.participant, "reason": each.reason} for each in status.open],
        "why_open": [terminal.say(REASONS[code]) for code in status.reasons],
    }


COMMANDS = {"safety": safety}
