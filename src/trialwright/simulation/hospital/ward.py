"""One batch of made-up people while their records are written: who they are, and the rows so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from trialwright.simulation.hospital.codes import CODED, KIND, ROUTE
from trialwright.simulation.hospital.days import edges
from trialwright.simulation.hospital.words import Codes, Days, Words

Who = NDArray[np.int64]
Values = NDArray[np.float64]
Field = str | Codes

FEMALE, MALE, OTHER, UNKNOWN = range(4)
SEXES = ("female", "male", "other", "unknown")
CANDIDATE, LUPUS, PATIENT, DECEASED = range(4)
COLUMNS = ("kind", "concept", "value", "unit", "low", "high", "start", "end", "status", "route")
HISTORY = 2922  # eight years of records, in days
NAMED = 0.55  # share of rows in which the source already names the study's concept


class Ward:
    """People as positions 0..size-1 of the batch; every array has one entry per person.

    `age_low`, `age_high`: the completed years a birth date allows (nan: no birth date). `last`: the last day
    on which something can be recorded. `weight`: a weight in kg that a dose was made for (nan: none),
    `weightless`: a dose was made for someone without one. `airway`: has an airway disease whose steroids
    `E7a` has already written. `verdicts`: per criterion the position in `claims` of a text such as "unknown
    no_record".
    """

    def __init__(self, *, on: date, size: int, rng: np.random.Generator) -> None:
        self.on = on
        self.edge = edges(on)
        self.size = size
        self.rng = rng
        self.words = Words()
        self.claims = Words()
        self.verdicts: dict[str, Codes] = {}
        self.kind = np.full(size, PATIENT, dtype=np.int8)
        self.sex = np.zeros(size, dtype=np.int8)
        self.birth: Codes = np.zeros(size, dtype=np.int32)
        self.death: Codes = np.zeros(size, dtype=np.int32)
        self.age_low = np.full(size, np.nan)
        self.age_high = np.full(size, np.nan)
        self.last = np.full(size, self.edge.today + 60, dtype=np.int64)
        self.weight = np.full(size, np.nan)
        self.weightless = np.zeros(size, dtype=bool)
        self.airway = np.zeros(size, dtype=bool)
        self._people: list[Who] = []
        self._rows: dict[str, list[tuple[int | Codes, int]]] = {column: [] for column in COLUMNS}

    def add(self, who: Who, kind: str, concept: Field, **fields: Field) -> None:
        """Write one row for each of `who`; a field is one text for all or one number of a text for each."""
        if not len(who):
            return
        self._people.append(who)
        given: dict[str, Field] = {"kind": kind, "concept": concept, **fields}
        for column in COLUMNS:
            field = given.pop(column, "")
            self._rows[column].append((self.words.word(field) if isinstance(field, str) else field, len(who)))
        if given:
            raise TypeError(f"no such column: {sorted(given)}")

    def rows(self) -> tuple[Who, dict[str, Codes]]:
        """All rows so far: whose they are, and one array of text numbers per column."""
        if not self._people:
            return np.zeros(0, dtype=np.int64), {column: np.zeros(0, dtype=np.int32) for column in COLUMNS}
        return np.concatenate(self._people), {
            column: np.concatenate(
                [np.full(n, part, dtype=np.int32) if isinstance(part, int) else part for part, n in parts]
            )
            for column, parts in self._rows.items()
        }

    # chance

    def some(self, who: Who, share: float) -> Who:
        """A random share of these people."""
        return who[self.rng.random(len(who)) < share]

    def parts(self, who: Who, count: int) -> list[Who]:
        """These people dealt out at random into so many groups."""
        hand = self.rng.integers(0, count, len(who))
        return [who[hand == number] for number in range(count)]

    def choose(self, who: Who, texts: Sequence[str], weights: Sequence[float] | None = None) -> Codes:
        """One of several texts for each."""
        if weights is None:
            return self.words.words(texts)[self.rng.integers(0, len(texts), len(who))]
        steps = np.cumsum(np.asarray(weights, dtype=float))
        hand = np.searchsorted(steps, self.rng.random(len(who)) * steps[-1], "right")
        return np.asarray(self.words.words(texts)[hand], dtype=np.int32)

    def between(self, who: Who, low: int | Days, high: int | Days, *, edge: float = 0.0) -> Days:
        """A day for each, both ends included; a share `edge` lies exactly on the last one."""
        days = self.rng.integers(low, np.asarray(high) + 1, len(who))
        return np.where(self.rng.random(len(who)) < edge, high, days)

    def uniform(self, who: Who, low: float | Values, high: float | Values) -> Values:
        """A number for each."""
        return low + self.rng.random(len(who)) * (np.asarray(high) - low)

    # writing

    def dates(self, days: Days) -> Codes:
        """Write exact days, a few as a date-time whose own offset would shift the day in another zone."""
        codes = self.words.dates(days)
        chance = self.rng.random(len(days))
        for time, share in (("T00:20:00+08:00", chance < 0.015), ("T23:40:00-05:00", chance > 0.985)):
            codes[share] = self.words.dates(days[share], time=time)
        return codes

    def long_ago(self, days: Days) -> Codes:
        """Write days on which nothing depends; some of an earlier year know only the month or the year."""
        codes = self.words.dates(days)
        chance = np.where(days < date(self.on.year, 1, 1).toordinal(), self.rng.random(len(days)), 0.5)
        for cut, share in ((7, chance < 0.1), (4, chance > 0.95)):
            codes[share] = self.words.dates(days[share], cut=cut)
        return codes

    def concept(self, who: Who, name: str) -> Codes:
        """The concept by name or by one of its codes."""
        codes = CODED.get(name, ())
        if not codes:
            return np.full(len(who), self.words.word(name), dtype=np.int32)
        return self.choose(who, (name, *codes), (NAMED, *[(1 - NAMED) / len(codes)] * len(codes)))

    def present(self, who: Who, names: Sequence[str], **fields: Field) -> None:
        """A condition, procedure or allergy: for each person one of `names`."""
        for name, group in self._dealt(who, names, fields):
            self.add(group[0], KIND.get(name, "condition"), self.concept(group[0], name), **group[1])

    def exposure(self, who: Who, names: Sequence[str], **fields: Field) -> None:
        """A drug: for each person one of `names`; a coded one states its route, a named one may."""
        for name, (group, given) in self._dealt(who, names, fields):
            concept = self.concept(group, name)
            route = np.full(len(group), self.words.word(ROUTE.get(name, "po")), dtype=np.int32)
            named = concept == self.words.word(name)
            route[named & (self.rng.random(len(group)) < 0.4)] = 0
            self.add(group, "exposure", concept, **{"route": route, **given})

    def _dealt(
        self, who: Who, names: Sequence[str], fields: dict[str, Field]
    ) -> list[tuple[str, tuple[Who, dict[str, Field]]]]:
        hand = self.rng.integers(0, len(names), len(who))
        dealt = []
        for number, name in enumerate(names):
            mine = hand == number
            given = {key: field if isinstance(field, str) else field[mine] for key, field in fields.items()}
            dealt.append((name, (who[mine], given)))
        return dealt

    def finding(self, who: Who, name: str, value: Field, days: Days, status: Field = "final") -> None:
        """A finding on a day."""
        self.add(who, "finding", self.concept(who, name), value=value, start=self.dates(days), status=status)
