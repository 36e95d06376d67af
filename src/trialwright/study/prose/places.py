"""Where a criterion's text stands in the registry, in words."""

from __future__ import annotations

import re

from trialwright.study.population import Criterion
from trialwright.terms.message import Message, message

_BULLET = re.compile(r"(Inclusion|Exclusion) (\d+)(?:, (first|second|third|fourth) part)?")
_TYPES = {"Inclusion": message("inclusion criterion"), "Exclusion": message("exclusion criterion")}
_PARTS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


def source_words(criterion: Criterion) -> Message | str:
    """The place in words where it is a numbered criterion of a registry; else as the study writes it."""
    found = _BULLET.fullmatch(criterion.source)
    if found is None:
        return criterion.source
    bullet = message("{type} {number}", type=_TYPES[found[1]], number=found[2])
    return message("{bullet}, part {part}", bullet=bullet, part=_PARTS[found[3]]) if found[3] else bullet
