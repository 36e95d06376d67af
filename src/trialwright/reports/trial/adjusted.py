"""Where the arms were not made by chance: the adjusted result beside the one of the counts.

**Source**: STROBE, item 16(a) (von Elm E et al. Lancet 2007;370:1453-7): unadjusted and confounder-adjusted estimates
with their precision, and which confounders were adjusted for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from trialwright.analysis.methods import METHODS
from trialwright.analysis.plan.run import Outcome, is_available
from trialwright.reports.document import Cell, Number
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import (
    DASH,
    estimate_numbers,
    estimate_or_reason,
    estimate_text,
    p_value,
    quantity_name,
)
from trialwright.reports.trial.sheet import Entry, traced
from trialwright.reports.trial.traces import outcome_trace
from trialwright.study.analysis import Estimand
from trialwright.terms.message import Message, Text, message


def find_adjusted(data: TrialData, estimands: Sequence[Estimand]) -> Mapping[str, Outcome]:
    """The first planned regression with covariates of each estimand, where a person gave the arms; else none."""
    if not data.assigned:
        return {}
    wanted = {each.id for each in estimands}
    found: dict[str, Outcome] = {}
    for one in data.outcomes:
        if one.estimand.id in wanted and one.method.covariates and is_available(one.method):
            if METHODS[one.method.method].kind == "regression":
                found.setdefault(one.estimand.id, one)
    return found


def adjusted_entry(outcome: Outcome | None, covariates: Mapping[str, Text]) -> Entry:
    """The adjusted estimate with its interval and P value; a dash where none is planned, a reason where there is none."""
    if outcome is None:
        return Cell(None, DASH)
    if outcome.problem is not None:
        return traced(None, outcome_trace(outcome), shown=outcome.problem)
    result = outcome.results[0]
    trace = outcome_trace(outcome, result)
    if result.estimate is None:
        return traced(estimate_or_reason(result, covariates), trace)
    said = message(
        "{quantity} {estimate}; P {p}",
        quantity=quantity_name(result),
        estimate=estimate_text(result),
        p=p_value(result.p_value),
    )
    tested = () if result.p_value is None else (Number("p_value", result.p_value),)
    return traced(said, trace, numbers=(*estimate_numbers(result), *tested))


def explain_assignment(data: TrialData, adjusted: Mapping[str, Outcome]) -> Iterator[Message]:
    """Say that the arms were not made by chance, and what was adjusted for by which method."""
    if not data.assigned:
        return
    yield message(
        "Allocation was not random: a difference, its interval and its P may come from who was given which arm."
    )
    methods: dict[tuple[str, ...], list[Text]] = {}
    for one in adjusted.values():
        titles = methods.setdefault(one.method.covariates, [])
        if one.method.title not in titles:
            titles.append(one.method.title)
    for covariates, titles in methods.items():
        yield message(
            "Adjusted: {methods}, for {covariates}; every planned model stands further below. What is not among the covariates is not adjusted for.",
            methods=tuple(titles),
            covariates=tuple(data.covariate_titles[name] for name in covariates),
        )
    if not adjusted and not any(one.method.covariates and one.results for one in data.outcomes):
        yield message("The plan declares no adjusted analysis that could be computed.")
