"""What is entered on a form, the situation it is entered in, and what comes of checking it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from trialwright.logic.interpreter import Occasion
from trialwright.record.books.study import Range
from trialwright.record.participant import ItemValue, Participant
from trialwright.terms.message import Message, Text
from trialwright.terms.truth import Truth

WHOLE = "*"
"""The path of a form that was not done at all; behind a group (`urine.*`), of everything in it."""


class Entry(NamedTuple):
    """What was entered for one item, as text; '' where nothing was.

    `unit`: UCUM. `not_done`: a reason of the study's list, instead of a value. `date`: the day of the sample, where it
    is another than that of the group or the visit.
    """

    value: str = ""
    unit: str = ""
    not_done: str = ""
    date: str = ""


class Fault(NamedTuple):
    """What is wrong with an entry, or to be asked back. `path` '' is the form as a whole; `code` one of `CODES`.

    `check`: the id of the edit check that says so, '' for any other fault.
    """

    path: str
    code: str
    message: Message | Text
    check: str = ""


CODES = (
    "unknown_item",
    "wrong_type",
    "unit_missing",
    "unit_unknown",
    "outside_possible",
    "missing",
    "reason_unknown",
    "done_and_not_done",
    "not_asked",
    "calculated",
    "date_in_future",
    "date_before_birth",
    "row_missing",
    "edit_check",
    "outside_expected",
    "off_visit",
)
"""What a fault can be; `outside_expected` and `off_visit` are always queries, `edit_check` as the study says, the others refuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormContext:
    """Where and when a form is filled in.

    `participant`: as of now. `record`: the id of the form record that is written or corrected, see `FormRecord`.
    `encounter`: the id of the encounter, '' for logs. `visit_date`: ISO day of the visit, for logs of the entry.
    `today`: the local day of entry. `ranges`: the reference ranges of the site. `named`: the participant's named days,
    for rules that read a baseline.
    """

    participant: Participant
    record: str
    encounter: str
    visit_date: str
    today: date
    ranges: tuple[Range, ...] = ()
    named: Mapping[str, Occasion] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking a form.

    `refused`: why it cannot be recorded as it is; `queries`: what is recorded and asked back. `items`: the coded values
    for the event, in the order of the form, `position` and `first` 0 until the ledger gives them.
    `asked`: by path of every item, whether it must be answered (true), must not (false), or may be (unknown).
    """

    refused: tuple[Fault, ...]
    queries: tuple[Fault, ...]
    items: tuple[ItemValue, ...]
    asked: Mapping[str, Truth]
