"""The store of a ledger in a folder.

| file | holds |
|---|---|
| manifest.json | format, study, whether it is a rehearsal, and the digests of all files as of the last closing |
| events.jsonl | one event a line, canonical JSON with its hash, in the order of the chain |
| entered.jsonl | the texts entered for one event a line: digest, salt and text of each ("" and null where masked) |
| definitions/<digest>.json | every version of the study definition that events name, canonical JSON |

Texts are written and synced before the event that names them, so a killed process leaves at most an incomplete last
line, which the next writer takes away, and texts that no event names. A masking is an event first; if the process is
killed before the texts are blank in the file, the next writer blanks them. A lock on the file `lock` keeps writers apart.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, overload

from pydantic_core import from_json

import trialwright
from trialwright.record.event import Call, Draw, Event, Payload, Proposal, canonical, event_from, row
from trialwright.record.ledger import Index, Moved, masked_by
from trialwright.study.canonical import canonical_json, study_of
from trialwright.study.canonical import version as version_of
from trialwright.study.model import Study
from trialwright.terms.message import Message, message

FORMAT = "trialwright archive 1"
MANIFEST, EVENTS, ENTERED, DEFINITIONS, LOCK = (
    "manifest.json",
    "events.jsonl",
    "entered.jsonl",
    "definitions",
    "lock",
)


class ArchiveBroken(ValueError):
    """The folder is no archive, or one that cannot be read: the sentence."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(sentence.template)
        self.message = sentence


def create_archive(folder: Path, study: Study, *, rehearsal: bool, draw: Draw) -> Archive:
    """Make an empty archive for a study; raises `ArchiveBroken` where the folder holds something."""
    if folder.exists() and any(folder.iterdir()):
        raise ArchiveBroken(message("{path} is not empty.", path=str(folder)))
    (folder / DEFINITIONS).mkdir(parents=True, exist_ok=True)
    for name in (EVENTS, ENTERED, LOCK):
        (folder / name).touch()
    archive = Archive(folder, {"format": FORMAT, "study": study.id, "rehearsal": rehearsal}, draw=draw)
    archive.add_definition(study)
    archive.write_manifest()
    return archive


def open_archive(folder: Path, *, draw: Draw) -> Archive:
    """Open an archive; raises `ArchiveBroken`. It is read, not verified: see `verify_archive`."""
    manifest = read_manifest(folder)
    try:
        return Archive(folder, manifest, draw=draw)
    except OSError as error:
        raise ArchiveBroken(
            message("{path} cannot be read: {reason}.", path=str(error.filename), reason=error.strerror or "")
        ) from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an archive; raises `ArchiveBroken`."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        raise ArchiveBroken(message("{path} is no archive of a trial.", path=str(folder))) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArchiveBroken(
            message(
                "{path} is an archive of another format; this software reads {format}.",
                path=str(folder),
                format=FORMAT,
            )
        )
    return manifest


