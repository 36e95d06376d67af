"""Every proportion by every method that the plan declares for it: the primary in a table of its own, then the others."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.analysis.plan.run import Outcome
from trialwright.reports.document import Cell, Column
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import (
    DASH,
    description_numbers,
    description_text,
    estimate_numbers,
    estimate_or_reason,
    estimate_text,
    p_value,
    quantity_name,
)
from trialwright.reports.trial.multiplicity import NOT_CORRECTED
from trialwright.reports.trial.sheet import Line, Sheet, line, traced
from trialwright.reports.trial.traces import outcome_trace
from trialwright.reports.trial.unanswered import shown_title
from trialwright.study.analysis import BINARY, Estimand
from trialwright.terms.message import Message, Text, message

SHOWN_BESIDE = "miettinen_nurminen"
"""The method whose result stands beside the counts of a sensitivity analysis already."""


def write_by_method(data: TrialData, sheet: Sheet) -> None:
    """The primary proportion by every declared method, and every other declared proportion the same way."""
    binary = [each for each in data.plan.estimands if each.summary in BINARY]
    primary = next((each for each in binary if each.level == "primary"), None)
    if primary is not None:
        sheet.table(
            "sensitivity_tests",
            message("{estimand}: the same counts by every declared method", estimand=primary.title),
            _columns(),
            list(_method_lines(_of(data, primary))),
            notes=(
                message(
                    "Declared before anyone saw the data. The declared analysis decides; the others show how much depends on the method."
                )
                if data.locked
                else message(
                    "Declared before anyone saw the data: the declared analysis will decide once the study is locked, and the others show how much depends on the method."
                ),
            ),
        )
    lines: list[Line] = []
    for each in binary:
        outcomes = _of(data, each)
        beside = each.level == "sensitivity" and all(one.method.method == SHOWN_BESIDE for one in outcomes)
        if each is primary or beside or not outcomes:
            continue
        lines.append(line(shown_title(each), kind="group"))
        lines += _method_lines(outcomes)
    if lines:
        sheet.table(
            "proportions",
            message("Every other proportion by every method declared for it"),
            _columns(),
            lines,
            notes=(message("Counts as in the planned comparisons."), NOT_CORRECTED),
        )


def _columns() -> list[Column]:
    return [
        Column("method", message("Method"), "text"),
        Column("quantity", message("What is estimated"), "text"),
        Column("estimate", message("Estimate (95 % interval)"), "text", right=True),
        Column("p", message("P"), "number", statistic="p_value"),
    ]


def _of(data: TrialData, estimand: Estimand) -> list[Outcome]:
    """What came of the methods on the counts of an estimand; those with covariates stand among the models."""
    return [one for one in data.outcomes if one.estimand.id == estimand.id and not one.method.covariates]


def _method_lines(outcomes: list[Outcome]) -> Iterator[Line]:
    """The declared analysis and what goes beyond it; then what only describes each arm."""
    for one in sorted(outcomes, key=lambda each: each.method.role == "descriptive"):
        yield from _outcome_lines(one)


def _outcome_lines(outcome: Outcome) -> Iterator[Line]:
    title = outcome.method.title
    if outcome.problem is not None:
        yield line(title, "", traced(outcome.problem, outcome_trace(outcome)), Cell(None, DASH))
    for result in outcome.results:
        arm = result.counted[0].arm if len(result.counted) == 1 else None
        trace = outcome_trace(outcome, result, arm=arm)
        yield line(
            title,
            _in_arm(quantity_name(result), arm),
            traced(
                estimate_or_reason(result, {}) if result.p_value is None else estimate_text(result),
                trace,
                numbers=estimate_numbers(result),
            ),
            traced(result.p_value, trace, shown=p_value(result.p_value)),
        )
    for seen in outcome.descriptions:
        yield line(
            title,
            _in_arm(message("mean (standard deviation); median [quartiles]; participants"), seen.arm),
            traced(
                description_text(seen),
                outcome_trace(outcome, arm=seen.arm),
                numbers=description_numbers(seen, ""),
            ),
            Cell(None, DASH),
        )


def _in_arm(said: Message | Text | str, arm: str | None) -> Message | Text | str:
    return message("{arm}: {quantity}", arm=arm, quantity=said) if arm else said
