"""The criteria as a report explains them: verbatim text, and the reading that ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialwright.study.model import Criterion, Reading, Study
from trialwright.study.prose.places import source_words
from trialwright.terms.message import Message


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
        return source_words(self.criterion)


def explain_criteria(study: Study, ran: Mapping[str, str]) -> list[Explained]:
    """Every criterion in protocol order; `ran` names the reading that ran, the study's own choice where it is silent."""
    explained = []
    for criterion in study.criteria:
        name = ran.get(criterion.id, criterion.chosen)
        others = tuple(other for other in criterion.readings if other != name)
        explained.append(Explained(criterion, name, criterion.readings[name], others))
    return explained
