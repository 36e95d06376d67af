"""`python -m benchmarks`: measures everything and writes `docs/reference/benchmarks.md`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.hospital import count_rows, keep_hospital
from benchmarks.measure import ROOT, Costs, describe_machine, run_in_turns, run_task, time_start
from benchmarks.report import MILLION, Figures, disagreements, targets, write_page
from trialwright.simulation.hospital import REFERENCE_DATE

ON = REFERENCE_DATE.isoformat()
SMALL = 20_000
LARGE = 10 * MILLION
IN_TURNS = ("search", "by_hand", "one_each", "one_each_typed", "planning")
ONCE = ("person", "funnel", "agreement")
COMMANDS = (("--help",), ("check", "template"))


def options() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--people", type=int, default=MILLION, help="size of the hospital (default 1,000,000)"
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs of each way of asking (default 3)")
    parser.add_argument("--cache", type=Path, default=ROOT / "out" / "bench", help="where hospitals are kept")
    parser.add_argument("--large", action="store_true", help="also 10,000,000 people (about 4 GB of disk)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "reference" / "benchmarks.md")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure, write the page, print the targets; 1 if two engines said different things about anybody."""
    asked = options().parse_args(arguments)
    machine = describe_machine()
    folder = keep_hospital(asked.cache, asked.people)
    small = keep_hospital(asked.cache, min(SMALL, asked.people))
    costs = run_in_turns(IN_TURNS, folder, ON, repeat=asked.repeat)
    costs |= {task: Costs((run_task(task, folder, ON),)) for task in ONCE}
    costs["hand_agreement"] = Costs((run_task("hand_agreement", small, ON),))
    starts = {" ".join(command): time_start(*command) for command in COMMANDS}
    large = run_task("search", keep_hospital(asked.cache, LARGE), ON) if asked.large else None
    figures = Figures(machine, asked.people, count_rows(folder), asked.repeat, costs, starts, large)
    page = write_page(figures)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(page, encoding="utf-8")
    for target in targets(figures):
        print(" | ".join(target.row))
    return 1 if disagreements(costs) else 0


if __name__ == "__main__":
    sys.exit(main())
