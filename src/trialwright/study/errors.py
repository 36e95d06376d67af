"""What can be wrong with a study folder, said with file, line, the value seen and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trialwright.terms.message import Message, message, render

if TYPE_CHECKING:
    from trialwright.study.model import Study

Severity = Literal["error", "warning", "note"]

CODES: Mapping[str, Message] = {
    "yaml_syntax": message("the file is not readable YAML"),
    "yaml_refused": message(
        "the file uses a part of YAML that a study never needs (tag, anchor, merge, second document)"
    ),
    "duplicate_key": message("the same key stands twice in one mapping"),
    "not_text": message("the file is not UTF-8 text"),
    "unreadable_file": message("a file is there but cannot be read"),
    "missing_file": message("a file that every study needs is not there"),
    "unknown_file": message("a file of the folder is not part of a study"),
    "unknown_key": message("the key is not known at this place"),
    "missing_key": message("a key that is needed is not there"),
    "wrong_kind": message("a text, a list or a mapping stands where another of them is needed"),
    "wrong_value": message("the value has the wrong shape, or is none of those allowed"),
    "seed_in_definition": message("a random seed stands in the study definition"),
    "duplicate_id": message("two things of one kind have the same id"),
    "unknown_reference": message("something is named that the study does not define"),
    "untranslated": message("a text is missing in one of the two languages"),
    "incomplete": message("the parts of a statement do not fit together"),
    "rule": message("a rule cannot be read, or makes no sense for this study"),
    "based_on": message("the study this one is based on cannot be used"),
    "scenario_differs": message("a scenario of the study does not come out as its author expects"),
}
"""Every problem code with what it means; each has a section in the reference."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a study folder: where it stands (line and column from 1), what is wrong, what to do.

    `line` 0 means the file as a whole. `code` is one of `CODES`.
    """

    severity: Severity
    code: str
    file: str
    line: int
    column: int
    message: Message
    cure: Message

    def __str__(self) -> str:
        """`error unknown_key criteria.yaml:12: ...`, in English."""
        sentence = f"{render(self.message, {})} {render(self.cure, {})}".strip()
        return f"{self.severity} {self.code} {self.file}:{self.line}: {sentence}"


class StudyInvalid(Exception):
    """The study cannot be used; `problems` lists everything found, in the order of files and lines.

    `rest`: what of it can be read, where that is enough to look for further problems; None where it is not.
    """

    def __init__(self, problems: tuple[Problem, ...], *, rest: Study | None = None) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
        self.rest = rest


class StudyNotFound(LookupError):
    """No study has this name; `message` says which are known."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(render(sentence, {}))
        self.message = sentence


class Unfit(ValueError):
    """Raised by a model's own validation: what is wrong and the cure, as sentences."""

    def __init__(self, sentence: Message, cure: Message, *, code: str = "wrong_value") -> None:
        super().__init__(render(sentence, {}))
        self.message = sentence
        self.cure = cure
        self.code = code
