"""What is measured of somebody at a visit, by concept, written as the laboratory of the rehearsal writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import exp, log2
from typing import NamedTuple

import numpy as np

from trialwright.assessments.predicted_urine_creatinine import ASSESSMENT as PREDICTED_CREATININE
from trialwright.simulation.participants.chance import Chance
from trialwright.simulation.participants.lupus_nephritis import Values, draw_values, true_protein
from trialwright.simulation.participants.person import VirtualPerson, with_enough_activity
from trialwright.study.simulation import Course, RangeRow, SimulationPlan
from trialwright.terms.dates import parse_length
from trialwright.terms.units import converter

DAYS_OF_A_WEEK = 7.0
EXTRA_WEEKS = 4.0
"""How long the activity lasts that somebody needs to join and that chance did not give."""

MOST_OF_WBC = 0.95
LEAST_PULSE_PRESSURE = 20.0  # mm[Hg]
NOTHING = "none"
"""Written for a checklist of which no item is present."""

PARAMETERS = (
    "urine_completeness_spread",
    "urine_volume_median",
    "urine_volume_spread",
    "urine_ratio_spread",
    "haematuria_limit",
    "pyuria_limit",
)


class Reported(NamedTuple):
    """A result: `text` as written, `unit` UCUM ('' for an answer). `decimals`: how finely the laboratory writes it."""

    text: str
    unit: str = ""
    decimals: int = 0

    def in_unit(self, units: tuple[str, ...], bridges: tuple[str, ...]) -> Reported:
        """The result in one of the units offered: as it is where its own is among them, else in the first."""
        if not self.unit or not units or self.unit in units:
            return self
        value = converter(self.unit, units[0], bridges)(float(self.text))
        return Reported(f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}", units[0])


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Measures people. `assumed`: the figures of an arm, by arm; `known`: the concepts of the study."""

    plan: SimulationPlan
    assumed: Mapping[str, Mapping[str, float]]

    def measure(
        self,
        person: VirtualPerson,
        chance: Chance,
        *,
        arm: str,
        weeks: float,
        on: date,
        temperature: float | None = None,
        screening: bool = False,
    ) -> dict[str, Reported]:
        """Everything that can be measured on a day, `weeks` after week 0 (before it: negative).

        `temperature` (°C) where an illness gives another one. At screening, somebody without a reason to fail has
        enough proteinuria and activity to join.
        """
        assumed = self.assumed[arm]
        effects = person.effects(assumed)
        grid = np.array([[weeks]])
        values = draw_values(effects, grid, assumed, chance)
        while screening and not person.found and _first(values.urine_protein) < assumed["proteinuria_lowest"]:
            values = draw_values(effects, grid, assumed, chance)
        found = dict(_of_the_kidney(values))
        protein = float(true_protein(effects, np.maximum(grid, 0.0))[0, 0])
        found.update(_of_the_body(person, assumed, chance, protein))
        found.update(_of_the_collection(person, found, assumed, chance, on))
        for name, course in self.plan.courses.items():
            found[name] = _of_a_course(
                person, name, course, arm, weeks, chance, responds=bool(effects.responds[0])
            )
        found.update(_consistent(found))
        if temperature is not None:
            found["body_temperature"] = Reported(f"{temperature:.1f}", "Cel", 1)
        found["sledai_item"] = Reported(self._activity(person, found, assumed, weeks, screening=screening))
        found["acr_1997_item"] = Reported(",".join(sorted(person.acr)) or NOTHING)
        return found

    def level(self, person: VirtualPerson, chance: Chance, arm: str) -> float:
        """The level in the blood at the planned dose, on a day."""
        assumed = self.assumed[arm]
        own = _own(person, "level") * assumed["trough_spread"]
        return assumed["trough_median"] * exp(own + assumed["trough_visit_spread"] * chance.standard_normal())

    def _activity(
        self,
        person: VirtualPerson,
        found: Mapping[str, Reported],
        assumed: Mapping[str, float],
        weeks: float,
        *,
        screening: bool,
    ) -> str:
        """The SLEDAI items, consistent with the results."""
        lasting = {name: until for name, until in person.extras.items() if weeks <= until}
        items = (
            frozenset(_items_of(found, assumed, {one.concept: one for one in self.plan.ranges}))
            | lasting.keys()
        )
        if screening and not person.found:
            enough = with_enough_activity(items, lasting, assumed["sledai_lowest"])
            for name in sorted(enough - items):
                person.extras[name] = EXTRA_WEEKS
            items = enough
        return ",".join(sorted(items)) or NOTHING


def _first(values: np.ndarray) -> float:
    return float(values[0, 0])


def _of_the_kidney(values: Values) -> Iterator[tuple[str, Reported]]:
    """The model's arrays for one person at one visit, as a laboratory writes them."""
    casts = bool(values.casts[0, 0])
    yield "urine_protein_24h", _number(_first(values.urine_protein), "g/(24.h)", 2)
    yield "serum_albumin", _number(_first(values.albumin), "g/L", 1)
    yield "serum_creatinine", _number(_first(values.creatinine), "umol/L", 0)
    yield "urine_rbc", _number(_first(values.red_cells), "/uL", 0)
    yield "urine_wbc_hpf", _number(_first(values.white_cells), "/[HPF]", 0)
    yield "urine_rbc_casts", _number(float(casts), "/[LPF]", 0)
    yield "urine_culture_positive", Reported("true" if values.culture[0, 0] else "false")


