"""The course: response at every visit, time to response, proteinuria and the other measures, everybody in a lane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialwright.analysis.describe import describe
from trialwright.endpoints.follow_up import FollowUp
from trialwright.endpoints.horizon import find_horizon
from trialwright.endpoints.measures import derive_trajectory
from trialwright.endpoints.response import assess_response
from trialwright.reports.document import Column
from trialwright.reports.figures.response import ArmBars, draw_response
from trialwright.reports.figures.response import Response as DrawnResponse
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import (
    count_numbers,
    count_share,
    description_numbers,
    description_text,
)
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.reports.trial.survival import write_survival
from trialwright.reports.trial.swimmer import write_swimmer
from trialwright.reports.trial.traces import row_source
from trialwright.reports.trial.trajectories import draw_everyone
from trialwright.reports.trial.weeks import planned_week, treated_encounters
from trialwright.study.analysis import Response
from trialwright.study.prose.figures import unit_words
from trialwright.study.schedule import Encounter
from trialwright.terms.message import Message, Text, message

UNKNOWN, ABSENT, PENDING = "?", "", "-"  # no category has such an id, which begins with a letter
OBSERVED = message(
    "Of everyone allocated to the arm whose visit took place, in its window or not, as observed. What the plan does about intercurrent events and missing answers, its strategies, is not applied, so that the shares may be others than in the planned comparisons."
)


def write_course(data: TrialData, sheet: Sheet) -> None:
    """Every table and figure over time; while the study is blind no comparison and nobody's own line."""
    sheet.heading(message("Course over time"), "course", level=1)
    if data.plan.responses:
        _write_response(data, sheet)
    if data.blind:
        _write_measures(data, sheet)
        return
    write_survival(data, sheet)
    _write_measures(data, sheet)
    draw_everyone(data, sheet)
    write_swimmer(data, sheet)


def explain_asked(data: TrialData, response: Response, names: Sequence[str]) -> Iterator[Message]:
    """Say which of some definitions ask themselves for which intercurrent events, as their rules are written."""
    asked = {name: data.rules.chosen.responses[response.id].reading(name).asked for name in names}
    for events in dict.fromkeys(each for each in asked.values() if each):
        said = {
            "events": tuple(each.title for each in data.plan.intercurrent_events if each.id in events),
            "definitions": tuple(
                response.readings[name].title or name for name in names if asked[name] == events
            ),
        }
        if len(names) == 1:
            yield message(
                "The rules of this definition themselves ask whether this came before the visit, and so it is applied here: {events}.",
                events=said["events"],
            )
        else:
            yield message(
                "The rules of these definitions themselves ask whether this came before the visit ({events}), and so it is applied in them: {definitions}.",
                **said,
            )
    if len(names) > 1 and any(asked.values()) and not all(asked.values()):
        yield message("The other definitions ask for no intercurrent event.")


def _write_response(data: TrialData, sheet: Sheet) -> None:
    """How many are in each category at each visit; everybody in follow-up at that visit's window counts."""
    response = data.plan.responses[0]
    reading = response.readings[response.chosen]
    categories = [each.id for each in reading.categories]
    titles = [each.title for each in reading.categories]
    encounters = treated_encounters(data)
    at = {
        (group, encounter.id): _at(data.followed_in(group), encounter, response.id, response.chosen)
        for group in data.groups
        for encounter in encounters
    }
    columns = [
        Column("arm", message("Arm"), "text"),
        Column("visit", message("Visit"), "text"),
        *(Column(f"c_{index}", title, "text") for index, title in enumerate(titles, start=1)),
        Column("unknown", message("not known"), "text"),
        Column("none", message("no visit"), "integer", statistic="participants"),
    ]
    shown: list[tuple[str, Message | Text]] = [
        *zip(categories, titles, strict=True),
        (UNKNOWN, message("not known")),
        (ABSENT, message("no visit")),
    ]
    if any(PENDING in found for found in at.values()):
        columns.append(Column("pending", message("not due yet"), "integer", statistic="participants"))
        shown.append((PENDING, message("not due yet")))
    lines: list[Line] = []
    bars = []
    for group in data.groups:
        titled = data.group_title(group)
        counts = []
        for encounter in encounters:
            found = at[group, encounter.id]
            held = sum(len(rows) for name, rows in found.items() if name not in (ABSENT, PENDING))
            entries: list[Entry] = [titled, encounter.title]
            for category, said in shown:
                rows = tuple(found.get(category, ()))
                what = message(
                    "{category} at {visit}, {arm}", category=said, visit=encounter.title, arm=titled
                )
                trace = Trace(what, "response", reading.source or "", rows)
                if category in (ABSENT, PENDING):
                    entries.append(traced(len(rows), trace))
                    continue
                shown_count = count_share(len(rows), held)
                entries.append(traced(shown_count, trace, numbers=count_numbers(len(rows), held)))
            lines.append(line(*entries))
            counts.append(tuple(len(found.get(name, ())) for name in (*categories, UNKNOWN)))
        bars.append(ArmBars(titled, tuple(counts)))
    sheet.table(
        "response_by_visit",
        message("{response} at every visit, by the declared reading", response=response.title),
        columns,
        lines,
        heads=2,
        notes=(OBSERVED, *explain_asked(data, response, (response.chosen,))),
    )
    drawn = 2 + len(titles) + 1  # the headings, the categories, the unknown: who had no visit is in no bar
    if len(categories) <= 3 and encounters:
        sheet.figure(
            message("{response} at every visit", response=response.title),
            draw_response,
            DrawnResponse(
                "response",
                message("{response} at every visit", response=response.title),
                tuple(f"{planned_week(each):g}" for each in encounters),
                message("week"),
                (*titles, message("not known")),
                tuple(bars),
            ),
            columns=columns[:drawn],
            lines=[line(*each.entries[:drawn]) for each in lines],
            heads=2,
            notes=(
                message(
                    "Of those whose visit took place, as observed; the planned comparisons count everybody of the analysis set and apply the rules of the plan, so that their numbers may be others."
                ),
            ),
        )
    if len(response.readings) > 1:
        _write_readings(data, sheet)


