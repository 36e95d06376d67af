"""The rows of Parquet tables as numbers of their texts: a column holds few texts, each told once by its dictionary.

What a text means is asked once for each distinct text or combination; a row holds only the number of the answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from trialwright.exchange.csv.table import find_columns
from trialwright.exchange.source import RecordsUnreadable
from trialwright.terms.message import message

Numbers = NDArray[np.int32]
Thing = TypeVar("Thing", bound=Hashable)
BATCH = 262_144  # rows at a time: their codes stay in the processor's cache
_MOST = 1 << 62


class Numbered(dict[Thing, int]):
    """Distinct things, numbered from 0 in the order in which they come: `numbered[thing]` is its number, old or new."""

    def __missing__(self, thing: Thing) -> int:
        number = self[thing] = len(self)
        return number

    @property
    def things(self) -> list[Thing]:
        """All of them in order."""
        return list(self)

    def numbers(self, things: Iterable[Thing]) -> Numbers:
        """The number of each."""
        return np.fromiter(map(self.__getitem__, things), np.int32)


class Coded(NamedTuple):
    """One column of a batch: for each row the place of its text among `texts`."""

    codes: Numbers
    texts: list[str]

    def at(self, rows: Numbers) -> Coded:
        """The same of some rows."""
        return Coded(self.codes[rows], self.texts)

    def text(self, row: int) -> str:
        """The text of one row."""
        return self.texts[self.codes[row]]


class CodedTable:
    """Parquet files with the contract's columns, batch by batch; absent columns and cells read as ''.

    `plain`: a column whose texts are all different, which stays an Arrow array of texts. `renamed`: folded local column
    names to the contract's. `connection`: DuckDB, which writes a typed column as text here as in its own views.
    """

    def __init__(
        self,
        columns: tuple[str, ...],
        required: tuple[str, ...],
        plain: str,
        renamed: Mapping[str, str],
        connection: Any,
    ) -> None:
        self._columns = columns
        self._required = required
        self._plain = plain
        self._renamed = renamed
        self._db = connection
        self._known: dict[str, tuple[pa.Array, list[str]]] = {}

    def batches(
        self, files: Sequence[Path], key: str, after: str, last: str
    ) -> Iterator[tuple[dict[str, Coded], pa.Array]]:
        """The coded columns by name and the plain one. Raises `RecordsUnreadable`.

        Parts of a file are left out of which it says itself that no `key` is behind `after` and up to `last` ('' for no
        limit); the other parts come whole.
        """
        for path in files:
            try:
                with pq.ParquetFile(path) as file:
                    yield from self._of_file(path, file, key, after, last)
            except (pa.ArrowException, OSError, UnicodeDecodeError):
                raise RecordsUnreadable(path.name, message("This is not a readable Parquet file.")) from None

    def _of_file(
        self, path: Path, file: Any, key: str, after: str, last: str
    ) -> Iterator[tuple[dict[str, Coded], pa.Array]]:
        header = list(file.schema_arrow.names)
        places = find_columns(path, header, self._columns, self._required, self._renamed)
        name_of = {name: header[at] for name, at in zip(self._columns, places, strict=True) if at >= 0}
        groups = [
            at
            for at in range(file.num_row_groups)
            if _reaches(file.metadata.row_group(at), name_of[key], after, last)
        ]
        if not groups:
            return
        texts = [
            written
            for name, written in name_of.items()
            if name != self._plain and pa.types.is_string(file.schema_arrow.field(written).type)
        ]
        with pq.ParquetFile(path, metadata=file.metadata, read_dictionary=texts) as coded:
            for batch in coded.iter_batches(BATCH, row_groups=groups, columns=list(name_of.values())):
                found = {
                    name: self._coded(name, batch.column(name_of[name]))
                    if name in name_of
                    else Coded(np.zeros(batch.num_rows, np.int32), [""])
                    for name in self._columns
                    if name != self._plain
                }
                yield found, self._as_texts(batch.column(name_of[self._plain]))

    def _coded(self, name: str, column: pa.Array) -> Coded:
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        # Batches of one part of a file have the same dictionary, read anew for each.
        dictionary, texts = self._known.get(name, (None, []))
        if dictionary is None or not column.dictionary.equals(dictionary):
            texts = self._as_texts(column.dictionary).to_pylist()
            self._known[name] = column.dictionary, texts
        codes = column.indices
        if codes.null_count:
            codes, texts = codes.fill_null(len(texts)), [*texts, ""]
        return Coded(codes.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), texts)

    def _as_texts(self, column: pa.Array) -> pa.Array:
        """Texts, '' for none."""
        if not pa.types.is_string(column.type):
            self._db.register("incoming", pa.table({"cell": column}))
            table = self._db.sql("SELECT CAST(cell AS VARCHAR) AS cell FROM incoming").to_arrow_table()
            self._db.unregister("incoming")
            column = table.column("cell").combine_chunks().cast(pa.string())
        return column.fill_null("") if column.null_count else column


def _reaches(group: Any, column: str, after: str, last: str) -> bool:
    """Whether a part of a file may hold a key behind `after` and up to `last`, by what it says of itself."""
    for at in range(group.num_columns):
        if group.column(at).path_in_schema == column:
            known = group.column(at).statistics
            break
    else:
        return True
    if known is None or not known.has_min_max or known.null_count != 0 or not isinstance(known.max, str):
        return True
    return not ((after and known.max <= after) or (last and known.min > last))


def combine(columns: Sequence[Numbers]) -> tuple[Numbers, NDArray[np.intp]]:
    """Number the combinations of several columns of numbers from 0 on.

    Returns the number of each row's combination, and one row of each combination.
    """
    key, size = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        width = int(column.max(initial=0)) + 1
        if size * width > _MOST:
            key = pc.dictionary_encode(pa.array(key)).indices.to_numpy().astype(np.int64)
            size = len(key)
        key = key * width + column
        size *= width
    numbers = pc.dictionary_encode(pa.array(key)).indices.to_numpy()
    rows = np.empty(int(numbers.max(initial=-1)) + 1, np.intp)
    rows[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)
    return numbers, rows
