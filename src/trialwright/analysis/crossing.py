"""Where a condition stops holding between two points: the end of an interval made by inverting a test."""

from __future__ import annotations

import math
from collections.abc import Callable

_HALVINGS = 200  # more than the digits of a double can use


def find_end(holds: Callable[[float], bool], *, inside: float, outside: float, within: float = 0.0) -> float:
    """Give the point between `inside`, where the condition holds, and `outside`, where it does not.

    Both finite. Bisection on the condition itself needs no value at the ends, where scores become 0/0. Where
    the condition holds all the way, `outside` is given. `within`: how near is near enough, where a condition
    is costly; 0 for all digits.
    """
    if holds(outside):
        return outside
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2.0
        if middle in (inside, outside) or abs(outside - inside) <= within:
            break
        if holds(middle):
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2.0


def find_end_of_ratio(holds: Callable[[float], bool], *, inside: float, upwards: bool) -> float:
    """Give the same for a ratio above 0, searched on the log scale; 0 or infinity where it always holds."""
    step = 1.0
    near = far = math.log(inside)
    while holds(math.exp(far)):
        near = far
        far += step if upwards else -step
        step *= 2.0
        if abs(far) > 700.0:
            return math.inf if upwards else 0.0
    return math.exp(find_end(lambda each: holds(math.exp(each)), inside=near, outside=far))
