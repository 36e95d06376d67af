"""A rehearsal to act in: site A and B of a study, the fixture accounts, a clock that goes on by itself."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from tests.unit.conduct import bliss_ln_forms, forms_support
from tests.unit.record.declared import undeclared
from trialwright.conduct.action import Refusal
from trialwright.conduct.perform import Request, perform
from trialwright.conduct.trial import Secret, Trial
from trialwright.exchange.archive import Archive
from trialwright.exchange.folder import read_study
from trialwright.record.event import Event
from trialwright.record.ledger import MemoryLedger, Store
from trialwright.study.canonical import version
from trialwright.study.identity import Site
from trialwright.study.model import Study
from trialwright.terms.message import Text, render

SITES = ("a", "b")
SECRET = Secret(bytes(range(32)), bytes(range(32, 64)))


def two_sites(study: Study, *, zone: str = "Asia/Shanghai") -> Study:
    """The study with a site a and a site b, both in the same time zone."""
    sites = tuple(
        Site(id=id, name=Text(id, id), city=Text(id, id), country="China", time_zone=zone) for id in SITES
    )
    return replace(study, identity=study.identity.model_copy(update={"sites": sites}))


def salts(first: int = 1) -> Callable[[int], bytes]:
    """Salts that count up: every one is another, and every run has the same."""
    counter = itertools.count(first)
    return lambda count: next(counter).to_bytes(count, "big")


def amended(study: Study) -> Study:
    """The study at its next version: vital signs ask for the pulse as well, and call the weight otherwise."""
    assert study.forms is not None
    changed = study.forms.model_dump(mode="json", exclude_unset=True)
    vital_signs = next(form for form in changed["forms"] if form["id"] == "vital_signs")
    body, circulation = vital_signs["groups"][:2]
    body["items"][0]["label"] = {"en": "Weight without shoes", "zh": "体重（脱鞋）"}
    pulse = {"id": "pulse", "label": {"en": "Pulse", "zh": "脉搏"}, "type": "number", "units": ["/min"]}
    circulation["items"].append({**pulse, "required": False})
    identity = study.identity.model_copy(update={"version": "2.0"})
    return replace(study, identity=identity, forms=type(study.forms).model_validate(changed))


class Rehearsal:
    """A trial in memory (or in a store) with everything open on 5 January 2026, 9 o'clock at the sites."""

    def __init__(
        self,
        study: str | Study = "beam",
        *,
        store: Store | None = None,
        opened: bool = True,
        zone: str = "Asia/Shanghai",
    ) -> None:
        given = read_study(study) if isinstance(study, str) else study
        self.study = two_sites(given, zone=zone)
        self.versions = {version(self.study): self.study}
        self.store = store or MemoryLedger(salts())
        self.trial = Trial(self.store, self.versions.__getitem__)
        self.zone = ZoneInfo(zone)
        self.now = self._morning("2026-01-05")
        self.calls = self.store.head.position if self.store.head else 0
        if opened:
            self.open()

    @property
    def version(self) -> str:
        """The version of the definition."""
        return next(iter(self.versions))

    def open(self) -> None:
        """Open the study and both sites, delegate the fixture accounts, approve the version."""
        self.done("open_study", "sponsor", rehearsal="true")
        self.done("delegate", "sponsor", account="monitor", role="monitor")
        self.done("delegate", "sponsor", account="data_manager", role="data_manager")
        for site in SITES:
            self.done("open_site", "sponsor", site=site)
            for role in ("investigator", "coordinator", "pharmacist", "nurse"):
                self.done(
                    "delegate", "sponsor", site=site, values={"account": f"{role}_{site}", "role": role}
                )
            self.done(
                "approve_version", f"investigator_{site}", site=site, version=self.version, date=self.day
            )

    def copied(self) -> Rehearsal:
        """The same rehearsal as it stands, to go on with by itself."""
        other = copy.copy(self)
        other.store = MemoryLedger(salts(1_000_000))
        other.trial = copy.copy(self.trial)
        other.trial.store = other.store
        other.trial._books, other.trial._sites, other.trial._study = {}, {}, None
        assert isinstance(self.store, MemoryLedger)
        other.store._payloads.update(self.store.payloads())
        for event in self.store.events():
            other.store._events.append(event)
            other.store._index.add(event)
        return other

    def amended(self) -> str:
        """Release another version of the study, in force nowhere yet; gives the version.

        Vital signs ask for the pulse as well, and call the weight otherwise.
        """
        study = amended(self.study)
        self.bring(study)
        self.done("approve_version", "sponsor", version=version(study), date=self.day)
        return version(study)

    def bring(self, study: Study) -> str:
        """Put a version of the study at hand, not released yet; gives the version."""
        self.versions = {**self.versions, version(study): study}
        if isinstance(self.store, Archive):
            self.store.add_definition(study)
        self.trial._definition = self.versions.__getitem__
        return version(study)

    @property
    def day(self) -> str:
        """Today at the sites."""
        return self.now.astimezone(self.zone).date().isoformat()

    def _morning(self, day: str) -> datetime:
        return datetime.combine(date.fromisoformat(day), time(9), self.zone)

    def go_to(self, day: str) -> None:
        """Let the clock go on to nine o'clock of a day, unless it is later there already."""
        morning = self._morning(day)
        self.now = morning if self.day != day else max(morning, self.now)

    def act(
        self,
        action: str,
        account: str,
        /,
        *,
        site: str = "",
        reason: str = "",
        id: str = "",
        expect: Mapping[str, int] | None = None,
        values: Mapping[str, Any] | None = None,
        secret: Secret | None = SECRET,
        **more: Any,
    ) -> Event | Refusal:
        """Do something a minute later than the last time."""
        self.now += timedelta(seconds=1)
        self.calls += 1
        request = Request(
            id=id or f"call-{self.calls}",
            action=action,
            account=account,
            at=self.now,
            site=site,
            reason=reason,
            values={**(values or {}), **more},
            expect=expect or {},
            opening=self.version if action == "open_study" else "",
        )
        return perform(self.trial, request, secret=secret)

    def done(self, action: str, account: str, /, **more: Any) -> Event:
        """Do something that must be allowed; its event is as `record.event_types` declares it."""
        answer = self.act(action, account, **more)
        assert isinstance(answer, Event), sentences(answer)
        assert undeclared(answer) == []
        return answer

    def refused(self, action: str, account: str, /, **more: Any) -> str:
        """Try something that must be refused; gives the reasons as sentences. Nothing was written."""
        before = self.store.head
        answer = self.act(action, account, **more)
        assert isinstance(answer, Refusal), answer
        assert self.store.head == before
        return sentences(answer)

    def consented(
        self, *, site: str = "a", sex: str = "female", birth: str = "1990-05-17", reason: str = ""
    ) -> str:
        """A new participant; gives the screening number. `reason`: that it is another one of this birth date."""
        values = {"date": self.day, "sex": sex, "birth": birth}
        event = self.done("consent", f"investigator_{site}", site=site, reason=reason, values=values)
        return event.stream.rpartition("/")[2]

    def leave(self, who: str, *, site: str = "a") -> None:
        """The participant withdraws consent today: without an end no casebook is locked."""
        self.done(
            "withdraw_consent", f"investigator_{site}", site=site, reason="x", participant=who, date=self.day
        )


