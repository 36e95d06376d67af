"""Tables as files: CSV that no spreadsheet runs, and Dataset-JSON that CDISC's own schema accepts.

Both hold one line for each number that is shown. What is expected of the sample is read off `document_samples`.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.contract.document_samples import BASELINE, EVENTS, ORIGIN
from tests.contract.json_schema import problems
from trialwright.locale import LANGUAGES, read_catalogue
from trialwright.reports.document import Cell, Column, Number, Table, row
from trialwright.reports.tables import write_csv, write_dataset_json
from trialwright.terms.message import Text

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "data/dataset-json/dataset.schema.json").read_text(encoding="utf-8")
)


def _table(*rows: Any, columns: tuple[Column, ...] = (Column("a", "A", "text"),)) -> Table:
    return Table(
        1,
        "sample",
        "Sample",
        columns,
        tuple(row(*each) if isinstance(each, tuple) else row(each) for each in rows),
        heads=0,
    )


def _lines(table: Table, language: str = "en") -> list[list[str]]:
    return list(csv.reader(io.StringIO(write_csv(table, catalogue=read_catalogue(language)))))


def _dataset(table: Table, language: str = "en") -> dict[str, Any]:
    text = write_dataset_json(table, origin=ORIGIN, catalogue=read_catalogue(language))
    read: dict[str, Any] = json.loads(text)
    return read


# CSV


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("-9.5", "-9.5"),
        ("+1.2e-3", "+1.2e-3"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_text_that_looks_like_a_formula_is_text(typed: str, written: str) -> None:
    assert _lines(_table(typed))[1][-1] == written


def test_numbers_stay_numbers_with_every_digit() -> None:
    columns = (Column("i", "i", "integer"), Column("x", "x", "number"), Column("d", "d", "decimal"))
    lines = _lines(_table((-3, -0.1, Decimal("-1.50")), (0, 1e-10, Decimal("2.0")), columns=columns))
    assert [line[1:2] + line[4:6] for line in lines[1:]] == [
        ["T1.r1.c1", "i", "-3"],
        ["T1.r1.c2", "x", "-0.1"],
        ["T1.r1.c3", "d", "-1.50"],
        ["T1.r2.c1", "i", "0"],
        ["T1.r2.c2", "x", "1e-10"],
        ["T1.r2.c3", "d", "2.0"],
    ]
    assert lines[1][-1] == "−3", "people see a true minus sign"


def test_every_number_of_a_text_has_a_line_of_its_own_and_an_ascii_minus() -> None:
    numbers = (
        Number("mean", -1.25, "g/(24.h)"),
        Number("standard_deviation", 1.5, "g/(24.h)"),
        Number("n", 26),
    )
    column = Column("arm_1", "BEL+MT (n = 28)", "text", label="BEL+MT")
    table = Table(
        1,
        "sample",
        "Sample",
        (Column("visit", "Visit", "text"), column),
        (row("Week 2", Cell("−1.25 (1.50); 26", numbers=numbers)), row("Week 4", "not done")),
    )
    assert _lines(table) == [
        ["table", "cell", "section", "visit", "column", "statistic", "value", "unit", "shown"],
        ["sample", "T1.r1.c2", "", "Week 2", "BEL+MT", "mean", "-1.25", "g/(24.h)", "−1.25 (1.50); 26"],
        ["sample", "T1.r1.c2", "", "Week 2", "BEL+MT", "standard_deviation", "1.5", "g/(24.h)", "−1.25 (1.50); 26"],
        ["sample", "T1.r1.c2", "", "Week 2", "BEL+MT", "n", "26", "", "−1.25 (1.50); 26"],
        ["sample", "T1.r2.c2", "", "Week 4", "BEL+MT", "", "", "", "not done"],
    ]  # fmt: skip
    assert [line[6] for line in _dataset(table)["rows"]] == [-1.25, 1.5, 26.0, None]


def test_a_heading_left_out_is_that_of_the_row_above_and_one_that_is_set_under_another_has_it_in_front() -> (
    None
):
    columns = (
        Column("definition", "D", "text"),
        Column("category", "C", "text"),
        Column("n", "n", "integer"),
    )
    rows = (
        row("first group", kind="group"),
        row("BEAM", "CR", 1),
        row("", "PR", 2),
        row("Sex", "", 3),
        row("female", "", 4, level=1),
        row("of age", "", 5, level=2),
        row("male", "", 6, level=1),
        row("second group", kind="group"),
        row("Week 2", "x", 7, level=1),
    )
    lines = _lines(Table(1, "sample", "Sample", columns, rows, heads=2))[1:]
    assert [line[2:5] + line[7:8] for line in lines] == [
        ["first group", "BEAM", "CR", "1"],
        ["first group", "BEAM", "PR", "2"],
        ["first group", "Sex", "", "3"],
        ["first group", "Sex > female", "", "4"],
        ["first group", "Sex > female > of age", "", "5"],
        ["first group", "Sex > male", "", "6"],
        ["second group", "Week 2", "x", "7"],
    ]


def test_a_number_must_have_a_name_and_a_value() -> None:
    for name in ("", "P value", "Mean", "95"):
        with pytest.raises(ValueError, match="no name of a statistic"):
            Number(name, 1.0)
    with pytest.raises(ValueError, match="no finite value"):
        Number("upper_limit", float("inf"))


def test_a_row_says_where_it_stands_and_missing_is_empty() -> None:
    lines = _lines(BASELINE)
    assert lines[0] == [
        "table", "cell", "section", "characteristic", "column", "statistic", "value", "unit", "shown"
    ]  # fmt: skip
    age = ["Demography", "Age (years), mean (SD)"]
    assert lines[1:6] == [
        ["baseline", "T1.r2.c2", *age, "BEL+MT (N = 28): n", "bel_n", "28", "", "28"],
        ["baseline", "T1.r2.c3", *age, "BEL+MT (N = 28): Value", "", "", "", "33.1 (10.2)"],
        ["baseline", "T1.r2.c4", *age, "MT (N = 25): n", "mt_n", "25", "", "25"],
        ["baseline", "T1.r2.c5", *age, "MT (N = 25): Value", "", "", "", "31.9 (9.8)"],
        ["baseline", "T1.r2.c6", *age, "Standardised difference", "smd", "0.12", "", "0.12"],
    ]
    assert lines[10] == [
        "baseline",
        "T1.r3.c6",
        "Demography",
        "Sex",
        "Standardised difference",
        "smd",
        "",
        "",
        "–",
    ]
    assert list(dict.fromkeys(line[1].rpartition(".")[0] for line in lines[1:])) == [
        "T1.r2", "T1.r3", "T1.r4", "T1.r5", "T1.r7", "T1.r8", "T1.r9"
    ]  # fmt: skip
    assert {line[2] for line in lines[1:]} == {"Demography", "Kidney"}
    assert _lines(BASELINE, "zh")[1][2:5] == [
        "人口学",
        "年龄（岁），均值（标准差）",
        "贝利尤单抗组（N = 28）：n",
    ]


def test_every_kind_of_value_is_written_in_its_form() -> None:
    first = [dict(zip(_lines(EVENTS)[0], line, strict=True)) for line in _lines(EVENTS)[1:8]]
    assert [(line["column"], line["value"], line["shown"]) for line in first] == [
        ("Term", "", "Herpes zoster"),
        ("Start", "", "2026-02-02"),
        ("CTCAE grade", "2", "2"),
        ("Serious", "", "no"),
        ("Dose (mg)", "400.0", "400.0"),
        ("Recorded", "", "2026-02-01 08:01+00:00"),
        ("Comment", "", "resolved without sequelae"),
    ]


def test_headings_keep_the_type_of_their_column() -> None:
    columns = (Column("week", "Week", "number"), Column("day", "Day", "date"), Column("n", "n", "integer"))
    table = Table(1, "sample", "Sample", columns, (row(Cell(-0.5, "−0.50"), date(2026, 2, 1), 3),), heads=2)
    assert _lines(table)[1][3:5] == ["-0.5", "2026-02-01"]
    dataset = _dataset(table)
    assert dataset["rows"][0][3:5] == [-0.5, "2026-02-01"]
    assert [column["dataType"] for column in dataset["columns"][3:5]] == ["double", "date"]
    assert list(problems(dataset, SCHEMA, root=SCHEMA)) == []


# Dataset-JSON


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", [BASELINE, EVENTS, _table()], ids=["baseline", "events", "no rows"])
def test_the_schema_of_cdisc_accepts_it(table: Table, language: str) -> None:
    assert list(problems(_dataset(table, language), SCHEMA, root=SCHEMA)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("datasetJSONVersion", "2.0.0"),
        ("datasetJSONCreationDateTime", "2026-11-28"),
        ("records", -1),
        ("unheard", 1),
        ("columns", [{"name": "A"}]),
        ("columns", [{"itemOID": "IT.A", "name": "A", "label": "A", "dataType": "text"}]),
    ],
)
def test_the_schema_refuses_what_it_must(name: str, value: Any) -> None:
    assert list(problems(_dataset(BASELINE) | {name: value}, SCHEMA, root=SCHEMA))


def test_the_head_says_what_it_comes_from() -> None:
    dataset = _dataset(EVENTS)
    assert dataset["datasetJSONVersion"] == "1.1.0"
    assert dataset["datasetJSONCreationDateTime"] == "2026-11-28T12:00:00+00:00"
    assert dataset["sourceSystem"] == {"name": "trialwright", "version": "0.3.0"}
    assert dataset["studyOID"] == "BEAM"
    assert dataset["metaDataVersionOID"] == ORIGIN.study_version
    assert dataset["itemGroupOID"] == "IG.ADVERSE_EVENTS"
    assert dataset["records"] == len(dataset["rows"]) == 7 * len(EVENTS.rows)
    order = list(dataset)
    assert order == sorted(order, key=ORDER.index), (
        "readers that stream rely on the order of the specification"
    )


ORDER = [
    "datasetJSONCreationDateTime", "datasetJSONVersion", "fileOID", "dbLastModifiedDateTime", "originator",
    "sourceSystem", "studyOID", "metaDataVersionOID", "metaDataRef", "itemGroupOID", "records", "name", "label",
    "columns", "rows",
]  # fmt: skip
"""The attribute order of the specification's table."""

