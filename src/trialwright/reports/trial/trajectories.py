"""The main measurement over time: everybody's line, and the median of each arm at the planned visits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from trialwright.analysis.describe import describe
from trialwright.endpoints.follow_up import FollowUp
from trialwright.record.fact import Fact
from trialwright.reports.document import Cell, Column, Number
from trialwright.reports.figures.trajectories import (
    ArmTrajectories,
    Point,
    Trajectories,
    draw_trajectories,
)
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import DASH, signed, significant
from trialwright.reports.trial.sheet import Line, Sheet, Source, Trace, Traced, line, traced
from trialwright.reports.trial.weeks import WEEK, planned_week, treated_encounters
from trialwright.study.prose.figures import unit_words
from trialwright.study.prose.words import at_beginning
from trialwright.terms.message import Text, message


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


def draw_everyone(data: TrialData, sheet: Sheet) -> None:
    """Draw the main concept of every participant, with the median of each arm; nothing where no response reads one."""
    name = main_concept(data)
    if name is None:
        return
    concept = data.study.concept(name)
    said = message("{concept} of every participant", concept=at_beginning(concept.label))
    unit = concept.unit or ""
    arms = []
    own_lines: list[Line] = []
    middle_lines: list[Line] = []
    for arm in data.arms:
        people = [one for one in data.cohort.followed if one.participant.arm == arm.id and one.start]
        tracks = {one.id: _track(one, name) for one in people}
        centre = _centre(data, people, name)
        arms.append(
            ArmTrajectories(
                arm.id,
                tuple(tuple((week, value) for week, value, _ in track) for track in tracks.values() if track),
                tuple(middle.point for middle in centre),
            )
        )
        own_lines += [
            _own_line(arm.id, point, concept.label, unit) for track in tracks.values() for point in track
        ]
        middle_lines += [_middle_line(arm.id, middle, concept.label, unit) for middle in centre]
    weeks = [planned_week(each) for each in treated_encounters(data)]
    measured = [week for arm in arms for track in arm.participants for week, _ in track]
    last = math.ceil(max([*weeks, *measured, 4.0]))
    step = 4 if last <= 60 else 13
    titled = message("{concept}, {unit}", concept=concept.label, unit=unit_words(unit))
    sheet.figure(
        said,
        draw_trajectories,
        Trajectories(
            "trajectories",
            said,
            tuple(arms),
            tuple(float(week) for week in range(0, last + 1, step)),
            message("weeks since treatment began"),
            titled,
            message("median (bars: quartiles)"),
            "log",
            None,
        ),
        columns=(
            Column("arm", message("Arm"), "text"),
            Column("participant", message("Participant"), "text"),
            Column("week", message("Week"), "number", unit="wk"),
            Column("measured", titled, "number", unit=unit, label=concept.label),
            Column("mean", message("Mean"), "number", unit=unit),
            Column("lower_quartile", message("Lower quartile"), "number", unit=unit),
            Column("upper_quartile", message("Upper quartile"), "number", unit=unit),
            Column("n", message("Participants"), "integer"),
        ),
        lines=(
            line(
                message("Median, mean and quartiles of each arm, at the median day of the visit"),
                kind="group",
            ),
            *middle_lines,
            line(message("Every participant"), kind="group"),
            *own_lines,
        ),
        heads=3,
        notes=(
            message(
                "The scale is logarithmic. Thick line: the median of each arm, with quartiles; every result of a visit that took place counts, in its window or not."
            ),
        ),
    )


def _week(week: float, trace: Trace) -> Traced:
    return traced(week, trace, shown=signed(week, 2))


def _own_line(arm: str, point: Measured, title: Text, unit: str) -> Line:
    """A point of somebody's line."""
    week, value, source = point
    trace = Trace(title, "recorded", "", (source,))
    shown = traced(value, trace, shown=significant(value, 4), numbers=(Number("measured", value, unit),))
    blank = Cell(None, "")
    return line(arm, source.participant, _week(week, trace), shown, blank, blank, blank, blank)


def _middle_line(arm: str, middle: Middle, title: Text, unit: str) -> Line:
    """A point of the thick line, with its bar."""
    point = middle.point
    trace = Trace(title, "describe", "", middle.rows)
    quartiles = (
        Cell(None, DASH) if value is None else traced(value, trace, shown=significant(value))
        for value in (point.lower, point.upper)
    )
    median = traced(
        point.centre, trace, shown=significant(point.centre), numbers=(Number("median", point.centre, unit),)
    )
    mean = traced(middle.mean, trace, shown=significant(middle.mean))
    everyone = message("all with a result")
    return line(
        arm, everyone, _week(point.time, trace), median, mean, *quartiles, traced(point.people, trace)
    )


class Middle(NamedTuple):
    """A point of the thick line, with the mean of the same results and whose they are."""

    point: Point
    mean: float
    rows: tuple[Source, ...]


class Measured(NamedTuple):
    """A point of somebody's line: the week since treatment began, the value in the concept's unit, where it is from."""

    week: float
    value: float
    source: Source


def _source(one: FollowUp, fact: Fact, value: float) -> Source:
    day = fact.start_low.isoformat()
    return Source(one.id, significant(value, 4), day, one.positions_of((fact,)), (fact.fact,))


def _track(one: FollowUp, concept: str) -> tuple[Measured, ...]:
    """Everybody's results with a day and a number, in order; the same number of the same day is one point."""
    start = one.start
    if start is None:
        return ()
    points = {
        ((fact.start_low - start).days / WEEK, fact.low): fact
        for fact in reversed(one.person.facts.get(concept, ()))
        if fact.exact_day and fact.low == fact.high and fact.start_low <= one.on
    }
    return tuple(Measured(*point, _source(one, points[point], point[1])) for point in sorted(points))


def _centre(data: TrialData, people: Sequence[FollowUp], concept: str) -> list[Middle]:
    """The median and the quartiles of the results of each planned visit, at the median of its days, and of whom."""
    schedule = data.study.schedule
    encounters = [each for each in (schedule.encounters if schedule else ()) if each.type == "scheduled"]
    found = []
    for encounter in encounters:
        values = []
        times = []
        rows = []
        for one in people:
            visit = one.visit(encounter.id)
            if visit is None or one.start is None:
                continue
            own = [
                fact
                for fact in one.person.facts.get(concept, ())
                if fact.fact in visit.facts and fact.low == fact.high
            ]
            if own:
                values.append(own[-1].low)
                times.append((visit.day - one.start).days / WEEK)
                rows.append(_source(one, own[-1], own[-1].low))
        seen = describe(values, arm="")
        if seen.mean is not None and seen.median is not None:
            time = sorted(times)[len(times) // 2]
            point = Point(time, seen.median, seen.lower_quartile, seen.upper_quartile, seen.n)
            found.append(Middle(point, seen.mean, tuple(rows)))
    return found
