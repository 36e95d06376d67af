"""Locks: `requirements/{build,run,dev}.txt` from `pyproject.toml`, every file pinned by hash.

`make lock` resolves anew; `--check` (in `make check`) needs no network: every declared requirement is pinned,
at a version it allows, and the locks agree with each other and name no package index.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = ("build", "run", "dev")
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+) *\\$", re.MULTILINE)


def declared(project: str) -> dict[str, list[str]]:
    """Give what `pyproject.toml` asks for, per lock; `dev` contains the optional parts and everything of `run`."""
    table = tomllib.loads(project)
    run = table["project"]["dependencies"]
    optional = [line for extra in table["project"]["optional-dependencies"].values() for line in extra]
    groups = table["dependency-groups"]
    return {"build": groups["build"], "run": run, "dev": [*run, *optional, *groups["dev"]]}


def check_locks(wanted: dict[str, list[str]], locks: dict[str, str]) -> list[str]:
    """Give a sentence for everything in the locks that does not follow from `wanted`."""
    problems = []
    pinned = {name: {canonicalize_name(n): v for n, v in PIN.findall(text)} for name, text in locks.items()}
    for lock, lines in wanted.items():
        for requirement in map(Requirement, lines):
            version = pinned[lock].get(canonicalize_name(requirement.name))
            if version is None or version not in requirement.specifier:
                problems.append(f"requirements/{lock}.txt: {requirement} is declared, {version} is pinned")
    for lock in ("build", "run"):
        for name, version in pinned[lock].items():
            if pinned["dev"].get(name, version) != version:
                problems.append(f"requirements/dev.txt: {name} is not {version} as in {lock}.txt")
    for lock, text in locks.items():
        if "://" in text or re.search(r"^ *(-i|-f|--\w*index|--find-links|--trusted)", text, re.MULTILINE):
            problems.append(f"requirements/{lock}.txt: contains the address of a package index")
    return problems


def compile_lock(lock: str, lines: list[str], *, held: list[Path], upgrade: bool) -> None:
    """Resolve one lock with pip-compile, holding what the locks in `held` have pinned already."""
    target = ROOT / "requirements" / f"{lock}.txt"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{lock}.in"
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = ["pip-compile", "--quiet", "--generate-hashes", "--strip-extras", "--allow-unsafe"]
        command += ["--no-header", "--no-annotate", "--no-emit-options"]
        command += ["--output-file", str(target), str(source)]
        command += [word for path in held for word in ("--constraint", str(path))]
        command += ["--upgrade"] if upgrade else []
        subprocess.run(command, check=True, cwd=ROOT)
    text = target.read_text(encoding="utf-8")
    head = f"# Made by `make lock` from pyproject.toml. For: {lock}.\n"
    target.write_text(head + text.removeprefix(head), encoding="utf-8")


def main() -> int:
    """Write the locks, or check them; 1 if they are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare, change nothing")
    parser.add_argument("--upgrade", action="store_true", help="take newer versions where allowed")
    options = parser.parse_args()
    wanted = declared((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folder = ROOT / "requirements"
    if not options.check:
        held: list[Path] = []
        for lock in LOCKS:
            compile_lock(lock, wanted[lock], held=held, upgrade=options.upgrade)
            held.append(folder / f"{lock}.txt")
    locks = {lock: (folder / f"{lock}.txt").read_text(encoding="utf-8") for lock in LOCKS}
    problems = check_locks(wanted, locks)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
