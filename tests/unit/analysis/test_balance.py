"""Standardised differences by hand, and where there is no spread to divide by."""

from __future__ import annotations

import math

import pytest

from tests.unit.analysis.analysis_support import arms
from trialwright.analysis import METHODS, CannotAnalyse, Result
from trialwright.analysis.standardised_difference import compute_chance_error

ARMS = ("BEL+MT", "MT")


def means(treatment: list[float], control: list[float]) -> Result:
    result = METHODS["standardised_difference_of_means"].compute(treatment, control, arms=ARMS)
    assert isinstance(result, Result)
    return result


def categories(treatment: dict[str, int], control: dict[str, int]) -> Result:
    result = METHODS["standardised_difference_of_categories"].compute(treatment, control, arms=ARMS)
    assert isinstance(result, Result)
    return result


def test_means_by_hand() -> None:
    # Means 2 and 4; variances 1 and 4, their mean 2.5
    assert means([1, 2, 3], [2, 4, 6]).estimate == pytest.approx(-2 / math.sqrt(2.5), rel=1e-12)


def test_proportions_by_hand() -> None:
    # 0.5 and 0.2; variances 0.25 and 0.16
    found = METHODS["standardised_difference_of_proportions"].compute(arms("5/10 v 2/10"))
    assert found.estimate == pytest.approx(0.3 / math.sqrt(0.205), rel=1e-12)


def test_two_categories_are_a_proportion() -> None:
    for text in ("20/28 v 11/25", "5/28 v 3/25", "11/25 v 20/28"):
        one = arms(text)
        treatment, control = (
            {"yes": arm.events, "no": arm.n - arm.events} for arm in (one.treatment, one.control)
        )
        expected = METHODS["standardised_difference_of_proportions"].compute(one).estimate
        assert categories(treatment, control).estimate == pytest.approx(abs(expected), rel=1e-12)


def test_three_categories_by_hand() -> None:
    # Shares 1/2, 1/4, 1/4 and 1/4, 1/2, 1/4. Without the third: difference (1/4, -1/4), covariance
    # [[7/32, -1/8], [-1/8, 7/32]]; along (1, -1) its value is 7/32 + 4/32, so d^2 = (1/8) / (11/32) = 4/11.
    found = categories({"III": 2, "IV": 1, "V": 1}, {"III": 1, "IV": 2, "V": 1}).estimate
    assert found == pytest.approx(math.sqrt(4 / 11), rel=1e-12)


def test_the_order_of_categories_and_empty_ones_make_no_difference() -> None:
    one = categories({"III": 5, "IV": 9, "V": 2}, {"III": 2, "IV": 8, "V": 7}).estimate
    other = categories({"V": 2, "II": 0, "IV": 9, "III": 5}, {"II": 0, "III": 2, "V": 7, "IV": 8}).estimate
    assert one == pytest.approx(other, rel=1e-10)


def test_no_difference() -> None:
    assert means([3, 3], [3, 3]).estimate == 0.0
    assert categories({"a": 1, "b": 3}, {"a": 2, "b": 6}).estimate == 0.0
    assert categories({"a": 4}, {"a": 9}).estimate == 0.0
    assert METHODS["standardised_difference_of_proportions"].compute(arms("0/3 v 0/9")).estimate == 0.0


def test_a_difference_without_spread_has_no_number() -> None:
    found = [
        means([3, 3], [4, 4]),
        METHODS["standardised_difference_of_proportions"].compute(arms("3/3 v 0/9")),
        categories({"a": 4, "b": 0}, {"a": 0, "b": 9}),
        categories({"a": 4, "b": 0, "c": 0}, {"a": 0, "b": 9, "c": 0}),
    ]
    for result in found:
        assert result.estimate is None
        assert "infinite" in result.notes[0].template


def test_what_is_refused() -> None:
    with pytest.raises(CannotAnalyse, match="at least two"):
        means([1], [1, 2])
    with pytest.raises(CannotAnalyse, match="missing"):
        means([1, math.nan], [1, 2])
    with pytest.raises(CannotAnalyse, match="same categories"):
        categories({"a": 1}, {"b": 1})
    with pytest.raises(CannotAnalyse, match="MT has no participants"):
        categories({"a": 1}, {"a": 0})


@pytest.mark.parametrize(("first", "second", "error"), [(28, 25, math.sqrt(53 / 700)), (2, 2, 1.0)])
def test_chance_alone_by_hand(first: int, second: int, error: float) -> None:
    """1/28 + 1/25 = 53/700, whose root is 0.2752; 1/2 + 1/2 = 1."""
    assert compute_chance_error(first, second) == pytest.approx(error, rel=1e-12)


def test_chance_needs_participants_in_both_arms() -> None:
    with pytest.raises(CannotAnalyse, match="both arms"):
        compute_chance_error(28, 0)
