"""Published values of allocation: minimisation worked out in articles, permuted blocks as theory has them."""

from __future__ import annotations

import csv
from collections import Counter
from fractions import Fraction
from math import comb
from pathlib import Path

import pytest

from tests.unit.conduct.allocation_support import (
    blocks,
    factor,
    minimisation,
    run_course,
    secret,
)
from trialwright.conduct.allocation import GivenArm, allocate_next, digest_rule
from trialwright.conduct.allocation.expected_guesses import compute_expected_guesses
from trialwright.conduct.allocation.minimisation import (
    compute_probabilities,
    compute_range,
    compute_variance,
    preferred_arms,
    weigh_arms,
)
from trialwright.study.allocation import Minimisation

FOLDER = Path(__file__).parent


def counts_of(allocations: list[GivenArm]) -> Counter[tuple[str, str, str]]:
    return Counter(
        (factor, level, given.arm) for given in allocations for factor, level in given.levels.items()
    )


# Pocock SJ, Simon R. Biometrics 1975;31:103-115, table 1 and section 3.4: 50 participants, three arms, three factors
# with weights 2, 1, 1. The article prints the margins; participants that give them are in the tests of the package
# smallerize 0.5.0 (tests/ps1975_table1_participants.csv), made by
# simulation there.

POCOCK_SIMON = minimisation(
    factor("first", "level_1", "level_2", weight="2"),
    factor("second", "level_1", "level_2", weight="1"),
    factor("third", "level_1", "level_2", "level_3", weight="1"),
    ratio={"arm_1": 1, "arm_2": 1, "arm_3": 1},
    probability="0.6667",
)
FIFTY_FIRST = {"first": "level_1", "second": "level_2", "third": "level_2"}


def pocock_simon() -> list[GivenArm]:
    with (FOLDER / "pocock_simon_1975.csv").open(encoding="utf-8", newline="") as lines:
        return [
            GivenArm(
                row["arm"],
                "site",
                {name: row[name] for name in ("first", "second", "third")},
                digest_rule(POCOCK_SIMON),
            )
            for row in csv.DictReader(lines, strict=True)
            for _ in range(int(row["participants"]))
        ]


def test_pocock_and_simon_section_3_4() -> None:
    earlier = pocock_simon()
    assert len(earlier) == 50
    weighed = weigh_arms(POCOCK_SIMON, counts=counts_of(earlier), levels=FIFTY_FIRST)
    assert weighed.imbalance == {"arm_1": 6, "arm_2": 10, "arm_3": 5}
    assert preferred_arms(weighed.imbalance) == ("arm_3",)
    # The article takes p = 2/3, which no decimal number of a study file says exactly.
    odds = compute_probabilities(("arm_3",), ratio=POCOCK_SIMON.ratio, probability=Fraction(2, 3))
    assert odds == {"arm_1": Fraction(1, 6), "arm_2": Fraction(1, 6), "arm_3": Fraction(2, 3)}
    assert {arm: float(chance) for arm, chance in weighed.probability.items()} == pytest.approx(
        {"arm_1": 1 / 6, "arm_2": 1 / 6, "arm_3": 2 / 3}, abs=1e-4
    )


# Lim CY, In J. Randomization in clinical studies. Korean J Anesthesiol 2019;72:221-232 (PMC6547231), table 4:
# the margins of 14 participants; the 15th is a woman of 74 at site 2.

LIM_IN = minimisation(
    factor("site"), factor("sex", "male", "female"), factor("age", "below_20", "from_20", "from_65"), probability="1",
    ratio={"control": 1, "treatment": 1},
)  # fmt: skip
MARGINS = {
    # arm: site, sex, age, each with as many participants as table 4 has before the 15th
    "control": (
        ["site_1"] * 4 + ["site_2"] * 3,
        ["male"] * 4 + ["female"] * 3,
        ["below_20"] * 2 + ["from_20"] * 2 + ["from_65"] * 3,
    ),
    "treatment": (
        ["site_1"] * 2 + ["site_2"] * 5,
        ["male"] * 4 + ["female"] * 3,
        ["below_20"] * 2 + ["from_20"] * 2 + ["from_65"] * 3,
    ),
}


