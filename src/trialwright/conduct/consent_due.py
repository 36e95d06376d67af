"""Who has still to consent again: participants whose consent speaks of a version that is no longer in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from trialwright.conduct.schedule import derive_end
from trialwright.record.books.study import SiteBook
from trialwright.record.participant import Participant


class ConsentDue(NamedTuple):
    """A participant who has still to consent to `version`, in force at the site `since` that day."""

    participant: str
    site: str
    consented: str
    version: str
    since: str


def derive_consents_due(
    site: SiteBook, participants: Iterable[Participant], *, on: date
) -> Iterator[ConsentDue]:
    """Find whose last consent is not to the version in force at the site on a day.

    Nobody whose course has ended, or who was found ineligible and is not enrolled.
    **Source**: ICH E6(R2), 4.8.2: a revised consent is used as soon as it is approved.
    """
    version = site.version_on(on.isoformat())
    since = next((day for known, day in site.approved if known == version), "")
    for one in participants:
        if one.site != site.site or not version or derive_end(one) is not None or _is_out(one):
            continue
        if one.consents[-1].version != version:
            yield ConsentDue(one.id, one.site, one.consents[-1].version, version, since)


def _is_out(participant: Participant) -> bool:
    """Whether the last screening ended the way into the study."""
    judged = participant.screenings
    return participant.enrolled is None and bool(judged) and judged[-1].verdict == "ineligible"
