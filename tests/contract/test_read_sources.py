"""Real files: excerpts of them counted by other means, the page about them, the mapping and the example folder."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.contract.read_support import Given
from tools.describe_sources import MAPPING, SOURCES, main, read_options
from trialwright.exchange.recognise import load_mapping, open_records
from trialwright.exchange.source import LocalMapping, ReadOptions

ROOT = Path(__file__).resolve().parents[2]
FHIR = ROOT / "tests" / "data" / "synthea-fhir"
OMOP = ROOT / "tests" / "data" / "synthea27nj"
NANJING = ROOT / "examples" / "tidy-csv-nanjing"


def given(path: Path, mapping: LocalMapping | None = None) -> Given:
    options = read_options()
    return Given(open_records(str(path), ReadOptions(
        options.vocabulary, options.kinds, options.positive_codes, mapping or LocalMapping()
    )))  # fmt: skip


def test_the_page_about_real_files_is_fresh() -> None:
    assert main(["--check"]) == 0


def test_only_the_excerpts_are_needed_for_that() -> None:
    assert {source.key for source in SOURCES if source.excerpt} == {"excerpt-fhir", "excerpt-omop"}


@pytest.mark.parametrize(
    ("code", "concept"),
    [
        ("38483-4", "serum_creatinine"),
        ("1742-6", "alt"),
        ("1975-2", "bilirubin_total"),
        ("777-3", "platelets"),
        ("6690-2", "wbc"),
        ("718-7", "hemoglobin"),
        ("29463-7", "body_weight"),
        ("8302-2", "body_height"),
    ],
)
def test_every_result_of_the_bundles_arrives_with_its_value(code: str, concept: str) -> None:
    """The bundles are walked by hand here: one value, unit and date for each Observation with the code."""
    expected = []
    for path in sorted(FHIR.glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"), parse_float=str, parse_int=str)["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] == "Observation" and resource["code"]["coding"][0]["code"] == code:
                quantity = resource["valueQuantity"]
                expected.append((quantity["value"], quantity["unit"], resource["effectiveDateTime"][:10]))
    assert expected
    assert [(fact.value, fact.unit, fact.start) for fact in given(FHIR).of(concept)] == expected


@pytest.mark.parametrize(
    ("code", "concept"), [("38483-4", "serum_creatinine"), ("8480-6", "systolic_bp"), ("718-7", "hemoglobin")]
)
def test_every_result_of_the_tables_arrives_with_its_value(code: str, concept: str) -> None:
    """The table is walked by hand here; its source values are LOINC codes."""
    with (OMOP / "MEASUREMENT.csv").open(encoding="utf-8") as file:
        expected = [
            (row["person_id"], row["value_as_number"], row["measurement_date"])
            for row in csv.DictReader(file)
            if row["measurement_source_value"] == code
        ]
    assert expected
    assert [(fact.person, fact.value, fact.start) for fact in given(OMOP).of(concept)] == expected


@pytest.mark.parametrize("path", [FHIR, OMOP, NANJING])
def test_nothing_of_the_committed_records_is_skipped(path: Path) -> None:
    found = given(path)
    assert found.persons
    assert found.facts
    assert not found.skipped


def test_the_mapping_cures_what_clinical_drugs_hide() -> None:
    """`drug_source_value` 241834 is cyclosporine, modified 100 MG Oral Capsule (CONCEPT.csv)."""
    with (OMOP / "DRUG_EXPOSURE.csv").open(encoding="utf-8") as file:
        expected = [
            (row["person_id"], row["drug_exposure_start_date"], row["drug_exposure_end_date"])
            for row in csv.DictReader(file)
            if row["drug_source_value"] == "241834"
        ]
    assert len(expected) == 3
    assert not given(OMOP).of("ciclosporin")
    options = read_options()
    cured = given(OMOP, load_mapping(MAPPING, options)).of("ciclosporin")
    assert [(fact.person, fact.start, fact.end) for fact in cured] == expected
    assert {(fact.value, fact.route) for fact in cured} == {("", "po")}


def test_codes_of_the_mapping_carry_the_names_of_the_source() -> None:
    """Every RxNorm code of the excerpt's vocabulary that the mapping names is the ingredient it is mapped to."""
    with (OMOP / "CONCEPT.csv").open(encoding="utf-8") as file:
        names = {row["concept_code"]: row["concept_name"] for row in csv.DictReader(file)}
    codes = load_mapping(MAPPING, read_options()).codes
    assert names["241834"].startswith("cyclosporine")
    assert codes["rxnorm|241834"].to == ("ciclosporin",)
    assert codes["rxnorm|241834"].strength == "100 mg"


def test_every_reason_for_listing_a_record_is_explained() -> None:
    """Reason codes in the source of the readers stand in the guide, and the guide names no other."""
    ends = "missing|unreadable|unknown|wrong|repeated|truncated|empty|malformed|unbalanced|undecodable|start|fhir"
    exchange = ROOT / "src" / "trialwright" / "exchange"
    files = [
        exchange / "source.py",
        exchange / "recognise.py",
        *exchange.glob("fhir/*.py"),
        *exchange.glob("omop/*.py"),
    ]
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (*files, exchange / "csv/read.py", exchange / "csv/table.py")
    )
    given_reasons = set(re.findall(rf'"([a-z]+(?:_[a-z]+)*_(?:{ends}))"', text))
    guide = (ROOT / "docs" / "how-to" / "read-records.md").read_text(encoding="utf-8")
    explained = set(re.findall(rf"`([a-z]+(?:_[a-z]+)*_(?:{ends}))`", guide))
    assert len(given_reasons) > 20
    assert given_reasons == explained


def test_the_example_of_a_chinese_laboratory() -> None:
    found = given(NANJING)
    assert [person.person for person in found.persons] == ["南001", "南002", "南003", "南004"]
    assert Counter(person.sex for person in found.persons) == {"female": 3, "male": 1}
    assert not found.unmapped
    facts = {(fact.person, fact.concept): fact for fact in found.facts}
    assert facts["南001", "urine_protein_24h"].unit == "g/(24.h)"
    assert facts["南001", "platelets"].unit == "10*9/L"
    assert facts["南003", "platelets"].unit == "10*3/uL"
    assert facts["南001", "hemoglobin"].unit == "g/L"
    assert facts["南004", "alt"].unit == "U/L"
    assert facts["南002", "biopsy_class"].value == "III+V"
    assert facts["南001", "biopsy_tma"].value == "false"
    assert facts["南001", "pregnant"].value == "false"
    assert facts["南001", "methylprednisolone_iv"].route == "iv"
    assert facts["南003", "dialysis"].status == "entered-in-error"
