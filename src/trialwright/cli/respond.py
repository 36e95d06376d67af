"""`trialwright respond`: how participants responded at every visit, by every definition, and what estimands make of it."""

from __future__ import annotations

import argparse
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from trialwright.cli.as_of import AsOf, add_trial_options, look, write_result
from trialwright.cli.common import DONE, STUDY_INVALID, USAGE, Stop, Terminal, own_parser
from trialwright.cli.respond_lines import respond_lines
from trialwright.terms.message import Message, Text, message
from trialwright.terms.visible import visible

if TYPE_CHECKING:
    from trialwright.endpoints.follow_up import FollowUp
    from trialwright.endpoints.response import CategoryFinding, ResponseAssessment
    from trialwright.endpoints.row import EndpointRow
    from trialwright.study.analysis import Estimand
    from trialwright.study.analysis_rules import AnalysisRules, ResponseRules
    from trialwright.study.prose.words import Words


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "The response at every visit with its components and reasons, all definitions of the analysis plan side by side, and the endpoint of every estimand."
        ),
        "  trialwright respond rehearsal --on 2026-11-30\n"
        "  trialwright respond rehearsal --participant nanjing-001\n"
        "  trialwright respond rehearsal --participant nanjing-001 --reading kdigo_2024 --format json",
        terminal,
    )
    own.add_argument("archive", metavar="ARCHIVE", help=say(message("the folder of the trial")))
    own.add_argument("--participant", metavar="ID", help=say(message("screening or enrolment number")))
    own.add_argument(
        "--reading",
        metavar="NAME",
        help=say(message("the definition whose components are shown (the chosen one)")),
    )
    add_trial_options(
        own,
        terminal,
        on=say(message("the cut-off (the day of the last event): what is dated later has not happened yet")),
    )
    return own


