"""A record that could not be read is never 'no record': what only its absence would decide stays unknown.

**Source**: `criteria.md`, Statuses.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trialwright.cli.main import main

ENGINES = ("python", "duckdb")
PERSON = "person_id,sex,birth_date\np1,female,1990-01-01\n"
HEAD = "person_id,fact_id,kind,concept,value,unit,low,high,start,end,status\n"
UNREADABLE_SLE = "p1,f1,condition,sle,,,,,2020-99-01,,active"
ACTIVE = "p1,f2,measurement,sledai_2k,12,{score},,,2026-10-20,,final"
INACTIVE = "p1,f2,measurement,sledai_2k,8,{score},,,2026-10-20,,final"
CLASS_IV = "p1,f3,finding,biopsy_class,IV,,,,2026-09-01,,final"


def judge(folder: Path, engine: str, *rows: str, mode: str = "search") -> dict[str, tuple[str, str]]:
    """Verdict and reason of each criterion."""
    (folder / "persons.csv").write_text(PERSON, encoding="utf-8")
    (folder / "facts.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    out = folder / "result.json"
    arguments = ["screen", "beam", str(folder), "--on", "2026-11-01", "--engine", engine, "--mode", mode]
    assert main([*arguments, "--format", "json", "--quiet", "--verify-sample", "100", "--out", str(out)]) in (
        0,
        5,
    )
    (person,) = json.loads(out.read_text(encoding="utf-8"))["participants"]
    return {each["id"]: (each["verdict"], each["reason"]) for each in person["criteria"]}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rows", "criterion", "expected"),
    [
        ((ACTIVE, CLASS_IV), "I1", ("fail", "absent")),  # no diagnosis, and all of it was read
        ((UNREADABLE_SLE, ACTIVE, CLASS_IV), "I1", ("unknown", "record_unreadable")),
        # fails whatever the record said: the score is too low
        ((UNREADABLE_SLE, INACTIVE, CLASS_IV), "I1", ("fail", "value_out_of_range")),
        (("p1,f1,condition,hepatitis_b,,,,,20-1,,active",), "E6a", ("unknown", "record_unreadable")),
        (("p1,f1,finding,acr_1997_item,malar_rash,,,,soon,,final",), "I1", ("unknown", "record_unreadable")),
    ],
)  # fmt: skip
def test_search(
    tmp_path: Path, engine: str, rows: tuple[str, ...], criterion: str, expected: tuple[str, str]
) -> None:
    assert judge(tmp_path, engine, *rows)[criterion] == expected


OLD_SLE = "p1,f9,condition,sle,,,,,2015-03-01,,active"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rows", "criterion", "expected"),
    [
        # a procedure in a row of another kind: within 3 months, and 8 months ago
        (("p1,f1,condition,dialysis,,,,,2026-10-01,,completed",), "E1", ("unknown", "record_unreadable")),
        (("p1,f1,condition,dialysis,,,,,2026-03-01,,completed",), "E1", ("pass", "absent")),
        # an exposure whose id is that of another record
        (("p1,f1,measurement,alt,20,U/L,,40,2026-10-20,,final",
          "p1,f1,exposure,mycophenolate,1000,mg/d,,,2026-07-01,2026-08-09,completed"), "E4", ("unknown", "record_unreadable")),
        (("p1,f1,measurement,alt,20,U/L,,40,2026-10-20,,final",
          "p1,f1,exposure,mycophenolate,1000,mg/d,,,2026-07-01,2026-08-08,completed"), "E4", ("pass", "absent")),
        # it fails anyway
        (("p1,f1,exposure,mycophenolate,1000,mg/d,,,2026-10-01,2026-10-09,completed",
          "p1,f1,exposure,mycophenolate,1000,mg/d,,,2026-10-01,2026-10-09,completed"), "E4", ("fail", "present")),
        # an end that cannot be read, of something that begins after the reference date
        (("p1,f1,condition,hepatitis_b,,,,,2026-11-02,soon,active",), "E6a", ("pass", "absent")),
        (("p1,f1,condition,hepatitis_b,,,,,2026-10-02,soon,active",), "E6a", ("unknown", "record_unreadable")),
        # the diagnosis stands in another record as well
        ((OLD_SLE, "p1,f9,condition,sle,,,,,2016-03-01,,active", ACTIVE, CLASS_IV), "I1", ("pass", "present")),
        # the other record says no, within 28 days: they contradict each other
        ((OLD_SLE, "p1,f9,condition,sle,false,,,,2026-10-20,,", ACTIVE, CLASS_IV), "I1", ("unknown", "conflict")),
        ((OLD_SLE, "p1,f9,condition,sle,false,,,,2026-09-20,,", ACTIVE, CLASS_IV), "I1", ("pass", "present")),
        # where the two dates contradict each other, nobody knows when it was
        (("p1,f1,exposure,tacrolimus,4,mg/d,,,2020-05-01,2020-04-01,completed",), "E4", ("unknown", "record_unreadable")),
    ],
)  # fmt: skip
def test_a_record_of_a_readable_date_matters_only_where_a_readable_one_would(
    tmp_path: Path, engine: str, rows: tuple[str, ...], criterion: str, expected: tuple[str, str]
) -> None:
    """Windows: `E4` 12 weeks (from 2026-08-09), `E1` and `E6a` 3 months (from 2026-08-01)."""
    assert judge(tmp_path, engine, *rows)[criterion] == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_a_pulse_that_could_not_be_read_is_not_no_pulse(tmp_path: Path, engine: str) -> None:
    """At the bedside no pulse in the window fails; a record of one that nobody can read is no such silence."""
    assert judge(tmp_path, engine, ACTIVE, mode="screening")["I5"][0] == "fail"
    row = "p1,f1,exposure,methylprednisolone_iv,500,mg/d,,,2026-10-40,2026-10-42,completed"
    assert judge(tmp_path, engine, row, mode="screening")["I5"] == ("unknown", "record_unreadable")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("value", ["否", "n/a", "abc"])
def test_words_that_are_no_dose_may_say_that_it_was_not_taken(
    tmp_path: Path, engine: str, value: str
) -> None:
    row = f"p1,f1,exposure,mycophenolate,{value},mg/d,,,2026-10-20,2026-10-21,completed"
    assert judge(tmp_path, engine, row)["E4"] == ("unknown", "value_unreadable")


@pytest.mark.parametrize("engine", ENGINES)
def test_of_two_weights_of_one_day_the_lower_makes_the_dose_per_kg(tmp_path: Path, engine: str) -> None:
    """24 g of immunoglobulin at 60 kg are 400 mg/kg, at 61 kg they are less: the worst of the day counts."""
    rows = (
        "p1,f1,exposure,ivig,24,g/d,,,2026-10-20,2026-10-20,completed",
        "p1,f2,measurement,body_weight,60,kg,,,2026-10-19,,final",
        "p1,f3,measurement,body_weight,61,kg,,,2026-10-19,,final",
    )
    assert judge(tmp_path, engine, *rows)["E4"] == ("fail", "value_out_of_range")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        # The form accepts 10 to 3000 umol/L, which is 0.1131 to 33.94 mg/dL.
        ("0.9", "mg/dL", ("pass", "in_range")),
        ("0.9", "mg/L", ("unknown", "value_implausible")),
        ("0.9", "umol/L", ("unknown", "value_implausible")),
        ("10", "umol/L", ("pass", "in_range")),
        ("9.99", "umol/L", ("unknown", "value_implausible")),
        ("3000", "umol/L", ("fail", "value_out_of_range")),
        ("3001", "umol/L", ("unknown", "value_implausible")),
        # Only known to lie above or below something: outside as a whole, or perhaps not.
        (">3100", "umol/L", ("unknown", "value_implausible")),
        ("<9", "umol/L", ("unknown", "value_implausible")),
        (">2900", "umol/L", ("fail", "value_out_of_range")),
    ],
)
def test_a_result_that_is_not_possible_decides_nothing(
    tmp_path: Path, engine: str, value: str, unit: str, expected: tuple[str, str]
) -> None:
    """What a form would refuse is no result in a record either: usually the unit is wrong."""
    row = f"p1,f1,measurement,serum_creatinine,{value},{unit},,,2026-10-20,,final"
    assert judge(tmp_path, engine, row)["I4"] == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_a_result_that_is_not_possible_hides_no_older_one_and_no_worse_one_of_its_day(
    tmp_path: Path, engine: str
) -> None:
    impossible = "p1,f1,measurement,serum_creatinine,0.9,mg/L,,,2026-10-20,,final"
    older = "p1,f2,measurement,serum_creatinine,0.9,mg/dL,,,2026-10-19,,final"
    later = "p1,f2,measurement,serum_creatinine,0.9,mg/dL,,,2026-10-21,,final"
    worse = "p1,f2,measurement,serum_creatinine,4,mg/dL,,,2026-10-20,,final"
    assert judge(tmp_path, engine, impossible, older)["I4"] == ("unknown", "value_implausible")
    assert judge(tmp_path, engine, impossible, later)["I4"] == ("pass", "in_range")
    assert judge(tmp_path, engine, impossible, worse)["I4"] == ("fail", "value_out_of_range")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_record_of_an_unknown_concept_leaves_open_what_reads_records_and_nothing_else(
    tmp_path: Path, engine: str
) -> None:
    """Age stands in `persons.csv`; a broken line of `facts.csv` may be about anything, but not about that."""
    verdicts = judge(tmp_path, engine, "p1,f7,诊断,血液透析", ACTIVE)
    assert verdicts["A0"] == ("pass", "in_range")
    others = {id: each for id, each in verdicts.items() if id not in ("A0", "E10")}
    assert set(others.values()) == {("unknown", "record_unreadable")}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_age_outside_the_limits_fails_beside_a_record_of_an_unknown_concept(
    tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "PERSON", "person_id,sex,birth_date\np1,female,1940-01-01\n")
    assert judge(tmp_path, engine, "p1,f7,诊断,血液透析")["A0"] == ("fail", "value_out_of_range")
