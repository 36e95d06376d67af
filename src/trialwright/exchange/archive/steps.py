"""What each type of event about a participant needs before it, what it cannot follow, and what it must agree with.

Read as a list of rules: `STEPS`. All of them can be told from the chain and the definition in force, without deciding an
action anew; what would need that is listed in `docs/explanation/ledger.md`. A rule here holds for every archive there
is: one that an action comes to ask for later must not be asked of events from before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Final, NamedTuple

from trialwright.conduct.actions.consent import SEX
from trialwright.conduct.actions.record_rescue import THERAPIES
from trialwright.conduct.actions.report_ae import CAUSALITY, OUTCOMES, SERIOUSNESS, TAKEN
from trialwright.conduct.actions.report_deviation import CATEGORIES, SEVERITIES
from trialwright.conduct.actions.sign import MEANINGS
from trialwright.exchange.archive.course import Course, SiteThen
from trialwright.exchange.archive.known import WHOLE, KnownForm, KnownStudy
from trialwright.record.content import CASEBOOK
from trialwright.safety.reportable import STUDY_TREATMENT
from trialwright.safety.reporting import STAGES
from trialwright.terms.dates import parse_date
from trialwright.terms.message import Message, message
from trialwright.terms.visible import shortened

_EAST = timezone(timedelta(hours=14))
"""The zone in which a day begins first: no calendar is further on."""


class At(NamedTuple):
    """An event among those before it."""

    course: Course
    written: Mapping[str, Any]
    data: Mapping[str, Any]
    known: KnownStudy
    place: SiteThen | None
    """The site at which it was done; None for the study as a whole."""


Check = Callable[[At], Message | None]


class Step(NamedTuple):
    """What an event of a type needs.

    `after`: turns taken before it; `never_after`: turns it cannot follow. `going_on`: only while the course has not ended.
    `told_late`: a part with a day not after the end of the course. `since_consent`: a part with a day not before consent.
    `days`: the parts with days, none of which lies after the event. `numbered`: what its `number` counts.
    `choices`: the values that a part may have. `checks`: what else must agree. `makes`: the turn it is.
    """

    after: frozenset[str] = frozenset({"consented"})
    never_after: frozenset[str] = frozenset()
    going_on: bool = False
    told_late: str = ""
    since_consent: str = ""
    days: tuple[str, ...] = ()
    numbered: str = ""
    choices: tuple[tuple[str, frozenset[str]], ...] = ()
    checks: tuple[Check, ...] = ()
    makes: str = ""


@lru_cache(maxsize=256)
def latest_day(hour: str) -> str:
    """The latest day that any calendar shows in an hour, as events begin their moments: 2026-11-01T09."""
    return datetime.fromisoformat(f"{hour}:59:59+00:00").astimezone(_EAST).date().isoformat()


def not_known(name: str) -> Message:
    """What the definition in force does not have."""
    return message("The definition in force has no {name}.", name=shortened(name))


def not_recorded(name: object) -> Message:
    """What nothing before the event speaks of."""
    return message("Nothing is recorded before it of {name}.", name=shortened(str(name)))


def lies_before(day: str, earlier: str) -> Message:
    """A day that lies before one it follows."""
    return message("It is of {day}, before {earlier}, which it follows.", day=day, earlier=earlier)


def another_form(kind: str) -> Message:
    """A part that says what no event of this type says."""
    return message("An event of the type {type} has another form.", type=kind)


def find_problem(at: At) -> Message | None:
    """What does not hold of an event about a participant; None where nothing is wrong."""
    kind, data, course = at.written["type"], at.data, at.course
    step = STEPS[kind]
    if not step.after <= course.reached:
        needed = min(step.after - course.reached, key=TURNS_IN_ORDER.index)
        return message("It needs an event of the type {type} before it.", type=needed)
    if step.never_after and not step.never_after.isdisjoint(course.reached):
        return message(
            "It cannot follow an event of the type {type}.", type=min(step.never_after & course.reached)
        )
    if step.going_on and course.ends:
        return message("The course of the participant ended on {day}.", day=course.end)
    for part in step.days:
        day = data[part]
        if day[:10] > latest_day(at.written["at"][:13]):
            return message("It is of {day}, which lies after the event itself.", day=day)
    if step.since_consent and data[step.since_consent] < course.consent:
        return lies_before(data[step.since_consent], course.consent)
    if step.told_late and course.ends and data[step.told_late] > course.end:
        return message("The course of the participant ended on {day}.", day=course.end)
    for part, offered in step.choices:
        if data[part] not in offered:
            return another_form(kind)
    if step.numbered and data["number"] != course.counted.get(step.numbered, 0) + 1:
        return _number(data["number"], course.counted.get(step.numbered, 0) + 1)
    for check in step.checks:
        found = check(at)
        if found is not None:
            return found
    return _what_comes_with(at, step) if "queries" in data or "deviations" in data else None


def _number(stated: int, wanted: int) -> Message:
    return message("Its number is {number}; the next one is {next}.", number=stated, next=wanted)


def _what_comes_with(at: At, step: Step) -> Message | None:
    """Queries and deviations inside an event go on with the numbers of their kind."""
    queries, deviations = at.data.get("queries", ()), at.data.get("deviations", ())
    for wanted, query in enumerate(queries, start=len(at.course.queries) + 1):
        if query["number"] != wanted:
            return _number(query["number"], wanted)
    for wanted, each in enumerate(deviations, start=at.course.counted.get("deviation", 0) + 1):
        if each["number"] != wanted:
            return _number(each["number"], wanted)
        if each["category"] not in CATEGORIES or each["severity"] not in ("", *SEVERITIES):
            return another_form(at.written["type"])
    return None


# consent, screening, enrolment, allocation


def _begins(at: At) -> Message | None:
    """The screening number is made of the site and the counter; the version is one that the site approved by then."""
    ((series, number),) = at.written["series"].items()
    site = at.written["site"]
    if (at.written["stream"], series) != (f"participant/{site}-{number:03d}", f"screening/{site}"):
        return message("Its number is another than the counter gave.")
    return _approved_by(at)


def _approved_by(at: At) -> Message | None:
    since = at.place.approved.get(at.data["version"]) if at.place else None
    if since is None:
        return message("The site had not approved the version that it names.")
    return lies_before(at.data["date"], since) if at.data["date"] < since else None


def _anew(at: At) -> Message | None:
    if at.data["date"] < at.course.consented:
        return lies_before(at.data["date"], at.course.consented)
    return (
        message("The consent is to this version already.")
        if at.data["version"] == at.course.version
        else None
    )


def _judged(at: At) -> Message | None:
    """Every criterion of the definition once; the verdict is what they give together (somebody who died is ineligible)."""
    found = {each["verdict"] for each in at.data["criteria"].values()}
    if at.data["criteria"].keys() != at.known.criteria or not found <= _VERDICTS:
        return message("These are not the criteria of the definition in force.")
    together = "ineligible" if "fail" in found else "undetermined" if "unknown" in found else "eligible"
    verdict = at.data.get("verdict", "eligible")
    if verdict != together and verdict != "ineligible":
        return message("The verdict is another than its criteria give.")
    return None


def _first_or_again(at: At) -> Message | None:
    again = "screened" in at.course.reached
    if again == (at.written["action"] == "re_screen"):
        return None
    return (
        message("It cannot follow an event of the type {type}.", type="screened")
        if again
        else _needs("screened")
    )


def _needs(turn: str) -> Message:
    return message("It needs an event of the type {type} before it.", type=turn)


def _joins(at: At) -> Message | None:
    ((_, number),) = at.written["series"].items()
    if at.data["enrolment_number"] != f"E{number:03d}":
        return message("Its number is another than the counter gave.")
    if at.course.version != at.written["study_version"]:
        return message("The consent is to another version.")
    if at.data["date"] < at.course.screened:
        return lies_before(at.data["date"], at.course.screened)
    passed = all(each["verdict"] in ("pass", "not_assessed") for each in at.data["criteria"].values())
    return None if passed else message("A criterion did not pass.")


def _given_an_arm(at: At) -> Message | None:
    ((_, number),) = at.written["series"].items()
    if at.data["number"] != number:
        return message("Its number is another than the counter gave.")
    if at.data["date"] < at.course.enrolled:
        return lies_before(at.data["date"], at.course.enrolled)
    return _is_arm(at) if at.data["arm"] or not at.known.blind else None


def _is_arm(at: At) -> Message | None:
    return None if at.data["arm"] in at.known.arms else not_known(at.data["arm"])


# visits and forms


def _visited(at: At) -> Message | None:
    """A visit of the schedule, once, in its epoch; unscheduled ones are counted."""
    id, encounter = at.data["visit"], at.data["encounter"]
    planned = at.known.visits.get(encounter)
    if planned is None:
        return not_known(encounter)
    if planned.scheduled:
        wanted = encounter
    else:
        wanted = f"{encounter}-{sum(one.encounter == encounter for one in at.course.visits.values()) + 1}"
    if id != wanted:
        return not_known(id)
    if id in at.course.visits:
        return message("The visit {visit} is on record already.", visit=id)
    missed = at.written["type"] == "visit_missed"
    if missed:
        return None if planned.scheduled else not_known(id)
    return _in_epoch(at, planned.epoch)


def _in_epoch(at: At, epoch: str) -> Message | None:
    if epoch == "screening" and "enrolled" in at.course.reached:
        return message("It cannot follow an event of the type {type}.", type="enrolled")
    if epoch in ("treatment", "follow_up") and "allocated" not in at.course.reached:
        return _needs("allocated")
    return None


def _form(at: At) -> Message | None:
    """A form of the definition, at a visit that took place and asks for it; its items in their places."""
    data, kind = at.data, at.written["type"]
    form = at.known.forms.get(data["form"])
    if form is None:
        return not_known(data["form"])
    visit = at.course.visits.get(data["visit"])
    if (data["visit"] or not form.repeating) and (visit is None or not visit.date):
        return not_recorded(data["visit"] or data["form"])
    start = f"{data['visit']}/{data['form']}"
    if data["number"] < 1 or data["id"] != (f"{start}/{data['number']}" if form.repeating else start):
        return message("The form has another id than its visit and number give.")
    if visit is not None and not form.repeating and visit.encounter not in form.visits:
        return message("The form {form} is not asked at this visit.", form=data["form"])
    if kind == "form_corrected" and data["id"] not in at.course.forms:
        return not_recorded(data["id"])
    if not data["items"]:
        return another_form(kind)
    latest = latest_day(at.written["at"][:13])
    for entry in data["items"]:
        found = _item(at, form, entry, latest)
        if found is not None:
            return found
    return None


def _item(at: At, form: KnownForm, entry: Mapping[str, Any], latest: str) -> Message | None:
    value, path = entry["value"], entry["path"]
    shape = (
        path,
        entry["item"],
        entry["unit"],
        entry["not_done"],
        entry["concept"],
        entry["kind"],
        "x" if value else "",
    )
    if shape not in form.seen:
        found = _place(at, form, entry)
        if found is not None:
            return found
        form.seen.add(shape)
    if entry["date"][:10] > latest:
        place = form.place(path)
        if place is None or not place.future:
            return message("It is of {day}, which lies after the event itself.", day=shortened(entry["date"]))
    return None


def _place(at: At, form: KnownForm, entry: Mapping[str, Any]) -> Message | None:
    path, value, reason = entry["path"], entry["value"], entry["not_done"]
    if not value and not reason:
        return None  # emptied: the form of today may no longer have the item
    if path == WHOLE:
        return (
            None if entry["item"] == WHOLE and not value and reason in at.known.reasons else not_known(path)
        )
    place = form.place(path)
    if place is None or entry["item"] != place.item.id:
        return not_known(path)
    calculated = place.item.type == "calculated"
    if reason and (value or not (calculated or reason in at.known.reasons)):
        return not_known(reason)
    if value and calculated != (type(value) is str):
        return another_form(at.written["type"])
    units = place.item.units
    if value and entry["unit"] not in (units or ("",)):
        return message("{path} has another unit than the form offers.", path=path)
    concept = at.known.types.get(entry["concept"])
    if entry["kind"] != (concept.kind if concept else "") or (entry["concept"] and concept is None):
        return not_known(entry["concept"] or entry["kind"])
    alone = place.group.checklist is None and place.group.fact is None
    if alone and entry["concept"] != (place.item.concept or ""):
        return not_known(entry["concept"])
    return None


def _corrected(at: At) -> Message | None:
    target, values = at.data["target"], at.data["values"]
    if not at.course.has(target):
        return message(
            "It corrects {target}, and nothing of that name is recorded before it.", target=shortened(target)
        )
    if not values:
        return another_form("corrected")
    for part in ("date", "start", "end"):
        if values.get(part, "")[:10] > latest_day(at.written["at"][:13]):
            return message("It is of {day}, which lies after the event itself.", day=values[part])
    kind, _, key = target.partition("/")
    return _CORRECTED[kind](at, values, key) if kind in _CORRECTED else _turn(at, values)


def _demographics(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    return None if values.get("sex", "unknown") in SEX else another_form("corrected")


def _dose_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    dose = at.course.doses[int(key) - 1]
    start, end = values.get("start", dose.start), values.get("end", "")
    planned = at.known.doses.get(dose.intervention)
    if end and end < start:
        return lies_before(end, start)
    if dose.prior:
        return None
    if start < at.course.consent:
        return lies_before(start, at.course.consent)
    bound = planned is not None and not planned.run_in
    return lies_before(start, at.course.allocated) if bound and start < at.course.allocated else None


def _visit_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    visit = at.course.visits[key]
    day = values.get("date", "")
    if not day:
        return None if not visit.date and values == {"missed": False} else another_form("corrected")
    if day < at.course.consent:
        return lies_before(day, at.course.consent)
    planned = at.known.visits.get(visit.encounter)
    return _in_epoch(at, planned.epoch) if planned is not None and not visit.date else None


def _deviation_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    if int(key) in at.course.gone:
        return not_recorded(at.data["target"])
    if values.get("severity", "minor") not in SEVERITIES or values.get("category", "other") not in CATEGORIES:
        return another_form("corrected")
    return _visit_named(at, values.get("visit", ""))


def _rescue_again(at: At, values: Mapping[str, Any], key: str) -> Message | None:
    if values.get("therapy", "other") not in THERAPIES:
        return another_form("corrected")
    return _rescued(at, values["date"]) if "date" in values else None


_CORRECTED: Final[Mapping[str, Callable[[At, Mapping[str, Any], str], Message | None]]] = {
    "demographics": _demographics,
    "dose": _dose_again,
    "visit": _visit_again,
    "deviation": _deviation_again,
    "rescue": _rescue_again,
}


def _turn(at: At, values: Mapping[str, Any]) -> Message | None:
    day = values.get("date", "")
    if bool(day) == ("recorded" in values):
        return another_form("corrected")
    return lies_before(day, at.course.consent) if day and day < at.course.consent else None


def _visit_named(at: At, visit: str) -> Message | None:
    return None if not visit or visit in at.course.visits else not_recorded(visit)


# queries


def _asked(at: At) -> Message | None:
    wanted = len(at.course.queries) + 1
    if at.data["number"] != wanted:
        return _number(at.data["number"], wanted)
    id, _, item = at.data["path"].partition("#")
    form = at.course.forms.get(id)
    return not_recorded(at.data["path"]) if form is None or (item and item not in form.paths) else None


def _answered(at: At) -> Message | None:
    if at.course.queries.get(at.data["number"], "closed") == "closed":
        return message("There is no open query {number}.", number=at.data["number"])
    return None


def _closed(at: At) -> Message | None:
    if at.course.queries.get(at.data["number"]) != "answered":
        return message("There is no answered query {number}.", number=at.data["number"])
    return None


# doses


def _dosed(at: At) -> Message | None:
    """Of the arm, from allocation on (in the run-in from consent on), not after it was stopped, nor twice at a visit."""
    data, course = at.data, at.course
    planned = at.known.doses.get(data["intervention"])
    if planned is None:
        return not_known(data["intervention"])
    start, end = data["start"], data["end"]
    ended = start if planned.single and not data["ongoing"] else end
    told = (planned.concept, planned.route, not end, bool(ended))
    if (data["concept"], data["route"], data["ongoing"], bool(end)) != told:
        return another_form("dose_given")
    if end and end < start:
        return lies_before(end, start)
    found = _visit_named(at, data["visit"])
    if found is not None:
        return found
    if data["prior"]:
        return (
            message("It cannot follow an event of the type {type}.", type="allocated")
            if course.allocated
            else None
        )
    return _treated(at, single=planned.single, run_in=planned.run_in)


def _treated(at: At, *, single: bool, run_in: bool) -> Message | None:
    data, course = at.data, at.course
    start, intervention = data["start"], data["intervention"]
    if course.ends and max(start, data["end"]) > course.end:
        return message("The course of the participant ended on {day}.", day=course.end)
    if intervention not in at.known.received(course.arm):
        return _needs("allocated") if course.arm is None else _not_of_arm(intervention)
    since = course.consent if run_in else max(course.consent, course.allocated)
    if start < since:
        return lies_before(start, since)
    if intervention in course.stopped:
        return message("{intervention} was stopped for good before it.", intervention=intervention)
    twice = (
        single
        and data["visit"]
        and any((dose.intervention, dose.visit) == (intervention, data["visit"]) for dose in course.doses)
    )
    return message("The same was given at this visit already.") if twice else None


def _not_of_arm(intervention: str) -> Message:
    return message("{intervention} is not given in this arm.", intervention=intervention)


def _held(at: At) -> Message | None:
    intervention = at.data["intervention"]
    if intervention not in at.known.doses:
        return not_known(intervention)
    if intervention in at.course.stopped:
        return message("{intervention} was stopped for good before it.", intervention=intervention)
    taken = {dose.intervention for dose in at.course.doses}
    return None if intervention in taken | at.known.received(at.course.arm) else _not_of_arm(intervention)


def _stopped(at: At) -> Message | None:
    intervention, day = at.data["intervention"], at.data["date"]
    first = min((dose.start for dose in at.course.doses if dose.intervention == intervention), default="")
    if not first:
        return not_recorded(intervention)
    if intervention in at.course.stopped:
        return message("{intervention} was stopped for good before it.", intervention=intervention)
    return lies_before(day, first) if day < first else None


def _rescue(at: At) -> Message | None:
    return _rescued(at, at.data["date"])


def _rescued(at: At, day: str) -> Message | None:
    """Of a month or year any day may be meant."""
    days = parse_date(day)
    if days.last.isoformat() < at.course.allocated:
        return lies_before(day, at.course.allocated)
    if at.course.ends and days.first.isoformat() > at.course.end:
        return message("The course of the participant ended on {day}.", day=at.course.end)
    return None


# safety


def _event(at: At) -> Message | None:
    """An adverse event: its end, its awareness and its judgements fit each other and the definition."""
    data = at.data
    if data["end"] and data["end"] < data["start"]:
        return lies_before(data["end"], data["start"])
    aware = read_moment(data["aware"])
    if aware is None or not set(data["seriousness"]) <= set(SERIOUSNESS):
        return another_form(at.written["type"])
    if aware > datetime.fromisoformat(at.written["at"]):
        return message("It is of {day}, which lies after the event itself.", day=data["aware"])
    if aware.astimezone(_EAST).date().isoformat() < data["start"]:
        return lies_before(data["aware"], data["start"])
    for intervention, judged in data["causality"].items():
        if judged not in CAUSALITY:
            return another_form(at.written["type"])
        if intervention not in at.known.doses and not (at.known.blind and intervention == STUDY_TREATMENT):
            return not_known(intervention)
    fatal = (data["grade"] == "5", "death" in data["seriousness"], data["outcome"] == "fatal")
    return (
        message("Grade, seriousness and outcome disagree about a death.")
        if any(fatal) != all(fatal)
        else None
    )


def read_moment(text: str) -> datetime | None:
    """A moment with its offset; None where a text is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _known_event(at: At) -> Message | None:
    number = at.data["number"]
    if 1 <= number <= at.course.counted.get("ae", 0):
        return None
    return not_recorded(f"ae/{number}")


