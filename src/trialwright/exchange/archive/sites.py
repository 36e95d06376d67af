"""What each type of event about the study or a site needs before it; those about participants: `steps`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from trialwright.conduct.actions.set_reference_ranges import find_range_problems
from trialwright.conduct.standing import check_account
from trialwright.exchange.archive.at import another_form, latest_day, lies_before, not_known, not_recorded
from trialwright.exchange.archive.course import Course, SiteThen
from trialwright.exchange.archive.known import KnownStudy
from trialwright.terms.message import Message, message

_COMMITMENT = re.compile(r"sha256:[0-9a-f]{64}")


class StudyThen:
    """The study as events left it. `held`: account, role and site of every role that is held."""

    def __init__(self, known: Callable[[str], KnownStudy], held: set[tuple[str, str, str]]) -> None:
        self.known = known
        self.held = held
        self.opening = ""
        self.released: dict[str, str] = {}
        self.sites: dict[str, SiteThen] = {}
        self.courses: dict[str, Course] = {}
        self.blind = self.unblinded = self.locked = False

    def versions(self) -> Iterable[KnownStudy]:
        """Every version that was released."""
        return map(self.known, self.released)

    def release(self, version: str, day: str) -> None:
        """A version may be approved from here on."""
        self.released[version] = day
        self.blind = self.blind or self.known(version).blind

    def take(self, written: Mapping[str, Any]) -> None:
        """Take in an event."""
        data, place = written["data"], written["stream"].partition("/")[2]
        match written["type"]:
            case "study_opened":
                self.opening = written["study_version"]
                self.release(self.opening, data["date"])
            case "version_released":
                self.release(data["version"], data["date"])
            case "site_opened":
                self.sites[place] = SiteThen()
            case "version_approved":
                self.sites[place].approved[data["version"]] = data["date"]
                self.sites[place].version = data["version"]
                if data["version"] not in self.released:  # approved before releases were recorded
                    self.release(data["version"], data["date"])
            case "study_unblinded":
                self.unblinded = True
                for id, arm in data["arms"].items():
                    self.courses[f"participant/{id}"].arm = arm
            case "study_locked" | "study_unlocked" as kind:
                self.locked = kind == "study_locked"


class Of(NamedTuple):
    """An event of the study or a site. `place`: the site of its stream, '' for the study; `known`: the version in force."""

    study: StudyThen
    written: Mapping[str, Any]
    data: Mapping[str, Any]
    place: str
    known: KnownStudy


def find_problem(of: Of) -> Message | None:
    """What does not hold of an event of the study or a site; None where nothing is wrong."""
    if of.written["site"] != of.place:
        return message("It was done at another site than it belongs to.")
    for part in ("date", "start", "end"):
        if of.data.get(part, "") > latest_day(of.written["at"][:13]):
            return message("It is of {day}, which lies after the event itself.", day=of.data[part])
    check = CHECKS.get(of.written["type"])
    return check(of) if check is not None else None


def _opened(of: Of) -> Message | None:
    """The study of the definition, by an account that is no name, with its secret sealed."""
    if of.data["study"] != of.known.study.id or not _COMMITMENT.fullmatch(of.data["commitment"]):
        return another_form("study_opened")
    return check_account(of.data["account"])


def _site_opened(of: Of) -> Message | None:
    if of.place in of.study.sites:
        return message("{name} is on record already.", name=of.place)
    zones = {one.sites.get(of.place, "") for one in of.study.versions()} - {""}
    if not zones:
        return not_known(of.place)
    return None if of.data["time_zone"] in zones else not_known(of.data["time_zone"])


def _delegated(of: Of) -> Message | None:
    account, role = of.data["account"], of.data["role"]
    scopes = {one.roles[role] for one in of.study.versions() if role in one.roles}
    if not scopes:
        return not_known(role)
    if of.data["site"] != of.place or ("site" if of.place else "study") not in scopes:
        return message("It was done at another site than it belongs to.")
    if account == of.written["actor"]:
        return message("Nobody gives a role to themselves; somebody else must.")
    if (account, role, of.place) in of.study.held:
        return message("{name} is on record already.", name=role)
    return check_account(account)


def _revoked(of: Of) -> Message | None:
    role = of.data["role"]
    if (of.data["account"], role, of.place) not in of.study.held or of.data["site"] != of.place:
        return not_recorded(role)
    opens = {one.study.delegation.opens for one in of.study.versions() if one.study.delegation}
    left = sum(1 for _, held, site in of.study.held if (held, site) == (role, ""))
    if not of.place and opens == {role} and left == 1:
        return message(
            "{account} is the last one in this role; delegate it first.", account=of.data["account"]
        )
    return None


def _released(of: Of) -> Message | None:
    version, day = of.data["version"], of.data["date"]
    if version in of.study.released:
        return message("{name} is on record already.", name=version)
    last = max(of.study.released.values())
    if day < last:
        return lies_before(day, last)
    if of.study.known(version).study.id != of.study.known(of.study.opening).study.id:
        return message("It defines another study.")
    return None


def _approved(of: Of) -> Message | None:
    version, day, approved = of.data["version"], of.data["date"], of.study.sites[of.place].approved
    if version in approved:
        return message("{name} is on record already.", name=version)
    last = max(approved.values(), default="")
    return lies_before(day, last) if day < last else None


def _ranges(of: Of) -> Message | None:
    rows = of.data["ranges"]
    found = [problem for row in rows for problem in find_range_problems(row, of.known.measured)]
    return found[0] if found else None if rows else another_form("ranges_set")


def _unblinded(of: Of) -> Message | None:
    """Everybody's arm, once, after the casebooks are locked."""
    if not of.study.blind or of.study.unblinded:
        return message("Nothing is hidden in it.")
    allocated = {stream: one for stream, one in of.study.courses.items() if one.allocated}
    if {f"participant/{id}" for id in of.data["arms"]} != allocated.keys():
        return message("These are not the participants who were allocated.")
    if not set(of.data["arms"].values()) <= {arm for one in of.study.versions() for arm in one.arms}:
        return another_form("study_unblinded")
    return _casebook_open(allocated)


def _casebook_open(courses: Mapping[str, Course]) -> Message | None:
    left = [stream for stream, one in courses.items() if "casebook_locked" not in one.reached]
    return message("The casebook of {id} was not locked.", id=left[0].partition("/")[2]) if left else None


def _locked(of: Of) -> Message | None:
    """The casebook of everybody enrolled is locked; of the others no query is open, and they were screened or left."""
    everyone = of.study.courses
    found = _casebook_open({stream: one for stream, one in everyone.items() if one.enrolled})
    if found is not None:
        return found
    for stream, one in everyone.items():
        waits = not one.screened and not one.ends
        asked = any(state != "closed" for state in one.queries.values())
        if not one.enrolled and (waits or asked):
            return message("Of {id} something was still open.", id=stream.partition("/")[2])
    return None


def _unlocking(of: Of) -> Message | None:
    return None if of.study.locked else message("The study is not locked.")


CHECKS: Final[Mapping[str, Callable[[Of], Message | None]]] = {
    "study_opened": _opened,
    "site_opened": _site_opened,
    "role_delegated": _delegated,
    "role_revoked": _revoked,
    "version_released": _released,
    "version_approved": _approved,
    "ranges_set": _ranges,
    "study_unblinded": _unblinded,
    "study_locked": _locked,
    "unlock_requested": _unlocking,
    "study_unlocked": _unlocking,
}
