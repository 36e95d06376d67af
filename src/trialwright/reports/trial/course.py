"""The course: response at every visit, time to response, proteinuria and the other measures, everybody in a lane."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date

from trialwright.analysis.describe import describe
from trialwright.analysis.kaplan_meier import SurvivalCurve
from trialwright.analysis.methods import METHODS
from trialwright.analysis.plan.run import Outcome, is_available
from trialwright.endpoints.follow_up import FollowUp, exact_day
from trialwright.endpoints.horizon import find_horizon
from trialwright.endpoints.measures import derive_trajectory
from trialwright.endpoints.response import assess_response
from trialwright.reports.document import Cell, Column
from trialwright.reports.figures.kaplan_meier import Curve, KaplanMeier, draw_kaplan_meier
from trialwright.reports.figures.response import ArmBars, Response, draw_response
from trialwright.reports.figures.swimmer import ArmLanes, Lane, Mark, Swimmer, draw_swimmer
from trialwright.reports.figures.trajectories import (
    ArmTrajectories,
    Point,
    Trajectories,
    draw_trajectories,
)
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import (
    DASH,
    count_share,
    description_text,
    interval_text,
    p_value,
    percent,
    signed,
)
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.reports.trial.traces import outcome_trace, row_source
from trialwright.study.prose.figures import unit_words
from trialwright.study.schedule import Encounter
from trialwright.terms.message import Message, Text, message

WEEK = 7.0
UNKNOWN, ABSENT, PENDING = "?", "", "-"  # no category has such an id, which begins with a letter
LANES = 30  # on a page
OBSERVED = message(
    "Of everyone allocated to the arm whose visit took place, in its window or not, as observed. What the plan says of intercurrent events and missing answers is not applied, so that the shares may be others than in the planned comparisons."
)


def treated_encounters(data: TrialData) -> tuple[Encounter, ...]:
    """The scheduled visits counted from the day treatment began, up to the last that an estimand names."""
    schedule = data.study.schedule
    if schedule is None:
        return ()
    found = [
        each
        for each in schedule.encounters
        if each.timing is not None and each.timing.anchor == schedule.study_day_1
    ]
    asked = {each.encounter for each in data.plan.estimands if each.encounter}
    last = max((index for index, each in enumerate(found) if each.id in asked), default=len(found) - 1)
    return tuple(found[: last + 1])


def planned_week(encounter: Encounter) -> float:
    """The planned week of a visit."""
    at = encounter.timing.at if encounter.timing else None
    number, _, unit = (at or "0 d").partition(" ")
    return float(number) * {"wk": 1.0, "d": 1 / WEEK}.get(unit, 1.0)


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
    _draw_trajectories(data, sheet)
    _write_swimmer(data, sheet)


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
        Column("none", message("no visit"), "integer"),
    ]
    shown: list[tuple[str, Message | Text]] = [
        *zip(categories, titles, strict=True),
        (UNKNOWN, message("not known")),
        (ABSENT, message("no visit")),
    ]
    if any(PENDING in found for found in at.values()):
        columns.append(Column("pending", message("not due yet"), "integer"))
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
                visits = category not in (ABSENT, PENDING)
                entries.append(traced(count_share(len(rows), held) if visits else len(rows), trace))
            lines.append(line(*entries))
            counts.append(tuple(len(found.get(name, ())) for name in (*categories, UNKNOWN)))
        bars.append(ArmBars(titled, tuple(counts)))
    sheet.table(
        "response_by_visit",
        message("{response} at every visit, by the declared reading", response=response.title),
        columns,
        lines,
        heads=2,
        notes=(OBSERVED,),
    )
    if len(categories) <= 3 and encounters:
        sheet.figure(
            message("{response} at every visit", response=response.title),
            draw_response,
            Response(
                "response",
                message("{response} at every visit", response=response.title),
                tuple(f"{planned_week(each):g}" for each in encounters),
                message("week"),
                (*titles, message("not known")),
                tuple(bars),
            ),
            notes=(message("Of those whose visit took place."),),
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
        notes=(OBSERVED, *flags),
        heads=2,
    )


def write_survival(data: TrialData, sheet: Sheet) -> None:
    """Times to event: a table with the log-rank test, and a figure for each."""
    curves = [one for one in data.outcomes if one.curves or (one.problem is not None and _is_curve(one))]
    if not curves:
        return
    columns = [
        Column("estimand", message("Endpoint"), "text"),
        Column("arm", message("Arm"), "text"),
        Column("events", message("Events / participants"), "text"),
        Column("share", message("With the event by the last visit (95 % interval)"), "text"),
        Column("median", message("Median, weeks (95 % interval)"), "text"),
        Column("p", message("Log-rank P"), "number"),
    ]
    lines: list[Line] = []
    horizon = max((planned_week(each) for each in treated_encounters(data)), default=24.0)
    for outcome in curves:
        test = data.by_method("log_rank", outcome.estimand.id)
        drawn = {curve.group: curve for curve in outcome.curves}
        for index, arm in enumerate(outcome.estimand.arms):
            p = _log_rank_entry(test) if index == 0 else Cell(None, "")
            if arm in drawn:
                lines.append(_curve_line(outcome, drawn[arm], p, horizon))
            else:
                lines.append(_no_curve_line(outcome, arm, p))
    sheet.table(
        "times",
        message("Times to event (Kaplan-Meier, log-log intervals)"),
        columns,
        lines,
        heads=2,
    )
    for outcome in curves:
        if any(curve.counted.events for curve in outcome.curves):
            _draw_survival(data, sheet, outcome, horizon)


def _is_curve(outcome: Outcome) -> bool:
    return is_available(outcome.method) and METHODS[outcome.method.method].kind == "survival_curve"


def _log_rank_entry(test: Outcome | None) -> Entry:
    """The P value of the log-rank test, or why there is none."""
    if test is None:
        return Cell(None, "")
    if test.problem is not None:
        why = message("not possible: {reason}", reason=test.problem)
        return traced(None, outcome_trace(test), shown=why)
    found = test.results[0]
    return traced(found.p_value, outcome_trace(test, found), shown=p_value(found.p_value))


def _no_curve_line(outcome: Outcome, arm: str, p: Entry) -> Line:
    """An arm without a curve, with the reason."""
    why = (
        message("not possible: nobody of this arm was followed")
        if outcome.problem is None
        else message("not possible: {reason}", reason=outcome.problem)
    )
    trace = outcome_trace(outcome, arm=arm)
    return line(outcome.estimand.title, arm, traced("0/0", trace), traced(why, trace), Cell(None, DASH), p)


def _curve_line(outcome: Outcome, curve: SurvivalCurve, p: Entry, horizon: float) -> Line:
    trace = outcome_trace(outcome, arm=curve.group)
    last = min(curve.steps[-1].time, horizon * WEEK + WEEK) if curve.steps else 0.0
    at = curve.survival_at(last)
    median = curve.median()
    share = DASH
    if at.estimate is not None:
        interval = at.interval
        share = percent(1 - at.estimate)
        if interval and interval.low is not None and interval.high is not None:
            share += f" ({signed(100 * (1 - interval.high), 1)} – {signed(100 * (1 - interval.low), 1)})"
    middle = message("not reached") if median.estimate is None else signed(median.estimate / WEEK, 1)
    if median.estimate is not None and median.interval is not None:
        around = interval_text(median.interval, scale=1 / WEEK, digits=1)
        middle = f"{signed(median.estimate / WEEK, 1)} ({around})"
    return line(
        outcome.estimand.title,
        curve.group,
        traced(f"{curve.counted.events}/{curve.counted.n}", trace),
        traced(share, trace),
        traced(middle, trace),
        p,
    )


def _draw_survival(data: TrialData, sheet: Sheet, outcome: Outcome, horizon: float) -> None:
    last = max((curve.steps[-1].time / WEEK for curve in outcome.curves if curve.steps), default=horizon)
    step = 4 if horizon <= 52 else 13
    ticks = tuple(float(week) for week in range(0, step * math.ceil(max(horizon, last) / step) + 1, step))
    drawn = []
    for curve in outcome.curves:
        falls = [step for step in curve.steps if step.events]
        censored = [step.time / WEEK for step in curve.steps for _ in range(step.censored)]
        drawn.append(
            Curve(
                curve.group,
                (0.0, *(step.time / WEEK for step in falls)),
                (1.0, *(step.survival for step in falls)),
                (None, *(step.low for step in falls)),
                (None, *(step.high for step in falls)),
                tuple(censored),
                curve.steps[-1].time / WEEK if curve.steps else 0.0,
                tuple(curve.at_risk(tick * WEEK) for tick in ticks),
            )
        )
    title = outcome.estimand.title
    sheet.figure(
        message("{estimand}: share with the event", estimand=title),
        draw_kaplan_meier,
        KaplanMeier(
            f"km-{data.estimand_names[outcome.estimand.id].replace('_', '-')}",
            title,
            tuple(drawn),
            ticks,
            message("weeks since treatment began"),
            message("share with the event"),
            incidence=True,
            level=outcome.curves[0].level,
        ),
        trace=outcome_trace(outcome),
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
                entries.append(traced(description_text(seen), trace))
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
        )


def main_concept(data: TrialData) -> str | None:
    """The measurement that the first component of the primary response reads; None where there is none."""
    if not data.plan.responses:
        return None
    response = data.plan.responses[0]
    rule = data.rules.chosen.responses[response.id].reading().categories[0]
    measured = [each.name for each in data.study.concepts if each.kind == "measurement"]
    if rule.condition is None:
        return None
    found = [getattr(node, "concept", None) for node in rule.condition.walk()]
    return next((name for name in found if name in measured), None)


def _draw_trajectories(data: TrialData, sheet: Sheet) -> None:
    name = main_concept(data)
    if name is None:
        return
    concept = data.study.concept(name)
    arms = []
    for arm in data.arms:
        people = [one for one in data.cohort.followed if one.participant.arm == arm.id and one.start]
        tracks = [track for track in (_track(one, name) for one in people) if track]
        arms.append(ArmTrajectories(arm.id, tuple(tracks), tuple(_centre(data, people, name))))
    weeks = [planned_week(each) for each in treated_encounters(data)]
    last = int(max(weeks, default=24.0))
    unit = concept.unit or ""
    sheet.figure(
        message("{concept} of every participant", concept=concept.label),
        draw_trajectories,
        Trajectories(
            "trajectories",
            message("{concept} of every participant", concept=concept.label),
            tuple(arms),
            tuple(float(week) for week in range(0, last + 1, 4 if last <= 52 else 13)),
            message("weeks since treatment began"),
            message("{concept}, {unit}", concept=concept.label, unit=unit_words(unit)),
            message("mean (bars: quartiles)"),
            "log",
            None,
        ),
    )


def _track(one: FollowUp, concept: str) -> tuple[tuple[float, float], ...]:
    start = one.start
    if start is None:
        return ()
    points = {
        ((fact.start_low - start).days / WEEK, fact.low)
        for fact in one.person.facts.get(concept, ())
        if fact.exact_day and fact.low == fact.high and fact.start_low <= one.on
    }
    return tuple(sorted(points))


def _centre(data: TrialData, people: Sequence[FollowUp], concept: str) -> Iterator[Point]:
    """The mean and the quartiles of the results of each planned visit, at the median of its days."""
    schedule = data.study.schedule
    encounters = [each for each in (schedule.encounters if schedule else ()) if each.type == "scheduled"]
    for encounter in encounters:
        values = []
        times = []
        for one in people:
            visit = one.visit(encounter.id)
            if visit is None or one.start is None:
                continue
            own = [
                fact.low
                for fact in one.person.facts.get(concept, ())
                if fact.fact in visit.facts and fact.low == fact.high
            ]
            if own:
                values.append(own[-1])
                times.append((visit.day - one.start).days / WEEK)
        seen = describe(values, arm="")
        if seen.mean is not None:
            time = sorted(times)[len(times) // 2]
            yield Point(time, seen.mean, seen.lower_quartile, seen.upper_quartile, seen.n)


def _write_swimmer(data: TrialData, sheet: Sheet) -> None:
    lanes = []
    last = 0.0
    for arm in data.arms:
        own = [
            _lane(data, one) for one in data.cohort.followed if one.participant.arm == arm.id and one.start
        ]
        own.sort(key=lambda lane: (-lane.end, lane.participant))
        lanes.append(ArmLanes(arm.id, tuple(own)))
        last = max([last, *(lane.end for lane in own)])
    if not any(each.lanes for each in lanes):
        return
    step = 4 if last <= 60 else 13
    ticks = tuple(float(week) for week in range(0, int(last) + step + 1, step))
    whole = Swimmer(
        "swimmer",
        message("Course of every participant"),
        tuple(lanes),
        ticks,
        message("weeks since treatment began"),
    )
    pages = whole.pages(LANES)
    for number, each in enumerate(pages, start=1):
        caption = (
            message("Course of every participant")
            if len(pages) == 1
            else message("Course of every participant ({number} of {total})", number=number, total=len(pages))
        )
        sheet.figure(caption, draw_swimmer, each)


_MARKED = {
    "cr": "complete_response",
    "crr": "complete_response",
    "pr": "partial_response",
    "perr": "partial_response",
}


def _lane(data: TrialData, one: FollowUp) -> Lane:
    start = one.start
    assert start is not None  # noqa: S101  # the caller asks only those who began

    def week(day: date) -> float:
        return (day - start).days / WEEK

    participant = one.participant
    marks = []
    reached: set[str] = set()
    for visit in one.treated if data.plan.responses else ():
        assessed = assess_response(one, visit.id)
        name = _MARKED.get(assessed.category.id) if assessed.category else None
        if name and name not in reached:
            reached.add(name)
            marks.append(Mark(week(visit.day), name))  # type: ignore[arg-type]
    dated = [
        *((rescue.date, "rescue") for rescue in participant.rescues),
        *((stop.date, "stop") for stop in participant.discontinuations),
        *((event.current.start, "adverse_event") for event in participant.adverse_events),
        *((left.date, "left") for left in (participant.withdrawn, participant.lost) if left),
        *(((participant.died.date, "death"),) if participant.died else ()),
    ]
    for text, kind in dated:
        day = exact_day(text)
        if day is not None and day >= start:
            marks.append(Mark(week(day), kind))
    end = one.ended.day if one.ended else max([visit.day for visit in one.visits], default=one.on)
    return Lane(participant.id, 0.0, max(week(end), 0.0), one.ended is None, tuple(marks))
