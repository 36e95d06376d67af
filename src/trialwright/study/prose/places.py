"""Where a criterion's text stands in the registry, in words."""

from __future__ import annotations

import re

from trialwright.study.population import Criterion
from trialwright.terms.message import Message, message

_BULLET = re.compile(r"(Inclusion|Exclusion) (\d+)(?:, (first|second|third|fourth) part)?")
_TYPES = {"Inclusion": message("inclusion criterion"), "Exclusion": message("exclusion criterion")}
_FIELD = re.compile(r"page field ([^:()]+): ([^()]+)")
_PLACES = {"Page summary": message("Page summary"), "Registry fields": message("Registry fields")}
_PARTS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


def source_words(criterion: Criterion) -> Message | str:
    """The place in words where it is a numbered criterion or a named part of a registry; else as the study writes it."""
    found = _BULLET.fullmatch(criterion.source)
    if found is None:
        return _named(criterion.source)
    bullet = message("{type} {number}", type=_TYPES[found[1]], number=found[2])
    return message("{bullet}, part {part}", bullet=bullet, part=_PARTS[found[3]]) if found[3] else bullet


def _named(source: str) -> Message | str:
    """One or two of the parts of a registry's page in words; else as written."""
    pieces = [_piece(piece) for piece in source.split("; ")]
    known = [piece for piece in pieces if piece is not None]
    if len(known) < len(pieces) or len(known) > 2:
        return source
    return known[0] if len(known) == 1 else message("{first}; {second}", first=known[0], second=known[1])


def _piece(piece: str) -> Message | None:
    found = _FIELD.fullmatch(piece)
    return (
        message("page field {name}: {value}", name=found[1], value=found[2]) if found else _PLACES.get(piece)
    )
