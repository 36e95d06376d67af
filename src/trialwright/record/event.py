"""Events: what the ledger is made of, their canonical form, and the hash that chains them.

Canonical form is RFC 8785. Numbers are counters; whatever a person entered is text, and stands in the event only as
the salted digest of that text, `{"entered": digest}`. Salt and text lie in a payload store beside the chain, so that
a name typed by mistake can be blanked there while the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeGuard

GENESIS = "0" * 64
_ENTERED = b"trialwright entered\x00"
SALT_BYTES = 16

Draw = Callable[[int], bytes]
"""Gives that many bytes nobody can foretell."""


class Entered(NamedTuple):
    """A text a person entered, on its way into an event."""

    text: str


class Payload(NamedTuple):
    """What lies beside the chain for one entered text. `text` None: masked; then `salt` is ''.

    Without its salt a digest tells nothing; with it, somebody could try names until one fits.
    """

    digest: str
    salt: str
    text: str | None


class Call(NamedTuple):
    """Who does what, when, by which call. The same `id` twice gives one event. `at`: UTC, ISO 8601 ending in Z."""

    id: str
    at: str
    actor: str
    role: str
    site: str
    action: str
    reason: str
    study_version: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """An event an action asks the ledger to write.

    `decided_on`: the last position of every stream the action read; if one has moved, nothing is written.
    `series`: counters this event takes the next number of, with the number it decided on.
    `data` may hold `Entered` texts anywhere in its dicts and lists.
    """

    stream: str
    type: str
    version: int
    data: Mapping[str, Any]
    decided_on: Mapping[str, int]
    series: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the ledger. `data` holds digests where people entered texts; see `opened`."""

    position: int
    stream: str
    stream_position: int
    id: str
    type: str
    version: int
    at: str
    actor: str
    role: str
    site: str
    action: str
    reason: str
    study_version: str
    series: Mapping[str, int]
    data: Mapping[str, Any]
    previous: str
    hash: str


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> bytes:
    """Write a value of texts, whole numbers, yes/no, lists and maps with ASCII keys as RFC 8785 asks."""
    return _ENCODER.encode(value).encode()


def entered_digest(salt: str, text: str) -> str:
    """The digest of an entered text with its salt (hexadecimal)."""
    return hashlib.sha256(_ENTERED + bytes.fromhex(salt) + text.encode()).hexdigest()


def row(event: Event) -> dict[str, Any]:
    """The event as the map that is written down, its hash left out."""
    return {
        "position": event.position,
        "stream": event.stream,
        "stream_position": event.stream_position,
        "id": event.id,
        "type": event.type,
        "version": event.version,
        "at": event.at,
        "actor": event.actor,
        "role": event.role,
        "site": event.site,
        "action": event.action,
        "reason": event.reason,
        "study_version": event.study_version,
        "series": dict(event.series),
        "data": dict(event.data),
        "previous": event.previous,
    }


def row_hash(written: Mapping[str, Any]) -> str:
    """The hash of a row without its own hash."""
    return hashlib.sha256(canonical(written)).hexdigest()


_FORM: Mapping[str, type] = {
    "position": int,
    "stream": str,
    "stream_position": int,
    "id": str,
    "type": str,
    "version": int,
    "at": str,
    "actor": str,
    "role": str,
    "site": str,
    "action": str,
    "reason": str,
    "study_version": str,
    "series": dict,
    "data": dict,
    "previous": str,
    "hash": str,
}
_NAMES, _TYPES = tuple(_FORM), tuple(_FORM.values())


