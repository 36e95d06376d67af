"""Runs tasks in processes of their own, in turns, and collects what they cost."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STARTS = 9


class TaskFailed(Exception):
    """A measured process ended with an error; what it said is on stderr."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a task cost: seconds, bytes, CPU seconds by lap, and what the task itself reports."""

    task: str
    cpu: float
    wall: float
    memory: int
    laps: dict[str, float]
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Costs:
    """Several runs of one task."""

    runs: tuple[Cost, ...]

    @property
    def cpu(self) -> float:
        """CPU seconds of the median run."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def wall(self) -> float:
        """Seconds on the clock of the median run."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def memory(self) -> int:
        """The most memory any run held, in bytes."""
        return max(run.memory for run in self.runs)

    @property
    def answer(self) -> dict[str, Any]:
        """What the last run reports."""
        return self.runs[-1].answer

    def lap(self, name: str) -> float:
        """CPU seconds of one lap, median over the runs."""
        return statistics.median(run.laps[name] for run in self.runs)


def run_task(task: str, folder: Path, on: str = "") -> Cost:
    """One run of a task in a fresh process; `on`: the day asked about, '' for a task of the ledger. Raises `TaskFailed`."""
    print(f"measuring {task}", file=sys.stderr)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.child", task, str(folder), *([on] if on else [])],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise TaskFailed(task)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def run_in_turns(tasks: Sequence[str], folder: Path, on: str = "", *, repeat: int) -> dict[str, Costs]:
    """Each task `repeat` times, taking turns, so that what disturbs the machine disturbs them all."""
    runs: dict[str, list[Cost]] = {task: [] for task in tasks}
    for _ in range(repeat):
        for task in tasks:
            runs[task].append(run_task(task, folder, on))
    return {task: Costs(tuple(found)) for task, found in runs.items()}


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the command line: seconds on the clock and CPU seconds, medians."""

    wall: float
    cpu: float


def time_start(*arguments: str) -> Start:
    """Start the command line several times."""
    walls, cpus = [], []
    for _ in range(STARTS):
        before, begin = _children_cpu(), time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "trialwright", *arguments], cwd=ROOT, capture_output=True, check=False
        )
        walls.append(time.perf_counter() - begin)
        cpus.append(_children_cpu() - before)
        if done.returncode:
            raise TaskFailed(" ".join(arguments))
    return Start(statistics.median(walls), statistics.median(cpus))


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def describe_machine(*, engine: bool = True) -> dict[str, str]:
    """What it was measured on: processor, cores, memory, versions (of the search `engine`, where one runs), how busy it was."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    engines = f"DuckDB {version('duckdb')}, SQLGlot {version('sqlglot')}, PyArrow {version('pyarrow')}"
    return {
        "Processor": f"{_processor()}, {cores} cores",
        "Memory": f"{memory:.0f} GB",
        "System": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        **({"Engine": engines} if engine else {}),
        "Other work at the start": f"load average {os.getloadavg()[0]:.1f}",
    }


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
