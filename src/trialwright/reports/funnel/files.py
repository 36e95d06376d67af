"""A funnel written down: tables for the terminal, and one long table as CSV or Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from trialwright.reports.coverage import coverage_lines
from trialwright.reports.words import OVERALL, SYNTHETIC
from trialwright.terms.message import message, render
from trialwright.terms.visible import pad

COLUMNS = ("section", "criterion", "reading", "measure", "value")
GIVE_ONE = message(
    "Do not give away a second report on the same people: the two could be subtracted from each other."
)
"""Said with every report that leaves the site: in another order, of another day or under another reading it tells more."""

_SCHEMA = pa.schema([*((name, pa.string()) for name in COLUMNS[:4]), ("value", pa.float64())])


def long_rows(result: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, float | None]]:
    """Every number of a funnel: section, criterion, reading, measure, value (None where suppressed); a note first."""
    if result.get("note"):
        yield "note", "", "", result["note"], None
    for measure in ("total", "dead"):
        yield "population", "", "", measure, result[measure]
    for measure, count in result["counts"].items():
        yield "population", "", "", measure, count
    for section in ("attrition", "leave_one_out", "shapley"):
        for row in result[section]:
            for measure, value in row.items():
                if measure not in ("criterion", "title"):
                    yield section, row["criterion"] or "", "", measure, value
    for row in result["reading_effects"]:
        for measure, value in row["counts"].items():
            yield "reading_effects", row["criterion"], row["reading"], measure, value
        for change in row["changes"]:
            yield (
                "reading_effects",
                row["criterion"],
                row["reading"],
                f"{change['from']}>{change['to']}",
                change["count"],
            )


def write_csv(result: Mapping[str, Any], out: TextIO) -> None:
    """One number a line."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(long_rows(result))


def write_parquet(result: Mapping[str, Any], path: Any) -> None:
    """The same as Parquet."""
    columns = list(zip(*long_rows(result), strict=True))
    arrays = [pa.array(column, type=each.type) for column, each in zip(columns, _SCHEMA, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=_SCHEMA), path)


def table_lines(result: Mapping[str, Any], catalogue: Mapping[str, str]) -> Iterator[str]:
    """The funnel for a terminal."""

    def say(sentence: object) -> str:
        return render(sentence, catalogue)

    if result.get("synthetic"):
        yield say(SYNTHETIC)
    counts = result["counts"]
    yield say(
        message(
            "{total} people: {eligible} eligible, {undetermined} undetermined, {ineligible} ineligible ({dead} of them dead)",
            total=shown(result["total"]),
            eligible=shown(counts["eligible"]),
            undetermined=shown(counts["undetermined"]),
            ineligible=shown(counts["ineligible"]),
            dead=shown(result["dead"]),
        )
    )
    if result["least"]:
        yield say(
            message(
                "* is not shown: fewer than {least} people, or a number from which such a small group could be computed.",
                least=result["least"],
            )
        )
        yield say(GIVE_ONE)
    yield ""
    yield say(
        message("Attrition (lost here first; left if nothing unknown fails; left if every unknown fails)")
    )
    for row in result["attrition"]:
        name = row["criterion"] or say(message("dead"))
        yield f"  {pad(name, 6)} {shown(row['lost']):>10} {shown(row['left_best']):>12} {shown(row['left_worst']):>12}"
    yield ""
    yield say(
        message(
            "Each criterion alone (fail it; are unknown; fail it and no other; pass all others but not it; Shapley, "
            "if nothing unknown fails; if every unknown fails)"
        )
    )
    for row, value in zip(result["leave_one_out"], result["shapley"], strict=True):
        yield (
            f"  {row['criterion']:<6} {shown(row['fails']):>10} {shown(row['unknown']):>10} "
            f"{shown(row['gained_best']):>8} {shown(row['gained_worst']):>8} "
            f"{share(value['best']):>9} {share(value['worst']):>9}"
        )
    yield ""
    yield say(message("Other readings (eligible, undetermined, ineligible; who changes)"))
    for row in result["reading_effects"]:
        numbers = row["counts"]
        changes = "; ".join(
            f"{shown(change['count'])} {say(OVERALL[change['from']])} > {say(OVERALL[change['to']])}"
            for change in row["changes"]
        )
        yield (
            f"  {row['criterion'] + '=' + row['reading']:<22} {shown(numbers['eligible']):>8} "
            f"{shown(numbers['undetermined']):>8} {shown(numbers['ineligible']):>8}  {changes}"
        )
    yield ""
    yield from coverage_lines(result["coverage"], catalogue)


def shown(count: int | None) -> str:
    """A count, or an asterisk where it is too small to be shown."""
    return "*" if count is None else f"{count:,}"


def share(value: float | None) -> str:
    """A share of the living in percent, or an asterisk."""
    return "*" if value is None else f"{100 * value:.2f}%"
