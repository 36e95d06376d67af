"""The command line: its commands, their options, and what each exit code means."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path

from trialwright import __version__
from trialwright.cli.common import DONE, RECORDS_UNREADABLE, USAGE, Harmless, Stop, Terminal
from trialwright.cli.near import COMMAND_WORDS, first_word, near
from trialwright.cli.outputs import check_output
from trialwright.cli.parser_words import parser_words
from trialwright.terms.message import Message, message
from trialwright.terms.visible import shortened

COMMANDS = {
    "check": "trialwright.cli.study",
    "explain": "trialwright.cli.study",
    "import": "trialwright.cli.study",
    "export": "trialwright.cli.study",
    "screen": "trialwright.cli.screen",
    "funnel": "trialwright.cli.funnel",
    "synth": "trialwright.cli.synth",
    "simulate": "trialwright.cli.simulate",
    "act": "trialwright.cli.act",
    "verify": "trialwright.cli.act",
    "allocate": "trialwright.cli.allocate",
    "schedule": "trialwright.cli.schedule",
    "dose": "trialwright.cli.dose",
    "respond": "trialwright.cli.respond",
    "safety": "trialwright.cli.safety",
    "queries": "trialwright.cli.queries",
    "report": "trialwright.cli.report",
    "analyse": "trialwright.cli.analyse",
    "trace": "trialwright.cli.trace",
}
# Where the options of a command stand apart from it: what the command itself needs takes time to load.
OPTIONS = {"screen": "trialwright.cli.options", "funnel": "trialwright.cli.options"}
STOPPED = 130  # as shells say that somebody pressed Ctrl-C
_DUCKDB_STOPPED = "Query interrupted"  # DuckDB's own word for Ctrl-C
ABOUT = {
    "check": message("validate a study and list what a methodologist would question"),
    "explain": message("write a study as prose"),
    "screen": message("verdict, evidence and calendar for every person of a source of records"),
    "funnel": message("where people are lost, and what each reading costs"),
    "synth": message("make a synthetic hospital with known verdicts"),
    "simulate": message("rehearse a whole trial with synthetic people"),
    "act": message("any action of a rehearsal of the trial"),
    "verify": message("check an archive: every hash, every text, every definition"),
    "allocate": message("how predictable and how uneven an allocation rule is, before the start"),
    "schedule": message("visits of a participant, or what is to be done in the trial on a day"),
    "dose": message("the doses proposed for a participant on a day"),
    "respond": message("response at every visit by every definition, and the endpoints"),
    "safety": message("reports due, alerts, laboratory grades, stopping rules"),
    "queries": message("questions about recorded values that are not closed"),
    "report": message("the report of a trial as HTML, PDF and tables"),
    "analyse": message("carry out the analysis plan, or compute a published result again"),
    "trace": message("where a number of the report comes from"),
    "import": message("turn a ClinicalTrials.gov record into a starting study folder"),
    "export": message("write a study as a registry record"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # No package that happens to be installed may change how a study is read; looking for one takes time, too.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # The matrices of a trial are small: more threads cost twice the time, and add up in another order elsewhere.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    language = _language(given)
    terminal = Terminal(language)
    for word in given:
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            terminal.tell(message("The argument {word} is not UTF-8 text.", word=shortened(word)))
            return USAGE
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that lacks a character is shown its number
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with parser_words(terminal), redirect_stdout(Harmless(sys.stdout)):
            code = _run(given, terminal)
        sys.stdout.flush()
    except Stop as stop:
        terminal.tell(stop.message)
        code = stop.code
    except BrokenPipeError:  # whoever read has read enough
        _forget_stdout()
        code = DONE
    except OSError as error:
        _forget_stdout()
        terminal.tell(
            message("{path}: {reason}.", path=str(error.filename or "stdout"), reason=error.strerror or "")
        )
        code = USAGE
    except KeyboardInterrupt:
        terminal.tell(message("Stopped."))
        code = STOPPED
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        terminal.tell(_broken_archive(given, error))
        code = RECORDS_UNREADABLE
    except RuntimeError as error:
        if str(error) != _DUCKDB_STOPPED:
            raise
        terminal.tell(message("Stopped."))
        code = STOPPED
    return code


_LONGEST_PATH = 4_000


def _broken_archive(given: Sequence[str], error: Exception) -> Message:
    """What is wrong with the archive over which a command fell; with a sound one it is a bug, and the error goes on.

    Commands that only look do not verify first; what is read may then be of any form.
    """
    from trialwright.exchange.archive import (
        ArchiveBroken,
        Broken,
        verify_archive,
    )  # no command starts with it
    from trialwright.record.books import UnreadableEvent

    for word in given:
        if len(word) > _LONGEST_PATH or not (Path(word) / "events.jsonl").is_file():
            continue
        try:
            found = verify_archive(Path(word))
        except ArchiveBroken as broken:
            return broken.message
        if isinstance(found, Broken):
            place = f"{found.file}:{found.line}" if found.line else found.file
            return message(
                "{path} is broken at {place}: {problem}", path=word, place=place, problem=found.problem
            )
    if isinstance(error, UnreadableEvent):
        return message(
            "The archive is broken: event {position} says what no action writes.", position=error.position
        )
    raise error


def _run(given: Sequence[str], terminal: Terminal) -> int:
    parser = _parser(terminal)
    command = next((word for word in given if word in COMMANDS), None)
    if command is None:
        word = first_word(given)
        meant = near(word, COMMANDS, COMMAND_WORDS) if word else None
        if meant is not None:
            raise Stop(
                USAGE,
                message("There is no command {name}. Did you mean {near}?", name=shortened(word), near=meant),
            )
        parser.parse_args(given or ["--help"])
        return USAGE
    rest = list(given)
    rest.remove(command)
    own = importlib.import_module(OPTIONS.get(command, COMMANDS[command])).parser(command, terminal)
    _common(own, terminal)
    # Values and options of `act` may stand in any order; elsewhere the plain parser names all that is missing.
    options = own.parse_intermixed_args(rest) if command == "act" else own.parse_args(rest)
    terminal.quiet = options.quiet
    if getattr(options, "out", None):
        check_output(options.out)
    module = importlib.import_module(COMMANDS[command])
    code: int = module.COMMANDS[command](options, terminal)
    return code


def _forget_stdout() -> None:
    """Send what is still waiting for a stdout that takes nothing more to nowhere, or the exit would fail on it."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def _language(given: Sequence[str]) -> str:
    for index, word in enumerate(given):
        if word.startswith("--lang="):
            return "zh" if word.endswith("zh") else "en"
        if word == "--lang" and index + 1 < len(given):
            return "zh" if given[index + 1] == "zh" else "en"
    return "en"


