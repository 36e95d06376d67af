"""Archives that released versions wrote, and what their reports said then.

`python -m tests.acceptance.released_archives` writes the tables anew beside each archive, for a change that is meant to
change them; the archives themselves are never written again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from trialwright.cli.trial import trial_data
from trialwright.reports.document import Table
from trialwright.reports.trial.compose import TrialReport, compose_report
from trialwright.terms.message import render

FOLDER = Path(__file__).parent.parent / "data" / "archives"
ARCHIVES = sorted(manifest.parent for manifest in FOLDER.glob("*/*/manifest.json"))


def name_of(archive: Path) -> str:
    """Version and study: `0.1.0/beam-randomised`."""
    return f"{archive.parent.name}/{archive.name}"


def tables_file(archive: Path) -> Path:
    """Where the tables of its report lie."""
    return archive.with_name(f"{archive.name}.tsv")


@cache
def report_of(archive: Path) -> TrialReport:
    """The report of an archive, in English."""
    return compose_report(trial_data(str(archive)), catalogue={})


def written_tables(report: TrialReport) -> str:
    """Every table as people read it: its id and name, then one row a line with its cells."""
    return "".join(line + "\n" for table in report.document.tables() for line in _lines(table))


def _lines(table: Table) -> Iterator[str]:
    yield f"{table.id}\t{table.name}\t{_one_line(render(table.caption, {}))}"
    for number, row in enumerate(table.rows, start=1):
        yield "\t".join(
            [f"{table.id}.r{number}", *(_one_line(render(cell.says, {})) for cell in row.cells)]
        ).rstrip("\t")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def main() -> None:
    """Write the tables of every archive."""
    for archive in ARCHIVES:
        tables_file(archive).write_text(written_tables(report_of(archive)), encoding="utf-8")


if __name__ == "__main__":
    main()
