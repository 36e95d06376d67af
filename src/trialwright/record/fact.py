"""From a raw fact to a typed one: interval of days, interval of values in the concept's unit, doubts.

All engines compute on these types only, so what a date, a unit or a status means is decided once, here.
The rules are the conventions of the reference trial (durations, statuses, partial dates, units).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from trialwright.record.raw import RawFact, RawPerson
from trialwright.terms.compare import greater, less
from trialwright.terms.dates import FIRST_DAY, LAST_DAY, UnreadableDate, parse_date
from trialwright.terms.quantity import BOUND, UnreadableNumber, parse_number
from trialwright.terms.units import IncompatibleUnits, UnknownUnit, converter

PRESENCE_KINDS = frozenset({"condition", "exposure", "procedure", "allergy"})
IGNORED_STATUSES = frozenset(
    {"entered-in-error", "cancelled", "not-done", "not-taken", "planned", "draft", "registered"}
)
_ACTIVE = frozenset({"active", "recurrence", "relapse"})
_DOUBTFUL = frozenset({"provisional", "differential", "unconfirmed", "remission"})
_ANSWERS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}


@dataclass(frozen=True, slots=True)
class ConceptType:
    """What the typed record must know of a concept; `values` are coded texts in order, ('boolean',) for yes/no.

    `unit` is the UCUM unit every value is converted to; `bridges` are conversions such as "1 mg/dL = 88.4 umol/L".
    `least`, `most`: what a measurement can be, in this unit; a value outside as a whole is `value_implausible`.
    """

    name: str
    kind: str
    unit: str = ""
    bridges: tuple[str, ...] = ()
    route: str = ""
    values: tuple[str, ...] = ()
    least: float = -BOUND
    most: float = BOUND


class Fact(NamedTuple):
    """One typed fact. Days are intervals (undated: `undated`, start from the first day of the calendar).

    `low`, `high`: the value in the concept's unit, or the index of a coded text, or 1 and 0 for yes and no.
    `ratio_low`, `ratio_high`: the value over the upper limit of its own reference range.
    `issue`, `ratio_issue`: why the value is an interval; `doubt`: why the presence is not certain.
    `absent`: asked and absent. `absolute`: the dose is per day although the concept counts per kg and day.
    `end_open`: the end is not recorded, so days after the first possible end are only possible.
    """

    fact: str
    concept: str
    start_low: date
    start_high: date
    end_low: date
    end_high: date
    undated: bool
    low: float
    high: float
    issue: str
    ratio_low: float
    ratio_high: float
    ratio_issue: str
    absent: bool
    doubt: str
    absolute: bool
    raw: RawFact

    @property
    def exact_day(self) -> bool:
        """Whether the fact has one certain day."""
        return self.start_low == self.start_high and not self.undated


@dataclass(frozen=True, slots=True)
class Person:
    """One person's typed record. Birth and death are intervals of days; `death` None where none is recorded.

    `unreadable`: concepts of which a record could not be read ('*': a record whose concept could not be read).
    """

    person: str
    sex: str
    birth: tuple[date, date] | None
    death: tuple[date, date] | None
    facts: Mapping[str, tuple[Fact, ...]]
    unreadable: frozenset[str] = field(default_factory=frozenset)


class SetAside(ValueError):
    """The fact is not used, on purpose; the argument is the reason code."""


class Unreadable(ValueError):
    """The fact cannot be placed in the record (its date is unreadable); the argument is the reason code."""


def read_days(text: str) -> tuple[date, date]:
    """The days a date text may mean; no text means any day. Raises `Unreadable`."""
    if not text:
        return FIRST_DAY, LAST_DAY
    try:
        days = parse_date(text)
    except UnreadableDate as error:
        raise Unreadable("date_unreadable") from error
    return days.first, days.last


class Value(NamedTuple):
    """A value text read for its concept: interval, and the reason code where it is not one number."""

    low: float
    high: float
    issue: str


_ANYTHING = Value(-BOUND, BOUND, "value_unreadable")
_IMPOSSIBLE = Value(-BOUND, BOUND, "value_implausible")


@lru_cache(maxsize=65536)
def read_number(text: str) -> Value:
    """Read a numeric result; an unreadable one may be anything (`value_unreadable`)."""
    try:
        interval = parse_number(text)
    except UnreadableNumber:
        return _ANYTHING
    return Value(interval.low, interval.high, "" if interval.exact else "value_censored")


def fold_coded(text: str) -> str:
    """Coded texts compare without case, blanks, order of parts or Roman-numeral characters (`Ⅴ + III` is `III+V`)."""
    parts = unicodedata.normalize("NFKC", text).upper().split("+")
    return "+".join(sorted("".join(part.split()) for part in parts))


@lru_cache(maxsize=65536)
def read_answer(text: str, values: tuple[str, ...]) -> Value:
    """Read a finding: yes or no as 1 or 0, a coded text as its index; 'false' of a coded list is -1 (list closed)."""
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    if values == ("boolean",):
        answer = _ANSWERS.get(folded)
        return Value(0.0, 1.0, "value_unreadable") if answer is None else Value(answer, answer, "")
    if folded == "false":
        return Value(-1.0, -1.0, "")
    wanted = fold_coded(text)
    for index, value in enumerate(values):
        if fold_coded(value) == wanted:
            return Value(float(index), float(index), "")
    return _ANYTHING


class Scale(NamedTuple):
    """How a unit becomes the concept's unit: value * factor + offset; `issue` where it cannot."""

    factor: float
    offset: float
    issue: str
    absolute: bool = False


