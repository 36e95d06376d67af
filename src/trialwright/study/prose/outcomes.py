"""Safety rules of a study in prose."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.study.model import Study
from trialwright.study.prose.document import (
    Block,
    Heading,
    Inline,
    Lines,
    Paragraph,
    Table,
)
from trialwright.study.prose.figures import Prose, both, clauses, either, quantity_text
from trialwright.study.prose.tables import facts, listing, ruled, section
from trialwright.study.prose.vocabulary import term
from trialwright.study.prose.words import Words
from trialwright.study.safety import GradedTerm, ReportableEvent, ReportingClock, SafetyRules
from trialwright.terms.message import message


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
    yield from _clocks(study, rules, words)
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


def _clocks(study: Study, rules: SafetyRules, words: Words) -> Iterator[Block]:
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
    said = rules.investigational_products
    if said is not None:
        names = tuple(study.intervention_title(id) for id in said.interventions)
        yield Paragraph(
            message("Investigational products, of which an event may be suspected: {names}.", names=names)
        )
        yield Paragraph(said.because)


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
