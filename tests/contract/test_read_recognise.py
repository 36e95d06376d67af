"""Records are recognised by what they hold; anything else is refused in one sentence that names the path."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from tests.contract.read_support import options, read
from trialwright.exchange.recognise import open_records
from trialwright.exchange.source import RecordsUnreadable

PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1990-04-02"}
BUNDLE = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PATIENT}]}
PERSONS = "person_id,sex,birth_date\np1,female,1990-04-02\n"
FACTS = "person_id,fact_id,kind,concept,value,unit,low,high,start,end,status\n"
PERSON = "person_id,gender_concept_id,year_of_birth\n1,8532,1990\n"


def fill(folder: Path, **files: str | bytes) -> Path:
    """Write files into a folder; `__` in a name is a dot."""
    folder.mkdir(exist_ok=True, parents=True)
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.mark.parametrize(
    ("files", "form"),
    [
        ({"any__json": json.dumps(BUNDLE)}, "fhir"),
        ({"any__json": json.dumps(BUNDLE, indent=2)}, "fhir"),
        ({"noending": json.dumps(BUNDLE)}, "fhir"),
        ({"any__json__gz": gzip.compress(json.dumps(BUNDLE).encode())}, "fhir"),
        ({"Patient1__ndjson": json.dumps(PATIENT) + "\n"}, "fhir-bulk"),
        ({"x__ndjson__gz": gzip.compress(json.dumps(PATIENT).encode())}, "fhir-bulk"),
        ({"lines__json": json.dumps(PATIENT) + "\n" + json.dumps({**PATIENT, "id": "p2"}) + "\n"}, "fhir"),
        ({"persons__csv": PERSONS, "facts__csv": FACTS, "notes__txt": "x"}, "tidy"),
        ({"PERSONS__CSV": PERSONS, "Facts__csv": FACTS}, "tidy"),
        ({"PERSON__csv": PERSON}, "omop"),
        ({"person__csv__gz": gzip.compress(PERSON.encode())}, "omop"),
    ],
)
def test_folders(tmp_path: Path, files: dict[str, str | bytes], form: str) -> None:
    given = read(fill(tmp_path / "records", **files))
    assert given.reader.format == form
    assert given.persons[0].sex == "female"


def test_a_folder_inside_a_folder(tmp_path: Path) -> None:
    fill(tmp_path / "records" / "output" / "fhir", any__json=json.dumps(BUNDLE))
    fill(tmp_path / "records" / "__MACOSX", person__csv="x")
    assert read(tmp_path / "records").reader.format == "fhir"


@pytest.mark.parametrize(
    ("members", "form"),
    [
        ({"a.json": json.dumps(BUNDLE)}, "fhir"),
        ({"persons.csv": PERSONS, "facts.csv": FACTS}, "tidy"),
        ({"x/PERSON.csv": PERSON, "__MACOSX/x/._PERSON.csv": "junk", ".DS_Store": "junk"}, "omop"),
    ],
)
def test_archives(tmp_path: Path, members: dict[str, str], form: str) -> None:
    with zipfile.ZipFile(tmp_path / "any.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert read(tmp_path / "any.zip").reader.format == form


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("table.csv", PERSONS.encode()),
        ("notes.txt", b"Dear colleague"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("empty.json", b""),
        ("cut.zip", b"PK\x03\x04" + bytes(100)),
        ("array.json", b"[1, 2, 3]"),
        ("other.json", b'{"resource": "Patient"}'),
        ("cut.json.gz", gzip.compress(json.dumps(BUNDLE).encode())[:-20]),
    ],
)
def test_other_files_are_refused_by_name(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RecordsUnreadable) as refused:
        read(tmp_path / name)
    assert name in refused.value.place


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"notes__txt": "x"},
        {"package__json": "{}"},
        {"persons__csv": PERSONS},
        {"facts__csv": FACTS},
        {"persons__csv": PERSONS, "persons__parquet": b"PAR1", "facts__csv": FACTS},
    ],
)
def test_other_folders_are_refused(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    with pytest.raises(RecordsUnreadable):
        read(fill(tmp_path / "records", **files))


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordsUnreadable) as refused:
        open_records(str(tmp_path / "nothing"), options())
    assert refused.value.place.endswith("nothing")


def test_a_damaged_archive_names_its_damaged_member(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "any.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("PERSON.csv", PERSON * 50)
    data = bytearray((tmp_path / "any.zip").read_bytes())
    data[45:60] = b"\xff" * 15
    (tmp_path / "any.zip").write_bytes(bytes(data))
    with pytest.raises(RecordsUnreadable) as refused:
        read(tmp_path / "any.zip")
    assert dict(refused.value.message.values)["names"] == ("PERSON.csv",)


def test_temporary_files_go_when_the_reader_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    with zipfile.ZipFile(tmp_path / "any.zip", "w") as archive:
        archive.writestr("PERSON.csv", PERSON)
    given = read(tmp_path / "any.zip")
    assert list((tmp_path / "temporary").iterdir())
    del given
    assert not list((tmp_path / "temporary").iterdir())
