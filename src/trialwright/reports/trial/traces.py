"""Where a number of the analysis comes from: the rows of its participants, and the method that was applied."""

from __future__ import annotations

from trialwright.analysis.plan.run import Outcome
from trialwright.analysis.result import Result
from trialwright.endpoints.row import EndpointRow, explain_endpoint
from trialwright.reports.trial.sheet import Source, Trace
from trialwright.terms.message import Message, message


def row_source(row: EndpointRow) -> Source:
    """The row behind a number: value, reason, events and facts."""
    if row.time is not None:
        said = message("event") if row.happened else message("censored")
        value: Message | str = message("day {day}: {what}", day=row.time, what=said)
    elif row.value is None:
        value = message("none")
    else:
        value = row.category or f"{row.value:g} {row.unit}".strip()
    return Source(row.participant, value, explain_endpoint(row), row.positions, row.facts)


def outcome_trace(outcome: Outcome, result: Result | None = None, *, arm: str | None = None) -> Trace:
    """Where a number of an outcome comes from: the method and everybody counted."""
    used = [one for one in outcome.used if arm is None or one.arm == arm]
    method = result.method if result else outcome.method.method
    if result and result.applied:
        method = f"{method}: {result.applied}"
    return Trace(
        message("{estimand}: {method}", estimand=outcome.estimand.title, method=outcome.method.title),
        method,
        result.source if result else (outcome.method.source or ""),
        tuple(row_source(one.row) for one in used),
    )
