"""What an action is: its arguments, where it belongs, and what it answers, events or a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from trialwright.conduct.forms.entry import Entry
from trialwright.conduct.forms.values import plain
from trialwright.record.event import Event, Proposal
from trialwright.terms.dates import EARLIEST, LATEST, UnreadableDate, parse_date, parse_day
from trialwright.terms.digits import find_other_digit, is_count
from trialwright.terms.message import Message, message
from trialwright.terms.quantity import UnreadableNumber, parse_number
from trialwright.terms.visible import shortened

if TYPE_CHECKING:
    from trialwright.conduct.trial import View

Kind = Literal[
    "text",
    "id",
    "date",
    "partial_date",
    "date_time",
    "number",
    "whole",
    "choice",
    "choices",
    "yes_no",
    "pairs",
    "entries",
    "rows",
    "facts",
]


class Refusal(NamedTuple):
    """An action is not allowed now, and why. Nothing was written."""

    reasons: tuple[Message, ...]


class BadArgument(ValueError):
    """An argument that is missing, unknown or unreadable: the sentence."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(sentence.template)
        self.message = sentence


@dataclass(frozen=True, slots=True)
class Argument:
    """One thing an action must be told.

    `kind`: how it is written. A date is a day in the site's calendar, a partial date perhaps a month or a year; `choices` are several words separated by commas;
    `pairs` are written name.KEY=VALUE, `entries` item.PATH=VALUE; `rows` are those of a table, on a terminal of a CSV
    file; `facts` are given by programs only.
    """

    name: str
    about: Message
    kind: Kind = "text"
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person does in the trial.

    `place`: where it is done: for the study as a whole, at a site, about a participant of a site, or either for the
    study as a whole or at a site. `reason`: whether the person must say why.
    `decide` looks at the trial and proposes an event, or refuses; it never writes.
    """

    name: str
    about: Message
    place: Literal["study", "site", "participant", "either"]
    arguments: tuple[Argument, ...]
    decide: Callable[[View, Values], Proposal | Refusal]
    writes: tuple[str, ...] = field(kw_only=True)
    """The types of the events it proposes."""
    reason: Literal["required", "optional", "none"] = "none"
    locked: bool = False
    """Whether it may still be done in a locked casebook or study."""
    says_again: Callable[[Event, Values], bool] | None = None
    """Whether a repeated call asks for what its event did, where the event took away what it was decided on."""


class Values:
    """The arguments of one call, read by their kinds."""

    def __init__(self, action: Action, given: Mapping[str, Any]) -> None:
        known = {argument.name: argument for argument in action.arguments}
        for name in given:
            if name not in known:
                raise BadArgument(
                    message(
                        "{action} takes no `{name}`; it takes: {names}.",
                        action=action.name,
                        name=name,
                        names=tuple(known),
                    )
                )
        self._read: dict[str, Any] = {}
        self._days = tuple(name for name, argument in known.items() if argument.kind == "date")
        for name, argument in known.items():
            value = given.get(name)
            if value is None or value == "":
                if argument.required:
                    raise BadArgument(
                        message(
                            "{action} needs `{name}`: {about}.",
                            action=action.name,
                            name=name,
                            about=argument.about,
                        )
                    )
                self._read[name] = _NOTHING.get(argument.kind, "")
            else:
                self._read[name] = _READERS[argument.kind](argument, value)

    def text(self, name: str) -> str:
        """A text, id, choice, number or date as entered; '' where nothing was."""
        value = self._read[name]
        return value if isinstance(value, str) else ""

    def days(self) -> tuple[str, ...]:
        """Every date that was given."""
        return tuple(day for day in map(self.text, self._days) if day)

    def day(self, name: str) -> date | None:
        """A date, None where nothing was entered."""
        text = self.text(name)
        return date.fromisoformat(text) if text else None

    def whole(self, name: str) -> int:
        """A whole number."""
        return int(self._read[name])

    def yes(self, name: str) -> bool:
        """Whether yes was said."""
        return self._read[name] == "true"

    def words(self, name: str) -> tuple[str, ...]:
        """Several words."""
        return tuple(self._read[name])

    def pairs(self, name: str) -> dict[str, str]:
        """Values by name."""
        return dict(self._read[name])

    def entries(self, name: str) -> dict[str, Entry]:
        """Entries by item path."""
        return dict(self._read[name])

    def rows(self, name: str) -> tuple[dict[str, Any], ...]:
        """The rows of a table, by the names of its columns."""
        return tuple(dict(row) for row in self._read[name])

    def facts(self, name: str) -> tuple[Any, ...]:
        """Facts handed over by a program."""
        return tuple(self._read[name])


_NOTHING: Mapping[str, Any] = {
    "choices": (),
    "pairs": {},
    "entries": {},
    "rows": (),
    "facts": (),
    "whole": "0",
}


def _plain(argument: Argument, value: Any) -> str:
    """What is typed, with full-width digits, letters and signs made ordinary ones."""
    return plain(_text(argument, value))


def _text(argument: Argument, value: Any) -> str:
    if not isinstance(value, str):
        raise BadArgument(message("`{name}` is a text.", name=argument.name))
    return value.strip()


def _date(argument: Argument, value: Any) -> str:
    text = _plain(argument, value)
    try:
        day = parse_day(text)
    except UnreadableDate:
        raise _unreadable(
            argument,
            text,
            message(
                "`{name}` is a day such as 2026-11-01, not {seen}.", name=argument.name, seen=shortened(text)
            ),
        ) from None
    _in_bounds(argument, day)
    return day.isoformat()


def _partial_date(argument: Argument, value: Any) -> str:
    text = _plain(argument, value)
    try:
        days = parse_date(text) if len(text) <= len("2026-11-01") else None
    except UnreadableDate:
        days = None
    if days is None:
        raise _unreadable(
            argument,
            text,
            message(
                "`{name}` is a day, month or year such as 2026-11-01, 2026-11 or 2026, not {seen}.",
                name=argument.name,
                seen=shortened(text),
            ),
        )
    _in_bounds(argument, days.first)
    _in_bounds(argument, days.last)
    return text


def _unreadable(argument: Argument, text: str, sentence: Message) -> BadArgument:
    """What cannot be read; the character, where it is a digit of another script."""
    other = find_other_digit(text)
    return BadArgument(
        message("`{name}`: {problem}", name=argument.name, problem=other) if other else sentence
    )


def _in_bounds(argument: Argument, day: date) -> None:
    if day < EARLIEST:
        raise BadArgument(
            message(
                "`{name}` lies before {earliest}: {seen}.", name=argument.name, earliest=EARLIEST, seen=day
            )
        )
    if day > LATEST:
        raise BadArgument(
            message("`{name}` lies after {latest}: {seen}.", name=argument.name, latest=LATEST, seen=day)
        )


def _date_time(argument: Argument, value: Any) -> str:
    text = _plain(argument, value)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise _unreadable(
            argument,
            text,
            message(
                "`{name}` is a moment with its offset such as 2026-11-01T09:30+08:00, not {seen}.",
                name=argument.name,
                seen=shortened(text),
            ),
        )
    _in_bounds(argument, read.date())
    return text


def _number(argument: Argument, value: Any) -> str:
    text = _text(argument, value)
    try:
        exact = parse_number(text).exact
    except UnreadableNumber:
        exact = False
    if not exact:
        raise _unreadable(
            argument,
            text,
            message("`{name}` is a number, not {seen}.", name=argument.name, seen=shortened(text)),
        )
    return text


def _whole(argument: Argument, value: Any) -> str:
    text = plain(str(value))
    if not is_count(text):
        raise _unreadable(
            argument,
            text,
            message("`{name}` is a whole number, not {seen}.", name=argument.name, seen=shortened(text)),
        )
    return text


def _choice(argument: Argument, value: Any) -> str:
    text = _plain(argument, value)
    if argument.choices and text not in argument.choices:
        raise BadArgument(
            message(
                "`{name}` is one of {choices}, not {seen}.",
                name=argument.name,
                choices=argument.choices,
                seen=shortened(text),
            )
        )
    return text


def _choices(argument: Argument, value: Any) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value
    return tuple(_choice(argument, word) for word in words)


def _yes_no(argument: Argument, value: Any) -> str:
    said = plain(str(value)).lower()
    text = {"yes": "true", "no": "false"}.get(said, said)
    if text not in ("true", "false"):
        raise BadArgument(
            message("`{name}` is true or false, not {seen}.", name=argument.name, seen=shortened(str(value)))
        )
    return text


def _pairs(argument: Argument, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise BadArgument(message("`{name}` is written {name}.KEY=VALUE.", name=argument.name))
    if argument.choices:
        for word in value.values():
            _choice(argument, word)
    return {str(key): _text(argument, word) for key, word in value.items()}


def _entries(argument: Argument, value: Any) -> dict[str, Entry]:
    if not isinstance(value, Mapping):
        raise BadArgument(message("`{name}` is written {name}.PATH=VALUE.", name=argument.name))
    return {
        str(path): entry if isinstance(entry, Entry) else _read_entry(str(entry))
        for path, entry in value.items()
    }


def _rows(argument: Argument, value: Any) -> tuple[Mapping[str, Any], ...]:
    if isinstance(value, str) or not all(isinstance(row, Mapping) for row in value):
        raise BadArgument(message("`{name}` are the rows of a table.", name=argument.name))
    return tuple(value)


_DATED = re.compile(r"^(.*?)\s*@([0-9]{4}(?:-[0-9]{2}){0,2})$", re.DOTALL)


def _read_entry(text: str) -> Entry:
    """`1.5 g/(24.h) @2026-01-05` is a value, its unit and its day; `not_done:reason` says why there is none."""
    if text.startswith("not_done:"):
        return Entry(not_done=text.removeprefix("not_done:").strip())
    dated = _DATED.match(text)
    text, day = (dated[1], dated[2]) if dated else (text, "")
    value, _, unit = text.strip().partition(" ")
    try:
        parse_number(value)
    except UnreadableNumber:
        return Entry(text, date=day)
    if " " in unit.strip():  # no UCUM unit holds a blank: this is a text that begins with a number
        return Entry(text.strip(), date=day)
    return Entry(value, unit.strip(), date=day)


def _facts(argument: Argument, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        raise BadArgument(message("`{name}` is handed over by a program, not written.", name=argument.name))
    return tuple(value)


_READERS: Mapping[str, Callable[[Argument, Any], Any]] = {
    "text": _text,
    "id": _text,
    "date": _date,
    "partial_date": _partial_date,
    "date_time": _date_time,
    "number": _number,
    "whole": _whole,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "pairs": _pairs,
    "entries": _entries,
    "rows": _rows,
    "facts": _facts,
}
