"""Where a command may write: never into the archive of a trial; and several files that appear together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from trialwright.cli.common import USAGE, Stop, cannot_write
from trialwright.exchange.beside import beside
from trialwright.terms.message import message

# as in exchange/archive/files, which takes too long to load for a command that has nothing to do with a trial
MANIFEST, EVENTS, ENTERED = "manifest.json", "events.jsonl", "entered.jsonl"
_SAYS_SO = b'"format": "trialwright archive'
_MOST_OF_A_MANIFEST = 1 << 20


def check_output(path: str) -> None:
    """End the command where an output would lie in the archive of a trial, however the path leads there."""
    try:
        target = Path(path).resolve()
    except (OSError, RuntimeError, ValueError):  # said where it is written
        return
    for folder in (target, *target.parents):
        if _is_archive(folder):
            raise Stop(
                USAGE,
                message(
                    "{path} lies in the archive of a trial, {archive}; an output there would replace a part of it, so nothing was done. Name a place elsewhere.",
                    path=path,
                    archive=str(folder),
                ),
            )


def _is_archive(folder: Path) -> bool:
    """Whether a folder is the archive of a trial: its manifest says so, or, without one, both of its chains are there."""
    manifest = folder / MANIFEST
    try:
        if (folder / EVENTS).is_file() and (folder / ENTERED).is_file():
            return True
        if not manifest.is_file():
            return False
        with manifest.open("rb") as file:
            return _SAYS_SO in file.read(_MOST_OF_A_MANIFEST)
    except OSError:
        return False


def write_together(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write several files of a folder: all of them beside first, then each in its place.

    `files`: name in the folder, with its own folder, to content. Whatever goes wrong before the last is written leaves
    those that were there; a link in the folder is replaced, not followed. Ends the command where nothing can be written.
    """
    waiting: dict[Path, Path] = {}
    try:
        for name, data in files.items():
            target = folder / name
            _make_folders(folder, target.parent)
            temporary = beside(target)
            waiting[temporary] = target
            _write_synced(temporary, data)
        for temporary, target in waiting.items():
            temporary.replace(target)
    except OSError as error:
        raise cannot_write(error.filename2 or error.filename or folder, error) from None
    finally:
        for temporary in waiting:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error


def _make_folders(top: Path, folder: Path) -> None:
    """Make a folder inside of the one that was asked for; a link in its place would lead elsewhere."""
    for each in _between(top, folder):
        if each.is_symlink():
            each.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def _between(top: Path, folder: Path) -> Iterator[Path]:
    inside = top
    for part in folder.relative_to(top).parts:
        inside = inside / part
        yield inside
