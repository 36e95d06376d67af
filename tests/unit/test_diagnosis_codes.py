"""What one active ICD-10 diagnosis says to the exclusions of BEAM in a search, and of BLISS-LN.

The diseases are those of the criteria; which category names which disease is read from the WHO edition of ICD-10 (2019,
volume 1). The readings that are this project's own stand in the study's README.
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.unit.eligibility_support import ON, SEARCH, typed
from trialwright.eligibility.verdict import assess_person
from trialwright.exchange.folder import read_study
from trialwright.record import RawFact, RawPerson
from trialwright.study.rules import Eligibility, lower_study
from trialwright.terms.codes import Coded, Vocabulary

BEAM = """
E1   fail                        Z99.2 Z49.1
E1   unknown:date_missing        Z94.0 T86.1
E5b  fail                        A01.0 A02.1 A32.7 A39.0 A40.3 A41.9 A48.1 B01.2 B02.9 B25.8 B50.0 B58.2 G00.1 G06.0 I33.0
E5b  fail                        J09 J10.0 J11.1 J12.9 J13 J14 J15.9 J16.0 J18.0 J18.9 J85.1 J86.9 L03.1 M00.9 U07.1
E6a  fail                        A15.0 A16.2 A17.0 A18.1 A19.0 A19.9 A50.9 A51.0 A51.3 A52.1 A53.9 B16.9 B17.0 B17.1 B18.0
E6a  fail                        B18.1 B18.2 B20 B21.1 B22.0 B23.0 B24 Z21 B25.0 B37.1 B37.5 B37.6 B37.7 B38.0 B39.3 B40.7
E6a  fail                        B41.7 B42.7 B44.0 B45.1 B46.1 B48.4 B48.5 B59 O98.0 O98.1 O98.7
E6a  unknown:status_uncertain    A53.0 A53 R75 B17.9 B18.9 B19.9 B37.9 B49
E6b  fail                        K25.0 K25.9 K26.3 K27 K27.9 K28.4
E6c  fail                        F10.1 F10.2 F10.3 F11.2 F12.1 F13.2 F14.1 F15.2 F16.1 F18.1 F19.2
E6c  unknown:status_uncertain    F10.0 Z72.1 Z72.2 Z86.4
E7a  unknown:attribution_missing I21.0 I46.9 I50.0 I71.0 R57.0
"""
BLISS_LN = """
E2   fail                     Z99.2 Z49.1
E7   fail                     A41.9 J18.9 A19.0 L03.1 B44.1
E8   fail                     F10.1 F10.2 F11.2 F19.2
E8   unknown:status_uncertain F10.0
E9   fail                     B16.9 B17.1 B18.1 B18.2 B20 B24 Z21
"""
# Below no concept: short and mild, superficial, over, not the disease, or not said to be one.
OF_NO_EXCLUSION = """
J00 J06.9 J20.9 N39.0 B35.1 B36.0 B37.0 B37.3 B90.9 Z22.5 F17.2 K29.7 K21.0 N18.5 Z49.0 I10 I25.1 M35.0 R76.2 A00 F32.9
"""


def rows(table: str) -> list[tuple[str, str, str, str]]:
    found = []
    for line in table.strip().splitlines():
        criterion, verdict, *codes = line.split()
        verdict, _, reason = verdict.partition(":")
        found += [(criterion, verdict, reason, code) for code in codes]
    return found


@cache
def study(name: str) -> tuple[Eligibility, Vocabulary]:
    found = read_study(name)
    concepts = [Coded(each.name, each.kind, each.codes, each.route or "") for each in found.concepts]
    return lower_study(found), Vocabulary(concepts)


def judged(name: str, code: str, **record: str) -> dict[str, tuple[str, str]]:
    """Verdict and reason of each criterion for a woman with one active diagnosis and nothing else on record."""
    eligibility, vocabulary = study(name)
    facts = [
        RawFact(
            "p", f"f{place}", "condition", concept, **{"start": "2026-03-15", "status": "active", **record}
        )
        for place, concept in enumerate(vocabulary.match("condition", "icd10", code))
    ]
    person = typed(facts, eligibility, raw=RawPerson("p", "female", "1990-01-01", ""))
    _, assessed = assess_person(person, eligibility.chosen({}), on=ON, setting=SEARCH)
    return {each.id: (each.verdict, each.reason) for each in assessed}


@pytest.mark.parametrize(("criterion", "verdict", "reason", "code"), rows(BEAM))
def test_beam(criterion: str, verdict: str, reason: str, code: str) -> None:
    assert judged("beam", code)[criterion] == (verdict, reason or "present")


@pytest.mark.parametrize(("criterion", "verdict", "reason", "code"), rows(BLISS_LN))
def test_bliss_ln(criterion: str, verdict: str, reason: str, code: str) -> None:
    assert judged("bliss-ln", code)[criterion] == (verdict, reason or "present")


@pytest.mark.parametrize("code", OF_NO_EXCLUSION.split())
def test_what_is_left_out_excludes_nobody(code: str) -> None:
    nothing = judged("beam", "Z00.0")
    assert judged("beam", code) == nothing


@pytest.mark.parametrize(
    ("code", "criterion", "record", "expected"),
    [
        # a diagnosis of dialysis that ended before the 3 months; of a kidney transplanted no matter when
        ("Z99.2", "E1", {"start": "2015-01-01", "end": "2026-02-28"}, ("pass", "absent")),
        ("Z99.2", "E1", {"start": "2015-01-01", "end": "2026-03-01"}, ("fail", "present")),
        ("Z94.0", "E1", {"start": "2015-01-01"}, ("unknown", "date_missing")),
        # an ulcer of long ago, a pneumonia that ended the day before, a history that never ends
        ("K25.7", "E6b", {"start": "2015-01-01", "end": "2015-03-01"}, ("pass", "absent")),
        ("J18.9", "E5b", {"start": "2026-05-01", "end": "2026-05-31"}, ("pass", "absent")),
        ("F10.2", "E6c", {"start": "2005-01-01", "end": "2006-01-01"}, ("fail", "present")),
        ("B49", "E6a", {"start": "2015-01-01", "end": "2015-03-01"}, ("pass", "absent")),
        ("A53.0", "E6a", {"start": "2015-01-01", "end": "2015-03-01"}, ("unknown", "status_uncertain")),
    ],
)
def test_the_days_of_a_diagnosis_count(
    code: str, criterion: str, record: dict[str, str], expected: tuple[str, str]
) -> None:
    assert judged("beam", code, **record)[criterion] == expected
