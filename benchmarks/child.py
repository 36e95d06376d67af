"""`python -m benchmarks.child TASK HOSPITAL DATE`: one task in a process of its own; what it cost as one line of JSON."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from benchmarks.cost import Clock, peak_bytes
from benchmarks.question import load_question
from benchmarks.tasks import TASKS


def main(task: str, folder: str, on: str) -> None:
    """Load the study, run the task, print its cost. Importing and loading the study are not counted."""
    question = load_question(date.fromisoformat(on))
    clock = Clock()
    clock.start()
    answer = TASKS[task](question, Path(folder), clock)
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


if __name__ == "__main__":
    main(*sys.argv[1:])
