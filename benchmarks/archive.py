"""The archives that the ledger is measured on: many item values and many events, made once and kept; a simulated trial."""

from __future__ import annotations

import itertools
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.hospital import SEED
from trialwright.cli.main import main as trialwright
from trialwright.exchange.archive import create_archive, open_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS
from trialwright.exchange.folder import read_study
from trialwright.record.event import Call, Entered, Event, Payload, Proposal, canonical, row, seal
from trialwright.record.event_types import EVENT_TYPES
from trialwright.study.canonical import version
from trialwright.study.model import Study

MADE_BY = 3
"""Raised when an archive made here changes, so that a kept one is made anew."""

PARTICIPANTS = 1_000
ITEMS = 20
"""Item values of one form; BEAM's chemistry has about as many."""

Fill = Callable[[Study, int], Iterator[tuple[Event, tuple[Payload, ...]]]]


def keep_values(cache: Path, values: int) -> Path:
    """An archive of forms of 20 results each, `values` item values in all, of 1,000 participants."""
    return _keep(cache, f"archive-values-{MADE_BY}-{values}", _forms, values)


def keep_events(cache: Path, events: int) -> Path:
    """An archive of so many short events: a thousand consents and results, then queries raised, answered and closed."""
    return _keep(cache, f"archive-events-{MADE_BY}-{events}", _queries, events)


def trial_folder(cache: Path, participants: int) -> Path:
    """Where the simulated trial of so many participants lies; measuring the simulation writes it anew."""
    return cache / f"trial-{participants}"


def simulate_trial(folder: Path, participants: int) -> None:
    """Run `trialwright simulate` into a folder, in place of what lies there."""
    shutil.rmtree(folder, ignore_errors=True)
    code = trialwright(
        [
            "simulate",
            "beam",
            "--participants",
            str(participants),
            "--seed",
            "1",
            "--out",
            str(folder),
            "--quiet",
        ]
    )
    if code:
        raise RuntimeError(f"trialwright simulate ended with exit code {code}")


def count_rows(folder: Path) -> int:
    """How many events an archive holds."""
    return int(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["events"])


