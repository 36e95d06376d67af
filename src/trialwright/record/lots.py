"""Whether the lot of a dose had expired."""

from __future__ import annotations

from trialwright.record.participant import Dose
from trialwright.terms.dates import UnreadableDate, parse_date


def lot_expired(dose: Dose) -> bool:
    """Whether the lot had certainly expired before the dose; a month, or a year, lasts to its end."""
    try:
        return parse_date(dose.expiry.strip()).last.isoformat() < dose.start
    except UnreadableDate:
        return False