def _at(
    people: Sequence[FollowUp], encounter: Encounter, response: str, reading: str
) -> dict[str, list[Source]]:
    """Everybody by the category at an encounter, by one reading; those without the visit under `ABSENT`, or `PENDING`."""
    found: dict[str, list[Source]] = {}
    for one in people:
        visit = one.visit(encounter.id)
        if visit is None:
            missed = one.participant.visit(encounter.id)
            source = Source(one.id, message("no visit"), "")
            if missed is not None:
                source = source._replace(reason=missed.reason, positions=(missed.position,))
            elif find_horizon(one, encounter.id, outside_window="used").problem == "pending":
                found.setdefault(PENDING, []).append(source._replace(value=message("not due yet")))
                continue
            found.setdefault(ABSENT, []).append(source)
            continue
        assessed = assess_response(one, visit.id, response=response, reading=reading)
        name = assessed.category.id if assessed.category else UNKNOWN
        title = assessed.category.title if assessed.category else message("not known")
        positions = tuple(sorted({*assessed.positions, visit.position}))
        facts = tuple(fact.fact for fact in assessed.facts)
        found.setdefault(name, []).append(Source(one.id, title, assessed.reason, positions, facts))
    return found


def _write_readings(data: TrialData, sheet: Sheet) -> None:
    """The last visit by every definition, side by side."""
    response = data.plan.responses[0]
    encounters = treated_encounters(data)
    if not encounters:
        return
    last = encounters[-1]
    columns = [
        Column("definition", message("Definition"), "text"),
        Column("category", message("Category"), "text"),
        *(
            Column(f"arm_{index}", data.group_title(group), "text")
            for index, group in enumerate(data.groups, start=1)
        ),
    ]
    lines: list[Line] = []
    flags: list[Message] = []
    for name, reading in response.readings.items():
        title = reading.title or name
        groups = []
        for group in data.groups:
            found = _at(data.followed_in(group), last, response.id, name)
            found = {name: rows for name, rows in found.items() if name not in (ABSENT, PENDING)}
            groups.append(found)
        named: list[tuple[str, Message | Text]] = [(each.id, each.title) for each in reading.categories]
        for index, (category, said) in enumerate([*named, (UNKNOWN, message("not known"))]):
            entries: list[Entry] = [title if index == 0 else "", said]
            for found in groups:
                total = sum(map(len, found.values()))
                own = found.get(category, [])
                entries.append(
                    traced(
                        count_share(len(own), total),
                        Trace(said, "response", reading.source or "", tuple(own)),
                        numbers=count_numbers(len(own), total),
                    )
                )
            lines.append(line(*entries))
        flags += [message("{definition}: {flag}", definition=title, flag=flag) for flag in reading.flags]
    sheet.table(
        "definitions",
        message(
            "{response} at {visit} by every definition, side by side",
            response=response.title,
            visit=last.title,
        ),
        columns,
        lines,
        notes=(OBSERVED, *explain_asked(data, response, tuple(response.readings)), *flags),
        heads=2,
    )


def _write_measures(data: TrialData, sheet: Sheet) -> None:
    """Every planned measure at every visit, described by arm, and the main concept in figures."""
    lines: list[Line] = []
    for estimand in data.plan.estimands:
        if not estimand.measure:
            continue
        measure = next(each for each in data.plan.measures if each.id == estimand.measure)
        unit = data.rules.chosen.measures[measure.id].unit
        titled = (
            message("{name}, {unit}", name=measure.title, unit=unit_words(unit))
            if unit_words(unit)
            else measure.title
        )
        lines.append(line(titled, kind="group"))
        members = data.members(estimand.population)
        groups = data.groups if data.blind else estimand.arms
        trajectories = {
            one.id: {row.visit: row for row in derive_trajectory(one, estimand)}
            for one in data.cohort.followed
            if one.id in members
        }
        for encounter in treated_encounters(data):
            entries: list[Entry] = [encounter.title]
            some = False
            for arm in groups:
                rows = [
                    found[encounter.id]
                    for id, found in trajectories.items()
                    if members[id] == arm and encounter.id in found
                ]
                values = [row for row in rows if row.value is not None]
                seen = describe([row.value for row in values if row.value is not None], arm=arm)
                some = some or bool(seen.n)
                trace = Trace(titled, "describe", "", tuple(row_source(row) for row in values))
                numbers = description_numbers(seen, unit)
                entries.append(traced(description_text(seen), trace, numbers=numbers))
            if some:
                lines.append(line(*entries, level=1))
    if lines:
        arms = data.groups if data.blind else data.plan.estimands[0].arms
        sheet.table(
            "measures",
            message("Measures over time: mean (standard deviation); median [quartiles]; participants")
            if data.blind
            else message(
                "Measures over time by arm: mean (standard deviation); median [quartiles]; participants"
            ),
            [
                Column("visit", message("Visit"), "text"),
                *(
                    Column(f"arm_{index}", data.group_title(arm), "text")
                    for index, arm in enumerate(arms, start=1)
                ),
            ],
            lines,
            notes=(
                message(
                    "Counted: participants of the analysis set with a result that the plan counts at the visit (in its window where it asks for that, before an intercurrent event that ends the counting) and, of a change, with a baseline. The figure of every participant shows every result that was measured, so that its numbers may be larger."
                ),
            ),
        )