def test_minimisation_in_the_korean_journal_of_anesthesiology_table_4() -> None:
    earlier = [
        GivenArm(arm, site, {"site": site, "sex": sex, "age": age}, digest_rule(LIM_IN))
        for arm, columns in MARGINS.items()
        for site, sex, age in zip(*columns, strict=True)
    ]
    assert len(earlier) == 14
    levels = {"site": "site_2", "sex": "female", "age": "from_65"}
    weighed = weigh_arms(LIM_IN, counts=counts_of(earlier), levels=levels)
    assert weighed.imbalance == {"control": 3, "treatment": 5}
    answer = allocate_next(
        LIM_IN,
        study="made-up",
        secret=secret(1),
        earlier=earlier,
        levels={"sex": "female", "age": "from_65"},
        site="site_2",
    )
    assert isinstance(answer, GivenArm)
    assert answer.arm == "control"


# Han B, Enas NH, McEntegart D. Stat Med 2009;28:3329-3346, as quoted in the tests of smallerize 0.5.0.

# fmt: off
HAN_DISTANCES = [
    # counts of three arms, range, variance as printed
    ((41, 47, 45), 6, "9.33"),
    ((7, 8, 7),    1, "0.333"),
]
HAN_BIASED_COIN = [
    # ratio 1:2:3, probability 0.7; preferred arm, probability of each
    ("AC", ("0.7",  "0.12", "0.18")),
    ("PL", ("0.06", "0.76", "0.18")),
    ("DI", ("0.06", "0.12", "0.82")),
]
# fmt: on


@pytest.mark.parametrize(("counts", "spread", "variance"), HAN_DISTANCES)
def test_distances_of_han_2009(counts: tuple[int, ...], spread: int, variance: str) -> None:
    assert compute_range(counts) == spread
    half_of_the_last_digit = 0.5 * 10 ** -len(variance.partition(".")[2])
    assert abs(float(compute_variance(counts)) - float(variance)) <= half_of_the_last_digit


@pytest.mark.parametrize(("preferred", "expected"), HAN_BIASED_COIN)
def test_biased_coin_minimisation_of_han_2009(preferred: str, expected: tuple[str, ...]) -> None:
    odds = compute_probabilities((preferred,), ratio={"AC": 1, "PL": 2, "DI": 3}, probability=Fraction("0.7"))
    assert [odds[arm] for arm in ("AC", "PL", "DI")] == [Fraction(each) for each in expected]


# Blackwell D, Hodges JL. Ann Math Stat 1957;28:449-460: the expected share of right guesses in blocks of 2m is
# [m + 2^(2m-1) / C(2m, m) - 1/2] / 2m. Number of sequences: C(2m, m).

# fmt: off
BLACKWELL_HODGES = [
    # block, sequences, share of right guesses as printed
    (2,  2, 0.75),
    (4,  6, 0.7083333),
    (6, 20, 0.6833333),
    (8, 70, 0.6660714),
]
# fmt: on


@pytest.mark.parametrize(("size", "sequences", "share"), BLACKWELL_HODGES)
@pytest.mark.parametrize("number", [1, 2, 7])
def test_right_guesses_of_blackwell_and_hodges(size: int, sequences: int, share: float, number: int) -> None:
    found = compute_expected_guesses(blocks(size), participants=number * size, shares={(): 1.0})
    assert abs(found - share) < 5e-8
    half = size // 2
    formula = (half + Fraction(2 ** (size - 1), comb(size, half)) - Fraction(1, 2)) / size
    assert found == pytest.approx(float(formula), abs=1e-12)


@pytest.mark.parametrize(("size", "sequences", "share"), BLACKWELL_HODGES)
def test_the_sequences_of_a_block_are_all_there(size: int, sequences: int, share: float) -> None:
    found = {"".join(run_course(blocks(size), [{}] * size, key=secret(n))) for n in range(12 * sequences)}
    assert len(found) == sequences == comb(size, size // 2)


def test_the_rule_of_pocock_and_simon_is_followed_by_the_draw() -> None:
    """With all chance taken out, the article's next participant comes into arm 3."""
    certain = Minimisation.model_validate(POCOCK_SIMON.model_dump() | {"probability": "1"})
    made = allocate_next(
        certain,
        study="made-up",
        secret=secret(1),
        earlier=pocock_simon(),
        levels=FIFTY_FIRST,
        site="site",
    )
    assert isinstance(made, GivenArm)
    assert made.arm == "arm_3"
