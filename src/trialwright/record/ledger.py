"""The ledger: an append-only chain of events, what a store of it must do, and the store in memory.

Nothing is updated or removed; appending a `masked` event blanks the texts it names, and nothing else ever does. A writer says which positions it decided on; if a stream or counter has moved, the
ledger refuses (`Moved`) and the writer decides again. The same call twice gives the one event it gave.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import takewhile
from typing import NamedTuple, Protocol

from trialwright.record.event import (
    Call,
    Draw,
    Entered,
    Event,
    Payload,
    Proposal,
    canonical,
    named_by,
    says,
    seal,
)


class Moved(NamedTuple):
    """The ledger went on since the writer looked: which stream or counter, where it was thought to be, where it is."""

    stream: str
    decided_on: int
    now: int


class CallReused(ValueError):
    """A call id came again with other content; the argument is the id."""


class Store(Protocol):
    """What every store of a ledger does."""

    def append(self, proposal: Proposal, call: Call) -> Event | Moved:
        """Write one event, or nothing. A call that was written already gives its event again.

        A `masked` event blanks the texts it names. Raises `CallReused` where the id was used for something else.
        """

    def holding(self) -> AbstractContextManager[None]:
        """Keep other writers out for several calls."""

    def events(self) -> Iterator[Event]:
        """All events in order."""

    def stream(self, name: str) -> Sequence[Event]:
        """The events of one stream in order; none if there is no such stream."""

    def streams(self) -> Sequence[str]:
        """The names of all streams, in order of their first event."""

    def counter(self, name: str) -> int:
        """The last number a series gave; 0 if it gave none."""

    def call(self, id: str) -> Event | None:
        """The event that a call gave, if it gave one."""

    def text(self, digest: str) -> str:
        """An entered text; '' where it is masked. Raises `KeyError` for a digest nobody entered."""

    @property
    def head(self) -> Event | None:
        """The last event."""


class Index:
    """What a store knows of its chain without reading it again: streams, counters, calls."""

    def __init__(self) -> None:
        self.head: Event | None = None
        self._streams: dict[str, list[Event]] = {}
        self._counters: dict[str, int] = {}
        self._calls: dict[str, Event] = {}

    def add(self, event: Event) -> None:
        """Take in the next event."""
        self.head = event
        self._streams.setdefault(event.stream, []).append(event)
        self._calls[event.id] = event
        for name, number in event.series.items():
            self._counters[name] = number

    def stream(self, name: str) -> Sequence[Event]:
        """See `Store.stream`."""
        return self._streams.get(name, ())

    def streams(self) -> Sequence[str]:
        """See `Store.streams`."""
        return tuple(self._streams)

    def counter(self, name: str) -> int:
        """See `Store.counter`."""
        return self._counters.get(name, 0)

    def call(self, id: str) -> Event | None:
        """See `Store.call`."""
        return self._calls.get(id)

    def repeated(self, proposal: Proposal, call: Call, texts: Callable[[str], str]) -> Event | None:
        """The event this call gave already; raises `CallReused` where it was another call."""
        event = self.call(call.id)
        if event and not repeats(event, proposal, call, texts):
            raise CallReused(call.id)
        return event

    def moved(self, proposal: Proposal) -> Moved | None:
        """Whether the chain went on since the writer looked."""
        for name, position in proposal.decided_on.items():
            now = len(self.stream(name))
            if now != position:
                return Moved(name, position, now)
        for name, number in proposal.series.items():
            last = self.counter(name)
            if last != number - 1:
                return Moved(name, number - 1, last)
        return None

    def seal(self, proposal: Proposal, call: Call, draw: Draw) -> tuple[Event, tuple[Payload, ...]]:
        """The next event and its payloads, not yet taken in."""
        position = len(self.stream(proposal.stream)) + 1
        return seal(proposal, call, previous=self.head, stream_position=position, draw=draw)


class MemoryLedger:
    """The ledger in memory. `draw` gives the salts of entered texts."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._index = Index()
        self._events: list[Event] = []
        self._payloads: dict[str, Payload] = {}

    def holding(self) -> AbstractContextManager[None]:
        """See `Store.holding`: there is no other writer."""
        return nullcontext()

    def append(self, proposal: Proposal, call: Call) -> Event | Moved:
        """See `Store.append`."""
        repeated = self._index.repeated(proposal, call, self.text)
        if repeated:
            return repeated
        moved = self._index.moved(proposal)
        if moved:
            return moved
        event, payloads = self._index.seal(proposal, call, self._draw)
        self._payloads.update((payload.digest, payload) for payload in payloads)
        self._events.append(event)
        self._index.add(event)
        for digest in masked_by(event):
            self._payloads[digest] = Payload(digest, "", None)
        return event

    def events(self) -> Iterator[Event]:
        """See `Store.events`."""
        return iter(self._events)

    def stream(self, name: str) -> Sequence[Event]:
        """See `Store.stream`."""
        return tuple(self._index.stream(name))

    def streams(self) -> Sequence[str]:
        """See `Store.streams`."""
        return self._index.streams()

    def counter(self, name: str) -> int:
        """See `Store.counter`."""
        return self._index.counter(name)

    def call(self, id: str) -> Event | None:
        """See `Store.call`."""
        return self._index.call(id)

    def text(self, digest: str) -> str:
        """See `Store.text`."""
        return self._payloads[digest].text or ""

    @property
    def head(self) -> Event | None:
        """See `Store.head`."""
        return self._index.head

    def payloads(self) -> Mapping[str, Payload]:
        """What lies beside the chain, by digest."""
        return self._payloads


