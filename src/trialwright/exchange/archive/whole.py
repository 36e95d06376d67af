"""A whole ledger written into an archive in one go: the folder appears complete, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from trialwright.exchange.archive.files import ENTERED, EVENTS
from trialwright.exchange.archive.store import check_free, create_archive, open_archive
from trialwright.exchange.beside import beside
from trialwright.record.event import canonical, row
from trialwright.record.ledger import MemoryLedger, entered_in
from trialwright.study.model import Study


def write_archive(
    folder: Path, study: Study, ledger: MemoryLedger, *, definitions: Iterable[Study] = (), rehearsal: bool
) -> None:
    """Write an archive of a ledger in memory.

    `folder`: must not exist, or be empty. `study`: as the ledger was opened with it; `definitions`: further versions
    its events name. `rehearsal`: whether everyone in it is synthetic. Raises `ArchiveBroken` where the folder holds
    something; after any other failure nothing is left of it.
    """
    check_free(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = beside(folder)
    try:
        create_archive(part, study, rehearsal=rehearsal, draw=_draws_nothing)
        _write(part / ENTERED, _texts(ledger))
        _write(part / EVENTS, (canonical({**row(one), "hash": one.hash}) for one in ledger.events()))
        archive = open_archive(part, draw=_draws_nothing)
        for definition in definitions:
            archive.add_definition(definition)
        archive.write_manifest()
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _texts(ledger: MemoryLedger) -> Iterator[bytes]:
    """The texts of one event a line, each once, in the order in which the event names them."""
    payloads = ledger.payloads()
    for event in ledger.events():
        named = [list(payloads[digest]) for digest in entered_in(event)]
        if named:
            yield canonical(named)


def _write(path: Path, lines: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for line in lines:
            file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _draws_nothing(count: int) -> bytes:
    raise AssertionError("a finished ledger enters no new text")
