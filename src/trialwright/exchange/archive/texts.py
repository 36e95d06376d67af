"""The file of entered texts beside the chain: one line for each event that has any, in the order of the events.

A line holds exactly the texts that its event names, each once, in the order in which they stand there, as canonical
JSON: `[[digest, salt, text], ...]`; a masked one `[digest, "", null]`. Behind the last line may stand what a killed writer left: texts that no event names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

from pydantic_core import from_json

from trialwright.exchange.archive.canonical import CanonicalForm
from trialwright.exchange.archive.files import DIGEST, ENTERED
from trialwright.exchange.archive.found import Found
from trialwright.record.event import digests, entered_digest
from trialwright.record.event_types import EVENT_TYPES
from trialwright.terms.message import Message, message

_SALT = re.compile(r"[0-9a-f]{32}")


_INSIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "items": ("value",),
    "queries": ("text", "says"),
    "deviations": ("text", "says"),
    "facts": ("value", "unit", "low", "high", "start", "end"),
}
"""The entered parts of the entries of a list, in the order in which actions write them."""

_PARTS: Final = {
    name: tuple(part.name for part in declared.data if part.entered) for name, declared in EVENT_TYPES.items()
}


def _as_before(written: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """The orders in which earlier writers put the texts of an event: as its parts are declared, the reason first or last."""
    reason, data, found = written["reason"], written["data"], []
    for part in _PARTS[written["type"]]:
        value = data.get(part, "")
        if type(value) is list:
            names = _INSIDE[part]
            found += [
                one[name]["entered"] for one in value for name in names if type(one.get(name, "")) is dict
            ]
        else:
            found += digests(value)
    reasons = [reason] if reason else []
    return tuple(dict.fromkeys([*reasons, *found])), tuple(dict.fromkeys([*found, *reasons]))


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

    def follow(self, named: tuple[str, ...], written: Mapping[str, Any]) -> Any:
        """Read the line of an event that names these texts, and give its entries; raises `Found`."""
        position = written["position"]
        found = next(self._lines, None)
        if found is None:
            self._number += 1
            self._fail(message("The entered texts of event {position} are missing.", position=position))
        self._number, line = found
        entries = self._entries(line)
        here = tuple([entry[0] for entry in entries])
        if here != named and not self._stood(here, named, written):
            self._fail(message("These are not the entered texts of event {position}.", position=position))
        return entries

    def _stood(self, here: tuple[str, ...], named: tuple[str, ...], written: Mapping[str, Any]) -> bool:
        """Whether an earlier writer put the texts so: those of a correction as somebody named its values."""
        if written["type"] == "corrected":
            return sorted(here) == sorted(named)
        return here in _as_before(written)

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
