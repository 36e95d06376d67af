"""One recorded fact in words: its value, its date, the time it lasted."""

from __future__ import annotations

import re
import unicodedata

from trialwright.record.fact import PRESENCE_KINDS, Fact
from trialwright.study.prose.figures import Prose, figure, keeps_sides, quantity
from trialwright.study.prose.words import Words
from trialwright.terms.dates import LAST_DAY, is_date, parse_date
from trialwright.terms.message import Message, Text, message

_PLAIN = re.compile(r"(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?")
_CENSORED = re.compile(r"(<=|>=|<|>|≤|≥)\s*((?:0|[1-9]\d{0,14})?(?:\.\d{1,12})?)")
_SAME = 1e-12  # relative; far below the 1e-9 within which two values are equal
_SHORT_UNIT = re.compile(r"\S{1,20}")
_LONG = {"<=": "≤", ">=": "≥"}


def date_text(text: str) -> str:
    """A recorded date as shown: a day, a month or a year in ISO 8601, without the time of day."""
    days = parse_date(text)
    return days.first.isoformat() if days.exact else text.strip()


def dated(label: Prose, value: Prose, fact: Fact) -> Message:
    """A result as a noun: "Serum creatinine 3.2 mg/dL on 2026-10-28"."""
    if fact.undated:
        return message("{label} {value} (no date)", label=label, value=value)
    date = date_text(fact.raw.start)
    if fact.start_low == fact.start_high:
        return message("{label} {value} on {date}", label=label, value=value, date=date)
    return message("{label} {value} in {date}", label=label, value=value, date=date)


def when(fact: Fact) -> Message:
    """The date of a result: "on 2026-10-28", "in 2026-10", "without a date"."""
    if fact.undated:
        return message("without a date")
    date = date_text(fact.raw.start)
    return message("on {date}" if fact.start_low == fact.start_high else "in {date}", date=date)


def period(fact: Fact) -> Message:
    """The time of a condition, exposure, procedure or allergy: "from 2026-08-01 to 2026-09-01"."""
    if fact.doubt == "record_unreadable" and fact.raw.end and not is_date(fact.raw.end):
        return message("from {start} to an end that cannot be read", start=date_text(fact.raw.start))
    end = date_text(fact.raw.end) if fact.raw.end else ""
    if fact.undated and end:
        return message("without a start, to {end}", end=end)
    if fact.undated:
        return message("without a date, as still active" if fact.end_low == LAST_DAY else "without a date")
    start = date_text(fact.raw.start)
    if end and end != start:
        return message("from {start} to {end}", start=start, end=end)
    if not end and fact.end_low == LAST_DAY:
        return message("from {start} on", start=start)
    if not end and fact.end_high == LAST_DAY:
        return message("from {start}, without an end", start=start)
    return when(fact)


def entered(fact: Fact, value: float) -> str | None:
    """The number as it was entered, where it is this value; None where it was converted or is no number."""
    text = unicodedata.normalize("NFKC", fact.raw.value).strip()
    same = _PLAIN.fullmatch(text) and abs(float(text) - value) <= _SAME * abs(value)
    return text if same else None


def number_of(fact: Fact, value: float, *, beside: tuple[str, ...] = ()) -> str:
    """A value of a fact as shown beside other numbers: as entered, else rounded."""
    own = entered(fact, value)
    return own if own is not None and keeps_sides(own, value, beside) else figure(value, beside=beside)


def censored(fact: Fact, limit: float) -> str | None:
    """A result known only to lie below or above a number: "<0.2"; `limit` is that number in the unit shown."""
    match = _CENSORED.fullmatch(unicodedata.normalize("NFKC", fact.raw.value).strip())
    if match is None or not match[2]:
        return None
    number = match[2] if abs(float(match[2]) - limit) <= 1e-8 * abs(limit) else figure(limit)
    return _LONG.get(match[1], match[1]) + number


def censored_end(fact: Fact) -> float:
    """The end of a censored value that is a number, in the concept's unit."""
    return fact.high if fact.raw.value.strip()[:1] in "<≤＜" else fact.low


def as_entered(fact: Fact, text: str) -> Prose | None:
    """A number text of a fact (its value, or a limit of its range) with the unit of the record; None for free text."""
    number = unicodedata.normalize("NFKC", text).strip()
    unit = fact.raw.unit.strip()
    if not (_PLAIN.fullmatch(number) or _CENSORED.fullmatch(number)):
        return None
    return quantity(number, unit) if _SHORT_UNIT.fullmatch(unit) else number


def own_value(fact: Fact, words: Words) -> Prose | None:
    """The value of a fact in its concept's unit, or its coded text; None where it has no single readable one."""
    concept = words.concepts[fact.concept]
    if concept.kind == "finding":
        if fact.low != fact.high:
            return None
        if concept.values == ("boolean",):
            return message("yes") if fact.low == 1.0 else message("no")
        return words.coded(concept.name, int(fact.low)) if fact.low >= 0 else message("no further item")
    unit = concept.unit or ""
    if fact.low == fact.high:
        return quantity(number_of(fact, fact.low), unit)
    text = censored(fact, censored_end(fact)) if fact.issue == "value_censored" else None
    return None if text is None else quantity(text, unit)


def result(fact: Fact, words: Words, *, label: Text | None = None) -> Message:
    """A fact as a noun within a sentence, with its value where there is a readable one, and its date."""
    label = label or words.label(fact.concept)
    if fact.raw.kind in PRESENCE_KINDS or words.concepts[fact.concept].kind in PRESENCE_KINDS:
        return message("{label}, recorded {period}", label=label, period=period(fact))
    value = own_value(fact, words) or as_entered(fact, fact.raw.value)
    if value is not None and words.concepts[fact.concept].values == ("boolean",):
        return message("{label} ({value} {date})", label=label, value=value, date=when(fact))
    if value is None:
        return message("{label}, recorded {date}", label=label, date=when(fact))
    return dated(label, value, fact)
