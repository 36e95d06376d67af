"""Virtual participants as columns: the ground for the operating characteristics of a design.

The same assumptions as those of a rehearsal, thousands of people at once, without the conduct of a trial around them:
every visit takes place and every result is there, unless whoever asks takes some away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trialwright.endpoints.columns import Floats, ItemColumns
from trialwright.simulation.participants.chance import Chance
from trialwright.simulation.participants.lupus_nephritis import Values, draw_effects, draw_values
from trialwright.study.model import Study
from trialwright.terms.units import converter

WRITTEN: Mapping[str, tuple[str, str, int]] = {
    "urine_protein_24h": ("urine_protein", "g/(24.h)", 2),
    "serum_albumin": ("albumin", "g/L", 1),
    "serum_creatinine": ("creatinine", "umol/L", 0),
    "urine_rbc": ("red_cells", "/uL", 0),
    "urine_wbc_hpf": ("white_cells", "/[HPF]", 0),
    "urine_rbc_casts": ("casts", "/[LPF]", 0),
    "urine_culture_positive": ("culture", "", 0),
}
"""By concept: its array in `Values`, the unit of the model, and to how many decimals a laboratory writes it."""


@dataclass(frozen=True)
class ArmColumns:
    """Virtual participants of one arm at their visits. `weeks`: since week 0, participants x visits.

    `items`: as the response rules read them; the first visit is the baseline.
    """

    arm: str
    weeks: Floats
    items: ItemColumns


def draw_arm(study: Study, arm: str, *, count: int, weeks: tuple[float, ...], chance: Chance) -> ArmColumns:
    """Draw participants of an arm at visits so many weeks after week 0; the first must be week 0.

    Raises `ValueError` for a study without simulation.yaml, and `KeyError` for an assumption that is missing.
    **Source** of all figures: the study's simulation.yaml.
    """
    if study.simulation is None:
        raise ValueError("the study has no simulation.yaml")
    if not weeks or weeks[0] != 0.0:
        raise ValueError("the first visit is week 0, the baseline")
    assumed = study.simulation.assumed(arm)
    grid = np.broadcast_to(np.array(weeks), (count, len(weeks)))
    values = draw_values(draw_effects(count, assumed, chance), grid, assumed, chance)
    found = {
        name: _in_unit_of(study, name, values)
        for name in WRITTEN
        if any(concept.name == name for concept in study.concepts)
    }
    baseline = {name: column[:, 0] for name, column in found.items()}
    return ArmColumns(arm, grid, ItemColumns(found, baseline, _limits(study, found)))


def _in_unit_of(study: Study, name: str, values: Values) -> Floats:
    """One concept's results as a laboratory writes them, in the unit in which the study thinks."""
    array, unit, decimals = WRITTEN[name]
    exact: Floats = np.asarray(getattr(values, array), dtype=np.float64)
    written: Floats = np.asarray(np.round(exact, decimals), dtype=np.float64)
    concept = study.concept(name)
    if not unit or not concept.unit:
        return written
    return np.asarray(_convert(unit, concept.unit, concept.conversions, written))


def _limits(study: Study, found: Mapping[str, Floats]) -> dict[str, Floats]:
    """The upper limit of normal of each result, where the rehearsal's laboratory has one for everybody."""
    limits = {}
    for row in study.simulation.ranges if study.simulation else ():
        if row.concept in found and row.sex is None:
            concept = study.concept(row.concept)
            high = np.array(float(row.high))
            limits[row.concept] = np.broadcast_to(
                _convert(row.unit, concept.unit or "", concept.conversions, high), found[row.concept].shape
            )
    return limits


def _convert(unit: str, to: str, bridges: tuple[str, ...], values: Floats) -> Floats:
    """Values in another unit; what is linear in one number is linear in an array."""
    conversion = converter(unit, to, bridges)
    zero, one = conversion(0.0), conversion(1.0)
    return np.asarray(zero + (one - zero) * values)
