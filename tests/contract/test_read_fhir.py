"""FHIR R4, resource by resource. **Source** of every expectation: FHIR R4 (4.0.1); the contract, paragraph FHIR."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.read_support import Given, options, read, write_json
from trialwright.exchange.recognise import open_records
from trialwright.exchange.source import LocalMapping, RecordsUnreadable, Target

PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1990-04-02"}
SUBJECT = {"reference": "Patient/p1"}
UCUM = "http://unitsofmeasure.org"
SCT = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def coded(system: str, code: str, display: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def loinc(code: str) -> dict[str, Any]:
    return coded("http://loinc.org", code)


def observation(**parts: Any) -> dict[str, Any]:
    base = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": loinc("1742-6"),
        "subject": SUBJECT,
        "effectiveDateTime": "2026-05-01T23:30:00-08:00",
        "valueQuantity": {"value": 40, "unit": "U/L", "system": UCUM, "code": "U/L"},
    }
    return {name: part for name, part in {**base, **parts}.items() if part is not None}


def bundle(*resources: dict[str, Any], patient: dict[str, Any] = PATIENT) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": resource} for resource in (patient, *resources)],
    }


def given(folder: Path, *resources: dict[str, Any], mapping: LocalMapping | None = None) -> Given:
    return read(write_json(folder / "records.json", bundle(*resources)), mapping)


# ---- people


@pytest.mark.parametrize(
    ("parts", "person", "reasons"),
    [
        ({"birthDate": "1990-04"}, ("p1", "female", "1990-04", ""), []),
        ({"deceasedDateTime": "2025-01-02T10:00:00Z"}, ("p1", "female", "1990-04-02", "2025-01-02"), []),
        ({"deceasedBoolean": True}, ("p1", "female", "1990-04-02", "yes"), []),
        ({"deceasedBoolean": False}, ("p1", "female", "1990-04-02", ""), []),
        ({"gender": "lady"}, ("p1", "unknown", "1990-04-02", ""), ["sex_unreadable"]),
        ({"birthDate": "1990-02-31"}, ("p1", "female", "", ""), ["birth_unreadable"]),
        ({"gender": None}, ("p1", "unknown", "1990-04-02", ""), []),
    ],
)
def test_patient(tmp_path: Path, parts: dict[str, Any], person: tuple[str, ...], reasons: list[str]) -> None:
    found = read(write_json(tmp_path / "records.json", bundle(patient={**PATIENT, **parts})))
    assert found.persons == [person]
    assert [skipped.reason for skipped in found.skipped] == reasons


# ---- observations


def test_a_quantity_with_its_reference_range(tmp_path: Path) -> None:
    limits = [{"low": {"value": 7, "unit": "U/L"}, "high": {"value": 40.0, "unit": "U/L"}}]
    fact = given(tmp_path, observation(referenceRange=limits)).fact
    assert (fact.concept, fact.code, fact.value, fact.unit, fact.low, fact.high, fact.start, fact.status) == (
        *("alt", "loinc|1742-6", "40", "U/L", "7", "40.0", "2026-05-01", "final"),
    )
    assert fact.fact == "Observation/o1"


def test_numbers_keep_the_text_that_was_written(tmp_path: Path) -> None:
    text = json.dumps(bundle(observation())).replace('"value": 40', '"value": 40.00')
    (tmp_path / "records.json").write_text(text)
    assert read(tmp_path / "records.json").fact.value == "40.00"


@pytest.mark.parametrize(
    ("quantity", "value", "unit"),
    [
        ({"value": 0.2, "comparator": "<", "unit": "mg/dL"}, "<0.2", "mg/dL"),
        ({"value": 1000, "comparator": ">=", "unit": "U/L"}, ">=1000", "U/L"),
        ({"value": 5, "unit": "units per litre", "system": UCUM, "code": "U/L"}, "5", "U/L"),
        ({"value": 5, "unit": "IU/L", "system": "http://local", "code": "17"}, "5", "IU/L"),
        ({"value": 5}, "5", ""),
        ({"unit": "U/L"}, "", "U/L"),
        ({"value": 5, "comparator": "ad", "unit": "U/L"}, "", "U/L"),
    ],
)
def test_quantities(tmp_path: Path, quantity: dict[str, Any], value: str, unit: str) -> None:
    fact = given(tmp_path, observation(valueQuantity=quantity)).fact
    assert (fact.value, fact.unit) == (value, unit)


@pytest.mark.parametrize(
    "limits",
    [
        [{"high": {"value": 0.67, "unit": "ukat/L"}}],
        [{"high": {"value": 40}}, {"high": {"value": 33}}],
        [
            {
                "high": {"value": 40},
                "type": coded("http://terminology.hl7.org/CodeSystem/referencerange-meaning", "treatment"),
            }
        ],
        [{"text": "up to 40"}],
    ],
)
def test_a_range_in_another_unit_or_one_of_several_is_no_upper_limit(
    tmp_path: Path, limits: list[Any]
) -> None:
    fact = given(tmp_path, observation(referenceRange=limits)).fact
    assert (fact.low, fact.high) == ("", "")


def test_components_are_results_and_their_panel_is_not(tmp_path: Path) -> None:
    panel = observation(
        code=loinc("85354-9"),
        valueQuantity=None,
        component=[
            {
                "code": loinc("8480-6"),
                "valueQuantity": {"value": 120, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"},
            },
            {"code": loinc("8462-4"), "valueQuantity": {"value": 80, "unit": "mmHg"}},
        ],
    )
    found = given(tmp_path, panel)
    assert (found.fact.concept, found.fact.fact, found.fact.value, found.fact.unit) == (
        *("systolic_bp", "Observation/o1#1", "120", "mm[Hg]"),
    )
    assert [code.code for code in found.unmapped] == ["loinc|8462-4"]


def test_an_absent_value_stays_as_an_unreadable_result_of_its_date(tmp_path: Path) -> None:
    absent = coded("http://terminology.hl7.org/CodeSystem/data-absent-reason", "error")
    found = given(tmp_path, observation(valueQuantity=None, dataAbsentReason=absent))
    assert (found.fact.value, found.fact.start) == ("", "2026-05-01")


@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "haemolysed"},
        {"valueCodeableConcept": coded(SCT, "10828004", "Positive")},
        {"valueRange": {"low": {"value": 1}}},
        {"valueBoolean": True},
    ],
)
def test_a_result_that_is_no_number_is_listed_and_stays(tmp_path: Path, value: dict[str, Any]) -> None:
    found = given(tmp_path, observation(valueQuantity=None, **value))
    assert found.fact.concept == "alt"
    assert (found.skip.reason, found.skip.affects) == ("value_unreadable", False)


@pytest.mark.parametrize(
    ("effective", "start"),
    [
        (
            {"effectivePeriod": {"start": "2026-05-01T08:00:00+08:00", "end": "2026-05-02T08:00:00+08:00"}},
            "2026-05-01",
        ),
        ({"effectivePeriod": {"end": "2026-05-02"}}, "2026-05-02"),
        ({"effectiveInstant": "2026-05-03T01:00:00.000+08:00"}, "2026-05-03"),
        ({"effectiveDateTime": "2026-05"}, "2026-05"),
        ({"issued": "2026-05-04T01:00:00Z"}, ""),
    ],
)
def test_when_a_result_was_taken(tmp_path: Path, effective: dict[str, Any], start: str) -> None:
    parts = {"effectiveDateTime": None, **effective}
    assert given(tmp_path, observation(**parts)).fact.start == start


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ({"valueCodeableConcept": coded(SCT, "10828004", "Positive")}, "true"),
        ({"valueCodeableConcept": coded("http://loinc.org", "LA11883-8", "Not detected")}, "false"),
        ({"valueCodeableConcept": {"text": "阳性"}}, "true"),
        ({"valueString": "Negative"}, "false"),
        ({"valueBoolean": True}, "true"),
        ({"valueCodeableConcept": coded(SCT, "82334004", "Indeterminate")}, ""),
        ({"valueQuantity": {"value": 3, "unit": "mIU/mL"}}, ""),
    ],
)
def test_a_test_result_answers_a_finding(tmp_path: Path, value: dict[str, Any], answer: str) -> None:
    parts = {"valueQuantity": None, "code": loinc("2106-3"), **value}
    fact = given(tmp_path, observation(**parts)).fact
    assert (fact.kind, fact.concept, fact.value, fact.code) == ("finding", "pregnant", answer, "loinc|2106-3")


def test_coded_findings_and_whole_numbers(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        observation(id="a", code=coded("trialwright", "class"), valueQuantity=None, valueString="III + V"),
        observation(id="b", code=coded("trialwright", "score"), valueQuantity=None, valueInteger=12),
        observation(
            id="c",
            code=coded("trialwright", "class"),
            valueQuantity=None,
            valueCodeableConcept=coded("trialwright", "IV", "Four"),
        ),
    )
    assert [(fact.concept, fact.value, fact.unit) for fact in found.facts] == [
        ("biopsy_class", "III + V", ""),
        ("score", "12", "1"),
        ("biopsy_class", "IV", ""),
    ]


@pytest.mark.parametrize("status", ["preliminary", "entered-in-error", "registered", "amended"])
def test_the_status_goes_on_as_its_word(tmp_path: Path, status: str) -> None:
    assert given(tmp_path, observation(status=status)).fact.status == status


# ---- conditions, procedures, allergies

ACTIVE = coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")


def condition(**parts: Any) -> dict[str, Any]:
    base = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": SUBJECT,
        "code": coded("http://hl7.org/fhir/sid/icd-10-cm", "J45.909"),
        "clinicalStatus": ACTIVE,
        "verificationStatus": coded(
            "http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"
        ),
        "onsetDateTime": "2019-03-01",
        "recordedDate": "2020-01-01",
    }
    return {name: part for name, part in {**base, **parts}.items() if part is not None}


def verified(code: str) -> dict[str, Any]:
    return coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", code)


@pytest.mark.parametrize(
    ("parts", "value", "start", "end", "status"),
    [
        ({}, "", "2019-03-01", "", "active"),
        ({"abatementDateTime": "2021-05"}, "", "2019-03-01", "2021-05", "active"),
        ({"onsetDateTime": None}, "", "", "", "active"),
        ({"onsetDateTime": None, "onsetPeriod": {"start": "2018"}}, "", "2018", "", "active"),
        ({"verificationStatus": verified("refuted")}, "false", "2019-03-01", "", "refuted"),
        (
            {"verificationStatus": verified("refuted"), "onsetDateTime": None},
            "false",
            "2020-01-01",
            "",
            "refuted",
        ),
        ({"verificationStatus": verified("entered-in-error")}, "", "2019-03-01", "", "entered-in-error"),
        ({"verificationStatus": verified("provisional")}, "", "2019-03-01", "", "provisional"),
        ({"clinicalStatus": coded("x", "resolved")}, "", "2019-03-01", "", "resolved"),
        ({"clinicalStatus": None, "abatementString": "last spring"}, "", "2019-03-01", "", "resolved"),
        ({"clinicalStatus": None}, "", "2019-03-01", "", ""),
    ],
)
def test_condition(
    tmp_path: Path, parts: dict[str, Any], value: str, start: str, end: str, status: str
) -> None:
    fact = given(tmp_path, condition(**parts)).fact
    assert (fact.concept, fact.value, fact.start, fact.end, fact.status) == (
        "asthma",
        value,
        start,
        end,
        status,
    )


def test_a_condition_may_be_a_finding(tmp_path: Path) -> None:
    fact = given(tmp_path, condition(code=coded(SCT, "77386006", "Pregnant"))).fact
    assert (fact.kind, fact.concept, fact.value) == ("finding", "pregnant", "true")


def test_an_unreadable_date_leaves_a_doubt(tmp_path: Path) -> None:
    found = given(tmp_path, condition(onsetDateTime="2019-02-30"))
    assert not found.facts
    assert (found.skip.place, found.skip.reason, found.skip.concept, found.skip.affects) == (
        *("records.json entry 2", "date_unreadable", "asthma", True),
    )


def test_an_unreadable_end_leaves_a_doubt_from_the_onset_on(tmp_path: Path) -> None:
    found = given(tmp_path, condition(onsetDateTime="2019-02-20", abatementDateTime="2020-02-30"))
    assert (found.fact.start, found.fact.fault) == ("2019-02-20", "date_unreadable")
    assert (found.skip.reason, found.skip.concept, found.skip.affects) == ("date_unreadable", "asthma", False)


@pytest.mark.parametrize(
    ("parts", "start", "end", "status"),
    [
        ({"status": "completed", "performedDateTime": "2026-04-01"}, "2026-04-01", "", "completed"),
        ({"status": "in-progress", "performedPeriod": {"start": "2026-04-01"}}, "2026-04-01", "", "active"),
        ({"status": "not-done"}, "", "", "not-done"),
    ],
)
def test_procedure(tmp_path: Path, parts: dict[str, Any], start: str, end: str, status: str) -> None:
    base = {"resourceType": "Procedure", "id": "x", "subject": SUBJECT, "code": coded(SCT, "108241001")}
    fact = given(tmp_path, {**base, **parts}).fact
    assert (fact.concept, fact.start, fact.end, fact.status) == ("dialysis", start, end, status)


def test_a_procedure_in_preparation_has_not_happened(tmp_path: Path) -> None:
    procedure = {
        "resourceType": "Procedure", "id": "x", "subject": SUBJECT, "status": "preparation",
        "code": coded(SCT, "108241001"),
    }  # fmt: skip
    found = given(tmp_path, procedure)
    assert not found.facts
    assert (found.skip.reason, found.skip.affects) == ("status_preparation", False)


@pytest.mark.parametrize(
    ("parts", "value", "status"),
    [
        ({"code": coded(RXNORM, "42316")}, "", "active"),
        ({"code": {"text": "something"}, "reaction": [{"substance": coded(RXNORM, "42316")}]}, "", "active"),
        ({"code": coded(RXNORM, "42316"), "verificationStatus": coded("x", "refuted")}, "false", "refuted"),
        (
            {"code": coded(RXNORM, "42316"), "verificationStatus": coded("x", "unconfirmed")},
            "",
            "unconfirmed",
        ),
    ],
)
def test_allergy(tmp_path: Path, parts: dict[str, Any], value: str, status: str) -> None:
    base = {"resourceType": "AllergyIntolerance", "id": "a", "patient": SUBJECT, "clinicalStatus": ACTIVE}
    fact = given(tmp_path, {**base, **parts}).fact
    assert (fact.kind, fact.concept, fact.value, fact.status) == (
        "allergy",
        "tacrolimus_allergy",
        value,
        status,
    )


def test_an_inpatient_stay_is_an_admission_where_the_mapping_says_so(tmp_path: Path) -> None:
    act = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    stay = {
        "resourceType": "Encounter", "id": "e", "status": "finished", "subject": SUBJECT,
        "class": {"system": act, "code": "IMP"}, "period": {"start": "2026-05-20T08:00:00+08:00"},
    }  # fmt: skip
    assert given(tmp_path, stay).reader.left_out == {"Encounter": 1}
    fact = given(tmp_path, stay, mapping=LocalMapping(codes={f"{act}|IMP": Target(("admission",))})).fact
    assert (fact.concept, fact.value, fact.start) == ("admission", "true", "2026-05-20")


# ---- medication

IV = {"route": coded(SCT, "47625008", "Intravenous route")}
METHYLPREDNISOLONE = {"medicationCodeableConcept": coded(RXNORM, "6902")}
PREDNISONE = {"medicationCodeableConcept": coded(RXNORM, "8640")}


def administration(**parts: Any) -> dict[str, Any]:
    base = {
        "resourceType": "MedicationAdministration", "id": "m", "status": "completed", "subject": SUBJECT,
        "effectiveDateTime": "2026-05-20T10:00:00+08:00", **METHYLPREDNISOLONE,
        "dosage": {**IV, "dose": {"value": 500, "unit": "mg"}},
    }  # fmt: skip
    return {name: part for name, part in {**base, **parts}.items() if part is not None}


def test_one_administration_is_one_dose_on_its_day(tmp_path: Path) -> None:
    fact = given(tmp_path, administration()).fact
    assert (fact.concept, fact.value, fact.unit, fact.start, fact.end, fact.route) == (
        *("methylprednisolone_iv", "500", "mg/d", "2026-05-20", "2026-05-20", "iv"),
    )


@pytest.mark.parametrize(
    ("period", "value", "end"),
    [
        ({"start": "2026-05-20T08:00:00Z", "end": "2026-05-20T09:00:00Z"}, "500", "2026-05-20"),
        ({"start": "2026-05-20T22:00:00Z", "end": "2026-05-21T02:00:00Z"}, "", "2026-05-21"),
        ({"start": "2026-05-20T22:00:00Z"}, "", ""),
    ],
)
def test_the_share_of_each_day_is_never_guessed(
    tmp_path: Path, period: dict[str, str], value: str, end: str
) -> None:
    fact = given(tmp_path, administration(effectiveDateTime=None, effectivePeriod=period)).fact
    assert (fact.value, fact.end) == (value, end)


@pytest.mark.parametrize(
    ("route", "handed"),
    [(coded(SCT, "47625008"), "iv"), ({"text": "静脉滴注"}, "iv"), ({"text": "as usual"}, ""), (None, "")],
)
def test_routes(tmp_path: Path, route: dict[str, Any] | None, handed: str) -> None:
    dosage = {"dose": {"value": 500, "unit": "mg"}, **({"route": route} if route else {})}
    assert given(tmp_path, administration(dosage=dosage)).fact.route == handed


def test_another_route_is_not_the_intravenous_concept(tmp_path: Path) -> None:
    found = given(
        tmp_path, administration(dosage={"route": {"text": "oral"}, "dose": {"value": 16, "unit": "mg"}})
    )
    assert not found.facts
    assert found.unmapped[0].code == "rxnorm|6902"


def request(**parts: Any) -> dict[str, Any]:
    base = {
        "resourceType": "MedicationRequest", "id": "r", "status": "active", "intent": "order", "subject": SUBJECT,
        "authoredOn": "2026-05-01", **PREDNISONE, "dosageInstruction": [dosage()],
    }  # fmt: skip
    return {name: part for name, part in {**base, **parts}.items() if part is not None}


def dosage(value: Any = 5, unit: str = "mg", **repeat: Any) -> dict[str, Any]:
    return {
        "timing": {"repeat": repeat or {"frequency": 2, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": value, "unit": unit}}],
    }


@pytest.mark.parametrize(
    ("dosages", "value", "unit"),
    [
        ([dosage()], "10", "mg/d"),
        ([dosage(frequency=1, period=8, periodUnit="h")], "15", "mg/d"),
        ([dosage("2.5", frequency=1, period="1.0", periodUnit="d")], "2.5", "mg/d"),
        ([dosage(frequency=1, period=2, periodUnit="d")], "", ""),
        ([dosage(frequency=1, period=1, periodUnit="wk")], "", ""),
        ([dosage(frequency=1, frequencyMax=2, period=1, periodUnit="d")], "", ""),
        ([dosage(frequency=1, period=1, periodUnit="d", dayOfWeek=["mon"])], "", ""),
        ([{**dosage(), "asNeededBoolean": True}], "", ""),
        ([dosage(), dosage()], "", ""),
        ([dosage(1, "")], "", ""),
        ([{"text": "5 mg twice daily"}], "", ""),
        ([], "", ""),
    ],
)
def test_the_daily_dose_is_given_only_where_it_is_stated(
    tmp_path: Path, dosages: list[Any], value: str, unit: str
) -> None:
    fact = given(tmp_path, request(dosageInstruction=dosages)).fact
    assert (fact.value, fact.unit) == (value, unit)


@pytest.mark.parametrize(
    ("parts", "start", "end", "status"),
    [
        ({}, "2026-05-01", "", "active"),
        ({"status": "stopped"}, "2026-05-01", "", "stopped"),
        (
            {"dosageInstruction": [dosage(frequency=1, period=1, periodUnit="d", boundsPeriod={"start": "2026-05-03", "end": "2026-05-09"})]},
            *("2026-05-03", "2026-05-09", "active"),
        ),
    ],
)  # fmt: skip
def test_when_a_prescription_runs(
    tmp_path: Path, parts: dict[str, Any], start: str, end: str, status: str
) -> None:
    fact = given(tmp_path, request(**parts)).fact
    assert (fact.start, fact.end, fact.status) == (start, end, status)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"intent": "proposal"}, "status_proposal"),
        ({"intent": "plan"}, "status_plan"),
        ({"doNotPerform": True}, "status_do_not_perform"),
    ],
)
def test_what_is_only_meant_is_no_exposure(tmp_path: Path, parts: dict[str, Any], reason: str) -> None:
    found = given(tmp_path, request(**parts))
    assert not found.facts
    assert (found.skip.reason, found.skip.affects) == (reason, False)


@pytest.mark.parametrize(
    ("parts", "start", "end", "status"),
    [
        ({"effectiveDateTime": "2026-05-01"}, "2026-05-01", "", "active"),
        ({"effectivePeriod": {"start": "2026-04-01", "end": "2026-05-01"}, "status": "completed"}, "2026-04-01", "2026-05-01", "completed"),
        ({"effectivePeriod": {"start": "2026-04-01"}, "status": "stopped"}, "2026-04-01", "", "stopped"),
        ({}, "", "", "active"),
    ],
)  # fmt: skip
def test_statement(tmp_path: Path, parts: dict[str, Any], start: str, end: str, status: str) -> None:
    base = {
        "resourceType": "MedicationStatement", "id": "s", "status": "active", "subject": SUBJECT, **PREDNISONE,
        "dosage": [dosage()],
    }  # fmt: skip
    fact = given(tmp_path, {**base, **parts}).fact
    assert (fact.start, fact.end, fact.status, fact.value) == (start, end, status, "10")


def test_a_mapping_can_give_a_clinical_drug_its_ingredient_route_and_strength(tmp_path: Path) -> None:
    mapping = LocalMapping(codes={"rxnorm|312617": Target(("prednisone_oral",), "po", "5 mg")})
    tablets = request(medicationCodeableConcept=coded(RXNORM, "312617"), dosageInstruction=[dosage(2, "")])
    fact = given(tmp_path, tablets, mapping=mapping).fact
    assert (fact.concept, fact.code, fact.value, fact.unit, fact.route) == (
        *("prednisone_oral", "rxnorm|312617", "20", "mg/d", "po"),
    )


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ({"reference": "Medication/d"}, {}),
        ({"reference": "urn:uuid:77"}, {}),
        ({"reference": "http://server/fhir/Medication/d/_history/2"}, {}),
        (
            {"reference": "#d"},
            {"contained": [{"resourceType": "Medication", "id": "d", "code": coded(RXNORM, "8640")}]},
        ),
    ],
)
def test_medication_references(tmp_path: Path, reference: dict[str, str], parts: dict[str, Any]) -> None:
    drug = {"resourceType": "Medication", "id": "d", "code": coded(RXNORM, "8640")}
    order = request(medicationCodeableConcept=None, medicationReference=reference, **parts)
    content = bundle(order)
    if not parts:
        content["entry"].append({"fullUrl": "urn:uuid:77", "resource": drug})
    assert read(write_json(tmp_path / "records.json", content)).fact.concept == "prednisone_oral"


def test_a_medication_that_cannot_be_found_may_be_anything(tmp_path: Path) -> None:
    found = given(
        tmp_path, request(medicationCodeableConcept=None, medicationReference={"reference": "Medication/x"})
    )
    assert (found.skip.reason, found.skip.person, found.skip.concept, found.skip.affects) == (
        *("concept_missing", "p1", "", True),
    )


# ---- references, repetition, damage


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "urn:uuid:1234"},
        {"reference": "http://server/fhir/Patient/p1"},
        {"reference": "Patient/p1/_history/3"},
        {"reference": "Patient?identifier=urn:hospital|77"},
        {"identifier": {"system": "urn:hospital", "value": "77"}},
    ],
)
def test_subject_references(tmp_path: Path, subject: dict[str, Any]) -> None:
    patient = {**PATIENT, "identifier": [{"system": "urn:hospital", "value": "77"}]}
    content = bundle(observation(subject=subject), patient=patient)
    content["entry"][0]["fullUrl"] = "urn:uuid:1234"
    assert read(write_json(tmp_path / "records.json", content)).fact.person == "p1"


def test_the_person_may_come_last_and_in_another_file(tmp_path: Path) -> None:
    write_json(tmp_path / "1.json", {"resourceType": "Bundle", "entry": [{"resource": observation()}]})
    write_json(tmp_path / "2.json", bundle())
    assert read(tmp_path).fact.person == "p1"


@pytest.mark.parametrize(
    ("subject", "reason", "person"),
    [({"reference": "Patient/p9"}, "person_unknown", "p9"), (None, "person_missing", "")],
)
def test_a_record_of_nobody_is_listed(tmp_path: Path, subject: Any, reason: str, person: str) -> None:
    found = given(tmp_path, observation(subject=subject))
    assert (found.skip.reason, found.skip.person, found.skip.affects) == (reason, person, True)


def test_the_same_resource_twice_loses_nothing_another_of_its_id_does(tmp_path: Path) -> None:
    other = observation(valueQuantity={"value": 300, "unit": "U/L"})
    found = given(tmp_path, observation(), observation(), other)
    assert [fact.value for fact in found.facts] == ["40", ""]
    assert [fact.fault for fact in found.facts] == ["", "fact_repeated"]
    assert [(skipped.place, skipped.reason) for skipped in found.skipped] == [
        ("records.json entry 3", "fact_repeated"),
        ("records.json entry 4", "fact_repeated"),
    ]


@pytest.mark.parametrize("code", [None, {}, {"coding": []}, {"coding": [{"system": "http://loinc.org"}]}])
def test_a_result_without_a_code_may_be_about_anything(tmp_path: Path, code: Any) -> None:
    found = given(tmp_path, observation(code=code))
    assert (found.skip.reason, found.skip.concept, found.skip.affects) == ("concept_missing", "", True)


@pytest.mark.parametrize(
    "parts",
    [
        {"code": "alt"},
        {"code": {"coding": {"code": "x"}}},
        {"code": {"coding": [None]}},
        {"valueQuantity": [1]},
        {"effectiveDateTime": {"a": 1}},
        {"component": [1]},
        {"referenceRange": {"low": 1}},
        {"code": {"text": "\ud800"}},
        {"status": ["final"]},
    ],
)
def test_a_malformed_resource_is_listed_and_the_rest_is_read(tmp_path: Path, parts: dict[str, Any]) -> None:
    found = given(tmp_path, observation(**parts), observation(id="o2"))
    assert found.fact.fact == "Observation/o2"
    assert (found.skip.place, found.skip.reason, found.skip.person, found.skip.affects) == (
        *("records.json entry 2", "resource_malformed", "p1", True),
    )


def ndjson(path: Path, *resources: dict[str, Any], zipped: bool = False) -> Path:
    data = b"".join(json.dumps(resource).encode() + b"\n" for resource in resources)
    path.write_bytes(gzip.compress(data) if zipped else data)
    return path


@pytest.mark.parametrize("zipped", [False, True])
def test_bulk_export_with_odd_file_names(tmp_path: Path, zipped: bool) -> None:
    ndjson(tmp_path / "A-Observation.1.ndjson", observation(), zipped=zipped)
    ndjson(tmp_path / "Patient1.ndjson.gz", PATIENT, zipped=zipped)
    found = read(tmp_path)
    assert found.reader.format == "fhir-bulk"
    assert found.fact.person == "p1"
    assert not found.skipped


def test_a_broken_line_is_listed_with_whose_it_was(tmp_path: Path) -> None:
    ndjson(tmp_path / "Patient.ndjson", PATIENT)
    line = json.dumps(observation())
    (tmp_path / "Observation.ndjson").write_text(f"{line[:-20]}\n\n{json.dumps(observation(id='o2'))}\n")
    found = read(tmp_path)
    assert found.fact.fact == "Observation/o2"
    assert (found.skip.place, found.skip.reason, found.skip.person, found.skip.affects) == (
        *("Observation.ndjson:1", "json_unreadable", "p1", True),
    )


@pytest.mark.parametrize(
    ("once", "twice"),
    [
        ('"value": 1.1', '"value": 1.1, "value": 9.9'),
        ('"status": "final"', '"status": "final", "status": "entered-in-error"'),
        ('"final"', '"final", "note": [{"text": "a\\ud800b"}]'),
    ],
)
def test_a_resource_that_contradicts_itself_is_listed_and_the_rest_is_read(
    tmp_path: Path, once: str, twice: str
) -> None:
    """Two values under one key, or half a character: JSON does not say what that means, so nobody guesses."""
    doubtful = observation(
        id="o1", status="final", valueQuantity={"value": 1.1, "code": "mg/dL", "system": UCUM}
    )
    text = json.dumps(bundle(doubtful, observation(id="o2", status="amended")))
    assert once in text
    (tmp_path / "records.json").write_text(text.replace(once, twice, 1), encoding="utf-8")
    found = read(tmp_path / "records.json")
    assert found.fact.fact == "Observation/o2"
    assert (found.skip.place, found.skip.reason, found.skip.person, found.skip.affects) == (
        *("records.json entry 2", "resource_malformed", "p1", True),
    )


def test_a_whole_character_written_in_halves_is_read(tmp_path: Path) -> None:
    (tmp_path / "records.json").write_text(
        json.dumps(bundle(observation(note=[{"text": "\U0001f600"}]))), encoding="utf-8"
    )
    assert not read(tmp_path / "records.json").skipped


def test_a_bundle_with_two_lists_of_entries_is_refused(tmp_path: Path) -> None:
    (tmp_path / "records.json").write_text(
        json.dumps(bundle(observation()))[:-1] + ', "entry": []}', encoding="utf-8"
    )
    with pytest.raises(RecordsUnreadable):
        read(tmp_path / "records.json")


def test_a_file_that_ends_early_takes_its_kind_of_data_along(tmp_path: Path) -> None:
    """Nobody can say whose conditions the rest of the file held, so no silence about conditions means 'no'."""
    ndjson(tmp_path / "Patient.ndjson", PATIENT)
    path = ndjson(
        tmp_path / "Condition.ndjson.gz", *[condition(id=f"c{n}") for n in range(5000)], zipped=True
    )
    path.write_bytes(path.read_bytes()[:-30])
    found = read(tmp_path)
    assert found.reader.not_covered == {"condition"}
    assert found.skip.reason == "file_truncated"
    assert found.skip.place.startswith("Condition.ndjson.gz:")


@pytest.mark.parametrize(
    "rubbish", [b"", b"\x00\xff\x13" * 40, b'{"resourceType": "Bundle", "entry": [{', b"[" * 100_000]
)
def test_one_corrupt_file_among_many_is_listed(tmp_path: Path, rubbish: bytes) -> None:
    write_json(tmp_path / "good.json", bundle(observation()))
    (tmp_path / "bad.json").write_bytes(rubbish)
    found = read(tmp_path)
    assert found.fact.person == "p1"
    assert found.skip.place.startswith("bad.json")


@pytest.mark.parametrize(
    "rubbish", [b"\x00\xff\x13" * 40, b'{"resourceType": "Bundle", "entry": [{', b'{"a": 1}', b"{}", b""]
)
@pytest.mark.parametrize("name", ["records.json", "records.ndjson"])
def test_an_only_file_that_is_corrupt_is_refused(tmp_path: Path, name: str, rubbish: bytes) -> None:
    (tmp_path / name).write_bytes(rubbish)
    with pytest.raises(RecordsUnreadable):
        read(tmp_path / name)


def test_a_bundle_without_people_is_refused(tmp_path: Path) -> None:
    path = write_json(
        tmp_path / "records.json", {"resourceType": "Bundle", "entry": [{"resource": observation()}]}
    )
    with pytest.raises(RecordsUnreadable):
        read(path)


def test_byte_order_mark_and_nested_bundle(tmp_path: Path) -> None:
    content = {"resourceType": "Bundle", "entry": [{"resource": bundle(observation())}]}
    (tmp_path / "records.json").write_text(json.dumps(content), encoding="utf-8-sig")
    assert read(tmp_path / "records.json").fact.value == "40"


def test_resource_types_that_are_not_read_are_counted(tmp_path: Path) -> None:
    found = given(tmp_path, {"resourceType": "Immunization", "id": "i", "patient": SUBJECT})
    assert found.reader.left_out == {"Immunization": 1}


def test_a_reader_can_be_read_again(tmp_path: Path) -> None:
    reader = open_records(str(write_json(tmp_path / "records.json", bundle(observation()))), options())
    assert list(reader) == list(reader)
