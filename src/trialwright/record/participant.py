"""One participant as the ledger tells it: what was consented, found, given, seen and judged, each with its event.

Every record carries `position`, the place in the ledger of the event that states it, so that whatever is computed from
it can walk back. Dates and values are texts as entered ('' where nothing was entered); a masked text reads as ''.
Nothing here computes anything clinical.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from trialwright.record.happenings import happenings
from trialwright.record.item_facts import exposures_going_on, form_facts, item_facts
from trialwright.record.raw import RawFact
from trialwright.record.repeated import Retold, find_retold
from trialwright.record.taken import taken_doses
from trialwright.terms.kept import Kept


class Consent(NamedTuple):
    """A consent given: the day, and the approved version of the study definition it speaks of."""

    position: int
    date: str
    version: str


class Screening(NamedTuple):
    """Eligibility judged on a day. `verdicts`: by criterion id, pass | fail | unknown | not_assessed."""

    position: int
    date: str
    verdict: str
    verdicts: Mapping[str, str]
    study_version: str


class Allocated(NamedTuple):
    """An arm given. `number` counts allocations of the study; `arm` is '' while the study is blind.

    `levels`: the level of each factor, by factor id; `rule`: the digest of the allocation rule. `reason`: the
    investigator's, where the rule asks for one.
    """

    position: int
    date: str
    number: int
    arm: str
    levels: Mapping[str, str]
    rule: str
    reason: str


class AllocationSeen(NamedTuple):
    """Somebody looked up the hidden arm, to prepare the doses: which account, in which role, on which day."""

    position: int
    date: str
    actor: str
    role: str


class Visit(NamedTuple):
    """An encounter that took place on `date`, or was missed (`date` then '', `reason` said).

    `id`: the encounter's id, with a counter for unscheduled ones (unscheduled-2).
    """

    position: int
    id: str
    encounter: str
    date: str
    missed: bool
    reason: str


class ItemValue(NamedTuple):
    """One item of a form, as it stands now. `path` is group.item, in repeating groups group[2].item (from 1).

    `not_done`: the coded reason where nothing was measured. `concept`, `kind`: what it is a fact about, '' for none;
    `low`, `high`: the reference range applied; `date`: the day of the sample, else of the visit.
    `fact`: the path of the row or list whose fact this item states together with others, '' where it is a fact by
    itself; `part`: the part it states, see `record.item_facts`.
    `position`: the event that states this value; `first`: the event of its first entry.
    """

    position: int
    first: int
    path: str
    item: str
    value: str
    unit: str
    not_done: str
    concept: str
    kind: str
    date: str
    low: str
    high: str
    fact: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class FormRecord:
    """One filled form. `id` is visit/form, and for logs and repeated forms visit/form/number (visit '' for logs).

    `superseded`: values that were corrected, oldest first. `kept`: what was read out of it before.
    """

    id: str
    visit: str
    form: str
    number: int
    items: Mapping[str, ItemValue]
    superseded: tuple[ItemValue, ...] = ()
    kept: Kept = field(init=False, default_factory=Kept, repr=False, compare=False)


class Dose(NamedTuple):
    """An intervention taken: one administration (`end` = `start`), or a daily dose from `start` on.

    `end` '' and `ongoing`: taken every day since. `amount` and `unit` are of one administration, or per day.
    `proposed`: what the definition proposed, with `rule` and `because` (the ids of facts); `deviation`: why another
    dose was given. `visit`: at which visit, '' for none. `prior`: care given before consent, on record only. `first`: the
    event of its first entry (0: not told).
    """

    position: int
    number: int
    intervention: str
    concept: str
    start: str
    end: str
    ongoing: bool
    amount: str
    unit: str
    route: str
    visit: str
    proposed: str
    rule: str
    because: tuple[str, ...]
    deviation: str
    lot: str
    expiry: str
    started: str
    stopped: str
    reaction: str
    prior: bool
    first: int = 0

    @property
    def told(self) -> int:
        """The event that first told of it, whatever was corrected since."""
        return self.first or self.position


class Hold(NamedTuple):
    """An intervention interrupted from `start` (until the next dose of it), and why. `number`: of the interruptions."""

    position: int
    intervention: str
    start: str
    reason: str
    number: int = 0


class Discontinuation(NamedTuple):
    """An intervention stopped for good on `date`, and why. `number`: of the stops."""

    position: int
    intervention: str
    date: str
    reason: str
    number: int = 0


class Rescue(NamedTuple):
    """Rescue therapy begun on `date`. `therapy`: pulse | cyclophosphamide | rituximab | plasma_exchange | ivig | other.

    `number`: of the rescue therapies, in the order in which they were told.
    """

    position: int
    date: str
    therapy: str
    text: str
    number: int = 0


class AdverseEventVersion(NamedTuple):
    """What was known of an adverse event after one report; the last version counts.

    `infection`: true | false. `seriousness`: of death, life_threatening, hospitalisation, disability,
    congenital_anomaly, important_medical_event; empty: not serious. `causality`: by intervention id, related |
    possibly_related | not_related | unknown. `expected`: true | false | ''. `action`: none | dose_changed | held |
    discontinued | not_applicable. `outcome`: recovered | recovering | not_recovered | recovered_with_sequelae | fatal |
    unknown. `aware`: when the site first knew of what this version states, ISO date-time with offset.
    """

    position: int
    term: str
    infection: str
    start: str
    end: str
    grade: str
    seriousness: tuple[str, ...]
    causality: Mapping[str, str]
    expected: str
    action: str
    outcome: str
    aware: str
    hypersensitivity: str = ""


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """An adverse event with its follow-ups, oldest version first."""

    number: int
    versions: tuple[AdverseEventVersion, ...]

    @property
    def current(self) -> AdverseEventVersion:
        """What is known now."""
        return self.versions[-1]


class ReportSent(NamedTuple):
    """A safety report that went out: of which adverse event, by which reporting clock of the study.

    `stage`: initial | follow_up. `at`: when it was sent, ISO date-time with offset.
    """

    position: int
    event: int
    clock: str
    stage: str
    at: str


class Deviation(NamedTuple):
    """A departure from the protocol. `severity`: minor | major | '' (not rated). `by_system`: found by the rules, not reported.

    `category`: consent | eligibility | allocation | visit | dose | procedure | other. `dose`: of one that the rules found
    when a dose was entered or corrected, its number (0: of none), and `matter` what of it: amount | lot. `taken_back`: the
    position of the correction after which it does not follow from the record any more, or by which a person took it back
    (0: it stands). `changed`: that of the last correction of the deviation itself, by a person (0: none); `by_rule`: of one
    that the rules found and a person rated, the severity before that (None of all others). `says`: of one of a dose that
    the rules found, the sentence as data (`terms.stored_message`); '' in events of earlier versions. `reason`: of one of
    a dose, why it was given so, as was said at its entry; a correction says only why the entry was wrong.
    """

    position: int
    number: int
    date: str
    category: str
    severity: str
    text: str
    visit: str
    by_system: bool
    dose: int = 0
    matter: str = ""
    taken_back: int = 0
    changed: int = 0
    by_rule: str | None = None
    says: str = ""
    reason: str = ""


class Query(NamedTuple):
    """A question about a value. `path`: form id, '#', item path. `state`: open | answered | closed.

    `says`: of one that the rules ask, the sentence as data (`terms.stored_message`), to be read in another language than
    that of `text`; '' where a person asks, and in events of earlier versions.
    """

    position: int
    number: int
    path: str
    text: str
    state: str
    answer: str
    says: str = ""


class Signature(NamedTuple):
    """A signature on what stood at `target` (a visit id, or 'casebook'), bound to it by `digest`.

    `form`: of the digest, see `record.content`: the version of its event.
    """

    position: int
    target: str
    meaning: str
    actor: str
    at: str
    digest: str
    form: int


class Verification(NamedTuple):
    """A visit, or the whole casebook, compared with its source by a monitor. `digest`, `form`: as of a signature."""

    position: int
    target: str
    digest: str
    form: int


class Masking(NamedTuple):
    """Texts of an event blanked because they name somebody. `of`: that event; `texts`: how many; `reason`: why."""

    position: int
    of: int
    texts: int
    actor: str
    at: str
    reason: str


class TakenBack(NamedTuple):
    """An entry that a person took back: it counts nowhere and stays in the ledger.

    `position`: the event that took it back, with its `reason`; `of`: the event that last stated the entry. `target`: its
    kind and number or id, as a correction names it (dose/2). `visit`: at which visit it was, '' for none; `day`: its day, ''
    where none was stated; `what`: the intervention, therapy, term, encounter or form. `entry`: everything it said.
    """

    position: int
    of: int
    target: str
    visit: str
    day: str
    what: str
    entry: Mapping[str, Any]
    reason: str


class Ended(NamedTuple):
    """A turn in the participant's course: on which day, and why."""

    position: int
    date: str
    reason: str


