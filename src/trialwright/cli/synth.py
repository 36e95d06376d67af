"""`trialwright synth`: a synthetic hospital whose verdicts are known beforehand."""

from __future__ import annotations

import argparse

from trialwright.cli.common import (
    DONE,
    USAGE,
    Stop,
    Terminal,
    count_option,
    day_option,
    load_eligibility,
    own_parser,
    whole_folder,
)
from trialwright.terms.message import message

MOST = 100_000_000
"""The most people of a hospital: the ids of their facts have room for ten times as many."""


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of the command."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "Makes a synthetic hospital, labelled as such, with the verdict of everybody written beside the records."
        ),
        "  trialwright synth beam --people 10000 --seed 1 --out hospital",
        terminal,
    )
    own.add_argument(
        "study", metavar="STUDY", help=say(message("the study whose verdicts are known beforehand (beam)"))
    )
    own.add_argument(
        "--people",
        required=True,
        type=count_option(terminal, least=1, most=MOST),
        metavar="N",
        help=say(message("how many people")),
    )
    own.add_argument(
        "--seed",
        required=True,
        type=count_option(terminal),
        metavar="S",
        help=say(message("the same seed gives the same hospital")),
    )
    own.add_argument("--out", required=True, metavar="DIR", help=say(message("a new or empty folder")))
    own.add_argument(
        "--on",
        type=day_option(terminal),
        metavar="DATE",
        help=say(message("the day for which the verdicts hold (2026-11-01)")),
    )
    own.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    return own


def synth(options: argparse.Namespace, terminal: Terminal) -> int:
    """`trialwright synth STUDY --people N --seed S --out DIR`."""
    from trialwright.simulation.hospital import REFERENCE_DATE, write_hospital

    study = load_eligibility(options.study, terminal).study
    if study.id != "beam":
        raise Stop(
            USAGE,
            message(
                "Synthetic hospitals are made for the study beam only; {study} has no generator.",
                study=study.id,
            ),
        )
    with whole_folder(options.out) as folder:
        write_hospital(
            folder,
            options.people,
            options.seed,
            options.on or REFERENCE_DATE,
            format=options.format,
            progress=lambda count: terminal.progress(message("writing: {count} people", count=f"{count:,}")),
        )
    terminal.remark(
        message(
            "Synthetic people, not patients: {count} in {path}.",
            count=f"{options.people:,}",
            path=options.out,
        )
    )
    return DONE


COMMANDS = {"synth": synth}
