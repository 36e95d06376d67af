"""`mapping.yaml`: what it says, and how it is refused. The format: docs/how-to/read-records.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.read_support import KINDS, read
from trialwright.exchange.coverage import Coverage
from trialwright.exchange.mapping import read_mapping
from trialwright.exchange.source import LocalMapping, RecordsUnreadable, Target
from trialwright.terms.message import render

HEADER = "病历号,fact_id,kind,concept,value,unit,low,high,start,end,status\n"


def mapping(text: str) -> LocalMapping:
    return read_mapping(text, place="mapping.yaml", kinds=KINDS)


def test_everything_a_mapping_can_say() -> None:
    given = mapping(
        """
        codes:
          尿 肌酐: creatinine
          local|7: [asthma, "icd10|M32.1"]
          "http://www.nlm.nih.gov/research/umls/rxnorm|312617": {to: prednisone_oral, route: 口服, strength: 5 mg}
        units:
          THOU/uL: 10*3/uL
          creatinine: {μmol: umol/L}
        values:
          阳性: "true"
          biopsy_class: {Ⅳ型: IV}
        columns:
          facts: {病历号: person_id}
        not_covered: [allergy, procedure]
        encoding: gb18030
        """
    )
    assert given.codes == {
        "尿 肌酐": Target(("creatinine",)),
        "local|7": Target(("asthma", "icd10|M32.1")),
        "rxnorm|312617": Target(("prednisone_oral",), "po", "5 mg"),
    }
    assert given.units == {"": {"THOU/uL": "10*3/uL"}, "creatinine": {"μmol": "umol/L"}}
    assert given.words == {"": {"阳性": "true"}, "biopsy_class": {"iv型": "IV"}}
    assert given.columns == {"facts": {"病历号": "person_id"}}
    assert given.not_covered == {"allergy", "procedure"}
    assert given.encoding == "gb18030"


def test_an_empty_mapping_says_nothing() -> None:
    assert mapping("# nothing yet\n") == LocalMapping()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("codes:\n  a: asthma\n  a: lupus\n", 3),
        ("codes:\n  a: asthma\n  A: lupus\n", 3),
        ("codes:\n  a: {route: iv}\n", 2),
        ("codes:\n  a: {to: asthma, dose: 1}\n", 2),
        ("codes:\n  a: {to: asthma, route: somehow}\n", 2),
        ("codes:\n  a: {to: prednisone_oral, strength: five}\n", 2),
        ("codes:\n  - a\n", 2),
        ("units:\n  a: [b]\n", 2),
        ("values: &x\n  a: b\n", 1),
        ("values:\n  a: !!str b\n", 2),
        ("not_covered: allergy\n", 1),
        ("not_covered: [allergies]\n", 1),
        ("encoding: klingon\n", 1),
        ("columns:\n  people: {a: b}\n", 2),
        ("code: {}\n", 1),
        ("codes: {a: asthma\n", 2),
        ("- a\n", 1),
        ("codes:\n  a: " + "[" * 5000, 2),
        ("codes: " + "{" * 5000, 1),
        ("- " * 5000, 1),
        ("codes:\n" + "".join(f"{' ' * deep}a:\n" for deep in range(1, 50)), 11),
    ],
)
def test_a_faulty_mapping_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(RecordsUnreadable) as refused:
        mapping(text)
    assert refused.value.place == f"mapping.yaml:{line}"


def test_a_folder_brings_its_own_mapping(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(
        "columns: {persons: {病历号: person_id, 性别: sex, 生日: birth_date}, facts: {病历号: person_id}}\n"
        "codes: {血肌酐: creatinine, 肌酐: loinc|2160-0}\n"
        "units: {微摩尔/升: umol/L, creatinine: {毫克: mg/dL}}\n"
        "values: {男: male, 检验: measurement, 审核: final}\n"
        "not_covered: [allergy]\n",
        encoding="utf-8",
    )
    (tmp_path / "persons.csv").write_text("病历号,性别,生日\np1,男,1990-04-02\n", encoding="utf-8")
    (tmp_path / "facts.csv").write_text(
        HEADER
        + "p1,1,检验,血肌酐,88,微摩尔/升,,,2026-05-01,,审核\np1,2,measurement,肌酐,1,毫克,,,2026-05-01,,\n",
        encoding="utf-8",
    )
    given = read(tmp_path)
    assert given.persons == [("p1", "male", "1990-04-02", "")]
    assert [(fact.concept, fact.code, fact.unit, fact.status) for fact in given.facts] == [
        ("creatinine", "", "umol/L", "final"),
        ("creatinine", "loinc|2160-0", "mg/dL", ""),
    ]
    assert given.reader.not_covered == {"allergy"}
    assert not given.skipped


def test_a_mapping_given_outright_goes_before_that_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("not_covered: [allergy]\n")
    (tmp_path / "persons.csv").write_text("person_id,sex,birth_date\np1,male,1990\n")
    (tmp_path / "facts.csv").write_text(HEADER.replace("病历号", "person_id"), encoding="utf-8")
    assert read(tmp_path, LocalMapping(not_covered=frozenset({"procedure"}))).reader.not_covered == {
        "procedure"
    }


OF_TWO_STUDIES = """codes:
  肌酐: creatinine
  体重: body_wieght
  血钾: potassium
  狼疮: [sle_of_another_study, lupus]
