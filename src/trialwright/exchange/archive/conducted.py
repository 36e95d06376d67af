"""What an archive can be asked of each event without deciding it anew: its form, and whether it could be done then.

The form: a known type in a version of it, in its stream, with its parts. Whether it could be done: in a role that
the account held at that moment, by a definition that was in force and lets this role do it, with a reason where one is
asked for, nothing in a locked study or casebook but what may be done there, and each step after the one it stands on
(`order`). Whether it was right to do it is for the action alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from trialwright.conduct.actions import ACTIONS
from trialwright.exchange.archive.nested import Nested, has_values, is_day, is_partial_day
from trialwright.exchange.archive.order import Order
from trialwright.record.event import digests, event_from
from trialwright.record.event_types import EVENT_TYPES, EventType
from trialwright.record.upcast import upcast
from trialwright.study.delegation import DelegationTable
from trialwright.study.model import Study
from trialwright.terms.dates import EARLIEST, LATEST
from trialwright.terms.message import Message, message

_LIST = (
    "alerts",
    "because",
    "deviations",
    "digests",
    "facts",
    "items",
    "queries",
    "ranges",
    "recalculated",
    "doses",
    "seriousness",
)
_KINDS: Final[Mapping[str, type]] = {
    **dict.fromkeys(_LIST, list),
    **dict.fromkeys(("arms", "causality", "criteria", "levels", "values"), dict),
    **dict.fromkeys(("ongoing", "prior", "rehearsal"), bool),
    **dict.fromkeys(("number", "of", "released"), int),
}
"""What a part of an event's data is written as, by its name; every other one is a text."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_VERSION = re.compile(r"sha256:[0-9a-f]{64}")
_DAYS = frozenset(["date", "start", "end"])
_GRADES = frozenset("12345")
_SEALED = frozenset(["secret", "nonce"])


def is_moment(text: str) -> bool:
    """Whether a text is a moment as events state it: UTC, to the second, ending in Z."""
    if not _MOMENT.fullmatch(text):
        return False
    try:
        return EARLIEST <= datetime.fromisoformat(text).date() <= LATEST
    except ValueError:
        return False


def _stated(name: str, text: str) -> bool:
    """Whether a text that readers count with can be counted with: a day, the end of what may go on, a grade."""
    if name in _DAYS:
        return is_day(text) or (name == "end" and not text)
    return name != "grade" or text in _GRADES


class _Form:
    """What the data of a type must be, made ready to be compared with many."""

    def __init__(self, declared: EventType) -> None:
        self.version = declared.version
        self.streams = declared.streams
        self.series = (declared.series.partition("/")[0],) if declared.series else ()
        self.seen: set[tuple[str, ...]] = set()
        """The names of parts that fitted before, in their order: most events of a type have the same."""
        self.known = frozenset(part.name for part in declared.data)
        self.needed = frozenset(part.name for part in declared.data if not part.optional)
        self.entered = frozenset(part.name for part in declared.data if part.entered)
        self.partial = frozenset(part.name for part in declared.data if part.partial)
        self.plain = self.known - _KINDS.keys() - _DAYS - _SEALED - {"grade"}
        self.texts = self.entered - _KINDS.keys()

    def fits(self, data: Mapping[str, Any], nested: Nested) -> bool:
        names = tuple(data)
        if names not in self.seen:
            if not self.needed <= data.keys() <= self.known:
                return False
            self.seen.add(names)
        for name, value in data.items():
            kind = type(value)
            if kind is str:
                right = name in self.plain or self._part(name, value)
            elif kind is dict and len(value) == 1 and name in self.texts:
                right = type(value.get("entered")) is str
            else:
                right = self._part(name, value) and (
                    (kind is not dict and kind is not list) or nested.fits(name, value)
                )
            if not right:
                return False
        return True

    def _part(self, name: str, value: Any) -> bool:
        kind = type(value)
        if kind is str:
            if name in _SEALED:
                return not value or _DIGEST.fullmatch(value) is not None
            if name in self.partial:
                return is_partial_day(value)
            return name in _DAYS | {"grade"} and _stated(name, value)
        if name in self.entered:
            return kind is _KINDS.get(name, dict) and all(type(one) is str for one in digests(value))
        return kind is _KINDS.get(name) and (kind not in (dict, list) or not digests(value))


_FORMS: Final = {name: _Form(declared) for name, declared in EVENT_TYPES.items()}


def _masks(written: Mapping[str, Any]) -> Message | None:
    """What is wrong with a masking."""
    if not 1 <= written["data"]["of"] < written["position"]:
        return message("It masks no texts of event {position}.", position=written["data"]["of"])
    if all(type(one) is str and _DIGEST.fullmatch(one) for one in written["data"]["digests"]):
        return None
    return message("An event of the type {type} has another form.", type=written["type"])


