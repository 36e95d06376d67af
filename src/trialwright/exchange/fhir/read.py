"""Reads FHIR R4 files: finds whose record each resource is, and which medication it means, then its facts.

What refers to a person or a medication that has not been met yet waits until the last file has been read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from trialwright.exchange.fhir.elements import Malformed, Node, child, children, text
from trialwright.exchange.fhir.files import Broken, Entry, read_file, type_of
from trialwright.exchange.fhir.medication import read_administration, read_prescription
from trialwright.exchange.fhir.resources import (
    About,
    read_allergy,
    read_condition,
    read_encounter,
    read_observation,
    read_patient,
    read_procedure,
)
from trialwright.exchange.lookup import Lookup
from trialwright.exchange.source import Item, ReadOptions, RecordsUnreadable, Seen, unreadable_fact
from trialwright.record.raw import RawFact, Skipped
from trialwright.terms.message import message

_PLAIN: Mapping[str, Callable[[About, Lookup], Iterator[Item]]] = {
    "Observation": read_observation,
    "Condition": read_condition,
    "Procedure": read_procedure,
    "AllergyIntolerance": read_allergy,
    "Encounter": read_encounter,
}
_MEDICATION: Mapping[str, Callable[[About, Node, Lookup], Iterator[Item]]] = {
    "MedicationAdministration": read_administration,
    "MedicationRequest": read_prescription,
    "MedicationStatement": read_prescription,
}
_FIRST = {"Patient": 0, "Medication": 1}


class FhirReader:
    """Streams FHIR R4 files, each a bundle, a single resource, or NDJSON, plain or gzipped.

    `names`: the files with the name people are told; `form`: what they were recognised as. Raises `RecordsUnreadable` while iterating if no person
    could be read at all.
    """

    def __init__(self, names: Mapping[Path, str], *, source: str, form: str, options: ReadOptions) -> None:
        self.source = source
        self.format = form
        self.left_out: Counter[str] = Counter()
        self.synthetic = options.synthetic
        self.not_covered = options.mapping.not_covered
        self.warnings = options.mapping.warnings
        self._names = names
        self._options = options

    def __iter__(self) -> Iterator[Item]:
        self.left_out = Counter()
        self.not_covered = self._options.mapping.not_covered
        reading = _Reading(self._options, self.left_out)
        fault: Broken | None = None
        for path in sorted(self._names, key=lambda path: (_FIRST.get(type_of(path), 2), self._names[path])):
            for entry in read_file(path, self._names[path]):
                if isinstance(entry, Broken):
                    fault = fault or entry
                    self.not_covered |= entry.lost
                    yield Skipped(entry.place, entry.reason, entry.detail, person=entry.person, affects=True)
                else:
                    yield from reading.take(entry)
        yield from reading.finish()
        if not reading.seen.people:
            raise _nobody(self.source, fault)


def _nobody(source: str, fault: Broken | None) -> RecordsUnreadable:
    if fault is None:
        return RecordsUnreadable(source, message("The records hold no Patient."))
    if fault.reason == "file_empty":
        return RecordsUnreadable(fault.place, message("The file is empty."))
    return RecordsUnreadable(
        fault.place, message("This is not readable FHIR ({detail}).", detail=fault.detail or fault.reason)
    )


class _Reading:
    """The state of one reading: who is known, which medications, and what waits for either."""

    def __init__(self, options: ReadOptions, left_out: Counter[str]) -> None:
        self.seen = Seen()
        self._lookup = Lookup(options)
        self._types = options.types
        self._left_out = left_out
        self._identifiers: dict[str, str] = {}
        self._medications: dict[str, Node] = {}
        self._contents: dict[str, int] = {}
        self._waiting: list[Entry] = []

    def take(self, entry: Entry) -> Iterator[Item]:
        """Hand over what a resource says, or keep it until its person and medication are known."""
        resource_type = entry.resource["resourceType"]
        try:
            if resource_type == "Patient":
                yield from self._patient(entry)
            elif resource_type == "Medication":
                self._medications[f"Medication/{text(entry.resource, 'id')}"] = _drug(entry.resource)
            elif resource_type not in _PLAIN and resource_type not in _MEDICATION:
                self._left_out[resource_type] += 1
            elif (person := self._person(entry)) in self.seen.people and self._medication(entry) is not None:
                yield from self._facts(entry, person)
            else:
                self._waiting.append(entry)
        except Malformed as error:
            yield self._malformed(entry, error, self._person_or_none(entry))

    def finish(self) -> Iterator[Item]:
        """Hand over what waited; what still refers to nobody, or to no medication, is listed."""
        for entry in self._waiting:
            person = self._person(entry)
            try:
                if person in self.seen.people:
                    yield from self._facts(entry, person)
                elif not _subject(entry.resource).startswith(("Group/", "Device/", "Location/")):
                    reason = "person_unknown" if person else "person_missing"
                    yield Skipped(entry.place, reason, person, person, fact=_fact_id(entry), affects=True)
                else:
                    self._left_out[entry.resource["resourceType"]] += 1
            except Malformed as error:
                yield self._malformed(entry, error, person)
        self._waiting.clear()

    def _malformed(self, entry: Entry, error: Malformed, person: str) -> Skipped:
        return Skipped(
            entry.place, "resource_malformed", str(error), person, fact=_fact_id(entry), affects=True
        )

    def _patient(self, entry: Entry) -> Iterator[Item]:
        person = read_patient(entry.resource)
        if not person.person:
            yield Skipped(entry.place, "person_missing", "", affects=True)
            return
        for identifier in children(entry.resource, "identifier"):
            self._identifiers[f"{text(identifier, 'system')}|{text(identifier, 'value')}"] = person.person
        yield from self.seen.admit_person(person, entry.place)

    def _facts(self, entry: Entry, person: str) -> Iterator[Item]:
        about = About(entry.resource, person, _fact_id(entry), entry.place, self._types)
        resource_type = entry.resource["resourceType"]
        if resource_type in _PLAIN:
            items = list(_PLAIN[resource_type](about, self._lookup))
        else:
            medication = self._medication(entry)
            items = list(_MEDICATION[resource_type](about, medication or {}, self._lookup))
        if resource_type == "Encounter" and not items:
            self._left_out["Encounter"] += 1
        yield from self._once(about, items)

    def _once(self, about: About, items: list[Item]) -> Iterator[Item]:
        """The first of two resources of one type and id stays; one that says the same again loses nothing."""
        facts = [item for item in items if isinstance(item, RawFact)]
        content = hash(tuple(facts))
        if not facts:
            yield from items
        elif not self.seen.repeated(about.fact):
            self._contents[about.fact] = content
            yield from items
        elif self._contents[about.fact] == content:
            yield Skipped(about.place, "fact_repeated", about.fact, about.person, fact=about.fact)
        else:
            for fact in facts:
                again = fact._replace(fact=f"{fact.fact}@{about.place}")
                yield from unreadable_fact(again, about.place, "fact_repeated", about.fact)

    # --------------------------------------------------------------------------------------------- references

    def _person_or_none(self, entry: Entry) -> str:
        try:
            return self._person(entry)
        except Malformed:
            return ""

    def _person(self, entry: Entry) -> str:
        """The id of the person a resource is about, '' where it names none."""
        node = child(entry.resource, "patient") or child(entry.resource, "subject")
        reference = text(node, "reference")
        if not reference:
            identifier = child(node, "identifier")
            return self._identifiers.get(f"{text(identifier, 'system')}|{text(identifier, 'value')}", "")
        address = entry.addresses.get(reference, "")
        if not address and "?" in reference:
            _, _, key = reference.partition("identifier=")
            return self._identifiers.get(key, "")
        return (address or reference.partition("/_history/")[0]).rpartition("/")[2].rpartition(":")[2]

    def _medication(self, entry: Entry) -> Node | None:
        """The CodeableConcept of a medication; None while its reference leads nowhere, {} for other resources."""
        resource = entry.resource
        if resource["resourceType"] not in _MEDICATION:
            return {}
        if "medicationCodeableConcept" in resource:
            return child(resource, "medicationCodeableConcept")
        node = child(resource, "medicationReference")
        reference = text(node, "reference")
        if reference.startswith("#"):
            for contained in children(resource, "contained"):
                if text(contained, "id") == reference[1:]:
                    return _drug(contained)
        address = entry.addresses.get(reference, "") or "/".join(
            reference.partition("/_history/")[0].rsplit("/", 2)[-2:]
        )
        if address.startswith("urn:uuid:"):
            address = f"Medication/{address.rpartition(':')[2]}"
        found = self._medications.get(address)
        if found is None and not reference and text(node, "display"):
            return {"text": text(node, "display")}
        return found


def _drug(medication: Node) -> Node:
    """What a Medication is: its code, or its only ingredient (of several, the dose of each is unknown)."""
    ingredients = children(medication, "ingredient")
    if not child(medication, "code") and len(ingredients) == 1:
        return child(ingredients[0], "itemCodeableConcept")
    return child(medication, "code")


def _subject(resource: Node) -> str:
    return text(child(resource, "subject"), "reference")


def _fact_id(entry: Entry) -> str:
    """The id of a resource with its type; its place where it has none."""
    identifier = entry.resource.get("id")
    return f"{entry.resource['resourceType']}/{identifier}" if isinstance(identifier, str) else entry.place
