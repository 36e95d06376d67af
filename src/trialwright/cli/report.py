"""`trialwright report`: what a trial found, as a page, a PDF and tables."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from trialwright.cli.common import DONE, USAGE, Stop, Terminal, own_parser
from trialwright.cli.outputs import write_together
from trialwright.cli.trial import compose
from trialwright.terms.message import message
from trialwright.terms.visible import harmless


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "The report of a trial: one HTML page and one PDF; tables also as CSV and Dataset-JSON. Exit 6 if the archive does not verify."
        ),
        "  trialwright report rehearsal --out report\n  trialwright report rehearsal --lang zh --out report-zh",
        terminal,
    )
    own.add_argument("archive", metavar="ARCHIVE", help=say(message("the folder of the trial")))
    own.add_argument("--out", required=True, metavar="DIR", help=say(message("a folder for the files")))
    return own


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for garbage in cycles seldom: what a report is made of stays until it is written, so there is hardly any."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@_few_collections()
def run_report(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the report of an archive that verifies."""
    from trialwright.reports.html import write_html
    from trialwright.reports.pdf import write_pdf
    from trialwright.reports.tables import write_csv, write_dataset_json

    if not options.out:  # of a variable of the shell that is not set
        raise Stop(USAGE, message("{path} is no folder.", path='""'))
    catalogue = terminal.catalogue
    document = compose(options.archive, terminal).document
    folder = Path(options.out)
    terminal.progress(message("writing the page and the PDF"))
    files: dict[str, bytes] = {}
    with ThreadPoolExecutor(1) as aside:  # typesetting takes no turn of the interpreter
        pdf = aside.submit(write_pdf, document, catalogue=catalogue, language=terminal.language)
        page = write_html(document, catalogue=catalogue, language=terminal.language)
        files["report.html"] = harmless(page).encode()
        for table in document.tables():
            if table.name.startswith(("visits_", "doses_")):
                continue
            files[f"tables/{table.name}.csv"] = harmless(write_csv(table, catalogue=catalogue)).encode()
            files[f"tables/{table.name}.json"] = harmless(
                write_dataset_json(table, origin=document.origin, catalogue=catalogue)
            ).encode()
        files["report.pdf"] = pdf.result()
    write_together(folder, files)
    terminal.clear()
    for name in ("report.html", "report.pdf"):
        print(folder / name)
    return DONE


COMMANDS = {"report": run_report}
