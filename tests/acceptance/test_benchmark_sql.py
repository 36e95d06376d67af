"""The SQL written by hand answers the same question: what the compiled search is measured against is no other work."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from benchmarks.by_hand import SCRIPT, read_by_hand, run_by_hand, sections
from benchmarks.compare import compare_people, differing
from benchmarks.question import load_question, read_search
from trialwright.eligibility.search import Line
from trialwright.logic.reasons import CODES
from trialwright.simulation.hospital import write_hospital


@pytest.mark.parametrize(
    ("people", "seed", "on", "candidates"),
    [
        (2_500, 7, date(2026, 11, 1), 0.03),
        (1_500, 8, date(2026, 11, 1), 0.6),
        # month arithmetic at the end of a short month, and across a year
        (1_000, 9, date(2027, 5, 31), 0.6),
        (1_000, 10, date(2024, 2, 29), 0.6),
    ],
)
def test_every_part_of_every_answer_is_the_same(
    tmp_path: Path, people: int, seed: int, on: date, candidates: float
) -> None:
    write_hospital(tmp_path / "hospital", people, seed, on, candidates=candidates, visits=2)
    question = load_question(on)
    by_hand = list(read_by_hand(run_by_hand(tmp_path / "hospital", on=on)))
    assert len(by_hand) == people
    assert compare_people(question.ids, read_search(question, tmp_path / "hospital"), by_hand) == []


def test_the_comparison_sees_every_part() -> None:
    one = Line("pass", "in_range", 2.0, date(2026, 10, 30), "f1")
    assert differing(one, replace(one, value=2.0 + 1e-10)) == []
    others = {
        "verdict": Line("fail", "in_range", 2.0, date(2026, 10, 30), "f1"),
        "reason": Line("pass", "no_record", 2.0, date(2026, 10, 30), "f1"),
        "value": Line("pass", "in_range", None, date(2026, 10, 30), "f1"),
        "day": Line("pass", "in_range", 2.0, date(2026, 10, 31), "f1"),
        "fact": Line("pass", "in_range", 2.0, date(2026, 10, 30), "f2"),
    }
    for name, other in others.items():
        assert differing(one, other) == [name]
        assert compare_people(["I4"], [("p", False, [one])], [("p", False, [other])]) == [f"p I4 {name}"]


def test_the_comparison_misses_nobody() -> None:
    line = Line("pass", "absent", None, None, None)
    known, unknown = ("p1", False, [line]), ("p2", False, [line])
    assert compare_people(["E1"], [known], [unknown]) == ["p2 only on one side", "p1 only on one side"]
    assert compare_people(["E1"], [known], [("p1", True, [line])]) == ["p1 dead"]
    assert compare_people(["E1"], [known, known], [known]) == ["p1 twice"]


def test_the_hospital_asks_for_every_verdict_and_most_reasons(tmp_path: Path) -> None:
    """Agreement on people of whom nothing is recorded would prove nothing."""
    on = date(2026, 11, 1)
    write_hospital(tmp_path / "hospital", 2_000, 8, on, candidates=0.6, visits=2)
    seen: dict[str, Counter[str]] = {id: Counter() for id in load_question(on).ids}
    reasons: Counter[str] = Counter()
    for _, _, lines in read_by_hand(run_by_hand(tmp_path / "hospital", on=on)):
        for id, line in zip(seen, lines, strict=True):
            seen[id][line.verdict] += 1
            reasons[line.reason] += 1
    judged = {id: set(verdicts) for id, verdicts in seen.items() if id != "E10"}
    assert judged == {id: {"pass", "fail", "unknown"} for id in judged}
    assert set(seen["E10"]) == {"not_assessed"}
    assert set(reasons) <= set(CODES)
    assert {"date_imprecise", "value_censored", "unit_unknown", "end_missing", "conflict"} <= set(reasons)


def test_the_script_is_one_scan_of_the_facts() -> None:
    """Besides the distinct names of what happened, the facts are read once."""
    reading = [
        name for name, sql in sections(SCRIPT.read_text(encoding="utf-8")) if "getvariable('facts')" in sql
    ]
    assert reading == ["wanted", "records"]
