"""`python -m benchmarks`: measures everything and writes `docs/reference/benchmarks.md`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.archive import keep_events, keep_values, trial_folder
from benchmarks.hospital import count_rows, keep_hospital
from benchmarks.ledger_report import REPORT_PARTICIPANTS, LedgerFigures, ledger_targets, write_part
from benchmarks.measure import ROOT, Costs, describe_machine, run_in_turns, run_task, time_start
from benchmarks.report import MILLION, Figures, Target, disagreements, targets, write_page
from trialwright.simulation.hospital import REFERENCE_DATE

ON = REFERENCE_DATE.isoformat()
SMALL = 20_000
LARGE = 10 * MILLION
IN_TURNS = ("search", "by_hand", "one_each", "one_each_typed", "planning")
ONCE = ("person", "funnel", "agreement")
COMMANDS = (("--help",), ("check", "template"))
PARTS = ("hospital", "archive")
MARK = "<!-- the ledger and the report, measured in a run of their own -->\n"


def options() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="measure this part; the page keeps the other as it is")
    parser.add_argument(
        "--people", type=int, default=MILLION, help="size of the hospital (default 1,000,000)"
    )
    parser.add_argument(
        "--values", type=int, default=MILLION, help="item values in an archive (default 1,000,000)"
    )
    parser.add_argument(
        "--events", type=int, default=MILLION, help="events in another archive (default 1,000,000)"
    )
    parser.add_argument(
        "--participants", type=int, default=REPORT_PARTICIPANTS, help="of the simulated trial (default 53)"
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs of each way of asking (default 3)")
    parser.add_argument(
        "--cache", type=Path, default=ROOT / "out" / "bench", help="where hospitals and archives are kept"
    )
    parser.add_argument("--large", action="store_true", help="also 10,000,000 people (about 4 GB of disk)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "reference" / "benchmarks.md")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Measure, write the page, print the targets; 1 if two engines said different things about anybody."""
    asked = options().parse_args(arguments)
    before = asked.out.read_text(encoding="utf-8") if asked.out.is_file() else ""
    hospital, _, archive = before.partition(MARK)
    found: list[Target] = []
    different = 0
    if asked.only != "archive":
        figures = measure_hospital(asked)
        hospital, different = write_page(figures), disagreements(figures.costs)
        found += targets(figures)
    if asked.only != "hospital":
        of_ledger = measure_archive(asked)
        archive = write_part(of_ledger)
        found += ledger_targets(of_ledger)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    page = f"{hospital.rstrip()}\n\n{MARK}\n{archive.strip()}\n" if archive.strip() else hospital
    asked.out.write_text(page.lstrip(), encoding="utf-8")
    for target in found:
        print(" | ".join(target.row))
    return 1 if different else 0


def measure_hospital(asked: argparse.Namespace) -> Figures:
    """The search of records."""
    machine = describe_machine()
    folder = keep_hospital(asked.cache, asked.people)
    small = keep_hospital(asked.cache, min(SMALL, asked.people))
    costs = run_in_turns(IN_TURNS, folder, ON, repeat=asked.repeat)
    costs |= {task: Costs((run_task(task, folder, ON),)) for task in ONCE}
    costs["hand_agreement"] = Costs((run_task("hand_agreement", small, ON),))
    starts = {" ".join(command): time_start(*command) for command in COMMANDS}
    large = run_task("search", keep_hospital(asked.cache, LARGE), ON) if asked.large else None
    return Figures(machine, asked.people, count_rows(folder), asked.repeat, costs, starts, large)


def measure_archive(asked: argparse.Namespace) -> LedgerFigures:
    """The ledger and the report."""
    machine = describe_machine(engine=False)
    costs = run_in_turns(("replay", "json"), keep_values(asked.cache, asked.values), repeat=asked.repeat)
    costs |= run_in_turns(("verify", "hashes"), keep_events(asked.cache, asked.events), repeat=asked.repeat)
    trial = trial_folder(asked.cache, asked.participants)
    costs |= run_in_turns(("simulate", "report"), trial, repeat=asked.repeat)
    costs["trial_verify"] = run_in_turns(("verify",), trial, repeat=asked.repeat)["verify"]
    return LedgerFigures(machine, asked.repeat, costs)


if __name__ == "__main__":
    sys.exit(main())
