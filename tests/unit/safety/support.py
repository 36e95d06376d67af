"""Synthetic participants of BEAM for the tests of the safety room: an arm, doses, results, adverse events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from trialwright.exchange.folder import read_study
from trialwright.record.participant import (
    AdverseEvent,
    AdverseEventVersion,
    Allocated,
    Dose,
    FormRecord,
    ItemValue,
    Participant,
)
from trialwright.safety.rules import SafetyPlan, lower_safety
from trialwright.study.model import Study

WEEK_0 = "2026-03-02"


@cache
def beam() -> Study:
    return read_study("beam")


@cache
def plan() -> SafetyPlan:
    return lower_safety(beam())


def dose(
    intervention: str = "belimumab",
    start: str = WEEK_0,
    *,
    end: str | None = None,
    amount: str = "600",
    unit: str = "mg",
    started: str = "",
    prior: bool = False,
    position: int = 50,
    number: int = 1,
) -> Dose:
    """A single administration, unless an end is given ('' goes on)."""
    last = start if end is None else end
    concepts = {each.id: each.concept or "" for each in beam().interventions}
    return Dose(
        position, number, intervention, concepts[intervention], start, last, last == "", amount, unit, "iv", "", "",
        "", (), "", "", "", started, "", "", prior,
    )  # fmt: skip


def results(
    *rows: tuple[str, str, str], low: str = "", high: str = "", unit: str = ""
) -> dict[str, FormRecord]:
    """A form with results: concept, day, value; in the concept's own unit unless another is given."""
    items = {}
    for index, (name, day, value) in enumerate(rows):
        concept = beam().concept(name)
        items[f"g[{index}].{name}"] = ItemValue(
            100 + index, 100 + index, f"g[{index}].{name}", name, value,
            unit or concept.unit or "", "", name, concept.kind, day, low, high,
        )  # fmt: skip
    return {"lab": FormRecord("lab", "", "lab", 1, items)}


def version(
    aware: str = "2026-04-01T10:00:00+08:00",
    *,
    position: int = 10,
    term: str = "Pneumonia",
    start: str = "2026-04-01",
    end: str = "",
    grade: str = "3",
    seriousness: Iterable[str] = (),
    causality: Mapping[str, str] | None = None,
    expected: str = "",
    infection: str = "true",
    action: str = "none",
    outcome: str = "not_recovered",
) -> AdverseEventVersion:
    return AdverseEventVersion(
        position, term, infection, start, end, grade, tuple(seriousness), causality or {}, expected, action,
        outcome, aware,
    )  # fmt: skip


def event(*versions: AdverseEventVersion, number: int = 1) -> AdverseEvent:
    return AdverseEvent(number, versions)


def participant(
    id: str = "S-001",
    *events: AdverseEvent,
    arm: str | None = "BEL+MT",
    doses: Iterable[Dose] = (dose(),),
    forms: Mapping[str, FormRecord] | None = None,
) -> Participant:
    """Somebody allocated to an arm ('' while blind, None for nobody's), with a first infusion unless said otherwise."""
    allocated = None if arm is None else Allocated(5, "2026-03-01", 1, arm, {}, rule="", reason="")
    return Participant(
        id, "nanjing", sex="female", birth="1990-01-01", allocated=allocated, adverse_events=events,
        doses=tuple(doses), forms=forms or {},
    )  # fmt: skip
