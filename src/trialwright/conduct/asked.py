"""What an event asks back: queries about something that may be wrong, and that a person has to decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trialwright.conduct.actions.raise_query import next_query
from trialwright.record.event import Entered
from trialwright.record.participant import Participant
from trialwright.terms.message import Message, Text, render
from trialwright.terms.stored_message import pack_message


def asked_back(
    participant: Participant, questions: Iterable[tuple[str, Message | Text]], *, asked: int = 0
) -> list[dict[str, Any]]:
    """The queries of an event, as it keeps them.

    `questions`: about what (a form's id and item, `dose/N`, `ae/N`, `visit/ID`, `death`), and the question. `asked`: how
    many queries the event raises besides. The text is kept in English, like everything that the rules find, and beside it
    the sentence as data, so that it is read in any language. Both may repeat what was entered.
    """
    first = next_query(participant) + asked
    return [
        {
            "number": first + index,
            "path": path,
            "text": Entered(render(question, {})),
            "says": Entered(pack_message(question)),
        }
        for index, (path, question) in enumerate(questions)
    ]