units:
  potassium: {毫摩尔: mmol/L}
  creatinin: {毫克: mg/dL}
  creatinine: {微摩尔: umol/L}
values:
  男: male
"""


def test_what_a_mapping_says_for_other_studies_is_left_out_with_a_warning() -> None:
    given = mapping(OF_TWO_STUDIES)
    assert given.codes == {"肌酐": Target(("creatinine",)), "狼疮": Target(("lupus",))}
    assert given.units == {"": {}, "creatinine": {"微摩尔": "umol/L"}}
    assert given.words == {"": {"男": "male"}}
    typing, other = (render(warning, {}) for warning in given.warnings)
    assert typing.startswith("mapping.yaml:8: creatinin is not a concept of this study")
    assert typing.endswith("Did you mean creatinine?")
    assert other.endswith("is not used: body_wieght, potassium, sle_of_another_study.")


def test_the_words_of_a_name_may_stand_in_another_order() -> None:
    kinds = {"glucose_fasting": "measurement", "glucose_2h_postprandial": "measurement"}
    given = read_mapping(
        "codes:\n  空腹血糖: fasting_glucose\n  血糖: Fasting_Glucos\n", place="mapping.yaml", kinds=kinds
    )
    assert [render(warning, {}).endswith("Did you mean glucose_fasting?") for warning in given.warnings] == [
        True,
        True,
    ]


def test_a_name_that_is_left_out_may_still_not_stand_twice() -> None:
    with pytest.raises(RecordsUnreadable) as refused:
        mapping("codes:\n  a: unknown\n  A: lupus\n")
    assert refused.value.place == "mapping.yaml:3"


def test_the_reader_and_its_coverage_tell_what_the_mapping_says_in_vain(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("codes: {Cr: creatinine, K: potassium}\n")
    (tmp_path / "persons.csv").write_text("person_id,sex,birth_date\np1,male,1990\n")
    (tmp_path / "facts.csv").write_text(
        "person_id,fact_id,kind,concept,value,unit,start\n"
        "p1,f1,measurement,Cr,1,mg/dL,2026-05-01\np1,f2,measurement,K,4,mmol/L,2026-05-01\n"
    )
    given = read(tmp_path)
    assert [fact.concept for fact in given.facts] == ["creatinine"]
    assert [code.code for code in given.unmapped] == ["K"]
    coverage = Coverage(KINDS)
    assert list(coverage.watch(given.reader)) == given.items
    assert "potassium" in coverage.report({})["warnings"][0]


@pytest.mark.parametrize(
    ("target", "route", "handed"),
    [
        (Target(("methylprednisolone_iv",)), "", ("", "")),
        (Target(("methylprednisolone_iv",)), "iv", ("rxnorm|1743704", "iv")),
        (Target(("methylprednisolone_iv",), route="iv"), "", ("rxnorm|1743704", "iv")),
        (Target(("rxnorm|6902",)), "", ("rxnorm|6902", "")),
        (Target(("rxnorm|6902",), route="iv"), "", ("rxnorm|6902", "iv")),
    ],
)
def test_a_concept_named_outright_needs_no_route(
    tmp_path: Path, target: Target, route: str, handed: tuple[str, str]
) -> None:
    (tmp_path / "persons.csv").write_text("person_id,sex,birth_date\np1,male,1990\n")
    (tmp_path / "facts.csv").write_text(
        "person_id,fact_id,kind,concept,value,unit,start,end,route\n"
        f"p1,f1,exposure,rxnorm|1743704,500,mg/d,2026-05-01,2026-05-01,{route}\n"
    )
    fact = read(tmp_path, LocalMapping(codes={"rxnorm|1743704": target})).fact
    assert (fact.code, fact.route) == handed


def test_a_mapped_oral_form_is_not_the_intravenous_concept(tmp_path: Path) -> None:
    (tmp_path / "persons.csv").write_text("person_id,sex,birth_date\np1,male,1990\n")
    (tmp_path / "facts.csv").write_text(
        "person_id,fact_id,kind,concept,value,unit,start,end\np1,f1,exposure,rxnorm|259966,4,mg/d,2026-05-01,2026-05-01\n"
    )
    given = read(tmp_path, LocalMapping(codes={"rxnorm|259966": Target(("rxnorm|6902",), route="po")}))
    assert not given.facts
    assert [code.code for code in given.unmapped] == ["rxnorm|259966"]


def test_a_concept_of_another_kind_is_not_meant(tmp_path: Path) -> None:
    (tmp_path / "persons.csv").write_text("person_id,sex,birth_date\np1,male,1990\n")
    (tmp_path / "facts.csv").write_text(
        "person_id,fact_id,kind,concept,value,unit,start\np1,f1,exposure,x|1,4,mg/d,2026-05-01\n"
    )
    given = read(tmp_path, LocalMapping(codes={"x|1": Target(("tacrolimus_allergy", "ciclosporin"))}))
    assert [fact.concept for fact in given.facts] == ["ciclosporin"]
