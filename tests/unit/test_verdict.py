"""One person judged: verdicts, reasons, margins, deaths, records that could not be read."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from tests.unit.eligibility_support import ON, SCREENING, SEARCH, judged, row, somebody
from trialwright.eligibility.verdict import CriterionVerdict, overall


def test_the_base_person_passes_everything() -> None:
    verdict, found = judged(somebody())
    assert verdict == "eligible"
    assert {each.verdict for each in found.values()} == {"pass"}


def test_criteria_stand_in_protocol_order() -> None:
    # trial/criteria.md: A0, inclusions 1-5, exclusions 1-10 with their parts
    _, found = judged(somebody())
    assert list(found) == (
        [
            "A0",
            "I1",
            "I2",
            "I3",
            "I4",
            "I5",
            "E1",
            "E2",
            "E3",
            "E4",
            "E5a",
            "E5b",
            "E6a",
            "E6b",
            "E6c",
            "E6d",
            "E7a",
            "E7b",
            "E7c",
            "E8",
            "E9",
            "E10",
        ]
    )


@pytest.mark.parametrize("verdicts", list(product(("pass", "fail", "unknown", "not_assessed"), repeat=3)))
def test_overall(verdicts: tuple[CriterionVerdict, ...]) -> None:
    # contract: ineligible if any fails, else undetermined if any is unknown, else eligible
    failing, open_ = verdicts.count("fail"), verdicts.count("unknown")
    assert overall(verdicts) == ("ineligible" if failing else "undetermined" if open_ else "eligible")


def test_margin_of_the_contracts_example() -> None:
    # design/contract.md: 282.88 umol/L is 3.2 mg/dL, margin -0.2 mg/dL (88.4 umol/L to the mg/dL)
    person = somebody(row("serum_creatinine", "282.88", unit="umol/L", start="2026-05-28"))
    _, found = judged(person)
    each = found["I4"]
    assert (each.verdict, each.reason) == ("fail", "value_out_of_range")
    assert each.margin is not None
    assert each.margin.value == pytest.approx(-0.2, abs=1e-9)
    assert each.margin.unit == "serum_creatinine"  # looked up in the study: mg/dL
    assert [fact.raw.value for fact in each.evidence] == ["282.88"]


@pytest.mark.parametrize(
    ("concept", "value", "more", "criterion", "verdict", "margin", "unit"),
    [
        ("serum_creatinine", "0.9", {}, "I4", "pass", 2.1, "serum_creatinine"),  # 3.0 - 0.9
        ("urine_protein_24h", "1.2", {}, "I3", "fail", -0.3, "urine_protein_24h"),  # 1.2 - 1.5
        ("urine_protein_24h", "1.5", {}, "I3", "pass", 0.0, "urine_protein_24h"),  # the limit itself passes
        ("alt", "60", {"high": "40"}, "E2", "pass", 0.5, "ULN"),  # 2 - 60/40
        ("alt", "100", {"high": "40"}, "E2", "fail", -0.5, "ULN"),  # 2 - 100/40
        ("glucose_fasting", "7.0", {}, "E3", "fail", 0.0, "glucose_fasting"),  # the limit itself excludes
        ("wbc", "3.5", {}, "E7b", "pass", 0.5, "wbc"),  # 3.5 - 3.0
    ],
)
def test_margin_is_positive_on_the_passing_side(
    concept: str, value: str, more: dict[str, str], criterion: str, verdict: str, margin: float, unit: str
) -> None:
    _, found = judged(somebody(row(concept, value, start="2026-05-28", **more)))
    each = found[criterion]
    assert each.verdict == verdict
    assert each.margin is not None
    assert each.margin.value == pytest.approx(margin, abs=1e-9)
    assert each.margin.unit == unit


def test_margin_of_the_age_is_in_years() -> None:
    _, found = judged(somebody(birth="1955-01-01"))  # 71 years: 4 below 75
    margin = found["A0"].margin
    assert margin is not None
    assert (margin.value, margin.unit) == (4.0, "=a")


def test_what_is_unknown_has_no_margin() -> None:
    _, found = judged(somebody(drop=["urine_protein_24h"]))
    assert (found["I3"].verdict, found["I3"].reason) == ("unknown", "no_record")
    assert found["I3"].margin is None


@pytest.mark.parametrize(
    ("death", "verdict"),
    [
        ("", "eligible"),
        ("2026-05-31", "ineligible"),
        ("2026-06-01", "ineligible"),
        ("2026-06", "ineligible"),  # may be the 1st
        ("2026", "ineligible"),
        ("yes", "ineligible"),  # recorded, without a date
        ("2026-06-02", "eligible"),  # not known on the day
        ("2026-07", "eligible"),
    ],
)
def test_the_dead_are_ineligible_whatever_they_pass(death: str, verdict: str) -> None:
    total, found = judged(somebody(death=death))
    assert total == verdict
    assert {each.verdict for each in found.values()} == {"pass"}


def test_the_dead_are_ineligible_only_from_the_day_of_death_on() -> None:
    person = somebody(death="2026-06-03")
    assert judged(person, on=date(2026, 6, 2))[0] == "eligible"
    assert judged(person, on=date(2026, 6, 3))[0] == "ineligible"


def test_an_unreadable_record_leaves_its_criteria_open() -> None:
    # criteria.md, Statuses: unknown (record_unreadable) for every criterion that reads the concept
    verdict, found = judged(somebody(unreadable=["serum_creatinine"]))
    assert verdict == "undetermined"
    assert {id for id, each in found.items() if each.verdict == "unknown"} == {"I4"}
    assert found["I4"].reason == "record_unreadable"
    assert found["I4"].margin is None


def test_an_unreadable_record_does_not_excuse_a_failure() -> None:
    high = row("serum_creatinine", "4", start="2026-05-28")
    _, found = judged(somebody(high, unreadable=["serum_creatinine"]))
    assert (found["I4"].verdict, found["I4"].reason) == ("fail", "value_out_of_range")


def test_a_record_about_anything_leaves_everything_open() -> None:
    _, found = judged(somebody(unreadable=["*"]))
    assert {(each.verdict, each.reason) for each in found.values()} == {("unknown", "record_unreadable")}


def test_judgement_is_left_to_the_bedside() -> None:
    unsuitable = somebody(row("investigator_unsuitable", "true", start="2026-05-20"))
    verdict, found = judged(unsuitable, SEARCH)
    assert (found["E10"].verdict, found["E10"].reason, verdict) == ("not_assessed", "judgement", "eligible")
    assert found["E10"].evidence == ()
    verdict, found = judged(unsuitable, SCREENING)
    assert (found["E10"].verdict, verdict) == ("fail", "ineligible")


def test_a_discordant_pair_warns_without_deciding() -> None:
    # 1.9 mg/dL at 60 years, woman: CKD-EPI 2009 gives 28 (Levey 2009), so creatinine passes and eGFR does not
    _, found = judged(somebody(row("serum_creatinine", "1.9", start="2026-05-28"), birth="1966-01-01"))
    assert found["I4"].verdict == "fail"
    assert [warned.code for warned in found["I4"].warnings] == ["discordant"]
    _, found = judged(somebody())
    assert found["I4"].warnings == ()


def test_facts_after_the_day_are_not_known() -> None:
    later = somebody(row("serum_creatinine", "9", start="2026-06-02"))
    _, found = judged(later, on=ON)
    assert (found["I4"].verdict, found["I4"].reason) == ("unknown", "no_record")
