"""The first thing in an archive that does not hold."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.terms.message import Message


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that does not hold: in which file, on which line (0: the file as a whole), what."""

    file: str
    line: int
    problem: Message


class Found(Exception):
    """Something does not hold; ends the check."""

    def __init__(self, file: str, line: int, problem: Message) -> None:
        super().__init__(problem.template)
        self.broken = Broken(file, line, problem)
