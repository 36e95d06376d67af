"""Concepts, named parts of rules and parameters that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from trialwright.assessments import ASSESSMENTS
from trialwright.study.checks.examined import Examined
from trialwright.study.errors import Problem
from trialwright.study.model import Study
from trialwright.study.places import Path
from trialwright.terms.message import Message, message

_WORD = re.compile(r"[A-Za-z_]\w*")
_NAMES_ITSELF = frozenset({"id", "name", "source", "note"})  # what a piece is called uses nothing
_READ_BY_LOGIC = frozenset({"screening_window"})


def check_unused_concepts(examined: Examined) -> Iterator[Problem]:
    """Find concepts that nothing reads, in one note: later parts of the study may still need them."""
    study = examined.study
    used = set(examined.eligibility.concepts) | _words_of_parts(study)
    for text in (*study.definitions.values(), *_rule_texts(study)):
        used |= set(_WORD.findall(text))
    used = _with_parts(used, study)
    idle = [concept.name for concept in study.concepts if concept.name not in used]
    if idle:
        yield examined.problem(
            "note",
            "unused_concept",
            ("concepts.yaml", "concepts", idle[0]),
            message(
                "{count} concept is used by nothing in the study: {names}."
                if len(idle) == 1
                else "{count} concepts are used by nothing in the study: {names}.",
                count=len(idle),
                names=tuple(idle),
            ),
            message("Nothing is to be done if later parts will use them; else delete them."),
        )


def _with_parts(used: set[str], study: Study) -> set[str]:
    """Concepts that are used, and those from which they are computed, and so on."""
    concepts = {concept.name: concept for concept in study.concepts}
    found: set[str] = set()
    waiting = [name for name in used if name in concepts]
    while waiting:
        name = waiting.pop()
        if name in found or name not in concepts:
            continue
        found.add(name)
        concept = concepts[name]
        assessment = ASSESSMENTS.get(concept.computed_by or "")
        waiting += [argument.name for argument in assessment.arguments] if assessment else []
        waiting += [concept.items] if concept.items else []
    return found


def check_unused_definitions(examined: Examined) -> Iterator[Problem]:
    """Find definitions that no rule reaches, also through other definitions, and parameters no rule names."""
    study = examined.study
    used = _words_of_parts(study) | {word for text in _rule_texts(study) for word in _WORD.findall(text)}
    reached: set[str] = set()
    waiting = [name for name in study.definitions if name in used]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        inner = set(_WORD.findall(study.definitions[name]))
        used |= inner
        waiting += [other for other in study.definitions if other in inner]
    yield from _idle("definitions", study.definitions, reached, message("definition"), examined)
    yield from _idle("parameters", study.parameters, used | _READ_BY_LOGIC, message("parameter"), examined)


def _idle(
    section: str, names: Iterable[str], used: set[str] | frozenset[str], kind: Message, examined: Examined
) -> Iterator[Problem]:
    for name in names:
        if name in used:
            continue
        path: Path = ("criteria.yaml", section, name)
        yield examined.problem(
            "warning",
            "unused_definition",
            path,
            message("The {kind} {name} is used by nothing.", kind=kind, name=name),
            message("Use it, or delete it."),
        )


def _rule_texts(study: Study) -> Iterator[str]:
    for criterion in study.criteria:
        for reading in criterion.readings.values():
            yield reading.rule
            yield from (warning.rule for warning in reading.warnings)


def _words_of_parts(study: Study) -> set[str]:
    """Every word in the parts of a study other than its criteria and concepts; not in texts for people."""
    parts = (
        study.arms,
        study.interventions,
        study.schedule,
        study.forms,
        study.allocation,
        study.safety,
        study.analysis,
    )
    return {word for text in _texts(parts) for word in _WORD.findall(text)}


def _texts(node: Any) -> Iterator[str]:
    """The texts for machines in a part of the study; a `Text` for people is none of these kinds."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            if name not in _NAMES_ITSELF:
                yield from _texts(getattr(node, name))
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _texts(key)
            yield from _texts(value)
    elif isinstance(node, tuple | list):
        for value in node:
            yield from _texts(value)
