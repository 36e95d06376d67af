"""What the pages show is run: the commands of README and tutorial, and every worked example on both engines."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.worked_examples import CELL, Example, by_duckdb, by_interpreter, read_examples
from trialwright.exchange.engines.duck import DuckEngine

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(
    r"^(?P<mark><!-- shown: .*-->\n)?```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


# README and tutorial, from the first command to the last


def shell_blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The commands of each shell block that run here, and the output printed below it without a mark."""
    blocks = list(BLOCK.finditer(text_of(page)))
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if block["kind"] == "sh":
            lines = [
                line
                for line in block["text"].splitlines()
                if not line.startswith(("make ", ". .venv")) and "RECORDS" not in line
            ]
            printed = after["text"] if after and after["kind"] == "text" and not after["mark"] else ""
            yield "\n".join(lines), printed


@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "tutorial" / "first-screening.md"], ids=name_of)
def test_its_commands_run_and_print_what_it_says(page: Path, tmp_path: Path) -> None:
    for name in ("studies", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    programs = tmp_path / "bin"
    programs.mkdir()
    start = programs / "trialwright"
    start.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m trialwright "$@"\n', encoding="utf-8")
    start.chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    ran = 0
    for commands, printed in shell_blocks(page):
        if not commands:
            continue
        ran += 1
        done = subprocess.run(
            ["bash", "-euc", commands],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stderr}"
        for line in printed.splitlines():
            assert line == "..." or line in done.stdout.splitlines(), f"{commands} does not print {line!r}"
    assert ran >= 1


# worked examples

EXAMPLES = [
    example
    for page in sorted([*(DOCS / "explanation").glob("*.md"), *(DOCS / "decisions").glob("*.md")])
    for example in read_examples(page)
]


def example_name(example: Example) -> str:
    return f"{example.where}-{example.question.rule.id}={example.question.rule.name}-{example.question.setting.mode}"


def test_no_answer_in_the_pages_is_left_out() -> None:
    pages = [*(DOCS / "explanation").glob("*.md"), *(DOCS / "decisions").glob("*.md")]
    assert len(EXAMPLES) == sum(len(CELL.findall(text_of(page))) for page in pages) > 80


@pytest.mark.parametrize("example", EXAMPLES, ids=example_name)
def test_worked_example(example: Example) -> None:
    assert by_interpreter(example) == (example.verdict, example.reason)


def test_worked_examples_on_duckdb() -> None:
    engine = DuckEngine()
    answers = {example_name(example): by_duckdb(example, engine) for example in EXAMPLES}
    assert answers == {example_name(example): (example.verdict, example.reason) for example in EXAMPLES}
