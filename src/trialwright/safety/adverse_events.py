"""The rows behind the tables of adverse events: events, participants with them, by term, grade, seriousness, causality."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from trialwright.record.participant import AdverseEvent, Participant
from trialwright.safety.reportable import seriousness
from trialwright.terms.dates import UnreadableDate, parse_date
from trialwright.terms.message import Message, message
from trialwright.terms.truth import Truth

CAUSALITY = ("related", "possibly_related", "unknown", "not_related")
"""How an event is judged, the strongest link first; one that nobody has judged is unknown."""


class EventRow(NamedTuple):
    """One adverse event as it stands now.

    `group`: the arm, or the treatment taken. `position`: the ledger event of the version that counts. `grade`: 1 to 5,
    None where none is recorded. `causality`: the strongest link to any of the interventions asked about that was judged
    or had been taken by then; unknown where one of these was not judged and none counts as related. `emergent`: began
    on or after the day of the first dose of the study. `begun`: the first and last day on which it may have begun, None
    where no day is known.
    """

    participant: str
    group: str
    number: int
    position: int
    term: str
    grade: int | None
    seriousness: tuple[str, ...]
    infection: Truth
    causality: str
    expected: Truth
    action: str
    outcome: str
    emergent: Truth
    begun: tuple[date, date] | None

    @property
    def counts_as_emergent(self) -> bool:
        """Whether tables count it as treatment-emergent: unless it certainly began before the first dose.

        **Source**: the usual rule of analysis data for a start that is not fully known, as in CDISC ADaM `TRTEMFL`.
        """
        return self.emergent is not False

    @property
    def serious(self) -> bool:
        """Whether any criterion of seriousness is met."""
        return bool(self.seriousness)


def derive_adverse_events(
    participants: Iterable[Participant], *, groups: Mapping[str, str], interventions: frozenset[str]
) -> tuple[EventRow, ...]:
    """Give one row for each adverse event of the participants that have a group, in their order.

    `groups`: participant id to arm or treatment taken (the analysis set decides who is in it). `interventions`: those
    whose causal link is asked about. Doses given before consent are care on record and start nothing.
    """
    return tuple(
        _row(participant, event, groups[participant.id], interventions)
        for participant in participants
        if participant.id in groups
        for event in participant.adverse_events
    )


_YES_NO: Mapping[str, Truth] = {"true": True, "false": False}


def _row(
    participant: Participant, event: AdverseEvent, group: str, interventions: frozenset[str]
) -> EventRow:
    now = event.current
    judged = {name: link for name, link in now.causality.items() if name in interventions}
    asked = judged.keys() | (interventions & _taken(participant, now.start))
    links = {judged.get(name) or "unknown" for name in asked}
    return EventRow(
        participant.id,
        group,
        event.number,
        now.position,
        now.term,
        int(now.grade) if now.grade.isdigit() else None,
        tuple(sorted(seriousness(now))),
        _YES_NO.get(now.infection),
        next((link for link in CAUSALITY if link in links), "unknown"),
        _YES_NO.get(now.expected),
        now.action,
        now.outcome,
        _emergent(now.start, participant),
        _days(now.start),
    )


def first_dose(participant: Participant) -> tuple[date, date] | None:
    """The first and last possible day of the first dose of the study; None where none was given."""
    starts = [
        days for dose in participant.doses if not dose.prior and (days := _days(dose.start)) is not None
    ]
    return (min(low for low, _ in starts), min(high for _, high in starts)) if starts else None


def _taken(participant: Participant, start: str) -> frozenset[str]:
    """What may have been taken in the study up to the day on which an event may have begun."""
    until = _days(start)
    return frozenset(
        dose.intervention
        for dose in participant.doses
        if not dose.prior and (until is None or (days := _days(dose.start)) is None or days[0] <= until[1])
    )


def _emergent(start: str, participant: Participant) -> Truth:
    dose = first_dose(participant)
    if dose is None:
        return False
    days = _days(start)
    if days is None:
        return None
    if days[0] >= dose[1]:
        return True
    return False if days[1] < dose[0] else None


def _days(text: str) -> tuple[date, date] | None:
    try:
        days = parse_date(text)
    except UnreadableDate:
        return None
    return days.first, days.last


class EventCount(NamedTuple):
    """A row of a table: in one group, for one value of what is counted by.

    `participants` have at least one such event, `events` in all, of `size` participants of the group. `positions`: the
    ledger events behind the numbers.
    """

    group: str
    key: tuple[Hashable, ...]
    participants: int
    events: int
    size: int
    positions: tuple[int, ...]


Key = Callable[[EventRow], tuple[Hashable, ...]]


def derive_event_counts(
    rows: Sequence[EventRow], *, groups: Mapping[str, str], by: Key
) -> tuple[EventCount, ...]:
    """Count events, and participants with them, by any key, in every group, also where there is none.

    `by`: what an event is counted under, such as `by_term`. Order: keys by the number of participants with them over all
    groups, most first, then by name; groups in the order of `groups`.
    """
    keys = {by(row) for row in rows}
    overall = {key: len({row.participant for row in rows if by(row) == key}) for key in keys}
    return tuple(
        _counted(group, key, [row for row in rows if row.group == group and by(row) == key], groups)
        for key in sorted(keys, key=lambda key: (-overall[key], tuple(map(str, key))))
        for group in dict.fromkeys(groups.values())
    )


def _counted(
    group: str, key: tuple[Hashable, ...], rows: Sequence[EventRow], groups: Mapping[str, str]
) -> EventCount:
    return EventCount(
        group,
        key,
        len({row.participant for row in rows}),
        len(rows),
        sum(1 for each in groups.values() if each == group),
        tuple(sorted(row.position for row in rows)),
    )


def by_term(row: EventRow) -> tuple[Hashable, ...]:
    """The words entered, without regard to case and blanks: terms that are not coded count as written."""
    return (" ".join(row.term.split()).casefold(),)


def by_grade(row: EventRow) -> tuple[Hashable, ...]:
    """The grade; None where none is recorded."""
    return (row.grade,)


def by_seriousness(row: EventRow) -> tuple[Hashable, ...]:
    """Serious or not."""
    return (row.serious,)


def by_causality(row: EventRow) -> tuple[Hashable, ...]:
    """The strongest causal link."""
    return (row.causality,)


def derive_worst_events(rows: Sequence[EventRow], *, by: Key) -> tuple[EventRow, ...]:
    """Keep of each participant and key the event of the highest grade, the first of several.

    With it a table by term and grade counts every participant once. An event without a grade may be the worst, so it is
    kept where no other is of grade 5.
    """
    grouped: dict[tuple[str, tuple[Hashable, ...]], list[EventRow]] = {}
    for row in rows:
        grouped.setdefault((row.participant, by(row)), []).append(row)
    return tuple(max(found, key=_worse) for found in grouped.values())


def _worse(row: EventRow) -> float:
    return 4.5 if row.grade is None else float(row.grade)


SUMMARY: Mapping[str, tuple[Message, Callable[[EventRow], bool]]] = {
    "any": (message("Any adverse event since consent"), lambda row: True),
    "emergent": (message("Any treatment-emergent adverse event"), lambda row: True),
    "related": (
        message("Related or possibly related"),
        lambda row: row.causality in ("related", "possibly_related"),
    ),
    "unjudged": (
        message("Causality not judged or unknown"),
        lambda row: row.causality == "unknown",
    ),
    "severe": (message("Grade 3 or higher"), lambda row: row.grade is not None and row.grade >= 3),
    "serious": (message("Serious"), lambda row: row.serious),
    "serious_related": (
        message("Serious and related or possibly related"),
        lambda row: row.serious and row.causality in ("related", "possibly_related"),
    ),
    "serious_unjudged": (
        message("Serious, causality not judged or unknown"),
        lambda row: row.serious and row.causality == "unknown",
    ),
    "infection": (message("Infection"), lambda row: row.infection is True),
    "serious_infection": (
        message("Serious infection"),
        lambda row: row.serious and row.infection is True,
    ),
    "discontinued": (
        message("Leading to permanent stop of an intervention"),
        lambda row: row.action == "discontinued",
    ),
    "fatal": (message("Fatal"), lambda row: "death" in row.seriousness),
}
"""The lines of the summary table: what they are called, and which events belong to them.

All but the first count treatment-emergent events alone.
"""


def belongs_to(row: EventRow, name: str) -> bool:
    """Whether an event belongs to a line of the summary."""
    _, belongs = SUMMARY[name]
    return belongs(row) and (name == "any" or row.counts_as_emergent)


def derive_event_summary(rows: Sequence[EventRow], *, groups: Mapping[str, str]) -> tuple[EventCount, ...]:
    """Count events, and participants with them, for every line of `SUMMARY` in every group, also where there is none."""
    return tuple(
        _counted(
            group, (name,), [row for row in rows if row.group == group and belongs_to(row, name)], groups
        )
        for name in SUMMARY
        for group in dict.fromkeys(groups.values())
    )
