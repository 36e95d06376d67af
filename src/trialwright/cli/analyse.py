"""`trialwright analyse`: the analysis plan carried out on an archive, or a published result computed again."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from trialwright.cli.common import ANSWER_IS_NO, DONE, USAGE, Stop, Terminal, output, own_parser
from trialwright.cli.trial import check_verified, trial_data
from trialwright.terms.message import message
from trialwright.terms.visible import display_width, pad, visible

if TYPE_CHECKING:
    from trialwright.reports.document import Document, Origin, Table
    from trialwright.reports.trial.compose import TrialReport

NARROW = 60  # columns of a cell in a terminal


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "Carries out the analysis plan of the study definition on an archive, or on published counts. Exit 6 if the archive does not verify."
        ),
        "  trialwright analyse rehearsal\n  trialwright analyse beam --published",
        terminal,
    )
    own.add_argument("archive", metavar="ARCHIVE", help=say(message("the folder of the trial, or a study")))
    own.add_argument(
        "--published",
        action="store_true",
        help=say(message("the published counts of a study, computed again")),
    )
    own.add_argument("--format", choices=("table", "json"), default="table")
    own.add_argument("--out", metavar="FILE")
    return own


def run_analyse(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the planned comparisons of an archive, or a published result computed again."""
    document, locked = (
        (compose_published(options.archive, terminal).document, None)
        if options.published
        else _analysed(options.archive, terminal)
    )
    if options.format == "json":
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
    from trialwright.reports.tables import write_dataset_json

    return json.loads(write_dataset_json(table, origin=origin, catalogue=catalogue))


def _analysed(path: str, terminal: Terminal) -> tuple[Document, bool]:
    from trialwright.reports.trial.compose import compose_analysis

    check_verified(path, terminal)
    terminal.clear()
    data = trial_data(path)
    if data.blind:
        raise Stop(ANSWER_IS_NO, message("The study is blind; nothing is compared before it is unblinded."))
    return compose_analysis(data).document, data.locked


def compose_published(name: str, terminal: Terminal) -> TrialReport:
    """The published result of a study, computed again."""
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
    rows = [[visible(cell) for cell in row] for row in rows]
    told = _said_below(rows)
    rows = [
        [_in_cell(cell, told.get(cell, 0), head=place < table.heads) for place, cell in enumerate(row)]
        for row in rows
    ]
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
    for text, mark in told.items():
        yield f"  [{mark}] {text}"
    for note in table.notes:
        yield f"  {say(note)}"


def _said_below(rows: list[list[str]]) -> dict[str, int]:
    """The texts too long for a cell, numbered in reading order; each is said once, below the table."""
    long = dict.fromkeys(cell for row in rows for cell in row if len(cell) > NARROW)
    return {text: number for number, text in enumerate(long, start=1)}


def _in_cell(text: str, mark: int, *, head: bool) -> str:
    """What stands in a cell: a long text is named by its number, where it heads its row also by its beginning."""
    if not mark:
        return text
    return f"{text[: NARROW - 1].rstrip()}… [{mark}]" if head else f"[{mark}]"


COMMANDS = {"analyse": run_analyse}
