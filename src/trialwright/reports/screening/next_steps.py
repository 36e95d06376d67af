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
    """One thing to do: what, for which criterion, why; `settles`: alone it would decide. `by`: the last useful day.

    What a physician may still give settles nothing here: nobody is to be treated in order to qualify.
    """

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
            _do(action, concepts, criterion, by, study, words),
            criterion,
            _why(action, reason),
            settles and action != "give",
            by,
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


def _items(concepts: list[str], action: str, criterion: str, study: Study, words: Words) -> object:
    """What a step is about; without a concept the criterion as a whole."""
    named = [_label(concept, action, words) for concept in concepts if concept]
    return listed(named) if named else study.criterion(criterion).title


def _do(
    action: str, concepts: list[str], criterion: str, by: str | None, study: Study, words: Words
) -> Message:
    items = _items(concepts, action, criterion, study, words)
    match action:
        case "measure":
            return message("Measure {items}", items=items)
        case "ask":
            return message("Ask about {items}", items=items)
        case "give":
            return message(
                "Would count only if the treating physician gives it for clinical reasons, never in order to qualify: {items}",
                items=items,
            )
        case "clarify":
            return message("Clarify in the record: {items}", items=items)
        case "repeat":
            known = [study.concept(concept) for concept in concepts if concept and concept not in _PERSON]
            if any(concept.kind in ("measurement", "finding") for concept in known):
                return message("Repeat by {day}: {items}", day=by, items=items)
            return message("Lapses after {day}: {items}", day=by, items=items)
    raise ValueError(f"unknown action {action!r}")


@dataclass(frozen=True, slots=True)
class LapseLine:
    """What becomes of one failing criterion when its records no longer count."""

    criterion: str
    says: Message


def lapse_lines(participant: Mapping[str, Any], *, study: Study, words: Words) -> list[LapseLine]:
    """The lapses of a result in words; what lapses of one criterion and is to be done alike becomes one line."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for row in participant["lapses"]:
        groups.setdefault((row["criterion"], row["action"], row["until"]), []).append(row["concept"])
    return [
        LapseLine(criterion, _lapses(action, until, _items(concepts, action, criterion, study, words)))
        for (criterion, action, until), concepts in groups.items()
    ]


def _lapses(action: str, until: str, items: object) -> Message:
    match action:
        case "measure":
            return message(
                "This result counts until {day}, then it is unknown. Measure again: {items}",
                day=until,
                items=items,
            )
        case "ask":
            return message(
                "This answer counts until {day}, then it is unknown. Ask again about {items}",
                day=until,
                items=items,
            )
        case "give":
            return message(
                "These doses count until {day}, then it is open. Others would count only if the treating physician gives them for clinical reasons, never in order to qualify: {items}",
                day=until,
                items=items,
            )
        case "clarify":
            return message(
                "This counts until {day}, then it is unknown. Clarify in the record: {items}",
                day=until,
                items=items,
            )
    raise ValueError(f"unknown action {action!r}")
