"""DuckDB, embedded: the engine for a hospital's files on one machine. No extension is ever fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from trialwright.logic.sql import Script

TABLES = ("facts", "persons", "unreadable")


class DuckEngine:
    """A DuckDB connection that holds the three typed tables. `memory_limit` such as '2GB'; `threads` 0: all."""

    dialect = "duckdb"

    def __init__(self, *, memory_limit: str = "", threads: int = 0) -> None:
        self.connection = duckdb.connect(
            config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        )
        self.connection.execute("SET enable_progress_bar = false")  # it would stand among the results
        if memory_limit:
            self.connection.execute(f"SET memory_limit = '{memory_limit}'")
        if threads:
            self.connection.execute(f"SET threads = {int(threads)}")

    def load(self, tables: Mapping[str, pa.Table]) -> None:
        """Hold these tables (`facts`, `persons`, `unreadable`) instead of those before."""
        for name in TABLES:
            self.connection.register("incoming", tables[name])
            self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
            self.connection.unregister("incoming")

    def query(self, script: Script) -> Iterator[Mapping[str, Sequence[Any]]]:
        """Run a script and give the columns of its answer batch by batch."""
        for batch in self.batches(script):
            yield batch.to_pydict()

    def batches(self, script: Script) -> Iterator[pa.RecordBatch]:
        """Run a script, every step a table of its own while it lasts, and give its answer as Arrow batches."""
        try:
            for step, finished in zip(script.steps, script.finished(), strict=True):
                self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {step.name} AS {step.text}")
                self._drop(finished)
            yield from self.connection.sql(script.answer).to_arrow_reader(50_000)
        finally:
            self._drop(step.name for step in script.steps)

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def close(self) -> None:
        """Let go of everything."""
        self.connection.close()
