"""The synthetic hospital keeps its promise: its records give the verdicts that were chosen for them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from tests.acceptance.synth_criteria import CRITERIA
from tests.acceptance.synth_reader import Reader
from trialwright.simulation.hospital import build_hospital


def overall(verdicts: dict[str, str], death: str, on: date) -> str:
    if death and (death <= on.isoformat()[: len(death)]):
        return "ineligible"
    seen = set(verdicts.values())
    return "ineligible" if "fail" in seen else "undetermined" if "unknown" in seen else "eligible"


def disagreements(people: int, seed: int, on: date, candidates: float) -> list[tuple[str, str, str, str]]:
    """Who and what: person, criterion, chosen verdict, verdict read from the record."""
    found = []
    for batch in build_hospital(people, seed, on, candidates=candidates, visits=2):
        rows: dict[str, list[dict[str, str]]] = defaultdict(list)
        truth: dict[str, dict[str, str]] = defaultdict(dict)
        for row in batch.facts.to_pylist():
            rows[row["person_id"]].append(row)
        for row in batch.truth.to_pylist():
            truth[row["person_id"]][row["criterion"]] = row["verdict"]
        for person in batch.persons.to_pylist():
            name = person["person_id"]
            reader = Reader(person, rows[name], on)
            read = {criterion: reader.verdict(*how) for criterion, how in CRITERIA.items()}
            total = overall(read, person["death_date"], on)
            chosen = truth[name]
            found += [(name, c, chosen[c], read[c]) for c in CRITERIA if chosen[c] != read[c]]
            if chosen["*"] != total or chosen["E10"] != "not_assessed":
                found.append((name, "*", chosen["*"], total))
    return found


@pytest.mark.parametrize(
    ("on", "candidates"),
    [
        (date(2026, 11, 1), 0.03),
        (date(2026, 11, 1), 0.8),
        (date(2024, 2, 29), 0.8),
        (date(2027, 5, 31), 0.8),
        (date(2026, 3, 17), 0.8),
        (date(2026, 4, 1), 0.8),
    ],
)
def test_the_records_give_the_verdicts_that_were_chosen(on: date, candidates: float) -> None:
    assert disagreements(250, seed=5, on=on, candidates=candidates) == []
