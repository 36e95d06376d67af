"""The published result beside what the plan gives from its counts."""

from __future__ import annotations

from dataclasses import replace

from trialwright.analysis.counts import ArmCount, TwoArms
from trialwright.analysis.plan.run import Outcome, run_counts
from trialwright.analysis.result import Result
from trialwright.reports.document import Cell, Column, Number
from trialwright.reports.names import plain_names
from trialwright.reports.trial.figures_shown import (
    DASH,
    estimate_numbers,
    estimate_text,
    fraction_numbers,
    fraction_text,
    p_value,
)
from trialwright.reports.trial.sheet import Line, Sheet, Trace, line, traced
from trialwright.reports.trial.traces import outcome_trace
from trialwright.study.analysis import AnalysisPlan, Estimand
from trialwright.study.model import Study
from trialwright.study.published import PublishedFigure, PublishedOutcome, PublishedReport
from trialwright.terms.compare import equal
from trialwright.terms.message import Message, Text, message


def write_published(study: Study, sheet: Sheet) -> None:
    """The published counts carried through the plan; what cannot be reproduced says why."""
    report, plan = study.published, study.analysis
    if report is None or plan is None:
        return
    sheet.heading(message("The published result, computed again"), "published", level=1)
    sheet.say(message("Source: {source}.", source=report.source))
    sheet.say(report.how_known)
    estimands = {each.id: each for each in plan.estimands}
    _write_figures(report, plan, estimands, sheet)
    for outcome in report.outcomes:
        _write_methods(report, plan, estimands[outcome.estimand], outcome, sheet)


def counts_of(report: PublishedReport, estimand: Estimand, outcome: PublishedOutcome) -> TwoArms:
    """The published counts of an outcome, the estimand's first arm against its second."""
    first, second = (
        ArmCount(arm=arm, events=outcome.events[arm], n=report.participants[arm]) for arm in estimand.arms
    )
    return TwoArms(treatment=first, control=second)


def _write_figures(
    report: PublishedReport, plan: AnalysisPlan, estimands: dict[str, Estimand], sheet: Sheet
) -> None:
    """Every printed figure, what comes out here, and whether they agree."""
    columns = [
        Column("endpoint", message("Endpoint"), "text"),
        Column("arm_1", message("First arm"), "text"),
        Column("arm_2", message("Second arm"), "text"),
        Column("printed", message("Printed"), "text"),
        Column("computed", message("Computed"), "text"),
        Column("agrees", message("Agrees?"), "text"),
    ]
    lines: list[Line] = []
    for outcome in report.outcomes:
        estimand = estimands[outcome.estimand]
        lines += [_figure_line(report, plan, estimand, outcome, figure) for figure in outcome.figures]
    sheet.table("published", message("Printed figures and what the counts give"), columns, lines)


def _figure_line(
    report: PublishedReport,
    plan: AnalysisPlan,
    estimand: Estimand,
    outcome: PublishedOutcome,
    figure: PublishedFigure,
) -> Line:
    arms = counts_of(report, estimand, outcome)
    method = next(each for each in plan.methods if each.id == figure.method)
    found = run_counts(method, estimand, arms, level=1.0 - float(plan.alpha))
    value = _figure(found, figure.quantity)
    named = message("P") if figure.quantity == "p_value" else message("odds ratio")
    printed = message("{what} {value}", what=named, value=figure.value)
    computed = DASH
    agrees: Message | Text = figure.because or found.problem or message("no")
    if value is not None:
        digits = len(figure.value.partition(".")[2])
        computed = f"{value:.{digits}f}"
        agrees = message("yes") if equal(float(f"{value:.{digits}f}"), float(figure.value)) else message("no")
        if found.results and found.results[0].notes:
            agrees = message("{agrees}. {because}", agrees=agrees, because=found.results[0].notes[0])
    told = Trace(
        message("{estimand}, as published", estimand=estimand.title),
        "published",
        report.source,
        inputs=((message("Published in"), report.source),),
    )
    trace = _published_trace(report, found, arms)
    return line(
        estimand.title,
        *(
            traced(
                message("{arm}: {count}", arm=count.arm, count=fraction_text(count.events, count.n)),
                told,
                numbers=fraction_numbers(count.events, count.n),
            )
            for count in (arms.treatment, arms.control)
        ),
        traced(printed, told, numbers=(Number(figure.quantity, float(figure.value)),)),
        traced(computed, trace, numbers=() if value is None else (Number(figure.quantity, value),)),
        traced(agrees, trace),
    )


def _of_arm(title: Text, result: Result) -> Message | Text:
    """A method, with the arm where its result is that of one."""
    if len(result.counted) != 1:
        return title
    return message("{method}, {arm}", method=title, arm=result.counted[0].arm)


def _published_trace(
    report: PublishedReport, outcome: Outcome, arms: TwoArms, result: Result | None = None
) -> Trace:
    """A number computed from published counts: no participants stand behind it, only the counts and their source."""
    trace = outcome_trace(outcome, result or next(iter(outcome.results), None))
    counts = tuple(
        (message("Events / participants, {arm}", arm=count.arm), f"{count.events}/{count.n}")
        for count in (arms.treatment, arms.control)
    )
    return replace(trace, inputs=(*counts, (message("Published in"), report.source)))


def _figure(outcome: Outcome, quantity: str) -> float | None:
    if not outcome.results:
        return None
    result = outcome.results[0]
    return result.p_value if quantity == "p_value" else result.estimate


def _write_methods(
    report: PublishedReport,
    plan: AnalysisPlan,
    estimand: Estimand,
    outcome: PublishedOutcome,
    sheet: Sheet,
) -> None:
    arms = counts_of(report, estimand, outcome)
    level = 1.0 - float(plan.alpha)
    names = plain_names(each.id for each in plan.estimands)
    lines = []
    for method in plan.methods:
        if estimand.id not in method.estimands:
            continue
        found = run_counts(method, estimand, arms, level=level)
        trace = _published_trace(report, found, arms)
        if found.problem is not None:
            lines.append(line(method.title, traced(found.problem, trace), Cell(None, DASH)))
            continue
        for result in found.results:
            own = _published_trace(report, found, arms, result)
            lines.append(
                line(
                    _of_arm(method.title, result),
                    traced(estimate_text(result), own, numbers=estimate_numbers(result)),
                    traced(result.p_value, own, shown=p_value(result.p_value)),
                )
            )
    sheet.table(
        f"published_{names[estimand.id]}",
        message(
            "{estimand}: {first}/{n1} against {second}/{n2} by every declared method",
            estimand=estimand.title,
            first=arms.treatment.events,
            n1=arms.treatment.n,
            second=arms.control.events,
            n2=arms.control.n,
        ),
        [
            Column("method", message("Method"), "text"),
            Column("estimate", message("Estimate (95 % interval)"), "text"),
            Column("p", message("P"), "number", statistic="p_value"),
        ],
        lines,
    )
