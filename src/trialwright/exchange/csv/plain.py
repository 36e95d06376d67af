"""The plain majority of a chunk's rows as columns that SQL types; the others as rows for the Python reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trialwright.exchange.csv.again import Placed
from trialwright.exchange.csv.asked import Answers
from trialwright.exchange.csv.coded import Numbers, combine
from trialwright.exchange.csv.rows import LOST, Rows, RowScan, plain_number
from trialwright.record.raw import Skipped
from trialwright.terms.quantity import BOUND

SOMEWHERE = "facts"  # the place of a row until it is looked for
_NONE = -1


class Plain:
    """Rows all of which can be read, and the place of each one's value among those asked about (-1: a number)."""

    def __init__(self, rows: Rows, answer: Numbers) -> None:
        self.rows = rows
        self.answer = answer


class Typing:
    """Types the rows of a chunk. `ids`: the people of the chunk, number 1 first."""

    def __init__(self, scan: RowScan, ask: Answers, ids: Sequence[str]) -> None:
        self._scan = scan
        self._ask = ask
        self._ids = ids
        self._days = scan.days.table
        self._said, self._wanted, self._limits = scan.said.things, scan.wanted.things, scan.limits.things
        self._values = np.fromiter(map(plain_number, scan.values), np.float64)

    def divide(self, rows: Rows) -> tuple[Plain, Rows]:
        """Ask what words mean, and part the rows that can be read as they stand from those that cannot.

        A row is plain if all of it can be read, nothing ends before it begins, and its value is possible.
        """
        self._ask.signatures(self._scan)
        told, bounded = self._told(rows), self._bounded(rows)
        answer, answered = self._answers(rows, told & bounded)
        first, end = self._days[rows.start, 0], self._days[rows.end]
        no_start, no_end = (each == self._scan.days[""] for each in (rows.start, rows.end))
        in_order = no_end | ((end[:, 1] != LOST) & (no_start | (end[:, 1] >= first)))
        plain = told & bounded & answered & (first != LOST) & in_order & self._possible(rows, answer)
        ordered = np.flatnonzero(plain)
        ordered = ordered[np.argsort(self._ask.order(len(self._said))[rows.said[ordered]], kind="stable")]
        return Plain(rows.of(ordered), answer[ordered]), rows.of(~plain)

    def _told(self, rows: Rows) -> NDArray[np.bool_]:
        """Whether person, id, kind, concept and route of each row can be read."""
        readable = [
            self._wanted[said.wanted].readable and (said.wanted, said.route) not in self._ask.routes_unread
            for said in self._said
        ]
        named = pc.greater(pc.binary_length(rows.fact), 0).to_numpy(zero_copy_only=False)
        return np.array(readable, np.bool_)[rows.said] & (rows.person >= 0) & named

    def _bounded(self, rows: Rows) -> NDArray[np.bool_]:
        """Whether the limits of the range are numbers or absent."""
        readable = [
            all(text == "" or not np.isnan(plain_number(text)) for text in limits) for limits in self._limits
        ]
        return np.array(readable, np.bool_)[rows.limits]

    def _answers(self, rows: Rows, readable: NDArray[np.bool_]) -> tuple[Numbers, NDArray[np.bool_]]:
        """Ask what values say that are no numbers; the place of each row's answer, and whether it can be read."""
        worded = np.array([said.wanted in self._ask.worded for said in self._said], np.bool_)
        asked = np.flatnonzero(readable & (np.isnan(self._values)[rows.value] | worded[rows.said]))
        wanted = np.array([said.wanted for said in self._said], np.int32)
        numbers, examples = combine([wanted[rows.said[asked]], rows.value[asked]])
        values = self._scan.values.things
        texts = [
            (self._wanted[wanted[rows.said[at]]], values[rows.value[at]]) for at in asked[examples].tolist()
        ]
        can_be_read = np.array(self._ask.values(texts), np.bool_)
        answer, answered = np.full(len(rows.value), _NONE, np.int32), np.ones(len(rows.value), np.bool_)
        answer[asked], answered[asked] = numbers, can_be_read[numbers]
        return answer, answered

    def _possible(self, rows: Rows, answer: Numbers) -> NDArray[np.bool_]:
        """Whether no value lies outside what its concept can be; at the limit itself the Python reader decides."""
        none = (-BOUND, BOUND)
        limits = np.array(
            [self._ask.limits.get(number, none) for number in range(len(self._said))], np.float64
        )
        spans = np.array([none, *self._ask.spans], np.float64)[np.maximum(answer, _NONE) + 1]
        number = self._values[rows.value]
        low, high = (np.where(answer == _NONE, number, spans[:, end]) for end in (0, 1))
        least, most = limits.reshape(-1, 2)[rows.said].T
        return ~((high < least) | (low > most))

    def set_aside(self, plain: Plain) -> Iterator[Skipped]:
        """The rows that their status sets aside."""
        rows, said = plain.rows, self._said
        apart = np.array([number in self._ask.aside for number in range(len(said))], np.bool_)
        found = rows.of(apart[rows.said])
        for number, person, fact in zip(
            found.said.tolist(), found.person.tolist(), found.fact.to_pylist(), strict=True
        ):
            for concept, reason in self._ask.aside[number]:
                yield Skipped(SOMEWHERE, reason, said[number].status, self._ids[person - 1], concept, fact)

    def table(self, plain: Plain) -> pa.Table:
        """The columns that `by_sql.FACTS` reads."""
        rows = plain.rows
        upper = np.array([plain_number(high) for _, high in self._limits], np.float64)
        start, end = self._days[rows.start], self._days[rows.end]
        nowhere = rows.end == self._scan.days[""]
        return pa.table(
            {
                "person": rows.person.astype(np.int64),
                "fact_id": rows.fact,
                "said": rows.said,
                "value": plain.answer,
                "number": _or_null(self._values[rows.value]),
                "upper": _or_null(upper[rows.limits]),
                "undated": rows.start == self._scan.days[""],
                "first": _days(start[:, 0]),
                "last": _days(start[:, 1]),
                "end_first": _days(end[:, 0], nowhere),
                "end_last": _days(end[:, 1], nowhere),
            }
        )

    def rows(self, odd: Rows) -> Iterator[Placed]:
        """Rows as they stand, for the Python reader."""
        values, days, strangers = (
            each.things for each in (self._scan.values, self._scan.days, self._scan.strangers)
        )
        for at, fact in enumerate(odd.fact.to_pylist()):
            person, said = int(odd.person[at]), self._said[odd.said[at]]
            wanted = self._wanted[said.wanted]
            id = strangers[-1 - person] if person < 0 else self._ids[person - 1]
            texts = [id, fact, wanted.kind, wanted.concept, values[odd.value[at]], said.unit]
            texts += [*self._limits[odd.limits[at]], days[odd.start[at]], days[odd.end[at]]]
            yield Placed(None if person < 0 else person, SOMEWHERE, [*texts, said.status, said.route])


def _or_null(numbers: NDArray[np.float64]) -> pa.Array:
    return pa.array(numbers, mask=np.isnan(numbers))


def _days(numbers: Numbers, missing: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(np.ascontiguousarray(numbers), mask=missing).view(pa.date32())
