"""How the trial was conducted: deviations, queries, corrections, what was not done, signatures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from trialwright.conduct.deviations import FOUND_BY, DeviationFound
from trialwright.record.content import stands
from trialwright.reports.coded import coded
from trialwright.reports.document import Column
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import DASH
from trialwright.reports.trial.sheet import Entry, Sheet, Source, Trace, line, traced
from trialwright.terms.message import Message, Text, message

SEVERITIES = ("minor", "major", "")


def write_quality(data: TrialData, sheet: Sheet) -> None:
    """Deviations by category and one by one, then the state of the data."""
    sheet.heading(message("Conduct and data"), "conduct", level=1)
    _write_deviations(data, sheet)
    _write_data(data, sheet)


def _write_deviations(data: TrialData, sheet: Sheet) -> None:
    found = [each for own in data.deviations.values() for each in own]
    if not found:
        sheet.say(message("No deviation from the protocol is on record."))
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
                "Visits outside their windows or missed, and doses that were planned and are not recorded, are computed from the ledger; the protocol does not rate them, so they are not rated unless somebody did. What the rules and a person found stands in both of the last columns and is one deviation."
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
        ],
        [
            line(
                each.participant,
                each.day,
                coded("category", each.category),
                coded("severity", each.severity),
                traced(said(each), _trace(each.category, [each])),
                FOUND_BY[each.found_by],
            )
            for each in found
        ],
    )


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
