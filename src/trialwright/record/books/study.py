"""The book of the study and of a site: who may do what, which version is in force, reference ranges, the secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from trialwright.record.books.errors import UnknownEvent, reading
from trialwright.record.event import Event, opened
from trialwright.record.upcast import upcast

Texts = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Delegation:
    """A role held by an account from `start` to `end` ('' = still) at a site ('' = the whole study)."""

    position: int
    account: str
    role: str
    site: str
    start: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """A laboratory's reference range of a concept, for a sex ('' = any), ages in completed years, from a day on."""

    concept: str
    unit: str
    low: str
    high: str
    sex: str
    age_from: int
    age_to: int
    valid_from: str


@dataclass(frozen=True, slots=True)
class SiteBook:
    """What the ledger says of a site. `approved`: versions of the definition with the day of approval, oldest first."""

    site: str
    opened: str = ""
    approved: tuple[tuple[str, str], ...] = ()
    delegations: tuple[Delegation, ...] = ()
    ranges: tuple[Range, ...] = ()

    def version_on(self, day: str) -> str:
        """The approved version in force on a day; '' if there is none."""
        return next((version for version, since in reversed(self.approved) if since <= day), "")


class Release(NamedTuple):
    """A version of the definition that sites may approve since the event of this position."""

    position: int
    version: str
    date: str


@dataclass(frozen=True, slots=True)
class StudyBook:
    """What the ledger says of the study as a whole. `arms`: by participant, disclosed when the study was unblinded.

    `released`: the version of the opening and those released since, oldest first. `commitment` binds the secret of the allocation; `secret` and `nonce` are '' until they are disclosed.
    """

    opened: str = ""
    study: str = ""
    version: str = ""
    released: tuple[Release, ...] = ()
    rehearsal: bool = False
    commitment: str = ""
    nonce: str = ""
    secret: str = ""
    unblinded: str = ""
    arms: Mapping[str, str] = field(default_factory=dict)
    delegations: tuple[Delegation, ...] = ()
    locked: bool = False
    unlock_requests: tuple[str, ...] = ()


def _delegated(
    delegations: tuple[Delegation, ...], event: Event, data: Mapping[str, Any]
) -> tuple[Delegation, ...]:
    new = Delegation(event.position, data["account"], data["role"], data["site"], data["start"])
    return (*delegations, new)


def _revoked(delegations: tuple[Delegation, ...], data: Mapping[str, Any]) -> tuple[Delegation, ...]:
    wanted = (data["account"], data["role"], data["site"], "")
    return tuple(
        replace(one, end=data["end"]) if (one.account, one.role, one.site, one.end) == wanted else one
        for one in delegations
    )


def fold_site(site: str, events: Iterable[Event], texts: Texts) -> SiteBook:
    """Read a site's stream; raises `UnknownEvent` and `UnreadableEvent`."""
    book = SiteBook(site)
    for event in events:
        with reading(event.position):
            data = opened(upcast(event), texts)
            match event.type:
                case "site_opened":
                    book = replace(book, opened=data["date"])
                case "version_approved":
                    book = replace(book, approved=(*book.approved, (data["version"], data["date"])))
                case "role_delegated":
                    book = replace(book, delegations=_delegated(book.delegations, event, data))
                case "role_revoked":
                    book = replace(book, delegations=_revoked(book.delegations, data))
                case "ranges_set":
                    book = replace(book, ranges=(*book.ranges, *(Range(**entry) for entry in data["ranges"])))
                case "masked":
                    pass  # the texts are blank already wherever they are read
                case _:
                    raise UnknownEvent(event.type)
    return book


def fold_study(events: Iterable[Event], texts: Texts) -> StudyBook:
    """Read the study's own stream; raises `UnknownEvent` and `UnreadableEvent`."""
    book = StudyBook()
    for event in events:
        with reading(event.position):
            data = opened(upcast(event), texts)
            match event.type:
                case "study_opened":
                    book = replace(
                        book,
                        opened=data["date"],
                        study=data["study"],
                        version=event.study_version,
                        released=(Release(event.position, event.study_version, data["date"]),),
                        rehearsal=data["rehearsal"],
                        commitment=data["commitment"],
                        delegations=_delegated(book.delegations, event, data),
                    )
                case "role_delegated":
                    book = replace(book, delegations=_delegated(book.delegations, event, data))
                case "role_revoked":
                    book = replace(book, delegations=_revoked(book.delegations, data))
                case "version_released":
                    release = Release(event.position, data["version"], data["date"])
                    book = replace(book, released=(*book.released, release))
                case "study_unblinded":
                    book = replace(
                        book,
                        unblinded=data["date"],
                        secret=data["secret"],
                        nonce=data["nonce"],
                        arms=data["arms"],
                    )
                case "study_locked":
                    book = replace(
                        book,
                        locked=True,
                        secret=data["secret"] or book.secret,
                        nonce=data["nonce"] or book.nonce,
                        unlock_requests=(),
                    )
                case "unlock_requested":
                    book = replace(book, unlock_requests=(*book.unlock_requests, event.actor))
                case "study_unlocked":
                    book = replace(book, locked=False, unlock_requests=())
                case "masked":
                    pass
                case _:
                    raise UnknownEvent(event.type)
    return book
