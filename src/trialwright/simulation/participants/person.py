"""Somebody who does not exist: sex, age, body, history, and the seed of a course of lupus nephritis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from trialwright.assessments.sledai_2k import WEIGHTS
from trialwright.simulation.participants.chance import Chance
from trialwright.simulation.participants.lupus_nephritis import Effects, draw_effects

DAYS_OF_A_YEAR = 365.25
EXTRA_ITEMS = ("arthritis", "rash", "alopecia", "mucosal_ulcers", "vasculitis", "pleurisy")
"""SLEDAI items that no laboratory value decides, those of the joints and the skin first."""

FURTHER_ACR = 0.45
"""How often each of the others is met. Invented."""

LASTING_ACR = ("renal", "immunologic", "ana", "malar_rash", "arthritis", "oral_ulcers", "photosensitivity")
"""ACR 1997 items by how often lupus nephritis has them; the first three nearly always."""

PARAMETERS = (
    "female_share",
    "age_mean",
    "age_spread",
    "age_lowest",
    "age_highest",
    "height_female",
    "height_male",
    "height_spread",
    "body_mass_index",
    "body_mass_index_spread",
    "oedema",
    "disease_months",
    "extra_item_share",
    "sledai_lowest",
)
PULSE = "methylprednisolone_iv"
"""The concept of the steroid pulse that goes before the treatment, where a study reads it."""

PULSE_PARAMETERS = (
    "pulse_days_lowest",
    "pulse_days_highest",
    "pulse_daily_dose",
    "pulse_before_consent_share",
)
"""What a study that reads the pulse needs besides."""


class Had(NamedTuple):
    """A disease, procedure or medicine somebody had from `start` to `end` (None: still). `dose`: daily, with its unit."""

    start: date
    end: date | None = None
    dose: str = ""


@dataclass(frozen=True, slots=True)
class VirtualPerson:
    """One person. `seed` gives the same effects whatever the arm; `found`: what makes the screening fail, by concept.

    `extras`: SLEDAI items of joints and skin at the start, each with the week until which it lasts. `acr`: items ever
    met. `history`: by concept. `weight` in kg without oedema, `height` in cm.
    """

    sex: str
    birth: date
    height: float
    weight: float
    seed: np.random.SeedSequence
    extras: dict[str, float]
    acr: frozenset[str]
    found: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[Had]] = field(default_factory=dict)

    def effects(self, assumed: Mapping[str, float]) -> Effects:
        """The course of the disease under the assumptions of an arm; what no arm changes is the same in all."""
        return draw_effects(1, assumed, np.random.default_rng(self.seed))

    def age(self, on: date) -> int:
        """Completed years on a day."""
        return on.year - self.birth.year - ((on.month, on.day) < (self.birth.month, self.birth.day))


def draw_person(
    assumed: Mapping[str, float], chance: Chance, *, on: date, sex: str | None = None
) -> VirtualPerson:
    """Draw a person who is screened about a day; `assumed` as of everybody. Raises `KeyError` for what is missing."""
    drawn = "female" if chance.random() < assumed["female_share"] else "male"
    sex = sex or drawn
    years = assumed["age_mean"] + assumed["age_spread"] * chance.standard_normal()
    years = min(max(years, assumed["age_lowest"]), assumed["age_highest"])
    birth = on - timedelta(days=int(years * DAYS_OF_A_YEAR) + int(chance.integers(1, 300)))
    height = assumed[f"height_{sex}"] + assumed["height_spread"] * chance.standard_normal()
    mass = max(
        assumed["body_mass_index"] + assumed["body_mass_index_spread"] * chance.standard_normal(), 17.0
    )
    extras = {
        name: float(chance.exponential(12.0))
        for name in EXTRA_ITEMS
        if chance.random() < assumed["extra_item_share"]
    }
    months = 1 + chance.exponential(assumed["disease_months"])
    person = VirtualPerson(
        sex,
        birth,
        round(float(height)),
        float(mass * (height / 100.0) ** 2),
        np.random.SeedSequence(int.from_bytes(chance.bytes(8), "big")),
        extras,
        frozenset(LASTING_ACR[:3]) | {name for name in LASTING_ACR[3:] if chance.random() < FURTHER_ACR},
    )
    began = Had(on - timedelta(days=int(30.4 * months) + 14))
    person.history.update(sle=[began], lupus_nephritis=[began])
    return person


def with_enough_activity(items: frozenset[str], extras: Mapping[str, float], lowest: float) -> frozenset[str]:
    """SLEDAI items until their score passes `lowest`: somebody whom a trial of active disease would take."""
    found = items | extras.keys()
    for name in EXTRA_ITEMS:
        if sum(WEIGHTS[item] for item in found) > lowest:
            break
        found |= {name}
    return frozenset(found)


def draw_pulse(assumed: Mapping[str, float], chance: Chance, *, consent: date) -> list[Had]:
    """The methylprednisolone pulse, one entry a day: over the day before consent, or begun the day after it."""
    lowest, highest = int(assumed["pulse_days_lowest"]), int(assumed["pulse_days_highest"])
    days = int(chance.integers(lowest, highest + 1))
    before = chance.random() < assumed["pulse_before_consent_share"]
    first = consent + timedelta(days=-days if before else 1)
    dose = f"{assumed['pulse_daily_dose']:g} mg/d"
    given = [first + timedelta(days=one) for one in range(days)]
    return [Had(day, day, dose) for day in given]
