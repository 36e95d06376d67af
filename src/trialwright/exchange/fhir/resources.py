"""From one resource to facts: what each FHIR resource type says in the tidy form.

Dates keep the calendar date written in their own offset; statuses go on as the lower-case word.
**Source**: FHIR R4 (4.0.1) resource pages; the contract, section "Tidy CSV", paragraph FHIR.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from trialwright.exchange.answers import Coding, read_answer
from trialwright.exchange.fhir.elements import (
    Amount,
    Node,
    amount,
    child,
    children,
    codings,
    day,
    first_code,
    label,
    reference_range,
    text,
)
from trialwright.exchange.lookup import Lookup, Match
from trialwright.exchange.source import Item, Unmapped, fact_rows, set_aside
from trialwright.record.fact import ConceptType
from trialwright.record.raw import RawFact, RawPerson, Skipped
from trialwright.terms.codes import normalise_system

_RESULT = frozenset({"measurement", "finding"})
_CONDITION = frozenset({"condition", "finding"})
_PROCEDURE = frozenset({"procedure"})
_ALLERGY = frozenset({"allergy"})
_FINDING = frozenset({"finding"})
_UNSURE = frozenset({"entered-in-error", "refuted", "provisional", "differential", "unconfirmed"})


class About(NamedTuple):
    """A resource with what is known about it before its content is read."""

    resource: Node
    person: str
    fact: str
    place: str
    types: Mapping[str, ConceptType]


def read_patient(resource: Node) -> RawPerson:
    """The person of a Patient; `deceased[x]` as a date, or 'yes' without one."""
    death = day(resource, "deceasedDateTime") or (
        "yes" if text(resource, "deceasedBoolean") == "true" else ""
    )
    return RawPerson(text(resource, "id"), text(resource, "gender"), day(resource, "birthDate"), death)


def _without_concept(about: About, status: str) -> Skipped:
    """A resource whose code is missing: it may be about anything, unless its status sets it aside."""
    return Skipped(
        about.place, "concept_missing", "", about.person, "", about.fact, affects=not set_aside(status)
    )


def search(
    about: About,
    lookup: Lookup,
    kinds: frozenset[str],
    code: Node,
    status: str,
    *,
    kind: str,
    route: str = "",
) -> Iterator[Match | Item]:
    """The concepts of a CodeableConcept, or why there is none."""
    coded, written = codings(code), text(code, "text")
    if not coded and not written:
        yield _without_concept(about, status)
        return
    found = lookup.find(kinds, coded, written, route=route)
    if not found.matches:
        yield Unmapped(kind, found.code, found.display)
    yield from found.matches


# ---- observations


class Result(NamedTuple):
    """The value of an observation or component, as number and as finding; `kind` names its type."""

    number: Amount
    answer: str
    words: str
    kind: str


def _result(node: Node, lookup: Lookup) -> Result:
    """Read value[x]; `kind` is '' where there is none."""
    if "valueQuantity" in node:
        quantity = amount(child(node, "valueQuantity"))
        return Result(quantity, "", quantity.value, "valueQuantity")
    if "valueInteger" in node:
        count = text(node, "valueInteger")
        return Result(Amount(count, "1"), "", count, "valueInteger")
    if "valueBoolean" in node:
        answer = text(node, "valueBoolean")
        return Result(Amount(answer, ""), answer, answer, "valueBoolean")
    if "valueString" in node:
        written = text(node, "valueString")
        return Result(Amount(written, ""), read_answer((), lookup.word(written)), written, "valueString")
    if "valueCodeableConcept" in node:
        concept = child(node, "valueCodeableConcept")
        coded, written = codings(concept), label(concept)
        own = next((c.code for c in coded if normalise_system(c.system) == "trialwright"), written)
        names = [lookup.word(name) for name in (written, *(c.display for c in coded)) if name]
        return Result(Amount(written, ""), read_answer(coded, *names), own, "valueCodeableConcept")
    other = next((name for name in node if name.startswith("value")), "")
    return Result(Amount("", ""), "", "", other)


def effective(node: Node, name: str) -> tuple[str, str]:
    """First and last day of `<name>DateTime`, `<name>Instant` or `<name>Period`."""
    if f"{name}DateTime" in node:
        return day(node, f"{name}DateTime"), ""
    if f"{name}Instant" in node:
        return day(node, f"{name}Instant"), ""
    period = child(node, f"{name}Period")
    return day(period, "start"), day(period, "end")


def read_observation(about: About, lookup: Lookup) -> Iterator[Item]:
    """A result and its components; a panel without a value of its own is not a result."""
    node = about.resource
    status = text(node, "status").lower()
    start, end = effective(node, "effective")
    day_of = start or end
    components = children(node, "component")
    result = _result(node, lookup)
    panel = (
        bool(components or children(node, "hasMember"))
        and not result.kind
        and not node.get("dataAbsentReason")
    )
    if not panel:
        yield from _observed(about, node, result, day_of, status, lookup)
    for number, component in enumerate(components, start=1):
        part = about._replace(fact=f"{about.fact}#{number}")
        yield from _observed(part, component, _result(component, lookup), day_of, status, lookup)


def _observed(
    about: About, node: Node, result: Result, start: str, status: str, lookup: Lookup
) -> Iterator[Item]:
    kind = "measurement" if result.kind in ("valueQuantity", "valueInteger") else "finding"
    for match in search(about, lookup, _RESULT, child(node, "code"), status, kind=kind):
        if not isinstance(match, Match):
            yield match
            continue
        value, unit, low, high = "", "", "", ""
        if match.positive:
            value = result.answer
        elif match.kind == "finding":
            value = result.answer or lookup.word(result.words, match.concept)
        else:
            value, unit = result.number.value, lookup.unit(match.concept, result.number.unit)
            low, high = reference_range(node, result.number.unit)
        fact = RawFact(
            about.person,
            about.fact,
            match.kind,
            match.concept,
            match.code,
            value,
            unit,
            low,
            high,
            start,
            "",
            status,
        )
        yield from fact_rows(fact, about.place, about.types)
        if result.kind and not value and not set_aside(status):
            # A value stands there, but not one that can be read as this concept's: the result stays, without
            # it.
            yield Skipped(
                about.place,
                "value_unreadable",
                result.words or result.kind,
                about.person,
                match.concept,
                about.fact,
            )


# ---- conditions, procedures, allergies


def read_condition(about: About, lookup: Lookup) -> Iterator[Item]:
    """A condition: `recordedDate` is no onset; an abatement without a day ends it on an unknown day."""
    node = about.resource
    clinical = first_code(child(node, "clinicalStatus"))
    verification = first_code(child(node, "verificationStatus"))
    start, end = _onset(node), day(node, "abatementDateTime") or day(child(node, "abatementPeriod"), "end")
    if not end and not clinical and any(name.startswith("abatement") for name in node):
        clinical = "resolved"
    status = verification if verification in _UNSURE else clinical
    refuted = verification == "refuted"
    if refuted:
        start, end = start or day(node, "recordedDate"), ""
    for match in search(about, lookup, _CONDITION, child(node, "code"), status, kind="condition"):
        if isinstance(match, Match):
            value = "false" if refuted else "true" if match.kind == "finding" else ""
            yield from present(about, match, value=value, start=start, end=end, status=status)
        else:
            yield match


def _onset(node: Node) -> str:
    return day(node, "onsetDateTime") or day(child(node, "onsetPeriod"), "start")


def read_procedure(about: About, lookup: Lookup) -> Iterator[Item]:
    """A procedure: one under way without an end goes on; one in preparation has not happened."""
    node = about.resource
    status = text(node, "status").lower()
    start, end = effective(node, "performed")
    for match in search(about, lookup, _PROCEDURE, child(node, "code"), status, kind="procedure"):
        if isinstance(match, Match) and status == "preparation":
            yield Skipped(about.place, "status_preparation", status, about.person, match.concept, about.fact)
        elif isinstance(match, Match):
            yield from present(about, match, start=start, end=end, status=running(status, end))
        else:
            yield match


def running(status: str, end: str) -> str:
    """The status of something that is going on: `in-progress` without an end is `active`."""
    return "active" if status == "in-progress" and not end else status


def read_allergy(about: About, lookup: Lookup) -> Iterator[Item]:
    """An allergy or intolerance, found by its code or by the substances of its reactions."""
    node = about.resource
    clinical = first_code(child(node, "clinicalStatus"))
    verification = first_code(child(node, "verificationStatus"))
    status = verification if verification in _UNSURE else clinical
    refuted = verification == "refuted"
    start = _onset(node) or (day(node, "recordedDate") if refuted else "")
    substances = [child(reaction, "substance") for reaction in children(node, "reaction")]
    concepts = [concept for concept in (child(node, "code"), *substances) if concept]
    found = [lookup.find(_ALLERGY, codings(concept), text(concept, "text")) for concept in concepts]
    found = [one for one in found if one.code]
    if not found:
        yield _without_concept(about, status)
        return
    matches = {match.concept: match for one in found for match in one.matches}
    if not matches:
        yield Unmapped("allergy", found[0].code, found[0].display)
    for match in matches.values():
        yield from present(about, match, value="false" if refuted else "", start=start, status=status)


def read_encounter(about: About, lookup: Lookup) -> Iterator[Item]:
    """An encounter is a finding where a mapping says so (an inpatient stay as an admission)."""
    node = about.resource
    kind = child(node, "class")
    coded = (
        [Coding(text(kind, "system"), text(kind, "code"), text(kind, "display"))]
        if text(kind, "code")
        else []
    )
    coded += [coding for concept in children(node, "type") for coding in codings(concept)]
    status = text(node, "status").lower()
    for match in lookup.find(_FINDING, tuple(coded)).matches:
        yield from present(
            about, match, value="true", start=day(child(node, "period"), "start"), status=status
        )


def present(
    about: About,
    match: Match,
    *,
    start: str,
    status: str,
    end: str = "",
    value: str = "",
    unit: str = "",
    route: str = "",
) -> Iterator[Item]:
    """Hand over a fact of something present, given or done."""
    fact = RawFact(
        about.person, about.fact, match.kind, match.concept, match.code, value, unit, "", "", start, end,
        status, match.route or route,
    )  # fmt: skip
    yield from fact_rows(fact, about.place, about.types)
