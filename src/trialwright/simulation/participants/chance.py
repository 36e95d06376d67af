"""Chance in a rehearsal: one generator made from the seed, divided so that no part disturbs another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

Chance = np.random.Generator
T = TypeVar("T")


class Shares:
    """Who among the first `count` people something happens to, when it happens to a share of them.

    The draws are spread evenly over 0 to 1 and shuffled (a Latin hypercube): a rehearsal of fifty people then shows
    what a trial of fifty would have to cope with, instead of now and then nobody who withdraws. People beyond `count`
    are drawn one by one.
    """

    def __init__(self, count: int, chance: Chance) -> None:
        self._count = count
        self._chance = chance
        self._draws: dict[str, list[float]] = {}

    def hits(self, name: str, index: int, share: float) -> bool:
        """Whether `name` happens to the person of this index (from 0)."""
        return self.draw(name, index) < share

    def draw(self, name: str, index: int) -> float:
        """The draw between 0 and 1 that decides `name` for a person."""
        drawn = self._draws.setdefault(name, [])
        if not drawn:
            strata = (np.arange(self._count) + self._chance.random(self._count)) / max(self._count, 1)
            drawn.extend(float(one) for one in self._chance.permutation(strata))
        while len(drawn) <= index:
            drawn.append(float(self._chance.random()))
        return drawn[index]


def pick(weights: Mapping[T, float], chance: Chance) -> T:
    """One of several, by weight."""
    values = list(weights)
    shares = np.array([weights[value] for value in values], dtype=float)
    return values[int(chance.choice(len(values), p=shares / shares.sum()))]


def one_of(values: Sequence[T], chance: Chance) -> T:
    """One of several, all alike."""
    return values[int(chance.integers(len(values)))]


def deal(weights: Mapping[T, float], count: int, chance: Chance) -> list[T]:
    """`count` draws by weight in random order, each as often as its weight says, up to rounding by chance."""
    values = list(weights)
    shares = np.array([weights[value] for value in values], dtype=float)
    bounds = np.cumsum(shares / shares.sum())
    at = (np.arange(count) + chance.random()) / max(count, 1)
    dealt = [values[min(int(np.searchsorted(bounds, one, side="right")), len(values) - 1)] for one in at]
    return [dealt[int(index)] for index in chance.permutation(count)]
