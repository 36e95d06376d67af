"""The book of a participant: takes in events one at a time.

`rebuild == stored`: a book that took in events as they came equals one made anew from the ledger.
Event types and their data stand in `docs/reference/events.md`; older versions of a type are upcast on reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from trialwright.record.books.errors import UNREADABLE, UnknownEvent, UnreadableEvent
from trialwright.record.books.removal import ENTRIES, remove_entry
from trialwright.record.event import Event, opened
from trialwright.record.lots import lot_expired
from trialwright.record.participant import (
    AdverseEvent,
    AdverseEventVersion,
    Allocated,
    AllocationSeen,
    Consent,
    Deviation,
    Discontinuation,
    Dose,
    Ended,
    FormRecord,
    Hold,
    ItemValue,
    Masking,
    Participant,
    Query,
    ReportSent,
    Rescue,
    Screening,
    Signature,
    TakenBack,
    Verification,
    Visit,
)
from trialwright.record.raw import RawFact
from trialwright.record.upcast import upcast
from trialwright.terms.kept import Kept

Texts = Callable[[str], str]
LISTS: Mapping[str, Any] = {
    "consents": Consent,
    "screenings": Screening,
    "allocation_seen": AllocationSeen,
    "visits": Visit,
    "doses": Dose,
    "holds": Hold,
    "discontinuations": Discontinuation,
    "rescues": Rescue,
    "adverse_events": AdverseEvent,
    "reports": ReportSent,
    "deviations": Deviation,
    "queries": Query,
    "signatures": Signature,
    "verifications": Verification,
    "maskings": Masking,
    "taken_back": TakenBack,
}
"""What a participant has several of, and as what each is kept."""


TURNS = {"death": "died", "withdrawal": "withdrawn", "loss": "lost", "completion": "completed"}
"""The ends of a course as a correction names them, and as a participant has them."""

STEPS = {"enrolment": "enrolled", "allocation": "allocated"}
"""The steps into the trial as a correction names them, and as a participant has them."""


class ParticipantBook:
    """Takes in a participant's events in order and gives the participant as of the last one."""

    def __init__(self, id: str) -> None:
        self.lists: dict[str, list[Any]] = {name: [] for name in LISTS}
        self.forms: dict[str, FormRecord] = {}
        self.record: list[RawFact] = []
        self.hashes: dict[int, str] = {}
        self.values: dict[str, Any] = {"id": id, "site": ""}
        self.ended_by_death: list[tuple[Dose, Dose]] = []  # each as it was before and after
        self.open_ended: set[int] = (
            set()
        )  # the daily doses that nobody gave an end: it follows from what came next
        self._carried = Kept()
        self._made: Participant | None = None

    def copy(self) -> ParticipantBook:
        """The same book as it stands, to go on with by itself."""
        other = ParticipantBook(self.values["id"])
        other.lists = {name: list(things) for name, things in self.lists.items()}
        other.forms, other.record, other.values = dict(self.forms), list(self.record), dict(self.values)
        other.hashes = dict(self.hashes)
        other.ended_by_death, other.open_ended = list(self.ended_by_death), set(self.open_ended)
        return other

    def apply(self, event: Event, texts: Texts) -> None:
        """Take in one event; raises `UnknownEvent`, and `UnreadableEvent` for one that no action can have written."""
        try:
            self._apply(event, texts)
        except UnknownEvent:
            raise
        except UNREADABLE as error:
            raise UnreadableEvent(event.position) from error

    def _apply(self, event: Event, texts: Texts) -> None:
        data = opened(upcast(event), texts)
        reason = texts(event.reason) if event.reason else ""
        handler = _PARTICIPANT.get(event.type)
        if handler is None:
            raise UnknownEvent(event.type)
        self.hashes[event.position] = event.hash
        number = _dose_number(event, data)
        before = self._dose(number)
        handler(self, event, data, reason)
        for form in data.get("recalculated", ()):
            _form_recorded(self, event, form, reason)
        for query in data.get("queries", ()):
            self.lists["queries"].append(
                Query(
                    event.position,
                    query["number"],
                    query["path"],
                    query["text"],
                    "open",
                    "",
                    query.get("says", ""),
                )
            )
        dose = self._dose(number)
        if before is not None and dose is not None:
            self._take_back(event, data, dose)
        for judged in data.get("doses", ()):
            self._judge_anew(event, judged)
        found = data.get("deviations", ())
        for place, deviation in enumerate(found, start=1):
            about = (
                {"dose": deviation["dose"], "matter": "amount"}
                if "dose" in deviation
                else _about(number, before, dose, last=place == len(found))
            )
            why = reason if event.type == "dose_given" else self._reason_of(about)
            self.add("deviations", _deviation(event, deviation, by_system=True)._replace(**about, reason=why))
        self._made = None

    def _dose(self, number: int) -> Dose | None:
        """The dose of a number (0: none)."""
        return next((dose for dose in self.lists["doses"] if dose.number == number), None) if number else None

    def _reason_of(self, about: Mapping[str, Any]) -> str:
        """Why a dose was given so, as was said when it was entered; '' where it was entered as proposed."""
        what = about.get("dose"), about.get("matter")
        known = (each.reason for each in self.lists["deviations"] if (each.dose, each.matter) == what)
        return next(known, "") if about else ""

    def _take_back(self, event: Event, data: Mapping[str, Any], dose: Dose) -> None:
        """Deviations that a corrected dose no longer is: its amount was judged anew, or its lot had not expired."""
        gone = {"amount"} if "deviation" in data["values"] else set()
        gone |= set() if lot_expired(dose) else {"lot"}
        self.lists["deviations"] = [
            each._replace(taken_back=event.position)
            if each.dose == dose.number and each.matter in gone and not each.taken_back
            else each
            for each in self.lists["deviations"]
        ]

    def _judge_anew(self, event: Event, judged: Mapping[str, Any]) -> None:
        """What would have been proposed for a dose by the corrected record; its amount is judged by that now."""
        number = judged["number"]
        proposed, rule, because = judged["proposed"], judged["rule"], tuple(judged["because"])
        self.change("doses", number, proposed=proposed, rule=rule, because=because)
        self.lists["deviations"] = [
            each._replace(taken_back=event.position)
            if (each.dose, each.matter) == (number, "amount") and not each.taken_back
            else each
            for each in self.lists["deviations"]
        ]

    def add(self, name: str, thing: Any) -> None:
        """Append to one of the lists."""
        self.lists[name].append(thing)

    def next_number(self, kind: str) -> int:
        """The number of the next entry of a kind that has none in its event; a number is not given twice."""
        gone = sum(1 for each in self.lists["taken_back"] if each.target.startswith(f"{kind}/"))
        return len(self.lists[ENTRIES[kind]]) + gone + 1

    def change(self, name: str, number: int, **values: Any) -> None:
        """Replace the thing of this number in a list; raises `LookupError` where there is none."""
        index = next((index for index, thing in enumerate(self.lists[name]) if thing.number == number), None)
        if index is None:
            raise LookupError(number)
        self.lists[name][index] = self.lists[name][index]._replace(**values)

    def set(self, **values: Any) -> None:
        """Set single values."""
        self.values.update(values)

    @property
    def participant(self) -> Participant:
        """The participant as of the last event."""
        if self._made is None:
            lists: dict[str, Any] = {name: tuple(things) for name, things in self.lists.items()}
            self._made = Participant(
                **self.values,
                forms=dict(self.forms),
                record=tuple(self.record),
                hashes=dict(self.hashes),
                **lists,
                carried=self._carried,
            )
        return self._made


