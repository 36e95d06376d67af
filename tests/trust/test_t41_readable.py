"""T41. The archive can be read without the software, for as long as anybody must keep it.

**Source**: 21 CFR 11.10(c); EMA guideline on computerised systems (2023).
**Proves**: thirty lines that know only JSON and SHA-256 read every current value of every form and verify the whole chain, and find what the software
finds; the definitions are JSON as well; no file is of another kind.
**With the site**: ODM XML and PDF beside it, and the same data after they are read again.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

from tests.trust.files import rewrite
from tests.unit.conduct.support import Rehearsal
from trialwright.exchange.archive.files import EVENTS

READER = Path(__file__).with_name("plain_reader.py")


def _read(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", str(READER), str(folder)], capture_output=True, text=True, check=False
    )


def test_the_reader_knows_nothing_of_the_software() -> None:
    tree = ast.parse(READER.read_text(encoding="utf-8"))
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"hashlib", "json", "sys", "pathlib"}


def test_it_finds_every_value_the_software_finds(closed: Path, walked: Rehearsal) -> None:
    run = _read(closed)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert walked.store.head is not None
    assert (found["head"], found["events"]) == (walked.store.head.hash, walked.store.head.position)
    expected = {
        f"{one.id}|{form.id}|{item.path}": [item.value, item.unit]
        for one in walked.trial.participants()
        for form in one.forms.values()
        for item in form.items.values()
    }
    assert len(expected) > 150
    assert found["values"] == expected


def test_it_finds_a_changed_event(archive: Path) -> None:
    rewrite(archive / EVENTS, lambda rows: [{**rows[0], "actor": "somebody_else"}, *rows[1:]])
    assert _read(archive).returncode != 0


def test_every_file_is_text(closed: Path) -> None:
    kinds = {path.relative_to(closed).as_posix(): path for path in closed.rglob("*") if path.is_file()}
    assert {name.rpartition(".")[2] for name in kinds} == {"json", "jsonl", "lock"}
    for path in kinds.values():
        for line in path.read_text(encoding="utf-8").splitlines():
            if path.suffix == ".jsonl":
                json.loads(line)
    for path in (closed / "definitions").iterdir():
        assert json.loads(path.read_text(encoding="utf-8"))["study"]["acronym"] == "BEAM"
