"""The files of an archive: their names, the one way in which the manifest is written, and how a file is held or replaced."""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from trialwright.exchange.bounded import MIB, TooLarge, read_whole
from trialwright.terms.message import Message, message

FORMAT = "trialwright archive 1"
MANIFEST, EVENTS, ENTERED, DEFINITIONS, LOCK = (
    "manifest.json",
    "events.jsonl",
    "entered.jsonl",
    "definitions",
    "lock",
)


LONGEST_LINE = 256 * MIB  # a text has at most 100,000 characters
LARGEST_PART = 64 * MIB  # the definition of a study has about one
OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700
"""Who may read and write the files and folders of an archive when they are made: there are dates of birth in them."""


class ArchiveBroken(ValueError):
    """The folder is no archive, or one that cannot be read: the sentence."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(sentence.template)
        self.message = sentence


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an archive; raises `ArchiveBroken`, also where a file of the archive is a link or a pipe."""
    for name in (MANIFEST, EVENTS, ENTERED):
        check_ordinary(folder / name)
    try:
        manifest = json.loads(read_part(folder / MANIFEST))
    except ArchiveBroken:
        raise
    except (OSError, ValueError, RecursionError):
        raise ArchiveBroken(message("{path} is no archive of a trial.", path=str(folder))) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArchiveBroken(
            message(
                "{path} is an archive of another format; this software reads {format}.",
                path=str(folder),
                format=FORMAT,
            )
        )
    if not _is_manifest(manifest):
        raise ArchiveBroken(message("{path} is not what a manifest should be.", path=str(folder / MANIFEST)))
    return manifest


def manifest_form(manifest: Mapping[str, Any]) -> bytes:
    """The one way in which a manifest is written."""
    return (json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


_PARTS: Mapping[str, type] = {
    "format": str,
    "study": str,
    "rehearsal": bool,
    "software": str,
    "events": int,
    "head": str,
    "definitions": dict,
}
DIGEST = re.compile(r"[0-9a-f]{64}")
"""A SHA-256, as it is written everywhere."""


def _is_manifest(manifest: Mapping[str, Any]) -> bool:
    if {name: type(value) for name, value in manifest.items()} != dict(_PARTS):
        return False
    head, events = manifest["head"], manifest["events"]
    if not (DIGEST.fullmatch(head) and events > 0) and (events, head) != (0, ""):
        return False
    return all(
        isinstance(digest, str) and DIGEST.fullmatch(digest) and name == f"{digest}.json"
        for name, digest in manifest["definitions"].items()
    )


def check_ordinary(path: Path) -> None:
    """Raise `ArchiveBroken` for a link, pipe or device: reading one may wait for ever, writing changes another file."""
    try:
        mode = path.lstat().st_mode
    except OSError:  # said where it is read
        return
    if not stat.S_ISREG(mode):
        raise ArchiveBroken(message("{path} is no ordinary file.", path=str(path)))


def read_part(path: Path) -> bytes:
    """The bytes of the manifest or a definition; raises `ArchiveBroken` where it is larger than any, and `OSError`."""
    try:
        return read_whole(path, most=LARGEST_PART)
    except TooLarge as error:
        raise ArchiveBroken(
            message("{path} is larger than {most} MiB.", path=str(path), most=error.mebibytes)
        ) from None


@contextmanager
def locked(path: Path, *, mode: int = OWNER_ONLY) -> Iterator[None]:
    """Hold the lock on a file, which is made where there is none (`mode`: who may) and never written.

    Raises `ArchiveBroken` for a link, pipe or device.
    """
    check_ordinary(path)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def replace_file(path: Path, data: bytes) -> None:
    """Put a file in place whole, or not at all; raises `OSError` naming it.

    A new one is for its owner only; one that is there may be read and written by whom it was before.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.unlink(missing_ok=True)  # what a killed writer left may be open to others
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ONLY)
        with os.fdopen(handle, "wb") as file:
            if path.exists():
                os.fchmod(handle, stat.S_IMODE(path.stat().st_mode))
            file.write(data)
            file.flush()
            os.fsync(handle)
        temporary.replace(path)
        _sync_folder(path.parent)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def _sync_folder(folder: Path) -> None:
    """See that after a power cut the new file is there, not the one before, whose texts may have been blanked."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
