"""When two numbers are equal: the one rule for criteria, response, grades and alerts, in every engine.

Two values within 1e-9 relative are equal, so 265.2 umol/L is 3.0 mg/dL and not below it. An engine that
writes the rule in another language keeps the order of operations:
`abs(a - b) <= 1e-9 * max(abs(a), abs(b))`.
**Source**: the reading conventions of the BEAM criteria, Units.
"""

from __future__ import annotations

from math import isinf, isnan

RELATIVE_TOLERANCE = 1e-9


def equal(a: float, b: float) -> bool:
    """Tell whether two values in the same unit are equal; infinities (open ends) equal only themselves.

    Raises `ValueError` for NaN: what is not a number is neither equal nor different.
    """
    if a == b:
        return True
    if isnan(a) or isnan(b):
        raise ValueError("NaN cannot be compared; a missing value must be unknown before it comes here")
    if isinf(a) or isinf(b):
        return False
    return abs(a - b) <= RELATIVE_TOLERANCE * max(abs(a), abs(b))


def less(a: float, b: float) -> bool:
    """Tell whether `a` is below `b` by more than the tolerance."""
    return not a >= b and not equal(a, b)


def less_equal(a: float, b: float) -> bool:
    """Tell whether `a` is below `b` or equal to it."""
    return equal(a, b) or a < b


def greater(a: float, b: float) -> bool:
    """Tell whether `a` is above `b` by more than the tolerance."""
    return less(b, a)


def greater_equal(a: float, b: float) -> bool:
    """Tell whether `a` is above `b` or equal to it."""
    return less_equal(b, a)
