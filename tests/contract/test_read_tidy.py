"""The tidy form, rule by rule. **Source** of every expectation: the contract, "Tidy CSV", and criteria.md, "Statuses"."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.contract.read_support import Given, read
from trialwright.exchange.source import RecordsUnreadable

PERSONS = "person_id,sex,birth_date\np1,female,1990-04-02\n"
HEADER = "person_id,fact_id,kind,concept,value,unit,low,high,start,end,status,route\n"
ALT = "p1,f1,measurement,alt,40,U/L,0,40,2026-05-01,,final,\n"


def tidy(folder: Path, facts: str, persons: str = PERSONS, mapping: str = "") -> Given:
    (folder / "persons.csv").write_text(persons, encoding="utf-8")
    (folder / "facts.csv").write_text(HEADER + facts, encoding="utf-8")
    if mapping:
        (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    return read(folder)


def test_a_row_is_handed_over_as_it_stands(tmp_path: Path) -> None:
    given = tidy(tmp_path, ALT)
    assert given.persons[0] == ("p1", "female", "1990-04-02", "")
    assert given.fact == (
        *(
            "p1",
            "f1",
            "measurement",
            "alt",
            "",
            "40",
            "U/L",
            "0",
            "40",
            "2026-05-01",
            "",
            "final",
            "",
            "",
            "",
        ),
    )
    assert not given.skipped
    assert given.reader.format == "tidy"


def test_a_concept_may_be_given_by_code(tmp_path: Path) -> None:
    given = tidy(
        tmp_path,
        "p1,f1,measurement,loinc|1742-6,40,U/L,,,2026-05-01,,,\np1,f2,condition,icd10|M32.14,,,,,2020,,active,\n",
    )
    assert [(fact.concept, fact.code) for fact in given.facts] == [
        ("alt", "loinc|1742-6"),
        ("lupus", "icd10|M32.14"),
        ("nephritis", "icd10|M32.14"),
    ]
    assert {fact.fact for fact in given.facts[1:]} == {"f2"}


def test_a_date_time_is_cut_to_its_own_date(tmp_path: Path) -> None:
    given = tidy(tmp_path, "p1,f1,measurement,alt,40,U/L,,,2026-05-01T23:59:00-08:00,,,\n")
    assert given.fact.start == "2026-05-01"


@pytest.mark.parametrize("start", ["2026-05", "2026", ""])
def test_partial_and_missing_dates_are_handed_on(tmp_path: Path, start: str) -> None:
    assert tidy(tmp_path, f"p1,f1,measurement,alt,40,U/L,,,{start},,,\n").fact.start == start


def test_a_code_the_study_does_not_know_is_counted(tmp_path: Path) -> None:
    given = tidy(tmp_path, "p1,f1,measurement,loinc|1988-5,4,mg/L,,,2026-05-01,,,\n")
    assert not given.facts
    assert given.unmapped == [("measurement", "loinc|1988-5", "", 1)]


@pytest.mark.parametrize(
    ("row", "concept", "value"),
    [
        ("p1,f1,condition,snomed|77386006,,,,,2026-05-01,,active,", "pregnant", ""),
        ("p1,f1,procedure,snomed|77386006,true,,,,2026-05-01,,,", "pregnant", ""),
        ("p1,f1,finding,snomed|195967001,true,,,,2026-05-01,,,", "asthma", "true"),
        ("p1,f1,condition,snomed|108241001,,,,,2026-05-01,,active,", "dialysis", ""),
    ],
)
def test_a_code_of_another_kind_is_never_no_record(
    tmp_path: Path, row: str, concept: str, value: str
) -> None:
    """A pregnancy coded as a condition is not silence about a pregnancy."""
    given = tidy(tmp_path, row + "\n")
    assert (given.skip.reason, given.skip.concept, given.skip.affects) == ("kind_wrong", concept, False)
    assert (given.fact.concept, given.fact.value, given.fact.start) == (concept, value, "2026-05-01")
    assert given.fact.fault == "kind_wrong"
    assert not given.unmapped


def test_a_drug_code_of_an_allergy_is_no_exposure(tmp_path: Path) -> None:
    given = tidy(tmp_path, "p1,f1,allergy,rxnorm|3008,,,,,2026-05-01,,active,\n")
    assert not given.facts
    assert not given.skipped
    assert given.unmapped == [("allergy", "rxnorm|3008", "", 1)]


@pytest.mark.parametrize(
    ("row", "reason", "handed"),
    [
        ("p1,f1,lab,alt,40,U/L,,,2026-05-01,,,", "kind_unknown", ("", "")),
        ("p1,f1,condition,alt,40,U/L,,,2026-05-01,,,", "kind_wrong", ("", "")),
        ("p1,f1,measurement,alt,40,U/L,,,2026-05-01,2026-04-30,,", "end_before_start", ("", "")),
        ("p1,f1,measurement,alt,40,U/L,,,2026-13-01,,,", "date_unreadable", None),
        ("p1,f1,measurement,alt,40,U/L,,,1 May 2026,,,", "date_unreadable", None),
        ("p1,f1,exposure,ciclosporin,100,mg/d,,,2026-05-02,2026-05-01,completed,", "end_before_start", None),
        ("p1,f1,condition,asthma,,,,,2026-05-01,soon,active,", "date_unreadable", ("", "soon")),
        ("p1,f1,illness,asthma,,,,,2026-05-01,,active,", "kind_unknown", ("", "")),
        ("p1,f1,drug,ciclosporin,100,mg/d,,,2026-05-01,2026-05-09,,", "kind_unknown", ("100", "2026-05-09")),
        ("p1,f1,illness,asthma,,,,,,,active,", "kind_unknown", None),
    ],
)
def test_a_bad_row_is_listed_with_its_line(
    tmp_path: Path, row: str, reason: str, handed: tuple[str, str] | None
) -> None:
    """A record whose date is readable stays as an unreadable one of that date; of any other nobody knows when it was.

    `handed`: its value and end as handed over.
    """
    given = tidy(tmp_path, row + "\n")
    assert (given.skip.place, given.skip.reason) == ("facts.csv:2", reason)
    assert given.skip.person == "p1"
    assert given.skip.concept in ("alt", "ciclosporin", "asthma")
    assert given.skip.affects is (handed is None)
    expected = [] if handed is None else [(*handed, "2026-05-01", reason)]
    assert [(fact.value, fact.end, fact.start, fact.fault) for fact in given.facts] == expected


def test_an_unreadable_number_is_listed_and_stays_as_an_unreadable_result(tmp_path: Path) -> None:
    given = tidy(tmp_path, "p1,f1,measurement,alt,haemolysed,U/L,,,2026-05-01,,,\n")
    assert (given.fact.value, given.fact.start) == ("haemolysed", "2026-05-01")
    assert (given.skip.place, given.skip.reason, given.skip.detail, given.skip.affects) == (
        *("facts.csv:2", "value_unreadable", "haemolysed", False),
    )


@pytest.mark.parametrize("value", ["<0.2", ">1000", "1.5e3", "≤ 3", "3.10"])
def test_censored_numbers_are_readable(tmp_path: Path, value: str) -> None:
    given = tidy(tmp_path, f"p1,f1,measurement,alt,{value},U/L,,,2026-05-01,,,\n")
    assert given.fact.value == value
    assert not given.skipped


def test_the_first_of_a_repeated_fact_id_stays(tmp_path: Path) -> None:
    given = tidy(tmp_path, ALT + "p1,f1,measurement,alt,300,U/L,,,2026-05-02,,,\n")
    first, second = given.facts
    assert first.value == "40"
    assert (second.value, second.start, second.fact) == ("", "2026-05-02", "f1@3")
    assert (given.skip.place, given.skip.reason) == ("facts.csv:3", "fact_repeated")


def test_a_fact_of_nobody_is_listed(tmp_path: Path) -> None:
    given = tidy(tmp_path, "p9,f1,measurement,alt,40,U/L,,,2026-05-01,,,\n")
    assert not given.facts
    assert (given.skip.reason, given.skip.person, given.skip.affects) == ("person_unknown", "p9", True)


def test_a_fact_without_a_concept_may_be_about_anything(tmp_path: Path) -> None:
    given = tidy(tmp_path, "p1,f1,measurement,,40,U/L,,,2026-05-01,,,\n")
    assert (given.skip.reason, given.skip.concept, given.skip.affects) == ("concept_missing", "", True)


def test_rows_entered_in_error_leave_no_doubt_however_bad_they_are(tmp_path: Path) -> None:
    given = tidy(
        tmp_path,
        "p1,f0,exposure,ciclosporin,100,mg/d,,,never,,entered-in-error,\n"
        + ALT
        + "p1,f1,measurement,alt,300,U/L,,,2026-05-02,,entered-in-error,\n",
    )
    assert [fact.status for fact in given.facts] == ["entered-in-error", "final"]
    assert [fact.place for fact in given.facts] == ["facts.csv:2", ""], "what is set aside is listed later"
    assert (given.skip.reason, given.skip.affects) == ("fact_repeated", False)


def test_persons_keep_what_is_readable(tmp_path: Path) -> None:
    given = tidy(
        tmp_path,
        "",
        "person_id,sex,birth_date,death_date\n"
        "p1,lady,1990-04-02,\np2,Male,spring,2025-01-02\np1,male,1980-01-01,\np3,,1990,unreadable\n,female,1990,\n",
    )
    assert given.persons == [
        ("p1", "unknown", "1990-04-02", ""),
        ("p2", "male", "", "2025-01-02"),
        ("p3", "unknown", "1990", "yes"),
    ]
    assert [(skipped.place, skipped.reason) for skipped in given.skipped] == [
        ("persons.csv:2", "sex_unreadable"),
        ("persons.csv:3", "birth_unreadable"),
        ("persons.csv:4", "person_repeated"),
        ("persons.csv:5", "death_unreadable"),
        ("persons.csv:6", "person_missing"),
    ]


def test_asked_and_absent_is_handed_on(tmp_path: Path) -> None:
    assert tidy(tmp_path, "p1,f1,condition,asthma,false,,,,2026-05-01,,,\n").fact.value == "false"


@pytest.mark.parametrize(
    ("route", "code", "handed"),
    [("iv", "rxnorm|6902", "iv"), ("静脉滴注", "rxnorm|6902", "iv"), ("", "rxnorm|6902", "")],
)
def test_routes_are_read_where_recognised(tmp_path: Path, route: str, code: str, handed: str) -> None:
    given = tidy(tmp_path, f"p1,f1,exposure,{code},500,mg/d,,,2026-05-01,2026-05-01,,{route}\n")
    assert (given.fact.concept, given.fact.route) == ("methylprednisolone_iv", handed)


def test_another_route_is_another_thing_and_an_unknown_one_is_listed(tmp_path: Path) -> None:
    given = tidy(
        tmp_path,
        "p1,f1,exposure,rxnorm|6902,16,mg/d,,,2026-05-01,,active,po\n"
        "p1,f2,exposure,rxnorm|6902,16,mg/d,,,2026-05-01,,active,somehow\n",
    )
    assert [(fact.fact, fact.route) for fact in given.facts] == [("f2", "")]
    assert (given.skip.reason, given.skip.detail) == ("route_unreadable", "somehow")


def test_a_positive_test_is_the_finding(tmp_path: Path) -> None:
    given = tidy(
        tmp_path,
        "p1,f1,measurement,loinc|2106-3,Positive,,,,2026-05-01,,,\n"
        "p1,f2,finding,loinc|2110-5,阴性,,,,2026-05-02,,,\n"
        "p1,f3,measurement,loinc|2106-3,borderline,,,,2026-05-03,,,\n",
    )
    assert [(fact.kind, fact.concept, fact.value) for fact in given.facts] == [
        ("finding", "pregnant", "true"),
        ("finding", "pregnant", "false"),
        ("finding", "pregnant", ""),
    ]
    assert given.skip.reason == "value_unreadable"


# ---- the file as a file


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_byte_order_marks(tmp_path: Path, newline: str, encoding: str) -> None:
    for name, text in (("persons.csv", PERSONS), ("facts.csv", HEADER + ALT)):
        (tmp_path / name).write_bytes(text.replace("\n", newline).encode(encoding))
    given = read(tmp_path)
    assert given.fact.value == "40"
    assert not given.skipped


def test_quoted_fields_and_other_delimiters(tmp_path: Path) -> None:
    (tmp_path / "persons.csv").write_text(PERSONS.replace(",", ";"))
    (tmp_path / "facts.csv").write_text(HEADER + 'p1,"f,1",measurement,"alt",40,U/L,,,2026-05-01,,"final",\n')
    assert read(tmp_path).fact.fact == "f,1"


def test_an_open_quotation_mark_does_not_swallow_the_next_rows(tmp_path: Path) -> None:
    given = tidy(tmp_path, 'p1,f1,measurement,alt,"40,U/L,,,2026-05-01,,,\n' + ALT.replace("f1", "f2"))
    assert given.fact.fact == "f2"
    assert (
        given.skip.place,
        given.skip.reason,
        given.skip.person,
        given.skip.concept,
        given.skip.affects,
    ) == (*("facts.csv:2", "quotes_unbalanced", "p1", "alt", True),)


@pytest.mark.parametrize(
    "row", ["p1,f1,measurement,alt,40", "p1,f1,measurement,alt,1,200,U/L,,,2026-05-01,,,"]
)
def test_a_row_with_too_few_or_too_many_columns_is_not_trusted(tmp_path: Path, row: str) -> None:
    given = tidy(tmp_path, row + "\n")
    assert not given.facts
    assert (given.skip.reason, given.skip.person, given.skip.concept) == ("columns_wrong", "p1", "alt")
    assert given.skip.affects


def test_a_row_cut_off_in_its_concept_may_be_about_anything(tmp_path: Path) -> None:
    given = tidy(tmp_path, ALT + "p1,f2,measurement,al")
    assert (given.skip.place, given.skip.concept, given.skip.affects) == ("facts.csv:3", "", True)


def test_a_row_in_another_encoding_is_listed(tmp_path: Path) -> None:
    (tmp_path / "persons.csv").write_text(PERSONS)
    (tmp_path / "facts.csv").write_bytes(
        HEADER.encode() + "p1,f1,finding,biopsy_class,Ⅳ型,,,,2026-05-01,,,\n".encode("gb18030") + ALT.encode()
    )
    given = read(tmp_path)
    assert given.fact.concept == "alt"
    assert (given.skip.place, given.skip.reason, given.skip.concept) == (
        "facts.csv:2",
        "text_undecodable",
        "biopsy_class",
    )


def test_a_named_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("encoding: gb18030\nvalues: {女: female}\n", encoding="utf-8")
    (tmp_path / "persons.csv").write_bytes("person_id,sex,birth_date\np1,女,1990\n".encode("gb18030"))
    (tmp_path / "facts.csv").write_bytes(
        (HEADER + "p1,f1,finding,biopsy_class,Ⅳ型,,,,2026-05-01,,,\n").encode("gb18030")
    )
    given = read(tmp_path)
    assert given.persons[0].sex == "female"
    assert given.fact.value == "Ⅳ型"


@pytest.mark.parametrize(
    ("persons", "facts", "place"),
    [
        (b"", HEADER.encode(), "persons.csv"),
        (PERSONS.encode(), b"", "facts.csv"),
        (b"person_id,sex\np1,female\n", HEADER.encode(), "persons.csv"),
        (PERSONS.encode(), b"person_id,fact_id,kind\n", "facts.csv"),
        (PERSONS.encode(), b"person_id,person_id,fact_id,kind,concept,value,unit,start\n", "facts.csv"),
        (bytes(range(256)) * 20, HEADER.encode(), "persons.csv"),
        (b"person_id,sex,birth_date\n", HEADER.encode(), "persons.csv"),
        (b"\xff\xfe\x00", HEADER.encode(), "persons.csv"),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused(
    tmp_path: Path, persons: bytes, facts: bytes, place: str
) -> None:
    (tmp_path / "persons.csv").write_bytes(persons)
    (tmp_path / "facts.csv").write_bytes(facts)
    with pytest.raises(RecordsUnreadable) as refused:
        read(tmp_path)
    assert refused.value.place == place


def test_no_damage_whatever_ends_in_a_traceback(tmp_path: Path) -> None:
    """Flip, cut and insert bytes: each time something is read or refused, and every row is accounted for."""
    rows = [f"p1,f{number},measurement,alt,{number},U/L,,,2026-05-01,,final," for number in range(30)]
    clean = (HEADER + "\n".join(rows)).encode()
    chance = random.Random(20260601)
    read_at_all = 0
    (tmp_path / "persons.csv").write_text(PERSONS)
    for _ in range(150):
        data = bytearray(clean)
        for _ in range(3):
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(3)] = chance.choice(
                [b'"', b"\x00", b"\xff", b",", b"", b"\r", b"\x80\n"]
            )
        (tmp_path / "facts.csv").write_bytes(bytes(data))
        try:
            given = read(tmp_path)
        except RecordsUnreadable:
            continue
        read_at_all += 1
        assert len(given.facts) + len(given.skipped) + len(given.unmapped) >= 28
    assert read_at_all > 50


# ---- Parquet


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    persons = {"person_id": ["p1"], "sex": ["female"], "birth_date": [datetime.date(1990, 4, 2)]}
    facts = {
        "person_id": ["p1", "p1"],
        "fact_id": [1, 2],
        "kind": ["measurement", "measurement"],
        "concept": ["alt", "alt"],
        "value": [40.0, None],
        "unit": ["U/L", "U/L"],
        "start": [datetime.datetime(2026, 5, 1, 8, 30), None],  # noqa: DTZ001 - as Parquet files have it
    }
    pq.write_table(pa.table(persons), tmp_path / "persons.parquet")
    pq.write_table(pa.table(facts), tmp_path / "facts.parquet")
    given = read(tmp_path)
    assert given.persons[0].birth == "1990-04-02"
    assert [(fact.fact, fact.value, fact.start) for fact in given.facts] == [
        ("1", "40", "2026-05-01"),
        ("2", "", ""),
    ]


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "persons.csv").write_text(PERSONS)
    pq.write_table(pa.table({"person_id": ["p1"] * 1000}), tmp_path / "facts.parquet")
    data = (tmp_path / "facts.parquet").read_bytes()
    (tmp_path / "facts.parquet").write_bytes(data[: len(data) // 2])
    with pytest.raises(RecordsUnreadable) as refused:
        read(tmp_path)
    assert refused.value.place == "facts.parquet"
