"""What stands inside the lists and maps of an event's data, and which values a correction can give.

An archive is read by programs that count with these parts; one that no action could have written is found by `verify`,
which names its row, before anybody falls over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from trialwright.record.books import TURNS
from trialwright.terms.dates import EARLIEST, LATEST, UnreadableDate, parse_date, parse_day

Check = Callable[[Any], bool]


@lru_cache(maxsize=4096)
def is_day(text: str) -> bool:
    """Whether a text is a whole day that a trial can know of, as events state it."""
    try:
        day = parse_day(text)
    except UnreadableDate:
        return False
    return EARLIEST <= day <= LATEST and day.isoformat() == text


def is_partial_day(text: str) -> bool:
    """The same of a day, a month or a year."""
    try:
        days = parse_date(text)
    except UnreadableDate:
        return False
    whole = days.first.isoformat()
    return EARLIEST <= days.first and days.last <= LATEST and text in (whole, whole[:7], whole[:4])


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_entered(value: Any) -> bool:
    """A text, or the digest of an entered one."""
    return type(value) is str or (
        type(value) is dict and tuple(value) == ("entered",) and type(value["entered"]) is str
    )


def _is_whole(value: Any) -> bool:
    return type(value) is int


def _is_day(value: Any) -> bool:
    return type(value) is str and is_day(value)


def _is_end(value: Any) -> bool:
    return value == "" or _is_day(value)


def _is_partial_day(value: Any) -> bool:
    return type(value) is str and is_partial_day(value)


def _is_yes_no(value: Any) -> bool:
    return type(value) is bool


def _is_no(value: Any) -> bool:
    return value is False


def _are_texts(value: Any) -> bool:
    return type(value) is list and all(type(one) is str for one in value)


def _map_of_texts(value: Any) -> bool:
    return type(value) is dict and all(type(one) is str for one in value.values())


class _Shape(NamedTuple):
    """The parts of an entry, and what each is; those that may be left out."""

    needed: Mapping[str, Check]
    optional: Mapping[str, Check] = {}

    def holds(self, entry: Any) -> bool:
        """Whether an entry has these parts, and each of its kind."""
        if type(entry) is not dict or not self.needed.keys() <= entry.keys():
            return False
        known = {**self.needed, **self.optional}
        return all(name in known and known[name](value) for name, value in entry.items())


def _texts(*names: str) -> dict[str, Check]:
    return dict.fromkeys(names, _is_text)


def _entered(*names: str) -> dict[str, Check]:
    return dict.fromkeys(names, _is_entered)


_ITEM = _Shape(
    {
        **_texts("path", "item", "unit", "not_done", "concept", "kind", "date", "low", "high"),
        **_entered("value"),
    },
    _texts("fact", "part"),
)
_RECALCULATED = _Shape(
    {**_texts("id", "visit", "form"), "number": _is_whole, "items": lambda value: type(value) is list}
)
_LISTS: Final[Mapping[str, _Shape]] = {
    "queries": _Shape({"number": _is_whole, **_texts("path"), **_entered("text")}, _entered("says")),
    "deviations": _Shape(
        {
            "number": _is_whole,
            "date": _is_day,
            **_texts("category", "severity", "visit"),
            **_entered("text"),
        },
        {**_entered("says"), "dose": _is_whole},
    ),
    "doses": _Shape({"number": _is_whole, **_texts("proposed", "rule"), "because": _are_texts}),
    "alerts": _Shape({**_texts("alert"), "on": _is_day, "facts": _are_texts}, {"told": _are_texts}),
    "ranges": _Shape(
        {
            **_texts("concept", "unit", "low", "high", "sex", "valid_from"),
            **dict.fromkeys(("age_from", "age_to"), _is_whole),
        }
    ),
}
_FACTS = _Shape(
    {
        **_texts("fact", "kind", "concept", "code", "status", "route"),
        **_entered("value", "unit", "low", "high", "start", "end"),
    }
)
_CRITERION = _Shape({**_texts("verdict", "reason", "reading"), "facts": _are_texts})


class Nested:
    """Whether the lists and maps of events hold what they should; remembers the forms it has seen."""

    def __init__(self) -> None:
        self._items: set[tuple[tuple[str, ...], tuple[type, ...]]] = set()

    def fits(self, name: str, value: Any) -> bool:
        """Whether everything inside a part of an event's data, a list or a map, has its form."""
        match name:
            case "items":
                return all(map(self._item, value))
            case "recalculated":
                return all(map(self._recalculated, value))
            case "facts":
                return all(map(_FACTS.holds, value))
            case "criteria":
                return all(map(_CRITERION.holds, value.values()))
            case "because" | "seriousness" | "digests":
                return _are_texts(value)
            case "causality" | "levels" | "arms":
                return _map_of_texts(value)
            case "values":
                return True  # by what they correct: see `has_values`
            case _ if name in _LISTS:
                return all(map(_LISTS[name].holds, value))
            case _:
                return not value or _is_entered(value)

    def _recalculated(self, entry: Any) -> bool:
        """A form with its calculated items: nobody entered any of them."""
        if not _RECALCULATED.holds(entry):
            return False
        return all(self._item(item) and type(item["value"]) is str for item in entry["items"])

    def _item(self, entry: Any) -> bool:
        if type(entry) is not dict:
            return False
        form = (tuple(entry), tuple(map(type, entry.values())))
        if form not in self._items:  # most items of a trial have one of few forms
            if not _ITEM.holds(entry):
                return False
            self._items.add(form)
        value = entry["value"]
        return type(value) is str or tuple(value) == ("entered",)


_FREE = ("amount", "unit", "lot", "expiry", "started", "stopped", "reaction", "deviation")
_CORRECTED: Final[Mapping[str, Mapping[str, Check]]] = {
    "demographics": {**_texts("sex"), **_entered("birth")},
    "consent": {"date": _is_day},
    "enrolment": {"date": _is_day},
    "allocation": _texts("arm"),
    "dose": {
        "start": _is_day,
        "end": _is_end,
        "ongoing": _is_yes_no,
        "recorded": _is_no,
        **_entered(*_FREE),
    },
    "visit": {"date": _is_day, "missed": _is_no, "recorded": _is_no, **_texts("reason")},
    "hold": {"recorded": _is_no},
    "stop": {"recorded": _is_no},
    "ae": {"recorded": _is_no},
    "deviation": {
        "date": _is_day,
        "recorded": _is_no,
        **_texts("severity", "category", "visit"),
        **_entered("text"),
    },
    "rescue": {"date": _is_partial_day, "recorded": _is_no, **_texts("therapy"), **_entered("text")},
    **{turn: {"date": _is_day, "recorded": _is_no} for turn in TURNS},
}
"""What may be corrected of each kind of target."""


def has_values(data: Mapping[str, Any]) -> bool:
    """Whether a correction gives a target of some kind the values that it can have."""
    known = _CORRECTED.get(data["target"].partition("/")[0])
    return known is not None and all(
        name in known and known[name](value) for name, value in data["values"].items()
    )