JSON_TYPES = {
    "string": str, "integer": int, "decimal": str, "double": float, "boolean": bool, "date": str, "datetime": str,
}  # fmt: skip
"""Supported Column Data Type Combinations of the specification."""


def test_every_value_has_the_json_type_of_its_column_and_missing_is_null() -> None:
    for table in (BASELINE, EVENTS):
        dataset = _dataset(table)
        for each in dataset["rows"]:
            assert len(each) == len(dataset["columns"])
            for column, value in zip(dataset["columns"], each, strict=True):
                assert value is None or type(value) is JSON_TYPES[column["dataType"]], column
        for column in dataset["columns"]:
            assert (column.get("targetDataType") == "decimal") == (column["dataType"] == "decimal")
    rows = {each[1]: each for each in _dataset(BASELINE)["rows"]}
    assert rows["T1.r3.c6"][6] is None
    assert rows["T1.r4.c6"][6] == -0.201, "the value itself, not as it is shown"
    assert rows["T1.r4.c6"][-1] == "−0.20"


def test_labels_carry_the_heading_over_them_in_the_language() -> None:
    labels = {column["name"]: column["label"] for column in _dataset(BASELINE)["columns"]}
    assert (labels["CHARACTERISTIC"], labels["UNIT"]) == ("Characteristic", "unit (UCUM)")
    labels = {column["name"]: column["label"] for column in _dataset(BASELINE, "zh")["columns"]}
    assert labels["CHARACTERISTIC"] == "特征"
    assert labels["STATISTIC"] != "which statistic"
    keys = {each["name"]: each.get("keySequence") for each in _dataset(BASELINE)["columns"]}
    assert {name for name, key in keys.items() if key} == {"CELL", "STATISTIC"}


