"""Adjusted models, how far the covariates differ between the arms, and what is planned but not available."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from trialwright.analysis.methods import METHODS
from trialwright.analysis.plan.run import Outcome, is_available
from trialwright.reports.document import Cell, Column
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import (
    DASH,
    estimate_numbers,
    estimate_or_reason,
    estimate_text,
    p_value,
)
from trialwright.reports.trial.multiplicity import NOT_CORRECTED
from trialwright.reports.trial.sheet import Line, Sheet, Source, line, traced
from trialwright.reports.trial.traces import outcome_trace
from trialwright.terms.message import Message, Text, message


def write_models(data: TrialData, sheet: Sheet) -> None:
    """Adjusted models, how far the covariates differ, and everything planned that the software does not have."""
    covered = [one for one in data.outcomes if one.method.covariates and is_available(one.method)]
    adjusted = [one for one in covered if METHODS[one.method.method].kind == "regression"]
    if adjusted:
        columns = [
            Column("model", message("Regression model"), "text"),
            Column("estimand", message("Endpoint"), "text"),
            Column("term", message("Term of the model"), "text"),
            Column("estimate", message("Odds ratio (95 % interval)"), "text"),
            Column("p", message("P"), "number", statistic="p_value"),
            Column("n", message("Participants"), "integer"),
        ]
        lines: list[Line] = []
        for one in adjusted:
            lines += _model_lines(one, data.covariate_titles)
        sheet.table(
            "models",
            message("Adjusted for the covariates declared in the plan"),
            columns,
            lines,
            heads=3,
            notes=(
                message(
                    "Whoever lacks a covariate is left out. An adjusted odds ratio answers another question than the difference above."
                ),
                NOT_CORRECTED,
            ),
        )
    _write_balance(data, sheet, [one for one in covered if one not in adjusted])
    missing = [one for one in data.outcomes if not is_available(one.method)]
    if missing:
        sheet.say(message("Planned, not available in this software:"))
        titles = dict.fromkeys(one.method.title for one in missing)
        sheet.list(
            message(
                "{method}: {estimands}",
                method=title,
                estimands=tuple(one.estimand.title for one in missing if one.method.title == title),
            )
            for title in titles
        )


def _write_balance(data: TrialData, sheet: Sheet, outcomes: Sequence[Outcome]) -> None:
    """How far the arms differ in each covariate, by the declared methods."""
    titles = data.covariate_titles
    lines = []
    for one in outcomes:
        if one.problem is not None:
            said = traced(one.problem, outcome_trace(one))
            lines.append(line(one.method.title, one.estimand.title, "", said, Cell(None, DASH)))
        for name, result in zip(one.method.covariates, one.results, strict=False):
            trace = replace(outcome_trace(one, result), rows=tuple(_covariate_rows(data, one, name)))
            lines.append(
                line(
                    one.method.title,
                    one.estimand.title,
                    titles[name],
                    traced(estimate_text(result), trace, numbers=estimate_numbers(result)),
                    traced(result.n, trace),
                )
            )
    if lines:
        sheet.table(
            "covariate_balance",
            message("How far the arms differ in the covariates at baseline, without weighting"),
            [
                Column("method", message("Method"), "text"),
                Column("estimand", message("Endpoint"), "text"),
                Column("covariate", message("Covariate"), "text"),
                Column("estimate", message("Standardised difference"), "text"),
                Column("n", message("Participants"), "integer"),
            ],
            lines,
            heads=3,
            notes=_explain_weighting(data),
        )


def _explain_weighting(data: TrialData) -> Iterator[Message]:
    """Say which planned weighting by the covariates there is none of here."""
    missing = tuple(
        dict.fromkeys(
            one.method.title
            for one in data.outcomes
            if one.method.covariates and not is_available(one.method)
        )
    )
    if missing:
        yield message(
            "As the participants are: nothing is weighted here, because this is not available in this software: {methods}.",
            methods=missing,
        )


def _covariate_rows(data: TrialData, outcome: Outcome, name: str) -> Iterator[Source]:
    for one in outcome.used:
        found = data.cohort.covariates(outcome.estimand, one.row.participant)[name]
        if found.value is not None:
            yield Source(one.row.participant, f"{found.value:.6g}", one.arm, found.positions, found.facts)


def _model_lines(outcome: Outcome, covariates: Mapping[str, Text]) -> Iterator[Line]:
    if outcome.problem is not None:
        yield line(
            outcome.method.title,
            outcome.estimand.title,
            "",
            traced(outcome.problem, outcome_trace(outcome)),
            Cell(None, DASH),
            Cell(None, DASH),
        )
        return
    result = outcome.results[0]
    arms = outcome.estimand.arms
    named: dict[str, Message | Text] = {
        "arm": message("{first} against {second}", first=arms[0], second=arms[1]),
        **covariates,
    }
    for each in (result, *result.parts):
        if each.term == "intercept":
            continue
        trace = outcome_trace(outcome, each)
        first = each is result
        yield line(
            outcome.method.title if first else "",
            outcome.estimand.title if first else "",
            named.get(each.term or "", each.term or ""),
            traced(estimate_or_reason(each, covariates), trace, numbers=estimate_numbers(each)),
            traced(each.p_value, trace, shown=p_value(each.p_value)),
            traced(each.n, trace) if first else Cell(None, ""),
            level=0 if first else 1,
        )
