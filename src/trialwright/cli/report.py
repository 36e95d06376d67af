"""`trialwright report`, `analyse` and `trace`: what a trial found, and where each number comes from."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.cli.common import (
    ANSWER_IS_NO,
    DONE,
    USAGE,
    Stop,
    Terminal,
    count_option,
    output,
    own_parser,
    whole_file,
)
from trialwright.cli.trial import open_trial, trial_data
from trialwright.terms.message import message
from trialwright.terms.visible import display_width, harmless, pad, visible

if TYPE_CHECKING:
    from trialwright.record.event import Event
    from trialwright.reports.document import Document, Origin, Table
    from trialwright.reports.trial.compose import TrialReport
    from trialwright.reports.trial.sheet import Trace

NARROW = 60  # columns of a cell in a terminal


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the three commands."""
    say = terminal.say
    if command == "report":
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
    if command == "analyse":
        own = own_parser(
            command,
            message(
                "Carries out the analysis plan of the study definition on an archive, or on published counts."
            ),
            "  trialwright analyse rehearsal\n  trialwright analyse beam --published",
            terminal,
        )
        own.add_argument(
            "archive", metavar="ARCHIVE", help=say(message("the folder of the trial, or a study"))
        )
        own.add_argument(
            "--published",
            action="store_true",
            help=say(message("the published counts of a study, computed again")),
        )
        own.add_argument("--format", choices=("table", "json"), default="table")
        own.add_argument("--out", metavar="FILE")
        return own
    own = own_parser(
        command,
        message(
            "Where a number of `report` or `analyse` comes from: cell, result, participants, events, facts. An id stands for one number of an archive, whichever of the two shows it."
        ),
        "  trialwright trace rehearsal T3.r1.c2\n"
        "  trialwright trace rehearsal F5\n"
        "  trialwright trace rehearsal F5.r2.c3\n"
        "  trialwright trace beam P2.r1.c2",
        terminal,
    )
    own.add_argument(
        "archive", metavar="ARCHIVE", help=say(message("the folder of the trial; a study for ids with P"))
    )
    own.add_argument(
        "cell",
        metavar="CELL",
        help=say(
            message(
                "the id of a number or figure: T5.r1.c2 (table, row, column), F3, F3.r1.c2 (data of a figure), as `report` and `analyse` show them, or P2.r1.c2 of `analyse STUDY --published`"
            )
        ),
    )
    own.add_argument(
        "--most",
        type=count_option(terminal),
        default=20,
        metavar="N",
        help=say(message("rows shown in full")),
    )
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
    _verified(options.archive, terminal)
    catalogue = terminal.catalogue
    report = _compose(options.archive, catalogue, terminal)
    folder = Path(options.out)
    document = report.document
    terminal.progress(message("writing the page"))
    files: dict[str, bytes] = {
        "report.html": harmless(
            write_html(document, catalogue=catalogue, language=terminal.language)
        ).encode()
    }
    terminal.progress(message("writing the PDF"))
    files["report.pdf"] = write_pdf(document, catalogue=catalogue, language=terminal.language)
    for table in document.tables():
        if table.name.startswith(("visits_", "doses_")):
            continue
        files[f"tables/{table.name}.csv"] = harmless(write_csv(table, catalogue=catalogue)).encode()
        files[f"tables/{table.name}.json"] = harmless(
            write_dataset_json(table, origin=document.origin, catalogue=catalogue)
        ).encode()
    for name, data in files.items():
        with whole_file(str(folder / name)) as temporary:
            temporary.write_bytes(data)
    terminal.clear()
    for name in ("report.html", "report.pdf"):
        print(folder / name)
    return DONE


def _verified(path: str, terminal: Terminal) -> None:
    from trialwright.exchange.archive import ArchiveBroken, Broken, verify_archive

    try:
        found = verify_archive(
            Path(path), progress=lambda count: terminal.progress(message("{count} rows checked", count=count))
        )
    except ArchiveBroken:
        open_trial(path)  # says what is wrong
        raise
    if isinstance(found, Broken):
        place = f"{found.file}:{found.line}" if found.line else found.file
        raise Stop(
            ANSWER_IS_NO,
            message(
                "The archive does not verify, so no report is made of it. {place}: {problem}",
                place=place,
                problem=found.problem,
            ),
        )