def _consented(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add("consents", Consent(event.position, data["date"], data["version"]))
    book.set(site=event.site, sex=data["sex"], birth=data["birth"], demographics=event.position)


def _re_consented(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add("consents", Consent(event.position, data["date"], data["version"]))


def _screened(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    verdicts = {name: entry["verdict"] for name, entry in data["criteria"].items()}
    book.add(
        "screenings",
        Screening(event.position, data["date"], data["verdict"], verdicts, event.study_version),
    )
    known = {fact.fact for fact in book.record}
    for fact in data["facts"]:
        if fact["fact"] not in known:
            book.record.append(RawFact(person=book.values["id"], **fact))


def _enrolled(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.set(enrolled=Ended(event.position, data["date"], reason), enrolment_number=data["enrolment_number"])


def _allocated(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.set(
        allocated=Allocated(
            event.position, data["date"], data["number"], data["arm"], data["levels"], data["rule"], reason
        )
    )


def _allocation_seen(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add("allocation_seen", AllocationSeen(event.position, data["date"], event.actor, event.role))


def _unblinded(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    allocated = book.values.get("allocated")
    if allocated:
        book.set(allocated=allocated._replace(arm=data["arm"]))
    book.set(unblinded=Ended(event.position, data["date"], reason))


def _visit_opened(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add(
        "visits",
        Visit(event.position, data["visit"], data["encounter"], data["date"], missed=False, reason=""),
    )


def _visit_missed(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add(
        "visits", Visit(event.position, data["visit"], data["encounter"], "", missed=True, reason=reason)
    )


def _form_recorded(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    before = book.forms.get(data["id"])
    items = dict(before.items) if before else {}
    superseded = list(before.superseded) if before else []
    for entry in data["items"]:
        old = items.get(entry["path"])
        if old:
            superseded.append(old)
        first = old.first if old else event.position
        items[entry["path"]] = ItemValue(position=event.position, first=first, **entry)
    book.forms[data["id"]] = FormRecord(
        data["id"], data["visit"], data["form"], data["number"], items, tuple(superseded)
    )


def _corrected(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    kind, _, key = data["target"].partition("/")
    if kind in ENTRIES and data["values"].get("recorded") is False:
        _take_entry_back(book, event, data["target"], reason)
    elif data["target"] == "demographics":
        if not data["values"].keys() <= {"sex", "birth"}:
            raise LookupError(data["target"])
        book.set(demographics=event.position, **data["values"])
    elif kind == "dose":
        book.change("doses", int(key), position=event.position, **data["values"])
        if "ongoing" in data["values"]:
            change = book.open_ended.add if data["values"]["ongoing"] else book.open_ended.discard
            change(int(key))
    elif kind == "deviation":
        _deviation_corrected(book, int(key), event, data["values"])
    elif kind == "consent":
        known = book.lists["consents"]
        if not 1 <= int(key) <= len(known):
            raise LookupError(data["target"])
        known[int(key) - 1] = known[int(key) - 1]._replace(position=event.position, **data["values"])
    elif data["target"] in STEPS:
        step = book.values[STEPS[data["target"]]]
        book.set(**{STEPS[data["target"]]: step._replace(position=event.position, **data["values"])})
    elif kind == "rescue":
        book.change("rescues", int(key), position=event.position, **data["values"])
    elif kind in TURNS:
        _turn_corrected(book, TURNS[kind], event, data["values"])
    elif kind != "visit" or all(visit.id != key for visit in book.lists["visits"]):
        raise LookupError(data["target"])
    else:
        visits = [
            visit._replace(position=event.position, **data["values"]) if visit.id == key else visit
            for visit in book.lists["visits"]
        ]
        # a visit neither held nor missed is not recorded any more
        book.lists["visits"] = [visit for visit in visits if visit.date or visit.missed]
        _forget_rating(book, key)


def _take_entry_back(book: ParticipantBook, event: Event, target: str, reason: str) -> None:
    """The entry counts nowhere any more, nor does what the rules found about it; what it had ended goes on."""
    gone = remove_entry(book.lists, book.forms, target, position=event.position, reason=reason)
    book.lists["taken_back"] += gone
    intervention = gone[0].entry.get("intervention")
    if intervention:
        _follow_again(book, intervention)


def _follow_again(book: ParticipantBook, intervention: str) -> None:
    """The daily doses that nobody gave an end, ended anew by what follows them now."""
    own = [dose for dose in book.lists["doses"] if dose.intervention == intervention]
    turns = [
        *((hold.start, hold.position) for hold in book.lists["holds"] if hold.intervention == intervention),
        *(
            (stop.date, stop.position)
            for stop in book.lists["discontinuations"]
            if stop.intervention == intervention
        ),
        *((dose.start, dose.told) for dose in own),
    ]
    book.ended_by_death = [pair for pair in book.ended_by_death if pair[0].intervention != intervention]
    for index, dose in enumerate(book.lists["doses"]):
        if dose.intervention == intervention and dose.number in book.open_ended:
            follow = [
                day for day, told in turns if day > dose.start or (day == dose.start and told > dose.told)
            ]
            end = max(_eve(min(follow)), dose.start) if follow else ""
            book.lists["doses"][index] = dose._replace(ongoing=not follow, end=end)
    died = book.values.get("died")
    if died is not None and died.date:
        _end_by_death(book, died.date)


def _deviation_corrected(book: ParticipantBook, number: int, event: Event, values: Mapping[str, Any]) -> None:
    """Other values of a deviation, or a person took it back; what the rules found keeps the severity it had by them."""
    changes = {name: text for name, text in values.items() if name != "recorded"}
    for each in book.lists["deviations"]:
        if each.number == number:
            rated = each.by_system and "severity" in changes and each.by_rule is None
            changes["by_rule"] = each.severity if rated else each.by_rule
    if values.get("recorded") is False:
        changes["taken_back"] = event.position
    book.change("deviations", number, changed=event.position, **changes)


def _forget_rating(book: ParticipantBook, visit: str) -> None:
    """A visit on another day is another departure, if any: a person's rating was of the day before."""
    book.lists["deviations"] = [
        each._replace(severity=each.by_rule, by_rule=None)
        if each.by_rule is not None and (each.category, each.visit) == ("visit", visit)
        else each
        for each in book.lists["deviations"]
    ]


def _turn_corrected(book: ParticipantBook, name: str, event: Event, values: Mapping[str, Any]) -> None:
    """Another day, or the end of the course is recorded no more; a dose that a death alone ended goes on then."""
    if name == "died":
        doses = book.lists["doses"]
        for before, after in book.ended_by_death:
            if after in doses:  # not corrected since
                doses[doses.index(after)] = before
        book.ended_by_death = []
    day = values.get("date", "")
    known = book.values[name]
    book.set(**{name: known._replace(position=event.position, date=day) if day else None})
    if name == "died" and day:
        _end_by_death(book, day)


def _query_raised(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add("queries", Query(event.position, data["number"], data["path"], data["text"], "open", ""))


def _query_answered(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.change("queries", data["number"], state="answered", answer=data["answer"])


def _query_closed(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.change("queries", data["number"], state="closed")


def _dose_given(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    dose = {name: data[name] for name in _DOSE}
    _end_ongoing(book, dose["intervention"], dose["start"])
    if dose["ongoing"]:
        book.open_ended.add(dose["number"])
    told = {**dose, "because": tuple(dose["because"])}
    book.add("doses", Dose(position=event.position, first=event.position, **told))
    after = min(_turns_after(book, dose["intervention"], dose["start"]), default="")
    if after:  # told late: what followed is on record already
        _end_ongoing(book, dose["intervention"], after, start=dose["start"])
    died = book.values.get("died")
    if died is not None and died.date:
        _end_by_death(book, died.date)


def _turns_after(book: ParticipantBook, intervention: str, start: str) -> Iterator[str]:
    """The days after one on which another dose, an interruption or a stop of an intervention began."""
    days = [
        *((dose.intervention, dose.start) for dose in book.lists["doses"]),
        *((hold.intervention, hold.start) for hold in book.lists["holds"]),
        *((stop.intervention, stop.date) for stop in book.lists["discontinuations"]),
    ]
    yield from (day for own, day in days if own == intervention and day > start)


def _dose_held(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    _end_ongoing(book, data["intervention"], data["start"])
    book.add(
        "holds", Hold(event.position, data["intervention"], data["start"], reason, book.next_number("hold"))
    )


def _intervention_discontinued(
    book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str
) -> None:
    _end_ongoing(book, data["intervention"], data["date"])
    book.add(
        "discontinuations",
        Discontinuation(event.position, data["intervention"], data["date"], reason, book.next_number("stop")),
    )


def _end_ongoing(book: ParticipantBook, intervention: str, day: str, *, start: str = "") -> None:
    """A daily dose ends on the day before another one, an interruption or a stop begins; not one that began later.

    What is told late ends also the dose that the next one on record had ended.

    `start`: only those that began on this day.
    """
    eve = _eve(day)
    doses = book.lists["doses"]
    for index, dose in enumerate(doses):
        own = dose.intervention == intervention and start in ("", dose.start)
        open_then = dose.ongoing or (dose.number in book.open_ended and dose.end >= day)
        if own and open_then and dose.start <= day:
            doses[index] = dose._replace(ongoing=False, end=max(eve, dose.start))


def _eve(day: str) -> str:
    return (date.fromisoformat(day[:10]) - timedelta(days=1)).isoformat()


def _rescue_recorded(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add(
        "rescues",
        Rescue(event.position, data["date"], data["therapy"], data["text"], book.next_number("rescue")),
    )


def _ae_reported(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add("adverse_events", AdverseEvent(data["number"], (_ae_version(event, data),)))


def _ae_updated(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    for index, known in enumerate(book.lists["adverse_events"]):
        if known.number == data["number"]:
            versions = (*known.versions, _ae_version(event, data))
            book.lists["adverse_events"][index] = replace(known, versions=versions)


def _report_sent(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add("reports", ReportSent(event.position, data["number"], data["clock"], data["stage"], data["at"]))


def _deviation_reported(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add("deviations", _deviation(event, data, by_system=False))


def _signed(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add(
        "signatures",
        Signature(
            event.position,
            data["target"],
            data["meaning"],
            event.actor,
            event.at,
            data["digest"],
            event.version,
        ),
    )


def _source_verified(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.add("verifications", Verification(event.position, data["target"], data["digest"], event.version))


def _ended(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    name = {
        "consent_withdrawn": "withdrawn",
        "lost_to_follow_up": "lost",
        "participant_died": "died",
        "study_completed": "completed",
    }[event.type]
    book.set(**{name: Ended(event.position, data["date"], reason)})
    if event.type == "participant_died":
        _end_by_death(book, data["date"])


def _end_by_death(book: ParticipantBook, day: str) -> None:
    before = list(book.lists["doses"])
    for dose in before:
        if dose.ongoing:
            _end_ongoing(book, dose.intervention, max(day, dose.start))
    pairs = zip(before, book.lists["doses"], strict=True)
    book.ended_by_death += [(old, new) for old, new in pairs if old != new]


def _locked(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    book.set(locked=event.type == "casebook_locked", locking=event.position)


def _masked(book: ParticipantBook, event: Event, data: Mapping[str, Any], reason: str) -> None:
    """The texts are blank already wherever they are read; that they are is kept."""
    book.add(
        "maskings",
        Masking(event.position, data["of"], len(data["digests"]), event.actor, event.at, reason),
    )


_DOSE = tuple(name for name in Dose._fields if name not in ("position", "first"))
_AE = tuple(name for name in AdverseEventVersion._fields if name != "position")


def _ae_version(event: Event, data: Mapping[str, Any]) -> AdverseEventVersion:
    values = {name: data[name] for name in _AE}
    return AdverseEventVersion(
        position=event.position, **{**values, "seriousness": tuple(values["seriousness"])}
    )


def _dose_number(event: Event, data: Mapping[str, Any]) -> int:
    """The number of the dose that an event is about; 0: of none."""
    if event.type == "dose_given":
        return int(data["number"])
    if event.type == "corrected" and data["target"].startswith("dose/"):
        return int(data["target"].removeprefix("dose/"))
    return 0


def _about(number: int, before: Dose | None, dose: Dose | None, *, last: bool) -> dict[str, Any]:
    """What of which dose a deviation is about: that of a lot which had expired is the last one of its event."""
    if dose is None:
        return {}
    newly_late = lot_expired(dose) and not (before is not None and lot_expired(before))
    return {"dose": number, "matter": "lot" if last and newly_late else "amount"}


def _deviation(event: Event, data: Mapping[str, Any], *, by_system: bool) -> Deviation:
    return Deviation(
        event.position,
        data["number"],
        data["date"],
        data["category"],
        data["severity"],
        data["text"],
        data["visit"],
        by_system,
        says=data.get("says", ""),
    )


_PARTICIPANT: Mapping[str, Callable[[ParticipantBook, Event, Mapping[str, Any], str], None]] = {
    "consented": _consented,
    "re_consented": _re_consented,
    "screened": _screened,
    "enrolled": _enrolled,
    "allocated": _allocated,
    "allocation_seen": _allocation_seen,
    "unblinded": _unblinded,
    "visit_opened": _visit_opened,
    "visit_missed": _visit_missed,
    "form_recorded": _form_recorded,
    "form_corrected": _form_recorded,
    "corrected": _corrected,
    "query_raised": _query_raised,
    "query_answered": _query_answered,
    "query_closed": _query_closed,
    "dose_given": _dose_given,
    "dose_held": _dose_held,
    "intervention_discontinued": _intervention_discontinued,
    "rescue_recorded": _rescue_recorded,
    "ae_reported": _ae_reported,
    "ae_updated": _ae_updated,
    "report_sent": _report_sent,
    "deviation_reported": _deviation_reported,
    "signed": _signed,
    "source_verified": _source_verified,
    "consent_withdrawn": _ended,
    "lost_to_follow_up": _ended,
    "participant_died": _ended,
    "study_completed": _ended,
    "casebook_locked": _locked,
    "casebook_unlocked": _locked,
    "masked": _masked,
}


def fold_participant(id: str, events: Iterable[Event], texts: Texts) -> Participant:
    """Read a participant's stream; raises `UnknownEvent`."""
    book = ParticipantBook(id)
    for event in events:
        book.apply(event, texts)
    return book.participant
