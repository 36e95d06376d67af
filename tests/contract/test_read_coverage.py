"""Coverage: what the source holds of the study, and what its silence must not be taken for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from tests.contract.read_support import KINDS
from trialwright.exchange.coverage import COMMONEST, Coverage
from trialwright.exchange.source import Item, Unmapped
from trialwright.locale import read_catalogue
from trialwright.record.raw import RawFact, RawPerson, Skipped
from trialwright.terms.message import render


class Told:
    """A reader that tells what it is given."""

    source = "told"
    format = "told"
    synthetic = False
    warnings = ()

    def __init__(self, *items: Item, not_covered: frozenset[str] = frozenset()) -> None:
        self._items = items
        self.not_covered = not_covered
        self.left_out: Counter[str] = Counter({"Immunization": 3})

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)


def counted(*items: Item, not_covered: frozenset[str] = frozenset()) -> Coverage:
    coverage = Coverage(KINDS)
    told = list(coverage.watch(Told(*items, not_covered=not_covered)))
    assert told == list(items)
    return coverage


def fact(person: str, concept: str) -> RawFact:
    return RawFact(person, "f", KINDS[concept], concept)


CLOSED = {
    "E1": ["dialysis"],
    "E4": ["ciclosporin", "prednisone_oral"],
    "E5": ["tacrolimus_allergy"],
    "A0": [],
}


def test_facts_and_persons_of_each_concept() -> None:
    coverage = counted(
        RawPerson("p1"),
        RawPerson("p2"),
        fact("p1", "alt"),
        fact("p1", "alt"),
        fact("p2", "alt"),
        fact("p2", "weight"),
    )
    assert coverage.found("alt") == (3, 2)
    report = coverage.report({})
    assert report["persons"] == 2
    assert [row["concept"] for row in report["concepts"]] == list(KINDS)
    assert {"concept": "alt", "kind": "measurement", "facts": 3, "persons": 2} in report["concepts"]
    assert {"concept": "lupus", "kind": "condition", "facts": 0, "persons": 0} in report["concepts"]


def test_unmapped_codes_near_those_of_a_criterion() -> None:
    """ICD-10 alone, by letter and first digit; other people may have records of the concept."""
    codes = {
        "hiv": ("snomed|86406008", "icd10|B20"),
        "ulcer": ("icd10|K27",),
        "infection": ("snomed|40733004",),
    }
    coverage = Coverage(dict.fromkeys(codes, "condition"), codes)
    for item in (
        RawFact("p1", "f", "condition", "hiv"),
        Unmapped("condition", "icd10|B24", "HIV disease"),
        Unmapped("condition", "icd10|b27.0", times=3),
        Unmapped("condition", "icd10|B18.2"),
        Unmapped("condition", "icd10|K21.0"),
        Unmapped("condition", "snomed|86406009"),
        Unmapped("condition", "local|B24"),
        Unmapped("condition", "icd10|A15-A19"),
    ):
        coverage.count(item)
    near = coverage.report({"E6a": ["hiv"], "E6b": ["ulcer"], "E5b": ["infection"], "A0": []})["near"]
    assert near == {
        "E6a": [
            {"code": "icd10|b27.0", "display": "", "count": 3},
            {"code": "icd10|B24", "display": "HIV disease", "count": 1},
        ],
        "E6b": [{"code": "icd10|K21.0", "display": "", "count": 1}],
    }


def test_the_twenty_commonest_unmapped_codes_of_each_kind() -> None:
    codes = [Unmapped("measurement", f"x|{number:02}", f"test {number}", number) for number in range(1, 31)]
    coverage = counted(*codes, Unmapped("condition", "x|1"), Unmapped("measurement", "x|30"))
    rows = coverage.report({})["unmapped"]["measurement"]
    assert len(rows) == COMMONEST == 20
    assert rows[0] == {"code": "x|30", "display": "test 30", "count": 31}
    assert rows[-1]["code"] == "x|11"
    assert coverage.report({})["unmapped_total"] == {"measurement": 466, "condition": 1}


def test_a_closed_world_criterion_is_warned_about_if_none_of_its_concepts_occurs() -> None:
    coverage = counted(fact("p1", "prednisone_oral"), fact("p1", "alt"))
    warned = [dict(warning.values)["criterion"] for warning in coverage.warnings(CLOSED)]
    assert warned == ["E1", "E5"]


def test_a_kind_said_not_to_be_covered_is_not_warned_about() -> None:
    coverage = counted(Unmapped("allergy", "x|1"), not_covered=frozenset({"allergy"}))
    warned = [dict(warning.values).get("criterion") for warning in coverage.warnings(CLOSED)]
    assert warned == ["E1", "E4"]
    assert coverage.report(CLOSED)["not_covered"] == ["allergy"]


def test_a_kind_whose_every_code_is_foreign_is_said_loudly() -> None:
    coverage = counted(Unmapped("exposure", "rxnorm|310798", "Hydrochlorothiazide 25 MG Oral Tablet", 112))
    (warning,) = coverage.warnings({})
    text = render(warning, {})
    assert "112" in text
    assert "rxnorm|310798, Hydrochlorothiazide 25 MG Oral Tablet" in text
    assert "clinical drugs" in text
    assert "112条用药类记录" in render(warning, read_catalogue("zh"))
    assert not counted(Unmapped("exposure", "x|1"), fact("p1", "ciclosporin")).warnings({})


def test_the_report_is_ready_for_json() -> None:
    coverage = counted(Skipped("facts.csv:2", "date_unreadable", "x"), Unmapped("exposure", "x|1"))
    report = json.loads(json.dumps(coverage.report(CLOSED)))
    assert report["skipped"] == {"date_unreadable": 1}
    assert report["left_out"] == {"Immunization": 3}
    assert len(report["warnings"]) == 4
