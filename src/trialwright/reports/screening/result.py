"""The result of a screening as plain data: the JSON of the contract, one participant at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trialwright.eligibility.calendar import Calendar
from trialwright.eligibility.lapses import Lapse
from trialwright.eligibility.recheck import Recheck
from trialwright.eligibility.verdict import Assessed, Margin, OverallVerdict, is_dead
from trialwright.record.fact import Fact, Person
from trialwright.study.model import Study
from trialwright.terms.message import Message, render
from trialwright.terms.quantity import BOUND
from trialwright.terms.visible import shortened

Say = Callable[[Assessed], Message]


@dataclass(frozen=True, slots=True)
class Screened:
    """One person screened: everything a page, a table or a file says about that person."""

    person: Person
    verdict: OverallVerdict
    assessed: tuple[Assessed, ...]
    calendar: Calendar
    rechecks: tuple[Recheck, ...]
    lapses: tuple[Lapse, ...]


def participant(
    screened: Screened, study: Study, *, say: Say, catalogue: Mapping[str, str], on: Any
) -> dict[str, Any]:
    """One participant as the contract has it; `value` is the text entered, `converted` a number."""
    calendar = screened.calendar
    result: dict[str, Any] = {
        "person": screened.person.person,
        "verdict": screened.verdict,
        "eligible_from": _day(calendar.eligible_from),
        "valid_until": _day(calendar.valid_until),
        "possible_from": _day(calendar.possible_from),
        "possible_until": _day(calendar.possible_until),
    }
    if is_dead(screened.person, on):
        result["deceased"] = _death(screened.person)
    result["criteria"] = [
        criterion(each, study, sentence=render(say(each), catalogue), catalogue=catalogue)
        for each in screened.assessed
    ]
    result["recheck"] = [
        {
            "criterion": each.criterion,
            "concept": each.concept,
            "action": each.action,
            "reason": each.reason,
            "settles": each.settles,
            "by": _day(each.by),
        }
        for each in screened.rechecks
    ]
    result["lapses"] = [
        {
            "criterion": each.criterion,
            "concept": each.concept,
            "action": each.action,
            "until": each.until.isoformat(),
        }
        for each in screened.lapses
    ]
    return result


def criterion(each: Assessed, study: Study, *, sentence: str, catalogue: Mapping[str, str]) -> dict[str, Any]:
    """One criterion as the contract has it."""
    result: dict[str, Any] = {
        "id": each.id,
        "verdict": each.verdict,
        "reason": each.reason,
        "reading": each.rule.name,
        "sentence": sentence,
        "evidence": [evidence(fact, study) for fact in each.evidence],
        "margin": margin(each.margin, study),
    }
    if each.warnings:
        result["warnings"] = [
            {"code": warned.code, "text": render(warned.text, catalogue)} for warned in each.warnings
        ]
    return result


def evidence(fact: Fact, study: Study) -> dict[str, Any]:
    """One fact as evidence: as entered, and converted where it is a number."""
    concept = study.concept(fact.concept)
    raw = fact.raw
    numeric = concept.kind in ("measurement", "exposure") and not fact.absent and fact.low == fact.high
    result: dict[str, Any] = {
        "fact": raw.fact,
        "concept": fact.concept,
        "value": raw.value,
        "unit": raw.unit,
        "converted": fact.low if numeric and abs(fact.low) < BOUND else None,
        "converted_unit": concept.unit if numeric else None,
        "date": raw.start,
    }
    if raw.end and raw.end != raw.start:
        result["end"] = raw.end
    if raw.high:
        result["upper_limit"] = raw.high
    if raw.status.strip().lower() == "preliminary":
        result["preliminary"] = True
    if fact.issue or fact.doubt:
        result["issue"] = fact.doubt or fact.issue
    return result


def margin(given: Margin | None, study: Study) -> dict[str, Any] | None:
    """A margin with its unit looked up."""
    if given is None:
        return None
    return {"value": given.value, "unit": unit_text(given.unit, study)}


def unit_text(unit: str, study: Study) -> str:
    """A unit as `eligibility.verdict.unit_name` names it: behind '=', or of a concept, or of its total dose."""
    if unit.startswith("=") or unit == "ULN":
        return unit.removeprefix("=")
    name, _, total = unit.partition("|")
    own = study.concept(name).unit or ""
    return own.removesuffix("/d") if total else own


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()


def _death(person: Person) -> str | None:
    first, last = person.death or (None, None)
    if first is None or last is None or last.year == 9999:
        return None
    return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"


def head(
    study: Study,
    *,
    version: str,
    software: str,
    on: Any,
    mode: str,
    readings: Mapping[str, str],
    synthetic: bool,
) -> dict[str, Any]:
    """The first part of a result: which definition, which software, which day, which mode.

    `synthetic`: the source says that its people are made up. It is said only then, since silence proves nothing.
    """
    result: dict[str, Any] = {
        "study": study.id,
        "study_version": version,
        "software": f"trialwright {software}",
        "on": on.isoformat(),
        "mode": mode,
    }
    if synthetic:
        result["synthetic"] = True
    if readings:
        result["readings"] = dict(readings)
    return result


def skipped_rows(skipped: Sequence[Any]) -> list[dict[str, Any]]:
    """Records that could not be read, with place and reason."""
    return [
        {
            "place": each.place,
            "reason": each.reason,
            "detail": shortened(each.detail, most=200),
            "person": each.person or None,
            "concept": each.concept or None,
            "fact": each.fact or None,
        }
        for each in skipped
    ]
