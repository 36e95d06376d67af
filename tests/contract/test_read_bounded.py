"""A line or a file without end is refused with a sentence, before it fills the memory or the time of whoever reads it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.contract.read_support import options, read
from tests.contract.test_read_recognise import BUNDLE, FACTS, PATIENT, PERSONS, fill
from tests.unit.conduct.support import Rehearsal, salts, two_sites
from trialwright.cli.main import main
from trialwright.exchange.archive import create_archive
from trialwright.exchange.archive.files import ENTERED, EVENTS, MANIFEST
from trialwright.exchange.csv import table
from trialwright.exchange.ctgov import NotARegistryRecord, import_record
from trialwright.exchange.fhir import files
from trialwright.exchange.folder import read_study
from trialwright.exchange.recognise import load_mapping, open_records
from trialwright.exchange.source import RecordsUnreadable
from trialwright.record.raw import Skipped

SMALL = 1_000


def observation(person: str, text: str = "") -> str:
    """A creatinine of somebody, with a note."""
    return json.dumps(
        {
            "resourceType": "Observation",
            "id": f"o-{person}-{len(text)}",
            "status": "final",
            "subject": {"reference": f"Patient/{person}"},
            "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
            "effectiveDateTime": "2026-10-01",
            "valueQuantity": {"value": 1.0, "code": "mg/dL", "system": "http://unitsofmeasure.org"},
            "note": [{"text": text}],
        }
    )


@pytest.mark.parametrize(
    ("line", "person", "lost"),
    [
        (observation("p1", "x" * SMALL), "p1", frozenset()),
        (" " * 3 * SMALL, "", {"measurement", "finding"}),
        ('{"resourceType": "Observation", ' + " " * SMALL, "", {"measurement", "finding"}),
    ],
    ids=["of somebody", "of blanks", "of nobody knows whom"],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_line_of_ndjson(
    tmp_path: Path, line: str, person: str, lost: set[str], packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is listed, and the lines after it are read."""
    monkeypatch.setattr(files, "LONGEST_LINE", SMALL)
    people = "".join(json.dumps({**PATIENT, "id": id}) + "\n" for id in ("p1", "p2"))
    text = "\n".join([observation("p1"), line, observation("p2"), ""]).encode()
    fill(tmp_path, Patient__ndjson=people)
    name = "Observation.ndjson.gz" if packed else "Observation.ndjson"
    (tmp_path / name).write_bytes(gzip.compress(text) if packed else text)
    reader = open_records(tmp_path, options())
    found = [item for item in reader if isinstance(item, Skipped)]
    assert [(one.place, one.reason, one.person, one.affects) for one in found] == [
        (f"{name}:2", "line_too_long", person, True)
    ]
    assert reader.not_covered == lost
    assert [fact.person for fact in read(tmp_path).facts] == ["p1", "p2"]


def test_a_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_DOCUMENT", SMALL)
    fill(tmp_path, a__json=json.dumps(BUNDLE), b__json=json.dumps(BUNDLE) + " " * SMALL)
    found = [item for item in open_records(tmp_path, options()) if isinstance(item, Skipped)]
    assert [(one.place, one.reason) for one in found] == [("b.json", "file_too_large")]
    (tmp_path / "a.json").unlink()
    with pytest.raises(RecordsUnreadable) as error:
        list(open_records(tmp_path, options()))
    assert error.value.place == "b.json"


_READ = """
import resource, sys
from pathlib import Path
from trialwright.exchange.fhir.files import read_file
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = list(read_file(Path(sys.argv[1]), "x"))
assert [one.reason for one in found] == ["line_too_long"], found
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_the_memory_it_takes(tmp_path: Path) -> None:
    """A line of 600 MB in a file of 600 kB, which took 1,350 MB."""
    path = tmp_path / "Observation.ndjson.gz"
    block = b" " * (10 << 20)
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(60):
            file.write(block)
    ended = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], check=True, capture_output=True, text=True
    )
    assert int(ended.stdout) < 200


def test_a_row_of_a_tidy_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LONGEST_ROW", SMALL)
    row = "p1,{},measurement,creatinine,1.0,mg/dL,,,2026-10-01,,final\n"
    long = f'p1,f2,measurement,creatinine,"{"9" * 3 * SMALL}",mg/dL,,,2026-10-01,,final\n'
    fill(tmp_path, persons__csv=PERSONS, facts__csv=FACTS + row.format("f1") + long + row.format("f3"))
    found = read(tmp_path)
    assert [(one.place, one.reason, one.person, one.concept, one.affects) for one in found.skipped] == [
        ("facts.csv:3", "line_too_long", "p1", "creatinine", True)
    ]
    assert [fact.fact for fact in found.facts] == ["f1", "f3"]


def test_the_names_of_the_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LONGEST_ROW", SMALL)
    fill(tmp_path, persons__csv=PERSONS, facts__csv="x" * 2 * SMALL)
    with pytest.raises(RecordsUnreadable):
        list(open_records(tmp_path, options()))


def _endless(path: Path) -> None:
    """A file that fills no disk and any memory: a terabyte of nothing."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate(1 << 40)


