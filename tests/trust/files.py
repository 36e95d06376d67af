"""Doing things to the files of an archive that nobody should do."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from trialwright.exchange.archive.files import ENTERED, EVENTS, MANIFEST, manifest_form
from trialwright.record.books import ParticipantBook, UnknownEvent, UnreadableEvent
from trialwright.record.content import content_digest
from trialwright.record.event import GENESIS, canonical, digests, event_from, row_hash


def rewrite(path: Path, change: Callable[[list[Any]], list[Any]]) -> None:
    """Read the rows of a file, change them, and write them back."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_bytes(b"".join(canonical(row) + b"\n" for row in change(rows)))


def forge(archive: Path, change: Callable[[dict[str, Any]], None], *, signed: bool = True) -> None:
    """Change events and make every hash, and the manifest, fit again: what somebody with all files at hand can do.

    `signed`: the digests of signatures too.
    """

    def changed(rows: list[Any]) -> list[Any]:
        for written in rows:
            change(written)
        return rows

    forge_rows(archive, changed, signed=signed)


def forge_rows(archive: Path, change: Callable[[list[Any]], list[Any]], *, signed: bool = True) -> None:
    """The same of all events at once: what is added, left out or put elsewhere gets its place; see `forge`."""
    rewrite(archive / EVENTS, lambda rows: _chained(change(rows), signed=signed))
    rows = (archive / EVENTS).read_text(encoding="utf-8").splitlines()
    restate(archive, events=len(rows), head=json.loads(rows[-1])["hash"])


def _chained(rows: list[Any], *, signed: bool) -> list[Any]:
    previous, places, books = GENESIS, Counter[str](), dict[str, ParticipantBook]()
    for position, written in enumerate(rows, start=1):
        written.pop("hash", None)
        stream = written["stream"]
        places[stream] += 1
        written |= {"position": position, "stream_position": places[stream], "previous": previous}
        book = books.setdefault(stream, ParticipantBook(stream.partition("/")[2]))
        about = stream.startswith("participant/")
        if signed and about and len(str(written["data"].get("digest", ""))) == len(GENESIS):
            target, form = written["data"]["target"], written["version"]
            written["data"]["digest"] = content_digest(book.participant, target, form=form)
        written["hash"] = previous = row_hash(written)
        if about:
            with suppress(UnknownEvent, UnreadableEvent):  # nobody can read what is forged there
                book.apply(event_from(written), lambda digest: "")
    return rows


def write_texts(archive: Path, texts: Mapping[str, tuple[str, str]]) -> None:
    """Write the entered texts for the events that are there; `texts`: further ones, salt and text by digest."""
    known = {
        digest: (salt, text)
        for line in (archive / ENTERED).read_text(encoding="utf-8").splitlines()
        for digest, salt, text in json.loads(line)
    }
    known.update(texts)
    rows = [json.loads(line) for line in (archive / EVENTS).read_text(encoding="utf-8").splitlines()]
    named = [[*digests(row["data"]), row["reason"]] for row in rows]
    there = [[one for one in dict.fromkeys(map(str, found)) if one in known] for found in named]
    lines = [[[digest, *known[digest]] for digest in one] for one in there if one]
    (archive / ENTERED).write_bytes(b"".join(canonical(line) + b"\n" for line in lines))


def restate(archive: Path, **parts: Any) -> None:
    """Write other parts into the manifest, as a manifest is written."""
    manifest = json.loads((archive / MANIFEST).read_text(encoding="utf-8"))
    (archive / MANIFEST).write_bytes(manifest_form({**manifest, **parts}))
