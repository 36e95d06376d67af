"""Rows of a large tidy hospital whose id repeats: found among the rows that matter, read in the order of the files.

The first of several rows with one id stays. Where ids repeat by the thousand they identify nothing, and the source is
refused with the cure, before it costs memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from trialwright.exchange.csv import by_sql
from trialwright.exchange.source import RecordsUnreadable
from trialwright.terms.message import message

MOST = 100_000  # rows with an id that repeats, of a whole source


class Placed(NamedTuple):
    """One row of the source: the number of its person (None: nobody of the chunk), where it stands, its texts.

    `here`: it belongs to the chunk that is loaded; others only show which row is the first.
    """

    person: int | None
    place: str
    texts: list[str]
    here: bool = True


class Repeats:
    """What repeats in a source whose chunks are loaded one after the other; `source` as shown to people.

    `places`: the rows read so far that are not the first with their id.
    """

    def __init__(self, connection: Any, source: str) -> None:
        self._db = connection
        self._source = source
        self._count = 0
        self.places: set[str] = set()
        self._db.execute("CREATE OR REPLACE TABLE tidy_ids (id UBIGINT)")

    def find_in(self, facts: pa.Array, after: str, last: str) -> tuple[list[int], list[Placed]]:
        """Find the ids of a chunk's rows that repeat: at which places, and all rows with these ids in order.

        The chunk: people behind `after` and up to `last` ('' for no limit). Rows of later chunks are left out, so that
        one row of each id stays whatever the order of files and chunks. Raises `RecordsUnreadable`.
        """
        self._db.register("tidy_ids_here", pa.table({"place": np.arange(len(facts)), "fact_id": facts}))
        self._db.execute(f"CREATE OR REPLACE TABLE tidy_repeated AS {by_sql.REPEATED}")
        self._db.execute(f"CREATE OR REPLACE TABLE tidy_taken AS {by_sql.TAKEN}")
        self._db.execute("INSERT INTO tidy_ids SELECT HASH(fact_id) FROM tidy_ids_here WHERE fact_id <> ''")
        places = self._db.execute(
            "SELECT place FROM tidy_ids_here WHERE fact_id IN (FROM tidy_repeated)"
        ).fetchall()
        self._db.unregister("tidy_ids_here")
        if not places:
            return [], []
        found = self._db.execute(by_sql.AGAIN, [after, after, last, last, MOST + 1]).fetchall()
        # What an earlier chunk has taken comes first there.
        found.sort(key=lambda row: (not (row[1] and row[2]), row[3], row[4]))
        rows = [
            Placed(person, _place(file, at), texts, not earlier)
            for person, earlier, _, file, at, *texts in found
        ]
        self._count += sum(row.here for row in rows)
        if max(len(rows), self._count) > MOST:
            raise RecordsUnreadable(
                self._source,
                message(
                    "More than {count} rows bear the fact_id of another row, so these ids identify nothing. "
                    "Make fact_id unique in the whole table, for example by putting person_id before it.",
                    count=f"{MOST:,}",
                ),
            )
        return [at for (at,) in places], rows

    def find(self, ids: list[str]) -> Iterator[tuple[str, str]]:
        """Where rows with these ids stand, as id and place; nothing where there are too many."""
        found = self._db.execute(by_sql.STANDING, [ids, MOST + 1]).fetchall() if ids else []
        if len(found) <= MOST:
            yield from ((fact_id, _place(file, at)) for fact_id, file, at in sorted(found))

    def of_people(self, ids: list[str]) -> Iterator[Placed]:
        """All rows about some people."""
        for file, at, *texts in self._db.execute(by_sql.ABOUT, [ids]).fetchall():
            yield Placed(None, _place(file, at), texts)


def _place(file: str, at: int) -> str:
    return f"{Path(file).name} row {at + 1}"
