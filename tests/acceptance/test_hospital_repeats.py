"""A large hospital as Parquet in which ids repeat: the first stays, the others are listed once, within bounds.

**Source** of what must come out: the contract, "Tidy CSV": of a `fact_id` repeated within the file the first stays.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.acceptance.test_hospital_by_sql import ON, by_python, listed, reader
from tests.unit.eligibility_support import beam
from trialwright.cli.main import main
from trialwright.eligibility.earliest import earliest_days
from trialwright.exchange.csv import again, hospital
from trialwright.exchange.csv.hospital import TidyHospital
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.record.raw import Skipped

GLUCOSE = {
    "kind": "measurement", "concept": "glucose_fasting", "value": "5", "unit": "mmol/L", "low": "", "high": "",
    "start": "2026-10-20", "end": "", "status": "final",
}  # fmt: skip
DRUG = {"kind": "exposure", "concept": "mycophenolate", "value": "1000", "unit": "mg/d", "end": "2026-10-21"}
# Person, fact id, what differs from a fasting glucose of 5. `p9` is nobody.
ROWS: list[tuple[str, str, dict[str, str]]] = [
    ("p1", "f1", {}),
    ("p9", "f1", {}),
    ("p3", "f1", {"value": "8"}),
    ("p6", "f1", DRUG),
    ("p1", "f2", {"start": "2020-01-01"}),  # too old to matter, and the first
    ("p2", "f2", {"value": "9"}),
    ("p4", "f4", {}),
    ("p4", "f4", {"value": "9", "start": "2026-10-10"}),
    ("", "f4", {}),
    ("p5", "f5", {"status": "entered-in-error"}),
    ("p5", "f6", {"value": "9", "status": "entered-in-error"}),
    ("p6", "f6", {"value": "8"}),
]
PEOPLE = 6


def write(folder: Path, rows: list[tuple[str, str, dict[str, str]]], people: int = PEOPLE) -> Path:
    """A hospital of so many people, its facts in two files."""
    (folder / "facts").mkdir(parents=True)
    lines = [{"person_id": person, "fact_id": fact} | GLUCOSE | change for person, fact, change in rows]
    persons = [{"person_id": f"p{at}", "sex": "female", "birth_date": "1990"} for at in range(1, people + 1)]
    pq.write_table(pa.Table.from_pylist(persons), folder / "persons.parquet")
    half = len(lines) // 2
    for part, some in enumerate((lines[:half], lines[half:])):
        pq.write_table(pa.Table.from_pylist(some), folder / "facts" / f"part-{part:05}.parquet")
    return folder


def load(folder: Path) -> tuple[list[Skipped], Counter[tuple[Any, ...]], set[tuple[str, str]], int]:
    """What is listed, the typed facts, what is left unknown, and in how many chunks it was loaded."""
    rules = beam().chosen()
    read = {concept for rule in rules for concept in rule.concepts}
    engine = DuckEngine(threads=1)
    try:
        found = TidyHospital(
            reader(folder),
            concepts={name: kind for name, kind in beam().concept_types.items() if name in read},
            earliest=earliest_days(rules, ON),
            on=ON,
            connection=engine.connection,
        )
        facts: Counter[tuple[Any, ...]] = Counter()
        lost: set[tuple[str, str]] = set()
        chunks = 0
        for _ in found.chunks():
            chunks += 1
            facts.update(
                engine.connection.sql(
                    "SELECT id, split_part(fact, '@', 1), concept, start_low, low, high, doubt "
                    "FROM facts JOIN persons USING (person)"
                ).fetchall()
            )
            lost |= set(
                engine.connection.sql(
                    "SELECT id, concept FROM unreadable JOIN persons USING (person)"
                ).fetchall()
            )
        return found.skipped, facts, lost, chunks
    finally:
        engine.close()


@pytest.mark.parametrize("size", [100, 4, 2, 1])
def test_whatever_the_chunks_the_first_stays_and_each_other_row_is_listed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Also a row of nobody, whose id repeats in every chunk."""
    folder = write(tmp_path / "records", ROWS)
    whole = load(folder)
    monkeypatch.setattr(hospital, "PEOPLE", size)
    skipped, facts, lost, chunks = load(folder)
    assert chunks == -(-PEOPLE // size)
    assert (facts, lost) == whole[1:3]
    python = by_python(folder)
    unknown = Counter(each.person for each in python.skipped if each.reason == "person_unknown")
    assert unknown == {"p9": 1}
    unseen = ("p2", "glucose_fasting", "fact_repeated")  # it repeats a row that is too old to matter: 0045
    assert listed(skipped) == listed(python.skipped) - Counter([unseen])
    assert lost == {(id, name) for id, person in python.persons.items() for name in person.unreadable}


def test_of_two_chunks_one_row_stays_though_the_file_has_the_later_person_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chunk that is judged first keeps its row: a verdict that was given is not taken back."""
    folder = write(
        tmp_path / "records", [("p5", "f1", {"value": "8"}), ("p1", "f1", {}), ("p1", "f1", {"value": "9"})]
    )
    monkeypatch.setattr(hospital, "PEOPLE", 3)
    skipped, facts, _, chunks = load(folder)
    assert chunks == 2
    assert sorted((id, low) for id, _, _, _, low, high, _ in facts if low == high) == [("p1", 5.0)]
    assert sorted((each.person, each.reason) for each in skipped) == [
        ("p1", "fact_repeated"),
        ("p5", "fact_repeated"),
    ]


def screen(folder: Path, out: Path) -> int:
    arguments = [
        "screen",
        "beam",
        str(folder),
        "--on",
        ON.isoformat(),
        "--format",
        "parquet",
        "--engine",
        "duckdb",
    ]
    return main([*arguments, "--verify-sample", "100", "--out", str(out)])


@pytest.mark.parametrize("size", [100, 2])
def test_who_is_judged_again_is_read_with_the_same_rows_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], size: int
) -> None:
    """Everybody is judged by both engines, and nothing is listed a second time for that."""
    folder = write(tmp_path / "records", ROWS)
    monkeypatch.setattr(hospital, "PEOPLE", size)
    out = tmp_path / "verdicts.parquet"
    assert screen(folder, out) == 5
    verdicts = {(row["person"], row["criterion"]): row for row in pq.read_table(out).to_pylist()}
    assert (verdicts["p6", "E4"]["verdict"], verdicts["p6", "E4"]["reason"]) == (
        "unknown",
        "record_unreadable",
    )
    assert (verdicts["p3", "E3"]["verdict"], verdicts["p3", "E3"]["reason"]) == (
        "unknown",
        "value_unreadable",
    )
    assert verdicts["p4", "E3"]["verdict"] == "pass"
    said = capfd.readouterr().err
    assert said.count("person_unknown") == 1
    assert said.count("fact_repeated") == 4
    assert said.count("person_missing") == 1


def test_ids_that_start_anew_for_each_person_are_refused_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    rows: list[tuple[str, str, dict[str, str]]] = [
        (f"p{person}", f"f{fact}", {}) for person in range(1, 5) for fact in range(10)
    ]
    folder = write(tmp_path / "records", rows)
    out = tmp_path / "verdicts.parquet"
    monkeypatch.setattr(again, "MOST", 40)
    assert screen(folder, out) == 5
    out.unlink()
    capfd.readouterr()
    monkeypatch.setattr(again, "MOST", 39)
    assert screen(folder, out) == 4
    said = capfd.readouterr()
    assert (said.out, list(tmp_path.iterdir())) == ("", [folder])
    assert said.err.strip().splitlines()[-1] == (
        f"{folder}: More than 39 rows bear the fact_id of another row, so these ids identify nothing. "
        "Make fact_id unique in the whole table, for example by putting person_id before it."
    )


def test_repeats_are_counted_over_all_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[tuple[str, str, dict[str, str]]] = [
        (f"p{person}", f"f{person}{fact}", {}) for person in range(1, 7) for fact in (0, 0, 1, 1)
    ]
    folder = write(tmp_path / "records", rows)
    monkeypatch.setattr(hospital, "PEOPLE", 2)
    monkeypatch.setattr(again, "MOST", 23)
    assert screen(folder, tmp_path / "verdicts.parquet") == 4
