"""The file of entered texts beside the chain: one line for each event that has any, in the order of the events.

A line holds exactly the texts that its event names, each once, as canonical JSON: `[[digest, salt, text], ...]`; a
masked one `[digest, "", null]`. Behind the last line may stand what a killed writer left: texts that no event names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NoReturn

from pydantic_core import from_json

from trialwright.exchange.archive.canonical import CanonicalForm
from trialwright.exchange.archive.files import DIGEST, ENTERED
from trialwright.exchange.archive.found import Found
from trialwright.record.event import entered_digest
from trialwright.terms.message import Message, message

_SALT = re.compile(r"[0-9a-f]{32}")


class Texts:
    """Reads the file beside the chain, line by line with the events. `lines`: its complete lines with their numbers."""

    def __init__(self, lines: Iterator[tuple[int, bytes]]) -> None:
        self._lines = lines
        self._form = CanonicalForm()
        self._number = 0
        self.count = 0
        self.blank: dict[str, int] = {}
        """The line of each text that is blank, by its digest."""
        self.unnamed: dict[str, int] = {}
        """The line of each text that no event names, by its digest."""

    def follow(self, named: Collection[str], *, position: int) -> None:
        """Read the line of an event that names these texts; raises `Found`."""
        found = next(self._lines, None)
        if found is None:
            self._number += 1
            self._fail(message("The entered texts of event {position} are missing.", position=position))
        self._number, line = found
        entries = self._entries(line)
        if len(entries) != len(named) or any(entry[0] not in named for entry in entries):
            self._fail(message("These are not the entered texts of event {position}.", position=position))
        if len(entries) > 1 and len({entry[0] for entry in entries}) < len(entries):
            self._fail(message("These are not the entered texts of event {position}.", position=position))

    def rest(self) -> None:
        """Read what follows the texts of the last event; raises `Found`."""
        for number, line in self._lines:
            self._number = number
            for digest, _salt, text in self._entries(line):
                if text is None or digest in self.unnamed:
                    self._fail(message("No event names this text."))
                self.unnamed[digest] = number

    def _entries(self, line: bytes) -> Any:
        try:
            entries = from_json(line, cache_strings="none")
            right = self._form.is_of(entries, line) and len(entries) > 0
            fits = [self._fits(digest, salt, text) for digest, salt, text in entries]
        except (ValueError, TypeError, AttributeError):
            right, fits = False, []
        if not right:
            self._fail(message("These are no entered texts."))
        if not all(fits):
            self._fail(message("The text is not the one that was entered."))
        self.count += len(entries)
        return entries

    def _fits(self, digest: str, salt: str, text: str | None) -> bool:
        if text is None:
            self.blank.setdefault(digest, self._number)
            return salt == "" and DIGEST.fullmatch(digest) is not None
        return _SALT.fullmatch(salt) is not None and entered_digest(salt, text) == digest

    def _fail(self, problem: Message) -> NoReturn:
        raise Found(ENTERED, self._number, problem)
