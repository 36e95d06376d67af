"""Reading records for a study: the reader, typed persons, coverage."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trialwright.cli.common import RECORDS_UNREADABLE, Stop, Terminal
from trialwright.exchange.assemble import Assembled, assemble
from trialwright.exchange.coverage import Coverage
from trialwright.exchange.recognise import load_mapping, open_records
from trialwright.exchange.source import Reader, ReadOptions, RecordsUnreadable
from trialwright.logic import nodes as n
from trialwright.record.fact import PRESENCE_KINDS
from trialwright.record.happenings import is_happening
from trialwright.study.rules import Eligibility, Rule
from trialwright.terms.codes import Coded, Vocabulary
from trialwright.terms.message import message


@dataclass(frozen=True, slots=True)
class Records:
    """A source read for a study."""

    reader: Reader
    assembled: Assembled
    coverage: Coverage


def read_options(eligibility: Eligibility, mapping: str | None) -> ReadOptions:
    """What readers must know of a study."""
    concepts = eligibility.study.concepts
    vocabulary = Vocabulary(
        Coded(concept.name, concept.kind, concept.codes, concept.route or "") for concept in concepts
    )
    options = ReadOptions(
        vocabulary,
        {concept.name: concept.kind for concept in concepts},
        {concept.name: concept.positive_codes for concept in concepts if concept.positive_codes},
        types=eligibility.concept_types,
    )
    if mapping is None:
        return options
    return replace(options, mapping=load_mapping(Path(mapping), options))


def open_source(eligibility: Eligibility, options: argparse.Namespace) -> Reader:
    """Open the records; what cannot be read at all ends the command with exit code 4."""
    try:
        return open_records(options.records, read_options(eligibility, options.mapping))
    except RecordsUnreadable as error:
        raise unreadable(error) from None
    except OSError as error:
        raise _refused(error, options.records) from None


def unreadable(error: RecordsUnreadable) -> Stop:
    """Records that cannot be read at all, as the end of a command."""
    return Stop(RECORDS_UNREADABLE, message("{place}: {message}", place=error.place, message=error.message))


def _refused(error: OSError, source: str) -> Stop:
    """A file that the system does not hand over."""
    return Stop(
        RECORDS_UNREADABLE,
        message(
            "{path} cannot be read: {reason}.",
            path=str(error.filename or source),
            reason=error.strerror or "",
        ),
    )


def coverage_of(eligibility: Eligibility) -> Coverage:
    """A coverage of the study's concepts that records can hold, nothing counted yet.

    What only the ledger of a trial states is left out, unless a criterion asks for it.
    """
    given = [each.id for each in eligibility.study.interventions]
    concepts = [
        each
        for each in eligibility.study.concepts
        if each.name in eligibility.concepts or not is_happening(each.name, interventions=given)
    ]
    return Coverage(
        {concept.name: concept.kind for concept in concepts},
        {concept.name: concept.codes for concept in concepts},
    )


def read_records(eligibility: Eligibility, reader: Reader, terminal: Terminal) -> Records:
    """Read everything into typed persons."""
    coverage = coverage_of(eligibility)
    try:
        assembled = assemble(
            reader,
            {name: kind for name, kind in eligibility.concept_types.items() if name in eligibility.concepts},
            coverage,
            progress=lambda count: terminal.progress(message("reading: {count} records", count=f"{count:,}")),
        )
    except RecordsUnreadable as error:
        raise unreadable(error) from None
    except OSError as error:
        raise _refused(error, reader.source) from None
    if not assembled.persons:
        raise Stop(RECORDS_UNREADABLE, message("{place}: no person could be read.", place=reader.source))
    terminal.clear()
    return Records(reader, assembled, coverage)


def closed_world(rules: tuple[Rule, ...]) -> Mapping[str, list[str]]:
    """Per criterion, the concepts whose silence it reads as 'no'."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        names = [
            node.concept
            for node in rule.condition.walk()
            if isinstance(node, n.Present)
            or (isinstance(node, n.Course) and node.kind in PRESENCE_KINDS and not node.silence_is_none)
        ]
        if names:
            found[rule.id] = list(dict.fromkeys(names))
    return found
