"""Keeps the outputs shown in README.md and docs/ real: runs the command named above each and pastes what it says.

    <!-- shown: trialwright screen beam studies/beam/sample --on 2026-11-01 | lines 1-4, 8 -->

stands in front of a fenced block. After the bar: `lines 1-4, 8` (counted from 1), `with WORD, WORD` (lines that hold
one of these), `from WORD to WORD` (the first stretch between two such lines), or a part of a JSON document:
`json participants[person=p1].criteria[id=I4]`. `--check` (in `make check`) only compares.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from trialwright.cli import main as trialwright

ROOT = Path(__file__).parent.parent
SHOWN = re.compile(
    r"(<!-- shown: (?P<command>[^|\n]+) \| (?P<what>[^\n]+) -->\n```\w*\n)(?P<text>.*?)(?=```\n)", re.DOTALL
)
STEP = re.compile(r"(\w+)(?:\[(\w+)=([^\]]+)\])?")


def pages() -> list[Path]:
    """Every page that may show an output."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@cache
def run(command: str) -> str:
    """What a command writes to stdout, run from the top of the repository."""
    program, *arguments = shlex.split(command)
    if program != "trialwright":
        raise SystemExit(f"{command}: only trialwright is run")
    out = io.StringIO()
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = trialwright([*arguments, "--quiet"])
    if code != 0:
        raise SystemExit(f"{command}: exit code {code}")
    return out.getvalue()


def select(output: str, what: str) -> str:
    """The part of an output that a page shows."""
    word, _, rest = what.partition(" ")
    if word == "json":
        return as_json(pick(json.loads(output), rest))
    lines = output.splitlines()
    if word == "lines":
        wanted = [number for part in rest.split(",") for number in numbers(part.strip())]
    elif word == "from":
        first, _, last = rest.partition(" to ")
        begin = next(number for number, line in enumerate(lines, 1) if first in line)
        end = next(number for number, line in enumerate(lines, 1) if number > begin and last in line)
        wanted = list(range(begin, end + 1))
    elif word == "with":
        words = [part.strip() for part in rest.split(",")]
        wanted = [number for number, line in enumerate(lines, 1) if any(each in line for each in words)]
    else:
        raise SystemExit(f"{what}: write lines, with, from or json")
    if not wanted or wanted[-1] > len(lines):
        raise SystemExit(f"{what}: the output has no such line")
    shown: list[str] = []
    for before, number in zip([0, *wanted], wanted, strict=False):
        shown += ["..."] if number > before + 1 and before else []
        shown.append(lines[number - 1].rstrip())
    return "\n".join(shown) + "\n"


def numbers(part: str) -> Iterator[int]:
    """3-5 as 3, 4, 5."""
    first, _, last = part.partition("-")
    yield from range(int(first), int(last or first) + 1)


def pick(value: Any, path: str) -> Any:
    """A part of a JSON document: `participants[person=p1].criteria[id=I4]`."""
    for name, key, wanted in STEP.findall(path):
        value = value[name]
        if key:
            value = next(each for each in value if str(each[key]) == wanted)
    return value


def as_json(value: Any) -> str:
    """JSON with one name a line, so that people can read it."""
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    lines = [f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in value.items()]
    return "{" + ",\n ".join(lines) + "}\n"


def refresh(text: str) -> str:
    """A page with every shown output as it is now."""
    return SHOWN.sub(
        lambda found: found[1] + select(run(found["command"].strip()), found["what"].strip()), text
    )


def main(arguments: Sequence[str]) -> int:
    """Refresh the pages, or check them; 1 if one is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if an output is stale")
    check = parser.parse_args(arguments).check
    os.environ["COLUMNS"] = "100"
    stale = 0
    for page in pages():
        before = page.read_text(encoding="utf-8")
        after = refresh(before)
        if after == before:
            continue
        stale += 1
        if check:
            print(
                f"{page.relative_to(ROOT)} shows an output that is no longer real: run `make docs`",
                file=sys.stderr,
            )
        else:
            page.write_text(after, encoding="utf-8")
    return int(check and stale > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
