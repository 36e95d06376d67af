"""Codes as tables: what a system is called, and which concepts a coded record belongs to."""

from __future__ import annotations

import time

import pytest

from trialwright.terms.codes import SYSTEMS, Coded, Vocabulary, normalise_system


def rows_of(text: str) -> list[list[str]]:
    """A table drawn with | between columns, and ¦ where a cell holds system|code."""
    return [
        [cell.strip().replace("¦", "|") for cell in line.split("|")] for line in text.strip().splitlines()
    ]


# **Source**: HL7 Terminology (terminology.hl7.org), external code systems; OMOP vocabulary ids; SNOMED CT URI
# standard for versions.
SPELLINGS = """
    http://loinc.org                                           | loinc
    https://loinc.org/                                         | loinc
    urn:oid:2.16.840.1.113883.6.1                              | loinc
    2.16.840.1.113883.6.1                                      | loinc
    LOINC                                                      | loinc
    http://snomed.info/sct                                     | snomed
    http://snomed.info/sct/900000000000207008/version/20240101 | snomed
    http://snomed.info/sct¦20240301                            | snomed
    urn:oid:2.16.840.1.113883.6.96                             | snomed
    SNOMED                                                     | snomed
    SNOMED CT                                                  | snomed
    http://www.nlm.nih.gov/research/umls/rxnorm                | rxnorm
    urn:oid:2.16.840.1.113883.6.88                             | rxnorm
    RxNorm                                                     | rxnorm
    http://hl7.org/fhir/sid/icd-10                             | icd10
    http://hl7.org/fhir/sid/icd-10-cm                          | icd10
    urn:oid:2.16.840.1.113883.6.3                              | icd10
    urn:oid:2.16.840.1.113883.6.90                             | icd10
    ICD10                                                      | icd10
    ICD10CM                                                    | icd10
    ICD10CN                                                    | icd10
    ICD-10-CM                                                  | icd10
    http://www.whocc.no/atc                                    | atc
    urn:oid:2.16.840.1.113883.6.73                             | atc
    ATC                                                        | atc
    trialwright                                                | trialwright
"""


@pytest.mark.parametrize(("written", "system"), rows_of(SPELLINGS))
def test_system_is_recognised(written: str, system: str) -> None:
    assert normalise_system(written) == system
    assert normalise_system(f" {written} ") == system
    assert normalise_system(normalise_system(written)) == system
    assert system in SYSTEMS


OTHER_SYSTEMS = """
    procedures are not diagnoses            | ICD10PCS
    procedures are not diagnoses            | http://www.cms.gov/Medicare/Coding/ICD10
    another revision                        | ICD9CM
    another revision                        | http://hl7.org/fhir/sid/icd-9-cm
    I10.0 is benign there                   | ICD10GM
    I10.0 is benign there                   | http://fhir.de/CodeSystem/bfarm/icd-10-gm
    OMOP codes of its own                   | RxNorm Extension
    only the beginning of an OID            | 2.16.840.1.113883.6
    an OID that goes on (CVX)               | urn:oid:2.16.840.1.113883.12.292
    an OID that begins like LOINC's         | urn:oid:2.16.840.1.113883.6.101
    another vaccine list                    | http://hl7.org/fhir/sid/cvx
    a local list                            | https://hospital.example/lab
    nothing                                 |
"""


@pytest.mark.parametrize(("why", "written"), rows_of(OTHER_SYSTEMS))
def test_other_system_keeps_its_name(why: str, written: str) -> None:
    assert normalise_system(written) == written, why
    assert normalise_system(written) not in SYSTEMS


# A part of the BEAM concept list, and three concepts of no study to show order, local codes and overlap.
CONCEPTS = (
    Coded("serum_creatinine", "measurement", ("loinc|2160-0", "loinc|14682-9", "loinc|38483-4")),
    Coded("sledai_2k", "measurement", ("trialwright|sledai-2k",)),
    Coded("pregnant", "finding", ("snomed|77386006",)),
    Coded("sle", "condition", ("snomed|55464009", "icd10|M32.1", "icd10|M32.8", "icd10|M32.9")),
    Coded("lupus_nephritis", "condition", ("snomed|68815009", "icd10|M32.14")),
    Coded("hepatitis_b", "condition", ("snomed|66071002", "icd10|B16", "icd10|B18.0", "icd10|B18.1")),
    Coded("tuberculosis", "condition", ("snomed|56717001", "icd10|A15", "icd10|A16")),
    Coded("hiv", "condition", ("snomed|86406008", "icd10|B20")),
    Coded("methylprednisolone_iv", "exposure", ("rxnorm|6902", "atc|H02AB04"), "iv"),
    Coded("methylprednisolone_oral", "exposure", ("rxnorm|6902", "atc|H02AB04"), "po"),
    Coded("mycophenolate", "exposure", ("rxnorm|68149", "rxnorm|7145", "atc|L04AA06")),
    Coded("belimumab", "exposure", ("rxnorm|1092437", "atc|L04AG04", "atc|L04AA26")),
    Coded("antibiotic_iv", "exposure", ("atc|J01",), "iv"),
    Coded("any_j", "exposure", ("atc|J",)),
    Coded("dialysis", "procedure", ("snomed|108241001", "snomed|265764009")),
    Coded("not_mycophenolate", "allergy", ("rxnorm|68149", "rxnorm|7145")),
    Coded("local_score", "measurement", ("ward 7|score", "http://ward.example|8")),
    Coded("nameless", "finding"),
)
VOCABULARY = Vocabulary(CONCEPTS)

