"""The synthetic hospital: the same seed for ever, the tidy form to the letter, labelled, varied, without engines."""

from __future__ import annotations

import ast
import csv
import json
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import trialwright.simulation.hospital as hospital
from trialwright.simulation.hospital import CRITERIA, OVERALL, Batch, build_hospital, write_hospital
from trialwright.simulation.hospital import build as build_module
from trialwright.simulation.hospital.days import born_for_age, edges, months_before, straddling
from trialwright.simulation.hospital.kidney import creatinine_at_30
from trialwright.simulation.hospital.sample import write_sample

STUDIES = Path(__file__).parents[2] / "studies"
PERSONS = ["person_id", "sex", "birth_date", "death_date"]
FACTS = [
    "person_id",
    "fact_id",
    "kind",
    "concept",
    "value",
    "unit",
    "low",
    "high",
    "start",
    "end",
    "status",
    "route",
]
KINDS = {"measurement", "condition", "exposure", "procedure", "allergy", "finding"}


def one_batch(
    people: int, seed: int, on: date = hospital.REFERENCE_DATE, *, candidates: float = 0.5
) -> Batch:
    (batch,) = build_hospital(people, seed, on, candidates=candidates)
    return batch


@pytest.fixture(scope="module")
def rich() -> Batch:
    """Enough people, half of them candidates, for everything that is not very rare."""
    return one_batch(3000, seed=1)


@pytest.fixture(scope="module")
def rows(rich: Batch) -> list[dict[str, str]]:
    """The facts of `rich`."""
    columns = [rich.facts[name].cast(pa.string()).to_pylist() for name in FACTS]
    return [dict(zip(FACTS, values, strict=True)) for values in zip(*columns, strict=True)]


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    first, again, other = one_batch(300, seed=3), one_batch(300, seed=3), one_batch(300, seed=4)
    assert all(a.equals(b) for a, b in zip(first, again, strict=True))
    assert not first.facts.equals(other.facts)
    assert not first.truth.equals(other.truth)


def test_a_batch_needs_no_other_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_module, "BATCH", 100)
    batches = list(build_hospital(250, seed=3, candidates=0.5, visits=2))
    assert [batch.persons.num_rows for batch in batches] == [100, 100, 50]
    alone = build_module.build_batch(1, 100, 3, hospital.REFERENCE_DATE, candidates=0.5, visits=2)
    assert all(a.equals(b) for a, b in zip(batches[1], alone, strict=True))
    names = [name for batch in batches for name in batch.persons["person_id"].to_pylist()]
    assert names == [f"syn-{number:09}" for number in range(1, 251)]


def test_tables_have_the_columns_of_the_contract_and_hold_only_text(rich: Batch) -> None:
    assert rich.persons.column_names == PERSONS
    assert rich.facts.column_names == FACTS
    assert rich.truth.column_names == ["person_id", "criterion", "verdict", "reason"]
    for table in rich:
        for field in table.schema:
            assert pa.string() in (field.type, getattr(field.type, "value_type", None)), field
            assert table[field.name].null_count == 0


def test_rows_are_by_person_with_identifiers_of_their_own(rich: Batch) -> None:
    people = rich.facts["person_id"].cast(pa.string()).to_pylist()
    assert people == sorted(people)
    assert set(people) <= set(rich.persons["person_id"].to_pylist())
    identifiers = rich.facts["fact_id"].to_pylist()
    assert len(set(identifiers)) == len(identifiers)


def test_no_row_is_one_that_a_reader_must_skip(rich: Batch, rows: list[dict[str, str]]) -> None:
    assert set(rich.persons["sex"].to_pylist()) == {"female", "male", "other", "unknown"}
    for row in rows:
        assert row["kind"] in KINDS
        for name in ("start", "end"):
            if row[name]:
                text = row[name][:10]
                date.fromisoformat(text + "-01-01"[len(text) - 4 :])
        if len(row["start"]) >= 10 and len(row["end"]) >= 10:
            assert row["start"][:10] <= row["end"][:10]
        if row["kind"] == "measurement" and row["status"] != "registered":
            float(row["value"].lstrip("<>"))
        if row["kind"] == "exposure" and row["value"] != "false":
            float(row["value"] or 0)


