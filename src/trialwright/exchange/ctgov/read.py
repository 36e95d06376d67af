"""A ClinicalTrials.gov record (API version 2, JSON) as a starting study folder; its criteria are not computed.

Structured fields are carried over; the eligibility text is split into criteria whose rule is "not computed".
What is not carried over is named in the study's notes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from trialwright.exchange.ctgov.design import read_arms, read_design, read_outcomes
from trialwright.exchange.ctgov.entries import read_criteria
from trialwright.exchange.ctgov.fields import (
    REGISTRY,
    SPONSOR_NUMBER,
    Json,
    NotARegistryRecord,
    find_unmapped,
    read_limit,
    read_part,
    read_parts,
    read_text,
    read_texts,
)
from trialwright.exchange.ctgov.known import leave_out_unknown
from trialwright.exchange.ctgov.vocabulary import make_id, read_identifier_type, read_place, read_word
from trialwright.exchange.ctgov.yaml_text import NOT_STATED, Plain, clean, maybe_english, write_yaml
from trialwright.terms.message import message

_LEGACY = ("FullStudiesResponse", "StudyFieldsResponse", "FullStudy", "ProtocolSection")


def import_record(text: str) -> dict[str, str]:
    """Turn one registry record into the files of a starting study folder: file name to YAML text.

    Raises `NotARegistryRecord` for a legacy version 1 record, any other JSON, and anything that is no JSON.
    """
    record = _read_json(text)
    stated = read_part(record, "protocolSection")
    protocol, lost = leave_out_unknown(stated)
    identification = read_part(protocol, "identificationModule")
    interventions, arms = read_arms(read_part(protocol, "armsInterventionsModule"))
    name = read_text(identification, "nctId") or read_text(identification, "briefTitle")
    comment = (
        f"Imported from {REGISTRY}: {name}. A starting point: nothing in it has been checked by a person."
    )
    data: dict[str, Mapping[str, Plain]] = {
        "study.yaml": _read_study(protocol, (*find_unmapped(record), *lost)),
        "criteria.yaml": {"criteria": read_criteria(read_part(stated, "eligibilityModule"))},
        "concepts.yaml": {"concepts": []},
    }
    if arms:
        data["arms.yaml"] = {"arms": arms}
    if interventions:
        data["interventions.yaml"] = {"interventions": interventions}
    return {file: write_yaml(content, comment=comment) for file, content in data.items()}


def _one_of_each(pairs: list[tuple[str, Any]]) -> Json:
    """An object; two values under one key contradict each other."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _read_json(text: str) -> Json:
    try:
        record = json.loads(text.lstrip("\ufeff"), object_pairs_hook=_one_of_each)
        json.dumps(record, ensure_ascii=False).encode()  # half a character cannot be written anywhere
    except (ValueError, RecursionError) as error:
        raise NotARegistryRecord(
            message("This is not a ClinicalTrials.gov record: it is not JSON text.")
        ) from error
    if not isinstance(record, dict):
        raise NotARegistryRecord(
            message("This is not a ClinicalTrials.gov record: it is JSON, but not one object.")
        )
    for key in _LEGACY:
        if key in record:
            raise NotARegistryRecord(
                message(
                    "This is a legacy version 1 record of ClinicalTrials.gov (it begins with {key}); "
                    "download the study again in the present version 2 JSON.",
                    key=key,
                )
            )
    if "studies" in record:
        raise NotARegistryRecord(
            message("This is a list of ClinicalTrials.gov records; give the JSON of one study.")
        )
    if not read_text(read_part(read_part(record, "protocolSection"), "identificationModule"), "briefTitle"):
        raise NotARegistryRecord(
            message(
                "This is not a ClinicalTrials.gov record: it is JSON, but has no "
                "protocolSection.identificationModule.briefTitle."
            )
        )
    if not read_text(read_part(read_part(record, "protocolSection"), "designModule"), "studyType"):
        raise NotARegistryRecord(
            message(
                "This is only a part of a ClinicalTrials.gov record: designModule.studyType is not in it."
            )
        )
    return record


def _read_study(protocol: Json, lost: Sequence[str]) -> dict[str, Plain]:
    identification = read_part(protocol, "identificationModule")
    sponsors = read_part(protocol, "sponsorCollaboratorsModule")
    description = read_part(protocol, "descriptionModule")
    conditions = read_part(protocol, "conditionsModule")
    places = read_part(protocol, "contactsLocationsModule")
    objectives, endpoints = read_outcomes(read_part(protocol, "outcomesModule"))
    brief = read_text(identification, "briefTitle")
    official = read_text(identification, "officialTitle")
    return clean(
        (
            ("id", make_id(read_text(identification, "nctId") or brief, fallback="study", taken={})),
            ("acronym", read_text(identification, "acronym")),
            ("version", "0.1"),
            ("titles", {"brief": {"en": brief, "zh": ""}} | _only_if(official, "official")),
            ("registry", _read_identifiers(identification)),
            ("status", _read_status(read_part(protocol, "statusModule"))),
            ("sponsor", _read_sponsor(read_part(sponsors, "leadSponsor"))),
            ("collaborators", [_read_sponsor(one) for one in read_parts(sponsors, "collaborators")]),
            ("officials", [_read_official(one) for one in read_parts(places, "overallOfficials")]),
            ("contacts", [_read_contact(one) for one in read_parts(places, "centralContacts")]),
            ("sites", _read_sites(read_parts(places, "locations"))),
            ("conditions", _only_english(read_texts(conditions, "conditions"))),
            ("keywords", _only_english(read_texts(conditions, "keywords"))),
            ("summary", maybe_english(read_text(description, "briefSummary")) or NOT_STATED),
            ("description", maybe_english(read_text(description, "detailedDescription"))),
            ("design", read_design(read_part(protocol, "designModule"))),
            ("population", _read_population(read_part(protocol, "eligibilityModule"))),
            ("objectives", objectives),
            ("endpoints", endpoints),
            ("notes", _read_notes(read_text(identification, "nctId") or REGISTRY, lost)),
        )
    )


