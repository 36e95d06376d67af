"""The funnel as data: every number against a plain count of people, and no small group that can be computed from it."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from trialwright.eligibility.funnel import Population
from trialwright.reports.funnel.result import funnel_result
from trialwright.reports.funnel.small_cells import suppress_coverage
from trialwright.terms.message import Text

Kind = tuple[int, int] | None
"""A kind of person: which rules fail, which are unknown, as bits; None is somebody dead."""
Counted = Callable[[Kind], bool]
"""Who is counted."""
Cell = tuple[str, ...]


@dataclass(frozen=True)
class Design:
    """Criteria, other readings (which criterion each belongs to), and the order of the attrition."""

    criteria: int
    readings: tuple[int, ...]
    order: tuple[int, ...]

    @property
    def bits(self) -> int:
        return self.criteria + len(self.readings)

    @property
    def kinds(self) -> list[Kind]:
        """Every kind of person there can be."""
        masks = range(1 << self.bits)
        return [
            None,
            *((fail, unknown) for fail, unknown in itertools.product(masks, masks) if not fail & unknown),
        ]


def rule(criterion: int, name: str) -> Any:
    text = Text(f"C{criterion}", f"C{criterion}")
    return SimpleNamespace(
        id=f"C{criterion}",
        name=name,
        criterion=SimpleNamespace(title=text),
        reading=SimpleNamespace(title=None, because=text),
    )


def result_of(design: Design, histogram: dict[tuple[int, int], int], dead: int, least: int) -> dict[str, Any]:
    chosen = [rule(number, "chosen") for number in range(design.criteria)]
    readings = [
        (rule(criterion, f"other{number}"), criterion, design.criteria + number)
        for number, criterion in enumerate(design.readings)
    ]
    return funnel_result(
        Population(histogram, dead),
        chosen,
        readings,
        design.order,
        chosen_bits=range(design.criteria),
        who=defaultdict(lambda: ["somebody"]),
        least=least,
    )


def verdict(kind: Kind, rules: Sequence[int]) -> str:
    if kind is None or any(kind[0] >> rule & 1 for rule in rules):
        return "ineligible"
    return "undetermined" if any(kind[1] >> rule & 1 for rule in rules) else "eligible"


def judged(name: str, rules: Sequence[int]) -> Counted:
    return lambda kind: verdict(kind, rules) == name


def left(rules: Sequence[int], *verdicts: str) -> Counted:
    return lambda kind: kind is not None and verdict(kind, rules) in verdicts


def bit(position: int, *masks: int) -> Counted:
    """The living who have this bit in one of the masks (0: fails, 1: unknown)."""
    return lambda kind: kind is not None and any(kind[mask] >> position & 1 for mask in masks)


def both(one: Counted, other: Counted) -> Counted:
    return lambda kind: one(kind) and other(kind)


def but_not(one: Counted, other: Counted) -> Counted:
    return lambda kind: one(kind) and not other(kind)


def cells(design: Design, result: dict[str, Any]) -> dict[Cell, tuple[int | None, Counted]]:
    """Every published count with who is counted in it, said once more in the plainest words."""
    every = list(range(design.criteria))
    possible = ("eligible", "undetermined")
    found: dict[Cell, tuple[int | None, Counted]] = {
        ("total",): (result["total"], lambda kind: True),
        ("dead",): (result["dead"], lambda kind: kind is None),
    }
    for name, count in result["counts"].items():
        found["counts", name] = (count, judged(name, every))
    before: Counted = lambda kind: True  # noqa: E731 - everybody, before the first step
    for step, row in enumerate(result["attrition"]):
        now = left(design.order[:step], *possible)
        found["step", str(step), "best"] = (row["left_best"], now)
        found["step", str(step), "worst"] = (row["left_worst"], left(design.order[:step], "eligible"))
        found["step", str(step), "lost"] = (row["lost"], but_not(before, now))
        before = now
    for place, row in enumerate(result["leave_one_out"]):
        rest = [each for each in every if each != place]
        best = both(left(rest, *possible), bit(place, 0))
        worst = both(left(rest, "eligible"), bit(place, 0, 1))
        found["alone", str(place), "fails"] = (row["fails"], bit(place, 0))
        found["alone", str(place), "unknown"] = (row["unknown"], bit(place, 1))
        found["alone", str(place), "best"] = (row["gained_best"], best)
        found["alone", str(place), "worst"] = (row["gained_worst"], worst)
    for number, row in enumerate(result["reading_effects"]):
        other = [design.criteria + number if each == design.readings[number] else each for each in every]
        for name, count in row["counts"].items():
            found["reading", str(number), name] = (count, judged(name, other))
        for change in row["changes"]:
            old, new = change["from"], change["to"]
            changed = both(judged(old, every), judged(new, other))
            found["change", str(number), old, new] = (change["count"], changed)
    return found


DESIGNS = [
    Design(1, (0, 0), (0,)),
    Design(2, (), (1, 0)),
    Design(2, (0, 1), (0, 1)),
    Design(3, (), (2, 0, 1)),
    Design(3, (0,), (0, 1, 2)),
    Design(3, (1, 1), (1, 0, 2)),
    Design(4, (), (0, 1, 2, 3)),
]


def populations(design: Design, number: int) -> list[tuple[dict[tuple[int, int], int], int]]:
    """Made-up populations, small and large, sparse and dense."""
    chance = random.Random(f"{design}")
    kinds = [kind for kind in design.kinds if kind is not None]
    made = []
    for _ in range(number):
        scale = chance.choice([2, 5, 20, 60])
        some = chance.sample(kinds, chance.randint(1, min(len(kinds), 25)))
        made.append(({kind: chance.randint(1, scale) for kind in some}, chance.choice([0, 1, 2, 30])))
    return made


def people(histogram: dict[tuple[int, int], int], dead: int) -> dict[Kind, int]:
    return {None: dead, **dict[Kind, int](histogram.items())}


def _fail(kind: tuple[int, int]) -> int:
    return kind[0]


def _fail_or_unknown(kind: tuple[int, int]) -> int:
    return kind[0] | kind[1]


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_every_number_is_a_count_of_people(design: Design) -> None:
    for histogram, dead in populations(design, 20):
        result = result_of(design, histogram, dead, 0)
        crowd = people(histogram, dead)
        for cell, (count, counted) in cells(design, result).items():
            assert count == sum(size for kind, size in crowd.items() if counted(kind)), cell
        living = sum(histogram.values())
        for name, failing in (("best", _fail), ("worst", _fail_or_unknown)):
            shares = [row[name] for row in result["shapley"]]
            mask = (1 << design.criteria) - 1
            lost = sum(size for kind, size in histogram.items() if failing(kind) & mask)
            assert sum(shares) == pytest.approx(-lost / living, abs=1e-12)
            for place, share in enumerate(shares):
                fair = sum(
                    size / (failing(kind) & mask).bit_count()
                    for kind, size in histogram.items()
                    if failing(kind) >> place & 1
                )
                assert share == pytest.approx(-fair / living, abs=1e-12)


@pytest.mark.parametrize("least", [3, 5, 10])
@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_no_small_group_can_be_computed(design: Design, least: int) -> None:
    """Somebody who knows the design, and uses that shown zeros leave nobody in them, solves for every hidden count.

    A count follows from the shown ones by adding and subtracting exactly if its people (a vector over all kinds of
    people there can be) lie in the space of theirs.
    """
    hidden_ones = shown_ones = 0
    for histogram, dead in populations(design, 30):
        crowd = people(histogram, dead)
        safe = cells(design, result_of(design, histogram, dead, least))
        true = cells(design, result_of(design, histogram, dead, 0))
        assert all(count in (None, true[name][0]) for name, (count, _) in safe.items())
        kinds = [kind for kind in design.kinds if not any(c == 0 and who(kind) for c, who in safe.values())]
        assert all(kind in kinds for kind, size in crowd.items() if size)
        vectors = {
            name: np.array([bool(who(kind)) for kind in kinds], float) for name, (_, who) in safe.items()
        }
        shown = {name: count for name, (count, _) in safe.items() if count}
        assert all(count >= least for count in shown.values())
        known = np.array([vectors[name] for name in shown]).reshape(len(shown), len(kinds))
        _, sizes, directions = np.linalg.svd(known, full_matrices=False)
        basis = directions[sizes > 1e-9] if len(shown) else directions[:0]

        def follows(vector: npt.NDArray[np.float64], basis: npt.NDArray[np.float64] = basis) -> bool:
            return bool(np.linalg.norm(vector - basis.T @ (basis @ vector)) <= 1e-7)

        numbers = {name: true[name][0] or 0 for name in safe}
        small = [name for name, (count, _) in safe.items() if count is None and 0 < numbers[name] < least]
        hidden_ones += len(small)
        for name in small:
            assert not follows(vectors[name]), f"{name} = {numbers[name]} follows from {shown}"
        for one, other in itertools.combinations(small, 2):
            if numbers[one] + numbers[other] < least and not (vectors[one] * vectors[other]).any():
                assert not follows(vectors[one] + vectors[other]), (one, other)
        losses = [("step", str(step), "lost") for step in range(design.criteria + 1)]
        for first, last in itertools.combinations(range(len(losses) + 1), 2):
            between = [name for name in losses[first:last] if safe[name][0] is None]
            if 0 < sum(numbers[name] for name in between) < least:
                assert not follows(np.sum([vectors[name] for name in between], axis=0)), between
        for one, other in itertools.permutations(shown, 2):
            if (vectors[one] <= vectors[other]).all() and (vectors[one] != vectors[other]).any():
                assert not 0 < shown[other] - shown[one] < least, (one, other)
        for whole in shown:
            parts = [name for name in shown if name != whole and (vectors[name] <= vectors[whole]).all()]
            for one, other in itertools.combinations(parts, 2):
                if not (vectors[one] * vectors[other]).any():
                    assert not 0 < shown[whole] - shown[one] - shown[other] < least, (whole, one, other)
        shown_ones += len(shown)
    assert hidden_ones > 50, "the test must have something to find"
    assert shown_ones > 100, "and not everything may be hidden"


def test_what_is_hidden_in_a_small_example() -> None:
    """100 people, 2 of them dead; of the 98 living 30 fail A, 3 others fail B, and 65 pass. Smallest group: 5.

    Hidden because small: the dead (2), those lost at B (3). Hidden because they would give these away: the living
    (100 - 98 = 2), those left after A (68 - 65 eligible = 3). Shown: 30 lost at A, since 35 ineligible - 30 = 5 joins
    the dead and those lost at B.
    """
    design = Design(2, (), (0, 1))
    result = result_of(design, {(0b01, 0): 30, (0b10, 0): 3, (0, 0): 65}, 2, 5)
    assert (result["total"], result["dead"]) == (100, None)
    assert result["counts"] == {"eligible": 65, "undetermined": 0, "ineligible": 35}
    assert [(row["lost"], row["left_best"], row["left_worst"]) for row in result["attrition"]] == [
        (None, None, None),
        (30, None, None),
        (None, 65, 65),
    ]
    assert [row["fails"] for row in result["leave_one_out"]] == [30, None]
    assert [row["best"] for row in result["shapley"]] == [None, None], "shares of a hidden number of living"


def test_shapley_values_are_rounded_where_small_groups_are_hidden() -> None:
    """Of 200 living 40 fail A alone and 23 fail A and B: A carries 40 + 23 / 2 = 51.5 people, B 11.5."""
    design = Design(2, (), (0, 1))
    histogram = {(0b01, 0): 40, (0b11, 0): 23, (0, 0): 137}
    open_result, safe = (result_of(design, histogram, 0, least) for least in (0, 5))
    assert [row["best"] * 200 for row in open_result["shapley"]] == pytest.approx([-51.5, -11.5])
    assert [row["best"] * 200 for row in safe["shapley"]] == pytest.approx([-50, -10])


def test_who_changes_is_named_only_inside() -> None:
    design = Design(1, (0,), (0,))
    histogram = {(0b01, 0): 40, (0, 0): 60}
    inside, outside = (result_of(design, histogram, 0, least)["reading_effects"][0] for least in (0, 5))
    assert inside["changes"] == [{"from": "ineligible", "to": "eligible", "count": 40}]
    assert (inside["who"], outside["who"]) == (["somebody"], None)
    assert outside["changes"] == inside["changes"]


def test_nobody_is_a_population_too() -> None:
    for least in (0, 5):
        result = result_of(Design(2, (0,), (0, 1)), {}, 0, least)
        assert result["total"] == 0
        assert result["counts"] == {"eligible": 0, "undetermined": 0, "ineligible": 0}


def test_coverage_that_leaves_the_site_counts_nothing() -> None:
    coverage = {
        "persons": 40,
        "concepts": [
            {"concept": "alt", "kind": "measurement", "facts": 90, "persons": 30},
            {"concept": "sle", "kind": "condition", "facts": 9, "persons": 4},
        ],
        "unmapped": {"condition": [{"code": "icd10|E75.2", "display": "Gaucher disease", "count": 1}]},
        "unmapped_total": {"condition": 1},
        "near": {"E8": [{"code": "icd10|E75.2", "display": "Gaucher disease", "count": 1}]},
        "left_out": {"Encounter": 3},
        "not_covered": ["allergy"],
        "skipped": {"value_unreadable": 1},
        "warnings": [
            "All have other codes (the commonest is icd10|E75.2, Gaucher disease).",
            "E4: no record.",
        ],
    }
    safe = suppress_coverage(coverage, least=5)
    assert [row["enough"] for row in safe["concepts"]] == [True, False]
    assert [(row["facts"], row["persons"]) for row in safe["concepts"]] == [(None, None)] * 2
    assert safe["warnings"] == ["E4: no record."]
    assert safe["warnings_left_out"] == 1
    assert "Gaucher" not in str(safe)
    assert safe["not_covered"] == ["allergy"]
