"""How the trial was conducted: deviations, queries, corrections, what was not done, signatures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from trialwright.record.content import stands
from trialwright.record.participant import Deviation, ItemValue, Participant
from trialwright.reports.document import Column
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.terms.message import Message, message


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
        [_deviation_line(one, each) for one, each in found],
        wide=True,
    )


def _deviation_line(one: Participant, each: Deviation) -> Line:
    trace = _deviation_trace(each.category, [(one, each)])
    by = message("the rules") if each.by_system else message("a person")
    said = (each.date, each.category, each.severity, each.text, by)
    return line(one.id, *(traced(what, trace) for what in said))


def _deviation_trace(what: str, found: list[tuple[Participant, Deviation]]) -> Trace:
    return Trace(
        what,
        "count",
        "",
        tuple(Source(one.id, each.severity, each.text, (each.position,)) for one, each in found),
    )


def _write_data(data: TrialData, sheet: Sheet) -> None:
    sheet.table(
        "data",
        message("State of the data"),
        [Column("what", message("What"), "text"), Column("count", message("Count"), "integer")],
        [_data_line(said, data.participants, found) for said, found in STATES],
    )


def _data_line(
    said: Message, people: Iterable[Participant], found: Callable[[Participant], list[int]]
) -> Line:
    """How many of something there are, and of whom; `found` gives the event of each, 0 where none is on record."""
    rows, total = [], 0
    for one in people:
        positions = found(one)
        total += len(positions)
        if positions:
            events = tuple(sorted({position for position in positions if position}))
            rows.append(Source(one.id, str(len(positions)), "", events))
    return line(said, traced(total, Trace(said, "count", "", tuple(rows))))


def _values(participant: Participant) -> Iterator[ItemValue]:
    return (value for form in participant.forms.values() for value in form.items.values())


def _signed(participant: Participant, *, standing: bool) -> list[int]:
    return [mark.position for mark in participant.signatures if stands(participant, mark) == standing]


def _queries(participant: Participant, state: str) -> list[int]:
    return [query.position for query in participant.queries if query.state == state]


STATES: tuple[tuple[Message, Callable[[Participant], list[int]]], ...] = (
    (message("Values entered"), lambda one: [value.position for value in _values(one) if value.value]),
    (
        message("Items marked as not done"),
        lambda one: [value.position for value in _values(one) if value.not_done],
    ),
    (
        message("Values corrected"),
        lambda one: [value.position for form in one.forms.values() for value in form.superseded],
    ),
    (message("Queries open"), lambda one: _queries(one, "open")),
    (message("Queries answered, not closed"), lambda one: _queries(one, "answered")),
    (message("Queries closed"), lambda one: _queries(one, "closed")),
    (message("Visits held"), lambda one: [visit.position for visit in one.visits if not visit.missed]),
    (message("Visits missed"), lambda one: [visit.position for visit in one.visits if visit.missed]),
    (
        message("Texts masked"),
        lambda one: [each.position for each in one.maskings for _ in range(each.texts)],
    ),
    (message("Signatures that stand"), lambda one: _signed(one, standing=True)),
    (message("Signatures broken by a later change"), lambda one: _signed(one, standing=False)),
    (message("Casebooks locked"), lambda one: [one.locking] if one.locked else []),
)
"""What the state of the data counts: for a participant, the ledger's event of each."""
