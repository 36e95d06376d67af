"""How lupus nephritis answers to induction therapy, by chance: the trajectories behind a rehearsal, as arrays.

True proteinuria falls as P(t) = f + (P0 - f) exp(-k t); albumin follows it with a lag; creatinine and the urinary
sediment have courses of their own. What a laboratory reports scatters around the truth. All figures are assumptions
of the study (`simulation.yaml`), calibrated to published response rates, never results of real people.

**Source**: own calibration; targets Chin J Nephrol Dial Transplant 2026;35(3):201-207.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Chance = np.random.Generator

PARAMETERS = (
    "proteinuria_median",
    "proteinuria_spread",
    "proteinuria_lowest",
    "proteinuria_highest",
    "proteinuria_visit_spread",
    "remission_rate",
    "remission_rate_spread",
    "floor_median",
    "floor_spread",
    "non_responder_share",
    "non_responder_rate",
    "albumin_top",
    "albumin_slope",
    "albumin_lag",
    "albumin_spread",
    "albumin_visit_spread",
    "creatinine_median",
    "creatinine_spread",
    "creatinine_fall",
    "creatinine_time",
    "creatinine_visit_spread",
    "red_cells_median",
    "red_cells_spread",
    "red_cells_rate",
    "red_cells_rate_spread",
    "red_cells_floor",
    "red_cells_visit_spread",
    "white_cells_median",
    "white_cells_spread",
    "white_cells_rate",
    "urinary_infection_share",
    "casts_half",
)
"""The assumptions this model needs, by name; rates are per week, spreads standard deviations of logarithms."""

STEP = 0.25  # weeks; the lag of albumin is followed on this grid


@dataclass(frozen=True, slots=True)
class Effects:
    """What is peculiar to each of n people: arrays of shape (n,). Amounts in the units of `Values`."""

    protein: Array
    rate: Array
    floor: Array
    albumin: Array
    creatinine: Array
    red_cells: Array
    red_cells_rate: Array
    white_cells: Array
    responds: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Values:
    """Laboratory results of n people at v visits each, arrays of shape (n, v).

    Urine protein g/24 h, albumin g/L, creatinine umol/L, red cells /uL, white cells /HPF, casts and a positive
    culture yes or no.
    """

    urine_protein: Array
    albumin: Array
    creatinine: Array
    red_cells: Array
    white_cells: Array
    casts: NDArray[np.bool_]
    culture: NDArray[np.bool_]


def draw_effects(count: int, assumed: Mapping[str, float], chance: Chance) -> Effects:
    """Draw n people under the assumptions of an arm; raises `KeyError` for an assumption that is missing."""
    lowest, highest = assumed["proteinuria_lowest"], assumed["proteinuria_highest"]
    protein = _lognormal(assumed, "proteinuria", count, chance)
    while (outside := (protein < lowest) | (protein > highest)).any():
        protein[outside] = _lognormal(assumed, "proteinuria", int(outside.sum()), chance)
    responds = chance.random(count) >= assumed["non_responder_share"]
    slow = assumed["non_responder_rate"]
    rate = assumed["remission_rate"] * np.exp(
        assumed["remission_rate_spread"] * chance.standard_normal(count)
    )
    red_rate = assumed["red_cells_rate"] * np.exp(
        assumed["red_cells_rate_spread"] * chance.standard_normal(count)
    )
    return Effects(
        protein=protein,
        rate=np.where(responds, rate, slow),
        floor=assumed["floor_median"] * np.exp(assumed["floor_spread"] * chance.standard_normal(count)),
        albumin=assumed["albumin_spread"] * chance.standard_normal(count),
        creatinine=_lognormal(assumed, "creatinine", count, chance),
        red_cells=_lognormal(assumed, "red_cells", count, chance),
        red_cells_rate=np.where(responds, red_rate, np.minimum(red_rate, slow)),
        white_cells=_lognormal(assumed, "white_cells", count, chance),
        responds=responds,
    )


def _lognormal(assumed: Mapping[str, float], name: str, count: int, chance: Chance) -> Array:
    return np.asarray(
        assumed[f"{name}_median"] * np.exp(assumed[f"{name}_spread"] * chance.standard_normal(count))
    )


def draw_values(people: Effects, weeks: Array, assumed: Mapping[str, float], chance: Chance) -> Values:
    """What the laboratory reports of n people at their visits; `weeks` since week 0, shape (n, v), may be negative."""
    since = np.maximum(weeks, 0.0)
    shape = weeks.shape
    red = _decay(people.red_cells, people.red_cells_rate, since, assumed["red_cells_floor"])
    red = np.rint(red * np.exp(assumed["red_cells_visit_spread"] * chance.standard_normal(shape)))
    infected = chance.random(shape) < assumed["urinary_infection_share"]
    white = people.white_cells[:, None] * np.exp(-assumed["white_cells_rate"] * since)
    white = np.rint(white * np.exp(0.3 * chance.standard_normal(shape)) + np.where(infected, 15.0, 0.0))
    fall = assumed["creatinine_fall"] * (1.0 - np.exp(-since / assumed["creatinine_time"]))
    fall = np.where(people.responds[:, None], fall, 0.0)
    creatinine = people.creatinine[:, None] * (1.0 - fall)
    return Values(
        urine_protein=true_protein(people, since)
        * np.exp(assumed["proteinuria_visit_spread"] * chance.standard_normal(shape)),
        albumin=true_albumin(people, since, assumed)
        + assumed["albumin_visit_spread"] * chance.standard_normal(shape),
        creatinine=creatinine * np.exp(assumed["creatinine_visit_spread"] * chance.standard_normal(shape)),
        red_cells=red,
        white_cells=white,
        casts=chance.random(shape) < red / (red + assumed["casts_half"]),
        culture=infected,
    )


def true_protein(people: Effects, weeks: Array) -> Array:
    """True proteinuria (g/24 h) at weeks since week 0, shape (n, v)."""
    return _decay(people.protein, people.rate, weeks, people.floor[:, None])


def _decay(start: Array, rate: Array, weeks: Array, floor: Array | float) -> Array:
    low = np.minimum(floor, start[:, None])
    return np.asarray(low + (start[:, None] - low) * np.exp(-rate[:, None] * weeks))


def true_albumin(people: Effects, weeks: Array, assumed: Mapping[str, float]) -> Array:
    """True albumin (g/L): a first-order lag behind the level that the proteinuria of the moment allows."""
    grid = np.arange(0.0, float(weeks.max()) + 2 * STEP, STEP)
    target = assumed["albumin_top"] - assumed["albumin_slope"] * np.log2(
        1.0 + true_protein(people, np.broadcast_to(grid, (len(people.protein), len(grid))))
    )
    level = np.empty_like(target)
    level[:, 0] = target[:, 0]
    keep = np.exp(-STEP / assumed["albumin_lag"])
    for step in range(1, len(grid)):
        level[:, step] = target[:, step] + (level[:, step - 1] - target[:, step]) * keep
    at = np.minimum((weeks / STEP).astype(int), len(grid) - 2)
    share = weeks / STEP - at
    rows = np.arange(len(level))[:, None]
    between = level[rows, at] * (1 - share) + level[rows, at + 1] * share
    return np.asarray(between + people.albumin[:, None])
