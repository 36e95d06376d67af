"""How the trial was conducted: deviations, queries, corrections, what was not done, signatures."""

from __future__ import annotations

from collections import Counter

from trialwright.record.content import stands
from trialwright.record.participant import Deviation, Participant
from trialwright.reports.document import Column
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.sheet import Entry, Sheet, Source, Trace, line, traced
from trialwright.terms.message import message


def write_quality(data: TrialData, sheet: Sheet) -> None:
    """Deviations by category and one by one, then the state of the data."""
    sheet.heading(message("Conduct and data"), "conduct", level=1)
    _write_deviations(data, sheet)
    _write_data(data, sheet)


def _write_deviations(data: TrialData, sheet: Sheet) -> None:
    found = [(one, each) for one in data.participants for each in one.deviations]
    if not found:
        sheet.say(message("No deviation from the protocol is on record."))
        return
    counts = Counter((each.category, each.severity) for _, each in found)
    lines = []
    for category in dict.fromkeys(each.category for _, each in found):
        entries: list[Entry] = [category]
        for severity in ("minor", "major"):
            own = [
                (one, each) for one, each in found if (each.category, each.severity) == (category, severity)
            ]
            entries.append(traced(counts[category, severity], _deviation_trace(category, own)))
        lines.append(line(*entries))
    sheet.table(
        "deviations",
        message("Deviations from the protocol"),
        [
            Column("category", message("Category"), "text"),
            Column("minor", message("Minor"), "integer"),
            Column("major", message("Major"), "integer"),
        ],
        lines,
    )
    sheet.table(
        "deviation_list",
        message("Every deviation"),
        [
            Column("participant", message("Participant"), "text"),
            Column("date", message("Date"), "text"),
            Column("category", message("Category"), "text"),
            Column("severity", message("Severity"), "text"),
            Column("text", message("What happened"), "text"),
            Column("by", message("Found by"), "text"),
        ],
        [
            line(
                one.id,
                each.date,
                each.category,
                each.severity,
                traced(each.text, _deviation_trace(each.category, [(one, each)])),
                message("the rules") if each.by_system else message("a person"),
            )
            for one, each in found
        ],
        wide=True,
    )


def _deviation_trace(what: str, found: list[tuple[Participant, Deviation]]) -> Trace:
    return Trace(
        what,
        "count",
        "",
        tuple(Source(one.id, each.severity, each.text, (each.position,)) for one, each in found),
    )


def _write_data(data: TrialData, sheet: Sheet) -> None:
    people = data.participants
    values = [value for one in people for form in one.forms.values() for value in form.items.values()]
    entered = sum(bool(value.value) for value in values)
    not_done = sum(bool(value.not_done) for value in values)
    corrected = sum(len(form.superseded) for one in people for form in one.forms.values())
    queries = Counter(query.state for one in people for query in one.queries)
    signed = sum(stands(one, mark) for one in people for mark in one.signatures)
    broken = sum(not stands(one, mark) for one in people for mark in one.signatures)
    rows = (
        (message("Values entered"), entered),
        (message("Items marked as not done"), not_done),
        (message("Values corrected"), corrected),
        (message("Queries open"), queries["open"]),
        (message("Queries answered, not closed"), queries["answered"]),
        (message("Queries closed"), queries["closed"]),
        (message("Visits held"), sum(not visit.missed for one in people for visit in one.visits)),
        (message("Visits missed"), sum(visit.missed for one in people for visit in one.visits)),
        (message("Signatures that stand"), signed),
        (message("Signatures broken by a later change"), broken),
        (message("Casebooks locked"), sum(one.locked for one in people)),
    )
    sheet.table(
        "data",
        message("State of the data"),
        [Column("what", message("What"), "text"), Column("count", message("Count"), "integer")],
        [line(said, count) for said, count in rows],
    )