def test_a_mapping(tmp_path: Path) -> None:
    _endless(tmp_path / "mapping.yaml")
    with pytest.raises(RecordsUnreadable) as error:
        load_mapping(tmp_path / "mapping.yaml", options())
    assert "larger than 8 MiB" in error.value.message.template.format(most=8)


def test_a_part_of_a_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "study").mkdir()
    _endless(tmp_path / "study" / "study.yaml")
    assert main(["check", str(tmp_path / "study")]) == 3
    assert "study.yaml:0 The file is larger than 2 MiB." in capsys.readouterr().out


def test_a_study_with_very_many_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shutil.copytree(Path(__file__).parents[2] / "studies" / "template", tmp_path / "study")
    with (folder / "study.yaml").open("a", encoding="utf-8") as file:
        file.writelines(f"k{number}: v\n" for number in range(100_000))
    began = time.process_time()
    assert main(["check", str(folder)]) == 3
    assert time.process_time() - began < 60
    assert capsys.readouterr().out.count(" unknown_key ") == 500


def test_a_record_of_a_registry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _endless(tmp_path / "record.json")
    assert main(["import", str(tmp_path / "record.json"), "--out", str(tmp_path / "new")]) == 4
    assert "is larger than 64 MiB: no registry record." in capsys.readouterr().err


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bounded") / "trial"
    store = create_archive(folder, two_sites(read_study("beam")), rehearsal=True, draw=salts())
    Rehearsal(store=store).consented()
    store.write_manifest()
    return folder


@pytest.mark.parametrize(("part", "verify"), [(EVENTS, 6), (ENTERED, 6), (MANIFEST, 4), ("definitions", 6)])
def test_a_part_of_an_archive(
    made: Path, tmp_path: Path, part: str, verify: int, capsys: pytest.CaptureFixture[str]
) -> None:
    trial = shutil.copytree(made, tmp_path / "trial")
    (path,) = (trial / "definitions").iterdir() if part == "definitions" else (trial / part,)
    _endless(path)
    words = ("delegate", "--site", "a", "account=x", "role=nurse", "--as", "sponsor")
    for command, code in (
        (["verify", str(trial)], verify),
        (["queries", str(trial)], 4),
        (["act", str(trial), *words, "--at", "2026-02-01T09:00+08:00"], 4),
    ):
        assert main(command) == code
        shown = capsys.readouterr()
        assert " MiB." in shown.out + shown.err
    assert path.stat().st_size == 1 << 40  # nothing was cut off: it is for people to look at


# What is quoted of a long value

DIGITS = "9" * 100_000


