"""The synthetic hospital that everything is measured on, made once and kept."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import date
from pathlib import Path

from trialwright.simulation.hospital import GENERATOR, REFERENCE_DATE, write_hospital

SEED = 20261101


def keep_hospital(cache: Path, people: int, *, on: date = REFERENCE_DATE) -> Path:
    """The folder of a hospital of this size, made now if it is not there yet.

    `cache` holds one folder per generator version and size; one that was not finished is made anew.
    """
    folder = cache / f"hospital-{GENERATOR}-{people}"
    if (folder / "manifest.json").is_file():
        return folder
    if folder.exists():
        shutil.rmtree(folder)
    print(f"making a hospital of {people:,} people", file=sys.stderr)
    write_hospital(folder, people, SEED, on)
    return folder


def count_rows(folder: Path) -> int:
    """How many rows of facts the hospital holds."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return int(manifest["facts"])