class Earlier:
    """A ledger as it stood after one of its events: what came later is not there. It is only read.

    A text that was masked since is masked here too.
    """

    def __init__(self, store: Store, *, head: Event | None) -> None:
        self._store = store
        self._head = head
        self._last = head.position if head else 0

    def holding(self) -> AbstractContextManager[None]:
        """See `Store.holding`: nobody writes into the past."""
        return nullcontext()

    def append(self, proposal: Proposal, call: Call) -> Event | Moved:
        """Raises `TypeError`: nothing is written into the past."""
        raise TypeError("a ledger as it stood takes no events")

    def events(self) -> Iterator[Event]:
        """See `Store.events`."""
        return takewhile(lambda event: event.position <= self._last, self._store.events())

    def stream(self, name: str) -> Sequence[Event]:
        """See `Store.stream`."""
        events = self._store.stream(name)
        return events[: bisect_right(events, self._last, key=lambda event: event.position)]

    def streams(self) -> Sequence[str]:
        """See `Store.streams`."""
        return tuple(name for name in self._store.streams() if self.stream(name))

    def counter(self, name: str) -> int:
        """See `Store.counter`."""
        return max((event.series.get(name, 0) for event in self.events()), default=0)

    def call(self, id: str) -> Event | None:
        """See `Store.call`."""
        event = self._store.call(id)
        return event if event is not None and event.position <= self._last else None

    def text(self, digest: str) -> str:
        """See `Store.text`."""
        return self._store.text(digest)

    @property
    def head(self) -> Event | None:
        """See `Store.head`."""
        return self._head


def earlier(store: Store, *, until: str) -> Earlier:
    """Give a ledger as it stood at a moment: with every event up to and including it.

    `until`: UTC, ISO 8601 ending in Z, as events state it (`Call.at`), so that texts compare as moments do.
    """
    head = None
    for event in store.events():
        if event.at > until:
            break
        head = event
    return Earlier(store, head=head)


def repeats(event: Event, proposal: Proposal, call: Call, texts: Callable[[str], str]) -> bool:
    """Whether an event says what a call and its proposal say: who, what, where, why, about whom; not when.

    `texts` gives an entered text by its digest; one that was masked since may have been any.
    """
    return (
        says_same_of_call(event, call, texts)
        and (event.type, event.stream) == (proposal.type, proposal.stream)
        and says(event.data, proposal.data, texts)
    )


def says_same_of_call(event: Event, call: Call, texts: Callable[[str], str]) -> bool:
    """Whether an event says of its call what a call says: who, what, where and why; not when. `texts`: see `repeats`."""
    return (event.action, event.actor, event.site) == (call.action, call.actor, call.site) and says(
        {"entered": event.reason} if event.reason else "", _reason(call), texts
    )


def _reason(call: Call) -> Entered | str:
    return Entered(call.reason) if call.reason else ""


def entered_in(event: Event) -> tuple[str, ...]:
    """The digests of all texts a person entered for an event, each once, as they stand in its canonical form."""
    return named_by(json.loads(canonical(dict(event.data))), event.reason)


def masked_by(event: Event) -> Sequence[str]:
    """The digests of the texts that an event blanks: none, unless it is a masking."""
    return tuple(event.data["digests"]) if event.type == "masked" else ()