def _only_if(text: str, name: str) -> dict[str, Plain]:
    return {name: {"en": text, "zh": ""}} if text else {}


def _only_english(words: Sequence[str]) -> list[Plain]:
    return [{"en": word, "zh": ""} for word in words if word]


def _read_identifiers(identification: Json) -> list[Plain]:
    found: list[Plain] = []
    if number := read_text(identification, "nctId"):
        found.append({"registry": REGISTRY, "id": number})
    if number := read_text(read_part(identification, "orgStudyIdInfo"), "id"):
        found.append({"registry": SPONSOR_NUMBER, "id": number})
    for other in read_parts(identification, "secondaryIdInfos"):
        kind = read_identifier_type(read_text(other, "type"), read_text(other, "domain"))
        if number := read_text(other, "id"):
            found.append({"registry": kind, "id": number})
    return found


def _read_status(status: Json) -> dict[str, Plain]:
    return clean(
        (
            ("overall", read_word(read_text(status, "overallStatus") or "UNKNOWN")),
            ("verified", read_text(status, "statusVerifiedDate")),
            ("first_submitted", read_text(status, "studyFirstSubmitDate")),
            ("last_updated", read_text(status, "lastUpdateSubmitDate")),
            ("start", _read_date(read_part(status, "startDateStruct"))),
            ("primary_completion", _read_date(read_part(status, "primaryCompletionDateStruct"))),
            ("completion", _read_date(read_part(status, "completionDateStruct"))),
        )
    )


def _read_date(struct: Json) -> dict[str, Plain]:
    day = read_text(struct, "date")
    return clean((("date", day), ("type", read_word(read_text(struct, "type"))))) if day else {}


def _read_sponsor(sponsor: Json) -> dict[str, Plain]:
    return clean((("name", _name(sponsor, "name")), ("class", read_word(read_text(sponsor, "class")))))


def _name(record: Json, field: str) -> Mapping[str, Plain]:
    """A name, which the registry does not read as Markdown; a stand-in where it is not stated."""
    name = read_text(record, field)
    return {"en": name, "zh": ""} if name else NOT_STATED


def _read_official(official: Json) -> dict[str, Plain]:
    return clean(
        (
            ("name", read_text(official, "name") or NOT_STATED["en"]),
            ("role", read_word(read_text(official, "role"))),
            ("affiliation", _name(official, "affiliation") if official.get("affiliation") else None),
        )
    )


def _read_contact(contact: Json) -> dict[str, Plain]:
    phone, extension = read_text(contact, "phone"), read_text(contact, "phoneExt")
    return clean(
        (
            ("name", read_text(contact, "name") or NOT_STATED["en"]),
            ("role", read_word(read_text(contact, "role"))),
            ("phone", f"{phone} ext. {extension}" if extension else phone),
            ("email", read_text(contact, "email")),
        )
    )


def _read_sites(locations: Sequence[Json]) -> list[Plain]:
    taken: dict[str, int] = {}
    return [
        clean(
            (
                ("id", make_id(read_text(place, "city"), fallback="site", taken=taken)),
                ("name", _name(place, "facility")),
                ("city", _read_city(place)),
                ("country", read_text(place, "country") or NOT_STATED["en"]),
                ("postal_code", read_text(place, "zip")),
            )
        )
        for place in locations
    ]


def _read_city(place: Json) -> Mapping[str, Plain]:
    city = read_place(read_text(place, "city"), read_text(place, "state"))
    return {"en": city, "zh": ""} if city else NOT_STATED


def _read_population(eligibility: Json) -> dict[str, Plain]:
    healthy = eligibility.get("healthyVolunteers")
    return clean(
        (
            ("sex", read_word(read_text(eligibility, "sex") or "ALL")),
            ("minimum_age", read_limit(eligibility, "minimumAge")),
            ("maximum_age", read_limit(eligibility, "maximumAge")),
            ("healthy_volunteers", None if healthy is None else "true" if healthy is True else "false"),
        )
    )


def _read_notes(number: str, lost: Sequence[str]) -> list[Plain]:
    notes: list[Plain] = [
        {
            "en": f"Imported from the registry record {number}. The eligibility criteria are not computed.",
            "zh": f"由登记记录 {number} 导入。入选和排除标准尚未计算。",
        }
    ]
    if lost:
        listed = ", ".join(lost)
        notes.append(
            {
                "en": f"In the record, but not carried over: {listed}.",
                "zh": f"登记记录中有、但未导入：{listed}。",
            }
        )
    return notes