def test_a_half_character_is_no_reason_to_write_nothing() -> None:
    table = _table("half \ud800")
    assert _dataset(table)["rows"] == [["sample", "T1.r1.c1", "", "A", "", None, "", "half ?"]]
    assert _lines(table)[1] == ["sample", "T1.r1.c1", "", "A", "", "", "", "half ?"]


# what a table may hold


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", 1.0),
        ("integer", True),
        ("integer", "1"),
        ("number", "1"),
        ("number", float("nan")),
        ("number", float("inf")),
        ("decimal", 1.5),
        ("decimal", Decimal("NaN")),
        ("date", "2026-01-01"),
        ("date", datetime(2026, 1, 1, tzinfo=UTC)),
        ("datetime", date(2026, 1, 1)),
        ("boolean", 1),
        ("text", 1),
    ],
)
def test_a_value_that_does_not_fit_its_column_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"T1\.r1\.c1 is no {kind}"):
        _table(Cell(value, "shown"), columns=(Column("a", "A", kind),))


@pytest.mark.parametrize("name", ["", "1a", "a b", "a-b", "é", "Cell", "section", "value", "=a"])
def test_a_name_that_programs_cannot_use_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a table or column"):
        Table(1, "sample", "Sample", (Column(name, "A", "text"),), (row("x"),))


def test_a_table_of_unequal_rows_or_equal_columns_is_refused() -> None:
    with pytest.raises(ValueError, match=r"T1\.r2 has 2 cells"):
        _table("x", ("x", "y"))
    with pytest.raises(ValueError, match="same name"):
        _table(("x", "y"), columns=(Column("a", "A", "text"), Column("A", "B", "text")))
    with pytest.raises(ValueError, match="without a value must say"):
        Cell(None)
    with pytest.raises(ValueError, match="no name of a table"):
        replace(BASELINE, name="my table")


def test_what_people_see_is_the_value_unless_said_otherwise() -> None:
    assert Cell(-1.5).says == "−1.5"
    assert Cell(-3).says == "−3"
    assert Cell(0.1234567).says == "0.123457"
    assert Cell(datetime(2026, 2, 1, 8, 1, tzinfo=UTC)).says == "2026-02-01 08:01+00:00"
    assert Cell(0.27, "27 %").says == "27 %"
    text = Text("yes", "是")
    assert Cell(text).says is text