def _keep(cache: Path, name: str, fill: Fill, size: int) -> Path:
    folder = cache / name
    if folder.exists():
        return folder
    print(f"making {name}", file=sys.stderr)
    beside = folder.with_name(f".{name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    study = _with_results(read_study("beam"))
    create_archive(beside, study, rehearsal=True, draw=_draws())
    with (beside / EVENTS).open("wb") as events, (beside / ENTERED).open("wb") as entered:
        for event, payloads in fill(study, size):
            events.write(canonical({**row(event), "hash": event.hash}) + b"\n")
            if payloads:
                entered.write(canonical([list(one) for one in payloads]) + b"\n")
    open_archive(beside, draw=_draws()).write_manifest()
    beside.replace(folder)
    return folder


def _with_results(study: Study) -> Study:
    """BEAM with a chemistry form of 20 results that is filled in again and again, at no visit."""
    assert study.forms is not None
    forms = study.forms.model_dump(mode="json", exclude_unset=True)
    chemistry = next(form for form in forms["forms"] if form["id"] == "chemistry")
    serum = next(group for group in chemistry["groups"] if group["id"] == "serum")
    about = {"type": "number", "concept": "serum_albumin", "units": ["g/L"], "required": False}
    items = [
        {"id": f"item_{place}", "label": {"en": "Result", "zh": "结果"}, **about} for place in range(ITEMS)
    ]
    chemistry |= {"repeating": True, "groups": [{"id": "serum", "title": serum["title"], "items": items}]}
    return replace(study, forms=type(study.forms).model_validate(forms))


def _draws() -> Callable[[int], bytes]:
    """Salts that are the same each time; nobody is to be hidden here."""
    numbers = itertools.count(SEED)
    return lambda count: next(numbers).to_bytes(count, "big")


class _Chain:
    """Seals one event after the other, as a store would, without asking what moved."""

    def __init__(self, study: Study) -> None:
        self.version = version(study)
        self.draw = _draws()
        self.previous: Event | None = None
        self.places: dict[str, int] = {}
        assert study.delegation is not None
        self.table = study.delegation

    def open(self) -> Iterator[tuple[Event, tuple[Payload, ...]]]:
        """The first events: the study is opened, and every role given to somebody."""
        day, at = "2026-01-05", "site/nanjing"
        start = {"account": f"{self.table.opens}_a", "role": self.table.opens, "site": "", "start": day}
        about = {"date": day, "study": "beam", "rehearsal": True, "commitment": f"sha256:{'0' * 64}"}
        yield self.seal("study", "study_opened", about | start, "open_study", site="")
        yield self.seal(at, "site_opened", {"date": day, "time_zone": "Asia/Shanghai"}, "open_site")
        for role in self.table.roles:
            if role.id != self.table.opens:
                site = "nanjing" if role.scope == "site" else ""
                data = {"account": f"{role.id}_a", "role": role.id, "site": site, "start": day}
                yield self.seal(at if site else "study", "role_delegated", data, "delegate", site=site)
        approved = {"version": self.version, "date": day, "released": 1}
        yield self.seal(at, "version_approved", approved, "approve_version")

    def add(
        self, number: int, kind: str, data: dict[str, Any], action: str, *, series: str = ""
    ) -> tuple[Event, tuple[Payload, ...]]:
        """The next event of a participant, by number; `series`: the counter that gave the number."""
        counted = {series: number + 1} if series else {}
        return self.seal(f"participant/nanjing-{number + 1:03d}", kind, data, action, series=counted)

    def seal(
        self,
        stream: str,
        kind: str,
        data: dict[str, Any],
        action: str,
        *,
        site: str = "nanjing",
        series: dict[str, int] | None = None,
    ) -> tuple[Event, tuple[Payload, ...]]:
        """The next event, by the first role that may do this."""
        role = next(role.id for role in self.table.roles if role.may_do(action, at_site=bool(site)))
        place = self.places[stream] = self.places.get(stream, 0) + 1
        position = self.previous.position + 1 if self.previous else 1
        call = Call(
            f"{position:032x}", "2026-01-05T01:00:00Z", f"{role}_a", role, site, action, "", self.version,
        )  # fmt: skip
        made = seal(
            Proposal(stream, kind, EVENT_TYPES[kind].version, data, {}, series or {}),
            call,
            previous=self.previous,
            stream_position=place,
            draw=self.draw,
        )
        self.previous = made[0]
        return made

    def consents(self, count: int) -> Iterator[tuple[Event, tuple[Payload, ...]]]:
        """The first event of everybody."""
        for number in range(count):
            data = {"date": "2026-01-05", "version": self.version, "sex": "female", "birth": Entered("1990")}
            yield self.add(number, "consented", data, "consent", series="screening/nanjing")

    def results(self, index: int, count: int) -> tuple[Event, tuple[Payload, ...]]:
        """So many results on a form of the next participant, one after the other."""
        turn, number = divmod(index, PARTICIPANTS)
        items = [
            {
                "path": f"serum.item_{place}", "item": f"item_{place}", "unit": "g/L", "not_done": "",
                "value": Entered(f"{index * place % 977}.{place}"), "concept": "serum_albumin", "kind": "measurement",
                "date": "2026-01-05", "low": "35", "high": "50", "fact": "", "part": "",
            }
            for place in range(count)
        ]  # fmt: skip
        place = {"id": f"/chemistry/{turn + 1}", "visit": "", "form": "chemistry", "number": turn + 1}
        return self.add(number, "form_recorded", {**place, "items": items}, "record_form")


def _forms(study: Study, values: int) -> Iterator[tuple[Event, tuple[Payload, ...]]]:
    chain = _Chain(study)
    yield from chain.open()
    yield from chain.consents(min(PARTICIPANTS, values // ITEMS))
    for index in range(values // ITEMS):
        yield chain.results(index, ITEMS)


def _queries(study: Study, events: int) -> Iterator[tuple[Event, tuple[Payload, ...]]]:
    chain = _Chain(study)
    opening = list(chain.open())
    yield from opening
    people = min(PARTICIPANTS, (events - len(opening)) // 2)
    yield from chain.consents(people)
    for index in range(people):
        yield chain.results(index, 1)
    for index in range(events - len(opening) - 2 * people):
        turn, number = divmod(index, people)
        query, step = divmod(turn, 3)
        data: dict[str, Any] = {"number": query + 1}
        if step == 0:
            data |= {"path": "/chemistry/1#serum.item_0", "text": Entered(f"Is {index} right?")}
            yield chain.add(number, "query_raised", data, "raise_query")
        elif step == 1:
            yield chain.add(
                number, "query_answered", data | {"answer": Entered(f"Yes, {index}.")}, "answer_query"
            )
        else:
            yield chain.add(number, "query_closed", data, "close_query")
