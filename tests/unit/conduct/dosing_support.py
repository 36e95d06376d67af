"""Participants for tests of dosing: a woman of BEAM on her way, built from small tables. All of them are invented."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

from trialwright.conduct.dosing.proposal import Because, DoseProposal
from trialwright.conduct.dosing.propose import propose_dose
from trialwright.exchange.folder import read_study
from trialwright.record.participant import (
    AdverseEvent,
    AdverseEventVersion,
    Allocated,
    Discontinuation,
    Dose,
    Ended,
    Hold,
    Participant,
)
from trialwright.record.raw import RawFact
from trialwright.study.model import Study
from trialwright.terms.message import render

BELIMUMAB, PULSE, PREDNISONE = "belimumab", "methylprednisolone_pulse", "prednisone"
TACROLIMUS, MYCOPHENOLATE = "tacrolimus", "mycophenolate_mofetil"
WEEK_0 = "2026-03-02"
NOT_PREGNANT = ("pregnant", "false", "", "2026-03-01")


@cache
def beam() -> Study:
    return read_study("beam")


def fact(concept: str, value: str, unit: str, day: str, *, high: str = "", number: int = 0) -> RawFact:
    kind = "finding" if concept == "pregnant" else "measurement"
    return RawFact(
        "S-001", f"{concept}-{day}-{number}", kind, concept, value=value, unit=unit, high=high, start=day
    )


def results(*rows: tuple[str, ...]) -> tuple[RawFact, ...]:
    """Rows of concept, value, unit, day and, where it has one, the upper limit of normal."""
    return tuple(
        fact(*row[:4], high=row[4] if len(row) > 4 else "", number=number) for number, row in enumerate(rows)
    )


def dose(
    number: int,
    intervention: str,
    start: str,
    amount: str,
    unit: str,
    *,
    end: str | None = "",
    prior: bool = False,
    visit: str = "",
) -> Dose:
    """A dose of one day, of several days (`end`), or still taken (`end` None); its event is at position 10 x number."""
    return Dose(
        position=10 * number,
        number=number,
        intervention=intervention,
        concept="",
        start=start,
        end="" if end is None else end or start,
        ongoing=end is None,
        amount=amount,
        unit=unit,
        route="",
        visit=visit,
        proposed="",
        rule="",
        because=(),
        deviation="",
        lot="",
        expiry="",
        started="",
        stopped="",
        reaction="",
        prior=prior,
    )


def adverse_event(
    start: str,
    *,
    end: str = "",
    infection: bool = False,
    serious: bool = True,
    hypersensitivity: bool = False,
) -> AdverseEvent:
    version = AdverseEventVersion(
        position=90,
        term="invented event",
        infection="true" if infection else "false",
        start=start,
        end=end,
        grade="3",
        seriousness=("hospitalisation",) if serious else (),
        causality={},
        expected="",
        action="none",
        outcome="unknown",
        aware=f"{start}T09:00:00+08:00",
        hypersensitivity="true" if hypersensitivity else "false",
    )
    return AdverseEvent(1, (version,))


def participant(
    *,
    arm: str = "BEL+MT",
    sex: str = "female",
    record: Iterable[RawFact] = (),
    doses: Iterable[Dose] = (),
    events: Iterable[AdverseEvent] = (),
    holds: Iterable[Hold] = (),
    discontinuations: Iterable[Discontinuation] = (),
    died: Ended | None = None,
) -> Participant:
    return Participant(
        id="S-001",
        site="nanjing",
        sex=sex,
        birth="1986-05-01",
        enrolled=Ended(5, "2026-03-01", "") if arm else None,
        allocated=Allocated(6, "2026-03-01", 1, arm, {}, "", "invented reason") if arm else None,
        record=tuple(record),
        doses=tuple(doses),
        adverse_events=tuple(events),
        holds=tuple(holds),
        discontinuations=tuple(discontinuations),
        died=died,
    )


def propose(
    who: Participant, intervention: str, on: str, *, encounter: str | None = None, study: Study | None = None
) -> DoseProposal:
    return propose_dose(study or beam(), who, intervention, on=date.fromisoformat(on), encounter=encounter)


def said(parts: Iterable[Because], catalogue: dict[str, str] | None = None) -> str:
    return " ".join(render(each.sentence, catalogue or {}) for each in parts)


def dosed(proposal: DoseProposal) -> str:
    """The outcome as a table shows it: the dose, or the word for what came out instead."""
    return render(proposal.amount.shown, {}) if proposal.amount else proposal.outcome
