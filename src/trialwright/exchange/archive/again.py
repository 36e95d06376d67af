"""What can only be told by reading a participant's events once more: what was signed, verified, locked and masked.

The books are made as every reader makes them, so that a signature stands for what a reader sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from trialwright.conduct.actions.lock import open_ends
from trialwright.conduct.actions.mask import FREE_TYPES, measured
from trialwright.exchange.archive.known import KnownStudy
from trialwright.record.books import ParticipantBook, UnreadableEvent
from trialwright.record.content import content_digest
from trialwright.record.event import Event, digests
from trialwright.record.ledger import entered_in
from trialwright.record.participant import Participant
from trialwright.terms.message import Message, message

_MARKS = frozenset({"signed", "source_verified"})
READ_AGAIN = _MARKS | {"casebook_locked", "masked"}
"""The types of events that say something of the events before them."""


class Problem(NamedTuple):
    """What does not hold, and of which row; 0: of the one that is read."""

    message: Message
    row: int = 0


class _Masking(NamedTuple):
    row: int
    stream: str
    digests: frozenset[str]


class Again:
    """Notes while a chain is followed what must be read again, and then says what does not hold."""

    def __init__(self) -> None:
        self._until: dict[str, int] = {}
        """The last event of a participant up to which the book is made."""
        self._masked: dict[int, list[_Masking]] = {}
        self._books: dict[str, ParticipantBook] = {}
        self._newest: dict[str, int] = {}

    @property
    def anything(self) -> bool:
        """Whether anything must be read again."""
        return bool(self._until or self._masked)

    def take(self, written: Mapping[str, Any]) -> None:
        """Note an event of one of the types in `READ_AGAIN`."""
        if written["type"] != "masked":
            self._until[written["stream"]] = written["position"]
        else:
            one = _Masking(written["position"], written["stream"], frozenset(written["data"]["digests"]))
            self._masked.setdefault(written["data"]["of"], []).append(one)

    def problem(self, event: Event, known: Callable[[str], KnownStudy]) -> Problem | None:
        """What does not hold of the next event, read again; `known` gives a version of the definition."""
        for masking in self._masked.get(event.position, ()):
            if masking.stream != event.stream or not masking.digests <= set(entered_in(event)):
                return Problem(
                    message("It masks no texts of event {position}.", position=event.position), masking.row
                )
            if not masking.digests.isdisjoint(_data_in(event, known)):
                return Problem(
                    message("It masks what is no free text: numbers, dates and coded answers are corrected."),
                    masking.row,
                )
        found = self._fold(event) if event.position <= self._until.get(event.stream, 0) else None
        return None if found is None else Problem(found)

    def _fold(self, event: Event) -> Message | None:
        book = self._books.get(event.stream)
        if book is None:
            book = self._books[event.stream] = ParticipantBook(event.stream.partition("/")[2])
        found = self._stands(event, book.participant) if event.type in _MARKS else None
        if event.type == "casebook_locked":
            found = next(iter(open_ends(None, book.participant)), None)
        try:
            book.apply(event, _no_text)
        except UnreadableEvent:
            found = message("No reader can take it in.")
        if event.position == self._until[event.stream]:
            del self._books[event.stream]
        return found

    def _stands(self, event: Event, participant: Participant) -> Message | None:
        """A signature or verification is of what stood there then; its form never goes back to an older one."""
        if event.version < self._newest.get(event.type, 0):
            return message("Newer events of the type {type} come before it.", type=event.type)
        self._newest[event.type] = event.version
        wanted = content_digest(participant, event.data["target"], form=event.version)
        if event.data["digest"] == wanted:
            return None
        return message("Its digest is not that of what stood there.")


def _no_text(digest: str) -> str:
    """No text decides by which events something is stated."""
    return ""


def _data_in(event: Event, known: Callable[[str], KnownStudy]) -> Iterator[str]:
    """The digests in an event of what is data for certain, as `mask` tells it."""
    data = event.data
    if event.type in ("form_recorded", "form_corrected"):
        form = known(event.study_version).forms[data["form"]]
        for item in data["items"]:
            place = form.place(item["path"])
            if place is not None and place.item.type not in FREE_TYPES:
                yield from digests(item["value"])
    elif event.type == "screened":
        for fact in data["facts"]:
            yield from measured(fact)
    else:
        yield from measured({**data, **data.get("values", {})})
