"""The store of a ledger in a folder.

| file | holds |
|---|---|
| manifest.json | format, study, whether it is a rehearsal, and the digests of all files as of the last closing |
| events.jsonl | one event a line, canonical JSON with its hash, in the order of the chain |
| entered.jsonl | one entered text a line: digest, salt, text (null where it is masked) |
| definitions/<digest>.json | every version of the study definition that events name, canonical JSON |

Texts are written and synced before the event that names them, so a killed process leaves at most an incomplete last
line, which the next writer takes away, and texts that no event names. A lock on the file `lock` keeps writers apart.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trialwright
from trialwright.record.event import Call, Draw, Event, Payload, Proposal, canonical, event_from, row
from trialwright.record.ledger import Index, Moved
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
    return Archive(folder, manifest, draw=draw)


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
        self._index = Index()
        self._texts: dict[str, Payload] = {}
        self._studies: dict[str, Study] = {}
        self._read = {EVENTS: 0, ENTERED: 0}
        self._held = False
        self.refresh()

    # reading

    def refresh(self) -> None:
        """Take in what other writers added since; raises `ArchiveBroken` at a line that is no event."""
        for line in self._new_lines(ENTERED):
            payload = Payload(**_object(line, ENTERED))
            self._texts[payload.digest] = payload
        for line in self._new_lines(EVENTS):
            try:
                event = event_from(_object(line, EVENTS))
            except TypeError:
                raise ArchiveBroken(message("A line of {file} is no event.", file=EVENTS)) from None
            head = self._index.head
            if event.position != (head.position if head else 0) + 1:
                raise ArchiveBroken(
                    message(
                        "Event {position} of {file} is out of order.", position=event.position, file=EVENTS
                    )
                )
            self._index.add(event)

    def _new_lines(self, name: str) -> Iterator[bytes]:
        """Complete lines not read yet; an incomplete last line is somebody's unfinished writing."""
        with (self.folder / name).open("rb") as file:
            file.seek(self._read[name])
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._read[name] += len(line)
                yield line

    def events(self) -> Iterator[Event]:
        """See `Store.events`."""
        everything = [event for name in self._index.streams() for event in self._index.stream(name)]
        return iter(sorted(everything, key=lambda event: event.position))

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
        return self._texts[digest].text or ""

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
            if payloads:
                self._write(ENTERED, b"".join(canonical(one._asdict()) + b"\n" for one in payloads))
                self._texts.update((one.digest, one) for one in payloads)
            self._write(EVENTS, canonical({**row(event), "hash": event.hash}) + b"\n")
            self._index.add(event)
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

    def mask(self, digests: Sequence[str]) -> None:
        """Blank entered texts, here and in the file; the event that says so is written already."""
        with self.holding():
            for digest in digests:
                self._texts[digest] = self._texts[digest]._replace(text=None)
            data = b"".join(canonical(one._asdict()) + b"\n" for one in self._texts.values())
            _replace(self.folder / ENTERED, data)
            self._read[ENTERED] = len(data)

    def add_definition(self, study: Study) -> str:
        """Put a version of the definition into the archive; gives the version."""
        version = version_of(study)
        path = self.folder / DEFINITIONS / f"{version.removeprefix('sha256:')}.json"
        if not path.exists():
            _replace(path, canonical_json(study))
        return version

    def definition(self, version: str) -> Study:
        """The study of a version; raises `KeyError` for one that is not here."""
        if version not in self._studies:
            path = self.folder / DEFINITIONS / f"{version.removeprefix('sha256:')}.json"
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


def _object(line: bytes, name: str) -> dict[str, Any]:
    try:
        read = json.loads(line)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise ArchiveBroken(message("A line of {file} is no JSON object.", file=name))
    return read


def _replace(path: Path, data: bytes) -> None:
    """Put a file in place whole, or not at all."""
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
