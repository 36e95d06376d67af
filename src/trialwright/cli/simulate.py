"""`trialwright simulate`: a whole trial rehearsed with synthetic people, written as an archive."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from trialwright.cli.common import (
    DONE,
    STUDY_INVALID,
    USAGE,
    Stop,
    Terminal,
    cannot_write,
    check_new_folder,
    count_option,
    day_option,
    load_eligibility,
    own_parser,
)
from trialwright.terms.message import message

START = date(2026, 1, 5)
"""The day on which a rehearsal opens its study, where none is named: a Monday, always the same."""

MOST = 10_000
"""The most participants of a rehearsal: its ledger is made in memory, some 0.3 MB of text for each of them."""


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "Rehearses a trial from its opening to its lock: synthetic people are screened, enrolled, allocated, dosed and "
            "followed by the actions that real people use. What is assumed about them stands in the study's "
            "simulation.yaml. The archive is marked as a rehearsal, and so is every report of it."
        ),
        "  trialwright simulate beam --participants 53 --seed 1 --out archive\n"
        "  trialwright simulate bliss-ln --participants 40 --seed 7 --start 2027-03-01 --out archive",
        terminal,
    )
    own.add_argument(
        "study", metavar="STUDY", help=say(message("a study folder, or the name of a bundled study"))
    )
    own.add_argument(
        "--participants",
        required=True,
        type=count_option(terminal, least=1, most=MOST),
        metavar="N",
        help=say(message("how many join; those who fail the screening come on top")),
    )
    own.add_argument(
        "--seed",
        required=True,
        type=count_option(terminal),
        metavar="S",
        help=say(message("the same seed gives the same archive, byte for byte")),
    )
    own.add_argument("--out", required=True, metavar="ARCHIVE", help=say(message("a new or empty folder")))
    own.add_argument(
        "--start",
        type=day_option(terminal),
        default=START,
        metavar="DATE",
        help=say(message("the day on which the study opens (default: {day})", day=START)),
    )
    return own


def simulate(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright simulate STUDY --participants N --seed S --out ARCHIVE`."""
    from trialwright.exchange.archive import ArchiveBroken, write_archive
    from trialwright.simulation.participants import NoRehearsal, rehearse

    check_new_folder(options.out)
    study = load_eligibility(options.study, terminal).study
    try:
        made = rehearse(
            study,
            participants=options.participants,
            seed=options.seed,
            start=options.start,
            say=terminal.say,
            progress=lambda count: terminal.progress(message("{count} events written", count=f"{count:,}")),
        )
        terminal.clear()
        write_archive(
            Path(options.out), made.study, made.ledger, definitions=made.definitions.values(), rehearsal=True
        )
    except NoRehearsal as error:
        raise Stop(STUDY_INVALID, error.message) from None
    except ArchiveBroken as error:
        raise Stop(USAGE, error.message) from None
    except OSError as error:
        raise cannot_write(options.out, error) from None
    head = made.ledger.head
    assert head is not None  # noqa: S101  # a rehearsal has at least opened its study
    terminal.remark(
        message(
            "A rehearsal with synthetic people: {participants} joined, {events} events, in {path}.",
            participants=options.participants,
            events=f"{head.position:,}",
            path=options.out,
        )
    )
    return DONE


COMMANDS = {"simulate": simulate}