class Archive:
    """A ledger in a folder; see the module. `draw` gives the salts of entered texts."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any], *, draw: Draw) -> None:
        self.folder = folder
        self.manifest = dict(manifest)
        self._draw = draw
        self._index = _FileIndex(folder / EVENTS)
        self._texts: dict[bytes, str | None] = {}
        self._masked: set[bytes] = set()
        self._still_to_blank = False
        self._studies: dict[str, Study] = {}
        self._offered: dict[str, Study] = {}
        self._read = {EVENTS: 0, ENTERED: 0}
        self._held = False
        self.refresh()

    # reading

    def refresh(self) -> None:
        """Take in what other writers added since; raises `ArchiveBroken` at a line that is no event.

        Events come first: the texts of every event that is here are here too. A masking rewrites the file of texts, so
        that it is read anew.
        """
        anew = self._still_to_blank
        for offset, line in self._new_lines(EVENTS):
            masked = self._index.take(offset, line)
            self._masked.update(masked)
            anew = anew or bool(masked)
        if anew:
            self._texts.clear()
            self._read[ENTERED], self._still_to_blank = 0, False
        for _, line in self._new_lines(ENTERED):
            try:
                for digest, _salt, text in from_json(line, cache_strings="none"):
                    self._take_text(bytes.fromhex(digest), text)
            except (ValueError, TypeError):
                raise ArchiveBroken(message("A line of {file} holds no texts.", file=ENTERED)) from None

    def _take_text(self, digest: bytes, text: str | None) -> None:
        if text is not None and digest in self._masked:
            text, self._still_to_blank = None, True
        self._texts[digest] = text

    def _new_lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """Complete lines not read yet, with their offsets; an incomplete last one is unfinished writing."""
        with (self.folder / name).open("rb") as file:
            file.seek(self._read[name])
            for line in file:
                if not line.endswith(b"\n"):
                    return
                yield self._read[name], line
                self._read[name] += len(line)

    def events(self) -> Iterator[Event]:
        """See `Store.events`."""
        return iter(self._index.everything())

    def stream(self, name: str) -> Sequence[Event]:
        """See `Store.stream`."""
        return self._index.stream(name)

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
        return self._texts[bytes.fromhex(digest)] or ""

    @property
    def head(self) -> Event | None:
        """See `Store.head`."""
        return self._index.head

    @property
    def rehearsal(self) -> bool:
        """Whether everyone in it is synthetic."""
        return bool(self.manifest["rehearsal"])

    # writing

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep other writers out for several calls."""
        if self._held:
            yield
            return
        with (self.folder / LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._held = True
            try:
                self.refresh()
                self._cut()
                if self._still_to_blank:
                    self._blank()
                yield
            finally:
                self._held = False

    def append(self, proposal: Proposal, call: Call) -> Event | Moved:
        """See `Store.append`."""
        with self.holding():
            repeated = self._index.repeated(proposal, call)
            if repeated:
                return repeated
            moved = self._index.moved(proposal)
            if moved:
                return moved
            event, payloads = self._index.seal(proposal, call, self._draw)
            named = event.data.get("version")
            if named in self._offered:
                self.add_definition(self._offered.pop(named))
            if payloads:
                self._write(ENTERED, canonical([list(one) for one in payloads]) + b"\n")
                self._texts.update((bytes.fromhex(one.digest), one.text) for one in payloads)
            offset = self._read[EVENTS]
            line = canonical({**row(event), "hash": event.hash}) + b"\n"
            self._write(EVENTS, line)
            masked = self._index.take(offset, line)
            if masked:
                self._masked.update(masked)
                self._blank()
            return event

    def _write(self, name: str, data: bytes) -> None:
        with (self.folder / name).open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self._read[name] += len(data)

    def _cut(self) -> None:
        """Take away what a killed writer left incomplete at the end of a file."""
        for name, read in self._read.items():
            path = self.folder / name
            if path.stat().st_size > read:
                with path.open("r+b") as file:
                    file.truncate(read)

    def _blank(self) -> None:
        """Blank every masked text, and its salt, here and in the file; the events that say so are written already."""
        self._texts.update(dict.fromkeys(self._masked))
        lines = (self.folder / ENTERED).read_bytes().splitlines()
        data = b"".join(canonical([self._blanked(one) for one in json.loads(line)]) + b"\n" for line in lines)
        _replace(self.folder / ENTERED, data)
        self._read[ENTERED], self._still_to_blank = len(data), False

    def _blanked(self, entered: Sequence[str | None]) -> Payload:
        digest, salt, text = entered
        masked = bytes.fromhex(str(digest)) in self._masked
        return Payload(str(digest), "" if masked else str(salt), None if masked else text)

    def add_definition(self, study: Study) -> str:
        """Put a version of the definition into the archive; gives the version."""
        version = version_of(study)
        path = self.definition_file(version)
        if not path.exists():
            _replace(path, canonical_json(study))
        return version

    def offer_definition(self, study: Study) -> str:
        """Hold a version ready that goes into the archive with the event that names it; gives the version."""
        version = version_of(study)
        if not self.definition_file(version).is_file():
            self._studies[version] = self._offered[version] = study
        return version

    def definition_file(self, version: str) -> Path:
        """Where a version of the definition lies, or would lie."""
        return self.folder / DEFINITIONS / f"{version.removeprefix('sha256:')}.json"

    def definition(self, version: str) -> Study:
        """The study of a version; raises `KeyError` for one that is not here."""
        if version not in self._studies:
            path = self.definition_file(version)
            if not path.is_file():
                raise KeyError(version)
            self._studies[version] = study_of(path.read_bytes())
        return self._studies[version]

    def write_manifest(self) -> None:
        """State the digests of all files as they are now."""
        head = self.head
        self.manifest = {
            **self.manifest,
            "software": f"trialwright {trialwright.__version__}",
            "events": head.position if head else 0,
            "head": head.hash if head else "",
            "definitions": {
                path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted((self.folder / DEFINITIONS).glob("*.json"))
            },
        }
        text = json.dumps(self.manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        _replace(self.folder / MANIFEST, text.encode())


class _FileIndex(Index):
    """An index that keeps of each event only where it lies in the file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._lines: dict[str, array[int]] = {}
        self._all = array("Q")
        self._ids: dict[str, int] = {}

    def take(self, offset: int, line: bytes) -> tuple[bytes, ...]:
        """Take in the event of a line, and give the digests it masks; its data are read when somebody asks.

        Raises `ArchiveBroken`.
        """
        event = _event(_without_data(line))
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
        if event.type != "masked":
            return ()
        return tuple(bytes.fromhex(digest) for digest in masked_by(_event(line)))

    def stream(self, name: str) -> Sequence[Event]:
        """See `Store.stream`."""
        return _Events(self._path, self._lines.get(name, array("Q")))

    def everything(self) -> Sequence[Event]:
        """All events in order."""
        return _Events(self._path, self._all)

    def streams(self) -> Sequence[str]:
        """See `Store.streams`."""
        return tuple(self._lines)

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
            return _event(file.readline())

    def __iter__(self) -> Iterator[Event]:
        if not self._offsets:
            return
        with self._path.open("rb") as file:
            for offset in self._offsets:
                file.seek(offset)
                yield _event(file.readline())


def _without_data(line: bytes) -> bytes:
    """A canonical row with its data emptied; an unescaped quote stands outside of every text."""
    before, after = line.find(b',"data":'), line.rfind(b',"hash":"')
    return b'%s,"data":{}%s' % (line[:before], line[after:]) if 0 < before < after else line


def _event(line: bytes) -> Event:
    try:
        return event_from(from_json(line))
    except (ValueError, TypeError):
        raise ArchiveBroken(message("A line of {file} is no event.", file=EVENTS)) from None


def _replace(path: Path, data: bytes) -> None:
    """Put a file in place whole, or not at all."""
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
