"""Numbers out of a secret: the only source of chance in an allocation, the same for whoever holds the secret.

Draw number i (from 0) of a stream is HMAC-SHA256(secret, message), where message is the canonical JSON (RFC 8785) of
the list [TAG, ...context, i]. The context says what is drawn (study, rule, stratum, block), so no two questions ever
share a draw, and whoever lacks the secret learns nothing about one draw from all the others.

Source: HMAC: RFC 2104, FIPS 198-1. Shuffle: Durstenfeld R. Algorithm 235. Commun ACM 1964;7:420.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any, Final, TypeVar

import rfc8785

from trialwright.conduct.allocation.secret import check_secret

T = TypeVar("T")
TAG: Final = "trialwright allocation 1"
"""Names this use of the secret and its version: a change of anything below needs another number."""

_BITS: Final = 256


class Stream:
    """Unbiased draws from a secret for one question; each call moves on to the next draw.

    `context`: what is drawn, as texts, numbers and lists of texts. Raises `ValueError` for a secret that is not 32
    bytes long.
    """

    def __init__(self, secret: bytes, *context: Any) -> None:
        check_secret(secret)
        self._secret, self._drawn = secret, 0
        self._opening = rfc8785.dumps([TAG, *context]).removesuffix(b"]")

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1, each as likely as the other; raises `ValueError` if limit < 1.

        The leading bits of a draw, just as many as limit - 1 needs; a number that is too large is thrown away and the
        next draw taken (rejection), since the remainder of a division would favour small numbers.
        """
        if limit < 1:
            raise ValueError("a draw needs at least one possibility")
        bits = (limit - 1).bit_length()
        while True:
            number = self._draw() >> (_BITS - bits)
            if number < limit:
                return number

    def shuffle(self, things: Sequence[T]) -> tuple[T, ...]:
        """The things in random order, every order as likely as the other.

        From the last place to the second: each is exchanged with a place drawn from the first up to itself.
        """
        mixed = list(things)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return tuple(mixed)

    def choose(self, odds: Mapping[str, Fraction]) -> str:
        """One of several with exactly the given probabilities (which add up to 1), in the order of their names."""
        whole = lcm(*(chance.denominator for chance in odds.values()))
        left = self.below(whole)
        for name in sorted(odds):
            left -= int(odds[name] * whole)
            if left < 0:
                return name
        raise ValueError("the probabilities add up to less than 1")

    def _draw(self) -> int:
        text = b"%s,%d]" % (self._opening, self._drawn)
        self._drawn += 1
        return int.from_bytes(hmac.digest(self._secret, text, hashlib.sha256), "big")