def sentences(refusal: Refusal) -> str:
    """The reasons of a refusal in English."""
    return " ".join(render(reason, {}) for reason in refusal.reasons)


SCREENINGS = {"beam": forms_support.screening, "bliss-ln": bliss_ln_forms.screening}
"""The forms of somebody who passes every criterion, by study."""

ENROLLED = "2026-06-01"


def screened(rehearsal: Rehearsal, *, site: str = "a") -> str:
    """A made-up woman who passes every criterion, her screening recorded by forms; gives her number."""
    rehearsal.go_to(forms_support.VISIT)
    people = {"investigator": f"investigator_{site}", "coordinator": f"coordinator_{site}"}
    rows = [asdict(one) for one in forms_support.RANGES if _is_measured(rehearsal.study, one.concept)]
    if rows and not rehearsal.trial.site(site).ranges:
        rehearsal.done("set_reference_ranges", people["coordinator"], site=site, values={"ranges": rows})
    who = rehearsal.consented(site=site, birth="1990-01-01")
    rehearsal.done(
        "open_visit",
        people["coordinator"],
        site=site,
        participant=who,
        encounter="screening",
        date=rehearsal.day,
    )
    for form, entries in SCREENINGS[_base(rehearsal.study)]().items():
        rehearsal.done(
            "record_form",
            people["coordinator"],
            site=site,
            participant=who,
            form=form,
            visit="screening",
            entries=entries,
        )
    rehearsal.done("screen", people["investigator"], site=site, participant=who, date=rehearsal.day)
    return who


def _base(study: Study) -> str:
    return next(name for name in SCREENINGS if study.id.startswith(name))


def _is_measured(study: Study, concept: str) -> bool:
    return any(one.name == concept and one.kind == "measurement" for one in study.concepts)


def enrolled(rehearsal: Rehearsal, *, site: str = "a") -> str:
    """The same woman, enrolled on 1 June."""
    who = screened(rehearsal, site=site)
    rehearsal.go_to(ENROLLED)
    rehearsal.done("enrol", f"investigator_{site}", site=site, participant=who, date=rehearsal.day)
    return who


def allocated(rehearsal: Rehearsal, *, site: str = "a") -> str:
    """The same woman with an arm: where the investigator assigns it, the one with belimumab."""
    who = enrolled(rehearsal, site=site)
    rule = rehearsal.study.allocation
    assert rule is not None
    values = {"participant": who, "date": rehearsal.day}
    if rule.method == "concurrent_control":
        values["arm"] = "BEL+MT"
    rehearsal.done("allocate", f"investigator_{site}", site=site, reason="her wish", values=values)
    return who


def dosed(rehearsal: Rehearsal, *, site: str = "a") -> str:
    """The same woman after the infusion of week 0, given as proposed."""
    who = allocated(rehearsal, site=site)
    values = {"participant": who, "date": rehearsal.day}
    rehearsal.done("open_visit", f"coordinator_{site}", site=site, encounter="week_0", values=values)
    rehearsal.done(
        "record_form",
        f"nurse_{site}",
        site=site,
        participant=who,
        form="vital_signs",
        visit="week_0",
        entries=bliss_ln_forms.vital_signs(),
    )
    rehearsal.done(
        "give_dose",
        f"nurse_{site}",
        site=site,
        intervention=INFUSIONS[_base(rehearsal.study)],
        visit="week_0",
        values=values,
    )
    return who


INFUSIONS = {"beam": "belimumab", "bliss-ln": "study_infusion"}

STAGES = {"screened": screened, "enrolled": enrolled, "allocated": allocated, "dosed": dosed}


@cache
def _at_stage(stage: str, study: str) -> tuple[Rehearsal, str]:
    rehearsal = Rehearsal(study)
    return rehearsal, STAGES[stage](rehearsal)


def at_stage(stage: str, study: str = "beam") -> tuple[Rehearsal, str]:
    """A rehearsal with one woman of site A who has come so far, and her number; made once, copied for each test."""
    rehearsal, who = _at_stage(stage, study)
    return rehearsal.copied(), who
