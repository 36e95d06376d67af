"""The planned comparisons: responder analyses, the sensitivity tables, and what is planned but not available."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from trialwright.analysis.plan.population import Analysed
from trialwright.analysis.plan.run import Outcome, is_available
from trialwright.analysis.result import Result
from trialwright.endpoints.reasons import reason_text
from trialwright.endpoints.row import EndpointRow, explain_endpoint
from trialwright.reports.document import Cell, Column
from trialwright.reports.figures.forest import Estimate, Forest, draw_forest
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.figures_shown import (
    DASH,
    count_share,
    estimate_text,
    p_value,
    quantity_name,
)
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Source, Trace, line, traced
from trialwright.study.analysis import Estimand
from trialwright.terms.message import Message, Text, message

BINARY = ("risk_difference", "risk_ratio", "odds_ratio", "proportion")


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


def binary_estimands(data: TrialData, *levels: str) -> Iterator[Estimand]:
    """The estimands whose answer is yes or no, of some levels."""
    for each in data.plan.estimands:
        if each.level in levels and each.summary in BINARY:
            yield each


def write_responders(data: TrialData, sheet: Sheet) -> None:
    """Primary and secondary responder analyses, then the sensitivity tables."""
    sheet.heading(message("Comparison of the arms"), "comparison", level=1)
    _write_main(data, sheet)
    _write_sensitivity_tests(data, sheet)
    _write_sensitivity_estimands(data, sheet)
    _write_models(data, sheet)


def _write_main(data: TrialData, sheet: Sheet) -> None:
    estimands = list(binary_estimands(data, "primary", "secondary"))
    if not estimands:
        return
    arms = estimands[0].arms
    columns = [Column("estimand", message("Endpoint"), "text")]
    columns += [
        Column(f"arm_{index}", message("{arm}: n/N (%)", arm=arm), "text")
        for index, arm in enumerate(arms, start=1)
    ]
    columns += [
        Column("difference", message("Difference, percentage points (95 % interval)"), "text"),
        Column("p", message("P"), "number"),
        Column("test", message("Test"), "text"),
    ]
    lines = []
    for each in estimands:
        population = data.cohort.population(each)
        entries: list[Entry] = [
            message("Primary: {title}", title=each.title) if each.level == "primary" else each.title
        ]
        entries += [_count_entry(each, arm, population.of(arm, population.answered)) for arm in arms]
        entries.append(_estimate_entry(data.by_method("miettinen_nurminen", each.id)))
        entries += _test_entries(data.by_method("declared_rule", each.id))
        lines.append(line(*entries))
    sheet.table(
        "responders",
        message("Planned comparisons of proportions"),
        columns,
        lines,
        notes=(
            *(_left_out(data, estimands)),
            message(
                "Difference: first arm less second, Miettinen-Nurminen interval. Test by the declared rule: Pearson, Yates or Fisher."
            ),
        ),
        wide=True,
    )
    primary = [each for each in estimands if each.level == "primary"]
    for each in primary:
        _say_reasons(data, sheet, each)


def _count_entry(estimand: Estimand, arm: str, people: Sequence[Analysed]) -> Entry:
    events = [one for one in people if one.row.value == 1.0]
    trace = Trace(
        message("{estimand}, {arm}", estimand=estimand.title, arm=arm),
        "count",
        "",
        tuple(row_source(one.row) for one in people),
    )
    total = len(people)
    shown = f"{len(events)}/{count_share(len(events), total).replace(str(len(events)), str(total), 1)}"
    return traced(shown, trace)


def _estimate_entry(outcome: Outcome | None) -> Entry:
    if outcome is None:
        return Cell(None, DASH)
    if outcome.problem is not None:
        return Cell(None, outcome.problem)
    result = outcome.results[0]
    return traced(estimate_text(result), outcome_trace(outcome, result))


def _test_entries(outcome: Outcome | None) -> list[Entry]:
    if outcome is None:
        return [Cell(None, DASH), ""]
    if outcome.problem is not None:
        return [Cell(None, DASH), outcome.problem]
    result = outcome.results[0]
    because = result.notes[0] if result.notes else outcome.method.title
    shown = traced(result.p_value, outcome_trace(outcome, result), shown=p_value(result.p_value))
    return [shown, because]


def _left_out(data: TrialData, estimands: Iterable[Estimand]) -> Iterator[Message]:
    for each in estimands:
        population = data.cohort.population(each)
        missing = [one for one in population.analysed if one.row.value is None]
        if missing:
            yield message(
                "{estimand}: {count} of {total} participants have no answer and are not counted ({reasons}).",
                estimand=each.title,
                count=len(missing),
                total=len(population.analysed),
                reasons=tuple(dict.fromkeys(reason_text(one.row.reason) for one in missing)),
            )


def _say_reasons(data: TrialData, sheet: Sheet, estimand: Estimand) -> None:
    """How many answers were observed, and how many come from an intercurrent event or a missing visit."""
    population = data.cohort.population(estimand)
    found: dict[tuple[str, str], list[Analysed]] = {}
    for one in population.analysed:
        found.setdefault((one.row.reason, one.row.event or ""), []).append(one)
    titles = {each.id: each.title for each in data.plan.intercurrent_events}
    columns = [Column("reason", message("Where the answer comes from"), "text")]
    columns += [Column(f"arm_{index}", arm, "integer") for index, arm in enumerate(estimand.arms, start=1)]
    lines = []
    for (reason, event), people in sorted(found.items(), key=lambda each: -len(each[1])):
        said: Message | Text = reason_text(reason)
        if event:
            said = message("{reason}: {event}", reason=said, event=titles.get(event, event))
        entries: list[Entry] = [said]
        for arm in estimand.arms:
            own = [one for one in people if one.arm == arm]
            rows = tuple(row_source(one.row) for one in own)
            entries.append(traced(len(own), Trace(said, "count", "", rows)))
        lines.append(line(*entries))
    sheet.table(
        f"answers_{estimand.id}",
        message("{estimand}: observed answers, and answers by strategy", estimand=estimand.title),
        columns,
        lines,
    )


def _write_sensitivity_tests(data: TrialData, sheet: Sheet) -> None:
    """The pre-declared table of other tests of the primary endpoint."""
    primary = next(iter(binary_estimands(data, "primary")), None)
    if primary is None:
        return
    outcomes = [
        one
        for one in data.outcomes
        if one.estimand.id == primary.id and one.method.role in ("main", "sensitivity", "supplementary")
    ]
    columns = [
        Column("method", message("Method"), "text"),
        Column("quantity", message("Estimates"), "text"),
        Column("estimate", message("Estimate (95 % interval)"), "text"),
        Column("p", message("P"), "number"),
    ]
    lines = [_method_line(one) for one in outcomes if not one.method.covariates]
    sheet.table(
        "sensitivity_tests",
        message("{estimand}: the same counts by every declared method", estimand=primary.title),
        columns,
        lines,
        notes=(
            message(
                "Declared before anyone saw the data. The declared analysis decides; the others show how much depends on the method."
            ),
        ),
    )


def _method_line(outcome: Outcome) -> Line:
    if outcome.problem is not None:
        return line(outcome.method.title, "", outcome.problem, Cell(None, DASH))
    result = outcome.results[0]
    trace = outcome_trace(outcome, result)
    return line(
        outcome.method.title,
        quantity_name(result),
        traced(estimate_text(result), trace),
        traced(result.p_value, trace, shown=p_value(result.p_value)),
    )


def _write_sensitivity_estimands(data: TrialData, sheet: Sheet) -> None:
    """The primary endpoint under other assumptions, as a table and a forest plot."""
    estimands = [*binary_estimands(data, "primary"), *binary_estimands(data, "sensitivity")]
    if len(estimands) < 2:
        return
    arms = estimands[0].arms
    columns = [Column("estimand", message("Assumption"), "text")]
    columns += [
        Column(f"arm_{index}", message("{arm}: n/N (%)", arm=arm), "text")
        for index, arm in enumerate(arms, start=1)
    ]
    columns.append(Column("difference", message("Difference, percentage points (95 % interval)"), "text"))
    lines, drawn = [], []
    for each in estimands:
        population = data.cohort.population(each)
        outcome = data.by_method("miettinen_nurminen", each.id)
        entries: list[Entry] = [each.title]
        entries += [_count_entry(each, arm, population.of(arm, population.answered)) for arm in arms]
        entries.append(_estimate_entry(outcome))
        lines.append(line(*entries))
        drawn.append(_drawn(each, outcome))
    sheet.table(
        "sensitivity_estimands",
        message("The same question under other assumptions"),
        columns,
        lines,
        notes=tuple(_left_out(data, estimands)),
    )
    sheet.figure(
        message("Differences under each assumption"),
        draw_forest,
        Forest(
            "assumptions",
            message("Differences under each assumption"),
            message("Assumption"),
            (message("Difference (95 % interval)"),),
            tuple(drawn),
            message("difference, percentage points"),
            0.0,
            (-60.0, 100.0),
            (-50.0, -25.0, 0.0, 25.0, 50.0, 75.0),
            "linear",
            (message("{arm} better", arm=arms[1]), message("{arm} better", arm=arms[0])),
        ),
    )


def _drawn(estimand: Estimand, outcome: Outcome | None) -> Estimate:
    result = outcome.results[0] if outcome and outcome.results else None
    interval = result.interval if result else None
    known = result is not None and result.estimate is not None and interval is not None
    low = interval.low if interval else None
    high = interval.high if interval else None
    return Estimate(
        estimand.title,
        100 * result.estimate if known and result and result.estimate is not None else None,
        100 * low if known and low is not None else None,
        100 * high if known and high is not None else None,
        (estimate_text(result) if result else DASH,),
        estimand.level == "primary",
    )


def _write_models(data: TrialData, sheet: Sheet) -> None:
    """Adjusted models, and everything planned that the software does not have."""
    adjusted = [
        one
        for one in data.outcomes
        if one.method.covariates and is_available(one.method) and one.method.role != "descriptive"
    ]
    if adjusted:
        covariates = {each.id: each.title for each in data.plan.covariates}
        columns = [
            Column("model", message("Model"), "text"),
            Column("estimand", message("Endpoint"), "text"),
            Column("term", message("Term"), "text"),
            Column("estimate", message("Odds ratio (95 % interval)"), "text"),
            Column("p", message("P"), "number"),
            Column("n", message("Participants"), "integer"),
        ]
        lines: list[Line] = []
        for one in adjusted:
            lines += _model_lines(one, covariates)
        sheet.table(
            "models",
            message("Adjusted for what differed at baseline"),
            columns,
            lines,
            notes=(
                message(
                    "Whoever lacks a covariate is left out. An adjusted odds ratio answers another question than the difference above."
                ),
            ),
        )
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


def _model_lines(outcome: Outcome, covariates: dict[str, Text]) -> Iterator[Line]:
    if outcome.problem is not None:
        yield line(
            outcome.method.title,
            outcome.estimand.title,
            "",
            outcome.problem,
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
            traced(estimate_text(each), trace),
            traced(each.p_value, trace, shown=p_value(each.p_value)),
            traced(each.n, trace) if first else Cell(None, ""),
            level=0 if first else 1,
        )
