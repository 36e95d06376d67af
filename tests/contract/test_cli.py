"""The command line as users script it: exit codes, formats, files that appear whole, and no traceback for rubbish."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from trialwright.cli import engines
from trialwright.cli.main import COMMANDS, main
from trialwright.exchange.folder import find_study
from trialwright.exchange.typed import tables

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "studies" / "beam" / "sample"
PROTOCOL_ORDER = [
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
PERSONS = "person_id,sex,birth_date\np1,female,1990-01-01\np2,male,1950-06-30\n"
FACTS = """person_id,fact_id,kind,concept,value,unit,low,high,start,end,status
p1,f1,measurement,serum_creatinine,282.88,umol/L,,,2026-10-28,,final
p1,f2,measurement,urine_protein_24h,2.8,g/(24.h),,,2026-10-28,,final
p2,f3,condition,hiv,,,,,2020-01-01,,active
"""
Run = Callable[..., "Done"]


class Done:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in out + err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> Done:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as ending:
            code = int(ending.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return call


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Two people in the tidy form."""
    return tidy(tmp_path / "records", PERSONS, FACTS)


def tidy(folder: Path, persons: str, facts: str) -> Path:
    folder.mkdir()
    (folder / "persons.csv").write_text(persons, encoding="utf-8")
    (folder / "facts.csv").write_text(facts, encoding="utf-8")
    return folder


def screen(run: Run, source: object, *more: object) -> Done:
    return run("screen", "beam", source, "--on", "2026-11-01", *more)


# Help


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_has_examples(run: Run, command: str, language: str) -> None:
    done = run(command, "--help", "--lang", language)
    assert done.code == 0
    assert f"  trialwright {command} " in done.out
    assert ("examples" in done.out) == (language == "en")


def test_help_without_a_command(run: Run) -> None:
    assert run().code == 0
    done = run("--help")
    assert all(command in done.out for command in COMMANDS)


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in COMMANDS)], ids=" ".join)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    """Help and mistakes in the options are answered before engines, or even the models of a study, are imported."""
    code = (
        "import sys\nfrom trialwright.cli.main import main\n"
        f"try:\n    main({words})\nexcept SystemExit:\n    pass\n"
        "print('\\n', sorted({'duckdb', 'scipy', 'numpy', 'pyspark', 'pyarrow', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == "[]"


def test_a_check_loads_no_engine() -> None:
    """It starts in half a second only if it loads what it needs and nothing else."""
    code = (
        "import sys\nfrom trialwright.cli.main import main\n"
        "assert main(['check', 'template']) == 0\n"
        "print('\\n', sorted({'duckdb', 'scipy', 'numpy', 'pyspark', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == "[]"


def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trialwright", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("trialwright ")


# Exit codes


def test_0_whatever_the_verdicts(run: Run, records: Path) -> None:
    done = screen(run, records, "--format", "json")
    assert done.code == 0
    assert {each["verdict"] for each in json.loads(done.out)["participants"]} == {"ineligible"}


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["screen", "beam"],
        ["screen", "beam", "x", "--on", "tomorrow"],
        ["screen", "beam", "x", "--on", "2026-11-01", "--engine", "abacus"],
        ["screen", "beam", "x", "--on", "2026-11-01", "--reading", "I4"],
        ["screen", "beam", str(SAMPLE), "--on", "2026-11-01", "--reading", "I4=nonsense"],
        ["screen", "beam", str(SAMPLE), "--on", "2026-11-01", "--reading", "I99=default"],
        ["screen", "beam", str(SAMPLE), "--on", "2026-11-01", "--format", "parquet"],
        ["funnel", "beam", str(SAMPLE), "--on", "2026-11-01", "--order", "I3,I99"],
        ["funnel", "beam", str(SAMPLE), "--on", "2026-11-01", "--least", "-1"],
        ["synth", "bliss-ln", "--people", "3", "--seed", "1", "--out", "x"],
        ["synth", "beam", "--people", "0", "--seed", "1", "--out", "x"],
        ["export", "beam", "--to", "papyrus"],
        ["import", "x.json", "--out", str(ROOT / "studies" / "beam")],
        [
            "import",
            str(ROOT / "tests" / "data" / "ctgov" / "NCT04207047.excerpt.json"),
            "--out",
            "/proc/nowhere",
        ],
        ["screen", "beam", str(SAMPLE), "--on", "2026-11-01", "--verify-sample", "101"],
    ],
)
def test_2_usage(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert done.code == 2
    assert done.err.strip()
    assert done.out == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["screen", "beam"], "缺少必需的参数：RECORDS, --on"),
        (["screen", "beam", "x", "--on", "2026-11-01", "--mode", "dream"], "无效的选项：'dream'"),
        (["screen", "beam", "x", "--on", "tomorrow"], "tomorrow不是2026-11-01这样的日期"),
        (["screen", "beam", "x", "--on", "2026-11-01", "--reading", "I4"], "I4=literal"),
        (["screen", "beam", "x", "--on"], "需要一个值"),
        (["funnel", "beam", "x", "--on", "2026-11-01", "--least", "-1"], "整数"),
        (
            ["synth", "beam", "--people", "few", "--seed", "1", "--out", "x"],
            "few不是1至100,000,000之间的整数",
        ),
        (["check", "beam", "more"], "无法识别的参数：more"),
        (["dance"], "没有名为dance的命令"),
    ],
)
def test_2_usage_in_chinese(run: Run, words: list[str], said: str) -> None:
    """Also what argparse says by itself; names of options and values stay as they are typed."""
    done = run(*words, "--lang", "zh")
    assert done.code == 2
    assert said in done.err
    for english in ("usage:", "error:", "argument ", "required", "invalid", "choose", "expected", " is not "):
        assert english not in done.err
    assert run("check", "--help", "--lang", "zh").out.startswith("用法：")
    assert run("screen", "beam").err.startswith("usage: ")