class Conducted:
    """Follows a chain and says of each event what does not hold; `study_at` gives the definition of a version."""

    def __init__(self, study_at: Callable[[str], Study]) -> None:
        self._study_at = study_at
        self._tables: dict[str, DelegationTable | None] = {}
        self._held: set[tuple[str, str, str]] = set()
        self._allowed: set[tuple[str, ...]] = set()
        self._locked: set[str] = set()
        self._asked: set[str] = set()
        self._nested = Nested()
        self.order = Order(study_at, self._held)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions of the definition that were in force somewhere, oldest first."""
        return tuple(self._tables)

    def problem(self, written: Mapping[str, Any]) -> Message | None:
        """What is wrong with the next event; None where nothing is. `written`: its row, without its hash."""
        found = self._form(written) or self._could(written) or self.order.follow(written)
        if found is None:
            self._take(written)
        return found

    def _form(self, written: Mapping[str, Any]) -> Message | None:
        form = _FORMS.get(written["type"])
        if form is None:
            return message("There is no event of the type {type}.", type=written["type"])
        if not 1 <= written["version"] <= form.version:
            return message(
                "There is no version {version} of the type {type}.",
                version=written["version"],
                type=written["type"],
            )
        data = written["data"]
        if written["version"] < form.version:
            data = upcast(event_from({**written, "hash": ""}))
        kind, _, rest = written["stream"].partition("/")
        series = tuple([name.partition("/")[0] for name in written["series"]]) if written["series"] else ()
        in_place = kind in form.streams and (kind == "study") == (not rest) and series == form.series
        fits = in_place and form.fits(data, self._nested)
        if not fits or (written["type"] == "corrected" and not has_values(data)):
            return message("An event of the type {type} has another form.", type=written["type"])
        return _masks(written) if written["type"] == "masked" else None

    def _could(self, written: Mapping[str, Any]) -> Message | None:
        stream, site = written["stream"], written["site"]
        wanted = (
            written["actor"],
            written["role"],
            site,
            written["action"],
            written["type"],
            written["study_version"],
            written["reason"] != "",
        )
        if wanted not in self._allowed:
            found = self._opens(written) if written["position"] == 1 else self._may(*wanted)
            if found:
                return found
            self._allowed.add(wanted)
        if self._locked and not ACTIONS[written["action"]].locked:
            if "study" in self._locked:
                return message("The study was locked.")
            if stream in self._locked:
                return message("The casebook was locked.")
        if written["type"] == "study_unlocked" and not self._asked - {written["actor"]}:
            return message("Two people unlock a study; only one asked for it.")
        return None

    def _opens(self, written: Mapping[str, Any]) -> Message | None:
        if written["type"] != "study_opened":
            return message("The first event does not open the study.")
        version = written["study_version"]
        if not _VERSION.fullmatch(version):
            return message("This is no version of the definition.")
        table = self._take_version(version)
        data = written["data"]
        says = (data["account"], data["role"], data["site"], written["action"])
        if table is None or says != (written["actor"], table.opens, "", "open_study"):
            return message("{account} could not open the study.", account=written["actor"])
        return None

    def _take_version(self, version: str) -> DelegationTable | None:
        table = self._tables[version] = self._study_at(version).delegation
        return table

    def _may(
        self, actor: str, role: str, site: str, action: str, kind: str, version: str, reason: bool
    ) -> Message | None:
        if action not in ACTIONS or kind not in ACTIONS[action].writes or kind == "study_opened":
            return message(
                "The action {action} writes no event of the type {type}.", action=action, type=kind
            )
        if version not in self._tables:
            return message("This version of the definition was not in force.")
        if not {(actor, role, ""), (actor, role, site)} & self._held:
            return message("{account} did not hold the role {role} then.", account=actor, role=role)
        tables = (table for table in self._tables.values() if table is not None)
        if not any(
            one.id == role and one.may_do(action, at_site=bool(site))
            for table in tables
            for one in table.roles
        ):
            return message("The role {role} may not {action}.", role=role, action=action)
        if ACTIONS[action].reason == "required" and not reason:
            return message("{action} needs a reason.", action=action)
        return None

    def _take(self, written: Mapping[str, Any]) -> None:
        data, stream = written["data"], written["stream"]
        match written["type"]:
            case "study_opened" | "role_delegated" | "role_revoked" as kind:
                held = (data["account"], data["role"], stream.partition("/")[2])
                change = self._held.discard if kind == "role_revoked" else self._held.add
                change(held)
                self._allowed.clear()
            case "version_approved" | "version_released":
                if data["version"] not in self._tables:
                    self._take_version(data["version"])
            case "study_locked" | "casebook_locked":
                self._locked.add(stream)
                self._asked.clear()
            case "unlock_requested":
                self._asked.add(written["actor"])
            case "study_unlocked" | "casebook_unlocked":
                self._locked.discard(stream)
