"""The lines of `events.jsonl`: where each event lies, so that it is read only when somebody asks for it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

from pydantic_core import from_json

from trialwright.exchange.archive.files import EVENTS, ArchiveBroken
from trialwright.record.event import Event, canonical, event_from, is_written, row, row_hash
from trialwright.record.ledger import Index, entered_in, masked_by
from trialwright.terms.message import message


class FileIndex(Index):
    """An index that keeps of each event only where it lies in the file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._lines: dict[str, array[int]] = {}
        self._all = array("Q")
        self._ids: dict[str, int] = {}
        self._named_at: int | None = None

    def take(self, offset: int, line: bytes) -> tuple[bytes, ...]:
        """Take in the event of a line, and give the digests it masks; its data are read when somebody asks.

        Raises `ArchiveBroken`.
        """
        event = read_event(_without_data(line))
        last = self.head.position if self.head else 0
        if event.position != last + 1:
            raise ArchiveBroken(
                message("Event {position} of {file} is out of order.", position=event.position, file=EVENTS)
            )
        self.head = event
        self._lines.setdefault(event.stream, array("Q")).append(offset)
        self._all.append(offset)
        self._ids[event.id] = offset
        self._counters.update(event.series)
        if event.reason or b'{"entered":"' in line:  # a quote inside of a text is escaped
            self._named_at = offset
        if event.type != "masked":
            return ()
        return tuple(bytes.fromhex(digest) for digest in masked_by(read_event(line)))

    def stream(self, name: str) -> Sequence[Event]:
        """See `Store.stream`."""
        return _Events(self._path, self._lines.get(name, array("Q")))

    def everything(self) -> Sequence[Event]:
        """All events in order."""
        return _Events(self._path, self._all)

    def streams(self) -> Sequence[str]:
        """See `Store.streams`."""
        return tuple(self._lines)

    def follows(self, line: bytes) -> bool:
        """Whether a line is the next event, whole but for the end of the line."""
        try:
            event = read_event(line)
        except ArchiveBroken:
            return False
        last = self.head
        return (
            canonical({**row(event), "hash": event.hash}) == line
            and row_hash(row(event)) == event.hash
            and last is not None
            and (event.position, event.previous) == (last.position + 1, last.hash)
        )

    def last_named(self) -> tuple[int, set[str]]:
        """The position of the last event that has entered texts, and their digests; 0 and none where no event has."""
        if self._named_at is None:
            return 0, set()
        event = _Events(self._path, array("Q", [self._named_at]))[0]
        return event.position, set(entered_in(event))

    def names(self, digests: set[str]) -> bool:
        """Whether any event names one of the digests."""
        with self._path.open("rb") as file:
            return any(digest.encode() in line for line in file for digest in digests)

    def call(self, id: str) -> Event | None:
        """See `Store.call`."""
        offset = self._ids.get(id)
        return None if offset is None else _Events(self._path, array("Q", [offset]))[0]


class _Events(Sequence[Event]):
    """Events by their offsets in the file, read when they are asked for."""

    def __init__(self, path: Path, offsets: array[int]) -> None:
        self._path = path
        self._offsets = offsets

    def __len__(self) -> int:
        return len(self._offsets)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        if isinstance(index, slice):
            return _Events(self._path, self._offsets[index])
        with self._path.open("rb") as file:
            file.seek(self._offsets[index])
            return read_event(file.readline())

    def __iter__(self) -> Iterator[Event]:
        if not self._offsets:
            return
        with self._path.open("rb") as file:
            for offset in self._offsets:
                file.seek(offset)
                yield read_event(file.readline())


def _without_data(line: bytes) -> bytes:
    """A canonical row with its data emptied; an unescaped quote stands outside of every text."""
    before, after = line.find(b',"data":'), line.rfind(b',"hash":"')
    return b'%s,"data":{}%s' % (line[:before], line[after:]) if 0 < before < after else line


def read_event(line: bytes) -> Event:
    """The event of a line; raises `ArchiveBroken`."""
    try:
        written = from_json(line)
    except ValueError:
        written = None
    if not is_written(written):
        raise ArchiveBroken(message("A line of {file} is no event.", file=EVENTS)) from None
    return event_from(written)
