"""Body mass index (`E6d`), tied to the weight a dose of immunoglobulin was made for."""

from __future__ import annotations

from functools import partial

import numpy as np

from trialwright.simulation.hospital.labs import Range, exactly, newest, spoiled, stale
from trialwright.simulation.hospital.stories import Story, nothing, tell
from trialwright.simulation.hospital.ward import Values, Ward, Who

# 64.0 kg at 200 cm and 40.96 kg at 160 cm are 16.0, 40.7 kg at 160 cm 15.898: criteria.md, "Boundary cases"
_SIXTEEN = (("64.0", "200"), ("40.96", "160"), ("64", "200"))
_UNDER_SIXTEEN = (("40.7", "160"), ("63.6", "200"))


def body_mass(ward: Ward) -> None:
    """`E6d`: body mass index under 16 from the latest weight and height of six months.

    People whose immunoglobulin was recorded in grams already have the weight it was made for, or none.
    """
    everyone = np.arange(ward.size)
    weighed = ~np.isnan(ward.weight)
    tell(ward, ["E6d"], [Story(("pass",), (1, 1, 1, 1), _weight_given)], everyone[weighed])
    tell(ward, ["E6d"], [Story(("unknown no_record",), (1, 1, 1, 1), _no_weight)], everyone[ward.weightless])
    stories = (
        Story(("pass",), (0.9, 0.4, 0.3, 0), partial(_body, span=(17.5, 36.0))),
        Story(("pass",), (0.02, 0.01, 0.005, 0), partial(_exact_body, pairs=_SIXTEEN)),
        Story(("fail",), (0.015, 0.01, 0.01, 0), partial(_body, span=(12.0, 15.2))),
        Story(("fail",), (0.005, 0.002, 0.002, 0), partial(_exact_body, pairs=_UNDER_SIXTEEN)),
        Story(("unknown no_record",), (0.03, 0.35, 0.45, 0), _no_height),
        Story(("unknown no_record",), (0.01, 0.1, 0.13, 0), _no_weight),
        Story(("unknown no_record",), (0.01, 0.12, 0.1, 1), nothing),
        Story(("unknown unit_unknown",), (0.01, 0.008, 0.003, 0), _unknown_weight),
    )
    tell(ward, ["E6d"], stories, everyone[~weighed & ~ward.weightless])


def _body(ward: Ward, who: Who, span: Range) -> None:
    height = np.round(ward.uniform(who, 148, 190))
    weight = ward.uniform(who, *span) * (height / 100) ** 2
    first = ward.edge.half_year
    newest(ward, who, "body_weight", weight, contrary=(200, 260) if span[0] < 16 else (20, 25), first=first)
    _height(ward, who, height)


def _height(ward: Ward, who: Who, height: Values) -> None:
    newest(ward, who, "body_height", height, contrary=(100, 140), first=ward.edge.half_year)


def _exact_body(ward: Ward, who: Who, pairs: tuple[tuple[str, str], ...]) -> None:
    for (weight, height), group in zip(pairs, ward.parts(who, len(pairs)), strict=True):
        days = ward.between(group, ward.edge.half_year, ward.edge.today)
        exactly(ward, group, "body_weight", [(weight, "kg")], ward.dates(days))
        exactly(ward, group, "body_height", [(height, "cm")], ward.dates(days))


def _weight_given(ward: Ward, who: Who) -> None:
    weight = ward.weight[who]
    days = ward.between(who, ward.edge.half_year, ward.edge.today)
    ward.add(
        who,
        "measurement",
        "body_weight",
        value=ward.words.numbers(weight, 1),
        unit="kg",
        start=ward.dates(days),
    )
    _height(ward, who, np.round(100 * np.sqrt(weight / ward.uniform(who, 18.5, 30))))


def _no_weight(ward: Ward, who: Who) -> None:
    stale(ward, who, "body_weight", (30, 90), ward.edge.half_year)
    _height(ward, who, np.round(ward.uniform(who, 148, 190)))


def _no_height(ward: Ward, who: Who) -> None:
    stale(ward, who, "body_height", (148, 190), ward.edge.half_year)
    newest(ward, who, "body_weight", (38.0, 95.0), contrary=(20, 25), first=ward.edge.half_year)


def _unknown_weight(ward: Ward, who: Who) -> None:
    spoiled(ward, who, "body_weight", (50, 80), first=ward.edge.half_year)
    _height(ward, who, np.round(ward.uniform(who, 148, 190)))
