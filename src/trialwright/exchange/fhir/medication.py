"""From medication resources to exposures: administrations, requests and statements.

The daily dose is given only where the resource states it for each day; free text is never read.
**Source**: FHIR R4 (4.0.1) resource pages; the contract, section "Tidy CSV", paragraph FHIR.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from trialwright.exchange.answers import daily_dose, read_route
from trialwright.exchange.fhir.elements import (
    Node,
    amount,
    bounds,
    child,
    children,
    codings,
    day,
    dosage_per_day,
    text,
)
from trialwright.exchange.fhir.resources import About, effective, present, running, search
from trialwright.exchange.lookup import Lookup, Match
from trialwright.exchange.source import Item
from trialwright.record.raw import Skipped

_EXPOSURE = frozenset({"exposure"})


def _route(dosages: list[Node]) -> str:
    routes = {
        read_route(text(concept, "text"), codings(concept))
        for dosage in dosages
        if (concept := child(dosage, "route"))
    }
    return routes.pop() if len(routes) == 1 else ""


def read_administration(about: About, medication: Node, lookup: Lookup) -> Iterator[Item]:
    """One administration: a dose on its day. Over several days the share of a day is not known: no dose."""
    node = about.resource
    status = text(node, "status").lower()
    start, end = effective(node, "effective")
    if "effectivePeriod" not in node:
        end = start
    dosage = child(node, "dosage")
    given = amount(child(dosage, "dose"))
    route = _route([dosage])
    for match in search(about, lookup, _EXPOSURE, medication, status, kind="exposure", route=route):
        if isinstance(match, Match):
            one_day = start == end
            value, unit = (
                daily_dose(given.value, given.unit, Decimal(1), match.strength) if one_day else ("", "")
            )
            yield from present(
                about, match, value=value, unit=lookup.unit(match.concept, unit), start=start, end=end,
                status=running(status, end), route=route,
            )  # fmt: skip
        else:
            yield match


def read_prescription(about: About, medication: Node, lookup: Lookup) -> Iterator[Item]:
    """A MedicationRequest or MedicationStatement; proposed, planned, intended or forbidden is no exposure."""
    node = about.resource
    status = text(node, "status").lower()
    reason = _not_meant(node, status)
    statement = node["resourceType"] == "MedicationStatement"
    dosages = children(node, "dosage" if statement else "dosageInstruction")
    first, last = bounds(dosages)
    start, end = effective(node, "effective") if statement else (day(node, "authoredOn"), "")
    start, end = (start or first, end or last) if statement else (first or start, last)
    route = _route(dosages)
    for match in search(about, lookup, _EXPOSURE, medication, status, kind="exposure", route=route):
        if isinstance(match, Match) and reason:
            yield Skipped(about.place, reason, status, about.person, match.concept, about.fact)
        elif isinstance(match, Match):
            value, unit = dosage_per_day(dosages, match.strength)
            yield from present(
                about, match, value=value, unit=lookup.unit(match.concept, unit), start=start, end=end,
                status=status, route=route,
            )  # fmt: skip
        else:
            yield match


def _not_meant(node: Node, status: str) -> str:
    """Why a prescription is no exposure, or ''."""
    if text(node, "doNotPerform") == "true":
        return "status_do_not_perform"
    intent = text(node, "intent").lower()
    if intent in ("proposal", "plan"):
        return f"status_{intent}"
    return "status_intended" if status == "intended" else ""
