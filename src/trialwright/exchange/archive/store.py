"""The store of a ledger in a folder.

| file | holds |
|---|---|
| manifest.json | format, study, whether it is a rehearsal, how many events there are and the hash of the last, definitions |
| events.jsonl | one event a line, canonical JSON with its hash, in the order of the chain |
| entered.jsonl | the texts entered for one event a line: digest, salt and text of each ("" and null where masked) |
| definitions/<digest>.json | every version of the study definition that events name, canonical JSON |

Texts are written and synced before the event that names them, so a killed process leaves at most an incomplete last
line, or the texts of one event that is not there; the next writer takes both away. An event that lacks nothing but the
end of its line is no remnant: its line is ended. A masking is an event first; if the process is killed before the texts
are blank in the file, the next writer blanks them. A lock on the file `lock` keeps writers apart. Nobody writes into an
archive that holds fewer events than its manifest says.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic_core import from_json

import trialwright
from trialwright.exchange.archive.files import (
    DEFINITIONS,
    DIGEST,
    ENTERED,
    EVENTS,
    FORMAT,
    LOCK,
    LONGEST_LINE,
    MANIFEST,
    OWNER_ONLY,
    OWNER_ONLY_FOLDER,
    ArchiveBroken,
    check_ordinary,
    locked,
    manifest_form,
    read_manifest,
    read_part,
    replace_file,
)
from trialwright.exchange.archive.lines import FileIndex
from trialwright.exchange.bounded import MIB, bounded_lines
from trialwright.record.event import (
    Call,
    Draw,
    Event,
    Payload,
    Proposal,
    canonical,
    row,
)
from trialwright.record.ledger import Moved
from trialwright.study.canonical import canonical_json, study_of
from trialwright.study.canonical import version as version_of
from trialwright.study.model import Study
from trialwright.terms.message import message

_LEFT = ".*.part"


def _read_definition(path: Path) -> bytes:
    """The bytes of a definition, which must be what the name of its file says: people act by what stands there."""
    check_ordinary(path)
    data = read_part(path)
    if hashlib.sha256(data).hexdigest() != path.stem:
        raise ArchiveBroken(message("{path} is not the definition that its name says.", path=str(path)))
    return data


def create_archive(folder: Path, study: Study, *, rehearsal: bool, draw: Draw) -> Archive:
    """Make an archive without events for a study; raises `ArchiveBroken` where the folder holds something."""
    check_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for each in (folder, folder / DEFINITIONS):
        each.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)
    for name in (EVENTS, ENTERED):
        (folder / name).touch(mode=OWNER_ONLY)
    with locked(folder / LOCK):
        archive = Archive(folder, {"format": FORMAT, "study": study.id, "rehearsal": rehearsal}, draw=draw)
        archive.add_definition(study)
        if archive.head is None:
            archive._state()
    return archive


def check_free(folder: Path) -> None:
    """Raise `ArchiveBroken` where a folder for a new archive holds something else than one without events.

    One without events is what an opening leaves that was refused or stopped; the next one goes on with it.
    """
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not _is_unused(folder)):
        raise ArchiveBroken(message("{path} is not empty.", path=str(folder)))


def _is_unused(folder: Path) -> bool:
    """Whether a folder holds nothing but what an opening left that wrote no event; its manifest may be missing."""
    parts = {MANIFEST, EVENTS, ENTERED, DEFINITIONS, LOCK}
    names = {one.name for one in folder.iterdir() if not one.match(_LEFT)}
    if names - parts or DEFINITIONS not in names:
        return False
    chains = [folder / name for name in (EVENTS, ENTERED) if name in names]
    if any(not path.is_file() or path.stat().st_size for path in chains):
        return False
    return not (folder / MANIFEST).exists() or read_manifest(folder)["events"] == 0


def open_archive(folder: Path, *, draw: Draw) -> Archive:
    """Open an archive; raises `ArchiveBroken`. It is read, not verified: see `verify_archive`."""
    manifest = read_manifest(folder)
    try:
        for path in sorted((folder / DEFINITIONS).glob("*.json")):
            if DIGEST.fullmatch(path.stem):
                _read_definition(path)
        return Archive(folder, manifest, draw=draw)
    except OSError as error:
        raise ArchiveBroken(
            message("{path} cannot be read: {reason}.", path=str(error.filename), reason=error.strerror or "")
        ) from None


class Archive:
    """A ledger in a folder; see the module. `draw` gives the salts of entered texts."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any], *, draw: Draw) -> None:
        self.folder = folder
        self.manifest = dict(manifest)
        self._draw = draw
        self._index = FileIndex(folder / EVENTS)
        self._texts: dict[bytes, str | None] = {}
        self._masked: set[bytes] = set()
        self._still_to_blank = False
        self._studies: dict[str, Study] = {}
        self._offered: dict[str, Study] = {}
        self._read = {EVENTS: 0, ENTERED: 0}
        self._last_texts: deque[tuple[int, bytes]] = deque(maxlen=2)
        """The last two lines of the file of texts, with their offsets."""
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
            self._last_texts.clear()
            self._read[ENTERED], self._still_to_blank = 0, False
        for offset, line in self._new_lines(ENTERED):
            self._last_texts.append((offset, line))
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
            for _number, line, too_long in bounded_lines(file, longest=LONGEST_LINE):
                if too_long:
                    raise ArchiveBroken(
                        message(
                            "A line of {file} is longer than {most} MiB.", file=name, most=LONGEST_LINE // MIB
                        )
                    )
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
        """Whether everyone in it is synthetic, as the first event says; before it, the manifest."""
        first = next(self.events(), None)
        return bool(self.manifest["rehearsal"] if first is None else first.data.get("rehearsal"))

    # writing

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep other writers out for several calls."""
        if self._held:
            yield
            return
        with locked(self.folder / LOCK):
            self._held = True
            try:
                self._settle()
                yield
            finally:
                self._held = False

    def settle(self) -> None:
        """Finish what a writer before was stopped at, if one was: blank what is masked, take remnants away.

        Raises `OSError` where it cannot be written, `ArchiveBroken` where an end is missing.
        """
        if self._is_unfinished():
            with self.holding():
                pass

    def _is_unfinished(self) -> bool:
        """Whether it looks as if; who writes just now leaves it looking so for a moment, too."""
        if self._still_to_blank or self._left():
            return True
        if any((self.folder / name).stat().st_size > read for name, read in self._read.items()):
            return True
        return bool(self._last_texts) and _digests(self._last_texts[-1][1]) != self._index.last_named()[1]

    @property
    def readable(self) -> bool:
        """Whether a text that is masked can still be read in the file, because who masked it was stopped."""
        return self._still_to_blank

    def _settle(self) -> None:
        """Bring the files to where the writer before should have left them; raises `ArchiveBroken`."""
        self.refresh()
        if self._index.follows(self._rest(EVENTS)):
            self._write(EVENTS, b"\n", count=False)
            self.refresh()
        self._check_closing()
        self._cut()
        self._drop_unnamed()
        if self._still_to_blank:
            self._blank()
        for left in self._left():
            left.unlink()

    def _left(self) -> list[Path]:
        """What writers that were killed left beside the files they were to replace."""
        return [*self.folder.glob(_LEFT), *(self.folder / DEFINITIONS).glob(_LEFT)]

    def _check_closing(self) -> None:
        """Write nothing into an archive whose end is gone: the next manifest would hide that."""
        closing = read_manifest(self.folder)
        closed, here = closing["events"], self.head.position if self.head else 0
        if here < closed:
            raise ArchiveBroken(
                message(
                    "The manifest speaks of {closed} events; {count} are here.", closed=closed, count=here
                )
            )
        if closed and self._index.everything()[closed - 1].hash != closing["head"]:
            raise ArchiveBroken(message("The event is another one than the manifest names."))

    def append(self, proposal: Proposal, call: Call) -> Event | Moved:
        """See `Store.append`."""
        with self.holding():
            repeated = self._index.repeated(proposal, call, self.text)
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
                texts = canonical([list(one) for one in payloads]) + b"\n"
                self._last_texts.append((self._read[ENTERED], texts))
                self._write(ENTERED, texts)
                self._texts.update((bytes.fromhex(one.digest), one.text) for one in payloads)
            offset = self._read[EVENTS]
            line = canonical({**row(event), "hash": event.hash}) + b"\n"
            self._write(EVENTS, line)
            masked = self._index.take(offset, line)
            if masked:
                self._masked.update(masked)
                self._still_to_blank = True
                self._blank()
            return event

    def _write(self, name: str, data: bytes, *, count: bool = True) -> None:
        """Append to a file, all or nothing; raises `OSError` naming it. `count`: as read already."""
        path = self.folder / name
        with path.open("ab", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            left = memoryview(data)
            try:
                while left:
                    left = left[file.write(left) or 0 :]
                os.fsync(file.fileno())
            except OSError as error:
                with suppress(OSError):  # what stays is cut by the next writer
                    file.truncate(before)
                raise OSError(error.errno, error.strerror, str(path)) from error
        if count:
            self._read[name] += len(data)

    def _rest(self, name: str) -> bytes:
        """What stands behind the last complete line."""
        with (self.folder / name).open("rb") as file:
            file.seek(self._read[name])
            return file.read()

    def _cut(self) -> None:
        """Take away what a killed writer left incomplete at the end of a file."""
        for name, read in self._read.items():
            path = self.folder / name
            if path.stat().st_size > read:
                with path.open("r+b") as file:
                    file.truncate(read)

    def _drop_unnamed(self) -> None:
        """Take away the texts of an event that a killed writer did not come to write: nobody could mask them.

        Raises `ArchiveBroken` where they are no such remnant: an event names them, or those before them are not
        those of the last event that has any.
        """
        row, named = self._index.last_named()
        lines = [(offset, _digests(line)) for offset, line in self._last_texts]
        if not lines or lines[-1][1] == named:
            return
        offset, unnamed = lines[-1]
        before = lines[-2][1] if len(lines) > 1 else set()
        if before != named or self._index.names(unnamed):
            raise ArchiveBroken(
                message(
                    "{file}:{row}: the entered texts do not follow this event; verify the archive.",
                    file=EVENTS,
                    row=row,
                )
            )
        self._last_texts.pop()
        for digest in unnamed:
            del self._texts[bytes.fromhex(digest)]
        with (self.folder / ENTERED).open("r+b") as file:
            file.truncate(offset)
            os.fsync(file.fileno())
        self._read[ENTERED] = offset

    def _blank(self) -> None:
        """Blank every masked text, and its salt, here and in the file; the events that say so are written already."""
        self._texts.update(dict.fromkeys(self._masked))
        lines = (self.folder / ENTERED).read_bytes().splitlines()
        data = b"".join(canonical([self._blanked(one) for one in json.loads(line)]) + b"\n" for line in lines)
        replace_file(self.folder / ENTERED, data)
        self._read[ENTERED], self._still_to_blank = 0, False
        self._last_texts.clear()
        self._last_texts.extend(self._new_lines(ENTERED))

    def _blanked(self, entered: Sequence[str | None]) -> Payload:
        digest, salt, text = entered
        masked = bytes.fromhex(str(digest)) in self._masked
        return Payload(str(digest), "" if masked else str(salt), None if masked else text)

    def add_definition(self, study: Study) -> str:
        """Put a version of the definition into the archive; gives the version."""
        version = version_of(study)
        path = self.definition_file(version)
        if not path.exists():
            replace_file(path, canonical_json(study))
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
        """The study of a version; raises `KeyError` for one that is not here, `ArchiveBroken` for another in its place."""
        if version not in self._studies:
            path = self.definition_file(version)
            if not path.is_file():
                raise KeyError(version)
            self._studies[version] = study_of(_read_definition(path))
        return self._studies[version]

    def write_manifest(self) -> None:
        """State how many events there are, the hash of the last, and which definitions; raises `ArchiveBroken`."""
        with self.holding():
            self._state()

    def _state(self) -> None:
        head = self.head
        self.manifest = {
            **self.manifest,
            "software": f"trialwright {trialwright.__version__}",
            "events": head.position if head else 0,
            "head": head.hash if head else "",
            "definitions": {
                path.name: path.stem  # the digest of what should be in it, which `verify` compares
                for path in sorted((self.folder / DEFINITIONS).glob("*.json"))
                if DIGEST.fullmatch(path.stem)
            },
        }
        replace_file(self.folder / MANIFEST, manifest_form(self.manifest))


def _digests(line: bytes) -> set[str]:
    return {digest for digest, _salt, _text in from_json(line, cache_strings="none")}