def test_the_truth_has_every_criterion_of_everyone_and_adds_up(rich: Batch) -> None:
    verdicts: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rich.truth.to_pylist():
        verdicts[row["person_id"]][row["criterion"]] = f"{row['verdict']} {row['reason']}".strip()
    assert list(verdicts) == rich.persons["person_id"].to_pylist()
    for of_person in verdicts.values():
        assert list(of_person) == [*CRITERIA, OVERALL]
        total = of_person.pop(OVERALL)
        seen = {text.split()[0] for text in of_person.values()}
        expected = "ineligible" if "fail" in seen else "undetermined" if "unknown" in seen else "eligible"
        assert total in {expected, "ineligible deceased"}
        assert of_person["E10"] == "not_assessed"


def test_the_dead_are_ineligible_and_nothing_is_recorded_after_their_death(
    rich: Batch, rows: list[dict[str, str]]
) -> None:
    overall = [row for row in rich.truth.to_pylist() if row["criterion"] == OVERALL]
    died = dict(
        zip(rich.persons["person_id"].to_pylist(), rich.persons["death_date"].to_pylist(), strict=True)
    )
    dead = {row["person_id"] for row in overall if row["reason"] == "deceased"}
    assert dead
    assert dead == {name for name, day in died.items() if day and day <= "2026-11-01"}
    starts = Counter(
        row["start"][: len(died[row["person_id"]])] > died[row["person_id"]]
        for row in rows
        if row["person_id"] in dead
    )
    assert starts[False] > 50
    assert starts[True] == 0


def test_every_verdict_and_every_reason_occurs(rich: Batch) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for row in rich.truth.to_pylist():
        seen[row["criterion"]].add(row["verdict"])
        seen["reasons"].add(row["reason"])
    for criterion in CRITERIA:
        assert seen[criterion] == ({"not_assessed"} if criterion == "E10" else {"pass", "fail", "unknown"}), (
            criterion
        )
    assert seen[OVERALL] == {"eligible", "undetermined", "ineligible"}
    assert seen["reasons"] == {
        "", "attribution_missing", "biopsy_item_missing", "can_be_given", "conflict", "date_imprecise",
        "date_missing", "deceased", "end_missing", "equation_not_valid", "no_record", "range_missing",
        "route_missing", "surrogate_only", "unit_unknown",
    }  # fmt: skip


def test_records_are_as_untidy_as_a_hospital(rows: list[dict[str, str]]) -> None:
    units: dict[str, set[str]] = defaultdict(set)
    same_day: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        units[row["concept"]].add(row["unit"])
        same_day[row["person_id"], row["concept"], row["start"]] += row["concept"] == "serum_creatinine"
    assert {"mg/dL", "umol/L", "mmol/L", ""} <= units["serum_creatinine"]
    assert {"g/(24.h)", "mg/(24.h)", "g/d", ""} <= units["urine_protein_24h"]
    assert max(same_day.values()) > 1
    on = "2026-11-01"
    for wanted in (
        lambda row: row["status"] == "entered-in-error",
        lambda row: row["value"].startswith("<"),
        lambda row: row["value"].startswith(">"),
        lambda row: row["start"] > on + "T",
        lambda row: len(row["start"]) == 7,
        lambda row: len(row["start"]) == 4,
        lambda row: row["start"] == "",
        lambda row: row["start"].endswith("T00:20:00+08:00"),
        lambda row: row["value"] == "false" and row["kind"] == "condition",
        lambda row: row["concept"] == "loinc|2093-3",
    ):
        assert any(wanted(row) for row in rows)