def test_3_study_invalid(run: Run, tmp_path: Path, records: Path) -> None:
    bad = tmp_path / "study"
    bad.mkdir()
    for file in find_study("bliss-ln").glob("*.yaml"):
        (bad / file.name).write_bytes(file.read_bytes())
    text = (bad / "criteria.yaml").read_text(encoding="utf-8")
    (bad / "criteria.yaml").write_text(text.replace("latest(", "newest(", 1), encoding="utf-8")
    for words in (["check", bad], ["explain", bad], ["screen", bad, records, "--on", "2026-11-01"]):
        done = run(*words)
        assert done.code == 3
        assert "error" in done.out
        assert "criteria.yaml:" in done.out
    assert run("check", "beem").code == 3
    assert run("check", tmp_path).code == 3


def test_4_records_unreadable(run: Run, tmp_path: Path) -> None:
    done = screen(run, tmp_path / "nowhere")
    assert (done.code, done.out) == (4, "")
    assert done.err.strip()
    assert run("import", tmp_path / "nowhere.json", "--out", tmp_path / "new").code == 4
    (tmp_path / "no.json").write_text("{}", encoding="utf-8")
    done = run("import", tmp_path / "no.json", "--out", tmp_path / "new")
    assert done.code == 4
    assert len(done.err.strip().splitlines()) == 1
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("engine", ["python", "duckdb"])
def test_5_some_records_skipped(run: Run, tmp_path: Path, engine: str) -> None:
    bad = (
        "p1,f9,measurement,alt,20,U/L,,40,yesterday,,final\nnobody,f10,condition,hiv,,,,,2020-01-01,,active\n"
    )
    folder = tidy(tmp_path / "bad", PERSONS, FACTS + bad)
    done = screen(run, folder, "--format", "json", "--engine", engine)
    assert done.code == 5
    result = json.loads(done.out)
    assert sorted(each["reason"] for each in result["skipped"]) == ["date_unreadable", "person_unknown"]
    (e2,) = [each for each in result["participants"][0]["criteria"] if each["id"] == "E2"]
    assert (e2["verdict"], e2["reason"]) == ("unknown", "record_unreadable")
    funnel = run("funnel", "beam", folder, "--on", "2026-11-01", "--engine", engine)
    assert funnel.code == 5


def test_records_with_the_mapping_of_one_study_are_screened_for_another(run: Run) -> None:
    """The folder was mapped for BEAM; BLISS-LN knows fewer concepts."""
    nanjing = ROOT / "examples" / "tidy-csv-nanjing"
    done = run("screen", "bliss-ln", nanjing, "--on", "2026-11-01", "--format", "json")
    assert done.code == run("screen", "beam", nanjing, "--on", "2026-11-01").code == 0
    result = json.loads(done.out)
    assert len(result["participants"]) == 4
    assert result["coverage"]["warnings"][0].startswith(
        "mapping.yaml explains concepts that this study does not"
    )
    assert "Warning: mapping.yaml explains" in done.err


def test_what_is_set_aside_is_listed_with_its_place(run: Run, tmp_path: Path) -> None:
    """Contract, Tidy CSV: `entered-in-error` facts are ignored and listed; like skipped rows, with file and line."""
    aside = "p1,f9,measurement,alt,20,U/L,,40,2026-10-01,,entered-in-error\n"
    folder = tidy(tmp_path / "records", PERSONS, FACTS + aside)
    done = screen(run, folder, "--format", "json")
    assert done.code == 0
    assert json.loads(done.out)["set_aside"] == [
        {
            "place": "facts.csv:5",
            "reason": "status_entered_in_error",
            "detail": "entered-in-error",
            "person": "p1",
            "concept": "alt",
            "fact": "f9",
        }
    ]


