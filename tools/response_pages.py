"""Writes docs/reference/response from the tables in tests/spec/response, which are tests; `--check` only compares."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.spec.spec import read_table  # noqa: E402
from tools.spec_pages import write_table  # noqa: E402

SOURCE = ROOT / "tests" / "spec" / "response"
FOLDER = ROOT / "docs" / "reference" / "response"
MADE = "<!-- Made by tools/response_pages.py from tests/spec/response/{name}; do not edit by hand. -->"
INDEX = """\
# Response at a visit, case by case

<!-- Made by tools/response_pages.py; do not edit by hand. -->

Every row of these pages is a test of `studies/beam/analysis.yaml`: one participant at the visit of week 24, with the
category that must come out. `cr or pr` means that it is not known which of the two, with the
[reason code](../reason-codes.md) of what left it open; whether the participant responded at all may still be certain.

"""


def write_page(path: Path) -> str:
    """One page, with its tables aligned."""
    title, *lines = path.read_text(encoding="utf-8").splitlines()
    written = [title, "", MADE.format(name=path.name)]
    table: list[str] = []
    for line in [*lines, ""]:
        if line.startswith("|"):
            table.append(line)
            continue
        if table:
            written += write_table(read_table(table))
            table = []
        written.append(line)
    return "\n".join(written).rstrip("\n") + "\n"


def write_all() -> dict[str, str]:
    """Every page by file name."""
    pages = {path.name: write_page(path) for path in sorted(SOURCE.glob("*.md"))}
    links = [f"- [{text.splitlines()[0].removeprefix('# ')}]({name})" for name, text in pages.items()]
    return {"index.md": INDEX + "\n".join(links) + "\n"} | pages


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or check them; 1 if any is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a page is stale")
    check = parser.parse_args(arguments).check
    wanted = write_all()
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))
    if check:
        for name in stale:
            print(
                f"docs/reference/response/{name} is stale: run `python tools/response_pages.py`",
                file=sys.stderr,
            )
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
