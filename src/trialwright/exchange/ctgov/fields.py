"""The fields of a version 2 record that are carried over, and careful access to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialwright.exchange.ctgov.vocabulary import read_age
from trialwright.terms.message import Message, message, render
from trialwright.terms.visible import shortened

MOST_ITEMS = 10_000
"""The most entries of a list; a trial with a thousand sites is a large one."""

Json = Mapping[str, object]

REGISTRY = "ClinicalTrials.gov"
SPONSOR_NUMBER = "Sponsor protocol number"

MAPPED: dict[str, tuple[str, ...]] = {
    "identificationModule": (
        "nctId",
        "acronym",
        "briefTitle",
        "officialTitle",
        "orgStudyIdInfo.id",
        "secondaryIdInfos.id",
        "secondaryIdInfos.type",
        "secondaryIdInfos.domain",
    ),
    "statusModule": (
        "overallStatus",
        "statusVerifiedDate",
        "startDateStruct",
        "primaryCompletionDateStruct",
        "completionDateStruct",
        "studyFirstSubmitDate",
        "lastUpdateSubmitDate",
    ),
    "sponsorCollaboratorsModule": ("leadSponsor", "collaborators"),
    "descriptionModule": ("briefSummary", "detailedDescription"),
    "conditionsModule": ("conditions", "keywords"),
    "designModule": (
        "studyType",
        "phases",
        "designInfo.allocation",
        "designInfo.interventionModel",
        "designInfo.primaryPurpose",
        "designInfo.maskingInfo.masking",
        "enrollmentInfo",
    ),
    "armsInterventionsModule": (
        "armGroups.label",
        "armGroups.type",
        "armGroups.description",
        "armGroups.interventionNames",
        "interventions.type",
        "interventions.name",
        "interventions.description",
        "interventions.armGroupLabels",
    ),
    "outcomesModule": ("primaryOutcomes", "secondaryOutcomes", "otherOutcomes"),
    "eligibilityModule": (
        "eligibilityCriteria",
        "healthyVolunteers",
        "sex",
        "minimumAge",
        "maximumAge",
        "stdAges",
    ),
    "contactsLocationsModule": (
        "centralContacts",
        "overallOfficials",
        "locations.facility",
        "locations.city",
        "locations.state",
        "locations.zip",
        "locations.country",
    ),
}
"""Per module the fields carried over; a field stands for everything below it. `stdAges` follows from the ages."""

IMPLIED = (
    "derivedSection",
    "hasResults",
    "identificationModule.organization",
    "statusModule.studyFirstSubmitQcDate",
    "statusModule.studyFirstPostDateStruct",
    "statusModule.lastUpdatePostDateStruct",
    "contactsLocationsModule.locations.geoPoint",
)
"""What the registry adds, repeats or works out by itself; not carried over, and not reported as lost."""


class NotARegistryRecord(Exception):
    """The text is not one ClinicalTrials.gov v2 record; `message` says in one sentence what is wrong."""

    def __init__(self, what: Message) -> None:
        super().__init__(render(what, {}))
        self.message = what


def read_part(record: Json, name: str) -> Json:
    """An object inside a record, empty where it is absent. Raises `NotARegistryRecord` if it is anything else."""
    value = record.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise NotARegistryRecord(
            message(
                "This is not a ClinicalTrials.gov record: its field {field} is not an object.", field=name
            )
        )
    return value


def read_text(record: Json, name: str) -> str:
    """A text inside a record, '' where it is absent. Raises `NotARegistryRecord` if it is anything else."""
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise NotARegistryRecord(
            message("This is not a ClinicalTrials.gov record: its field {field} is not a text.", field=name)
        )
    return value.replace("\r\n", "\n").strip()


def read_list(record: Json, name: str) -> tuple[object, ...]:
    """A list inside a record, empty where it is absent. Raises `NotARegistryRecord` if it is anything else."""
    value = record.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise NotARegistryRecord(
            message("This is not a ClinicalTrials.gov record: its field {field} is not a list.", field=name)
        )
    if len(value) > MOST_ITEMS:
        raise NotARegistryRecord(
            message(
                "The record's field {field} has {count} entries; at most {most} are read.",
                field=name,
                count=f"{len(value):,}",
                most=f"{MOST_ITEMS:,}",
            )
        )
    return tuple(value)


def read_parts(record: Json, name: str) -> tuple[Json, ...]:
    """A list of objects inside a record."""
    return tuple(read_part({name: item}, name) for item in read_list(record, name))


def read_texts(record: Json, name: str) -> tuple[str, ...]:
    """A list of texts inside a record."""
    return tuple(read_text({name: item}, name) for item in read_list(record, name))


def read_limit(eligibility: Json, name: str) -> str | None:
    """An age limit as a UCUM length (`18 a`), `None` where there is none. Raises `NotARegistryRecord`."""
    text = read_text(eligibility, name)
    try:
        return read_age(text)
    except ValueError as error:
        raise NotARegistryRecord(
            message("The record's field {field} is no age: {value}.", field=name, value=shortened(text))
        ) from error


def find_unmapped(record: Json) -> tuple[str, ...]:
    """Name what the record holds that is not carried over, by the largest part that is lost whole, in order."""
    found = [section for section in record if section not in ("protocolSection", *IMPLIED)]
    for module, fields in read_part(record, "protocolSection").items():
        mapped = tuple(f"{module}.{field}" for field in MAPPED.get(module, ()))
        found.extend(_find_lost(fields, module, mapped))
    return tuple(dict.fromkeys(found))


def _find_lost(value: object, path: str, mapped: tuple[str, ...]) -> Iterator[str]:
    if path in mapped or path in IMPLIED or value is None:
        return
    if not any(field.startswith(path + ".") for field in mapped):
        yield path
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _find_lost(inner, f"{path}.{name}", mapped)
    elif isinstance(value, list):
        for inner in value:
            yield from _find_lost(inner, path, mapped)
