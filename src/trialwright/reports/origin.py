"""What every number of a document is a function of, in words: for the first page and for a terminal."""

from __future__ import annotations

from trialwright.reports.document import Origin, Says
from trialwright.terms.message import Message, message


def explain_origin(origin: Origin) -> tuple[tuple[Message, Says], ...]:
    """Each part of the origin with its name: definition, position and digest of the ledger, moment, software."""
    return (
        (message("Study version"), origin.study_version),
        (message("Ledger position"), str(origin.ledger_position)),
        (message("Ledger digest"), origin.ledger_digest),
        (message("Made"), origin.made.isoformat(sep=" ", timespec="minutes")),
        (message("Software"), origin.software),
    )
