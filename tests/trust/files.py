"""Doing things to the files of an archive that nobody should do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trialwright.exchange.archive.files import EVENTS, MANIFEST, manifest_form
from trialwright.record.event import GENESIS, canonical, row_hash


def rewrite(path: Path, change: Callable[[list[Any]], list[Any]]) -> None:
    """Read the rows of a file, change them, and write them back."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_bytes(b"".join(canonical(row) + b"\n" for row in change(rows)))


def forge(archive: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change events and make every hash, and the manifest, fit again: what somebody with all files at hand can do."""

    def chained(rows: list[Any]) -> list[Any]:
        previous = GENESIS
        for written in rows:
            del written["hash"]
            change(written)
            written["previous"] = previous
            written["hash"] = previous = row_hash(written)
        return rows

    rewrite(archive / EVENTS, chained)
    manifest = json.loads((archive / MANIFEST).read_text())
    last = json.loads((archive / EVENTS).read_text().splitlines()[manifest["events"] - 1])
    restate(archive, head=last["hash"])


def restate(archive: Path, **parts: Any) -> None:
    """Write other parts into the manifest, as a manifest is written."""
    manifest = json.loads((archive / MANIFEST).read_text(encoding="utf-8"))
    (archive / MANIFEST).write_bytes(manifest_form({**manifest, **parts}))
