"""A trial under way: the ledger, the definitions its events name, and what an action may see of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from trialwright.record.books import ParticipantBook, SiteBook, StudyBook, fold_site, fold_study
from trialwright.record.event import Call, Proposal, seal
from trialwright.record.ledger import Store
from trialwright.record.participant import Participant
from trialwright.safety.rules import SafetyPlan, lower_safety
from trialwright.study.allocation import Allocation
from trialwright.study.delegation import DelegationTable
from trialwright.study.form_rules import StudyForms, lower_forms
from trialwright.study.identity import Site
from trialwright.study.model import Study
from trialwright.study.rules import Eligibility, lower_study

STUDY = "study"
BLIND = ("double", "triple", "quadruple", "single")


def site_stream(site: str) -> str:
    """The name of a site's stream."""
    return f"site/{site}"


def participant_stream(participant: str) -> str:
    """The name of a participant's stream."""
    return f"participant/{participant}"


class Trial:
    """A ledger with the definitions its events name; keeps what it has read of each stream.

    `definition` gives the study of a version; raises `KeyError` for a version the trial does not hold.
    """

    def __init__(self, store: Store, definition: Callable[[str], Study]) -> None:
        self.store = store
        self._definition = definition
        self._lowered: dict[str, Eligibility] = {}
        self._forms: dict[str, StudyForms] = {}
        self._safety: dict[str, SafetyPlan] = {}
        self._books: dict[str, tuple[int, ParticipantBook]] = {}
        self._sites: dict[str, tuple[int, SiteBook]] = {}
        self._study: tuple[int, StudyBook] | None = None

    def eligibility(self, version: str) -> Eligibility:
        """A definition with its rules."""
        if version not in self._lowered:
            self._lowered[version] = lower_study(self._definition(version))
        return self._lowered[version]

    def forms(self, version: str) -> StudyForms:
        """The forms of a definition with their rules."""
        if version not in self._forms:
            self._forms[version] = lower_forms(self.definition(version))
        return self._forms[version]

    def safety(self, version: str) -> SafetyPlan:
        """The safety rules of a definition."""
        if version not in self._safety:
            self._safety[version] = lower_safety(self.definition(version))
        return self._safety[version]

    def definition(self, version: str) -> Study:
        """The study of a version."""
        return self.eligibility(version).study

    @property
    def study(self) -> StudyBook:
        """The study's own stream, read."""
        events = self.store.stream(STUDY)
        if self._study is None or self._study[0] != len(events):
            self._study = len(events), fold_study(events, self.store.text)
        return self._study[1]

    def site(self, site: str) -> SiteBook:
        """A site's stream, read."""
        events = self.store.stream(site_stream(site))
        known = self._sites.get(site)
        if known is None or known[0] != len(events):
            known = self._sites[site] = len(events), fold_site(site, events, self.store.text)
        return known[1]

    def participant(self, id: str) -> Participant | None:
        """A participant by screening number, as the last event left it; None if there is none.

        Once the study is unblinded the arm stands in it.
        """
        events = self.store.stream(participant_stream(id))
        if not events:
            return None
        count, book = self._books.get(id, (0, ParticipantBook(id)))
        new = tuple(events[count:])  # read from the file once
        if count and any(
            event.type == "masked" for event in new
        ):  # what was read before may hold the masked text
            new, book = tuple(events), ParticipantBook(id)
        for event in new:
            book.apply(event, self.store.text)
        self._books[id] = len(events), book
        return disclosed(book.participant, self.study.arms)

    def reads(self, proposal: Proposal, call: Call) -> bool:
        """Whether the books of its stream could take in the event of a proposal; what they cannot must not be written."""
        try:
            self._read(proposal, call)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return False
        return True

    def after(self, proposal: Proposal, call: Call) -> Participant | None:
        """The participant as the event of a proposal would leave it; None where it cannot be read, or is of no participant."""
        try:
            book = self._read(proposal, call)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return None
        return disclosed(book.participant, self.study.arms) if book is not None else None

    def _read(self, proposal: Proposal, call: Call) -> ParticipantBook | None:
        """Read the event of a proposal without writing it; gives the book of a participant, as it would be then."""
        stream = self.store.stream(proposal.stream)
        event, payloads = seal(
            proposal, call, previous=self.store.head, stream_position=len(stream) + 1, draw=bytes
        )
        new = {one.digest: one.text or "" for one in payloads}

        def text(digest: str) -> str:
            return new[digest] if digest in new else self.store.text(digest)

        kind, _, id = proposal.stream.partition("/")
        if kind == "participant":
            self.participant(id)  # brings the book up to date
            book = self._books[id][1].copy() if stream else ParticipantBook(id)
            book.apply(event, text)
            return book
        if kind == "site":
            fold_site(id, (*stream, event), text)
        else:
            fold_study((*stream, event), text)
        return None

    def participants(self) -> tuple[Participant, ...]:
        """Everyone, in order of consent."""
        found = (self.participant(id) for id in self.participant_ids())
        return tuple(one for one in found if one is not None)

    def participant_ids(self, *, prefix: str = "") -> tuple[str, ...]:
        """The screening numbers that begin with a prefix, in order of consent."""
        start, room = participant_stream(prefix), participant_stream("")
        return tuple(name.removeprefix(room) for name in self.store.streams() if name.startswith(start))

    def versions(self) -> tuple[str, ...]:
        """Every version of the definition the study has had: opened with, released, or approved at a site."""
        seen = {self.study.version, *(one.version for one in self.study.released)}
        for site in self.site_ids():
            seen.update(version for version, _ in self.site(site).approved)
        return tuple(sorted(seen))

    @property
    def blind(self) -> bool:
        """Whether the study hides its arms, until it is unblinded: what was blind once stays so in every version."""
        return any(is_blind(self.definition(version)) for version in self.versions())

    def rules(self) -> Iterator[Allocation]:
        """Every allocation rule the study has had."""
        for version in self.versions():
            rule = self.definition(version).allocation
            if rule is not None:
                yield rule

    def site_ids(self) -> tuple[str, ...]:
        """The sites with a stream of their own, in order of opening."""
        prefix = site_stream("")
        return tuple(name.removeprefix(prefix) for name in self.store.streams() if name.startswith(prefix))

    @property
    def version(self) -> str:
        """The newest version of the definition any site approved, or the one the study was opened with."""
        approved = [(day, version) for site in self.site_ids() for version, day in self.site(site).approved]
        return max(approved)[1] if approved else self.study.version

    @property
    def released(self) -> str:
        """The version of the definition released last: by it the study as a whole is run."""
        return self.study.released[-1].version


