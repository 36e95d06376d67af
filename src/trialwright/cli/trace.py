"""`trialwright trace`: where a number of `report` or `analyse` comes from."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from trialwright.cli.analyse import compose_published
from trialwright.cli.common import DONE, USAGE, Stop, Terminal, count_option, own_parser
from trialwright.cli.trace_words import TraceWords
from trialwright.cli.trial import compose, open_trial
from trialwright.terms.message import message
from trialwright.terms.visible import visible

if TYPE_CHECKING:
    from trialwright.record.event import Event
    from trialwright.reports.trial.compose import TrialReport
    from trialwright.reports.trial.sheet import Trace
    from trialwright.study.model import Study


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "Where a number of `report` or `analyse` comes from: cell, result, participants, events, facts. An id stands for one number of an archive, whichever of the two shows it. Exit 6 if the archive does not verify."
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


def run_trace(options: argparse.Namespace, terminal: Terminal) -> int:
    """Walk a number back: cell, result, rows, events, facts."""
    report, events, study = _looked_up(options, terminal)
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
    for text in _trace_lines(trace, events, TraceWords(study), terminal, options.most):
        print(visible(text))
    return DONE


def _looked_up(
    options: argparse.Namespace, terminal: Terminal
) -> tuple[TrialReport, Mapping[int, Event], Study | None]:
    """What an id may stand in: the report of an archive with its events and definition, or a study's published result."""
    if options.cell.startswith("P"):
        if (Path(options.archive) / "events.jsonl").is_file():
            raise Stop(
                USAGE,
                message(
                    "Ids that begin with P are those of `trialwright analyse STUDY --published`; in the report of an archive the published result stands in tables of its own, with ids that begin with T."
                ),
            )
        return compose_published(options.archive, terminal), {}, None
    report = compose(options.archive, terminal, figures=False)  # verifies before anything is read
    archive, trial = open_trial(options.archive)
    return report, {event.position: event for event in archive.events()}, trial.definition(trial.version)


def _trace_lines(
    trace: Trace, events: Mapping[int, Event], words: TraceWords, terminal: Terminal, most: int
) -> Iterator[str]:
    say = terminal.say
    yield say(message("what: {what}", what=trace.what))
    if trace.method:
        yield say(message("method: {method}", method=words.method(trace.method)))
    if trace.citation:
        yield say(message("source: {source}", source=trace.citation))
    for name, value in trace.inputs:
        yield say(message("input: {name} = {value}", name=name, value=value))
    if trace.rows or not trace.inputs:
        yield say(message("participants: {count}", count=len({row.participant for row in trace.rows})))
    for row in trace.rows[:most]:
        yield f"  {row.participant}  {say(words.value(row.value))}  {say(row.reason)}".rstrip()
        for fact in row.facts:
            yield say(message("    fact {fact}", fact=fact))
        for position in row.positions:
            event = events[position]
            yield say(
                message(
                    "    event {position}: {type} on {at} by {actor} ({role})",
                    position=position,
                    type=words.done(event),
                    at=event.at,
                    actor=event.actor,
                    role=words.role(event),
                )
            )
    if len(trace.rows) > most:
        yield say(message("  and {count} more (--most N)", count=len(trace.rows) - most))


COMMANDS = {"trace": run_trace}
