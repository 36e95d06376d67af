"""Keeps the outputs shown in README.md and docs/ real: runs the command named above each and pastes what it says.

    <!-- shown: trialwright screen beam studies/beam/sample --on 2026-11-01 | lines 1-4, 8 -->

stands in front of a fenced block. After the bar: `lines 1-4, 8` (counted from 1), `with WORD, WORD` (lines that hold
one of these), `from WORD to WORD` (the first stretch between two such lines), or a part of a JSON document:
`json participants[person=p1].criteria[id=I4]`. `--check` (in `make check`) only compares.

    <!-- run -->

stands in front of shell commands that are run first, in their order, in a folder of their own; the outputs below them
on the page are made in that folder. Of the shell only what such pages need is understood: comments, `export NAME=VALUE`,
`trialwright ...`, and `sh FILE ...` for a script of these with `$1`, `$2`. Digests of 64 figures, which differ from run
to run, are shown as `...`.
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
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from trialwright.cli import main as trialwright

ROOT = Path(__file__).parent.parent
SHOWN = re.compile(
    r"(<!-- shown: (?P<command>[^|\n]+) \| (?P<what>[^\n]+) -->\n```\w*\n)(?P<text>.*?)(?=```\n)", re.DOTALL
)
RUN = re.compile(r"<!-- run -->\n```sh\n(?P<script>.*?)```\n", re.DOTALL)
STEP = re.compile(r"(\w+)(?:\[(\w+)=([^\]]+)\])?")
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def pages() -> list[Path]:
    """Every page that may show an output."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@cache
def run(command: str) -> str:
    """What a command writes to stdout, run from the top of the repository."""
    return call(command, ROOT)


def call(command: str, folder: Path) -> str:
    """What a command writes to stdout, run in a folder."""
    program, *arguments = shlex.split(command)
    if program != "trialwright":
        raise SystemExit(f"{command}: only trialwright is run")
    out, said = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        code = trialwright([*arguments, "--quiet"])
    if code != 0:
        raise SystemExit(f"{command}: exit code {code}\n{said.getvalue()}")
    return out.getvalue()


class Session:
    """The commands of one page, run in a folder of its own that has the examples of the repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = dict(os.environ)
        (folder / "examples").symlink_to(ROOT / "examples")

    def run(self, script: str, given: Sequence[str] = ()) -> None:
        """Run a script; `given`: the values of $1, $2 and so on."""
        for number, value in enumerate(given, start=1):
            script = script.replace(f"${number}", value)
        for line in script.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            match words:
                case []:
                    continue
                case ["export", setting]:
                    name, _, value = setting.partition("=")
                    os.environ[name] = value
                case ["sh", file, *values]:
                    self.run((self.folder / file).read_text(encoding="utf-8"), values)
                case _:
                    call(line, self.folder)

    def show(self, command: str) -> str:
        """What a command says now."""
        return DIGEST.sub("...", call(command, self.folder))

    def close(self) -> None:
        """Forget what was exported."""
        os.environ.clear()
        os.environ.update(self._before)


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


@cache
def made(scripts: tuple[str, ...], shown: tuple[tuple[int, str], ...]) -> tuple[str, ...]:
    """What the commands of a page say; `shown`: each with how many of the scripts are run before it."""
    outputs: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        session, done = Session(Path(folder)), 0
        try:
            for before, command in shown:
                for script in scripts[done:before]:
                    session.run(script)
                done = max(done, before)
                outputs.append(session.show(command))
        finally:
            session.close()
    return tuple(outputs)


def refresh(text: str) -> str:
    """A page with every shown output as it is now."""
    runs = list(RUN.finditer(text))
    if not runs:
        return SHOWN.sub(
            lambda found: found[1] + select(run(found["command"].strip()), found["what"].strip()), text
        )
    shown = tuple(
        (sum(each.start() < found.start() for each in runs), found["command"].strip())
        for found in SHOWN.finditer(text)
    )
    outputs = iter(made(tuple(each["script"] for each in runs), shown))
    return SHOWN.sub(lambda found: found[1] + select(next(outputs), found["what"].strip()), text)


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
