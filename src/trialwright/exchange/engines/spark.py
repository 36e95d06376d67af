"""Spark, for hospitals whose records already live there; tested in local mode. An optional extra (pyspark)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trialwright.logic.sql import Script

_BATCH = 5_000


class SparkMissing(Exception):
    """pyspark or Java is not installed."""


class SparkEngine:
    """A Spark session that holds the three typed tables as views."""

    dialect = "spark"

    def __init__(self, session: Any = None) -> None:
        self.session = session or _local_session()
        # Inferring constraints through a UNION fails in Spark 4 ("key not found").
        self.session.conf.set("spark.sql.constraintPropagation.enabled", "false")
        self._folder = tempfile.TemporaryDirectory()
        self._numbers = count()

    def load(self, tables: Mapping[str, pa.Table]) -> None:
        """Hold these tables (`facts`, `persons`, `unreadable`) instead of those before."""
        for name, table in tables.items():
            path = Path(self._folder.name) / f"{name}-{next(self._numbers)}.parquet"
            pq.write_table(table, path)
            self.session.read.parquet(str(path)).createOrReplaceTempView(name)

    def query(self, script: Script) -> Iterator[Mapping[str, Sequence[Any]]]:
        """Run a script and give the columns of its answer batch by batch; shared steps are computed once.

        They are written down: a plan that holds all of them many times over takes Spark longer to read than to run.
        """
        for step in script.steps:
            frame = self.session.sql(step.text)
            if step.shared:
                path = str(Path(self._folder.name) / f"step-{next(self._numbers)}.parquet")
                frame.write.parquet(path)
                frame = self.session.read.parquet(path)
            frame.createOrReplaceTempView(step.name)
        frame = self.session.sql(script.answer)
        names = frame.columns
        rows: list[Any] = []
        for row in frame.toLocalIterator():
            rows.append(row)
            if len(rows) == _BATCH:
                yield _columns(names, rows)
                rows = []
        yield _columns(names, rows)

    def close(self) -> None:
        """End the session."""
        self.session.stop()
        self._folder.cleanup()


def _columns(names: Sequence[str], rows: Sequence[Any]) -> dict[str, list[Any]]:
    return {name: [row[index] for row in rows] for index, name in enumerate(names)}


def _local_session() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkMissing("pyspark") from error
    try:
        return (
            SparkSession.builder.master("local[2]")
            .appName("trialwright")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.ansi.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.driver.memory", "2g")
            .config("spark.buffer.pageSize", "256k")  # one task joins all rules, and each join takes a page
            .getOrCreate()
        )
    except Exception as error:
        raise SparkMissing("java") from error