def respond(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright respond ARCHIVE`."""
    from trialwright.endpoints.follow_up import follow, is_over
    from trialwright.study.prose.words import Words

    seen = look(options.archive, on=options.on, participant=options.participant)
    rules = _rules(seen)
    _check_reading(rules, options.reading)
    words = Words(seen.study)
    everyone = seen.chosen(options.participant)
    over = is_over(seen.trial.participants(), on=seen.day)
    found = []
    for count, participant in enumerate(everyone):
        terminal.progress(message("judging: {count} of {total}", count=count, total=len(everyone)))
        followed = follow(rules, participant, on=seen.day, over=over)
        found.append(_participant(followed, options.reading, words, terminal, blind=seen.blind))
    terminal.clear()
    result = {**seen.opening(), "participants": found}
    lines = respond_lines(seen, result, terminal, whole=bool(options.participant))
    write_result(options, terminal, result=result, lines=lines)
    return DONE


def _rules(seen: AsOf) -> AnalysisRules:
    from trialwright.study.analysis_rules import lower_analysis
    from trialwright.study.errors import StudyInvalid

    study = seen.study
    if study.analysis is None:
        raise Stop(USAGE, message("The study {study} has no analysis plan (analysis.yaml).", study=study.id))
    try:
        return lower_analysis(study)
    except StudyInvalid as error:
        raise Stop(STUDY_INVALID, error.problems[0].message) from None


def _check_reading(rules: AnalysisRules, name: str | None) -> None:
    known = tuple(dict.fromkeys(id for each in rules.plan.responses for id in each.readings))
    if name is not None and name not in known:
        raise Stop(
            USAGE,
            message(
                "The analysis plan has no definition {name} of response; it has: {known}.",
                name=visible(name),
                known=known,
            ),
        )


# as JSON


def _participant(
    follow_up: FollowUp, reading: str | None, words: Words, terminal: Terminal, *, blind: bool
) -> dict[str, Any]:
    rules = follow_up.rules
    return {
        "participant": follow_up.id,
        "began": follow_up.start.isoformat() if follow_up.start else None,
        "responses": [
            _response(follow_up, each, reading, words, terminal) for each in rules.chosen.responses.values()
        ],
        "endpoints": [_endpoint(follow_up, each, terminal, blind=blind) for each in rules.plan.estimands],
    }


def _response(
    follow_up: FollowUp, rules: ResponseRules, reading: str | None, words: Words, terminal: Terminal
) -> dict[str, Any]:
    shown = reading if reading is not None and reading in rules.readings else rules.response.chosen
    return {
        "response": rules.response.id,
        "title": terminal.say(rules.response.title),
        "reading": shown,
        "chosen": rules.response.chosen,
        "visits": [_visit(follow_up, visit.id, rules, shown, words, terminal) for visit in follow_up.treated],
    }


def _visit(
    follow_up: FollowUp, id: str, rules: ResponseRules, reading: str, words: Words, terminal: Terminal
) -> dict[str, Any]:
    from trialwright.endpoints.response import assess_readings, explain_response
    from trialwright.study.schedule import visit_title

    assessed = assess_readings(follow_up, id, response=rules.response.id)
    main = assessed[reading]
    return {
        "visit": id,
        "title": terminal.say(visit_title(follow_up.rules.study.schedule, id, main.visit.encounter)),
        "day": main.day.isoformat(),
        "category": main.category.id if main.category else None,
        "category_text": terminal.say(_category(main)),
        "possible": list(main.possible),
        "after": _after(follow_up, main.day, terminal),
        "reason": main.reason,
        "sentence": terminal.say(explain_response(main, words)),
        "categories": [_judged(each, words, terminal) for each in main.findings if each.finding is not None],
        "facts": [fact.fact for fact in main.facts],
        "events": sorted({main.visit.position, *main.positions}),
        "readings": {name: _reading(each, terminal) for name, each in assessed.items()},
    }


def _after(follow_up: FollowUp, day: date, terminal: Terminal) -> list[dict[str, Any]]:
    """The intercurrent events of the primary estimand before a visit: what it shows then is not what the estimand counts."""
    from trialwright.endpoints.horizon import find_events_before

    primary = [each for each in follow_up.rules.plan.estimands if each.level == "primary"]
    return [
        {
            "event": came.happened.event.id,
            "title": terminal.say(came.happened.event.title),
            "day": came.happened.day.isoformat() if came.happened.day else None,
            "certain": came.happened.truth is True,
            "strategy": came.strategy,
            "events": list(came.happened.positions),
        }
        for came in find_events_before(follow_up, primary, day=day)
    ]


def _category(assessment: ResponseAssessment) -> Message | Text:
    """The category in words; where it is open, which ones it may be, unless it may be any."""
    category = assessment.category
    if category is not None:
        return category.title
    titles = {each.category.id: each.category.title for each in assessment.findings}
    if len(assessment.possible) == len(titles):
        return message("not known")
    return message("not known: {categories}", categories=tuple(titles[id] for id in assessment.possible))


def _judged(finding: CategoryFinding, words: Words, terminal: Terminal) -> dict[str, Any]:
    """A category with what each of its components gave."""
    from trialwright.study.prose.findings import say_finding

    return {
        "id": finding.category.id,
        "title": terminal.say(finding.category.title),
        "truth": finding.truth,
        "reason": finding.reason,
        "components": [
            {
                "id": each.component.id if each.component else None,
                "title": terminal.say(each.component.title if each.component else finding.category.title),
                "truth": each.finding.truth,
                "reason": each.finding.reason,
                "sentence": terminal.say(say_finding(each.finding, words)),
                "facts": [fact.fact for leaf in each.finding.leaves() for fact in leaf.facts],
            }
            for each in finding.components
        ],
    }


def _reading(assessment: ResponseAssessment, terminal: Terminal) -> dict[str, Any]:
    return {
        "title": terminal.say(assessment.reading.title or assessment.reading_name),
        "category": assessment.category.id if assessment.category else None,
        "category_text": terminal.say(_category(assessment)),
        "possible": list(assessment.possible),
        "reason": assessment.reason,
        "flags": [terminal.say(each) for each in assessment.reading.flags],
    }


FOR_AN_ARM = frozenset({"worst_case", "best_case"})
"""Strategies whose answer depends on the arm."""


def _endpoint(follow_up: FollowUp, estimand: Estimand, terminal: Terminal, *, blind: bool) -> dict[str, Any]:
    from trialwright.endpoints.derive import NotDerivable, derive_endpoint
    from trialwright.endpoints.row import EndpointRow

    row = EndpointRow(participant=follow_up.id, estimand=estimand.id, reason="not_derivable")
    why: object = message("the estimand names nothing that is derived of a participant")
    if blind and not FOR_AN_ARM.isdisjoint(each.strategy for each in estimand.intercurrent_events):
        row = replace(row, reason="arm_blind")
        why = message("it depends on the arm, which is blind")
    else:
        with suppress(NotDerivable):
            row = derive_endpoint(follow_up, estimand.id)
            why = _why(follow_up, row)
    return {
        "estimand": estimand.id,
        "title": terminal.say(estimand.title),
        "level": estimand.level,
        "value": row.value,
        "unit": row.unit,
        "days": row.time,
        "happened": row.happened,
        "category": row.category,
        "visit": row.visit,
        "day": row.day.isoformat() if row.day else None,
        "intercurrent_event": row.event,
        "intercurrent_event_on": row.event_on.isoformat() if row.event_on else None,
        "left_missing": row.impute,
        "shown": terminal.say(_shown(row, estimand)),
        "reason": row.reason,
        "detail": row.detail,
        "why": terminal.say(why),
        "facts": list(row.facts),
        "events": list(row.positions),
    }


def _why(follow_up: FollowUp, row: EndpointRow) -> Message:
    """Why an endpoint has its value, with the intercurrent event and its day where one decided."""
    from trialwright.endpoints.row import explain_endpoint

    why = explain_endpoint(row)
    if row.event is None or row.event_on is None:
        return why
    events = follow_up.rules.plan.intercurrent_events
    title = next(each.title for each in events if each.id == row.event)
    return message("{why}: {event}, {day}", why=why, event=title, day=row.event_on)


def _shown(row: EndpointRow, estimand: Estimand) -> object:
    """The value as people read it: days with what they end in, a number with its unit, or yes and no."""
    from trialwright.study.prose.figures import duration, figure, quantity

    if row.time == 0 and not row.happened:
        return message("no follow-up (0 days)")
    if row.time is not None:
        days = duration(str(row.time), "d")
        return (
            message("yes, after {days}", days=days) if row.happened else message("not in {days}", days=days)
        )
    if row.value is None:
        return message("no value")
    if estimand.measure:
        return quantity(figure(row.value), row.unit)
    return message("yes") if row.value else message("no")


COMMANDS = {"respond": respond}
