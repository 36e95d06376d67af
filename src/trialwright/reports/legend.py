"""The criteria as a report explains them: verbatim text, and the reading that ran."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from trialwright.study.model import Criterion, Reading, Study
from trialwright.terms.message import Message, message

_BULLET = re.compile(r"(Inclusion|Exclusion) (\d+)(?:, (first|second|third|fourth) part)?")
_TYPES = {"Inclusion": message("inclusion criterion"), "Exclusion": message("exclusion criterion")}
_PARTS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


@dataclass(frozen=True, slots=True)
class Explained:
    """A criterion with the reading that ran, and the names of the others."""

    criterion: Criterion
    name: str
    reading: Reading
    others: tuple[str, ...]

    @property
    def chosen(self) -> bool:
        """Whether the reading that ran is the study's own choice."""
        return self.name == self.criterion.chosen

    @property
    def source(self) -> Message | str:
        """Where the text stands, in words where it is a numbered criterion of a registry; else as the study writes it."""
        found = _BULLET.fullmatch(self.criterion.source)
        if found is None:
            return self.criterion.source
        bullet = message("{type} {number}", type=_TYPES[found[1]], number=found[2])
        return message("{bullet}, part {part}", bullet=bullet, part=_PARTS[found[3]]) if found[3] else bullet


def explain_criteria(study: Study, ran: Mapping[str, str]) -> list[Explained]:
    """Every criterion in protocol order; `ran` names the reading that ran, the study's own choice where it is silent."""
    explained = []
    for criterion in study.criteria:
        name = ran.get(criterion.id, criterion.chosen)
        others = tuple(other for other in criterion.readings if other != name)
        explained.append(Explained(criterion, name, criterion.readings[name], others))
    return explained