def _compose(
    path: str, catalogue: Mapping[str, str], terminal: Terminal, *, figures: bool = True
) -> TrialReport:
    from trialwright.reports.trial.compose import compose_report

    data = trial_data(path)
    terminal.progress(message("computing"))
    return compose_report(data, catalogue=catalogue, figures=figures)


def run_analyse(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the planned comparisons of an archive, or a published result computed again."""
    document, locked = (
        (_published(options.archive, terminal).document, None)
        if options.published
        else _analysed(options.archive, terminal)
    )
    if options.format == "json":
        import json

        with output(options.out) as out:
            out.write(
                json.dumps(_document_json(document, locked, terminal), ensure_ascii=False, indent=1) + "\n"
            )
        return DONE
    with output(options.out) as out:
        if not options.published:
            out.writelines(text + "\n" for text in _head_lines(document, terminal))
        out.writelines(text + "\n" for text in _lines(document, terminal))
    return DONE


def _document_json(document: Document, locked: bool | None, terminal: Terminal) -> object:
    """What the numbers are of and what must be said beside them, then every table as Dataset-JSON, which holds no notes.

    `locked`: whether the study takes no more data; None of a published result, which is of no archive.
    """
    from trialwright.reports.document import Paragraph

    origin, say = document.origin, terminal.say
    tables = document.tables()
    return {
        "title": say(document.title),
        "study": origin.study,
        "study_version": origin.study_version,
        "ledger_position": origin.ledger_position,
        "ledger_digest": origin.ledger_digest,
        "made": origin.made.isoformat(timespec="seconds"),
        "software": origin.software,
        "rehearsal": origin.rehearsal,
        "locked": locked,
        "warnings": [
            say(block.text)
            for block in document.blocks
            if isinstance(block, Paragraph) and block.kind == "warning"
        ],
        "notes": {table.id: [say(note) for note in table.notes] for table in tables},
        "tables": [_table_json(table, origin, terminal.catalogue) for table in tables],
    }


def _table_json(table: Table, origin: Origin, catalogue: Mapping[str, str]) -> object:
    import json

    from trialwright.reports.tables import write_dataset_json

    return json.loads(write_dataset_json(table, origin=origin, catalogue=catalogue))


def _analysed(path: str, terminal: Terminal) -> tuple[Document, bool]:
    from trialwright.reports.trial.compose import compose_analysis

    data = trial_data(path)
    if data.blind:
        raise Stop(ANSWER_IS_NO, message("The study is blind; nothing is compared before it is unblinded."))
    return compose_analysis(data).document, data.locked


def _published(name: str, terminal: Terminal) -> TrialReport:
    from datetime import UTC, datetime

    import trialwright
    from trialwright.cli.common import load_eligibility
    from trialwright.reports.document import Document, Origin
    from trialwright.reports.trial.compose import TrialReport
    from trialwright.reports.trial.published import write_published
    from trialwright.reports.trial.sheet import Sheet
    from trialwright.study.canonical import version

    study = load_eligibility(name, terminal).study
    if study.published is None:
        raise Stop(
            USAGE, message("The study {study} has no published result (published.yaml).", study=study.id)
        )
    sheet = Sheet(terminal.catalogue, letter="P")
    write_published(study, sheet)
    identity = study.identity
    origin = Origin(
        identity.acronym or study.id,
        identity.titles.brief,
        version(study),
        0,
        "",
        f"trialwright {trialwright.__version__}",
        datetime(1970, 1, 1, tzinfo=UTC),
        rehearsal=False,
    )
    document = Document(message("Published result"), origin, tuple(sheet.blocks))
    return TrialReport(document, sheet.traces)


def _head_lines(document: Document, terminal: Terminal) -> Iterator[str]:
    """What the report's first page says of where its numbers come from."""
    from trialwright.reports.origin import explain_origin

    origin, say = document.origin, terminal.say
    yield say(document.title)
    if origin.rehearsal:
        yield say(message("SYNTHETIC - rehearsal"))
    for name, what in explain_origin(origin):
        yield say(message("{name}: {value}", name=name, value=what))
    yield ""


def _lines(document: Document, terminal: Terminal) -> Iterator[str]:
    """A document in a terminal: tables with aligned columns."""
    from trialwright.reports.document import Heading, Items, Paragraph, Table

    for block in document.blocks:
        if isinstance(block, Heading):
            yield from ("", terminal.say(block.text), "")
        elif isinstance(block, Paragraph):
            yield terminal.say(block.text)
        elif isinstance(block, Items):
            yield from (f"- {terminal.say(item)}" for item in block.items)
        elif isinstance(block, Table):
            yield from _table_lines(block, terminal)


def _table_lines(table: Table, terminal: Terminal) -> Iterator[str]:
    say = terminal.say
    rows = [[say(column.heading) for column in table.columns]]
    for each in table.rows:
        cells = [say(cell.says) for cell in each.cells]
        rows.append(["  " * each.level + cells[0], *cells[1:]])
    rows = [[_short(visible(cell)) for cell in row] for row in rows]
    widths = [
        max(display_width(row[place]) for row in rows if len(row) > place)
        for place in range(len(table.columns))
    ]
    yield ""
    yield f"{table.id}  {say(table.caption)}"
    for number, each_row in enumerate(rows):
        label = f"r{number}" if number else ""
        joined = "  ".join(pad(cell, width) for cell, width in zip(each_row, widths, strict=False))
        yield f"  {label:<4}{joined}".rstrip()
    for note in table.notes:
        yield f"  {say(note)}"


def _short(text: str) -> str:
    return text if len(text) <= NARROW else text[: NARROW - 1] + "…"


def run_trace(options: argparse.Namespace, terminal: Terminal) -> int:
    """Walk a number back: cell, result, rows, events, facts."""
    report, events = _looked_up(options, terminal)
    terminal.clear()
    trace = report.traces.get(options.cell)
    shown = {id: cell for table in report.document.tables() for id, cell in table.cells()}
    if trace is None:
        if options.cell in shown:
            raise Stop(
                USAGE,
                message(
                    "The cell {cell} is a text of the report itself; it is not computed.", cell=options.cell
                ),
            )
        raise Stop(
            USAGE,
            message(
                "The report has no cell {cell}; ids look like T5.r1.c2 (table, row, column), F3.r1.c2 (data of figure 3) or F3.",
                cell=options.cell,
            ),
        )
    if options.cell in shown:
        print(f"{options.cell}  {terminal.say(shown[options.cell].says)}")
    else:
        print(options.cell)
    for text in _trace_lines(trace, events, terminal, options.most):
        print(visible(text))
    return DONE


def _looked_up(options: argparse.Namespace, terminal: Terminal) -> tuple[TrialReport, Mapping[int, Event]]:
    """What an id may stand in: the report of an archive with its events, or the published result of a study."""
    if options.cell.startswith("P"):
        if (Path(options.archive) / "events.jsonl").is_file():
            raise Stop(
                USAGE,
                message(
                    "Ids that begin with P are those of `trialwright analyse STUDY --published`; in the report of an archive the published result stands in tables of its own, with ids that begin with T."
                ),
            )
        return _published(options.archive, terminal), {}
    archive, _ = open_trial(options.archive)
    report = _compose(options.archive, terminal.catalogue, terminal, figures=False)
    return report, {event.position: event for event in archive.events()}


def _trace_lines(trace: Trace, events: Mapping[int, Event], terminal: Terminal, most: int) -> Iterator[str]:
    say = terminal.say
    yield say(message("what: {what}", what=trace.what))
    if trace.method:
        yield say(message("method: {method}", method=trace.method))
    if trace.citation:
        yield say(message("source: {source}", source=trace.citation))
    for name, value in trace.inputs:
        yield say(message("input: {name} = {value}", name=name, value=value))
    if trace.rows or not trace.inputs:
        yield say(message("participants: {count}", count=len({row.participant for row in trace.rows})))
    for row in trace.rows[:most]:
        yield f"  {row.participant}  {say(row.value)}  {say(row.reason)}".rstrip()
        for fact in row.facts:
            yield say(message("    fact {fact}", fact=fact))
        for position in row.positions:
            event = events[position]
            yield say(
                message(
                    "    event {position}: {type} on {at} by {actor} ({role})",
                    position=position,
                    type=event.type,
                    at=event.at,
                    actor=event.actor,
                    role=event.role,
                )
            )
    if len(trace.rows) > most:
        yield say(message("  and {count} more (--most N)", count=len(trace.rows) - most))


COMMANDS = {"report": run_report, "analyse": run_analyse, "trace": run_trace}
