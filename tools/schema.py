"""JSON Schemas of study files: writes `studies/schema/`; `--check` only says what is stale (in `make check`)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from trialwright.study.schema import write_schemas

FOLDER = Path(__file__).resolve().parent.parent / "studies" / "schema"


def find_stale(folder: Path, wanted: dict[str, str]) -> list[str]:
    """Give the names of schemas that are missing, differ from `wanted`, or belong to no file any more."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))


def main(arguments: list[str]) -> int:
    """Write the schemas, or check them; 1 if any is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a schema is stale")
    check = parser.parse_args(arguments).check
    wanted = write_schemas()
    stale = find_stale(FOLDER, wanted)
    if check:
        for name in stale:
            print(f"studies/schema/{name} is stale: run `python tools/schema.py`", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
