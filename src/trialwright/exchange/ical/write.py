"""Planned visits as an iCalendar text, one all-day event a visit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from trialwright.conduct.schedule import PlannedVisit
from trialwright.study.visit_window import Window
from trialwright.terms.message import message, render

_LONGEST = 75  # octets of one line, without its end (RFC 5545, 3.1)
_STATUS = {
    "done": "CONFIRMED",
    "done_outside_window": "CONFIRMED",
    "missed": "CANCELLED",
    "ended": "CANCELLED",
}


_NO_TEXT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, what some readers take for the end of a line, and halves of characters."""


def write_calendar(
    visits: Iterable[PlannedVisit],
    *,
    study: str,
    participant: str,
    stamp: datetime,
    catalogues: Sequence[Mapping[str, str]],
    rehearsal: bool = False,
) -> str:
    """Write the visits of one participant as an iCalendar text.

    `study`, `participant`: their ids; they go into the digest that names each event for good, nothing else of them is
    written. `stamp`: when the text is made, with its offset from UTC. `catalogues`: one a language; of several, all
    languages stand in each event. `rehearsal`: the participant is made up, which every event says. A visit that still waits for an anchor is left out; one that was missed, or is no
    longer due, is written as cancelled, so that it leaves a calendar that has it already. Raises `ValueError` for a
    stamp without an offset or for no catalogue.

    **Source**: RFC 5545, sections 3.1 (lines), 3.3.11 (text), 3.6.1 (event), 3.8.7 (change management).
    """
    if stamp.tzinfo is None:
        raise ValueError("the stamp needs its offset from UTC")
    if not catalogues:
        raise ValueError("at least one language is needed")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Trialwright//Visits//EN", "METHOD:PUBLISH"]
    for visit in visits:
        lines += _event(visit, f"{study}|{participant}", stamp, catalogues, rehearsal=rehearsal)
    lines.append("END:VCALENDAR")
    return "".join(piece + "\r\n" for line in lines for piece in fold(line))


def _event(
    planned: PlannedVisit,
    owner: str,
    stamp: datetime,
    catalogues: Sequence[Mapping[str, str]],
    *,
    rehearsal: bool,
) -> Iterator[str]:
    days = _days(planned)
    if days is None:
        return
    first, last = days
    name = hashlib.sha256(f"{owner}|{planned.id}".encode()).hexdigest()[:32]
    title: object = planned.encounter.title
    if rehearsal:
        title = message("REHEARSAL: {visit}", visit=title)
    titles = [render(title, catalogue) for catalogue in catalogues]
    language = catalogues[0].get("", "en") if len(catalogues) == 1 else ""
    tag = f";LANGUAGE={language}" if language else ""
    yield "BEGIN:VEVENT"
    yield f"UID:{name}@trialwright"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    # The ledger only grows, so the last event behind a visit numbers its revisions.
    yield f"SEQUENCE:{max(planned.because, default=0)}"
    yield f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"  # the end is the first day after it
    yield f"SUMMARY{tag}:{escape(' / '.join(dict.fromkeys(titles)))}"
    if planned.window is not None:
        said = [render(_explain(planned.window), catalogue) for catalogue in catalogues]
        yield f"DESCRIPTION{tag}:{escape(chr(10).join(said))}"
    yield f"STATUS:{_STATUS.get(planned.status, 'TENTATIVE')}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _days(planned: PlannedVisit) -> tuple[date, date] | None:
    """The day on which a visit took place or is planned, else its whole window."""
    if planned.visit is not None and not planned.visit.missed:
        try:
            day = date.fromisoformat(planned.visit.date[:10])
        except ValueError:
            return None
        return day, day
    if planned.window is None:
        return None
    due = planned.window.due
    return (due, due) if due is not None else (planned.window.first, planned.window.last)


def _explain(window: Window) -> object:
    return message(
        "Possible from {first} to {last}, both days included.", first=window.first, last=window.last
    )


def escape(text: str) -> str:
    """Write a text as RFC 5545 (3.3.11) wants it; characters that no text may hold become blanks."""
    clean = _NO_TEXT.sub(" ", text.replace("\r\n", "\n"))
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> Iterator[str]:
    """Cut a line into pieces of at most 75 octets, never inside a character; a blank begins each further piece."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _LONGEST:
            yield piece
            piece, size = " ", 1
        piece += letter
        size += octets
    yield piece