# "A+B" in the last column: two concepts, in the order of the list.
MATCHES = """
    itself                  | measurement | http://loinc.org    | 2160-0        | serum_creatinine
    itself, blanks          | measurement | LOINC               | ⎵2160-0⎵      | serum_creatinine
    itself, our own         | measurement | trialwright         | sledai-2k     | sledai_2k
    itself, local           | measurement | ward 7              | score         | local_score
    itself, an address      | measurement | http://ward.example | 8             | local_score
    no prefix in LOINC      | measurement | loinc               | 2160-01       |
    no prefix in LOINC      | measurement | loinc               | 2160          |
    no prefix in SNOMED CT  | condition   | snomed              | 554640091     |
    other system, same code | exposure    | snomed              | 6902          |
    unknown code            | measurement | loinc               | 999-9         |
    no code                 | measurement | loinc               |               |
    no system               | measurement |                     | 2160-0        |
    ICD, dot                | condition   | ICD10CM             | M32.14        | sle+lupus_nephritis
    ICD, no dot             | condition   | ICD10CM             | M3214         | sle+lupus_nephritis
    ICD, lower case         | condition   | icd10               | m32.14        | sle+lupus_nephritis
    ICD, itself             | condition   | icd10               | M32.1         | sle
    ICD, other organ        | condition   | icd10               | M32.10        | sle
    ICD, other form         | condition   | icd10               | M32.8         | sle
    ICD, drug-induced       | condition   | icd10               | M32.0         |
    ICD, category above     | condition   | icd10               | M32           |
    ICD, below              | condition   | icd10               | B16.9         | hepatitis_b
    ICD, below, no dot      | condition   | icd10               | B169          | hepatitis_b
    ICD, sibling            | condition   | icd10               | B17.1         |
    ICD, hepatitis C        | condition   | icd10               | B18.2         |
    ICD, chapter letter     | condition   | icd10               | B             |
    ICD, half a category    | condition   | icd10               | B2            |
    ICD, neighbour          | condition   | icd10               | B21           |
    ICD, a category         | condition   | icd10               | B20           | hiv
    ICD, dagger             | condition   | icd10               | M32.1+        | sle
    ICD, dagger, asterisk   | condition   | icd10               | M32.1+N08.5*  | sle
    ICD, dagger, asterisk   | condition   | icd10               | M32.1† N08.5* | sle
    ICD, Chinese            | condition   | ICD10CN             | M32.100x001   | sle
    ICD, block of codes     | condition   | icd10               | A15-A19       |
    ICD, words              | condition   | icd10               | M32.1 lupus   |
    ICD, procedure          | condition   | ICD10PCS            | B200ZZZ       |
    ICD, other revision     | condition   | ICD9CM              | B16.9         |
    ATC, below              | exposure    | ATC                 | J01CA04       | antibiotic_iv+any_j
    ATC, lower case         | exposure    | ATC                 | j01ca04       | antibiotic_iv+any_j
    ATC, other group        | exposure    | ATC                 | J02AC01       | any_j
    ATC, group above        | exposure    | ATC                 | L04AA         |
    ATC, neighbour          | exposure    | ATC                 | L04AA13       |
    ATC, old code           | exposure    | ATC                 | L04AA26       | belimumab
    ATC, no level           | exposure    | ATC                 | J0            |
    ATC, longer than any    | exposure    | ATC                 | J01CA0401     |
"""

KINDS = """
    exposure         | exposure          | rxnorm | 68149    | mycophenolate
    allergy          | allergy           | rxnorm | 68149    | not_mycophenolate
    allergy by class | allergy           | atc    | L04AA06  |
    condition        | condition         | rxnorm | 68149    |
    a finding alone  | condition         | snomed | 77386006 |
    one of two       | finding+condition | snomed | 77386006 | pregnant
    one of two       | finding+condition | snomed | 55464009 | sle
    both of two      | exposure+allergy  | rxnorm | 7145     | mycophenolate+not_mycophenolate
    none             |                   | loinc  | 2160-0   |
"""