def test_a_resource_set_aside_is_listed_with_its_place(run: Run, tmp_path: Path) -> None:
    patient = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1990-01-01"}
    result = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "entered-in-error",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "1742-6"}]},
        "effectiveDateTime": "2026-10-01",
        "valueQuantity": {"value": 20, "unit": "U/L"},
    }
    entries = [{"resource": each} for each in (patient, result)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    (tmp_path / "p1.json").write_text(json.dumps(bundle), encoding="utf-8")
    (listed,) = json.loads(screen(run, tmp_path, "--format", "json").out)["set_aside"]
    assert listed["place"].startswith("p1.json")
    assert (listed["reason"], listed["concept"]) == ("status_entered_in_error", "alt")


def test_6_engines_that_disagree(run: Run, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SQL engine is given creatinine values of a tenth; the sample judged again brings it to light."""

    def spoilt(*given: Any) -> dict[str, pa.Table]:
        made = tables(*given)
        facts = made["facts"]
        for name in ("low", "high"):
            at = facts.column_names.index(name)
            facts = facts.set_column(at, name, pc.multiply(facts[name], 0.1))
        return {**made, "facts": facts}

    assert screen(run, records, "--engine", "duckdb", "--verify-sample", "100").code == 0
    monkeypatch.setattr(engines, "tables", spoilt)
    done = screen(run, records, "--engine", "duckdb", "--verify-sample", "100")
    assert done.code == 6
    assert "p1 I" in done.err


# The result


TOP = ["study", "study_version", "software", "on", "mode", "participants", "skipped", "coverage"]
PERSON = ["person", "verdict", "eligible_from", "valid_until", "possible_from", "possible_until", "criteria"]
CRITERION = ["id", "verdict", "reason", "reading", "sentence", "evidence", "margin"]
EVIDENCE = ["fact", "concept", "value", "unit", "converted", "converted_unit", "date"]


def test_json_is_the_contracts(run: Run) -> None:
    result = json.loads(screen(run, SAMPLE, "--format", "json").out)
    assert [key for key in result if key in TOP] == TOP
    assert set(result) - set(TOP) == {"set_aside", "synthetic"}
    assert (result["study"], result["on"], result["mode"]) == ("beam", "2026-11-01", "search")
    assert result["study_version"].startswith("sha256:")
    assert result["software"].startswith("trialwright ")
    assert len(result["participants"]) == 90
    for person in result["participants"]:
        assert [key for key in person if key in PERSON] == PERSON
        assert set(person) - set(PERSON) <= {"deceased", "recheck", "lapses"}
        assert [each["id"] for each in person["criteria"]] == PROTOCOL_ORDER
        verdicts = {each["verdict"] for each in person["criteria"]}
        assert verdicts <= {"pass", "fail", "unknown", "not_assessed"}
        assert person["criteria"][-1]["verdict"] == "not_assessed"
        if "deceased" not in person:
            worst = "fail" in verdicts, "unknown" in verdicts
            assert person["verdict"] == (
                "ineligible" if worst[0] else "undetermined" if worst[1] else "eligible"
            )
        for each in person["criteria"]:
            assert [key for key in each if key in CRITERION] == CRITERION
            assert set(each) - set(CRITERION) <= {"warnings"}
            assert each["sentence"]
            assert each["margin"] is None or set(each["margin"]) == {"value", "unit"}
            for fact in each["evidence"]:
                assert list(fact)[:7] == EVIDENCE
                assert isinstance(fact["value"], str)
                assert fact["converted"] is None or isinstance(fact["converted"], float)


def test_json_of_the_contracts_example(run: Run, records: Path) -> None:
    result = json.loads(screen(run, records, "--format", "json").out)
    (found,) = [each for each in result["participants"][0]["criteria"] if each["id"] == "I4"]
    assert (found["verdict"], found["reason"], found["reading"]) == ("fail", "value_out_of_range", "strict")
    fact = found["evidence"][0]
    assert fact["converted"] == pytest.approx(3.2)
    del fact["converted"]
    assert fact == {
        "fact": "f1",
        "concept": "serum_creatinine",
        "value": "282.88",
        "unit": "umol/L",
        "converted_unit": "mg/dL",
        "date": "2026-10-28",
    }
    assert found["margin"]["value"] == pytest.approx(-0.2)
    assert found["margin"]["unit"] == "mg/dL"
    assert "Serum creatinine 3.2 mg/dL on 2026-10-28 is not below 3" in found["sentence"]


def test_both_engines_write_the_same_json(run: Run) -> None:
    one = screen(run, SAMPLE, "--format", "json", "--engine", "python")
    other = screen(run, SAMPLE, "--format", "json", "--engine", "duckdb", "--verify-sample", "100")
    assert (one.code, other.code) == (0, 0)
    assert json.loads(one.out) == json.loads(other.out)


@pytest.mark.needs("java")
def test_spark_writes_the_same_json(run: Run) -> None:
    one = screen(run, SAMPLE, "--format", "json", "--engine", "duckdb")
    other = screen(run, SAMPLE, "--format", "json", "--engine", "spark", "--verify-sample", "100")
    assert (one.code, other.code) == (0, 0)
    assert json.loads(one.out) == json.loads(other.out)


def test_ndjson_is_one_participant_a_line(run: Run) -> None:
    people = [json.loads(line) for line in screen(run, SAMPLE, "--format", "ndjson").out.splitlines()]
    assert people == json.loads(screen(run, SAMPLE, "--format", "json").out)["participants"]


def test_csv_is_one_criterion_a_line(run: Run, records: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(screen(run, records, "--format", "csv").out)))
    assert [(row["person"], row["criterion"]) for row in rows] == [
        (person, criterion) for person in ("p1", "p2") for criterion in PROTOCOL_ORDER
    ]
    (i4,) = [row for row in rows if (row["person"], row["criterion"]) == ("p1", "I4")]
    assert (i4["verdict"], i4["fact"], i4["value"], i4["unit"]) == ("fail", "f1", "282.88", "umol/L")


def test_parquet_has_the_verdicts_of_the_json(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "verdicts.parquet"
    assert screen(run, SAMPLE, "--format", "parquet", "--out", out).code == 0
    written = [(row["person"], row["criterion"], row["verdict"]) for row in pq.read_table(out).to_pylist()]
    people = json.loads(screen(run, SAMPLE, "--format", "json").out)["participants"]
    assert written == [
        (person["person"], each["id"], each["verdict"]) for person in people for each in person["criteria"]
    ]


def test_table_is_one_person_a_line(run: Run) -> None:
    lines = screen(run, SAMPLE).out.splitlines()
    assert len([line for line in lines if line.startswith("syn-")]) == 90
    assert lines[2].split()[-22:] == PROTOCOL_ORDER


@pytest.mark.parametrize("language", ["en", "zh"])
def test_columns_stand_under_their_heads(run: Run, language: str) -> None:
    """The mark of the last criterion ends where its head ends, on a terminal that shows 汉 two columns wide."""
    nanjing = ROOT / "examples" / "tidy-csv-nanjing"
    lines = run("screen", "beam", nanjing, "--on", "2026-11-01", "--lang", language).out.splitlines()
    table = [columns_filled(line) for line in lines[2:7]]
    assert len(set(table)) == 1
    verdict = {"en": "verdict", "zh": "判定"}[language]
    assert columns_filled(lines[2].partition(verdict)[0]) == 39
    funnel = run("funnel", "beam", nanjing, "--on", "2026-11-01", "--lang", language).out.splitlines()
    assert len({columns_filled(line) for line in funnel[4:10]}) == 1


def columns_filled(line: str) -> int:
    return sum(2 if "\u4e00" <= character <= "\u9fff" else 1 for character in line)


def words_of(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


@pytest.mark.parametrize("command", ["screen", "funnel"])
def test_table_says_what_the_source_holds(run: Run, tmp_path: Path, command: str) -> None:
    """Contract, Coverage: in JSON, table and HTML facts and persons per concept, unmapped codes, warnings."""
    more = "p1,f4,measurement,alt,20,U/L,,40,2026-10-01,,\np1,f5,measurement,alt,20,U/L,,40,2026-10-02,,\n"
    codes = (f"p1,g{code},procedure,local|{code // 3},,,,,2026-10-01,,\n" for code in range(66))
    folder = tidy(tmp_path / "records", PERSONS, FACTS + more + "".join(codes))
    done = run(command, "beam", folder, "--on", "2026-11-01")
    table = words_of(done.out.rpartition("\n\n")[2])
    coverage = json.loads(run(command, "beam", folder, "--on", "2026-11-01", "--format", "json").out)[
        "coverage"
    ]
    assert coverage["warnings"]
    assert table.index(words_of(coverage["warnings"][-1])) < table.index("alt 2/1")
    assert all(words_of(warning) in table for warning in coverage["warnings"])
    assert all(row["concept"] in table for row in coverage["concepts"])
    listed = {row["concept"] for row in coverage["concepts"]}
    assert {"alt", "hiv", "dialysis"} <= listed, "what a criterion asks for"
    assert not listed & {"allocated", "taken_belimumab", "rescue_therapy", "discontinued_tacrolimus", "death",
                         "adverse_event", "major_deviation_at_week_24"}, "only the ledger of a trial states it"  # fmt: skip
    assert ["hiv 1/1" in table, "dialysis" in table, "dialysis 0/0" in table] == [True, True, False]
    assert "procedure, 66 records" in table
    assert [f"local|{code} 3" in table for code in (0, 19)] == [True, True]  # 22 codes: sorted, 20 are shown
    assert sum(f"local|{code} 3" in table for code in range(22)) == 20
    assert "Warning" not in done.err, "the table has said it"
    assert "Warning" in run(command, "beam", folder, "--on", "2026-11-01", "--format", "csv").err


def test_codes_of_a_source_cannot_steer_a_terminal(run: Run, tmp_path: Path) -> None:
    bell = "p1,g1,procedure,local|\x1b[2J\x07x,,,,,2026-10-01,,\n"
    done = screen(run, tidy(tmp_path / "records", PERSONS, FACTS + bell))
    assert "local|" in done.out
    assert not {"\x1b", "\x07"} & set(done.out)


# Synthetic people


@pytest.mark.parametrize("command", ["screen", "funnel"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_synthetic_people_are_labelled_everywhere(run: Run, tmp_path: Path, command: str, form: str) -> None:
    """Trust requirement: demo data is unmistakably marked. The manifest is what `synth` writes."""
    folder = tmp_path / "hospital"
    made = run("synth", "beam", "--people", "3", "--seed", "1", "--format", form, "--out", folder)
    assert made.code == 0

    def ask(*more: object) -> Done:
        return run(command, "beam", folder, "--on", "2026-11-01", *more)

    assert json.loads(ask("--format", "json").out)["synthetic"] is True
    assert ask().out.startswith("SYNTHETIC")
    assert ask("--lang", "zh").out.startswith("合成")
    assert '<p class="banner synthetic">' in ask("--format", "html").out
    assert "SYNTHETIC" in ask("--format", "csv").err
    assert "SYNTHETIC" in ask("--format", "parquet", "--out", tmp_path / "x.parquet").err
    (folder / "manifest.json").write_text('{"marker": "something else"}', encoding="utf-8")
    assert "synthetic" not in json.loads(ask("--format", "json").out)
    assert "SYNTHETIC" not in ask().out
    assert "banner synthetic" not in ask("--format", "html").out
    assert "SYNTHETIC" not in ask("--format", "csv").err


def test_a_large_synthetic_hospital_says_so_too(run: Run, tmp_path: Path) -> None:
    """As Parquet it is typed by DuckDB, another way through the program."""
    folder, out = tmp_path / "hospital", tmp_path / "x.parquet"
    assert run("synth", "beam", "--people", "3", "--seed", "1", "--out", folder).code == 0
    done = screen(run, folder, "--engine", "duckdb", "--format", "parquet", "--out", out)
    assert "SYNTHETIC" in done.err
    funnel = run("funnel", "beam", folder, "--on", "2026-11-01", "--engine", "duckdb", "--format", "json")
    assert json.loads(funnel.out)["synthetic"] is True


@pytest.mark.parametrize("within", ["", "inner"])
def test_an_archive_of_synthetic_people_says_so(run: Run, tmp_path: Path, within: str) -> None:
    archive = tmp_path / "hospital.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in SAMPLE.iterdir():
            packed.write(path, f"{within}/{path.name}" if within and path.suffix == ".csv" else path.name)
    assert json.loads(screen(run, archive, "--format", "json").out)["synthetic"] is True


def test_a_manifest_beside_bundles_is_no_broken_record(run: Run, tmp_path: Path) -> None:
    patient = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1990-01-01"}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}
    (tmp_path / "p1.json").write_text(json.dumps(bundle), encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"marker": "SYNTHETIC"}', encoding="utf-8")
    done = screen(run, tmp_path, "--format", "json")
    result = json.loads(done.out)
    assert (done.code, result["synthetic"], result["skipped"]) == (0, True, [])


@pytest.mark.parametrize("command", ["screen", "funnel"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_html_is_a_page(run: Run, records: Path, command: str, language: str) -> None:
    done = run(command, "beam", records, "--on", "2026-11-01", "--format", "html", "--lang", language)
    assert done.code == 0
    assert done.out.lower().startswith("<!doctype html>")
    assert done.out.rstrip().endswith("</html>")


def test_chinese(run: Run, records: Path) -> None:
    head = screen(run, records, "--lang", "zh").out.splitlines()[:2]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in line) for line in head)
    assert "不通过" in head[0]
    sentence = json.loads(screen(run, records, "--lang", "zh", "--format", "json").out)["participants"][0][
        "criteria"
    ][4]["sentence"]
    assert "血清肌酐" in sentence


def test_a_reading_changes_the_verdict(run: Run, records: Path) -> None:
    done = screen(run, records, "--format", "json", "--reading", "A0=registry")
    result = json.loads(done.out)
    first = [person["criteria"][0] for person in result["participants"]]
    assert [(each["verdict"], each["reading"]) for each in first] == [
        ("pass", "registry"),
        ("fail", "registry"),  # 76 years
    ]
    assert result["readings"] == {"A0": "registry"}


@pytest.mark.parametrize("command", ["screen", "funnel"])
def test_two_readings_of_one_criterion_are_refused(run: Run, records: Path, command: str) -> None:
    words = [command, "beam", records, "--on", "2026-11-01", "--reading", "I4=strict", "--reading"]
    done = run(*words, "I4=literal")
    assert (done.code, done.out) == (2, "")
    assert "I4=strict" in done.err
    assert "I4=literal" in done.err
    assert run(*words, "I4=strict").code == run(*words, "I5=planned").code == 0


def test_funnel_counts_everybody(run: Run) -> None:
    result = json.loads(run("funnel", "beam", SAMPLE, "--on", "2026-11-01", "--format", "json").out)
    assert sum(result["counts"].values()) == result["total"] == 90
    people = json.loads(screen(run, SAMPLE, "--format", "json").out)["participants"]
    for verdict, count in result["counts"].items():
        assert count == sum(person["verdict"] == verdict for person in people)
    assert [row["criterion"] for row in result["attrition"]] == [None, *PROTOCOL_ORDER]
    other = json.loads(
        run("funnel", "beam", SAMPLE, "--on", "2026-11-01", "--format", "json", "--order", "E9,I3").out
    )
    assert [row["criterion"] for row in other["attrition"]][:3] == [None, "E9", "I3"]
    assert other["counts"] == result["counts"]


def test_funnel_says_of_each_criterion_alone_what_its_columns_say(run: Run) -> None:
    """`fail it and no other` and `pass all others but not it`, counted in the verdicts of `screen`.

    I3 of the sample has 0 and 2: two people pass everything but an unknown proteinuria.
    """
    people = [
        {each["id"]: each["verdict"] for each in person["criteria"]}
        for person in json.loads(screen(run, SAMPLE, "--format", "json").out)["participants"]
        if not person.get("deceased")
    ]
    lines = run("funnel", "beam", SAMPLE, "--on", "2026-11-01").out.splitlines()
    (head,) = [index for index, line in enumerate(lines) if line.startswith("Each criterion alone")]
    assert "fail it and no other; pass all others but not it" in lines[head]
    for id, line in zip(PROTOCOL_ORDER, lines[head + 1 :], strict=False):
        others = [[person[other] for other in person if other != id] for person in people]
        mine = [person[id] for person in people]
        only = sum(one == "fail" and "fail" not in rest for one, rest in zip(mine, others, strict=True))
        rest_passes = sum(
            one in ("fail", "unknown") and set(rest) <= {"pass", "not_assessed"}
            for one, rest in zip(mine, others, strict=True)
        )
        assert line.split()[:1] + line.split()[3:5] == [id, str(only), str(rest_passes)]
        if id == "I3":
            assert (only, rest_passes) == (0, 2)


def test_funnel_says_which_readings_were_asked(run: Run) -> None:
    result = json.loads(
        run("funnel", "beam", SAMPLE, "--on", "2026-11-01", "--format", "json", "--reading", "I5=planned").out
    )
    assert result["readings"] == {"I5": "planned"}
    (back,) = [row for row in result["reading_effects"] if row["criterion"] == "I5"]
    assert (back["chosen"], back["reading"]) == ("planned", "default")


# What leaves the site


def small_numbers(part: Any, least: int, path: str = "") -> list[str]:
    """Where a result holds a whole number of people below `least`."""
    if isinstance(part, dict):
        return [
            found for key, value in part.items() for found in small_numbers(value, least, f"{path}.{key}")
        ]
    if isinstance(part, list):
        return [
            found
            for index, value in enumerate(part)
            for found in small_numbers(value, least, f"{path}.{index}")
        ]
    return [path] if isinstance(part, int) and not isinstance(part, bool) and 0 < part < least else []


LEAVING = """p1,x1,condition,icd10|E75.2,,,,,2020-01-01,,active
p1,x2,condition,icd10|E75.2,,,,,2021-01-01,,active
p1,x3,condition,icd10|E75.2,,,,,2022-01-01,,active
p1,x4,condition,icd10|E75.2,,,,,2023-01-01,,active
p1,x5,condition,icd10|E75.2,,,,,2024-01-01,,active
p1,x6,condition,icd10|E75.2,,,,,2025-01-01,,active
p1,x7,procedure,local|SECRET-1,,,,,2025-01-01,,
p2,row-eight,measurement,alt,20,U/L,,40,yesterday,,final
p2,x9,measurement,alt,20,U/L,,40,2026-10-01,,entered-in-error
"""


@pytest.mark.parametrize("least", [3, 5, 10])
def test_no_small_count_leaves_the_site(run: Run, tmp_path: Path, least: int) -> None:
    """`--least N`: no count of 1 to N-1 people in any format, and no code or name that could be one person's.

    One person has six records of a rare disease (Gaucher), more than `least`: records are not people.
    """
    facts = FACTS.replace("p2,f3,condition,hiv,,,,,2020-01-01,,active\n", "")
    folder = tidy(tmp_path / "records", PERSONS, facts + LEAVING)
    for source in (SAMPLE, folder):
        people = [row.partition(",")[0] for row in (source / "persons.csv").read_text().splitlines()[1:]]

        def ask(*more: object, source: Path = source) -> Done:
            return run("funnel", "beam", source, "--on", "2026-11-01", "--least", least, *more)

        result = json.loads(ask("--format", "json").out)
        assert result.pop("least") == least
        result.pop("on")
        assert small_numbers(result, least) == []
        assert (result["skipped"], result["set_aside"]) == (None, None)
        said = [ask("--format", form) for form in ("json", "ndjson", "csv", "html", "table")]
        text = "".join(done.out + done.err for done in said)
        assert not any(f"{person}{end}" in text for person in people for end in (" ", '"', "<", ","))
        assert not any(
            secret in text for secret in ("E75.2", "SECRET", "row-eight", "yesterday", "icd10|", "loinc|")
        )
        shown = list(csv.DictReader(io.StringIO(said[2].out)))
        counts = [row for row in shown if row["section"] != "shapley" and row["value"]]
        assert not [row for row in counts if 0 < float(row["value"]) < least]
        ask("--format", "parquet", "--out", tmp_path / "x.parquet")
        written = pq.read_table(tmp_path / "x.parquet").to_pylist()
        assert [row["value"] for row in written] == [
            float(row["value"]) if row["value"] else None for row in shown
        ]


def test_what_leaves_the_site_is_in_one_order(run: Run, tmp_path: Path) -> None:
    """85 people left after A0, 84 after E5a and A0: the difference is one person, so no other order leaves the site."""
    refused = run("funnel", "beam", SAMPLE, "--on", "2026-11-01", "--least", 5, "--order", "E5a,A0")
    assert refused.code == 2
    assert refused.out == ""
    assert "subtracted" in refused.err
    assert "protocol order" in refused.err
    assert run("funnel", "beam", SAMPLE, "--on", "2026-11-01", "--order", "E5a,A0").code == 0


@pytest.mark.parametrize("form", ["table", "json", "ndjson", "csv", "html", "parquet"])
def test_every_report_that_leaves_the_site_says_that_it_must_be_the_only_one(
    run: Run, tmp_path: Path, form: str
) -> None:
    sentence = "Do not give away a second report on the same people"
    to = ["--out", tmp_path / "x"] if form == "parquet" else []
    done = run("funnel", "beam", SAMPLE, "--on", "2026-11-01", "--format", form, "--least", 5, *to)
    if form == "parquet":
        first = pq.read_table(tmp_path / "x").to_pylist()[0]
        assert first["section"] == "note"
        assert first["measure"].startswith(sentence)
    else:
        assert sentence in done.out
    assert form == "table" or sentence in done.err
    inside = run("funnel", "beam", SAMPLE, "--on", "2026-11-01", "--format", form, *to)
    assert sentence not in inside.out + inside.err


def test_what_leaves_the_site_still_warns_without_counting(run: Run, tmp_path: Path) -> None:
    """Six condition records, all foreign, are warned of without code and count; one procedure is not at all."""
    facts = FACTS.replace("p2,f3,condition,hiv,,,,,2020-01-01,,active\n", "")
    folder = tidy(tmp_path / "records", PERSONS, facts + LEAVING)
    inside, outside = (
        json.loads(
            run("funnel", "beam", folder, "--on", "2026-11-01", "--format", "json", "--least", least).out
        )["coverage"]["warnings"]
        for least in (0, 5)
    )
    foreign = [
        [warning for warning in warnings if "of the kind" in warning] for warnings in (inside, outside)
    ]
    assert [len(warnings) for warnings in foreign] == [2, 1]
    assert "6 records" in foreign[0][0]
    assert foreign[1][0].startswith("The source holds records of the kind condition")
    assert [each for each in inside if each not in foreign[0]] == [
        each for each in outside if each not in foreign[1]
    ]


# Files


@pytest.mark.parametrize("form", ["table", "json", "ndjson", "csv", "html"])
def test_out_is_what_stdout_would_be(run: Run, records: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / "new" / "result"
    done = screen(run, records, "--format", form, "--out", out)
    assert (done.code, done.out) == (0, "")
    assert out.read_text(encoding="utf-8") == screen(run, records, "--format", form).out
    assert [path.name for path in out.parent.iterdir()] == ["result"]


@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
def test_a_failure_leaves_no_part_of_a_file(
    run: Run, records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """The second person cannot be judged: the old file stays as it was, and nothing lies beside it."""
    import trialwright.cli.screen as module

    real = module.assess_person

    def breaks(person: Any, *given: Any, **more: Any) -> Any:
        if person.person == "p2":
            raise ZeroDivisionError
        return real(person, *given, **more)

    monkeypatch.setattr(module, "assess_person", breaks)
    target = tmp_path / "out" / "result"
    target.parent.mkdir()
    target.write_text("before", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        screen(run, records, "--format", form, "--engine", "python", "--out", target)
    assert [path.name for path in target.parent.iterdir()] == ["result"]
    assert target.read_text(encoding="utf-8") == "before"


def test_a_place_that_cannot_be_written(run: Run, records: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = screen(run, records, "--out", tmp_path / "file" / "below")
    assert done.code == 2
    assert done.err.strip()


def test_a_pipe_and_a_link_stay_what_they_are(run: Run, records: Path, tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "target", tmp_path / "link", tmp_path / "pipe"
    target.write_text("before", encoding="utf-8")
    link.symlink_to(target)
    assert screen(run, records, "--out", link).code == 0
    assert link.is_symlink()
    said = target.read_text(encoding="utf-8")
    assert said.startswith("+ pass")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert screen(run, records, "--out", pipe).code == 0
        assert os.read(reader, 1 << 16).decode() == said
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_what_the_system_refuses_is_told(run: Run, records: Path) -> None:
    name = "x" * 5000
    assert [run("check", name).code, screen(run, name).code] == [3, 4]
    assert screen(run, records, "--mapping", name).code == 4


def test_ctrl_c_in_the_database(run: Run, records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_given: Any) -> None:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr("trialwright.cli.screen.read_records", interrupted)
    assert screen(run, records).code == 130


def test_explain_and_export(run: Run, tmp_path: Path) -> None:
    assert run("explain", "beam").out.startswith("#")
    assert json.loads(run("explain", "beam", "--format", "json").out)
    assert run("explain", "beam", "--format", "html").out.lower().startswith("<!doctype html>")
    record = tmp_path / "beam.json"
    assert run("export", "beam", "--to", "ctgov", "--out", record).code == 0
    done = run("import", record, "--out", tmp_path / "copy")
    assert done.code == 0
    assert (tmp_path / "copy" / "study.yaml").is_file()
    assert run("import", record, "--out", tmp_path / "copy").code == 2


def test_export_takes_a_study_and_says_where_the_data_of_an_archive_are(run: Run, tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text("", encoding="utf-8")
    done = run("export", tmp_path, "--to", "ctgov")
    assert (done.code, done.out) == (2, "")
    assert "`export` writes a study" in done.err
    assert "trialwright report" in done.err


def test_a_registry_record_is_english_and_says_so(run: Run) -> None:
    english, chinese = (
        run("export", "beam", "--to", "ctgov", "--lang", language) for language in ("en", "zh")
    )
    assert english.out == chinese.out
    assert (english.err, "英文" in chinese.err) == ("", True)
    assert run("export", "beam", "--to", "ctgov", "--lang", "zh", "--quiet").err == ""


def test_check_prints_findings_with_their_place(run: Run) -> None:
    done = run("check", "beam")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines
    for line in lines:
        severity, _, place, _ = line.split(" ", 3)
        assert severity in ("warning", "note", "info")
        file, _, number = place.rpartition(":")
        assert file.endswith(".yaml")
        assert number.isdigit()


def test_synth_writes_what_screen_reads(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "hospital"
    words = ["synth", "beam", "--people", "20", "--seed", "1", "--out", folder, "--format", "csv"]
    assert run(*words).code == 0
    assert run(*words).code == 2
    assert len(screen(run, folder, "--format", "ndjson").out.splitlines()) == 20


# Rubbish


def _zip(names: Iterable[str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "rubbish")
    return made.getvalue()


NOISE = bytes((7 * number * number + 13) % 256 for number in range(5_000))
RUBBISH: dict[str, tuple[str, bytes]] = {
    "empty file": ("a.json", b""),
    "noise": ("a.bin", NOISE),
    "noise called json": ("a.json", NOISE),
    "half a bundle": ("a.json", b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceTy'),
    "another json": ("a.json", b'{"hello": [1, 2, 3]}'),
    "a list": ("a.json", b"[1, null, true]"),
    "a bundle of nothing": ("a.json", b'{"resourceType": "Bundle", "type": "collection", "entry": []}'),
    "entries that are no resources": ("a.json", b'{"resourceType": "Bundle", "entry": [1, "x", null, {}]}'),
    "cut gzip": ("a.ndjson.gz", gzip.compress(b'{"resourceType": "Patient"}')[:-9]),
    "no gzip": ("a.ndjson.gz", NOISE),
    "an empty zip": ("a.zip", _zip([])),
    "a zip of rubbish": ("a.zip", _zip(["PERSON.csv", "x.txt"])),
    "a cut zip": ("a.zip", _zip(["PERSON.csv"])[:-30]),
    "a false database": ("a.duckdb", NOISE),
    "deep nesting": ("a.json", b"[" * 100_000),
}


@pytest.mark.parametrize("kind", RUBBISH)
def test_a_rubbish_file(run: Run, tmp_path: Path, kind: str) -> None:
    name, content = RUBBISH[kind]
    path = tmp_path / name
    path.write_bytes(content)
    done = screen(run, path)
    assert done.code == 4
    assert len(done.err.strip().splitlines()) == 1
    assert done.out == ""


@pytest.mark.parametrize(
    ("persons", "facts"),
    [
        (b"", b""),
        (NOISE, NOISE),
        (b"person_id,sex,birth_date\n", FACTS.encode()),
        (b"name;age\nx;3\n", FACTS.encode()),
        (PERSONS.encode(), b"\x00\x00\x00"),
        (PERSONS.encode(), b"a,b\n1,2\n"),
    ],
)
def test_a_rubbish_folder(run: Run, tmp_path: Path, persons: bytes, facts: bytes) -> None:
    (tmp_path / "persons.csv").write_bytes(persons)
    (tmp_path / "facts.csv").write_bytes(facts)
    done = screen(run, tmp_path)
    assert done.code == 4
    assert done.err.strip()
    assert done.out == ""


def test_parquet_that_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "persons.parquet").write_bytes(NOISE)
    (tmp_path / "facts.parquet").write_bytes(b"PAR1" + NOISE + b"PAR1")
    for engine in ("python", "duckdb"):
        out = tmp_path / "out.parquet"
        done = screen(run, tmp_path, "--engine", engine, "--format", "parquet", "--out", out)
        assert done.code == 4
        assert not out.exists()


def test_rows_of_rubbish_among_good_ones(run: Run, tmp_path: Path) -> None:
    bad = 'p1,f8\np1,f9,poetry,alt,20,U/L,,40,2026-10-28,,final\np1,f2,condition,hiv,,,,,2020-01-01,,active,x,y,z\n"p1\n'
    done = screen(run, tidy(tmp_path / "bad", PERSONS, FACTS + bad), "--format", "json")
    assert done.code == 5
    assert json.loads(done.out)["skipped"]
    assert len(json.loads(done.out)["participants"]) == 2


def test_a_closed_pipe_is_no_error(records: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "trialwright", "screen", "beam", records, "--on", "2026-11-01"],
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_full_stdout_and_a_poor_one(records: Path) -> None:
    words = [sys.executable, "-m", "trialwright", "check", "beam", "--lang", "zh"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(b"stdout")
    poor = {**os.environ, "PYTHONIOENCODING": "ascii"}
    assert subprocess.run(words, capture_output=True, env=poor, check=False).returncode == 0


def test_what_stands_in_records_does_not_act_on_a_terminal(run: Run, tmp_path: Path) -> None:
    patients = [
        {"resourceType": "Patient", "id": id, "gender": "female", "birthDate": "1990-01-01"}
        for id in ("\x1b[31mred", "two\nlines", "\x9b2J", "\u202edaer")
    ]
    broken = {"resourceType": "Observation", "id": "o", "subject": {"reference": "Patient/\x1b[0m"}}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": each} for each in [*patients, broken]]}
    (tmp_path / "records.json").write_text(json.dumps(bundle), encoding="utf-8")
    done = screen(run, tmp_path / "records.json")
    assert done.code == 5
    assert [line.split()[0] for line in done.out.splitlines()[2:6]] == [
        *("\\x1b[31mred", "two\\nlines", "\\x9b2J", "\\u202edaer"),
    ]
    assert not set("\x1b\x9b\u202e") & set(done.out + done.err)


def test_no_cell_is_a_formula(run: Run, tmp_path: Path) -> None:
    names = ["=1+1", "+1+1", "-1+1", "@a", "\uff1d1"]
    source = tidy(
        tmp_path / "records",
        "person_id,sex,birth_date\n" + "".join(f"{name},female,1990-01-01\n" for name in names),
        FACTS.partition("\n")[0] + "\n",
    )
    rows = csv.DictReader(io.StringIO(screen(run, source, "--format", "csv").out))
    assert {row["person"] for row in rows} == {f"'{name}" for name in names}
