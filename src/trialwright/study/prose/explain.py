"""A whole study definition in prose: synopsis, criteria with all readings, plans, concepts, notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialwright.logic import nodes as n
from trialwright.study.canonical import version
from trialwright.study.model import Study
from trialwright.study.population import Criterion
from trialwright.study.prose.analysis_plan import describe_analysis
from trialwright.study.prose.document import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Item,
    Lines,
    Paragraph,
    Quote,
    Table,
    item_of,
)
from trialwright.study.prose.dosing import describe_dosing
from trialwright.study.prose.outcomes import describe_safety
from trialwright.study.prose.places import source_words
from trialwright.study.prose.plans import describe_allocation, describe_delegation, describe_schedule
from trialwright.study.prose.questions import describe_forms
from trialwright.study.prose.rules import describe, outline
from trialwright.study.prose.synopsis import describe_arms, describe_identity, describe_objectives
from trialwright.study.prose.tables import (
    listing,
    qualified,
    rule_in_words,
    section,
)
from trialwright.study.prose.vocabulary import term
from trialwright.study.prose.words import Words, at_beginning
from trialwright.study.prose.writers import to_html, to_json, to_markdown
from trialwright.study.rules import Eligibility, Rule
from trialwright.terms.message import Message, message

__all__ = ["explain", "to_html", "to_json", "to_markdown"]


def explain(study: Study, eligibility: Eligibility) -> Document:
    """Write a study as prose; `eligibility`: its rules, lowered."""
    words = Words(study)
    blocks = [
        *describe_identity(study),
        *describe_arms(study),
        *describe_objectives(study),
        *_criteria(eligibility, words),
        *_definitions(study, words),
        *describe_schedule(study, words),
        *describe_dosing(study, words),
        *describe_allocation(study, words),
        *describe_delegation(study),
        *describe_forms(study),
        *describe_safety(study, words),
        *describe_analysis(study, words),
        *_concepts(study),
        *_notes(study),
    ]
    return Document(study.id, version(study), study.identity.titles.brief, tuple(blocks))


# criteria


def _criteria(eligibility: Eligibility, words: Words) -> Iterator[Block]:
    yield section(message("Eligibility criteria"), "criteria")
    yield Paragraph(message("How the rules below are meant:"))
    yield Bullets(tuple(Item(each) for each in _conventions()))
    for id, rules in eligibility.rules.items():
        criterion = eligibility.study.criterion(id)
        yield from _criterion(criterion, rules.values(), words)


def _conventions() -> Iterator[Message]:
    yield message(
        "The reference date is the day for which eligibility is asked. A window counts back from it, both ends included; "
        "a week has 7 days, a month is a calendar month. What is dated later does not count."
    )
    yield message("Of several results of the same day the one that speaks most against joining counts.")
    yield message("What is missing, unreadable or without a known unit is unknown, never yes or no.")
    yield message(
        "In a search of records, no record of a condition, exposure, procedure, allergy or item of a list means that "
        "there is none. At the bedside it is unknown until somebody answers."
    )
    yield message(
        "Values are compared after conversion and unrounded; two values within 1e-9 of each other are equal."
    )
    yield message("An exclusion criterion states what excludes.")


def _criterion(criterion: Criterion, rules: Iterable[Rule], words: Words) -> Iterator[Block]:
    kind = term("criterion", criterion.type)
    yield Heading(
        3,
        message("{id}: {title} ({kind})", id=criterion.id, title=criterion.title, kind=kind),
        f"criterion-{criterion.id}",
    )
    yield Quote(criterion.text, criterion.text.en)
    yield Paragraph(message("Source: {source}", source=source_words(criterion)))
    if criterion.judgement:
        yield Paragraph(
            message(
                "Only a named investigator judges this, with date and reason; a search of records does not assess it."
            )
        )
    for rule in rules:
        yield from _reading(rule, words, chosen=rule.name == criterion.chosen)


def _reading(rule: Rule, words: Words, *, chosen: bool) -> Iterator[Block]:
    title = rule.reading.title
    if chosen and title is not None:
        yield Heading(4, message('Chosen reading "{name}": {title}', name=rule.name, title=title))
    elif chosen:
        yield Heading(4, message('Chosen reading "{name}"', name=rule.name))
    elif title is not None:
        yield Heading(4, message('Other reading "{name}": {title}', name=rule.name, title=title))
    else:
        yield Heading(4, message('Other reading "{name}"', name=rule.name))
    yield Paragraph(message("Why: {because}", because=rule.reading.because))
    yield from _rule(rule, words)
    yield Code(rule.reading.rule)
    for warning, lowered in zip(rule.reading.warnings, rule.warnings, strict=True):
        yield Paragraph(
            message(
                "A warning is shown if {rule}: {text}",
                rule=describe(lowered.condition, words),
                text=warning.text,
            )
        )
        yield Code(warning.rule)


def _rule(rule: Rule, words: Words) -> Iterator[Block]:
    if isinstance(rule.condition, n.Constant):
        said = describe(rule.condition, words)
        yield Paragraph(
            message("Met: {rule}", rule=said) if rule.inclusion else message("Excluded: {rule}", rule=said)
        )
        return
    yield Paragraph(message("Met if:") if rule.inclusion else message("Excluded if:"))
    yield Bullets((item_of(outline(rule.condition, words)),))


def _definitions(study: Study, words: Words) -> Iterator[Block]:
    yield section(message("Parameters and definitions"), "definitions")
    if study.parameters:
        yield Table(
            (message("Parameter"), message("Value")),
            tuple((Code(name), Code(value)) for name, value in study.parameters.items()),
        )
    else:
        yield Paragraph(message("The definition has no parameters."))
    if study.definitions:
        yield Table(
            (message("Name"), message("Meaning"), message("Rule")),
            tuple(
                (Code(name), rule_in_words(rule, words) or "", Code(rule))
                for name, rule in study.definitions.items()
            ),
        )
    else:
        yield Paragraph(message("The definition has no named parts of rules."))


# concepts and notes


def _concepts(study: Study) -> Iterator[Block]:
    yield section(message("Concepts"), "concepts")
    yield Table(
        (
            message("Concept"),
            message("Name"),
            message("Kind"),
            message("Unit"),
            message("Values"),
            message("Codes"),
            message("Note"),
        ),
        tuple(
            (
                at_beginning(concept.label),
                Code(concept.name),
                qualified(term("concept_kind", concept.kind), term("route", concept.route)),
                Lines((Code(concept.unit), *map(Code, concept.conversions))) if concept.unit else "",
                message("yes or no") if concept.values == ("boolean",) else listing(concept.values),
                Lines(tuple(Code(code) for code in (*concept.codes, *concept.positive_codes))),
                concept.note or "",
            )
            for concept in study.concepts
        ),
    )


def _notes(study: Study) -> Iterator[Block]:
    yield section(message("Notes"), "notes")
    if study.identity.notes:
        yield Bullets(tuple(Item(note) for note in study.identity.notes))
    else:
        yield Paragraph(message("The definition has no notes."))
