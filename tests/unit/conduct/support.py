"""A rehearsal to act in: site A and B of a study, the fixture accounts, a clock that goes on by itself."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from tests.unit.conduct import forms_support
from tests.unit.record.declared import undeclared
from trialwright.conduct.action import Refusal
from trialwright.conduct.perform import Request, perform
from trialwright.conduct.trial import Secret, Trial
from trialwright.exchange.folder import read_study
from trialwright.record.event import Event
from trialwright.record.ledger import MemoryLedger, Store
from trialwright.study.canonical import version
from trialwright.study.identity import Site
from trialwright.study.model import Study
from trialwright.terms.message import Text, render

SECRET = Secret(bytes(range(32)), bytes(range(32, 64)))


def two_sites(study: Study) -> Study:
    """The study with a site a and a site b, both in Shanghai's time zone."""
    sites = tuple(
        Site(id=id, name=Text(id, id), city=Text(id, id), country="China", time_zone="Asia/Shanghai")
        for id in ("a", "b")
    )
    return replace(study, identity=study.identity.model_copy(update={"sites": sites}))


class Rehearsal:
    """A trial in memory (or in a store) with everything open on 5 January 2026, 9 o'clock in Shanghai."""

    def __init__(
        self, study: str | Study = "beam", *, store: Store | None = None, opened: bool = True
    ) -> None:
        given = read_study(study) if isinstance(study, str) else study
        self.study = two_sites(given)
        self.versions = {version(self.study): self.study}
        counter = itertools.count(1)
        self.store = store or MemoryLedger(lambda count: next(counter).to_bytes(count, "big"))
        self.trial = Trial(self.store, self.versions.__getitem__)
        self.now = datetime.fromisoformat("2026-01-05T09:00:00+08:00")
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
        for site in ("a", "b"):
            self.done("open_site", "sponsor", site=site)
            for role in ("investigator", "coordinator", "pharmacist", "nurse"):
                self.done(
                    "delegate", "sponsor", site=site, values={"account": f"{role}_{site}", "role": role}
                )
            self.done(
                "approve_version", f"investigator_{site}", site=site, version=self.version, date=self.day
            )

    @property
    def day(self) -> str:
        """Today in Shanghai."""
        return self.now.date().isoformat()

    def go_to(self, day: str) -> None:
        """Let the clock go on to nine o'clock of a day."""
        self.now = datetime.fromisoformat(f"{day}T09:00:00+08:00")

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
        request = Request(
            id=id or f"call-{self.now.isoformat()}",
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

    def consented(self, *, site: str = "a", sex: str = "female", birth: str = "1990-05-17") -> str:
        """A new participant; gives the screening number."""
        event = self.done("consent", f"investigator_{site}", site=site, date=self.day, sex=sex, birth=birth)
        return event.stream.rpartition("/")[2]


def sentences(refusal: Refusal) -> str:
    """The reasons of a refusal in English."""
    return " ".join(render(reason, {}) for reason in refusal.reasons)


def screened(rehearsal: Rehearsal, *, site: str = "a") -> str:
    """A made-up woman who passes every criterion of BEAM, her screening recorded by forms; gives her number."""
    rehearsal.go_to(forms_support.VISIT)
    people = {"investigator": f"investigator_{site}", "coordinator": f"coordinator_{site}"}
    if not rehearsal.trial.site(site).ranges:
        rows = [asdict(one) for one in forms_support.RANGES]
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
    for form, entries in forms_support.screening().items():
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


def enrolled(rehearsal: Rehearsal, *, site: str = "a") -> str:
    """The same woman, enrolled on 1 June."""
    who = screened(rehearsal, site=site)
    rehearsal.go_to("2026-06-01")
    rehearsal.done("enrol", f"investigator_{site}", site=site, participant=who, date=rehearsal.day)
    return who
