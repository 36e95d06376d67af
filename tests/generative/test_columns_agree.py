"""Random participants: the response computed over columns is the one of `assess_response`, for every reading.

`TRIALWRIGHT_EXAMPLES` asks for more examples. Values are drawn near the limits of the rules, and often missing.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.endpoints.support import DRUG, WEEK_0, Made, Result, rules_of
from trialwright.endpoints.columns import (
    ItemColumns,
    NotInColumns,
    compute_first_reached,
    compute_landmark,
    compute_response,
)
from trialwright.endpoints.derive import derive_endpoint
from trialwright.endpoints.response import assess_response

EXAMPLES = int(os.environ.get("TRIALWRIGHT_EXAMPLES", "60"))
DAYS = {"week_12": 84, "week_24": 168}
VISITS = tuple(DAYS)
# Values at, and on both sides of, every limit of the readings.
POOLS: dict[str, tuple[float, ...]] = {
    "urine_protein_24h": (0.2, 0.35, 0.39, 0.4, 0.41, 0.5, 0.7, 1.0, 1.5, 1.75, 2.0, 3.0, 3.49, 3.5, 4.0, 7.0),
    "urine_creatinine_24h": (0.5, 0.8, 1.0, 1.0, 1.4),
    "urine_protein_creatinine_ratio": (0.3, 0.49, 0.5, 0.7, 0.71, 1.5, 3.0),
    "urine_rbc": (0, 3, 5, 10, 11, 50, 99, 100, 101, 200, 300),
    "urine_wbc_hpf": (0, 4, 5, 6, 20),
    "urine_culture_positive": (0, 1),
    "urine_rbc_casts": (0, 0, 0, 1),
    "serum_albumin": (24, 29.9, 30, 34.9, 35, 35.1, 40),
    "serum_creatinine": (0.5, 0.7, 0.75, 0.9, 1.0, 1.17, 1.2, 1.25, 1.3, 1.56, 2.0),
}  # fmt: skip
LIMITS = (0.9, 1.0, 1.2, 1.3)


class Person(NamedTuple):
    """A participant as numbers: by visit (baseline first) and concept; None where not measured."""

    sex: str
    born: int
    values: dict[str, dict[str, float | None]]
    limits: dict[str, float | None]
    held: dict[str, bool]
    rescued: int | None
    therapy: str


def concepts(study: str) -> list[str]:
    names = {concept.name for concept in rules_of(study).study.concepts}
    return [name for name in POOLS if name in names]


@st.composite
def people(draw: st.DrawFn, study: str) -> Person:
    def value(name: str) -> float | None:
        return draw(st.one_of(st.none(), *[st.sampled_from(POOLS[name])] * 4))

    visits = ("week_0", *VISITS)
    return Person(
        draw(st.sampled_from(("female", "male"))),
        draw(st.integers(1951, 2007)),
        {visit: {name: value(name) for name in concepts(study)} for visit in visits},
        {visit: draw(st.one_of(st.none(), *[st.sampled_from(LIMITS)] * 5)) for visit in visits},
        {visit: draw(st.sampled_from((True, True, True, False))) for visit in VISITS},
        draw(st.sampled_from((None, None, None, 0, 5, 83, 84, 85, 120, 167, 168, 170))),
        draw(st.sampled_from(("record", "cyclophosphamide", "pulse") if study == "beam" else ("record",))),
    )


def made(person: Person, study: str) -> Made:
    arm = next(iter(rules_of(study).study.arms)).id
    one = Made(study=study, arm=arm, sex=person.sex, birth=f"{person.born}-06-15").dose(DRUG[arm], 0)
    for visit, day in (("week_0", 0), *DAYS.items()):
        if visit in DAYS and not person.held[visit]:
            continue
        results = {}
        for name, number in person.values[visit].items():
            if number is not None:
                text = ("true" if number else "false") if name == "urine_culture_positive" else repr(number)
                limit = person.limits[visit]
                results[name] = Result(
                    text, high="" if limit is None or name != "serum_creatinine" else repr(limit)
                )
        one.visit(visit, day, results)
    if person.rescued is not None:
        rescue(one, person.rescued, person.therapy)
    return one


def rescue(one: Made, day: int, therapy: str) -> None:
    """Rescue therapy, recorded as such or as the dose that it was."""
    if therapy == "cyclophosphamide":
        one.dose("other", day, end=day, amount="500", concept="cyclophosphamide")
    elif therapy == "pulse":
        one.dose("methylprednisolone_pulse", day, end=day + 2, amount="500", concept="methylprednisolone_iv")
    else:
        one.rescue(day)


def columns(persons: list[Person], study: str) -> ItemColumns:
    def number(value: float | None) -> float:
        return np.nan if value is None else float(value)

    names = concepts(study)
    at = [[(person, visit) for visit in VISITS] for person in persons]
    return ItemColumns(
        values={
            name: np.array(
                [
                    [
                        number(person.values[visit][name]) if person.held[visit] else np.nan
                        for person, visit in row
                    ]
                    for row in at
                ]
            )
            for name in names
        },
        baseline={
            name: np.array([number(person.values["week_0"][name]) for person in persons]) for name in names
        },
        limits={
            "serum_creatinine": np.array(
                [[number(person.limits[visit]) for person, visit in row] for row in at]
            )
        },
        happened={
            "rescue": np.array(  # after week 0, and before the day of the visit
                [
                    [person.rescued is not None and 0 < person.rescued < DAYS[visit] for person, visit in row]
                    for row in at
                ]
            )
        },
        age=np.array([[_age(person, DAYS[visit]) for person, visit in row] for row in at]),
        age_at_baseline=np.array([_age(person, 0) for person in persons]),
        female=np.array([float(person.sex == "female") for person in persons]),
    )


def _age(person: Person, day: int) -> float:
    on = WEEK_0 + timedelta(day)
    return float(on.year - person.born - ((on.month, on.day) < (6, 15)))


READINGS = [
    (study, response, reading)
    for study in ("beam", "bliss-ln")
    for response, rules in rules_of(study).chosen.responses.items()
    for reading in rules.readings
]


@pytest.mark.parametrize(("study", "response", "reading"), READINGS)
@settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
@given(data=st.data())
def test_categories(study: str, response: str, reading: str, data: st.DataObject) -> None:
    persons = data.draw(st.lists(people(study), min_size=1, max_size=6))
    rules = rules_of(study).chosen.responses[response].reading(reading)
    judged = compute_response(rules, columns(persons, study))
    for row, person in enumerate(persons):
        followed = made(person, study).follow()
        for place, visit in enumerate(VISITS):
            if not person.held[visit]:
                continue
            found = assess_response(followed, visit, response=response, reading=reading)
            possible = tuple(
                id for id, maybe in zip(judged.ids, judged.possible[row, place], strict=True) if maybe
            )
            assert possible == found.possible, (person, visit)
            category = judged.index[row, place]
            assert (judged.ids[category] if category >= 0 else None) == (
                found.category.id if found.category else None
            )


@settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
@given(persons=st.lists(people("beam"), min_size=1, max_size=6))
def test_endpoints(persons: list[Person]) -> None:
    """The primary and the cumulative endpoint of BEAM, with their composite strategies."""
    judged = compute_response(rules_of().chosen.responses["response"].reading(), columns(persons, "beam"))
    rescued = np.array([float(each.rescued) if each.rescued else np.nan for each in persons])  # week 0: none
    primary = compute_landmark(judged, ("cr",), visit=1, failed=rescued < 168)
    days = np.array(
        [[float(DAYS[visit]) if each.held[visit] else np.nan for visit in VISITS] for each in persons]
    )
    ended = np.where(rescued < np.where(np.isnan(days[:, 1]), 176, 168), rescued, np.nan)
    first = compute_first_reached(judged, ("cr",), days=days, end=175.0, failed_on=ended)
    for row, person in enumerate(persons):
        followed = made(person, "beam").follow()
        landmark, cumulative = derive_endpoint(followed, "primary"), derive_endpoint(followed, "cumulative")
        unknown = bool(np.isnan(primary[row])) or not person.held["week_24"]
        if person.held["week_24"] or landmark.event is None or landmark.reason == "missing_composite":
            assert landmark.value == (0.0 if unknown else primary[row]), person
        assert (cumulative.time, cumulative.happened) == (first.time[row], first.happened[row]), person


def test_what_columns_do_not_hold() -> None:
    rules = rules_of().chosen.responses["response"].reading("beam")
    empty = ItemColumns(values={"urine_protein_24h": np.full((2, 2), np.nan)})
    with pytest.raises(NotInColumns, match="urine_rbc"):
        compute_response(rules, empty)


def test_a_trial_of_a_hundred_thousand_is_judged_at_once() -> None:
    rules = rules_of().chosen.responses["response"].reading("beam")
    shape = (100_000, 7)
    names = [name for name in POOLS if name in concepts("beam")]
    generator = np.random.Generator(np.random.PCG64(1))
    values = {name: generator.choice(np.array(POOLS[name], dtype=float), size=shape) for name in names}
    baseline = {name: values[name][:, 0] for name in names}
    judged = compute_response(
        rules, ItemColumns(values=values, baseline=baseline, limits={"serum_creatinine": np.full(shape, 1.2)})
    )
    assert judged.index.shape == shape
    assert set(np.unique(judged.index)) == {0, 1, 2}