def _sent(at: At) -> Message | None:
    """After somebody knew of the event, not ahead; a follow-up after the first report of the clock."""
    data = at.data
    if data["clock"] not in at.known.clocks:
        return not_known(data["clock"])
    sent, aware = read_moment(data["at"]), read_moment(at.course.aware[data["number"] - 1])
    if sent is None or aware is None:
        return another_form("report_sent")
    if sent > datetime.fromisoformat(at.written["at"]):
        return message("It is of {day}, which lies after the event itself.", day=data["at"])
    if sent < aware:
        return lies_before(data["at"], at.course.aware[data["number"] - 1])
    if data["stage"] == "follow_up" and (data["number"], data["clock"], "initial") not in at.course.sent:
        return message("The initial report was not sent before it.")
    return None


def _deviation(at: At) -> Message | None:
    return _visit_named(at, at.data["visit"])


# signatures and the end


def _of_target(at: At) -> Message | None:
    target = at.data["target"]
    return None if target == CASEBOOK or target in at.course.visits else not_recorded(target)


def _completed(at: At) -> Message | None:
    """Every scheduled visit after screening is on record, none of a later day."""
    left = [
        id
        for id, one in at.known.visits.items()
        if one.scheduled and one.epoch != "screening" and id not in at.course.visits
    ]
    if left:
        return not_recorded(left[0])
    last = max((visit.date for visit in at.course.visits.values()), default="")
    return lies_before(at.data["date"], last) if at.data["date"] < last else None