def is_written(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether something read from JSON is a row with its hash: every part, of its type, and nothing else."""
    return (
        type(value) is dict
        and len(value) == len(_NAMES)
        and tuple(map(type, map(value.get, _NAMES))) == _TYPES
        and (not value["series"] or all(type(number) is int for number in value["series"].values()))
    )


def event_from(written: Mapping[str, Any]) -> Event:
    """The event of a row with its hash; raises `TypeError` where a part is missing or unknown."""
    return Event(**written)


def seal(
    proposal: Proposal, call: Call, *, previous: Event | None, stream_position: int, draw: Draw
) -> tuple[Event, tuple[Payload, ...]]:
    """Make the next event of the chain, and the payloads of the texts in it.

    `stream_position`: its place in its stream, from 1. `draw` gives the salts.
    """
    payloads: dict[str, Payload] = {}
    known: dict[str, str] = {}

    def close(value: Any) -> Any:
        kind = type(value)
        if kind is str or kind is int:
            return value
        if kind is Entered:
            if value.text not in known:
                salt = draw(SALT_BYTES).hex()
                digest = entered_digest(salt, value.text)
                known[value.text] = digest
                payloads[digest] = Payload(digest, salt, value.text)
            return {"entered": known[value.text]}
        if isinstance(value, dict):
            return {key: close(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [close(part) for part in value]
        return value

    reason = close(Entered(call.reason))["entered"] if call.reason else ""
    written = {
        "position": previous.position + 1 if previous else 1,
        "stream": proposal.stream,
        "stream_position": stream_position,
        "id": call.id,
        "type": proposal.type,
        "version": proposal.version,
        "at": call.at,
        "actor": call.actor,
        "role": call.role,
        "site": call.site,
        "action": call.action,
        "reason": reason,
        "study_version": call.study_version,
        "series": dict(proposal.series),
        "data": close(dict(proposal.data)),
        "previous": previous.hash if previous else GENESIS,
    }
    in_order = named_by(json.loads(canonical(written["data"])), reason)
    return event_from({**written, "hash": row_hash(written)}), tuple(payloads[one] for one in in_order)


def says(written: Any, proposed: Any, texts: Callable[[str], str]) -> bool:
    """Whether data in an event say what a proposal says; a text that was masked since may have been any.

    `texts` gives the text of a digest, '' where it is masked.
    """
    if isinstance(proposed, Entered):
        digest = written.get("entered", "") if isinstance(written, Mapping) else ""
        return digest != "" and texts(digest) in ("", proposed.text)
    if isinstance(proposed, Mapping):
        return (
            isinstance(written, Mapping)
            and written.keys() == proposed.keys()
            and all(says(written[name], part, texts) for name, part in proposed.items())
        )
    if isinstance(proposed, list | tuple):
        return (
            isinstance(written, list | tuple)
            and len(written) == len(proposed)
            and all(says(one, part, texts) for one, part in zip(written, proposed, strict=True))
        )
    return type(written) is type(proposed) and written == proposed


def named_by(data: Mapping[str, Any], reason: str) -> tuple[str, ...]:
    """The digests of the texts entered for an event, each once, in the order in which they stand in its canonical form.

    `data`: with its names in the order of that form.
    """
    found = digests(data)
    if reason:
        found.append(reason)
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)


def digests(value: Any) -> list[str]:
    """All digests of entered texts inside a value made of dicts, lists and plain values."""
    found: list[str] = []
    _collect(value, found)
    return found


def _collect(value: Any, found: list[str]) -> None:
    kind = type(value)
    if kind is dict:
        if len(value) == 1 and "entered" in value:
            found.append(value["entered"])
            return
        for part in value.values():
            if type(part) is not str:
                _collect(part, found)
    elif kind is list:
        for part in value:
            _collect(part, found)


def opened(value: Any, texts: Callable[[str], str]) -> Any:
    """The value with every digest replaced by its text; `texts` gives it ('' where it is masked)."""
    kind = type(value)
    if kind is dict:
        if len(value) == 1 and "entered" in value:
            return texts(value["entered"])
        return {key: part if type(part) is str else opened(part, texts) for key, part in value.items()}
    if kind is list:
        return [opened(part, texts) for part in value]
    return value
