"""What a reader hands over: the tidy form of the contract, every value the text that was entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class RawPerson(NamedTuple):
    """One person; '' where the source says nothing. `sex` female|male|other|unknown, dates ISO, maybe partial.

    `death` is a date, 'yes' for a death without a date, or ''.
    """

    person: str
    sex: str = ""
    birth: str = ""
    death: str = ""


class RawFact(NamedTuple):
    """One fact about one person; all fields text as entered, '' where absent.

    `concept` is the study's concept name; `code` is "system|code" where it was found by code, else ''.
    `kind` is measurement|condition|exposure|procedure|allergy|finding. For exposures `value` is the daily dose.
    `place`: where the record stands, kept for those that will be set aside and listed. `fault`: why it cannot be
    taken at its word although its person, concept and date are readable (a reason of `Skipped`), else ''.
    """

    person: str
    fact: str
    kind: str
    concept: str
    code: str = ""
    value: str = ""
    unit: str = ""
    low: str = ""
    high: str = ""
    start: str = ""
    end: str = ""
    status: str = ""
    route: str = ""
    place: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that could not be read, or was set aside by its status: where it stands and why.

    `affects`: nobody knows when it was, so criteria of `person` that read `concept` ('' = any concept) are unknown
    unless they fail anyway. False for rows set aside on purpose (entered in error, planned, a repeated person), and for
    those that are handed over as an unreadable result of their date.
    """

    place: str
    reason: str
    detail: str
    person: str = ""
    concept: str = ""
    fact: str = ""
    affects: bool = False
