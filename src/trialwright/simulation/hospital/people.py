"""Who the made-up people are: latent kind, sex, birth date (`A0`), death."""

from __future__ import annotations

from functools import partial

import numpy as np

from trialwright.simulation.hospital.days import born_for_age, straddling
from trialwright.simulation.hospital.stories import Story, tell
from trialwright.simulation.hospital.ward import (
    CANDIDATE,
    DECEASED,
    HISTORY,
    LUPUS,
    PATIENT,
    Values,
    Ward,
    Who,
)
from trialwright.simulation.hospital.words import Days

OLDEST = 100
# median and spread of adult ages; lupus is a disease of young women, hospitals are full of the old
_AGES = {CANDIDATE: (34.0, 11.0), LUPUS: (40.0, 13.0), PATIENT: (52.0, 19.0), DECEASED: (68.0, 14.0)}
_SEXES = {CANDIDATE: 0.88, LUPUS: 0.9, PATIENT: 0.52, DECEASED: 0.47}  # share of women
_LUPUS_SHARE, _DECEASED_SHARE, _OTHER_SEX = 0.04, 0.015, 0.004


def people(ward: Ward, *, candidates: float) -> None:
    """Draw everyone's latent kind, sex, birth and death; `candidates`: share with lupus nephritis."""
    chance = ward.rng.random(ward.size)
    rest = 1 - candidates
    ward.kind[chance < candidates] = CANDIDATE
    ward.kind[(chance >= candidates) & (chance < candidates + rest * _LUPUS_SHARE)] = LUPUS
    ward.kind[chance >= 1 - rest * _DECEASED_SHARE] = DECEASED
    women = np.array([_SEXES[kind] for kind in range(len(_SEXES))])[ward.kind]
    chance = ward.rng.random(ward.size)
    ward.sex[:] = np.where(chance < women, 0, 1)
    odd = ward.rng.random(ward.size) < _OTHER_SEX
    ward.sex[odd] = ward.rng.integers(2, 4, int(odd.sum()))
    ages(ward)
    deaths(ward)


def ages(ward: Ward) -> None:
    """`A0`: 18 to 75 completed years."""
    stories = (
        Story(("pass",), (0.88, 0.8, 0.68, 0.5), _grown),
        Story(("pass",), (0.04, 0.05, 0.03, 0), _year_only),
        Story(("pass",), (0.01, 0.005, 0.002, 0), partial(_on_edge, age=18, first=False)),
        Story(("pass",), (0.01, 0.005, 0.002, 0), partial(_on_edge, age=75, first=True)),
        Story(("fail",), (0.015, 0.05, 0.17, 0.48), _old),
        Story(("fail",), (0.01, 0.05, 0.1, 0.02), _young),
        Story(("fail",), (0.004, 0.004, 0.002, 0), partial(_on_edge, age=76, first=False)),
        Story(("fail",), (0.004, 0.004, 0.002, 0), partial(_on_edge, age=17, first=True)),
        Story(("unknown",), (0.01, 0.01, 0.005, 0), _unborn),
        Story(
            ("unknown date_imprecise",),
            (0.005, 0.005, 0.002, 0),
            partial(_perhaps, age=18),
            straddles="tomorrow",
        ),
        Story(
            ("unknown date_imprecise",),
            (0.005, 0.005, 0.002, 0),
            partial(_perhaps, age=76),
            straddles="tomorrow",
        ),
    )
    tell(ward, ["A0"], stories, np.arange(ward.size))


def _born(ward: Ward, who: Who, ages: Values) -> Days:
    """A birth day for each, uniform among those that give this age."""
    spans = np.array([born_for_age(ward.on, age) for age in range(OLDEST + 1)])[ages.astype(np.int64)]
    return ward.between(who, spans[:, 0], spans[:, 1])


def _aged(ward: Ward, who: Who, ages: Values) -> None:
    ward.birth[who] = ward.words.dates(_born(ward, who, ages))
    ward.age_low[who] = ward.age_high[who] = ages


def _drawn(ward: Ward, who: Who, low: float, high: float) -> Values:
    middle = np.array([_AGES[kind] for kind in range(len(_AGES))])[ward.kind[who]]
    return np.clip(np.round(ward.rng.normal(middle[:, 0], middle[:, 1])), low, high)


def _grown(ward: Ward, who: Who) -> None:
    ages = _drawn(ward, who, 18, 75)
    at_edge = (ages == 18) | (ages == 75)  # clipped ones spread out again
    ages[at_edge] = np.floor(ward.uniform(ages[at_edge], 18, 76))
    _aged(ward, who, ages)


def _old(ward: Ward, who: Who) -> None:
    _aged(ward, who, np.floor(ward.uniform(who, 76, 96)))


def _young(ward: Ward, who: Who) -> None:
    _aged(ward, who, np.floor(ward.uniform(who, 3, 18)))


def _on_edge(ward: Ward, who: Who, *, age: int, first: bool) -> None:
    """The first or the last birth day that gives an age: born a year minus a day ago, or a birthday today."""
    day = born_for_age(ward.on, age)[0 if first else 1]
    ward.birth[who] = ward.words.dates(np.full(len(who), day))
    ward.age_low[who] = ward.age_high[who] = age


def _year_only(ward: Ward, who: Who) -> None:
    """A partial birth date that does not matter: any day of it gives an age well between the limits."""
    ages = np.clip(_drawn(ward, who, 21, 72), 21, 72)
    days = _born(ward, who, ages)
    months = ward.rng.random(len(who)) < 0.5
    ward.birth[who] = np.where(months, ward.words.dates(days, cut=7), ward.words.dates(days, cut=4))
    ward.age_low[who], ward.age_high[who] = ages - 1, ages + 1


def _unborn(ward: Ward, who: Who) -> None:
    """No birth date at all."""


def _perhaps(ward: Ward, who: Who, *, age: int) -> None:
    """Born in the month (or year) in which the birthday that matters falls."""
    ward.birth[who] = ward.words.word(straddling(born_for_age(ward.on, age)[1] + 1))
    ward.age_low[who], ward.age_high[who] = age - 1, age


def deaths(ward: Ward) -> None:
    """The deceased, some known by month or year only; and a few who die later, which must not count."""
    dead = np.flatnonzero(ward.kind == DECEASED)
    day = ward.between(dead, ward.edge.today - HISTORY + 700, ward.edge.today, edge=0.01)
    ward.death[dead] = ward.long_ago(day)
    ward.last[dead] = day
    later = ward.some(np.flatnonzero(ward.kind != DECEASED), 0.001)
    ward.death[later] = ward.words.dates(ward.between(later, ward.edge.today + 61, ward.edge.today + 200))
