"""Safety rules and the analysis plan of a study in prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.study.analysis import AnalysisPlan, Estimand, Response
from trialwright.study.model import Study
from trialwright.study.part import LENGTH
from trialwright.study.prose.document import (
    Block,
    Bullets,
    Code,
    Heading,
    Inline,
    Item,
    Lines,
    Paragraph,
    Table,
)
from trialwright.study.prose.figures import Prose, both, clauses, either, quantity_text
from trialwright.study.prose.tables import described, facts, listing, ruled, section
from trialwright.study.prose.vocabulary import term
from trialwright.study.prose.words import Words
from trialwright.study.safety import GradedTerm, ReportableEvent, ReportingClock, SafetyRules
from trialwright.terms.message import Message, Text, message


def describe_safety(study: Study, words: Words) -> Iterator[Block]:
    """Grading, reporting clocks, alerts, stopping rules."""
    yield section(message("Safety"), "safety")
    rules = study.safety
    if rules is None:
        yield Paragraph(message("The definition has no safety rules."))
        return
    grading = rules.grading
    if grading is not None:
        yield Paragraph(
            message(
                "Adverse events are graded by {standard}, version {version}.",
                standard=grading.standard,
                version=grading.version,
            )
        )
        if grading.terms:
            yield Table(
                (
                    message("Term"),
                    message("Result"),
                    message("Direction"),
                    message("Grades"),
                    message("Only above baseline"),
                ),
                tuple(
                    (
                        each.title,
                        words.title(each.concept),
                        term("direction", each.direction),
                        _grades(each, words),
                        message("yes") if each.from_baseline else message("no"),
                    )
                    for each in grading.terms
                ),
            )
    yield from _clocks(rules, words)
    if rules.alerts:
        yield Heading(3, message("Alerts"))
        yield Table(
            (message("Alert"), message("If"), message("Shown"), message("Source")),
            tuple(
                (each.title, ruled(each.rule, words), each.message, each.source or "")
                for each in rules.alerts
            ),
        )
    yield from _stopping(rules, words)


def _grades(graded: GradedTerm, words: Words) -> Inline:
    if graded.term is None:
        return Lines(
            tuple(
                part
                for each in graded.grades
                for part in (message("grade {grade}:", grade=each.grade), ruled(each.rule, words))
            )
        )
    if graded.version is None:
        return message("of the standard: {term}", term=graded.term)
    return message("of version {version} of the standard: {term}", version=graded.version, term=graded.term)


def _clocks(rules: SafetyRules, words: Words) -> Iterator[Block]:
    if not rules.clocks:
        return
    yield Heading(3, message("Reporting"))
    yield Table(
        (message("Report"), message("If"), message("By whom, to whom"), message("Within"), message("Source")),
        tuple(
            (
                clock.title,
                _event(clock.applies),
                message(
                    "{sender} to {recipient}",
                    sender=term("role", clock.sender),
                    recipient=term("role", clock.recipient),
                ),
                _within(clock),
                clock.source,
            )
            for clock in rules.clocks
        ),
    )


def _event(applies: ReportableEvent) -> Prose:
    """Which events are meant, in words."""
    said = [both([term("event_property", each) for each in applies.event])]
    if applies.any_of:
        said.append(message("with {any}", any=either([term("seriousness", each) for each in applies.any_of])))
    if applies.none_of:
        said.append(
            message("without {any}", any=either([term("seriousness", each) for each in applies.none_of]))
        )
    return clauses(said)


def _within(clock: ReportingClock) -> Prose:
    limit = quantity_text(clock.within)
    if clock.follow_up_within is None:
        return limit
    return message(
        "{limit}, then {further} for the follow-up",
        limit=limit,
        further=quantity_text(clock.follow_up_within),
    )


def _stopping(rules: SafetyRules, words: Words) -> Iterator[Block]:
    for rule in rules.stopping_rules:
        yield Heading(3, message("Stopping rule: {title}", title=rule.title))
        yield facts(
            [
                (message("Method"), term("stopping_method", rule.method)),
                (message("Event"), ruled(rule.event, words)),
                (message("Counted are"), ruled(rule.population, words)),
                (message("Arms"), listing(rule.arms)),
                (message("Prior"), f"Beta({rule.prior_a}, {rule.prior_b})"),
                (message("Rate not to be exceeded"), rule.rate),
                (message("Probability above which to act"), rule.cut),
                (message("Action"), rule.action),
            ]
        )


def describe_analysis(study: Study, words: Words) -> Iterator[Block]:
    """Baseline, responses, analysis sets, estimands, methods."""
    yield section(message("Analysis"), "analysis")
    plan = study.analysis
    if plan is None:
        yield Paragraph(message("The definition has no analysis plan."))
        return
    yield Paragraph(message("The two-sided level of significance is {alpha}.", alpha=plan.alpha))
    if plan.sample_size is not None:
        yield Paragraph(
            message(
                "Planned are {count} participants in each arm. {assumption}",
                count=plan.sample_size.planned,
                assumption=plan.sample_size.assumption,
            )
        )
    yield from _baseline(plan)
    for response in plan.responses:
        yield from _response(response, words)
    yield Heading(3, message("Analysis sets"))
    yield Table(
        (message("Set"), message("Who"), message("Grouped"), message("Rule")),
        tuple(
            (each.title, each.description, term("grouped_by", each.grouped_by), ruled(each.rule, words))
            for each in plan.sets
        ),
    )
    yield from _estimands(study, plan)
    yield from _methods(plan)


def _baseline(plan: AnalysisPlan) -> Iterator[Block]:
    if plan.baseline is None:
        return
    yield Heading(3, message("Baseline"))
    chosen = plan.baseline.chosen
    yield Table(
        (message("Reading"), message("Chosen"), message("Anchor"), message("Not older than"), message("Why")),
        tuple(
            (
                Code(name),
                message("yes") if name == chosen else "",
                Code(each.anchor),
                _length(each.not_older_than),
                each.because,
            )
            for name, each in plan.baseline.readings.items()
        ),
    )


def _length(text: str) -> Prose:
    return quantity_text(text) if re.fullmatch(LENGTH, text) else text


def _response(response: Response, words: Words) -> Iterator[Block]:
    yield Heading(3, response.title)
    yield Paragraph(
        message(
            "Of several results of one visit {choice}. The first category whose rule holds is the answer.",
            choice=term("several_results", response.several_results),
        )
    )
    for name, reading in response.readings.items():
        if name == response.chosen:
            yield Heading(4, message('Chosen reading "{name}"', name=name))
        else:
            yield Heading(4, message('Other reading "{name}"', name=name))
        yield Paragraph(message("Why: {because}", because=reading.because))
        yield Table(
            (message("Category"), message("If")),
            tuple(
                (each.title, message("none of the above") if each.rule is None else ruled(each.rule, words))
                for each in reading.categories
            ),
        )
        for flag in reading.flags:
            yield Paragraph(flag)


def _estimands(study: Study, plan: AnalysisPlan) -> Iterator[Block]:
    events = {each.id: each.title for each in plan.intercurrent_events}
    if plan.intercurrent_events:
        yield Heading(3, message("Intercurrent events"))
        yield Bullets(
            tuple(Item(described(each.title, each.description)) for each in plan.intercurrent_events)
        )
    for estimand in plan.estimands:
        yield Heading(3, message("Estimand: {title}", title=estimand.title))
        yield facts(_estimand(estimand, study, plan, events))


def _estimand(
    estimand: Estimand, study: Study, plan: AnalysisPlan, events: dict[str, Text]
) -> list[tuple[Message, Inline | None]]:
    endpoints = {each.id: each.title for each in study.endpoints}
    sets = {each.id: each.title for each in plan.sets}
    visits = {each.id: each.title for each in study.schedule.encounters} if study.schedule else {}
    arms = {each.id: each.title for each in study.arms}
    return [
        (message("Level"), term("level", estimand.level)),
        (message("Endpoint"), endpoints.get(estimand.endpoint, estimand.endpoint)),
        (message("Population"), sets.get(estimand.population, estimand.population)),
        (message("Arms"), listing(arms.get(id, id) for id in estimand.arms)),
        (message("Visit"), visits.get(estimand.encounter or "", estimand.encounter or "")),
        (
            message("Intercurrent events"),
            listing(
                message(
                    "{event}: {strategy}",
                    event=events.get(each.event, each.event),
                    strategy=term("strategy", each.strategy),
                )
                for each in estimand.intercurrent_events
            ),
        ),
        (message("Summary measure"), term("summary", estimand.summary)),
    ]


def _methods(plan: AnalysisPlan) -> Iterator[Block]:
    if not plan.methods:
        return
    titles = {each.id: each.title for each in plan.estimands}
    yield Heading(3, message("Methods"))
    yield Table(
        (
            message("Method"),
            message("Role"),
            message("Estimands"),
            message("Name"),
            message("Settings"),
            message("Source"),
        ),
        tuple(
            (
                each.title,
                term("method_role", each.role),
                listing(titles.get(id, id) for id in each.estimands),
                Code(each.method),
                Lines(tuple(Code(f"{name}: {value}") for name, value in each.parameters.items())),
                each.source or "",
            )
            for each in plan.methods
        ),
    )