def disclosed(participant: Participant, arms: Mapping[str, str]) -> Participant:
    """The participant with the arm that unblinding the study disclosed."""
    allocated = participant.allocated
    if allocated is None or allocated.arm or participant.id not in arms:
        return participant
    return replace(participant, allocated=allocated._replace(arm=arms[participant.id]))


def hidden(participant: Participant) -> Participant:
    """The participant without the arm, though it may have been disclosed in an emergency."""
    allocated = participant.allocated
    return replace(participant, allocated=allocated._replace(arm="")) if allocated else participant


def is_randomised(study: Study) -> bool:
    """Whether a secret decides about the arm."""
    return study.allocation is not None and study.allocation.method != "concurrent_control"


def is_blind(study: Study) -> bool:
    """Whether the definition hides the arm."""
    return study.identity.design.masking in BLIND


class Secret(NamedTuple):
    """The secret of the study's allocation and the nonce of its commitment, 32 bytes each."""

    secret: bytes
    nonce: bytes


class View:
    """What one call sees: the trial, whoever acts, when and where; it notes which streams it looked at."""

    def __init__(self, trial: Trial, call: Call, moment: datetime, secret: Secret | None) -> None:
        self.trial = trial
        self.call = call
        self.moment = moment
        self.secret = secret
        self.looked: dict[str, int] = {}

    def _look(self, stream: str) -> None:
        self.looked.setdefault(stream, len(self.trial.store.stream(stream)))

    @property
    def study(self) -> StudyBook:
        """The study's own stream."""
        self._look(STUDY)
        return self.trial.study

    @property
    def site(self) -> SiteBook:
        """The site at which the call is made."""
        self._look(site_stream(self.call.site))
        return self.trial.site(self.call.site)

    def participant(self, id: str) -> Participant | None:
        """A participant of this site by screening or enrolment number; None if there is none."""
        found = self.trial.participant(id) or self._enrolled(id)
        if found is None or (self.call.site and found.site != self.call.site):
            return None
        self._look(participant_stream(found.id))
        return found

    def _enrolled(self, number: str) -> Participant | None:
        return next((one for one in self.trial.participants() if one.enrolment_number == number), None)

    def next(self, series: str) -> int:
        """The next number of a series."""
        return self.trial.store.counter(series) + 1

    @property
    def version(self) -> str:
        """The version of the definition in force here today; '' before a site approved any."""
        if self.call.site:
            return self.site.version_on(self.today.isoformat())
        return self.study.version

    @property
    def definition(self) -> Study:
        """The definition in force here."""
        return self.trial.definition(self.version or self.study.version)

    @property
    def delegation(self) -> DelegationTable | None:
        """The delegation table in force: at a site that of its version, for the study as a whole that released last."""
        return (self.definition if self.call.site else self.trial.definition(self.trial.released)).delegation

    @property
    def eligibility(self) -> Eligibility:
        """The definition in force here, with its rules."""
        return self.trial.eligibility(self.version or self.study.version)

    @property
    def forms(self) -> StudyForms:
        """The forms of the definition in force here, with their rules."""
        return self.trial.forms(self.version or self.study.version)

    @property
    def safety(self) -> SafetyPlan:
        """The safety rules of the definition in force here."""
        return self.trial.safety(self.version or self.study.version)

    @cached_property
    def place(self) -> Site | None:
        """The site as the definition describes it."""
        if not self.call.site:
            return None
        versions = dict.fromkeys((self.trial.released, self.trial.version))
        sites = (site for version in versions for site in self.trial.definition(version).identity.sites)
        return next((site for site in sites if site.id == self.call.site), None)

    @cached_property
    def today(self) -> date:
        """The calendar day at the site (for the study as a whole: UTC)."""
        return self.here.date()

    @cached_property
    def here(self) -> datetime:
        """The time on the clock at the site (for the study as a whole: UTC), as people write it there: without its zone."""
        zone = self.place.time_zone if self.place else None
        return self.moment.astimezone(ZoneInfo(zone) if zone else UTC).replace(tzinfo=None)
