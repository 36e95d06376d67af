"""A hospital as Parquet, typed and judged by SQL: the same tables as by Python, and the truth that was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.eligibility_support import beam
from trialwright.cli.main import main
from trialwright.cli.records import read_options
from trialwright.eligibility.earliest import earliest_days
from trialwright.eligibility.search import plan_search, read_lines
from trialwright.eligibility.verdict import overall
from trialwright.exchange.assemble import Assembled, assemble
from trialwright.exchange.coverage import Coverage
from trialwright.exchange.csv import TidyReader
from trialwright.exchange.csv import hospital as large
from trialwright.exchange.csv.hospital import TidyHospital
from trialwright.exchange.engines.duck import DuckEngine
from trialwright.exchange.source import RecordsUnreadable
from trialwright.exchange.typed import tables
from trialwright.logic.interpreter import Setting
from trialwright.record.raw import Skipped
from trialwright.simulation.hospital import OVERALL, write_hospital
from trialwright.study.rules import FORMULAS
from trialwright.terms.dates import FIRST_DAY

ON = date(2026, 11, 1)
PEOPLE = 2_000


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2,000 people, many of them near the limits, their facts in two files."""
    folder = tmp_path_factory.mktemp("hospital") / "records"
    write_hospital(folder, PEOPLE, 11, ON, candidates=0.5, visits=2)
    (only,) = (folder / "facts").glob("*.parquet")
    whole = pq.read_table(only)
    half = whole.num_rows // 2 + 7  # in the midst of a person
    pq.write_table(whole.slice(0, half), folder / "facts" / "part-00000.parquet")
    pq.write_table(whole.slice(half), folder / "facts" / "part-00001.parquet")
    return folder


def reader(folder: Path) -> TidyReader:
    parts = sorted((folder / "facts").glob("*.parquet"))
    return TidyReader(folder / "persons.parquet", parts, source="x", options=read_options(beam(), None))


def hospital_of(folder: Path, engine: DuckEngine) -> TidyHospital:
    rules = beam().chosen()
    read = {concept for rule in rules for concept in rule.concepts}
    return TidyHospital(
        reader(folder),
        concepts={name: kind for name, kind in beam().concept_types.items() if name in read},
        earliest=earliest_days(rules, ON),
        on=ON,
        connection=engine.connection,
    )


def open_by_sql(folder: Path, engine: DuckEngine, people: int = PEOPLE) -> TidyHospital:
    found = hospital_of(folder, engine)
    assert list(found.chunks()) == [people]
    return found


def by_python(folder: Path) -> Assembled:
    rules = beam().chosen()
    read = {concept for rule in rules for concept in rule.concepts}
    coverage = Coverage({concept.name: concept.kind for concept in beam().study.concepts})
    kinds = {name: kind for name, kind in beam().concept_types.items() if name in read}
    return assemble(reader(folder), kinds, coverage)


Rows = list[dict[str, Any]]


def with_ids(found: Mapping[str, pa.Table]) -> tuple[Rows, Rows, Rows]:
    """The three typed tables with the ids of the people instead of their numbers."""
    facts, persons, unreadable = (found[name].to_pylist() for name in ("facts", "persons", "unreadable"))
    ids = {row["person"]: row["id"] for row in persons}
    assert len(ids) == len(persons)
    for row in (*facts, *persons, *unreadable):
        row["person"] = ids[row["person"]]
    return facts, persons, unreadable


def by_sql(engine: DuckEngine) -> tuple[Rows, Rows, Rows]:
    names = ("facts", "persons", "unreadable")
    return with_ids({name: engine.connection.sql(f"FROM {name}").to_arrow_table() for name in names})


def by_key(found: list[dict[str, Any]]) -> dict[tuple[str, ...], dict[str, Any]]:
    result = {(row["person"], row["fact"], row["concept"]): row for row in found}
    assert len(result) == len(found)
    return result  # type: ignore[return-value]


