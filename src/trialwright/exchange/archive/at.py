"""An event among those before it, and the sentences for what does not hold of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, NamedTuple

from trialwright.exchange.archive.course import Course, SiteThen
from trialwright.exchange.archive.known import KnownStudy
from trialwright.terms.message import Message, message
from trialwright.terms.visible import shortened

EAST = timezone(timedelta(hours=14))
"""The zone in which a day begins first: no calendar is further on."""


class At(NamedTuple):
    """An event among those before it."""

    course: Course
    written: Mapping[str, Any]
    data: Mapping[str, Any]
    known: KnownStudy
    place: SiteThen | None
    """The site at which it was done; None for the study as a whole."""


Check = Callable[[At], Message | None]


@lru_cache(maxsize=256)
def latest_day(hour: str) -> str:
    """The latest day that any calendar shows in an hour, as events begin their moments: 2026-11-01T09."""
    return datetime.fromisoformat(f"{hour}:59:59+00:00").astimezone(EAST).date().isoformat()


def read_moment(text: str) -> datetime | None:
    """A moment with its offset; None where a text is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def not_known(name: str) -> Message:
    """What the definition in force does not have."""
    return message("The definition in force has no {name}.", name=shortened(name))


def not_recorded(name: object) -> Message:
    """What nothing before the event speaks of."""
    return message("Nothing is recorded before it of {name}.", name=shortened(str(name)))


def lies_before(day: str, earlier: str) -> Message:
    """A day that lies before one it follows."""
    return message("It is of {day}, before {earlier}, which it follows.", day=day, earlier=earlier)


def another_form(kind: str) -> Message:
    """A part that says what no event of this type says."""
    return message("An event of the type {type} has another form.", type=kind)


def another_number(stated: int, wanted: int) -> Message:
    """A number that is not the next of its kind."""
    return message("Its number is {number}; the next one is {next}.", number=stated, next=wanted)


def needs(turn: str) -> Message:
    """A turn that was not taken before it."""
    return message("It needs an event of the type {type} before it.", type=turn)


def check_visit_named(at: At, visit: str) -> Message | None:
    """A visit that is named is on record."""
    return None if not visit or visit in at.course.visits else not_recorded(visit)
