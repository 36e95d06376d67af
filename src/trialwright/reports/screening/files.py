"""A screening written down: table for the terminal, CSV, JSON, one participant a line, Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from trialwright.reports.cells import safe_cell
from trialwright.reports.coverage import coverage_lines
from trialwright.reports.words import OVERALL, SYNTHETIC
from trialwright.terms.message import message, render
from trialwright.terms.visible import pad, visible

MARKS = {"pass": "+", "fail": "-", "unknown": "?", "not_assessed": "."}


def write_json(
    out: TextIO, first: Mapping[str, Any], people: Iterable[Mapping[str, Any]], last: Mapping[str, Any]
) -> None:
    """One JSON document, written person by person: never held in memory whole."""
    text = json.dumps(first, ensure_ascii=False)
    out.write(text[:-1] + ', "participants": [')
    out.writelines(
        (",\n" if count else "\n") + json.dumps(person, ensure_ascii=False)
        for count, person in enumerate(people)
    )
    out.write("\n], " + json.dumps(last, ensure_ascii=False)[1:] + "\n")


def write_ndjson(out: TextIO, people: Iterable[Mapping[str, Any]]) -> None:
    """One participant a line."""
    out.writelines(json.dumps(person, ensure_ascii=False) + "\n" for person in people)


CSV_COLUMNS = (
    "person", "overall", "eligible_from", "valid_until", "criterion", "verdict", "reason", "reading", "sentence",
    "fact", "concept", "value", "unit", "converted", "converted_unit", "date", "margin", "margin_unit",
)  # fmt: skip


def write_csv(out: TextIO, people: Iterable[Mapping[str, Any]]) -> None:
    """One line a criterion of a person, with the first fact of its evidence."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for person in people:
        for each in person["criteria"]:
            writer.writerow([safe_cell(cell) for cell in _csv_row(person, each)])


def _csv_row(person: Mapping[str, Any], each: Mapping[str, Any]) -> list[Any]:
    first: Mapping[str, Any] = each["evidence"][0] if each["evidence"] else {}
    margin: Mapping[str, Any] = each["margin"] or {}
    return [
        person["person"], person["verdict"], person["eligible_from"], person["valid_until"],
        each["id"], each["verdict"], each["reason"], each["reading"], each["sentence"],
        first.get("fact"), first.get("concept"), first.get("value"), first.get("unit"), first.get("converted"),
        first.get("converted_unit"), first.get("date"), margin.get("value"), margin.get("unit"),
    ]  # fmt: skip


PARQUET = pa.schema(
    [
        ("person", pa.string()),
        ("criterion", pa.string()),
        ("verdict", pa.string()),
        ("reason", pa.string()),
        ("value", pa.float64()),
        ("date", pa.date32()),
        ("fact", pa.string()),
    ]
)


def write_parquet(path: Any, rows: Iterable[Sequence[tuple[Any, ...]]]) -> None:
    """Verdict, reason, value, date and fact id per person and criterion, in batches of rows."""
    with pq.ParquetWriter(path, PARQUET) as writer:
        for batch in rows:
            columns: list[Any] = list(zip(*batch, strict=True)) if batch else [[] for _ in PARQUET]
            arrays = [pa.array(column, type=each.type) for column, each in zip(columns, PARQUET, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=PARQUET))


def table_lines(
    criteria: Sequence[str],
    people: Iterable[Mapping[str, Any]],
    catalogue: Mapping[str, str],
    *,
    synthetic: bool,
    coverage: Mapping[str, Any],
) -> Iterator[str]:
    """A person a line: overall verdict, validity, and a mark per criterion; then what the source holds.

    `synthetic`: the people are made up, which the first line says. `coverage`: the report of the result.
    """
    if synthetic:
        yield render(SYNTHETIC, catalogue)
    yield render(message("+ pass   - fail   ? unknown   . not assessed"), catalogue)
    heads = " ".join(f"{id:>3}" for id in criteria)
    words = (message("person"), message("verdict"), message("valid until"))
    yield f"{_columns(*(render(word, catalogue) for word in words))} {heads}"
    for person in people:
        marks = " ".join(f"{MARKS[each['verdict']]:>3}" for each in person["criteria"])
        word = render(OVERALL[person["verdict"]], catalogue)
        yield f"{_columns(visible(person['person']), word, person['valid_until'] or '')} {marks}"
    yield ""
    yield from coverage_lines(coverage, catalogue)


def _columns(person: str, verdict: str, until: str) -> str:
    return f"{pad(person, 38)} {pad(verdict, 13)} {pad(until, 11)}"


def to_text(lines: Iterable[str]) -> str:
    """Lines as one text."""
    out = io.StringIO()
    for line in lines:
        out.write(line + "\n")
    return out.getvalue()