def same_fact(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Equal in everything a rule can read; the ratio to an upper limit is read of measurements only."""
    measured = beam().study.concept(mine["concept"]).kind == "measurement"
    return all(mine[name] == theirs[name] or (name.startswith("ratio") and not measured) for name in mine)


def test_typed_tables_are_those_of_the_python_reader(hospital: Path) -> None:
    engine = DuckEngine(threads=1)
    try:
        assert open_by_sql(hospital, engine).people == PEOPLE
        facts, persons, unreadable = by_sql(engine)
    finally:
        engine.close()
    assembled = by_python(hospital)
    all_facts, all_persons, all_unreadable = with_ids(tables(assembled.persons.values(), ON))
    earliest = earliest_days(beam().chosen(), ON)
    recent = [row for row in all_facts if row["start_high"] >= earliest.get(row["concept"], FIRST_DAY)]
    mine, theirs = by_key(facts), by_key(recent)
    assert len(theirs) > 10_000
    assert set(theirs) - set(mine) == set()
    everything = by_key(all_facts)
    assert set(mine) <= set(everything)
    assert [key for key in mine if not same_fact(mine[key], everything[key])] == []

    def person(row: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(value) for value in row.values())

    assert sorted(map(person, persons)) == sorted(map(person, all_persons))
    assert sorted(map(person, unreadable)) == sorted(map(person, all_unreadable))
    assert len(assembled.persons) == PEOPLE


# Rows that are easily typed otherwise by SQL than by Python, each of a person of her own.
HARD_ROWS: dict[str, dict[str, str]] = {
    "a year that only the engine has": {"start": "0000-01-01"},
    "an end in a year that only the engine has": {"end": "0000-01-01"},
    "a month of such a year": {"start": "0000-05"},
    "a number beyond all bounds": {"value": "1e400"},
    "a number at the bound": {"value": "1e300"},
    "a limit beyond all bounds": {"high": "1e400"},
    "a kind that is not the concept's": {"kind": "condition"},
    "a kind that does not exist": {"kind": "labs"},
    "no kind": {"kind": ""},
    "no concept": {"concept": ""},
    "a kind that does not exist, after the day judged": {"kind": "labs", "start": "2027-01-01"},
    "an exposure of another kind": {"kind": "measurement", "concept": "mycophenolate"},
    "an exposure of another kind, before the window": {
        "kind": "measurement", "concept": "mycophenolate", "start": "2026-01-01", "end": "2026-02-01",
    },
    "an exposure whose end is no day": {"kind": "exposure", "concept": "mycophenolate", "end": "soon"},
    "no exposure, in a row of another kind": {"kind": "condition", "concept": "mycophenolate", "value": "false"},
    "an end before a start after the day judged": {
        "kind": "exposure", "concept": "mycophenolate", "start": "2026-11-02", "end": "2026-10-20",
    },
    "an end that is no day, after a start in a year to come": {
        "kind": "exposure", "concept": "mycophenolate", "start": "2027", "end": "2026-13-01",
    },
    "a value nobody can read": {"value": "forty"},
    "a value that no method shows": {"value": "20001"},
    "a value below what can be": {"value": "-1"},
    "a value only known to lie above what can be": {"value": ">20001"},
    "a value only known to lie below what can be": {"value": "<-1"},
    "a value that may be possible": {"value": ">19999"},
    "the largest that can be": {"value": "20000"},
    "the largest that can be, in another unit": {"value": "333.333333333333", "unit": "ukat/L"},
    "more than the largest that can be, in another unit": {"value": "333.34", "unit": "ukat/L"},
    "a number that would be possible in another unit": {"concept": "serum_creatinine", "value": "0.9", "unit": "mg/L"},
    "a number without a unit": {"value": "20001", "unit": ""},
    "a value where none belongs": {"kind": "condition", "concept": "copd", "value": "5", "high": ""},
    "a lower limit nobody can read": {"low": "ten"},
    "a route nobody can read": {"kind": "exposure", "concept": "tacrolimus", "unit": "mg/d", "route": "somehow"},
    "set aside, with a limit nobody can read": {"high": "forty", "status": "entered-in-error"},
    "set aside, on a day nobody can read": {"start": "yesterday", "status": "entered-in-error"},
    "a moment": {"start": "2026-10-20T08:15:00+08:00"},
    "a moment of no day": {"start": "2026-10-32T08:15:00"},
    "an exposure that ends on the day it begins, told to the minute": {
        "kind": "exposure", "concept": "mycophenolate", "unit": "mg/d", "start": "2026-10-20T08:15", "end": "2026-10-20",
    },
    "a person whom nobody names": {"person_id": ""},
    "a plain row": {},
}  # fmt: skip


def write_hard(folder: Path, name_of: Mapping[str, str] | None = None) -> int:
    """A folder with the hard rows; `name_of` renames columns."""
    row = {
        "kind": "measurement", "concept": "alt", "value": "40", "unit": "U/L", "high": "40",
        "start": "2026-10-20", "end": "", "status": "final", "low": "", "route": "",
    }  # fmt: skip
    names = name_of or {}
    facts = [
        {"person_id": f"p{at:02}", "fact_id": f"f{at:02}"} | row | change
        for at, change in enumerate(HARD_ROWS.values())
    ]
    persons = [{"person_id": each["person_id"], "sex": "female", "birth_date": "1990"} for each in facts]
    (folder / "facts").mkdir(parents=True)
    for path, lines in (("persons.parquet", persons), ("facts/part-00000.parquet", facts)):
        renamed = [{names.get(key, key): text for key, text in line.items()} for line in lines]
        pq.write_table(pa.Table.from_pylist(renamed), folder / path)
    return sum(1 for each in persons if each["person_id"])


def listed(skipped: list[Skipped]) -> Counter[tuple[str, str, str]]:
    return Counter((each.person, each.concept, each.reason) for each in skipped)


@pytest.mark.parametrize(
    "names", [{}, {"person_id": "Person_ID", "value": "VALUE"}], ids=["as is", "capitals"]
)
def test_hard_rows_are_typed_as_by_the_python_reader(tmp_path: Path, names: Mapping[str, str]) -> None:
    people = write_hard(tmp_path, names)
    engine = DuckEngine(threads=1)
    try:
        found = open_by_sql(tmp_path, engine, people)
        facts, _, unreadable = by_sql(engine)
    finally:
        engine.close()
    assert listed(found.skipped) == listed(by_python(tmp_path).skipped)
    all_facts, _, all_unreadable = with_ids(tables(by_python(tmp_path).persons.values(), ON))
    mine, theirs = by_key(facts), by_key(all_facts)
    assert set(mine) == set(theirs)
    assert [key for key in mine if not same_fact(mine[key], theirs[key])] == []

    def lost(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
        return {(list(HARD_ROWS)[int(row["person"][1:])], row["concept"]) for row in found}

    assert lost(unreadable) == lost(all_unreadable)
    assert ("a kind that does not exist", "alt") not in lost(unreadable)  # an unreadable result of its day
    assert ("an exposure of another kind", "mycophenolate") not in lost(unreadable)
    assert ("an end before a start after the day judged", "mycophenolate") in lost(unreadable)


def test_typed_columns_and_empty_cells_are_read_as_their_texts(tmp_path: Path) -> None:
    """Numbers and days as Parquet types, a column of none, several parts of one file."""
    days = [date(2026, 10, 20), date(2026, 9, 1), None]
    count = 60
    facts = pa.table(
        {
            "person_id": [f"p{at % 6}" for at in range(count)],
            "fact_id": pa.array(range(count), pa.int64()),
            "kind": pa.array(["measurement"] * count).dictionary_encode(),
            "concept": pa.array(
                [("alt", "glucose_fasting", "wbc")[at % 3] for at in range(count)], pa.large_string()
            ),
            "value": pa.array([at / 4 + 1 if at % 5 else None for at in range(count)], pa.float64()),
            "unit": [("U/L", "mmol/L", "10*9/L")[at % 3] for at in range(count)],
            "high": pa.array([40 if at % 2 else None for at in range(count)], pa.int32()),
            "start": pa.array([days[at % 7 % 3] for at in range(count)], pa.date32()),
            "end": pa.nulls(count, pa.string()),
            "status": pa.array([None if at % 4 else "final" for at in range(count)]),
        }
    )
    persons = pa.table(
        {
            "person_id": [f"p{at}" for at in range(6)],
            "sex": ["female"] * 6,
            "birth_date": pa.array([date(1990, 1, 1 + at) for at in range(6)]),
        }
    )
    (tmp_path / "facts").mkdir()
    pq.write_table(persons, tmp_path / "persons.parquet")
    pq.write_table(facts, tmp_path / "facts" / "part-00000.parquet", row_group_size=7)
    engine = DuckEngine(threads=1)
    try:
        found = open_by_sql(tmp_path, engine, 6)
        typed, _, unreadable = by_sql(engine)
    finally:
        engine.close()
    assembled = by_python(tmp_path)
    theirs, _, all_unreadable = with_ids(tables(assembled.persons.values(), ON))
    earliest = earliest_days(beam().chosen(), ON)
    recent = [row for row in theirs if row["start_high"] >= earliest[row["concept"]]]
    assert len(recent) > count / 2
    assert by_key(typed).keys() == by_key(recent).keys()
    assert [
        row for row in recent if not same_fact(by_key(typed)[row["person"], row["fact"], row["concept"]], row)
    ] == []
    assert (listed(found.skipped), unreadable) == (listed(assembled.skipped), all_unreadable)


@pytest.mark.parametrize("spoilt", ["cut", "letters"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, spoilt: str) -> None:
    people = write_hard(tmp_path)
    path = tmp_path / "facts" / "part-00000.parquet"
    if spoilt == "letters":
        table = pq.read_table(path)
        broken = pa.array([b"f\xff"] * table.num_rows).view(pa.string())
        pq.write_table(table.set_column(table.schema.get_field_index("unit"), "unit", broken), path)
    else:
        whole = path.read_bytes()
        path.write_bytes(whole[:4] + bytes(200) + whole[204:])
    engine = DuckEngine(threads=1)
    try:
        with pytest.raises(RecordsUnreadable) as error:
            open_by_sql(tmp_path, engine, people)
    finally:
        engine.close()
    assert error.value.place == path.name


def test_repeated_ids_strangers_and_rows_set_aside_are_listed_as_by_the_python_reader(tmp_path: Path) -> None:
    """Of several rows with one id the first of the file stays, wherever it stands; the others decide nothing."""
    glucose = {
        "kind": "measurement", "concept": "glucose_fasting", "value": "5", "unit": "mmol/L", "high": "",
        "start": "2026-10-20", "end": "", "status": "final",
    }  # fmt: skip
    drug = {"kind": "exposure", "concept": "mycophenolate", "unit": "mg/d", "end": "2026-10-21"}
    rows = [
        ("p00", "f1", {}),
        ("p01", "f1", {"value": "8"}),  # the id of another person's row
        ("p02", "f2", {}),
        ("p03", "f3", drug),
        ("p03", "f3", drug),
        ("p04", "f4", {"value": "8", "status": "entered-in-error"}),
        ("p05", "f5", {}),  # nobody of that name among the persons
    ]
    tmp_path = tmp_path / "it's [odd])"
    (tmp_path / "facts").mkdir(parents=True)
    lines = [{"person_id": person, "fact_id": fact} | glucose | change for person, fact, change in rows]
    people = [{"person_id": f"p{at:02}", "sex": "female", "birth_date": "1990"} for at in range(5)]
    people[2] |= {"sex": "robot", "birth_date": "soon"}
    pq.write_table(pa.Table.from_pylist(people), tmp_path / "persons.parquet")
    pq.write_table(pa.Table.from_pylist(lines[:4]), tmp_path / "facts" / "part-00000.parquet")
    pq.write_table(pa.Table.from_pylist(lines[4:]), tmp_path / "facts" / "part-00001.parquet")
    engine = DuckEngine(threads=1)
    try:
        found = open_by_sql(tmp_path, engine, len(people))
        facts, _, unreadable = by_sql(engine)
    finally:
        engine.close()
    python = by_python(tmp_path)
    all_facts, _, all_unreadable = with_ids(tables(python.persons.values(), ON))

    def recent(found: Rows) -> Counter[tuple[Any, ...]]:
        rows = [
            row | {"fact": row["fact"].partition("@")[0]} for row in found if row["start_low"].year == 2026
        ]
        return Counter(tuple(row.values()) for row in rows)

    assert recent(facts) == recent(all_facts)
    assert [*map(tuple, map(dict.values, unreadable))] == [*map(tuple, map(dict.values, all_unreadable))]

    assert listed(found.skipped) == listed(python.skipped)
    assert {reason for _, _, reason in listed(found.skipped)} == {
        "fact_repeated", "person_unknown", "status_entered_in_error", "sex_unreadable", "birth_unreadable"
    }  # fmt: skip


def test_a_table_without_a_column_is_refused(tmp_path: Path) -> None:
    people = write_hard(tmp_path, {"value": "result"})
    engine = DuckEngine(threads=1)
    try:
        with pytest.raises(RecordsUnreadable):
            open_by_sql(tmp_path, engine, people)
    finally:
        engine.close()


def test_verdicts_are_the_truth(hospital: Path) -> None:
    rules = beam().chosen()
    setting = Setting("search", FORMULAS)
    search = plan_search(rules, on=ON, setting=setting, dialect="duckdb")
    found: dict[tuple[str, str], tuple[str, str]] = {}
    engine = DuckEngine(threads=1)
    try:
        open_by_sql(hospital, engine)
        for person, dead, lines in read_lines(search, engine.query(search.verdicts)):
            for rule, line in zip(rules, lines, strict=True):
                found[person, rule.id] = line.verdict, line.reason
            total = "ineligible" if dead else overall([line.verdict for line in lines])  # type: ignore[misc]
            found[person, OVERALL] = total, "deceased" if dead else ""
    finally:
        engine.close()
    truth = pq.read_table(hospital / "truth.parquet").to_pylist()
    assert len(truth) == len(found) == PEOPLE * (len(rules) + 1)
    wrong = [
        (row, found[row["person_id"], row["criterion"]])
        for row in truth
        if found[row["person_id"], row["criterion"]][0] != row["verdict"]
        or (row["reason"] and found[row["person_id"], row["criterion"]][1] != row["reason"])
    ]
    assert wrong == []
    seen = Counter((row["criterion"], row["verdict"]) for row in truth)
    assert {verdict for _, verdict in seen} == {
        "pass", "fail", "unknown", "not_assessed", "eligible", "ineligible", "undetermined"
    }  # fmt: skip
    assert all(seen[rule.id, "fail"] for rule in rules if not rule.criterion.judgement)


def test_screen_writes_the_same(hospital: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "verdicts.parquet"
    arguments = ["screen", "beam", str(hospital), "--on", ON.isoformat(), "--format", "parquet"]
    assert main([*arguments, "--verify-sample", "5", "--out", str(out)]) == 0
    truth = {
        (row["person_id"], row["criterion"]): row["verdict"]
        for row in pq.read_table(hospital / "truth.parquet").to_pylist()
        if row["criterion"] != OVERALL
    }
    written = pq.read_table(out).to_pylist()
    assert {(row["person"], row["criterion"]): row["verdict"] for row in written} == truth
    assert len(written) == len(truth)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def spoil(hospital: Path, folder: Path) -> tuple[str, str, str]:
    """The hospital with rows that cannot be read, about three people who would otherwise pass."""
    (folder / "facts").mkdir(parents=True)
    (folder / "persons.parquet").write_bytes((hospital / "persons.parquet").read_bytes())
    for part in (hospital / "facts").glob("*.parquet"):
        (folder / "facts" / part.name).write_bytes(part.read_bytes())
    truth = pq.read_table(hospital / "truth.parquet").to_pylist()
    passes = {(row["person_id"], row["criterion"]) for row in truth if row["verdict"] == "pass"}
    people = pq.read_table(hospital / "persons.parquet")["person_id"].to_pylist()
    first, second, third = [id for id in people if {(id, "E2"), (id, "E3"), (id, "E4")} <= passes][:3]
    bad = [
        (first, "bad-1", "measurement", "alt", "20", "U/L", "yesterday", ""),
        (second, "bad-2", "exposure", "mycophenolate", "1000", "mg/d", "2026-10-20", "2026-10-01"),
        (third, "bad-3", "measurement", "glucose_fasting", "5", "mmol/L", "01/10/2026", ""),
    ]
    names = ("person_id", "fact_id", "kind", "concept", "value", "unit", "start", "end")
    schema = pa.schema(
        [(each.name, pa.string()) for each in pq.read_schema(folder / "facts" / "part-00000.parquet")]
    )
    lines = [dict.fromkeys(schema.names, "") | dict(zip(names, row, strict=True)) for row in bad]
    pq.write_table(pa.Table.from_pylist(lines, schema=schema), folder / "facts" / "part-00002.parquet")
    return first, second, third


def test_bad_rows_are_listed_and_leave_their_criteria_open(
    hospital: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Also a date whose text sorts after the reference date, and one that sorts before every window."""
    folder = tmp_path / "spoilt"
    first, second, third = spoil(hospital, folder)
    out = tmp_path / "verdicts.parquet"
    arguments = ["screen", "beam", str(folder), "--on", ON.isoformat(), "--format", "parquet"]
    assert main([*arguments, "--verify-sample", "5", "--out", str(out)]) == 5
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.count("date_unreadable") == 2
    assert "part-00002.parquet row 1" in said.err
    assert said.err.count("end_before_start") == 1
    verdicts = {(row["person"], row["criterion"]): row for row in pq.read_table(out).to_pylist()}
    for person, criterion in ((first, "E2"), (second, "E4"), (third, "E3")):
        row = verdicts[person, criterion]
        assert (row["verdict"], row["reason"]) == ("unknown", "record_unreadable")


def test_parts_of_files_that_hold_nobody_of_a_chunk_are_left_out_and_nothing_else(
    hospital: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunk by chunk over files in small parts, one of them with a row that names nobody."""
    folder = tmp_path / "parts"
    (folder / "facts").mkdir(parents=True)
    (folder / "persons.parquet").write_bytes((hospital / "persons.parquet").read_bytes())
    for part in (hospital / "facts").glob("*.parquet"):
        table = pq.read_table(part)
        if part.stem.endswith("1"):
            ids = table["person_id"].to_pylist()
            ids[table["start"].to_pylist().index("2026-10-25")] = None
            table = table.set_column(0, "person_id", pa.array(ids, pa.string()))
        pq.write_table(table, folder / "facts" / part.name, row_group_size=1000)

    def load(size: int) -> tuple[Counter[tuple[Any, ...]], Counter[tuple[str, str, str]], int]:
        monkeypatch.setattr(large, "PEOPLE", size)
        engine, facts, chunks = DuckEngine(threads=1), Counter[tuple[Any, ...]](), 0
        try:
            found = hospital_of(folder, engine)
            for _ in found.chunks():
                facts.update(tuple(row.values()) for row in by_sql(engine)[0])
                chunks += 1
        finally:
            engine.close()
        return facts, listed(found.skipped), chunks

    whole, parts = load(PEOPLE), load(300)
    assert (whole[2], parts[2]) == (1, 7)
    assert whole[:2] == parts[:2]
    assert sum(whole[0].values()) > 10_000
    assert any(reason == "person_missing" for _, _, reason in whole[1])