_VERDICTS = frozenset({"pass", "fail", "unknown", "not_assessed"})
TURNS_IN_ORDER = ("consented", "screened", "enrolled", "allocated", "unblinded", "casebook_locked")
_CONSENTED = frozenset({"consented"})
_ENROLLED = _CONSENTED | {"screened", "enrolled"}
_ALLOCATED = _ENROLLED | {"allocated"}
_YES_NO = frozenset({"true", "false"})
_OPEN_YES_NO = _YES_NO | {""}
_AE_CHOICES = (
    ("infection", _YES_NO),
    ("hypersensitivity", _OPEN_YES_NO),
    ("expected", _OPEN_YES_NO),
    ("action", frozenset(TAKEN)),
    ("outcome", frozenset(OUTCOMES)),
)

STEPS: Final[Mapping[str, Step]] = {
    "consented": Step(
        after=frozenset(), never_after=_CONSENTED, days=("date",), choices=(("sex", frozenset(SEX)),),
        checks=(_begins,), makes="consented",
    ),
    "re_consented": Step(going_on=True, days=("date",), checks=(_approved_by, _anew)),
    "screened": Step(
        never_after=frozenset({"enrolled"}), going_on=True, since_consent="date", days=("date",),
        checks=(_first_or_again, _judged), makes="screened",
    ),
    "enrolled": Step(
        after=frozenset({"consented", "screened"}), never_after=frozenset({"enrolled"}), going_on=True, days=("date",),
        checks=(_judged, _joins), makes="enrolled",
    ),
    "allocated": Step(
        after=_ENROLLED, never_after=frozenset({"allocated"}), going_on=True, days=("date",),
        checks=(_given_an_arm,), makes="allocated",
    ),
    "allocation_seen": Step(after=_ALLOCATED, days=("date",)),
    "unblinded": Step(
        after=_ALLOCATED, never_after=frozenset({"unblinded"}), days=("date",), checks=(_is_arm,), makes="unblinded",
    ),
    "visit_opened": Step(since_consent="date", told_late="date", days=("date",), checks=(_visited,)),
    "visit_missed": Step(after=_ENROLLED, checks=(_visited,)),
    "form_recorded": Step(checks=(_form,)),
    "form_corrected": Step(checks=(_form,)),
    "corrected": Step(checks=(_corrected,)),
    "query_raised": Step(checks=(_asked,)),
    "query_answered": Step(checks=(_answered,)),
    "query_closed": Step(checks=(_closed,)),
    "dose_given": Step(numbered="dose", days=("start", "end"), checks=(_dosed,)),
    "dose_held": Step(told_late="start", days=("start",), checks=(_held,)),
    "intervention_discontinued": Step(after=_ALLOCATED, told_late="date", days=("date",), checks=(_stopped,)),
    "rescue_recorded": Step(
        after=_ALLOCATED, days=("date",), choices=(("therapy", frozenset(THERAPIES)),), checks=(_rescue,),
    ),
    "ae_reported": Step(numbered="ae", days=("start", "end"), choices=_AE_CHOICES, checks=(_event,)),
    "ae_updated": Step(days=("start", "end"), choices=_AE_CHOICES, checks=(_known_event, _event)),
    "report_sent": Step(choices=(("stage", frozenset(STAGES)),), checks=(_known_event, _sent)),
    "deviation_reported": Step(
        numbered="deviation", days=("date",),
        choices=(("category", frozenset(CATEGORIES)), ("severity", frozenset(SEVERITIES))), checks=(_deviation,),
    ),
    "signed": Step(choices=(("meaning", frozenset(MEANINGS)),), checks=(_of_target,)),
    "source_verified": Step(checks=(_of_target,)),
    "consent_withdrawn": Step(going_on=True, since_consent="date", days=("date",)),
    "lost_to_follow_up": Step(going_on=True, since_consent="date", days=("date",)),
    "participant_died": Step(going_on=True, since_consent="date", days=("date",)),
    "study_completed": Step(after=_ALLOCATED, going_on=True, days=("date",), checks=(_completed,)),
    "casebook_locked": Step(makes="casebook_locked"),
    "casebook_unlocked": Step(after=frozenset({"consented", "casebook_locked"})),
    "masked": Step(),
}  # fmt: skip
"""What each type of event about a participant needs, in the order of a trial."""