def test_a_hospital_is_mostly_other_people_with_long_records() -> None:
    batch = one_batch(5000, seed=2, candidates=0.03)
    assert 45 < batch.facts.num_rows / 5000 < 75
    chosen = Counter(row["verdict"] for row in batch.truth.to_pylist() if row["criterion"] == OVERALL)
    assert chosen["ineligible"] > 4500
    assert chosen["undetermined"] > chosen["eligible"] >= 1


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_folder_is_labelled_counted_and_the_same_to_the_byte(
    tmp_path: Path, suffix: hospital.Format
) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    told: list[int] = []
    for folder in folders:
        write_hospital(folder, 150, 8, format=suffix, candidates=0.5, progress=told.append)
    assert told == [150, 150]
    files = [sorted(path.relative_to(folder) for path in folder.rglob("*.*")) for folder in folders]
    assert files[0] == files[1]
    assert all((folders[0] / name).read_bytes() == (folders[1] / name).read_bytes() for name in files[0])
    manifest = json.loads((folders[0] / "manifest.json").read_text())
    assert manifest["marker"] == "SYNTHETIC"
    assert "SYNTHETIC" in (folders[0] / "README.md").read_text()
    assert (manifest["seed"], manifest["people"], manifest["on"]) == (8, 150, "2026-11-01")
    assert sum(manifest["overall"].values()) == 150
    assert list(manifest["verdicts"]) == list(CRITERIA)
    assert all(sum(counts.values()) == 150 for counts in manifest["verdicts"].values())


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    manifest = write_hospital(tmp_path / "p", 120, 8, candidates=0.5)
    write_hospital(tmp_path / "c", 120, 8, format="csv", candidates=0.5)
    for table, where in (("persons", "persons.parquet"), ("facts", "facts"), ("truth", "truth.parquet")):
        with (tmp_path / "c" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows == pq.read_table(tmp_path / "p" / where).to_pylist()
    assert manifest["facts"] == pq.read_table(tmp_path / "p" / "facts").num_rows


def test_refuses_a_folder_in_use_and_numbers_out_of_range(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(FileExistsError):
        write_hospital(tmp_path, 10, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    for people, seed, candidates in ((0, 1, 0.1), (10, -1, 0.1), (10, 1, 1.1)):
        with pytest.raises(ValueError, match="people must be"):
            list(build_hospital(people, seed, candidates=candidates))


def test_the_bundled_sample_is_what_the_generator_makes(tmp_path: Path) -> None:
    sample = STUDIES / "beam" / "sample"
    write_sample(tmp_path / "sample")
    made = {path.name: path.read_bytes() for path in (tmp_path / "sample").iterdir()}
    assert {path.name: path.read_bytes() for path in sample.iterdir()} == made
    assert len(made["facts.csv"]) <= 300_000
    overall = json.loads(made["manifest.json"])["overall"]
    assert overall["eligible"] >= 1
    assert overall["eligible"] + overall["undetermined"] >= 5


def test_no_engine_and_no_clock_has_a_say() -> None:
    folder = Path(hospital.__file__).parent
    imported = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
    ours = {name for name in imported if name.startswith("trialwright")}
    assert ours
    assert all(name.startswith("trialwright.simulation.hospital") for name in ours)
    assert not imported & {"random", "secrets", "time", "uuid", "os"}


# facts.md section 4.1, "SCr at which eGFR = 30", 2009 equation
@pytest.mark.parametrize(
    ("age", "female", "creatinine"),
    [
        (18, True, 2.301), (30, True, 2.146), (40, True, 2.025), (50, True, 1.911), (65, True, 1.751),
        (18, False, 2.916), (30, False, 2.719), (40, False, 2.566), (50, False, 2.421), (65, False, 2.219),
    ],
)  # fmt: skip
def test_creatinine_at_an_egfr_of_30(age: int, female: bool, creatinine: float) -> None:
    assert creatinine_at_30(np.array([float(age)]), female)[0] == pytest.approx(creatinine, abs=5e-4)


# criteria.md, "Reference date": a birthday on 29 February falls on 1 March in common years
@pytest.mark.parametrize(
    ("on", "age", "first", "last"),
    [
        (date(2026, 11, 1), 18, date(2007, 11, 2), date(2008, 11, 1)),
        (date(2026, 11, 1), 75, date(1950, 11, 2), date(1951, 11, 1)),
        (date(2026, 2, 28), 18, date(2007, 3, 1), date(2008, 2, 28)),
        (date(2027, 3, 1), 19, date(2007, 3, 2), date(2008, 3, 1)),
        (date(2024, 2, 29), 18, date(2005, 3, 1), date(2006, 2, 28)),
        (date(2024, 2, 29), 20, date(2003, 3, 1), date(2004, 2, 29)),
    ],
)
def test_birth_days_of_an_age(on: date, age: int, first: date, last: date) -> None:
    assert born_for_age(on, age) == (first.toordinal(), last.toordinal())


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)),  # criteria.md, "Look-back windows"
        (date(2024, 5, 31), 3, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 11, 1), 6, date(2026, 5, 1)),
    ],
)
def test_calendar_months(day: date, months: int, expected: date) -> None:
    assert months_before(day.toordinal(), months) == expected.toordinal()


def test_windows_of_the_reference_date() -> None:
    edge = edges(date(2026, 11, 1))
    assert [
        date.fromordinal(day).isoformat() for day in (edge.pulse, edge.screening, edge.washout, edge.quarter)
    ] == [
        "2026-10-18",
        "2026-10-04",
        "2026-08-09",
        "2026-08-01",
    ]


@pytest.mark.parametrize(
    ("edge", "text"),
    [(date(2026, 8, 9), "2026-08"), (date(2026, 8, 1), "2026"), (date(2026, 1, 1), "")],
)
def test_a_partial_date_around_a_day(edge: date, text: str) -> None:
    assert straddling(edge.toordinal()) == text