@pytest.mark.parametrize(
    "words",
    [
        ("delegate", "--site", "a", f"account={DIGITS}", "role=nurse"),
        ("delegate", "--site", "a", "account=nurse_9", f"role={DIGITS}"),
        ("delegate", "--site", DIGITS, "account=nurse_9", "role=nurse"),
        ("delegate", "--site", "a", "account=nurse_9", "role=nurse", f"{DIGITS}=1"),
        ("mask", "--site", "a", f"position={DIGITS}", "--reason", "x"),
        (DIGITS,),
        ("delegate", DIGITS),
        ("consent", "--site", "a", f"date={DIGITS}", "sex=male", "birth=1980"),
        ("consent", "--site", "a", "date=2026-01-10", f"sex={DIGITS}", "birth=1980"),
    ],
    ids=range(9),
)
def test_a_refusal_is_short(made: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    given = ["act", str(made), *words, "--as", "sponsor", "--at", "2026-02-01T09:00+08:00"]
    assert main(given) in (2, 6)
    assert 0 < len(capsys.readouterr().err) < 3_000


def test_a_listed_row_is_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = f"p1,f1,measurement,serum_creatinine,x{DIGITS},mg/dL,,,{DIGITS},,final\n"
    fill(tmp_path / "records", persons__csv=PERSONS, facts__csv=FACTS + row)
    words = ["screen", "beam", str(tmp_path / "records"), "--on", "2026-11-01", "--format", "json"]
    assert main([*words, "--out", str(tmp_path / "out.json")]) == 5
    assert len(capsys.readouterr().err) < 20_000
    (listed,) = json.loads((tmp_path / "out.json").read_bytes())["skipped"]
    assert listed["detail"] == "9" * 200 + "\u2026"


# A registry record


def record(criteria: str, **modules: object) -> str:
    """A record with an eligibility text."""
    stated = {
        "identificationModule": {"nctId": "NCT00000000", "briefTitle": "x"},
        "designModule": {"studyType": "INTERVENTIONAL"},
        "eligibilityModule": {"eligibilityCriteria": criteria},
    }
    return json.dumps({"protocolSection": {**stated, **modules}})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (record("* a\n" * 50_000), "199,999 characters; at most 100,000 are read"),
        (record("* a\n" * 2_001), "2,001 criteria; at most 2,000 are read"),
        (
            record("* a", contactsLocationsModule={"locations": [{"city": "Nanjing"}] * 10_001}),
            "locations has 10,001 entries; at most 10,000 are read",
        ),
        (
            record("* a", eligibilityModule={"minimumAge": "9" * 5_000 + " Years"}),
            "minimumAge is no age: " + "9" * 60 + "\u2026.",
        ),
    ],
    ids=["a long text", "many criteria", "many sites", "an age"],
)
def test_a_record_nobody_wrote(text: str, said: str) -> None:
    began = time.process_time()
    with pytest.raises(NotARegistryRecord) as error:
        import_record(text)
    assert said in str(error.value)
    assert time.process_time() - began < 5


def test_sites_in_one_city_are_numbered_in_their_order() -> None:
    places = [{"city": city} for city in ("Nanjing", "Nanjing 2", "Nanjing", "Nanjing", "Nanjing 2")]
    text = import_record(record("* a", contactsLocationsModule={"locations": places}))["study.yaml"]
    ids = [line.strip()[6:] for line in text.splitlines() if line.strip().startswith("- id: nanjing")]
    assert ids == ["nanjing", "nanjing_2", "nanjing_3", "nanjing_4", "nanjing_2_2"]


# Zip archives


def test_what_is_not_looked_at_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "unpacked"))
    (tmp_path / "unpacked").mkdir()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("export/persons.csv", PERSONS)
        archive.writestr("export/facts.csv", FACTS)
        for number in range(5_000):
            archive.writestr(f"export/old/{number}/facts.csv", "x")
    reader = open_records(tmp_path / "a.zip", options())
    assert [type(item).__name__ for item in reader] == ["RawPerson"]
    assert len([path for path in (tmp_path / "unpacked").rglob("*") if path.is_file()]) == 2


def test_an_archive_whose_files_share_their_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("persons.csv", PERSONS)
        archive.writestr("facts.csv", FACTS + "x" * 10_000)
        first = archive.filelist[1]
        for number in range(3):
            again = zipfile.ZipInfo(f"facts{number}.csv")
            for name in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(again, name, getattr(first, name))
            archive.filelist.append(again)
    with pytest.raises(RecordsUnreadable) as error:
        open_records(path, options())
    assert "lie over each other" in error.value.message.template


def test_folders_in_folders_without_end(tmp_path: Path) -> None:
    here, depth = Path.cwd(), 1_500
    try:
        os.chdir(tmp_path)
        for _ in range(depth):
            Path("a").mkdir()
            os.chdir("a")
        with pytest.raises(RecordsUnreadable):
            open_records(tmp_path / "a", options())
    finally:
        for _ in range(depth):  # no ordinary way to remove a folder goes as deep
            os.chdir("..")
            Path("a").rmdir()
        os.chdir(here)