_NO_SCALE = Scale(1.0, 0.0, "unit_unknown")


@lru_cache(maxsize=65536)
def read_unit(unit: str, concept: ConceptType) -> Scale:
    """Find the conversion of a unit text for a concept; none, unknown or of another dimension: `unit_unknown`.

    A dose per day of a concept that counts per kg and day is `absolute`: it is divided by the weight later.
    """
    if not concept.unit:
        return Scale(1.0, 0.0, "")
    try:
        conversion = converter(unit, concept.unit, concept.bridges)
        return Scale(conversion.factor, conversion.offset, "")
    except IncompatibleUnits:
        if "/kg" in concept.unit:
            try:
                conversion = converter(unit, concept.unit.replace("/kg", ""), ())
            except (UnknownUnit, IncompatibleUnits):
                return _NO_SCALE
            return Scale(conversion.factor, conversion.offset, "", absolute=True)
        return _NO_SCALE
    except UnknownUnit:
        return _NO_SCALE


class Standing(NamedTuple):
    """What a status and a missing end say: `end` is 'stated', 'start', 'ongoing' or 'open'; `doubt` a reason code."""

    end: str
    doubt: str
    absent: bool


@lru_cache(maxsize=4096)
def read_status(kind: str, status: str, *, has_end: bool) -> Standing:
    """Read a status for its kind. Raises `SetAside` for records that are no facts (entered in error, planned ...)."""
    word = status.strip().lower().replace(" ", "-")
    if word in IGNORED_STATUSES:
        raise SetAside("status_" + word.replace("-", "_"))
    if kind not in PRESENCE_KINDS:
        return Standing("start", "", absent=False)
    if word == "refuted":
        return Standing("start", "", absent=True)
    doubt = "status_uncertain" if word in _DOUBTFUL else ""
    if has_end:
        return Standing("stated", doubt, absent=False)
    if word in _ACTIVE or kind == "allergy" or (kind == "condition" and (not word or doubt)):
        return Standing("ongoing", doubt, absent=False)
    if kind == "procedure":
        return Standing("start", doubt, absent=False)
    return Standing("open", doubt, absent=False)


def _in_unit(raw: RawFact, concept: ConceptType, given: ValueAnswer) -> tuple[Value, Value, bool]:
    """The value in the concept's unit, the value over its upper limit, and whether the dose is absolute."""
    number = Value(given.low, given.high, given.issue)
    if given.issue in ("dose_missing", "record_unreadable"):
        return number, _ANYTHING, False
    scale = read_unit(raw.unit, concept)
    if scale.issue:
        anything = Value(-BOUND, BOUND, number.issue if number.issue == "value_unreadable" else scale.issue)
        return anything, anything, False
    value = scale_value(number, scale.factor, scale.offset)
    return value, ratio_to_limit(number, raw.high), scale.absolute


def is_implausible(raw: RawFact, concept: ConceptType) -> bool:
    """Whether a measurement, once in the concept's unit, lies where the concept says that no value can be."""
    if concept.kind != "measurement" or (concept.least, concept.most) == (-BOUND, BOUND):
        return False
    return _is_impossible(_in_unit(raw, concept, read_value(raw.value, concept))[0], concept)


def _is_impossible(value: Value, concept: ConceptType) -> bool:
    """Only what lies outside as a whole: `<0.2` may be a possible value, and what cannot be read may be any."""
    return less(value.high, concept.least) or greater(value.low, concept.most)


def scale_value(value: Value, factor: float, offset: float) -> Value:
    """Convert an interval; the stand-ins for "no limit" stay what they are."""
    low = value.low if value.low == -BOUND else value.low * factor + offset
    high = value.high if value.high == BOUND else value.high * factor + offset
    return Value(low, high, value.issue)


def ratio_to_limit(value: Value, limit_text: str) -> Value:
    """A value over the upper limit of its own reference range (same unit); `range_missing` without one."""
    limit = read_number(limit_text) if limit_text else _ANYTHING
    if limit.issue or limit.low <= 0:
        return Value(-BOUND, BOUND, value.issue if value.issue == "value_unreadable" else "range_missing")
    low = value.low if value.low == -BOUND else value.low / limit.low
    high = value.high if value.high == BOUND else value.high / limit.low
    return Value(low, high, value.issue)


def route_doubt(raw: RawFact, concept: ConceptType) -> str | None:
    """`route_missing` where a code alone cannot say that it is this concept; None where the route says it is not."""
    if not concept.route or not raw.code or raw.route == concept.route:
        return ""
    return None if raw.route else "route_missing"


