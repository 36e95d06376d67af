"""`trialwright schedule`: the visits of a participant, or what is to be done in the whole trial on a day."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from trialwright.cli.as_of import AS_IT_STOOD, AsOf, add_trial_options, look, write_result
from trialwright.cli.common import DONE, USAGE, Stop, Terminal, own_parser, write_text
from trialwright.cli.schedule_lines import one_lines, trial_lines
from trialwright.terms.message import message

if TYPE_CHECKING:
    from trialwright.conduct.dosing.recheck import Recheck
    from trialwright.conduct.due import DueVisit, PlannedActivity
    from trialwright.conduct.schedule import PlannedVisit
    from trialwright.record.participant import Participant
    from trialwright.study.anchors import AnchorDay
    from trialwright.study.model import Study
    from trialwright.study.schedule import Clock, ScheduleOfActivities


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "Visits with their windows and weeks: of one participant all of them, of the trial those that are open, due or late on a day, with what is done at each."
        ),
        "  trialwright schedule rehearsal --on 2026-06-17\n"
        "  trialwright schedule rehearsal --participant nanjing-001\n"
        "  trialwright schedule rehearsal --participant nanjing-001 --format ics --out visits.ics",
        terminal,
    )
    own.add_argument("archive", metavar="ARCHIVE", help=say(message("the folder of the trial")))
    own.add_argument("--participant", metavar="ID", help=say(message("screening or enrolment number")))
    own.add_argument(
        "--clock", metavar="ID", help=say(message("only the weeks of this clock of the schedule"))
    )
    add_trial_options(
        own,
        terminal,
        formats=("table", "json", "ics"),
        on=say(AS_IT_STOOD),
    )
    return own


def schedule(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright schedule ARCHIVE`."""
    if options.format == "ics" and not options.participant:
        raise Stop(USAGE, message("A calendar is one participant's: name it with --participant."))
    seen = look(options.archive, on=options.on, participant=options.participant, replayed=True)
    plan = seen.study.schedule
    if plan is None:
        raise Stop(USAGE, message("The study {study} has no schedule (schedule.yaml).", study=seen.study.id))
    clocks = _clocks(plan, options.clock)
    if not options.participant:
        return _trial(seen, clocks, options, terminal)
    participant = seen.participant(options.participant)
    if options.format == "ics":
        return _calendar(seen, participant, options, terminal)
    return _one(seen, participant, clocks, options, terminal)


def _clocks(plan: ScheduleOfActivities, wanted: str | None) -> tuple[Clock, ...]:
    if wanted is None:
        return plan.clocks
    found = tuple(clock for clock in plan.clocks if clock.id == wanted)
    if not found:
        raise Stop(
            USAGE,
            message(
                "The schedule has no clock {clock}; it has: {known}.",
                clock=wanted,
                known=tuple(clock.id for clock in plan.clocks),
            ),
        )
    return found


def _calendar(seen: AsOf, participant: Participant, options: argparse.Namespace, terminal: Terminal) -> int:
    from trialwright.conduct.schedule import plan_visits
    from trialwright.exchange.ical.write import write_calendar

    study = seen.definition(participant)
    text = write_calendar(
        plan_visits(study, participant, on=seen.day),
        study=study.id,
        participant=participant.id,
        stamp=datetime.fromisoformat(seen.head.at),
        catalogues=[terminal.catalogue],
        rehearsal=seen.rehearsal,
    )
    write_text(options.out, text)
    return DONE


# one participant


def _one(
    seen: AsOf,
    participant: Participant,
    clocks: tuple[Clock, ...],
    options: argparse.Namespace,
    terminal: Terminal,
) -> int:
    from trialwright.conduct.dosing.recheck import derive_rechecks
    from trialwright.conduct.schedule import derive_end, plan_visits
    from trialwright.study.anchors import derive_anchors

    study = seen.definition(participant)
    anchors = derive_anchors(study, participant)
    end = derive_end(participant)
    visits = [
        _visit(study, participant, each, anchors, clocks, seen, terminal)
        for each in plan_visits(study, participant, on=seen.day)
    ]
    result = {
        **seen.opening(),
        "participant": participant.id,
        "enrolment_number": participant.enrolment_number,
        "site": participant.site,
        "ended": {"on": end.day.isoformat(), "why": terminal.say(end.why)} if end else None,
        "anchors": [
            {
                "id": id,
                "title": terminal.say(each.anchor.title),
                "day": each.day.isoformat() if each.day else None,
                "waits_for": terminal.say(each.waits_for) if each.waits_for else None,
                "events": list(each.because),
            }
            for id, each in anchors.items()
        ],
        "visits": visits,
        "rechecks": [
            _recheck(study, each, terminal)
            for each in derive_rechecks(study, participant, on=seen.day)
            if not each.done
        ],
    }
    write_result(options, terminal, result=result, lines=one_lines(seen, result, clocks, terminal))
    return DONE