def _common(parser: argparse.ArgumentParser, terminal: Terminal) -> None:
    say = terminal.say
    parser.add_argument(
        "--lang", choices=("en", "zh"), default="en", help=say(message("language of everything shown"))
    )
    parser.add_argument(
        "--quiet", action="store_true", help=say(message("no progress, no remarks on stderr"))
    )


def _parser(terminal: Terminal) -> argparse.ArgumentParser:
    say = terminal.say
    lines = "\n".join(f"  {name:<10} {say(about)}" for name, about in ABOUT.items())
    parser = argparse.ArgumentParser(
        prog="trialwright",
        usage="trialwright COMMAND ... [--lang en|zh] [--quiet]",
        description=say(
            message("Your protocol, running: one study definition from which the whole trial runs.")
        ),
        epilog=f"{say(message('commands'))}:\n{lines}\n\n"
        f"{say(message('examples'))}:\n"
        "  trialwright check beam\n"
        "  trialwright explain beam --lang zh\n"
        "  trialwright screen beam RECORDS --on 2026-11-01 --format html --out report.html\n\n"
        + say(message("`trialwright COMMAND --help` explains one command.")),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"trialwright {__version__}",
        help=say(message("show program's version number and exit")),
    )
    parser.add_argument("command", choices=tuple(COMMANDS), help=argparse.SUPPRESS)
    _common(parser, terminal)
    return parser
