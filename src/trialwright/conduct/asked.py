"""What an event asks back: queries about something that may be wrong, and that a person has to decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trialwright.conduct.actions.raise_query import next_query
from trialwright.record.event import Entered
from trialwright.record.participant import Participant
from trialwright.terms.message import Message, render


def asked_back(
    participant: Participant, questions: Iterable[tuple[str, Message | str]], *, asked: int = 0
) -> list[dict[str, Any]]:
    """The queries of an event, as it keeps them.

    `questions`: about what (a form's id and item, `dose/N`, `ae/N`, `visit/ID`, `death`), and the question. `asked`: how
    many queries the event raises besides. They are kept in English, like everything that the rules find.
    """
    first = next_query(participant) + asked
    return [
        {"number": first + index, "path": path, "text": Entered(render(question, {}))}
        for index, (path, question) in enumerate(questions)
    ]
