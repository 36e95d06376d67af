"""What events leave on record of a participant and of a site, as far as the order of later ones depends on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from trialwright.record.books import STEPS, TURNS
from trialwright.terms.digits import is_count

ENDS: Final[Mapping[str, str]] = {
    "participant_died": "death",
    "consent_withdrawn": "withdrawal",
    "lost_to_follow_up": "loss",
    "study_completed": "completion",
}
"""The events that end a course, and how a correction names them."""


COUNTED = frozenset({"ae", "consent", "deviation", "dose", "hold", "rescue", "stop"})
"""The kinds of entries that a correction names by their number."""


class VisitThen(NamedTuple):
    """A visit on record; `date` '' where it was missed."""

    encounter: str
    date: str


class DoseThen(NamedTuple):
    """A dose on record, as it was told or corrected last."""

    number: int
    intervention: str
    start: str
    visit: str
    prior: bool


class FormThen(NamedTuple):
    """A form on record, with the paths of its items."""

    form: str
    visit: str
    paths: frozenset[str]


class SiteThen:
    """A site that is open. `approved`: the versions that it approved, with their days; `version`: the last of them."""

    __slots__ = ("approved", "version")

    def __init__(self) -> None:
        self.approved: dict[str, str] = {}
        self.version = ""


class Course:
    """One participant. `reached`: the turns that were taken; `counted`: how many there are of what is numbered."""

    __slots__ = (
        "allocated",
        "arm",
        "aware",
        "consent",
        "consented",
        "counted",
        "doses",
        "ends",
        "enrolled",
        "forms",
        "gone",
        "queries",
        "reached",
        "screened",
        "sent",
        "site",
        "stops",
        "version",
        "visits",
    )

    def __init__(self, site: str) -> None:
        self.site = site
        self.reached: set[str] = set()
        self.consent = self.consented = self.version = ""
        """The days of the first and of the last consent, and the version of the last."""
        self.screened = self.enrolled = self.allocated = ""
        self.arm: str | None = None
        self.ends: dict[str, str] = {}
        self.visits: dict[str, VisitThen] = {}
        self.forms: dict[str, FormThen] = {}
        self.doses: list[DoseThen] = []
        self.stops: list[str] = []
        """The interventions that were stopped, in the order of recording."""
        self.counted: dict[str, int] = {}
        self.queries: dict[int, str] = {}
        self.gone: set[str] = set()
        """What was taken back, as a correction names it."""
        self.aware: list[str] = []
        """The first moment at which each adverse event was known."""
        self.sent: set[tuple[int, str, str]] = set()

    @property
    def end(self) -> str:
        """The first day on which the course ended; '' while it goes on."""
        return min(self.ends.values(), default="")

    @property
    def taken(self) -> list[DoseThen]:
        """The doses that stand."""
        return [dose for dose in self.doses if f"dose/{dose.number}" not in self.gone]

    @property
    def stopped(self) -> set[str]:
        """The interventions that were stopped for good."""
        return {each for number, each in enumerate(self.stops, start=1) if f"stop/{number}" not in self.gone}

    def held(self, encounter: str) -> int:
        """How many visits of an encounter there are or were: the number of one that was taken back is not given again."""
        gone = (target.partition("/") for target in self.gone)
        return sum(one.encounter == encounter for one in self.visits.values()) + sum(
            kind == "visit" and id.rpartition("-")[0] == encounter for kind, _, id in gone
        )

    def has(self, target: str) -> bool:
        """Whether what a correction names is on record."""
        kind, _, key = target.partition("/")
        if kind in COUNTED:
            known = is_count(key) and str(int(key)) == key and 1 <= int(key) <= self.counted.get(kind, 0)
            return known and target not in self.gone
        if kind == "visit":
            return key in self.visits
        if target in STEPS:
            return STEPS[target] in self.reached
        return target in self.ends if kind in TURNS else target == "demographics"

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        """Take in an event."""
        change = _TAKES.get(kind)
        if change is not None:
            change(self, data)
        if "queries" in data:
            for query in data["queries"]:
                self.queries[query["number"]] = "open"
        if "deviations" in data:
            self.count("deviation", len(data["deviations"]))
        for form in data.get("recalculated", ()):
            _form(self, form)

    def count(self, kind: str, more: int = 1) -> None:
        """There are so many more of what is numbered."""
        self.counted[kind] = self.counted.get(kind, 0) + more


def _consented(course: Course, data: Mapping[str, Any]) -> None:
    course.count("consent")
    course.consent = course.consent or data["date"]
    course.consented, course.version = data["date"], data["version"]


def _screened(course: Course, data: Mapping[str, Any]) -> None:
    course.screened = data["date"]


def _enrolled(course: Course, data: Mapping[str, Any]) -> None:
    course.enrolled = data["date"]


def _allocated(course: Course, data: Mapping[str, Any]) -> None:
    course.allocated, course.arm = data["date"], data["arm"]


def _unblinded(course: Course, data: Mapping[str, Any]) -> None:
    course.arm = data["arm"]


def _visit(course: Course, data: Mapping[str, Any]) -> None:
    course.visits[data["visit"]] = VisitThen(data["encounter"], data.get("date", ""))


def _form(course: Course, data: Mapping[str, Any]) -> None:
    before = course.forms.get(data["id"])
    paths = _shared(frozenset([item["path"] for item in data["items"]]))
    if before is not None:
        paths = before.paths if paths <= before.paths else _shared(before.paths | paths)
    course.forms[data["id"]] = FormThen(data["form"], data["visit"], paths)


@lru_cache(maxsize=4096)
def _shared(paths: frozenset[str]) -> frozenset[str]:
    """One copy of paths that many forms have."""
    return paths


def _dose(course: Course, data: Mapping[str, Any]) -> None:
    course.count("dose")
    course.doses.append(
        DoseThen(data["number"], data["intervention"], data["start"], data["visit"], data["prior"])
    )


def _held(course: Course, data: Mapping[str, Any]) -> None:
    course.count("hold")


def _stopped(course: Course, data: Mapping[str, Any]) -> None:
    course.count("stop")
    course.stops.append(data["intervention"])


def _rescue(course: Course, data: Mapping[str, Any]) -> None:
    course.count("rescue")


def _deviation(course: Course, data: Mapping[str, Any]) -> None:
    course.count("deviation")


def _event_reported(course: Course, data: Mapping[str, Any]) -> None:
    course.count("ae")
    course.aware.append(data["aware"])


def _event_updated(course: Course, data: Mapping[str, Any]) -> None:
    known = (course.aware[data["number"] - 1], data["aware"])
    course.aware[data["number"] - 1] = min(known, key=datetime.fromisoformat)


def _report_sent(course: Course, data: Mapping[str, Any]) -> None:
    course.sent.add((data["number"], data["clock"], data["stage"]))


def _asked(course: Course, data: Mapping[str, Any]) -> None:
    course.queries[data["number"]] = "open"


def _answered(course: Course, data: Mapping[str, Any]) -> None:
    course.queries[data["number"]] = "answered"


def _closed(course: Course, data: Mapping[str, Any]) -> None:
    course.queries[data["number"]] = "closed"


def _corrected(course: Course, data: Mapping[str, Any]) -> None:
    target, values = data["target"], data["values"]
    kind, _, key = target.partition("/")
    day = values.get("date", "")
    if kind == "visit":
        _visit_corrected(course, key, day)
    elif kind in TURNS and day:
        course.ends[target] = day
    elif kind in TURNS:
        del course.ends[target]
    elif values.get("recorded") is False:
        course.gone.add(target)
    elif kind == "consent":
        course.consent = day if key == "1" else course.consent
        course.consented = day if int(key) == course.counted["consent"] else course.consented
    elif kind == "enrolment":
        course.enrolled = day
    elif kind == "allocation":
        course.arm = values["arm"]
    elif kind == "dose":
        dose = course.doses[int(key) - 1]
        course.doses[int(key) - 1] = dose._replace(start=values.get("start", dose.start))


def _visit_corrected(course: Course, id: str, day: str) -> None:
    """Without a day nothing is recorded of it any more, nor of its forms."""
    if day:
        course.visits[id] = course.visits[id]._replace(date=day)
        return
    del course.visits[id]
    course.gone.add(f"visit/{id}")
    course.forms = {name: form for name, form in course.forms.items() if form.visit != id}


def _unlocked(course: Course, data: Mapping[str, Any]) -> None:
    course.reached.discard("casebook_locked")


def _ended(target: str) -> Callable[[Course, Mapping[str, Any]], None]:
    def take(course: Course, data: Mapping[str, Any]) -> None:
        course.ends[target] = data["date"]

    return take


_TAKES: Final[Mapping[str, Callable[[Course, Mapping[str, Any]], None]]] = {
    "consented": _consented,
    "re_consented": _consented,
    "screened": _screened,
    "enrolled": _enrolled,
    "allocated": _allocated,
    "unblinded": _unblinded,
    "visit_opened": _visit,
    "visit_missed": _visit,
    "form_recorded": _form,
    "form_corrected": _form,
    "corrected": _corrected,
    "query_raised": _asked,
    "query_answered": _answered,
    "query_closed": _closed,
    "dose_given": _dose,
    "dose_held": _held,
    "intervention_discontinued": _stopped,
    "rescue_recorded": _rescue,
    "ae_reported": _event_reported,
    "ae_updated": _event_updated,
    "report_sent": _report_sent,
    "deviation_reported": _deviation,
    "casebook_unlocked": _unlocked,
    **{kind: _ended(target) for kind, target in ENDS.items()},
}
