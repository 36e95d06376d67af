"""Coverage for the terminal: warnings first, then the concepts found and not found, then the codes nobody mapped."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trialwright.reports.words import kind_word
from trialwright.terms.message import message, render

NEAR = message(
    "Of these, ICD-10 codes near those of a criterion that reads silence as 'no' (map them if they mean its disease):"
)
WIDTH = 110  # columns; a table of persons is wider


def coverage_lines(coverage: Mapping[str, Any], catalogue: Mapping[str, str]) -> Iterator[str]:
    """The coverage of a result in few lines.

    `coverage`: as in the result; counts that are None do not leave the site. `catalogue`: sentences of the language.
    """

    def say(sentence: object) -> str:
        return render(sentence, catalogue)

    for warning in coverage["warnings"]:
        yield from _wrapped(say(message("Warning: {warning}", warning=warning)), "  ")
    if coverage.get("warnings_left_out"):
        yield say(
            message(
                "{count} warnings that name rare codes are not shown here.",
                count=coverage["warnings_left_out"],
            )
        )
    if coverage["not_covered"]:
        kinds = ", ".join(say(kind_word(kind)) for kind in coverage["not_covered"])
        yield f"{say(message('The source is said not to hold these kinds of data:'))} {kinds}"
    yield from _concepts(coverage, catalogue)
    for kind, rows in coverage["unmapped"].items():
        count = f"{coverage['unmapped_total'][kind]:,}"
        yield say(
            message(
                "Codes that no concept of the study names: {kind}, {count} records",
                kind=kind_word(kind),
                count=count,
            )
        )
        yield from _listed("", [f"{_name(row)} {row['count']:,}" for row in rows])
    near = coverage.get("near", {})
    if near:
        yield say(NEAR)
    for criterion, rows in near.items():
        yield from _listed(criterion, [f"{_name(row)} {row['count']:,}" for row in rows])


def _concepts(coverage: Mapping[str, Any], catalogue: Mapping[str, str]) -> Iterator[str]:
    """The study's concepts by kind: those found with their records and people, and the names of the others."""
    rows = coverage["concepts"]
    counted = coverage["persons"] is not None
    if counted:
        title = message(
            "Concepts of the study (records/people of {count} people)", count=f"{coverage['persons']:,}"
        )
        lacking = message("none")
    else:
        title, lacking = message("Concepts of the study"), message("none, or too few to show")
    yield render(title, catalogue)
    for kind in dict.fromkeys(row["kind"] for row in rows):
        found, others = [], []
        for row in rows:
            if row["kind"] != kind:
                continue
            if not (row["facts"] if counted else row["enough"]):
                others.append(row["concept"])
            else:
                numbers = f" {row['facts']:,}/{row['persons']:,}" if counted else ""
                found.append(row["concept"] + numbers)
        word = render(kind_word(kind), catalogue)
        yield from _listed(word, found)
        yield from _listed(f"{word}, {render(lacking, catalogue)}", others)


def _name(row: Mapping[str, Any]) -> str:
    """A code with its name in the source."""
    return f"{row['code']} ({row['display']})" if row["display"] else row["code"]


def _listed(head: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield from _wrapped("  " + (f"{head}: " if head else "") + ", ".join(items), "    ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
