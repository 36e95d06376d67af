"""What every number of a document is a function of, in words: for the first page and for a terminal."""

from __future__ import annotations

from trialwright.reports.document import Document, Origin, Says
from trialwright.terms.message import Message, message


def running_line(document: Document) -> Message:
    """What stands on every printed page of a document: that nobody exists, its title, definition and ledger position."""
    origin = document.origin
    line = message(
        "{title} · study version {version} · ledger position {position}",
        title=document.title,
        version=origin.study_version.removeprefix("sha256:")[:12],
        position=origin.ledger_position,
    )
    return message("SYNTHETIC - rehearsal · {line}", line=line) if origin.rehearsal else line


def explain_origin(origin: Origin) -> tuple[tuple[Message, Says], ...]:
    """Each part of the origin with its name: definition, position and digest of the ledger, moment, software."""
    return (
        (message("Study version"), origin.study_version),
        (message("Ledger position"), str(origin.ledger_position)),
        (message("Ledger digest"), origin.ledger_digest),
        (message("State of the ledger as of"), origin.made.isoformat(sep=" ", timespec="minutes")),
        (message("Software"), origin.software),
    )
