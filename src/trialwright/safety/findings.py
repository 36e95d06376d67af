"""What is wrong with the safety rules of a study beyond their form: rules, terms, versions and units that do not work."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.safety.ctcae import TABLES
from trialwright.safety.grading import UnknownStandard, find_criteria, find_table
from trialwright.safety.rules import lower_safety
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.model import Study
from trialwright.study.places import Path
from trialwright.study.safety import GradedTerm, Grading
from trialwright.terms.message import Message, message
from trialwright.terms.units import UnitError, converter


def check_safety(study: Study) -> tuple[Problem, ...]:
    """Find safety rules that cannot be read, and grades that the pinned version cannot give."""
    if study.safety is None:
        return ()
    problems = list(_gradable(study, study.safety.grading)) if study.safety.grading else []
    try:
        lower_safety(study)
    except StudyInvalid as error:
        problems += error.problems
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))


def _gradable(study: Study, grading: Grading) -> Iterator[Problem]:
    path: Path = ("safety.yaml", "grading")
    standard = any(term.term for term in grading.terms)
    try:
        if standard:
            find_table(grading.standard, grading.version)
    except UnknownStandard as error:
        yield _problem(study, (*path, "version"), "unknown_reference", error.message, _versions(grading))
        return
    for term in grading.terms:
        if term.term:
            yield from _term(study, grading, term, (*path, "terms", term.id))


def _versions(grading: Grading) -> Message:
    known = tuple(version for standard, version in TABLES if standard == grading.standard)
    if not known:
        return message("Give the study's own `grades`, or name a standard that is held here: CTCAE.")
    return message("Pin one of {known}.", known=known)


def _term(study: Study, grading: Grading, term: GradedTerm, path: Path) -> Iterator[Problem]:
    version = term.version or grading.version
    try:
        criteria = find_criteria(term.term or "", standard=grading.standard, version=version)
    except UnknownStandard as error:
        yield _problem(
            study,
            (*path, "version" if term.version else "term"),
            "unknown_reference",
            error.message,
            message("Correct the term, name another `version` for it, or give the study's own `grades`."),
        )
        return
    if not criteria.scales:
        yield _problem(
            study,
            (*path, "term"),
            "wrong_value",
            message(
                "{standard} {version} has no numbers for {term}.",
                standard=grading.standard,
                version=version,
                term=criteria.term,
            ),
            message("Name another `version` for this term, or give the study's own `grades`."),
        )
    if criteria.direction != term.direction:
        yield _problem(
            study,
            (*path, "direction"),
            "wrong_value",
            message(
                "{term} is about results that are too {direction}.",
                term=criteria.term,
                direction=criteria.direction,
            ),
            message("Write `direction: {direction}`.", direction=criteria.direction),
        )
    concept = study.concept(term.concept)
    try:
        converter(concept.unit or "", criteria.unit or concept.unit or "", concept.conversions)
    except UnitError as error:
        yield _problem(
            study,
            (*path, "concept"),
            "wrong_value",
            error.message,
            message("Choose a concept that converts to {unit}, or give it a conversion.", unit=criteria.unit),
        )


def _problem(study: Study, path: Path, code: str, sentence: Message, cure: Message) -> Problem:
    place = study.place(path)
    return Problem("error", code, place.file, place.line, place.column, sentence, cure)
