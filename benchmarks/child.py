"""One task in a process of its own; what it cost as one line of JSON.

`python -m benchmarks.child TASK HOSPITAL DATE`, or `python -m benchmarks.child TASK ARCHIVE` for a task of the ledger.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.cost import Clock, peak_bytes


def main(task: str, folder: str, on: str = "") -> None:
    """Run the task and print its cost. Importing what it needs and loading the study are not counted."""
    clock = Clock()
    answer = ask_hospital(task, Path(folder), on, clock) if on else ask_archive(task, Path(folder), clock)
    print(
        json.dumps(
            {
                "task": task,
                "cpu": clock.cpu,
                "wall": clock.wall,
                "memory": peak_bytes(),
                "laps": clock.laps,
                "answer": answer,
            }
        )
    )


def ask_hospital(task: str, folder: Path, on: str, clock: Clock) -> dict[str, Any]:
    """A task about a hospital."""
    from benchmarks.question import load_question
    from benchmarks.tasks import TASKS

    question = load_question(date.fromisoformat(on))
    clock.start()
    return TASKS[task](question, folder, clock)


def ask_archive(task: str, folder: Path, clock: Clock) -> dict[str, Any]:
    """A task about an archive; the search engines are not even loaded, so that memory is its own."""
    from benchmarks.ledger_tasks import TASKS

    clock.start()
    return TASKS[task](folder, clock)


if __name__ == "__main__":
    main(*sys.argv[1:])
