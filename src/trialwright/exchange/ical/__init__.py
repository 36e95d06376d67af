"""iCalendar (RFC 5545): the visits of a participant for their own calendar.

Writes only. Never writes a name, a disease, a result or the name of the study: titles of visits and days, no more.
"""

from trialwright.exchange.ical.write import write_calendar

__all__ = ["write_calendar"]
