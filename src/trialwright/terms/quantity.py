"""Numbers as laboratories write them: exact, or censored (`<0.2`, `>1000`), which makes them intervals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from trialwright.terms.digits import ordinary

BOUND = 1e300  # stands for "no limit"; infinity would make differences of limits undefined
STEP = 2e-9  # the smallest relative step that the 1e-9 equality of the whole system can see
_TINY = 1e-12

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
PLAIN_NUMBER = rf"^{_NUMBER}$"
_PLAIN = re.compile(PLAIN_NUMBER)
_CENSORED = re.compile(rf"^(<=|>=|<|>|≤|≥)\s*({_NUMBER})$")


class UnreadableNumber(ValueError):
    """The text is not a number, nor a number behind <, >, <= or >=."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers a result may mean, both ends included."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high


@lru_cache(maxsize=65536)
def parse_number(text: str) -> Interval:
    """Read a result. `<0.2` is the interval from 0 to a hair under 0.2, `>1000` the one from a hair over 1000.

    The hair is twice the relative difference at which two values count as equal, so that a result
    reported as below a limit never equals the limit. Raises `UnreadableNumber`.
    """
    text = ordinary(text)
    if _PLAIN.match(text):
        number = float(text)
        if abs(number) >= BOUND:
            raise UnreadableNumber(text)
        return Interval(number, number)
    match = _CENSORED.match(text)
    if not match:
        raise UnreadableNumber(text)
    sign, number = match[1], float(match[2])
    if abs(number) >= BOUND:
        raise UnreadableNumber(text)
    hair = 0.0 if "=" in sign or sign in "≤≥" else max(abs(number) * STEP, _TINY)
    if sign[0] in "<≤":
        return Interval(0.0 if number > 0 else -BOUND, number - hair)
    return Interval(number + hair, BOUND)
