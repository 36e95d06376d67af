"""What to do next for one person, in words: from the recheck list of a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trialwright.eligibility.recheck import BIRTH_DATE, SEX
from trialwright.reports.words import reason_words
from trialwright.study.model import Study
from trialwright.study.prose.figures import listed
from trialwright.study.prose.words import Words
from trialwright.terms.message import Message, Text, message


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: what, for which criterion, why; `settles`: alone it would decide. `by`: the last useful day."""

    do: Message
    criterion: str
    why: Message | str
    settles: bool
    by: str | None


def next_steps(participant: Mapping[str, Any], *, study: Study, words: Words) -> list[NextStep]:
    """The recheck list in words; what serves the same criterion for the same reason becomes one step."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for row in participant["recheck"]:
        key = (row["criterion"], row["action"], row["reason"], row["settles"], row["by"])
        groups.setdefault(key, []).append(row["concept"])
    return [
        NextStep(
            _do(action, concepts, criterion, by, study, words), criterion, _why(action, reason), settles, by
        )
        for (criterion, action, reason, settles, by), concepts in groups.items()
    ]


_PERSON = {BIRTH_DATE: message("the birth date"), SEX: message("the sex")}


def _label(concept: str, action: str, words: Words) -> Message | Text:
    if concept == BIRTH_DATE and action == "repeat":
        return message("the age")  # what lapses on a birthday
    return _PERSON.get(concept) or words.label(concept)


def _why(action: str, reason: str) -> Message | str:
    words = reason_words(reason)
    return message("from the next day on: {reason}", reason=words) if action == "repeat" else words


def _do(
    action: str, concepts: list[str], criterion: str, by: str | None, study: Study, words: Words
) -> Message:
    named = [_label(concept, action, words) for concept in concepts if concept]
    # A step without a concept concerns the criterion as a whole.
    items: object = listed(named) if named else study.criterion(criterion).title
    match action:
        case "measure":
            return message("Measure {items}", items=items)
        case "ask":
            return message("Ask about {items}", items=items)
        case "give":
            return message("Can still be given: {items}", items=items)
        case "clarify":
            return message("Clarify in the record: {items}", items=items)
        case "repeat":
            known = [study.concept(concept) for concept in concepts if concept and concept not in _PERSON]
            if any(concept.kind in ("measurement", "finding") for concept in known):
                return message("Repeat by {day}: {items}", day=by, items=items)
            return message("Lapses after {day}: {items}", day=by, items=items)
    raise ValueError(f"unknown action {action!r}")
