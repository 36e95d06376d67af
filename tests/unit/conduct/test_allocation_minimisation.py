"""Minimisation: exact arithmetic, ties by chance, unequal ratios that come out."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from tests.unit.conduct.allocation_support import (
    CHI_SQUARE_999,
    EQUAL,
    STUDY,
    allocate_all,
    chi_square,
    factor,
    given,
    minimisation,
    run_course,
    secret,
)
from trialwright.conduct.allocation import GivenArm, allocate_next, digest_rule
from trialwright.conduct.allocation.minimisation import (
    add_to_counts,
    compute_probabilities,
    preferred_arms,
    weigh_arms,
)
from trialwright.study.allocation import Minimisation

SEX, AGE = factor("sex", "female", "male"), factor("age", "young", "old")


def made(rule: Minimisation, *rows: tuple[str, int, dict[str, str]]) -> tuple[GivenArm, ...]:
    """Allocations from rows of arm, how many, levels."""
    return tuple(
        GivenArm(arm, "site_a", levels, digest_rule(rule))
        for arm, number, levels in rows
        for _ in range(number)
    )


def counted(allocations: tuple[GivenArm, ...]) -> Counter[tuple[str, str, str]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for each in allocations:
        add_to_counts(counts, each)
    return counts


# fmt: off
IMBALANCE = [
    # distance, weights, ratio, women in A, women in B, imbalance after A, after B; worked out by hand
    ("range",    ("1", "1"),   (1, 1), 3, 1, (4 - 1) * 2,             (3 - 2) * 2),
    ("range",    ("2", "1"),   (1, 1), 3, 1, (4 - 1) * 3,             (3 - 2) * 3),
    ("range",    ("0.5", "3"), (1, 1), 3, 1, (4 - 1) * 3.5,           (3 - 2) * 3.5),
    ("variance", ("1", "1"),   (1, 1), 3, 1, 4.5 * 2,                 0.5 * 2),  # 4, 1: mean 2.5, 2 x 1.5^2 / 1
    ("range",    ("1", "1"),   (3, 1), 3, 1, Fraction(1, 3) * 2,      1 * 2),    # 4/3 v 1; 1 v 2
    ("range",    ("1", "1"),   (1, 2), 11, 20, (12 - 10) * 2,         (11 - 10.5) * 2),
    ("variance", ("1", "1"),   (2, 1), 4, 1, Fraction(9, 8) * 2,      0),        # 2.5 v 1: 2 x 0.75^2; 2 v 2
]
# fmt: on


@pytest.mark.parametrize(("distance", "weights", "ratio", "in_a", "in_b", "after_a", "after_b"), IMBALANCE)
def test_the_imbalance_that_each_arm_would_leave(
    distance: str,
    weights: tuple[str, str],
    ratio: tuple[int, int],
    in_a: int,
    in_b: int,
    after_a: float,
    after_b: float,
) -> None:
    rule = minimisation(
        factor("sex", "female", "male", weight=weights[0]),
        factor("age", "young", "old", weight=weights[1]),
        distance=distance,
        ratio=dict(zip("AB", ratio, strict=True)),
    )
    levels = {"sex": "female", "age": "old"}
    counts = counted(
        made(rule, ("A", in_a, levels), ("B", in_b, levels), ("A", 9, {"sex": "male", "age": "young"}))
    )
    assert weigh_arms(rule, counts=counts, levels=levels).imbalance == {
        "A": Fraction(after_a),
        "B": Fraction(after_b),
    }


# fmt: off
PROBABILITY = [
    # ratio, imbalance, probability, expected; by hand from the rule in words
    ((1, 1),    (2, 5),    "0.7", ("7/10", "3/10")),
    ((1, 1),    (5, 2),    "1",   ("0", "1")),
    ((1, 1),    (2, 2),    "0.7", ("1/2", "1/2")),
    ((1, 1, 1), (3, 3, 5), "0.8", ("9/20", "9/20", "1/10")),   # half of 8/10 and half of 1/10 each
    ((1, 2),    (4, 4),    "0.9", ("1/3", "2/3")),             # all equal: by the ratio
    ((1, 2),    (1, 4),    "0.9", ("9/10", "1/10")),
    ((1, 2),    (4, 1),    "0.9", ("1/20", "19/20")),          # 1 - 0.1 x 1/2
]
# fmt: on


@pytest.mark.parametrize(("ratio", "imbalance", "probability", "expected"), PROBABILITY)
def test_the_probability_of_each_arm(
    ratio: tuple[int, ...], imbalance: tuple[int, ...], probability: str, expected: tuple[str, ...]
) -> None:
    names = "ABC"[: len(ratio)]
    found = compute_probabilities(
        preferred_arms(dict(zip(names, map(Fraction, imbalance), strict=True))),
        ratio=dict(zip(names, ratio, strict=True)),
        probability=Fraction(probability),
    )
    assert [found[arm] for arm in names] == [Fraction(each) for each in expected]
    assert sum(found.values()) == 1


def test_the_first_arm_is_given_by_the_ratio_when_nothing_prefers_one() -> None:
    rule = minimisation(SEX, AGE, ratio={"A": 1, "B": 1, "C": 1})
    weighed = weigh_arms(rule, counts=Counter(), levels={"sex": "male", "age": "old"})
    assert weighed.probability == dict.fromkeys("ABC", Fraction(1, 3))


def test_the_better_arm_is_taken_as_often_as_the_rule_says() -> None:
    rule = minimisation(SEX, AGE, probability="0.8")
    woman = {"sex": "female", "age": "old"}
    earlier = made(rule, ("A", 3, woman), ("B", 1, woman))
    counts = Counter(
        given(
            allocate_next(
                rule, study=STUDY, secret=secret(number), earlier=earlier, levels=woman, site="site_a"
            )
        ).arm
        for number in range(1000)
    )
    assert chi_square([counts["A"], counts["B"]], [200, 800]) < CHI_SQUARE_999[1]


def test_equal_imbalance_is_settled_by_chance_even_where_the_rule_leaves_none() -> None:
    rule = minimisation(SEX, probability="1")
    counts = Counter(run_course(rule, [{"sex": "male"}], key=secret(number))[0] for number in range(1000))
    assert chi_square([counts["A"], counts["B"]]) < CHI_SQUARE_999[1]


def test_without_chance_the_arms_of_a_single_factor_never_differ_by_more_than_one() -> None:
    rule = minimisation(SEX, probability="1")
    people = [{"sex": ("male", "female")[number % 3 == 0]} for number in range(60)]
    for number in range(10):
        difference = Counter[str]()
        for each in allocate_all(rule, people, key=secret(number)):
            difference[each.levels["sex"]] += 1 if each.arm == "A" else -1
            assert abs(difference[each.levels["sex"]]) <= 1


@pytest.mark.parametrize("ratio", [{"A": 1, "B": 2}, {"A": 1, "B": 2, "C": 3}])
def test_an_unequal_ratio_comes_out_on_average(ratio: dict[str, int]) -> None:
    """Dividing counts by the ratio alone gives small arms too many (Han 2009); the biased coin does not."""
    rule = minimisation(SEX, AGE, ratio=ratio, probability="0.7")
    people = [{"sex": ("male", "female")[n % 2], "age": ("young", "old")[n % 3 == 0]} for n in range(36)]
    trials = 150
    counts = Counter(arm for number in range(trials) for arm in run_course(rule, people, key=secret(number)))
    for arm, part in ratio.items():
        due = part / sum(ratio.values())
        # Balanced allocation varies less than independent draws, so their standard error is generous.
        error = (due * (1 - due) / (trials * 36)) ** 0.5
        assert abs(counts[arm] / (trials * 36) - due) < 3 * error


def test_a_level_counts_whoever_allocated_and_by_whichever_rule() -> None:
    rule, other = minimisation(SEX, probability="1"), minimisation(SEX, AGE, probability="0.9")
    earlier = made(other, ("A", 2, {"sex": "male", "age": "old"}))
    answer = allocate_next(
        rule, study=STUDY, secret=secret(1), earlier=earlier, levels={"sex": "male"}, site="site_a"
    )
    assert given(answer).arm == "B"


def test_an_arm_nobody_looked_up_is_not_left_out_of_the_count() -> None:
    rule = minimisation(SEX)
    earlier = made(rule, ("", 1, {"sex": "male"}))
    with pytest.raises(ValueError, match="needs the arms of all earlier"):
        allocate_next(
            rule, study=STUDY, secret=secret(1), earlier=earlier, levels={"sex": "male"}, site="site_a"
        )


def test_weights_are_read_exactly() -> None:
    """0.1 + 0.2 is 0.3 here: a tie is a tie."""
    rule = minimisation(
        factor("x", "one", "two", weight="0.1"),
        factor("y", "one", "two", weight="0.2"),
        factor("z", "one", "two", weight="0.3"),
    )
    levels = {"x": "one", "y": "one", "z": "one"}
    earlier = made(
        rule,
        ("A", 1, {"x": "one", "y": "one", "z": "two"}),
        ("B", 1, {"x": "two", "y": "two", "z": "one"}),
    )
    weighed = weigh_arms(rule, counts=counted(earlier), levels=levels)
    assert weighed.imbalance["A"] == weighed.imbalance["B"] == Fraction("0.6")
    assert weighed.probability == dict.fromkeys(EQUAL, Fraction(1, 2))
