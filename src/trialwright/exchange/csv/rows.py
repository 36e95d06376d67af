"""The rows of a large tidy hospital that matter to some rules, as numbers of what they say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trialwright.exchange.csv.coded import Coded, CodedTable, Numbered, Numbers, combine
from trialwright.exchange.csv.read import FACT_COLUMNS, REQUIRED_FACT, TidyReader
from trialwright.exchange.source import cut_to_date
from trialwright.record.fact import Unreadable, read_days
from trialwright.terms.quantity import BOUND, PLAIN_NUMBER

_WHOLE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = re.compile(PLAIN_NUMBER)
_EPOCH = date(1970, 1, 1).toordinal()
LOST = np.iinfo(np.int32).min  # the day of a text that is no date, the number of somebody of another chunk
_UNASKED = LOST + 1


def number_of_day(day: date) -> int:
    """A day as DuckDB and Arrow count it: from 1970-01-01."""
    return day.toordinal() - _EPOCH


class Wanted(NamedTuple):
    """A kind and a concept as written, of which rows matter: those from the day `earliest` on.

    `readable`: kind and concept go together; if not, the reader says of each row what it leaves unknown.
    """

    kind: str
    concept: str
    earliest: date
    readable: bool

    @property
    def since(self) -> int:
        """The first day that matters, as a number; `LOST` where every row does."""
        return number_of_day(self.earliest) if self.readable else LOST


class Combination(NamedTuple):
    """What stands in a row beside its value, days and limits; `wanted` by its number."""

    wanted: int
    unit: str
    status: str
    route: str
    has_end: bool


class Days(Numbered[str]):
    """Date texts without a time of day, and what each means."""

    def __init__(self) -> None:
        super().__init__()
        self._table = np.empty((0, 3), np.int32)

    @property
    def table(self) -> NDArray[np.int32]:
        """A line for each text: the first and the last day it may mean, `LOST` where it is none, and 1 if it is whole.

        Whole: a full date, so that a row outside every window needs no closer look.
        """
        if len(self) > len(self._table):
            new = [_read_day(text) for text in self.things[len(self._table) :]]
            self._table = np.concatenate([self._table, np.array(new, np.int32)])
        return self._table


def _read_day(text: str) -> tuple[int, int, bool]:
    try:
        first, last = read_days(text)
    except Unreadable:
        return LOST, LOST, False
    return number_of_day(first), number_of_day(last), _WHOLE.fullmatch(text) is not None


def plain_number(text: str) -> float:
    """The number a text is, as `terms.quantity` reads it; NaN for any other text and for one beyond all bounds."""
    number = float(text) if _PLAIN.fullmatch(text) else np.nan
    return number if abs(number) < BOUND else np.nan


class Rows(NamedTuple):
    """Rows in numbers, one place each. `person`: his number, or the place of a stranger in a list, counted from -1 down.

    `said`: the combination; `fact`: the ids, as Arrow texts. The rest are numbers of texts.
    """

    person: Numbers
    said: Numbers
    value: Numbers
    limits: Numbers
    start: Numbers
    end: Numbers
    fact: pa.Array

    def of(self, rows: Any) -> Rows:
        """Some of the rows, by place or by mask."""
        *numbers, fact = self
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return Rows._make([*(each[chosen] for each in numbers), fact.take(pa.array(chosen))])


class RowScan:
    """Reads the rows that matter. `ask` says which they are, by kind and concept as written: None for none."""

    def __init__(
        self, reader: TidyReader, ask: Callable[[str, str], Wanted | None], on: date, connection: Any
    ) -> None:
        self._files = reader.facts
        renamed = reader.options.mapping.columns.get("facts", {})
        self._table = CodedTable(FACT_COLUMNS, REQUIRED_FACT, "fact_id", renamed, connection)
        self._ask = ask
        self._on = number_of_day(on)
        self._of_pair: dict[tuple[str, str], int] = {}
        self.wanted: Numbered[Wanted] = Numbered()
        self.said: Numbered[Combination] = Numbered()
        self.values: Numbered[str] = Numbered()
        self.limits: Numbered[tuple[str, str]] = Numbered()
        self.days = Days()
        self.strangers: Numbered[str] = Numbered()

    def read(self, people: Mapping[str, int], after: str, last: str) -> Rows:
        """The rows that matter about people behind `after` and up to `last` ('' for no limit)."""
        parts = list(self._parts(people, after, last))
        *numbers, facts = zip(*parts, strict=True) if parts else ([()] * len(Rows._fields))
        columns = [np.concatenate([np.empty(0, np.int32), *each]) for each in numbers]
        return Rows._make([*columns, pa.concat_arrays([pa.array([], pa.string()), *facts])])

    def _parts(self, people: Mapping[str, int], after: str, last: str) -> Iterator[Rows]:
        def whom(ids: Iterable[str]) -> Numbers:
            numbers = (people.get(id) or self._stranger(id, after, last) for id in ids)
            return np.fromiter(numbers, np.int32)

        def when(texts: Iterable[str]) -> Numbers:
            return self.days.numbers(map(cut_to_date, texts))

        person, value, start, end = (Meaning(of) for of in (whom, self.values.numbers, when, when))
        for columns, facts in self._table.batches(self._files, "person_id", after, last):
            wanted = self._which(columns["kind"], columns["concept"])
            rows = np.flatnonzero(wanted >= 0).astype(np.int32)
            starts, ends = start.of(columns["start"], rows), end.of(columns["end"], rows)
            matters = self._matters(wanted[rows], starts, ends)
            rows, starts, ends = rows[matters], starts[matters], ends[matters]
            persons = person.of(columns["person_id"], rows)
            here = persons != LOST
            if not here.all():
                rows, persons, starts, ends = rows[here], persons[here], starts[here], ends[here]
            if len(rows):
                yield Rows(
                    persons,
                    self._say(columns, rows, wanted[rows], ends != self.days[""]),
                    value.of(columns["value"], rows),
                    self._limit(columns["low"].at(rows), columns["high"].at(rows)),
                    starts,
                    ends,
                    facts.take(pa.array(rows)),
                )

    def _stranger(self, id: str, after: str, last: str) -> int:
        """The number of somebody who is not among the people: a stranger's, or `LOST` for one of another chunk."""
        here = (not after or id > after) and (not last or id <= last)
        return -1 - self.strangers[id] if here else LOST

    def _matters(self, wanted: Numbers, start: Numbers, end: Numbers) -> NDArray[np.bool_]:
        """Which rows of wanted kinds and concepts matter: a result outside the window of every rule does not.

        A date that is not a whole one is kept for a closer look, and so is one after its end, because it cannot be
        trusted.
        """
        first, _, whole = self.days.table.T
        since = np.array([each.since for each in self.wanted], np.int32)[wanted]
        day = first[start]
        kept = ((day >= since) & (day <= self._on)) | (since == LOST) | (whole[start] == 0)
        left = np.flatnonzero(~kept & (end != self.days[""]))
        if len(left):
            texts = self.days.things
            kept[left] = [texts[start[at]] > texts[end[at]] for at in left.tolist()]
        return kept

    def _which(self, kind: Coded, concept: Coded) -> Numbers:
        """For each row the number of its wanted kind and concept, -1 for others. Every pair is asked about once."""
        width = len(concept.texts)
        pairs = kind.codes * width + concept.codes
        which = np.full(len(kind.texts) * width, -1, np.int32)
        for pair in np.flatnonzero(np.bincount(pairs, minlength=1)).tolist():
            texts = kind.texts[pair // width], concept.texts[pair % width]
            if texts not in self._of_pair:
                found = self._ask(*texts)
                self._of_pair[texts] = -1 if found is None else self.wanted[found]
            which[pair] = self._of_pair[texts]
        return which[pairs]

    def _say(
        self, columns: Mapping[str, Coded], rows: Numbers, wanted: Numbers, has_end: NDArray[np.bool_]
    ) -> Numbers:
        unit, status, route = (columns[name].at(rows) for name in ("unit", "status", "route"))
        numbers, examples = combine([wanted, unit.codes, status.codes, route.codes, has_end.astype(np.int32)])
        found = [
            Combination(int(wanted[at]), unit.text(at), status.text(at), route.text(at), bool(has_end[at]))
            for at in examples.tolist()
        ]
        return self.said.numbers(found)[numbers]

    def _limit(self, low: Coded, high: Coded) -> Numbers:
        numbers, examples = combine([low.codes, high.codes])
        found = [(low.text(at), high.text(at)) for at in examples.tolist()]
        return self.limits.numbers(found)[numbers]


class Meaning:
    """The numbers that a column's texts get from `of`, asked once as long as the texts stay the same."""

    def __init__(self, of: Callable[[Iterable[str]], Numbers]) -> None:
        self._of = of
        self._texts: list[str] = []
        self._numbers: Numbers = np.empty(0, np.int32)

    def of(self, column: Coded, rows: Numbers) -> Numbers:
        """The numbers of some rows."""
        if self._texts is not column.texts:
            self._texts, self._numbers = column.texts, np.full(len(column.texts), _UNASKED, np.int32)
        codes = column.codes[rows]
        used = np.zeros(len(self._texts), np.bool_)
        used[codes] = True
        new = np.flatnonzero(used & (self._numbers == _UNASKED))
        if len(new):
            self._numbers[new] = self._of(map(self._texts.__getitem__, new.tolist()))
        return self._numbers[codes]
