"""Verdicts first: a story declares the verdicts of some criteria, and a recipe writes facts to fit them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from trialwright.simulation.hospital.days import straddling
from trialwright.simulation.hospital.ward import Ward, Who

Recipe = Callable[[Ward, Who], None]


@dataclass(frozen=True, slots=True)
class Story:
    """One way a record can be.

    `verdicts`: one text per criterion of its group, "pass", "fail", "unknown" or "unknown <reason code>"; no
    reason where the criteria do not name one. `weights`: how common it is among candidates for the trial,
    other people with lupus, other patients, and the deceased (who have nothing recorded near the reference
    date). `straddles`: the edge of the look-back that a partial date of this story must straddle; without
    such a date the story is not told.
    """

    verdicts: tuple[str, ...]
    weights: tuple[float, float, float, float]
    recipe: Recipe
    straddles: str = ""

    def told(self, ward: Ward) -> tuple[float, float, float, float]:
        """The weights, as far as this calendar allows the story."""
        if self.straddles and not straddling(getattr(ward.edge, self.straddles)):
            return (0.0, 0.0, 0.0, 0.0)
        return self.weights


def nothing(ward: Ward, who: Who) -> None:
    """The recipe of silence."""


def both(*recipes: Recipe) -> Recipe:
    """Several recipes, one after the other."""

    def write(ward: Ward, who: Who) -> None:
        for recipe in recipes:
            recipe(ward, who)

    return write


def tell(ward: Ward, criteria: Sequence[str], stories: Sequence[Story], who: Who) -> None:
    """Draw a story for each person, note its verdicts as the truth, then let its recipe write the facts."""
    for criterion in criteria:
        ward.verdicts.setdefault(criterion, np.full(ward.size, -1, dtype=np.int32))
    steps = np.cumsum(np.array([story.told(ward) for story in stories]), axis=0)
    chance = ward.rng.random(len(who)) * steps[-1, ward.kind[who]]
    drawn = (chance[:, None] >= steps.T[ward.kind[who]]).sum(axis=1)
    for number, story in enumerate(stories):
        mine = who[drawn == number]
        for criterion, verdict in zip(criteria, story.verdicts, strict=True):
            ward.verdicts[criterion][mine] = ward.claims.word(verdict)
        if len(mine):
            story.recipe(ward, mine)
