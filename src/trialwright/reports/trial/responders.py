"""The planned comparisons of proportions, where the answers come from, and the same question under other assumptions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from trialwright.analysis.methods import METHODS
from trialwright.analysis.plan.population import Analysed
from trialwright.analysis.plan.run import Outcome, is_available
from trialwright.endpoints.landmark import COMPOSITE
from trialwright.endpoints.reasons import reason_text
from trialwright.reports.document import Cell, Column
from trialwright.reports.figures.forest import Estimate, Forest, draw_forest
from trialwright.reports.trial.adjusted import adjusted_entry, explain_assignment, find_adjusted
from trialwright.reports.trial.by_method import SHOWN_BESIDE, write_by_method
from trialwright.reports.trial.data import TrialData
from trialwright.reports.trial.estimands import explain_no_response, write_estimands
from trialwright.reports.trial.figures_shown import (
    DASH,
    estimate_numbers,
    estimate_or_reason,
    estimate_text,
    fraction_numbers,
    fraction_text,
    p_value,
    quantity_name,
    rounded,
    signed,
)
from trialwright.reports.trial.models import write_models
from trialwright.reports.trial.multiplicity import explain_multiplicity
from trialwright.reports.trial.sets_compared import explain_between, explain_sets_compared
from trialwright.reports.trial.sheet import Entry, Line, Sheet, Trace, line, traced
from trialwright.reports.trial.strata import explain_strata
from trialwright.reports.trial.traces import outcome_trace, row_source
from trialwright.reports.trial.unanswered import explain_unanswered, explain_undecided, shown_title
from trialwright.study.analysis import BINARY, Estimand
from trialwright.terms.message import Message, Text, message

COMPARISON = "comparison"
"""The anchor of the chapter."""
SUPPLEMENTARY = message(
    "The difference (first arm less second, Miettinen-Nurminen interval) is supplementary and of the counts alone: it is not what that P tests, so that its interval may leave out 0 where the P is above the level, or the reverse."
)


def binary_estimands(data: TrialData, *levels: str) -> Iterator[Estimand]:
    """The estimands whose answer is yes or no, of some levels."""
    for each in data.plan.estimands:
        if each.level in levels and each.summary in BINARY:
            yield each


def write_responders(data: TrialData, sheet: Sheet) -> None:
    """Primary and secondary responder analyses, then the sensitivity tables."""
    sheet.heading(message("Comparison of the arms"), COMPARISON, level=1)
    sheet.say(explain_multiplicity(data))
    _write_main(data, sheet)
    write_estimands(data, sheet)
    write_by_method(data, sheet)
    _write_sensitivity_estimands(data, sheet)
    write_models(data, sheet)


def _write_main(data: TrialData, sheet: Sheet) -> None:
    estimands = list(binary_estimands(data, "primary", "secondary"))
    if not estimands:
        return
    arms = estimands[0].arms
    columns = [Column("estimand", message("Endpoint"), "text")]
    columns += [
        Column(f"arm_{index}", message("{arm}: n/N (%)", arm=arm), "text", label=arm)
        for index, arm in enumerate(arms, start=1)
    ]
    main = {each.id: _declared_main(data, each) for each in estimands}
    shows_main = any(main.values())
    adjusted = {} if shows_main else find_adjusted(data, estimands)
    tested = [
        Column("p", message("P"), "number", statistic="p_value"),
        Column("test", message("Test"), "text"),
    ]
    difference = Column("difference", message("Difference, percentage points (95 % interval)"), "text")
    if shows_main:  # a P value stands beside the estimate of its own model
        columns += [
            Column("main", message("Declared main analysis (95 % interval)"), "text"),
            *tested,
            difference,
        ]
    else:
        columns += [difference, *tested]
    if adjusted:
        columns.append(Column("adjusted", message("Adjusted (95 % interval); P"), "text"))
    lines = []
    for each in estimands:
        population = data.cohort.population(each)
        said = shown_title(each)
        entries: list[Entry] = [message("Primary: {title}", title=said) if each.level == "primary" else said]
        entries += [_count_entry(each, arm, population.of(arm, population.answered)) for arm in arms]
        declared = main[each.id]
        beside = _estimate_entry(data.by_method(SHOWN_BESIDE, each.id))
        test = _test_entries(declared or data.by_method("declared_rule", each.id))
        if shows_main:
            entries += [_main_entry(declared, data.covariate_titles), *test, beside]
        else:
            entries += [beside, *test]
        if adjusted:
            entries.append(adjusted_entry(adjusted.get(each.id), data.covariate_titles))
        lines.append(line(*entries))
    sheet.table(
        "responders",
        message("Planned comparisons of proportions"),
        columns,
        lines,
        notes=(
            *_bases(data, estimands),
            *explain_unanswered(data, estimands),
            *explain_undecided(data, estimands),
            *_explain_occurrences(data, estimands),
            *_methods(data, estimands, shows_main=shows_main),
            *explain_assignment(data, adjusted),
            *explain_strata(data),
        ),
        wide=True,
    )
    primary = [each for each in estimands if each.level == "primary"]
    for each in primary:
        _say_reasons(data, sheet, each)


def _declared_main(data: TrialData, estimand: Estimand) -> Outcome | None:
    """The declared main analysis where it is a regression, whose estimate and test decide; else None."""
    return next(
        (
            one
            for one in data.outcomes
            if one.estimand.id == estimand.id
            and one.method.role == "main"
            and is_available(one.method)
            and METHODS[one.method.method].kind == "regression"
        ),
        None,
    )


def _main_entry(outcome: Outcome | None, covariates: Mapping[str, Text]) -> Entry:
    if outcome is None or outcome.problem is not None:
        return _estimate_entry(outcome)
    result = outcome.results[0]
    trace = outcome_trace(outcome, result)
    if result.estimate is None:
        return traced(estimate_or_reason(result, covariates), trace)
    return traced(
        message("{quantity} {estimate}", quantity=quantity_name(result), estimate=estimate_text(result)),
        trace,
        numbers=estimate_numbers(result),
    )


def _methods(data: TrialData, estimands: Sequence[Estimand], *, shows_main: bool) -> Iterator[Message]:
    """What the columns of the comparison are, as far as the plan declares them."""
    if shows_main and not data.locked:
        yield message(
            "The P is that of the declared main analysis; its covariates and terms stand among the models."
        )
        yield SUPPLEMENTARY
    elif shows_main:
        yield message(
            "The declared main analysis and its P decide; its covariates and terms stand among the models."
        )
        yield SUPPLEMENTARY
    elif any(data.by_method("declared_rule", each.id) for each in estimands):
        yield message(
            "Difference: first arm less second, Miettinen-Nurminen interval. Test by the declared rule: Pearson, Yates or Fisher."
        )
    else:
        yield message("Difference: first arm less second, Miettinen-Nurminen interval.")


def _bases(data: TrialData, estimands: Sequence[Estimand]) -> Iterator[Message]:
    """Of whom the counts are, set by set; and that the tables of the visits count otherwise."""
    titles = {each.id: each.title for each in data.plan.sets}
    for population in dict.fromkeys(each.population for each in estimands):
        yield message(
            "Counted: {set} ({estimands}).",
            set=titles[population],
            estimands=tuple(each.title for each in estimands if each.population == population),
        )
    asked = any(
        reading.asked for each in data.rules.chosen.responses.values() for reading in each.readings.values()
    )
    if asked and any(each.response for each in estimands):
        yield message(
            "What the plan does about intercurrent events and missing answers is applied here. The tables of the response at the visits apply none of it, but for what a definition asks itself, which stands under them: they count only visits that took place, as observed, so that their shares may be others."
        )
    elif any(each.response for each in estimands):
        yield message(
            "What the plan says of intercurrent events and missing answers is applied here. The tables of the response at the visits apply none of it: they count only visits that took place, as observed, so that their shares may be others."
        )


def _explain_occurrences(data: TrialData, estimands: Sequence[Estimand]) -> Iterator[Message]:
    """From when to when what happened counts, which is not as in the tables of safety."""
    schedule = data.study.schedule
    if schedule is None:
        return
    anchors = {each.id: each.title for each in schedule.anchors}
    visits = {each.id: each.title for each in schedule.encounters}
    beginnings = {each.id: (each.after, each.counts_from) for each in data.plan.occurrences}
    found: dict[tuple[str, str, str], list[Text]] = {}
    for each in estimands:
        if each.occurrence and each.encounter:
            found.setdefault((*beginnings[each.occurrence], each.encounter), []).append(each.title)
    for (after, counts_from, encounter), titles in found.items():
        said = {
            "estimands": tuple(titles),
            "anchor": anchors.get(after, after),
            "visit": visits[encounter],
        }
        if counts_from == "same_day":
            yield message(
                "{estimands}: begun from {anchor} on, up to {visit}. The safety tables count from the first dose on, with no last day.",
                **said,
            )
        else:
            yield message(
                "{estimands}: begun after {anchor}, up to {visit}. The safety tables count from the first dose on, with no last day.",
                **said,
            )


def _count_entry(estimand: Estimand, arm: str, people: Sequence[Analysed]) -> Entry:
    events = [one for one in people if one.row.value == 1.0]
    trace = Trace(
        message("{estimand}, {arm}", estimand=estimand.title, arm=arm),
        "count",
        "",
        tuple(row_source(one.row) for one in people),
    )
    counts = (len(events), len(people))
    return traced(fraction_text(*counts), trace, numbers=fraction_numbers(*counts))


def _estimate_entry(outcome: Outcome | None) -> Entry:
    if outcome is None:
        return Cell(None, DASH)
    if outcome.problem is not None:
        return traced(None, outcome_trace(outcome), shown=outcome.problem)
    result = outcome.results[0]
    return traced(
        estimate_or_reason(result, {}), outcome_trace(outcome, result), numbers=estimate_numbers(result)
    )


def _test_entries(outcome: Outcome | None) -> list[Entry]:
    if outcome is None:
        return [Cell(None, DASH), ""]
    if outcome.problem is not None:
        return [Cell(None, DASH), traced(outcome.problem, outcome_trace(outcome))]
    result = outcome.results[0]
    tested = METHODS[outcome.method.method].kind == "test" and result.notes
    because = rounded(result.notes[0]) if tested else outcome.method.title
    trace = outcome_trace(outcome, result)
    return [traced(result.p_value, trace, shown=p_value(result.p_value)), traced(because, trace)]


def _say_reasons(data: TrialData, sheet: Sheet, estimand: Estimand) -> None:
    """How many answers were observed, and how many come from an intercurrent event or a missing visit."""
    population = data.cohort.population(estimand)
    found: dict[tuple[str, str], list[Analysed]] = {}
    for one in population.analysed:
        found.setdefault((one.row.reason, one.row.event or ""), []).append(one)
    titles = {each.id: each.title for each in data.plan.intercurrent_events}
    columns = [Column("reason", message("Where the answer comes from"), "text")]
    columns += [
        Column(f"arm_{index}", arm, "integer", statistic="participants")
        for index, arm in enumerate(estimand.arms, start=1)
    ]
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
        f"answers_{data.estimand_names[estimand.id]}",
        message("{estimand}: observed answers, and answers by strategy", estimand=estimand.title),
        columns,
        lines,
    )


def _write_sensitivity_estimands(data: TrialData, sheet: Sheet) -> None:
    """The primary endpoint under other assumptions, as a table and a forest plot."""
    estimands = [*binary_estimands(data, "primary"), *binary_estimands(data, "sensitivity")]
    if len(estimands) < 2:
        return
    arms = estimands[0].arms
    sheet.heading(message("Other assumptions"), "assumptions")
    columns = [Column("estimand", message("Assumption"), "text")]
    for index, arm in enumerate(arms, start=1):
        columns.append(Column(f"arm_{index}", message("n/N (%)"), "text", over=arm))
        columns.append(Column(f"unknown_{index}", message("No answer"), "integer", arm, None, "participants"))
    columns.append(Column("difference", message("Difference, percentage points (95 % interval)"), "text"))
    lines: list[Line] = []
    drawn: list[Estimate] = []
    drawn_lines: list[Line] = []
    parts = _by_endpoint(data, estimands)
    for said, together in parts:
        if len(parts) > 1:
            lines.append(line(said, kind="group"))
            drawn.append(Estimate(said, None, None, None, ("",), False))
            drawn_lines.append(line(said, kind="group"))
        for each in together:
            lines.append(_assumption_line(data, each, estimands[0]))
            outcome = data.by_method(SHOWN_BESIDE, each.id)
            drawn.append(_drawn(each, outcome, _assumption(data, each, estimands[0])))
            drawn_lines.append(_drawn_line(each, outcome, drawn[-1]))
    sheet.table(
        "sensitivity_estimands",
        message("Proportions under other assumptions"),
        columns,
        lines,
        notes=(
            message(
                "No answer: participants of whom the answer is not known; the assumption of the row says whether and how they are counted in n/N."
            ),
            *explain_no_response(data, estimands),
            *explain_sets_compared(data, estimands),
            *explain_unanswered(data, estimands),
            *explain_between(data, estimands[0]),
        ),
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
        columns=_DRAWN,
        lines=drawn_lines,
    )


def _by_endpoint(data: TrialData, estimands: Sequence[Estimand]) -> list[tuple[Message, list[Estimand]]]:
    """The estimands by what they are about: the primary endpoint first, then every other under its own name."""
    titles = {each.id: each.title for each in data.study.endpoints}
    found: dict[str, list[Estimand]] = {}
    for each in estimands:
        found.setdefault(each.endpoint, []).append(each)
    primary = estimands[0].endpoint
    return [
        (
            message("The primary endpoint: {endpoint}", endpoint=titles[endpoint])
            if endpoint == primary
            else message("Another endpoint: {endpoint}", endpoint=titles[endpoint]),
            together,
        )
        for endpoint, together in found.items()
    ]


def _assumption(data: TrialData, estimand: Estimand, primary: Estimand) -> Message | Text:
    """What a row assumes; where another set counts the same participants with the same answers, that it does."""
    title = shown_title(estimand)
    if estimand.population == primary.population or estimand.endpoint != primary.endpoint:
        return title
    counted = [
        {(one.arm, one.row.participant, one.row.value) for one in data.cohort.population(each).analysed}
        for each in (estimand, primary)
    ]
    if counted[0] == counted[1]:
        return message("{estimand} (the set removes nobody: same result)", estimand=title)
    return title


def _assumption_line(data: TrialData, estimand: Estimand, primary: Estimand) -> Line:
    """How many of each arm have the event under an assumption, of how many there is no answer, and the difference."""
    population = data.cohort.population(estimand)
    entries: list[Entry] = [_assumption(data, estimand, primary)]
    for arm in estimand.arms:
        entries.append(_count_entry(estimand, arm, population.of(arm, population.answered)))
        without = [one for one in population.of(arm, population.analysed) if _is_unanswered(one)]
        trace = Trace(message("No answer"), "count", "", tuple(row_source(one.row) for one in without))
        entries.append(traced(len(without), trace))
    entries.append(_estimate_entry(data.by_method(SHOWN_BESIDE, estimand.id)))
    return line(*entries)


def _is_unanswered(one: Analysed) -> bool:
    """Whether the answer is not known, be it counted by a rule or not."""
    return one.row.value is None or one.row.reason in COMPOSITE.values()


_DRAWN = (
    Column("estimand", message("Assumption"), "text"),
    Column(
        "difference",
        message("Difference, percentage points"),
        "number",
        statistic="risk_difference",
        unit="%",
    ),
    Column("lower", message("Lower limit"), "number", statistic="lower_limit", unit="%"),
    Column("upper", message("Upper limit"), "number", statistic="upper_limit", unit="%"),
)


def _drawn_line(estimand: Estimand, outcome: Outcome | None, row: Estimate) -> Line:
    """What the forest plot draws of an estimand; a dash where it draws nothing."""
    result = outcome.results[0] if outcome and outcome.results else None
    entries: list[Entry] = [row.label]
    for value in (row.estimate, row.lower, row.upper):
        if value is None or outcome is None or not math.isfinite(value):
            entries.append(Cell(None, DASH))
        else:
            entries.append(traced(value, outcome_trace(outcome, result), shown=signed(value, 1)))
    return line(*entries)


def _drawn(estimand: Estimand, outcome: Outcome | None, label: Message | Text) -> Estimate:
    result = outcome.results[0] if outcome and outcome.results else None
    interval = result.interval if result else None
    known = result is not None and result.estimate is not None and interval is not None
    low = interval.low if interval else None
    high = interval.high if interval else None
    return Estimate(
        label,
        100 * result.estimate if known and result and result.estimate is not None else None,
        100 * low if known and low is not None else None,
        100 * high if known and high is not None else None,
        (estimate_text(result) if result else DASH,),
        estimand.level == "primary",
    )
