"""Runs the SQL written by hand, and reads its answer in the words of the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from trialwright.eligibility.search import Line

SCRIPT = Path(__file__).with_name("hand_written.sql")
_MARK = "-- @@ "
_BATCH = 50_000


def run_by_hand(folder: Path, *, on: date) -> Iterator[pa.RecordBatch]:
    """Judge a Parquet hospital: `person`, `dead`, then `v0 r0 x0 d0 f0 v1 ...` in protocol order."""
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    try:
        for name, value in (
            ("on_day", f"DATE '{on.isoformat()}'"),
            ("persons", _text(folder / "persons.parquet")),
            ("facts", _text(folder / "facts" / "*.parquet")),
        ):
            connection.execute(f"SET VARIABLE {name} = {value}")
        *steps, answer = sections(SCRIPT.read_text(encoding="utf-8"))
        for _, sql in steps:
            connection.execute(sql)
        yield from connection.sql(answer[1].strip().rstrip(";")).to_arrow_reader(_BATCH)
    finally:
        connection.close()


def sections(script: str) -> list[tuple[str, str]]:
    """The named steps of the script, in order; the last one is the question itself."""
    return [
        (name.strip(), sql) for name, _, sql in (part.partition("\n") for part in script.split(_MARK)[1:])
    ]


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def read_by_hand(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, bool, list[Line]]]:
    """Person, whether dead, and the criteria in order, like `eligibility.search.read_lines`."""
    for batch in batches:
        columns: dict[str, list[Any]] = {
            name: column.to_pylist() for name, column in zip(batch.schema.names, batch.columns, strict=True)
        }
        count = (len(columns) - 2) // 5
        parts = [[columns[f"{letter}{index}"] for letter in "vrxdf"] for index in range(count)]
        for row, person in enumerate(columns["person"]):
            yield person, columns["dead"][row], [Line(*(column[row] for column in part)) for part in parts]
