"""How the trial was conducted: deviations, queries, corrections, what was not done, signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from trialwright.conduct.deviations import FOUND_BY, DeviationFound
from trialwright.record.content import stands
from trialwright.record.participant import ItemValue, Participant, TakenBack
from trialwright.reports.coded import coded
from trialwright.reports.document import Column
from trialwright.reports.taken_back import say_entry
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import DASH
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.terms.message import Message, Text, message

SEVERITIES = ("minor", "major", "")


def write_quality(data: TrialData, sheet: Sheet) -> None:
    """Deviations by category and one by one, then the state of the data."""
    sheet.heading(message("Conduct and data"), "conduct", level=1)
    _write_deviations(data, sheet)
    _write_entries_taken_back(data, sheet)
    _write_data(data, sheet)


def _write_entries_taken_back(data: TrialData, sheet: Sheet) -> None:
    """Entries that were none, such as one made for another person; no table where there are none."""
    found = [(one, gone) for one in data.participants for gone in one.taken_back]
    if not found:
        return
    sheet.table(
        "taken_back",
        message("Entries taken back"),
        [
            Column("participant", message("Participant"), "text"),
            Column("entry", message("Entry"), "text"),
            Column("date", message("Date"), "text"),
            Column("what", message("What was entered"), "text"),
            Column("reason", message("Why it was taken back"), "text"),
        ],
        [_taken_back_line(data, one, gone) for one, gone in found],
        notes=(
            message(
                "These entries stay in the ledger and count in no table, figure or analysis. A safety report that had gone out stays among the reports sent."
            ),
        ),
    )


def _taken_back_line(data: TrialData, participant: Participant, gone: TakenBack) -> Line:
    said = say_entry(data.study, gone)
    source = Source(participant.id, said, gone.reason, tuple(sorted({gone.of, gone.position})))
    trace = Trace(said, "taken_back", "", (source,))
    told = (gone.target, gone.day or DASH, said, gone.reason or DASH)
    return line(participant.id, *(traced(what, trace) for what in told))


def _write_deviations(data: TrialData, sheet: Sheet) -> None:
    found = [each for own in data.deviations.values() for each in own]
    if not found:
        sheet.say(message("No deviation from the protocol is on record."))
        for gone in _taken_back(data):
            sheet.say(gone)
        return
    sheet.table(
        "deviations",
        message("Deviations from the protocol"),
        [
            Column("category", message("Category"), "text"),
            Column("minor", message("Minor"), "integer"),
            Column("major", message("Major"), "integer"),
            Column("not_rated", message("Not rated"), "integer"),
            Column("participants", message("Participants"), "integer"),
            Column("computed", message("Found by the rules"), "integer"),
            Column("reported", message("Reported by a person"), "integer"),
        ],
        [
            line(*_category(category, [each for each in found if each.category == category]))
            for category in sorted({each.category for each in found}, key=_order)
        ],
        notes=(
            message(
                "Visits outside their windows or missed, and doses that were planned and are not recorded, are computed from the ledger. A dose found as it is entered is rated by the rules, as minor or major; what a person says of it counts before that. Visits, and doses that are not recorded, are not rated unless somebody did: the protocol does not rate them. What the rules and a person found stands in both of the last columns and is one deviation."
            ),
        ),
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
            Column("rated_by", message("Rated by"), "text"),
        ],
        [_deviation_line(each) for each in found],
        notes=tuple(_taken_back(data)),
    )


def _taken_back(data: TrialData) -> Iterator[Message]:
    """What the rules found when a dose was entered and a correction of the dose took back; what a person took back."""
    for one in data.participants:
        for each in one.deviations:
            if each.taken_back and not each.by_system:
                yield message(
                    "{participant}: deviation {number}, reported by a person (event {found}), was taken back (event {corrected}).",
                    participant=one.id,
                    number=each.number,
                    found=each.position,
                    corrected=each.taken_back,
                )
            elif each.taken_back:
                yield message(
                    "{participant}: deviation {number}, found by the rules at entry (event {found}), does not follow from the record any more since the dose was corrected (event {corrected}).",
                    participant=one.id,
                    number=each.number,
                    found=each.position,
                    corrected=each.taken_back,
                )


def _deviation_line(each: DeviationFound) -> Line:
    trace = _trace(each.category, [each])
    told = (
        each.day,
        coded("category", each.category),
        coded("severity", each.severity),
        said(each),
        FOUND_BY[each.found_by],
        FOUND_BY[each.rated_by] if each.rated_by else DASH,
    )
    return line(each.participant, *(traced(what, trace) for what in told))


def _order(category: str) -> int:
    order = ("consent", "eligibility", "allocation", "visit", "dose", "procedure", "other")
    return order.index(category) if category in order else len(order)


def _category(category: str, found: list[DeviationFound]) -> list[Entry]:
    entries: list[Entry] = [coded("category", category)]
    for severity in SEVERITIES:
        own = [each for each in found if each.severity == severity]
        entries.append(traced(len(own), _trace(category, own)))
    entries.append(traced(len({each.participant for each in found}), _trace(category, found)))
    for names in (("rules", "both"), ("person", "both")):
        own = [each for each in found if each.found_by in names]
        entries.append(traced(len(own), _trace(category, own)))
    return entries


def said(found: DeviationFound) -> Message | Text | str:
    """What happened, as one text."""
    if not found.texts:
        return DASH
    whole = found.texts[0]
    for each in found.texts[1:]:
        whole = message("{first} {second}", first=whole, second=each)
    return whole


def _trace(category: str, found: Iterable[DeviationFound]) -> Trace:
    return Trace(
        coded("category", category),
        "count",
        "",
        tuple(
            Source(each.participant, coded("severity", each.severity), said(each), each.positions)
            for each in found
        ),
    )


def _write_data(data: TrialData, sheet: Sheet) -> None:
    sheet.table(
        "data",
        message("State of the data"),
        [Column("what", message("What"), "text"), Column("count", message("How many"), "integer")],
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