def _of_the_body(
    person: VirtualPerson, assumed: Mapping[str, float], chance: Chance, protein: float
) -> Iterator[tuple[str, Reported]]:
    """Weight with the oedema that proteinuria makes, and height."""
    oedema = assumed["oedema"] * log2(1.0 + protein)
    yield "body_weight", _number(person.weight + oedema + 0.3 * chance.standard_normal(), "kg", 1)
    yield "body_height", _number(person.height, "cm", 0)


def _of_the_collection(
    person: VirtualPerson,
    found: Mapping[str, Reported],
    assumed: Mapping[str, float],
    chance: Chance,
    on: date,
) -> Iterator[tuple[str, Reported]]:
    """Volume and creatinine of the 24-hour urine, more or less complete, and the ratio of a spot sample."""
    predicted = _predicted_creatinine(person, float(found["body_weight"].text), on)
    creatinine = predicted * exp(assumed["urine_completeness_spread"] * chance.standard_normal())
    volume = assumed["urine_volume_median"] * exp(assumed["urine_volume_spread"] * chance.standard_normal())
    ratio = float(found["urine_protein_24h"].text) / predicted
    ratio *= exp(assumed["urine_ratio_spread"] * chance.standard_normal())
    yield "urine_creatinine_24h", _number(creatinine, "g/(24.h)", 2)
    yield "urine_volume_24h", _number(round(volume, -1), "mL/(24.h)", 0)
    yield "urine_protein_creatinine_ratio", _number(ratio, "g/g{creat}", 2)


def _of_a_course(
    person: VirtualPerson,
    name: str,
    course: Course,
    arm: str,
    weeks: float,
    chance: Chance,
    *,
    responds: bool,
) -> Reported:
    """A result that begins at one level and settles at another."""
    own = _own(person, name)
    start, settles = float(course.start), float(course.settles_in.get(arm, course.settles))
    way = 1.0 if responds else float(course.without_response)
    time = parse_length(course.time).days / DAYS_OF_A_WEEK
    level = start + (settles - start) * way * (1.0 - exp(-max(weeks, 0.0) / time))
    between, within = float(course.between) * own, float(course.within) * chance.standard_normal()
    value = level * exp(between + within) if course.scale == "ratio" else level + between + within
    value = min(max(value, float(course.low)), float(course.high))
    return _number(value, course.unit, course.decimals)


def _consistent(found: Mapping[str, Reported]) -> Iterator[tuple[str, Reported]]:
    """A whole that is no less than its parts: white cells, of neutrophils and lymphocytes; and the lower pressure."""
    whole = found.get("wbc")
    if whole is not None:
        parts = sum(float(found[name].text) for name in ("neutrophils", "lymphocytes") if name in found)
        if parts > float(whole.text) * MOST_OF_WBC:
            yield "wbc", _number(parts / MOST_OF_WBC, whole.unit, whole.decimals)
    upper, lower = found.get("systolic_bp"), found.get("diastolic_bp")
    if upper is not None and lower is not None:
        most = float(upper.text) - LEAST_PULSE_PRESSURE
        yield "diastolic_bp", _number(min(float(lower.text), most), lower.unit, lower.decimals)


def _own(person: VirtualPerson, name: str) -> float:
    """How far somebody lies from others in one thing, all through life: a standard normal number."""
    seed = [int(word) for word in person.seed.generate_state(2)]
    return float(np.random.default_rng([*seed, *name.encode()]).standard_normal())


def _items_of(  # limits of the items: SLEDAI-2K, Gladman 2002
    found: Mapping[str, Reported], assumed: Mapping[str, float], ranges: Mapping[str, RangeRow]
) -> Iterator[str]:
    """The SLEDAI items that results decide; what is not measured decides none."""

    def value(name: str) -> float | None:
        return float(found[name].text) if name in found else None

    def beyond(name: str, limit: float | None, *, above: bool) -> bool:
        seen = value(name)
        if seen is None or limit is None:
            return False
        return seen > limit if above else seen < limit

    def low(name: str) -> float | None:
        return float(ranges[name].low) if name in ranges else None

    def high(name: str) -> float | None:
        return float(ranges[name].high) if name in ranges else None

    if beyond("urine_rbc", assumed["haematuria_limit"], above=True):
        yield "haematuria"
    if beyond("urine_protein_24h", 0.5, above=True):
        yield "proteinuria"
    if beyond("urine_rbc_casts", 0.0, above=True):
        yield "urinary_casts"
    infected = found["urine_culture_positive"].text == "true"
    if beyond("urine_wbc_hpf", assumed["pyuria_limit"], above=True) and not infected:
        yield "pyuria"
    if beyond("c3", low("c3"), above=False) or beyond("c4", low("c4"), above=False):
        yield "low_complement"
    if beyond("anti_dsdna", high("anti_dsdna"), above=True):
        yield "increased_dna_binding"
    if beyond("body_temperature", 38.0, above=True):
        yield "fever"
    if beyond("platelets", 100.0, above=False):
        yield "thrombocytopenia"
    if beyond("wbc", 3.0, above=False):
        yield "leukopenia"


def _number(value: float, unit: str, decimals: int) -> Reported:
    return Reported(f"{value:.{decimals}f}", unit, decimals)


def _predicted_creatinine(person: VirtualPerson, weight: float, on: date) -> float:
    """Grams of creatinine in 24 hours."""
    female = float(person.sex != "male")
    milligrams = PREDICTED_CREATININE.compute(
        {"age": float(person.age(on)), "weight": weight, "female": female}
    )
    if milligrams is None:
        raise ValueError("nobody of this age has a predicted urine creatinine")
    return milligrams / 1000.0
