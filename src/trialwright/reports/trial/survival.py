"""Times to event: the table with the log-rank test, and the Kaplan-Meier curve of each endpoint."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from trialwright.analysis.kaplan_meier import Step, SurvivalCurve
from trialwright.analysis.methods import METHODS
from trialwright.analysis.plan.population import Analysed
from trialwright.analysis.plan.run import Outcome, is_available
from trialwright.reports.document import Cell, Column, Number
from trialwright.reports.figures.kaplan_meier import Curve, KaplanMeier, draw_kaplan_meier
from trialwright.reports.trial.censoring import explain_censoring, seen_at_visits
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import DASH, interval_text, p_value, percent, signed
from trialwright.reports.trial.multiplicity import NOT_CORRECTED
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Trace, line, traced
from trialwright.reports.trial.traces import outcome_trace, row_source
from trialwright.reports.trial.weeks import WEEK, planned_week, treated_encounters
from trialwright.terms.message import Message, message

TIMES = "times"
"""The name of the table."""

COUNTED = message(
    "Counted by the plan of each endpoint: a visit outside its window counts only where the endpoint uses it, and what the plan says of intercurrent events is applied. The figure of everybody's course marks what was seen at every visit, in its window or not, so that it may show more."
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
        Column("share", message("With the event by the last visit (95 % interval)"), "text", right=True),
        Column("median", message("Median, weeks (95 % interval)"), "text", right=True),
        Column("p", message("Log-rank P"), "number", statistic="p_value"),
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
        TIMES,
        message("Times to event, dated to the visit that first showed it (Kaplan-Meier, log-log intervals)")
        if all(seen_at_visits(one.estimand) for one in curves)
        else message("Times to event (Kaplan-Meier, log-log intervals)"),
        columns,
        lines,
        heads=2,
        notes=(COUNTED, *explain_censoring(data, [one.estimand for one in curves]), NOT_CORRECTED),
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
    return line(
        outcome.estimand.title,
        arm,
        traced("0/0", trace, numbers=_counts(0, 0)),
        traced(why, trace),
        Cell(None, DASH),
        p,
    )


def _curve_line(outcome: Outcome, curve: SurvivalCurve, p: Entry, horizon: float) -> Line:
    trace = outcome_trace(outcome, arm=curve.group)
    last = min(curve.steps[-1].time, horizon * WEEK + WEEK) if curve.steps else 0.0
    at = curve.survival_at(last)
    median = curve.median()
    share: Message | str = DASH
    shares: list[Number] = []
    if at.estimate is not None:
        interval = at.interval
        share = percent(1 - at.estimate)
        shares.append(Number("percent", 100 * (1 - at.estimate), "%"))
        if interval and interval.low is not None and interval.high is not None:
            shares.append(Number("lower_limit", 100 * (1 - interval.high), "%"))
            shares.append(Number("upper_limit", 100 * (1 - interval.low), "%"))
            around: Message | str = message(
                "{lower} to {upper}",
                lower=signed(100 * (1 - interval.high), 1),
                upper=signed(100 * (1 - interval.low), 1),
            )
            share = message("{estimate} ({interval})", estimate=share, interval=around)
    middle: Message | str = message("not reached")
    if median.estimate is not None:
        middle = signed(median.estimate / WEEK, 1)
    if median.estimate is not None and median.interval is not None:
        around = interval_text(median.interval, scale=1 / WEEK, digits=1)
        middle = message("{estimate} ({interval})", estimate=middle, interval=around)
    medians = [
        Number(name, value / WEEK, "wk")
        for name, value in (
            ("median", median.estimate),
            ("lower_limit", median.interval.low if median.interval else None),
            ("upper_limit", median.interval.high if median.interval else None),
        )
        if median.estimate is not None and value is not None and math.isfinite(value)
    ]
    return line(
        outcome.estimand.title,
        curve.group,
        traced(
            f"{curve.counted.events}/{curve.counted.n}",
            trace,
            numbers=_counts(curve.counted.events, curve.counted.n),
        ),
        traced(share, trace, numbers=shares),
        traced(middle, trace, numbers=medians),
        p,
    )


def _counts(events: int | None, n: int) -> tuple[Number, ...]:
    known = () if events is None else (Number("events", events),)
    return *known, Number("n", n)


def _draw_survival(data: TrialData, sheet: Sheet, outcome: Outcome, horizon: float) -> None:
    last = max((curve.steps[-1].time / WEEK for curve in outcome.curves if curve.steps), default=horizon)
    step = 4 if horizon <= 52 else 13
    ticks = tuple(float(week) for week in range(0, math.floor(last) + 1, step))
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
        columns=_COLUMNS,
        lines=[
            *(each for curve in outcome.curves for each in _drawn_lines(outcome, curve)),
            line(message("Numbers at risk below the curves"), kind="group"),
            *(each for curve in outcome.curves for each in _at_risk_lines(outcome, curve, ticks)),
        ],
        heads=2,
    )


_COLUMNS = (
    Column("arm", message("Arm"), "text"),
    Column("week", message("Week"), "number", unit="wk"),
    Column("share", message("With the event, %"), "number", statistic="percent", unit="%"),
    Column("lower", message("Lower limit, %"), "number", statistic="lower_limit", unit="%"),
    Column("upper", message("Upper limit, %"), "number", statistic="upper_limit", unit="%"),
    Column("at_risk", message("At risk"), "integer", statistic="participants"),
    Column("events", message("Events"), "integer"),
    Column("censored", message("Censored"), "integer"),
)


def _drawn_lines(outcome: Outcome, curve: SurvivalCurve) -> Iterator[Line]:
    """Every time at which a curve rises or somebody is censored, with the curve from there on; it begins at 0."""
    everyone = [one for one in outcome.used if one.arm == curve.group]
    whole = outcome_trace(outcome, arm=curve.group)
    n = curve.counted.n
    for step in (Step(0.0, n, 0, 0, 1.0, None, None, None), *curve.steps):
        here = [one for one in everyone if one.row.time == step.time]
        yield line(
            curve.group,
            _week(step.time, whole),
            _share(step.survival, whole),
            _share(step.high, whole),
            _share(step.low, whole),
            _people(step.at_risk, outcome, [one for one in everyone if (one.row.time or 0) >= step.time]),
            _people(step.events, outcome, [one for one in here if one.row.happened]),
            _people(step.censored, outcome, [one for one in here if not one.row.happened]),
        )


def _at_risk_lines(outcome: Outcome, curve: SurvivalCurve, weeks: Sequence[float]) -> Iterator[Line]:
    """How many of an arm are still followed at the marks of the axis."""
    everyone = [one for one in outcome.used if one.arm == curve.group]
    blank = Cell(None, "")
    for week in weeks:
        left = [one for one in everyone if (one.row.time or 0) >= week * WEEK]
        people = _people(curve.at_risk(week * WEEK), outcome, left)
        yield line(curve.group, Cell(week, f"{week:g}"), blank, blank, blank, people, blank, blank)


def _week(time: float, trace: Trace) -> Entry:
    return traced(time / WEEK, trace, shown=signed(time / WEEK, 2))


def _share(survival: float | None, trace: Trace) -> Entry:
    """The share with the event, as drawn; a limit that does not exist is none."""
    if survival is None:
        return Cell(None, DASH)
    return traced(100 * (1 - survival), trace, shown=signed(100 * (1 - survival), 1))


def _people(count: int, outcome: Outcome, people: Sequence[Analysed]) -> Entry:
    rows = tuple(row_source(one.row) for one in people)
    return traced(count, Trace(outcome.estimand.title, "count", "", rows))
