"""What was taken: by arm, and of each participant and intervention beside what was planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from trialwright.conduct.planned_doses import PlannedSoFar, derive_planned
from trialwright.reports.document import Cell, Column, Number
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.event_rates import Rates
from trialwright.reports.trial.figures_shown import DASH
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.safety.exposure import ExposureRow, derive_exposure
from trialwright.study.prose.figures import duration, quantity
from trialwright.terms.message import Message, Text, message, render

PLANNED: Message = message(
    "Planned, so far: of a dose given at visits, the visits that plan it and took place, were missed or are late; of a daily dose, the days from the first one to the end of the course, interruptions and the time after a stop included."
)
EARLIER: Message = message(
    "Earlier care: given before the study treatment and recorded as such; nothing of it is planned by number."
)


class Exposure(NamedTuple):
    """One intervention in one participant beside what was planned; `earlier`: care before the study treatment."""

    row: ExposureRow
    title: Text | Message | str
    planned: PlannedSoFar
    earlier: bool

    @property
    def given(self) -> tuple[int | None, int | None]:
        """How much was given and planned, in administrations or in days; None where it is not known."""
        if self.planned.administrations is not None:
            return self.row.administrations, self.planned.administrations
        return self.row.days, self.planned.days

    @property
    def by_days(self) -> bool:
        """Whether days are counted, not administrations."""
        return self.planned.administrations is None


def derive_exposures(data: TrialData) -> tuple[Exposure, ...]:
    """What every allocated participant took, in the order of consent and of the definition; earlier care first.

    While the study is blind nothing of an intervention that not every arm has.
    """
    groups = {one.id: one.arm for one in data.participants if one.allocated}
    secret = data.telling if data.blind else frozenset[str]()
    known = {one.id: one for one in data.study.interventions if one.id not in secret}
    found: dict[str, list[Exposure]] = {id: [] for id in groups}
    people = {one.id: one for one in data.participants}
    for earlier in (True, False):
        rows = derive_exposure(
            data.participants, groups=groups, interventions=tuple(known), until=data.on, prior=earlier
        )
        for row in rows:
            intervention = known[row.intervention]
            planned = (
                PlannedSoFar(None, None)
                if earlier
                else derive_planned(data.study, people[row.participant], intervention, on=data.on)
            )
            found[row.participant].append(Exposure(row, intervention.title, planned, earlier))
    return tuple(each for exposures in found.values() for each in exposures)


def write_exposure(
    data: TrialData, sheet: Sheet, groups: Mapping[str, str], sizes: Mapping[str, int], rates: Rates
) -> None:
    """How long everybody was followed and what was taken, by arm; then what was taken by participant."""
    exposures = derive_exposures(data)
    lines = list(_by_arm(data, exposures, groups, sizes))
    if not lines:
        return
    followed = message("Followed since the first dose")
    lines.insert(0, line(followed, *(rates.followed_entry(followed, group) for group in sizes)))
    columns = [Column("intervention", message("Intervention"), "text")]
    columns += [
        Column(
            f"arm_{index}",
            message("{arm} (n = {count})", arm=data.group_title(arm), count=size),
            "text",
            label=data.group_title(arm),
        )
        for index, (arm, size) in enumerate(sizes.items(), start=1)
    ]
    sheet.table(
        "exposure",
        message("Time followed, and what was taken of what was planned"),
        columns,
        lines,
        notes=(PLANNED, *rates.explain_clock()),
    )
    sheet.table(
        "exposure_by_participant",
        message("What every participant took"),
        [
            Column("participant", message("Participant"), "text"),
            *(() if data.blind else (Column("arm", message("Arm"), "text"),)),
            Column("intervention", message("Intervention"), "text"),
            Column("given", message("Given"), "integer"),
            Column("planned", message("Planned"), "integer"),
            Column("counted", message("Counted"), "text"),
            Column("first", message("First day"), "text"),
            Column("last", message("Last day"), "text"),
            Column("total", message("Total"), "number"),
            Column("unit", message("Unit"), "text"),
        ],
        [_line(each, blind=data.blind) for each in exposures],
        heads=2 if data.blind else 3,
        notes=(EARLIER,),
    )


def _by_arm(
    data: TrialData, exposures: Sequence[Exposure], groups: Mapping[str, str], sizes: Mapping[str, int]
) -> Iterator[Line]:
    """Each intervention that somebody took, with what was given of what was planned in each arm."""
    for intervention in data.study.interventions:
        own = [each for each in exposures if each.row.intervention == intervention.id and not each.earlier]
        if not own:
            continue
        entries: list[Entry] = [intervention.title]
        for group in sizes:
            mine = [each for each in own if groups.get(each.row.participant) == group]
            given = sum(each.given[0] or 0 for each in mine)
            planned = sum(each.given[1] or 0 for each in mine)
            said = say_taken(len(mine), given, planned, by_days=own[0].by_days)
            sources = tuple(_source(each.row) for each in mine)
            numbers = (
                Number("participants", len(mine)),
                Number("given", given, "d" if own[0].by_days else "{dose}"),
                Number("planned", planned, "d" if own[0].by_days else "{dose}"),
            )
            trace = Trace(intervention.title, "exposure", "", sources)
            entries.append(traced(said, trace, numbers=numbers))
        yield line(*entries)


def say_taken(people: int, given: int, planned: int, *, by_days: bool) -> Message:
    """How many took it, how much of what was planned: `2 participants; 30 of 31 days`, `1 participant; 3 days, none planned`."""
    who = message("1 participant") if people == 1 else message("{count} participants", count=people)
    if planned:
        unit = _days(planned) if by_days else _doses(planned)
        return message("{who}; {given} of {planned}", who=who, given=given, planned=unit)
    return message("{who}; {given}, none planned", who=who, given=_days(given) if by_days else _doses(given))


def _days(count: int) -> Message:
    return duration(str(count), "d")


def _doses(count: int) -> Message:
    return message("1 dose") if count == 1 else message("{count} doses", count=count)


def _source(row: ExposureRow) -> Source:
    count = row.administrations
    given = message("1 administration") if count == 1 else message("{count} administrations", count=count)
    said = message("{doses}, {days}", doses=given, days=_days(row.days or 0))
    return Source(row.participant, said, "", tuple(row.positions))


def _line(exposure: Exposure, *, blind: bool) -> Line:
    row = exposure.row
    given, planned = exposure.given
    trace = Trace(exposure.title, "exposure", "", (_source(row),))
    title = (
        message("{intervention} (earlier care)", intervention=exposure.title)
        if exposure.earlier
        else exposure.title
    )
    unit = "d" if exposure.by_days else "{dose}"
    return line(
        row.participant,
        *(() if blind else (row.group or DASH,)),
        title,
        _counted(given, "given", unit, trace),
        _counted(planned, "planned", unit, trace),
        message("days") if exposure.by_days else message("doses"),
        traced(row.first.isoformat(), trace) if row.first else DASH,
        traced(row.last.isoformat(), trace) if row.last else DASH,
        Cell(None, DASH)
        if row.total is None
        else traced(row.total, trace, numbers=(Number("total", row.total, row.unit),)),
        row.unit,
    )


def _counted(count: int | None, name: str, unit: str, trace: Trace) -> Entry:
    if count is None:
        return traced(None, trace, shown=DASH) if name == "given" else Cell(None, DASH)
    return traced(count, trace, numbers=(Number(name, count, unit),))


def total_shown(row: ExposureRow) -> Message | Text | str:
    """Everything taken with its unit; a dash where it is not known."""
    return quantity(render(row.total, {}), row.unit) if row.total is not None else DASH
