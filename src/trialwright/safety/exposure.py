"""How long and how much participants were treated, and how long they were watched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from trialwright.record.fact import read_number
from trialwright.record.participant import Dose, Participant
from trialwright.record.taken import is_single, per_day
from trialwright.safety.adverse_events import first_dose
from trialwright.terms.dates import ONE_DAY, UnreadableDate, parse_date
from trialwright.terms.units import IncompatibleUnits, UnknownUnit, converter


class ExposureRow(NamedTuple):
    """One intervention in one participant, up to a day.

    `first`, `last`: the first and last day on it. `days`: distinct calendar days on it. `administrations`: single doses.
    `total` in `unit`: everything taken. None where it is not known, and `reason` says why. `positions`: of the doses.
    """

    participant: str
    group: str
    intervention: str
    first: date | None
    last: date | None
    days: int | None
    administrations: int
    total: float | None
    unit: str
    reason: str
    positions: tuple[int, ...]


def derive_exposure(
    participants: Iterable[Participant],
    *,
    groups: Mapping[str, str],
    interventions: Sequence[str],
    until: date,
    prior: bool = False,
) -> tuple[ExposureRow, ...]:
    """Give one row for each participant with a group and each intervention they took, as of a day.

    A dose that goes on is taken every day up to `until` or the end of the participant's course, included; one that
    another replaced, up to the day before (`record.taken`). A dose of a day counts whole, in the unit of the first one;
    a partial date leaves days and total open. `prior`: of the care before the study treatment alone, which is left out
    otherwise.
    """
    return tuple(
        _exposure(participant, groups[participant.id], name, doses, until)
        for participant in participants
        if participant.id in groups
        for name in interventions
        if (
            doses := [
                dose for dose in participant.taken() if dose.intervention == name and dose.prior == prior
            ]
        )
    )


def _exposure(
    participant: Participant, group: str, name: str, doses: Sequence[Dose], until: date
) -> ExposureRow:
    until = min(until, _end(participant) or until)
    spans = [_span(dose, until) for dose in doses]
    known = [span for span in spans if span is not None]
    begun = [span for span in known if span[0] <= until]
    whole = len(known) == len(spans)
    total, unit, why = _total(doses, spans, until)
    return ExposureRow(
        participant.id,
        group,
        name,
        min((first for first, _ in begun), default=None) if whole else None,
        max((last for _, last in begun), default=None) if whole else None,
        _distinct(begun) if whole else None,
        sum(1 for dose in doses if is_single(dose)),
        total if whole else None,
        unit,
        why if whole else "date_imprecise",
        tuple(sorted(dose.position for dose in doses)),
    )


def _end(participant: Participant) -> date | None:
    """The last day of a participant's course, as far as it is exactly known: what is taken later, is taken outside."""
    turns = (participant.died, participant.withdrawn, participant.lost, participant.completed)
    days = []
    for turn in turns:
        if turn is not None:
            try:
                days.append(parse_date(turn.date).last)
            except UnreadableDate:
                continue
    return min(days, default=None)


def _span(dose: Dose, until: date) -> tuple[date, date] | None:
    """The first and last day of a dose up to a day; None where a date is not exact."""
    try:
        start = parse_date(dose.start)
        end = parse_date(dose.end) if not dose.ongoing else None
    except UnreadableDate:
        return None
    if not start.exact or (end is not None and not end.exact):
        return None
    return start.first, min(end.first, until) if end is not None else until


def _distinct(spans: Iterable[tuple[date, date]]) -> int:
    """How many calendar days lie in any of the spans."""
    count, reached = 0, date.min
    for first, last in sorted(spans):
        begin = max(first, reached + ONE_DAY)
        if last >= begin:
            count += (last - begin).days + 1
            reached = last
    return count


def _total(
    doses: Sequence[Dose], spans: Sequence[tuple[date, date] | None], until: date
) -> tuple[float | None, str, str]:
    """Everything taken, in the unit of the first dose without its "per day"."""
    unit = doses[0].unit.removesuffix("/d")
    total = 0.0
    for dose, span in zip(doses, spans, strict=True):
        if span is None or span[0] > until:
            continue
        amount = read_number(dose.amount)
        if amount.issue or amount.low != amount.high:
            return None, unit, "dose_missing"
        daily = per_day(dose.unit)
        try:
            factor = converter(dose.unit.removesuffix("/d"), unit).factor
        except (UnknownUnit, IncompatibleUnits):
            return None, unit, "unit_unknown"
        total += amount.low * factor * ((span[1] - span[0]).days + 1 if daily else 1)
    return total, unit, ""


class FollowUpRow(NamedTuple):
    """How long one participant was watched from the first dose of the study on, both days included.

    `last`: the day of the end of the study for this participant, or the day asked about. `days` None: not known why not.
    """

    participant: str
    group: str
    first: date | None
    last: date | None
    days: int | None
    reason: str


def derive_follow_up(
    participants: Iterable[Participant], *, groups: Mapping[str, str], until: date
) -> tuple[FollowUpRow, ...]:
    """Give the time at risk of each participant with a group; nobody without a dose has any.

    It ends with completion, withdrawal, loss to follow-up or death, at the latest on `until`.
    """
    return tuple(
        _follow_up(participant, groups[participant.id], until)
        for participant in participants
        if participant.id in groups
    )


def _follow_up(participant: Participant, group: str, until: date) -> FollowUpRow:
    begins = first_dose(participant)
    if begins is None:
        return FollowUpRow(participant.id, group, None, None, 0, "")
    ends = [
        ended.date
        for ended in (participant.completed, participant.withdrawn, participant.lost, participant.died)
        if ended is not None
    ]
    try:
        days = [parse_date(text) for text in ends]
    except UnreadableDate:
        return FollowUpRow(participant.id, group, None, None, None, "date_missing")
    if begins[0] != begins[1] or not all(day.exact for day in days):
        return FollowUpRow(participant.id, group, None, None, None, "date_imprecise")
    last = min([until, *(day.first for day in days)])
    return FollowUpRow(participant.id, group, begins[0], last, max((last - begins[0]).days + 1, 0), "")
