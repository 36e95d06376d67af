"""A synthetic hospital as a folder of tables, marked as synthetic wherever one can look."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trialwright.simulation.hospital.build import (
    CRITERIA,
    GENERATOR,
    OVERALL,
    REFERENCE_DATE,
    Batch,
    build_hospital,
)

Format = Literal["parquet", "csv"]
README = """# Synthetic hospital / 合成医院数据

SYNTHETIC. Nobody in this folder exists: every person and every record was made up by a program from a seed.
Do not use it as evidence about patients.

合成数据。本文件夹中的人员和记录均由程序依据随机种子生成，并非真实患者，不得作为临床证据。

- `persons`, `facts`: the records in the tidy form. 人员与记录（规整表格式）。
- `truth`: the verdict that each record was made to fit, per person and criterion of the BEAM trial, for a
  search on the reference date with the chosen readings; criterion `*` is the overall verdict.
  每个人在各条标准上的预设判定（检索模式、默认解读）；`*` 为总体判定。
- `manifest.json`: seed, number of people, reference date, version of the generator, counts. 生成参数与计数。
"""


class _Table(Protocol):
    def write(self, table: pa.Table) -> None: ...

    def close(self) -> None: ...


class _CsvTable:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._started = False

    def write(self, table: pa.Table) -> None:
        if not self._started:
            self._writer.writerow(table.column_names)
            self._started = True
        columns = [column.to_pylist() for column in table.columns]
        self._writer.writerows(zip(*columns, strict=True))

    def close(self) -> None:
        self._file.close()


class _ParquetTable:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def write(self, table: pa.Table) -> None:
        if self._writer is None:
            # identifiers are all different: a dictionary of them would only cost
            shared = [
                name for name in table.column_names if pa.types.is_dictionary(table.schema.field(name).type)
            ]
            self._writer = pq.ParquetWriter(
                self._path, table.schema, compression="zstd", use_dictionary=shared
            )
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def write_hospital(
    folder: Path,
    people: int,
    seed: int,
    on: date = REFERENCE_DATE,
    *,
    format: Format = "parquet",  # noqa: A002 - the name users of the command know
    candidates: float = 0.03,
    visits: float = 5.5,
    progress: Callable[[int], None] | None = None,
) -> dict[str, object]:
    """Write a hospital into a new or empty folder and return its manifest.

    Parquet: `persons.parquet`, `facts/part-00000.parquet` and so on (one part per batch), `truth.parquet`;
    CSV: `persons.csv`, `facts.csv`, `truth.csv`. `progress` is called with the number of people written so
    far. The other arguments are those of `build_hospital`. Raises `FileExistsError` if the folder has
    anything in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    batches = build_hospital(people, seed, on, candidates=candidates, visits=visits)
    counts = _write_batches(folder, batches, format, progress)
    manifest: dict[str, object] = {
        "marker": "SYNTHETIC",
        "study": "beam",
        "generator": GENERATOR,
        "seed": seed,
        "people": people,
        "on": on.isoformat(),
        "mode": "search",
        "candidates": candidates,
        "visits": visits,
        "format": format,
        **counts,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
    (folder / "README.md").write_text(README, encoding="utf-8")
    return manifest


def _write_batches(
    folder: Path, batches: Iterator[Batch], suffix: Format, progress: Callable[[int], None] | None
) -> dict[str, object]:
    table = _CsvTable if suffix == "csv" else _ParquetTable
    verdicts: dict[str, Counter[str]] = {}
    people = facts = 0
    with ExitStack() as open_tables:

        def opened(path: Path) -> _Table:
            new: _Table = table(path)
            open_tables.callback(new.close)
            return new

        persons = opened(folder / f"persons.{suffix}")
        truth = opened(folder / f"truth.{suffix}")
        all_facts = opened(folder / "facts.csv") if suffix == "csv" else None
        for number, batch in enumerate(batches):
            persons.write(batch.persons)
            truth.write(batch.truth)
            if all_facts is not None:
                all_facts.write(batch.facts)
            else:
                (folder / "facts").mkdir(exist_ok=True)
                part = _ParquetTable(folder / "facts" / f"part-{number:05}.parquet")
                part.write(batch.facts)
                part.close()
            _count(batch.truth, verdicts)
            people += batch.persons.num_rows
            facts += batch.facts.num_rows
            if progress is not None:
                progress(people)
    return {
        "facts": facts,
        "overall": dict(sorted(verdicts.pop(OVERALL).items())),
        "verdicts": {criterion: dict(sorted(verdicts[criterion].items())) for criterion in CRITERIA},
    }


def _count(truth: pa.Table, verdicts: dict[str, Counter[str]]) -> None:
    """Add the verdicts of a batch, per criterion."""
    columns = {name: pc.cast(truth[name], pa.string()) for name in ("criterion", "verdict")}
    groups = (
        pa.table(columns).group_by(["criterion", "verdict"], use_threads=False).aggregate([([], "count_all")])
    )
    for row in groups.to_pylist():
        counter = verdicts.setdefault(row["criterion"], Counter())
        counter[row["verdict"]] += row["count_all"]