@dataclass(frozen=True, slots=True)
class Participant:
    """A participant at a position of the ledger. `id` is the screening number.

    `demographics`: the event that last stated `sex` or `birth`. `record`: facts of the person's records brought in at
    screening. `locked`: the casebook is closed; `locking`: the event that closed or opened it last, 0 for none. `hashes`:
    of the events of this participant, by position. `kept`: what was read out of it before. `carried`: what was derived
    from parts of it, also in its earlier states.
    """

    id: str
    site: str
    sex: str = ""
    birth: str = ""
    demographics: int = 0
    consents: tuple[Consent, ...] = ()
    screenings: tuple[Screening, ...] = ()
    enrolment_number: str = ""
    enrolled: Ended | None = None
    allocated: Allocated | None = None
    allocation_seen: tuple[AllocationSeen, ...] = ()
    visits: tuple[Visit, ...] = ()
    forms: Mapping[str, FormRecord] = field(default_factory=dict)
    record: tuple[RawFact, ...] = ()
    doses: tuple[Dose, ...] = ()
    holds: tuple[Hold, ...] = ()
    discontinuations: tuple[Discontinuation, ...] = ()
    rescues: tuple[Rescue, ...] = ()
    adverse_events: tuple[AdverseEvent, ...] = ()
    reports: tuple[ReportSent, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    queries: tuple[Query, ...] = ()
    signatures: tuple[Signature, ...] = ()
    verifications: tuple[Verification, ...] = ()
    maskings: tuple[Masking, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()
    withdrawn: Ended | None = None
    lost: Ended | None = None
    died: Ended | None = None
    completed: Ended | None = None
    unblinded: Ended | None = None
    locked: bool = False
    locking: int = 0
    hashes: Mapping[int, str] = field(default_factory=dict, compare=False, repr=False)
    kept: Kept = field(init=False, default_factory=Kept, repr=False, compare=False)
    carried: Kept = field(default_factory=Kept, repr=False, compare=False)

    @property
    def arm(self) -> str:
        """The arm, or '' while there is none or it is blind."""
        return self.allocated.arm if self.allocated else ""

    def visit(self, id: str) -> Visit | None:
        """The visit of this id, if it took place or was missed."""
        return next((visit for visit in self.visits if visit.id == id), None)

    def gone(self, target: str) -> TakenBack | None:
        """How an entry was taken back, such as dose/2; None where it was not, or was told anew under the same name."""
        found = next((each for each in reversed(self.taken_back) if each.target == target), None)
        return None if target.startswith("visit/") and self.visit(target.removeprefix("visit/")) else found

    def next_number(self, kind: Literal["dose", "ae"]) -> int:
        """The number of the next dose or adverse event; that of an entry which was taken back is not given again."""
        there = self.doses if kind == "dose" else self.adverse_events
        gone = (each.target.partition("/") for each in self.taken_back)
        numbers = [*(one.number for one in there), *(int(key) for of, _, key in gone if of == kind)]
        return max(numbers, default=0) + 1

    def taken(self) -> tuple[Dose, ...]:
        """The doses as they were taken: of two daily doses of one day the later entry, see `record.taken`."""
        return self.kept.get("taken", None, lambda: taken_doses(self.doses))

    def facts(self) -> tuple[RawFact, ...]:
        """Everything on record that is a fact about a concept: records, items, doses, and what happened.

        The id of an item's fact is its form id, '#' and its path; of a dose dose/number, of an adverse event
        ae/number, of other events event/position. What happened stands under the names of `record.happenings`;
        a study whose rules read them lists these names among its concepts.
        """
        return self.kept.get("facts", None, lambda: (*self.record, *item_facts(self), *self.other_facts()))

    def facts_with_hour(self) -> Iterator[RawFact]:
        """Those of the facts that began at a known hour of their day."""
        yield from filter(_has_hour, self.record)
        for form in self.forms.values():
            yield from form.kept.get(
                "with hour",
                self.id,
                lambda: tuple(filter(_has_hour, form_facts(self, form))),  # noqa: B023
            )
        yield from filter(_has_hour, self.other_facts())

    def retold(self) -> Retold:
        """What is told more than once, see `record.repeated`: it counts once."""
        return self.kept.get("retold", None, self._retold)

    def exposure_forms(self) -> tuple[FormRecord, ...]:
        """The forms on which something of an exposure stands."""
        return self.kept.get(
            "exposure forms", None, lambda: tuple(filter(_tells_of_exposure, self.forms.values()))
        )

    def _retold(self) -> Retold:
        forms = self.exposure_forms()
        return self.carried.get(
            "retold", None, lambda: self._retell(forms), parts=(self.record, self.doses, forms)
        )

    def _retell(self, forms: tuple[FormRecord, ...]) -> Retold:
        prior = frozenset(f"dose/{dose.number}" for dose in self.doses if dose.prior)
        entered = [fact for form in forms for fact in exposures_going_on(self, form)]
        return find_retold(forms, self.record, _dose_facts(self), prior, entered=entered)

    def other_facts(self) -> tuple[RawFact, ...]:
        """The facts that no form and no record states: doses, and what happened."""
        return self.kept.get("other facts", None, lambda: (*_dose_facts(self), *happenings(self)))


def _has_hour(fact: RawFact) -> bool:
    return "T" in fact.start


def _tells_of_exposure(form: FormRecord) -> bool:
    return form.kept.get(
        "tells of exposure", None, lambda: any(value.kind == "exposure" for value in form.items.values())
    )


def _dose_facts(participant: Participant) -> list[RawFact]:
    return [
        RawFact(
            participant.id,
            f"dose/{dose.number}",
            "exposure",
            dose.concept,
            value=dose.amount,
            unit=dose.unit,
            start=dose.start,
            end=dose.end,
            status="active" if dose.ongoing else "completed",
            route=dose.route,
        )
        for dose in participant.taken()
        if dose.concept
    ]