ANCESTORS = """
    SNOMED CT  | condition | snomed | 1010101  | snomed¦55464009 | sle
    ingredient | exposure  | rxnorm | 199058   | rxnorm¦68149    | mycophenolate
    class      | exposure  | RxNorm | 308182   | ATC¦J01CA04     | antibiotic_iv+any_j
    other kind | condition | rxnorm | 199058   | rxnorm¦68149    |
    unknown    | condition | snomed | 1010101  | snomed¦1        |
    no system  | condition | snomed | 1010101  | 55464009        |
    itself     | condition | snomed | 68815009 | snomed¦55464009 | sle+lupus_nephritis
"""


def expected(names: str) -> tuple[str, ...]:
    return tuple(names.split("+")) if names else ()


@pytest.mark.parametrize(("why", "kind", "system", "code", "names"), rows_of(MATCHES) + rows_of(KINDS))
def test_match(why: str, kind: str, system: str, code: str, names: str) -> None:
    kinds: str | frozenset[str] = frozenset(kind.split("+")) if "+" in kind else kind
    for _again in range(2):  # the second answer comes from memory
        assert VOCABULARY.match(kinds, system, code.replace("⎵", " ")) == expected(names), why


@pytest.mark.parametrize(("why", "kind", "system", "code", "ancestors", "names"), rows_of(ANCESTORS))
def test_match_by_ancestor(why: str, kind: str, system: str, code: str, ancestors: str, names: str) -> None:
    assert VOCABULARY.match(kind, system, code, ancestors.split()) == expected(names), why


ROUTES = """
    not stated       |    | methylprednisolone_iv+methylprednisolone_oral
    intravenous      | iv | methylprednisolone_iv
    by mouth         | po | methylprednisolone_oral
    under the skin   | sc |
"""


@pytest.mark.parametrize(("why", "route", "names"), rows_of(ROUTES))
def test_a_stated_route_leaves_out_concepts_that_ask_for_another(why: str, route: str, names: str) -> None:
    found = VOCABULARY.match("exposure", "rxnorm", "6902", route=route)
    assert found == expected(names), why


def test_a_concept_without_a_route_takes_every_route() -> None:
    assert VOCABULARY.match("exposure", "rxnorm", "68149", route="sc") == ("mycophenolate",)


def test_every_code_of_every_concept_finds_its_concept() -> None:
    for concept in CONCEPTS:
        for text in concept.codes:
            system, code = text.split("|")
            assert concept.name in VOCABULARY.match(concept.kind, system, code)


def test_the_order_is_that_of_the_concept_list() -> None:
    turned = Vocabulary(reversed(CONCEPTS))
    assert turned.match("condition", "icd10", "M32.14") == ("lupus_nephritis", "sle")


def test_the_order_is_that_of_a_long_concept_list_too() -> None:
    names = [f"c{n}" for n in range(3_000)]
    every_97th = set(names[::97])
    long = Vocabulary(Coded(n, "condition", ("snomed|1",) if n in every_97th else ()) for n in names)
    assert long.match("condition", "snomed", "1") == tuple(names[::97])


def test_a_code_named_twice_by_one_concept_counts_once() -> None:
    twice = Vocabulary([Coded("sle", "condition", ("icd10|M32.1", "icd10|M32.14", "ICD10CM|M3214"))])
    assert twice.match("condition", "icd10", "M32.14") == ("sle",)


BAD_CONCEPTS = """
    no bar                     | condition | M32.1
    no system                  | condition | ¦M32.1
    no code                    | condition | icd10¦
    ICD block                  | condition | icd10¦A15-A19
    ICD without category       | condition | icd10¦B2
    two ICD codes in one       | condition | icd10¦M32.1+N08.5*
    ATC of no level            | exposure  | atc¦J0
    ATC in words               | exposure  | atc¦antibiotics
    unknown kind               | disease   | icd10¦M32.1
"""


@pytest.mark.parametrize(("why", "kind", "code"), rows_of(BAD_CONCEPTS))
def test_a_concept_that_could_never_match_is_refused(why: str, kind: str, code: str) -> None:
    with pytest.raises(ValueError, match="concept faulty"):
        Vocabulary([Coded("faulty", kind, (code,))])


def test_a_concept_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="concept sle is named twice"):
        Vocabulary([Coded("sle", "condition"), Coded("sle", "condition")])


def test_a_look_up_does_not_grow_with_the_concept_list() -> None:
    """10,000 concepts, 50,000 different codes, each asked twice: far from the 5e8 steps a scan would take."""
    large = Vocabulary(
        Coded(f"c{n}", "condition", (f"snomed|{n}", f"icd10|B{n % 100:02}.{n}")) for n in range(10_000)
    )
    started = time.perf_counter()
    for _again in range(2):
        hits = sum(bool(large.match("condition", "SNOMED", str(n))) for n in range(50_000))
    assert hits == 10_000
    assert time.perf_counter() - started < 5
