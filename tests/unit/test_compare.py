"""When two numbers are equal, drawn as a table."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from trialwright.terms.compare import equal, greater, greater_equal, less, less_equal

COMPARED = [
    # a, b, equal, less, greater
    (3.0, 3.0, True, False, False),
    (2.999999999, 3.0, True, False, False),
    (3.0, 3.000000003, True, False, False),
    (2.99999999, 3.0, False, True, False),
    (3.00000001, 3.0, False, False, True),
    (0.0, 0.0, True, False, False),
    (0.0, -0.0, True, False, False),
    (0.0, 1e-300, False, True, False),
    (-3.0, -3.000000001, True, False, False),
    (-3.1, -3.0, False, True, False),
    (-1.0, 1.0, False, True, False),
    (0.1 + 0.2, 0.3, True, False, False),
    (64.0 / (200 / 100) ** 2, 16.0, True, False, False),
    (1e300, 1e300 * (1 + 1e-10), True, False, False),
    (1e308, -1e308, False, False, True),
    (math.inf, math.inf, True, False, False),
    (-math.inf, math.inf, False, True, False),
    (5.0, math.inf, False, True, False),
    (math.inf, 1e308, False, False, True),
]


@pytest.mark.parametrize(("a", "b", "same", "below", "above"), COMPARED)
def test_comparison(a: float, b: float, same: bool, below: bool, above: bool) -> None:
    assert (equal(a, b), less(a, b), greater(a, b)) == (same, below, above)
    assert (less_equal(a, b), greater_equal(a, b)) == (same or below, same or above)
    assert (equal(b, a), less(b, a), greater(b, a)) == (same, above, below)


def test_the_edge_of_equality_is_the_larger_of_the_two_times_1e_minus_9() -> None:
    assert equal(1.0, 1.0 - 0.999e-9)
    assert not equal(1.0, 1.0 - 1.001e-9)
    assert equal(1e6, 1e6 + 0.999e-3)
    assert not equal(1e6, 1e6 + 1.001e-3)


@pytest.mark.parametrize("compare", [equal, less, less_equal, greater, greater_equal])
def test_what_is_not_a_number_is_refused(compare: Callable[[float, float], bool]) -> None:
    for a, b in ((math.nan, 1.0), (1.0, math.nan), (math.nan, math.nan)):
        with pytest.raises(ValueError, match="NaN"):
            compare(a, b)
