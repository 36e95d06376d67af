"""The tables of response at a visit, as the pages beside this file state them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.spec.spec import read_table
from tests.unit.endpoints.support import Made, begun
from trialwright.endpoints.response import assess_response

PAGES = sorted(Path(__file__).parent.glob("*.md"))
NOT_MEASURED = "-"


class Case(NamedTuple):
    """One row of a page, with the results at baseline and at the visit."""

    page: str
    section: str
    reading: str
    row: Mapping[str, str]
    baseline: Mapping[str, str]
    visit: Mapping[str, str]


def cases() -> Iterator[Case]:
    for page in PAGES:
        _, *parts = page.read_text(encoding="utf-8").split("\n## ")
        everybody: dict[str, dict[str, str]] = {}
        for part in parts:
            title, _, body = part.partition("\n")
            rows = read_table(line for line in body.splitlines() if line.startswith("|"))
            head, *cells = rows
            if title == "Everybody":
                everybody = {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in cells}
                continue
            name = page.stem
            for row in cells:
                yield _case(name, title, dict(zip(head, row, strict=True)), everybody)


def _case(page: str, title: str, row: dict[str, str], everybody: dict[str, dict[str, str]]) -> Case:
    baseline, visit = dict(everybody["baseline"]), dict(everybody["week 24"])
    for column, cell in row.items():
        if column in ("case", "expected", "reason") or not cell:
            continue
        (baseline if column.startswith("baseline ") else visit)[column.removeprefix("baseline ")] = cell
    return Case(page, title, page, row, baseline, visit)


def results(values: Mapping[str, str]) -> dict[str, list[str]]:
    return {
        concept: [one.strip() for one in cell.split(";")]
        for concept, cell in values.items()
        if cell != NOT_MEASURED
    }


def made(case: Case) -> Made:
    return begun().visit("week_0", 0, results(case.baseline)).visit("week_24", 168, results(case.visit))


CASES = list(cases())


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{each.page}/{each.section}/{each.row['case']}" for each in CASES]
)
def test_response(case: Case) -> None:
    found = assess_response(made(case).follow(), "week_24", reading=case.reading)
    assert " or ".join(found.possible) == case.row["expected"]
    if len(found.possible) > 1:
        assert found.reason == case.row["reason"]
    else:
        assert not case.row["reason"]
        assert found.category is not None