class ValueAnswer(NamedTuple):
    """What a value text alone says for a concept, before its unit: an interval, an absence, a doubt."""

    low: float
    high: float
    issue: str
    absent: bool = False
    doubt: str = ""


def read_value(text: str, concept: ConceptType) -> ValueAnswer:
    """Read a value text for a concept, before its unit is applied."""
    if concept.kind == "finding":
        return ValueAnswer(*read_answer(text, concept.values))
    if concept.kind not in PRESENCE_KINDS:
        return ValueAnswer(*read_number(text))
    answer = _ANSWERS.get(text.strip().lower())
    if answer == 0.0:
        return ValueAnswer(0.0, 0.0, "", absent=True)
    if concept.kind == "exposure":
        if not text or answer:
            return ValueAnswer(0.0, BOUND, "dose_missing")
        dose = read_number(text)
        # Words without a figure may say that it was not taken.
        words = dose.issue == "value_unreadable" and not any(letter.isdigit() for letter in text)
        return ValueAnswer(*dose, doubt="value_unreadable" if words else "")
    return ValueAnswer(0.0, 0.0, "", doubt="value_unreadable" if text and answer is None else "")


class Extent(NamedTuple):
    """The days a record may begin and end on; `lost_end`: the end is written, but cannot be read."""

    start_low: date
    start_high: date
    end_low: date
    end_high: date
    lost_end: bool = False


def read_extent(raw: RawFact, ending: str) -> Extent:
    """Place a record in time; `ending` as in `Standing`. An end that cannot be read may be any day from the start on.

    Raises `Unreadable` where its start cannot be read, or where the two dates contradict each other.
    """
    first, last = read_days(raw.start)
    match ending:
        case "ongoing":
            return Extent(first, last, LAST_DAY, LAST_DAY)
        case "open":
            return Extent(first, last, first, LAST_DAY)
        case "start":
            return Extent(first, last, first, last)
    try:
        end_first, end_last = read_days(raw.end)
    except Unreadable:
        if not raw.start:
            raise
        return Extent(first, last, first, LAST_DAY, lost_end=True)
    if raw.start and end_last < first:
        raise Unreadable("end_before_start")
    # Nothing ends before it begins.
    return Extent(first, min(last, end_last), max(end_first, first), end_last)


def read_fact(raw: RawFact, concept: ConceptType) -> Fact | None:
    """Type one raw fact; `None` if its route shows that it is not this concept (an oral form of an i.v. concept).

    Raises `SetAside` (not a fact on purpose) and `Unreadable` (its place in time cannot be read).
    """
    found = route_doubt(raw, concept)
    if found is None:
        return None
    presence = concept.kind in PRESENCE_KINDS
    standing = read_status(concept.kind, raw.status, has_end=bool(raw.end))
    start_low, start_high, end_low, end_high, lost_end = read_extent(raw, standing.end)
    given = read_value(raw.value, concept)
    absent = standing.absent or given.absent
    doubt = standing.doubt or found or given.doubt
    if presence and (raw.fault or lost_end):
        doubt = "record_unreadable"
        if concept.kind == "exposure":
            given = ValueAnswer(0.0, BOUND, doubt)
    value, ratio, absolute = Value(given.low, given.high, given.issue), Value(0.0, 0.0, ""), False
    if absent:
        end_low, end_high = start_low, start_high
        value = Value(0.0, 0.0, "")
    elif concept.kind == "exposure":
        value, ratio, absolute = _in_unit(raw, concept, given)
        value = Value(max(value.low, 0.0), value.high, value.issue)
    elif concept.kind == "measurement":
        value, ratio, absolute = _in_unit(raw, concept, given)
        if _is_impossible(value, concept):
            value = ratio = _IMPOSSIBLE
    return Fact(
        fact=raw.fact,
        concept=concept.name,
        start_low=start_low,
        start_high=start_high,
        end_low=end_low,
        end_high=end_high,
        undated=not raw.start,
        low=value.low,
        high=value.high,
        issue=value.issue,
        ratio_low=ratio.low,
        ratio_high=ratio.high,
        ratio_issue=ratio.issue,
        absent=absent,
        doubt=doubt,
        absolute=absolute,
        raw=raw,
    )


def read_person(
    raw: RawPerson,
    facts: Mapping[str, tuple[Fact, ...]],
    unreadable: frozenset[str] = frozenset(),
) -> Person:
    """Type one person; unreadable sex reads as unknown, an unreadable birth date as none, death text 'yes' as undated."""
    sex = raw.sex.strip().lower()
    birth = _days_or_none(raw.birth)
    death = _days_or_none(raw.death)
    if raw.death and death is None:
        death = (FIRST_DAY, LAST_DAY)
    known_sex = sex if sex in ("female", "male", "other") else "unknown"
    return Person(raw.person, known_sex, birth, death, facts, unreadable)


def _days_or_none(text: str) -> tuple[date, date] | None:
    if not text:
        return None
    try:
        return read_days(text)
    except Unreadable:
        return None