def _visit(
    study: Study,
    participant: Participant,
    planned: PlannedVisit,
    anchors: Mapping[str, AnchorDay],
    clocks: tuple[Clock, ...],
    seen: AsOf,
    terminal: Terminal,
) -> dict[str, Any]:
    """A visit as JSON has it."""
    from trialwright.conduct.due import plan_activities
    from trialwright.conduct.schedule import STATUSES, TO_DO
    from trialwright.study.schedule import visit_title

    say, visit, window = terminal.say, planned.visit, planned.window
    took_place = visit.date if visit and not visit.missed else None
    activities = (
        plan_activities(study, participant, planned.encounter.id, on=seen.day)
        if planned.status in TO_DO
        else ()
    )
    due = window.due if window else None
    return {
        "id": planned.id,
        "encounter": planned.encounter.id,
        "title": say(visit_title(study.schedule, planned.id, planned.encounter.id)),
        "status": planned.status,
        "status_text": say(STATUSES[planned.status]),
        "waits_for": say(planned.waits_for) if planned.waits_for else None,
        "study_day": planned.planned_study_day,
        "due": due.isoformat() if due else None,
        "first": window.first.isoformat() if window else None,
        "last": window.last.isoformat() if window else None,
        "took_place": took_place,
        "days_from_plan": _days_from_plan(took_place, due.isoformat() if due else None),
        "missed": visit.missed if visit else False,
        "missed_because": visit.reason if visit and visit.missed else None,
        "deviation": say(planned.deviation) if planned.deviation else None,
        "weeks": _weeks(study, planned, anchors, clocks, took_place, terminal),
        "activities": [_activity(study, each, terminal) for each in activities],
        "events": list(planned.because),
    }


def _days_from_plan(took_place: str | None, due: str | None) -> int | None:
    """How many days after the planned day a visit took place; None where one of the two is not exactly known."""
    from datetime import date

    try:
        return (date.fromisoformat(took_place or "") - date.fromisoformat(due or "")).days
    except ValueError:
        return None


def _weeks(
    study: Study,
    planned: PlannedVisit,
    anchors: Mapping[str, AnchorDay],
    clocks: tuple[Clock, ...],
    took_place: str | None,
    terminal: Terminal,
) -> dict[str, Any]:
    """By clock: the week of the schedule, and that of the day on which the visit took place."""
    from datetime import date

    from trialwright.conduct.clocks import clock_days, explain_week, planned_clock_days

    assert study.schedule is not None  # noqa: S101  # refused by `schedule`
    in_plan = {each.clock.id: each.days for each in planned_clock_days(study.schedule, planned.encounter)}
    actual: dict[str, int] = {}
    if took_place and len(took_place) >= len("2026-01-01"):
        day = date.fromisoformat(took_place[:10])
        actual = {each.clock.id: each.days for each in clock_days(study.schedule, anchors, day)}
    found: dict[str, Any] = {}
    for clock in clocks:
        days, really = in_plan.get(clock.id), actual.get(clock.id)
        found[clock.id] = {
            "planned_days": days,
            "planned": None if days is None else terminal.say(explain_week(days)),
            "actual_days": really,
            "actual": None if really is None else terminal.say(explain_week(really)),
        }
    return found


def _activity(study: Study, planned: PlannedActivity, terminal: Terminal) -> dict[str, Any]:
    titles = {each.id: each.title for each in study.interventions}
    return {
        "id": planned.activity.id,
        "title": terminal.say(planned.activity.title),
        "applies": planned.applies,
        "why": terminal.say(planned.why) if planned.why else None,
        "forms": list(planned.activity.forms),
        "interventions": [terminal.say(titles[id]) for id in planned.interventions],
    }


def _recheck(study: Study, each: Recheck, terminal: Terminal) -> dict[str, Any]:
    return {
        "participant": each.participant,
        "intervention": each.intervention,
        "concept": each.concept,
        "title": terminal.say(study.concept(each.concept).label),
        "rule": each.rule,
        "dose": each.dose,
        "due": each.due.isoformat(),
    }


# the whole trial


def _trial(seen: AsOf, clocks: tuple[Clock, ...], options: argparse.Namespace, terminal: Terminal) -> int:
    from trialwright.conduct.due import derive_due
    from trialwright.study.anchors import derive_anchors

    due: list[tuple[Participant, Study, DueVisit]] = []
    rechecks: list[dict[str, Any]] = []
    everyone = seen.participants()
    for count, participant in enumerate(everyone):
        terminal.progress(message("planning: {count} of {total}", count=count, total=len(everyone)))
        study = seen.definition(participant)
        found = derive_due(study, (participant,), on=seen.day, site=None)
        due += [(participant, study, each) for each in found.visits]
        rechecks += [_recheck(study, each, terminal) for each in found.rechecks]
    terminal.clear()
    due.sort(
        key=lambda each: (each[2].planned.window.last if each[2].planned.window else seen.day, each[0].id)
    )
    rechecks.sort(key=lambda each: (each["due"], each["participant"]))
    visits = [
        {
            "participant": participant.id,
            "site": participant.site,
            **_visit(
                study, participant, each.planned, derive_anchors(study, participant), clocks, seen, terminal
            ),
        }
        for participant, study, each in due
    ]
    result = {
        **seen.opening(),
        "participants": len(everyone),
        "visits": visits,
        "rechecks": rechecks,
        "consents": _consents(seen, everyone),
    }
    write_result(options, terminal, result=result, lines=trial_lines(seen, result, clocks, terminal))
    return DONE


def _consents(seen: AsOf, everyone: Sequence[Participant]) -> list[dict[str, str]]:
    """Who has still to consent to the version in force, site by site."""
    from trialwright.conduct.consent_due import derive_consents_due

    return [
        each._asdict()
        for site in seen.trial.site_ids()
        for each in derive_consents_due(seen.trial.site(site), everyone, on=seen.day)
    ]


COMMANDS = {"schedule": schedule}
