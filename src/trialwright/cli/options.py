"""The options of `screen` and `funnel`, apart from what the commands need, so that a mistake or `--help` is answered at once."""

from __future__ import annotations

import argparse

from trialwright.cli.common import (
    USAGE,
    Stop,
    Terminal,
    count_option,
    day_option,
    own_parser,
    percent_option,
    reading_option,
)
from trialwright.terms.message import message

FORMATS = ("table", "json", "ndjson", "csv", "parquet", "html")


def parser(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of one of these commands."""
    return (_screen if command == "screen" else _funnel)(command, terminal)


def _screen(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of `trialwright screen`."""
    own = own_parser(
        command,
        message(
            "Judges every person of a source: verdict per criterion with evidence, sentence, margin and calendar."
        ),
        "  trialwright screen beam studies/beam/sample --on 2026-11-01\n"
        "  trialwright screen beam hospital.zip --on 2026-11-01 --format html --out report.html\n"
        "  trialwright screen beam export/ --on 2026-11-01 --mode screening --reading I4=literal --format json",
        terminal,
    )
    add_record_options(own, terminal)
    own.add_argument("--format", choices=FORMATS, default="table")
    return own


def _funnel(command: str, terminal: Terminal) -> argparse.ArgumentParser:
    """The options of `trialwright funnel`."""
    say = terminal.say
    own = own_parser(
        command,
        message(
            "Attrition, leave-one-out, best and worst case over unknowns, Shapley values, effect of each reading."
        ),
        "  trialwright funnel beam studies/beam/sample --on 2026-11-01\n"
        "  trialwright funnel beam hospital/ --on 2026-11-01 --order I3,I4,A0 --format html --out funnel.html",
        terminal,
    )
    add_record_options(own, terminal)
    own.add_argument(
        "--order",
        metavar="ID,...",
        help=say(
            message("order of the attrition; criteria not named follow in protocol order (not with --least)")
        ),
    )
    own.add_argument("--format", choices=FORMATS, default="table")
    own.add_argument(
        "--least",
        type=count_option(terminal),
        default=0,
        metavar="N",
        help=say(
            message(
                "show no count from 1 to N-1 (for what leaves the site). Do not give away a second report on the same "
                "people: the two could be subtracted from each other"
            )
        ),
    )
    return own


def add_record_options(parser: argparse.ArgumentParser, terminal: Terminal) -> None:
    """The options that `screen` and `funnel` share."""
    say = terminal.say
    parser.add_argument(
        "study", metavar="STUDY", help=say(message("a study folder, or the name of a bundled study"))
    )
    parser.add_argument(
        "records",
        metavar="RECORDS",
        help=say(
            message(
                "FHIR bundles or bulk export, OMOP tables (folder, zip, DuckDB, postgresql://), or tidy tables"
            )
        ),
    )
    parser.add_argument(
        "--on",
        required=True,
        type=day_option(terminal),
        metavar="DATE",
        help=say(message("the reference date")),
    )
    parser.add_argument(
        "--mode",
        choices=("search", "screening"),
        default="search",
        help=say(message("search: records alone; screening: at the bedside, silence is unknown")),
    )
    parser.add_argument(
        "--engine",
        choices=("python", "duckdb", "spark"),
        help=say(message("default: duckdb, python below 1,000 people")),
    )
    parser.add_argument(
        "--reading",
        action="append",
        default=[],
        type=reading_option(terminal),
        metavar="ID=NAME",
        help=say(message("run another reading of a criterion; may be repeated")),
    )
    parser.add_argument(
        "--mapping", metavar="FILE", help=say(message("a mapping.yaml for local codes, names and units"))
    )
    parser.add_argument("--out", metavar="PATH", help=say(message("write there instead of stdout")))
    parser.add_argument(
        "--verify-sample",
        type=percent_option(terminal),
        default=1.0,
        metavar="PERCENT",
        help=say(
            message("share of people judged a second time by the Python engine (SQL engines; default 1)")
        ),
    )


def asked_readings(options: argparse.Namespace) -> dict[str, str]:
    """The readings asked for, by criterion; two different ones for one criterion are a usage error."""
    readings: dict[str, str] = {}
    for criterion, name in options.reading:
        if readings.setdefault(criterion, name) != name:
            raise Stop(
                USAGE,
                message(
                    "{criterion} cannot be read in two ways at once: {first} and {second} are asked for. "
                    "Leave one of them out.",
                    criterion=criterion,
                    first=f"{criterion}={readings[criterion]}",
                    second=f"{criterion}={name}",
                ),
            )
    return readings
