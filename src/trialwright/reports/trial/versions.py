"""The versions of the definition under which a trial was run: since when, where, and how many were enrolled by each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.reports.trial.sheet import Sheet
from trialwright.terms.message import Message, message

_SHORT = 12  # characters of a digest, as the first page shows that of the newest version


@dataclass(frozen=True, slots=True)
class VersionInForce:
    """A version of the definition that sites approved.

    `name`: as its study.yaml calls it; `digest`: SHA-256, with or without `sha256:`. `released`: ISO date, '' where no
    release is recorded. `approved`: each site with the day since which it is in force there. `enrolled`: how many
    participants were enrolled under it.
    """

    name: str
    digest: str
    released: str
    approved: tuple[tuple[str, str], ...]
    enrolled: int


def say_versions(versions: Sequence[VersionInForce], sheet: Sheet) -> None:
    """Say each version in force with its days and who was enrolled under it; nothing where there was but one."""
    if len(versions) < 2:
        return
    sheet.say(message("The definition was amended. Its versions in force, the oldest first:"))
    sheet.list(_explain(each) for each in versions)


def _explain(one: VersionInForce) -> Message:
    days = dict.fromkeys(day for _, day in one.approved)
    sites = tuple(
        message(
            "{sites} on {day}", sites=tuple(site for site, since in one.approved if since == day), day=day
        )
        for day in days
    )
    told = {
        "name": one.name,
        "digest": one.digest.removeprefix("sha256:")[:_SHORT],
        "sites": sites,
        "count": one.enrolled,
    }
    if not one.released:
        return message(
            "Version {name} ({digest}): approved at {sites}; enrolled under it: {count}.",
            **told,
        )
    return message(
        "Version {name} ({digest}): released on {released}; approved at {sites}; enrolled under it: {count}.",
        released=one.released,
        **told,
    )
