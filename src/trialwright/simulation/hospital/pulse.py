"""The methylprednisolone pulse (`I5`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from trialwright.simulation.hospital.stories import Story, both, nothing, tell
from trialwright.simulation.hospital.ward import Ward, Who
from trialwright.simulation.hospital.words import Days

DRUG = "methylprednisolone_iv"
Plan = tuple[int, tuple[int, ...]]  # mg of each pulse day, and the days counted from the first

# 1.5 to 3.0 g on days at most 3 apart; 1.5 g and 3.0 g pass: criteria.md `I5`, "Boundary cases"
_ENOUGH: tuple[Plan, ...] = (
    (500, (0, 1, 2)),
    (500, (0, 1, 2, 3)),
    (500, (0, 1, 2, 3, 4)),
    (500, (0, 1, 2, 3, 4, 5)),
    (1000, (0, 1)),
    (1000, (0, 1, 2)),
    (750, (0, 2)),
    (500, (0, 3, 6)),
    (250, (0, 1, 2, 3, 4, 5)),
    (250, tuple(range(12))),
)
_LITTLE: tuple[Plan, ...] = ((500, (0,)), (500, (0, 1)), (250, (0, 1, 2)), (1000, (0,)), (499, (0, 1, 3)))
_MUCH: tuple[Plan, ...] = (
    (500, tuple(range(7))),
    (1000, (0, 1, 2, 3)),
    (750, (0, 1, 2, 3, 5)),
    (500, (0, 1, 2, 3, 9, 10, 11)),  # two courses in the window add up
)
# the first day lies 17, 16 or 18 days before the reference date; days from 14 before it are in the window
_MOSTLY_BEFORE: tuple[Plan, ...] = ((500, (0, 1, 2, 3)), (1000, (0, 3)))
_TOO_LONG: tuple[Plan, ...] = (
    (1000, (0, 1, 2, 3, 4, 5)),
    (500, (0, 1, 2, 3, 4, 5, 6, 7)),
    (1000, (0, 3, 4, 5)),
)


def pulse(ward: Ward) -> None:
    """`I5`: pulse days of 14 days total at least 1.5 g, their courses taken whole at most 3.0 g."""
    stories = (
        Story(("pass",), (0.44, 0.005, 0, 0), both(partial(_inside, plans=_ENOUGH), _noise)),
        Story(("pass",), (0.02, 0, 0, 0), both(_running, _noise)),
        Story(("fail",), (0.05, 0.01, 0.0005, 0), both(partial(_inside, plans=_LITTLE), _noise)),
        Story(("fail",), (0.03, 0.002, 0.0002, 0), both(partial(_inside, plans=_MUCH), _noise)),
        Story(("fail",), (0.015, 0.001, 0, 0), partial(_started, plans=_MOSTLY_BEFORE, before=17)),
        Story(("fail",), (0.015, 0.001, 0, 0), partial(_started, plans=_TOO_LONG, before=17)),
        Story(("unknown can_be_given",), (0.3, 0.9, 0.99, 1), nothing),
        Story(("unknown can_be_given",), (0.1, 0.07, 0.003, 0), _none),
        Story(("unknown route_missing",), (0.01, 0.002, 0.0005, 0), _routeless),
        Story(("unknown unit_unknown",), (0.01, 0.002, 0, 0), partial(_inside, plans=_ENOUGH, unit="")),
        Story(("unknown end_missing",), (0.01, 0.002, 0.0005, 0), _endless),
    )
    tell(ward, ["I5"], stories, np.arange(ward.size))


def _inside(ward: Ward, who: Who, *, plans: Sequence[Plan], unit: str | None = None) -> None:
    """A plan wholly inside the window; its first day is the first of the window for some."""
    for (dose, days), group in zip(plans, ward.parts(who, len(plans)), strict=True):
        first = ward.between(group, ward.edge.pulse, ward.edge.today - days[-1])
        first[ward.rng.random(len(group)) < 0.1] = ward.edge.pulse
        _give(ward, group, first, dose, days, unit)


def _started(ward: Ward, who: Who, *, plans: Sequence[Plan], before: int) -> None:
    for (dose, days), group in zip(plans, ward.parts(who, len(plans)), strict=True):
        _give(ward, group, np.full(len(group), ward.edge.today - before), dose, days, None)


def _give(ward: Ward, who: Who, first: Days, dose: int, days: tuple[int, ...], unit: str | None) -> None:
    """Write a plan as one span if it has no gap, as days, or as two half doses a day (which add up)."""
    spans, single, halves = ward.parts(np.arange(len(who)), 3)
    if days != tuple(range(len(days))):
        single, spans = np.concatenate([single, spans]), spans[:0]
    _rows(ward, who[spans], first[spans], first[spans] + days[-1], dose, unit)
    for day in days:
        _rows(ward, who[single], first[single] + day, first[single] + day, dose, unit)
        for _ in range(2):
            _rows(ward, who[halves], first[halves] + day, first[halves] + day, dose / 2, unit)


def _rows(ward: Ward, who: Who, start: Days, end: Days, dose: float, unit: str | None) -> None:
    grams = ward.rng.random(len(who)) < 0.25
    for mine, text, value in ((~grams, "mg/d", f"{dose:g}"), (grams, "g/d", f"{dose / 1000:g}")):
        ward.exposure(
            who[mine],
            (DRUG,),
            value=value,
            unit=text if unit is None else unit,
            start=ward.dates(start[mine]),
            end=ward.dates(end[mine]),
            status=ward.choose(who[mine], ("completed", "")),
        )


def _running(ward: Ward, who: Who) -> None:
    """500 mg a day, still going on, for three to six days so far."""
    start = ward.dates(ward.between(who, ward.edge.today - 5, ward.edge.today - 2))
    ward.exposure(who, (DRUG,), value="500", unit="mg/d", start=start, status="active")


def _noise(ward: Ward, who: Who) -> None:
    """What does not count: an earlier course, a day entered in error, a dose that was only planned."""
    earlier = ward.some(who, 0.1)
    first = ward.between(earlier, ward.edge.pulse - 400, ward.edge.pulse - 40)
    _give(ward, earlier, first, 500, (0, 1, 2), None)
    for status, low, high in (
        ("entered-in-error", ward.edge.pulse, ward.edge.today),
        ("planned", ward.edge.today, ward.edge.today + 5),
    ):
        group = ward.some(who, 0.06)
        start = ward.dates(ward.between(group, low, high))
        ward.exposure(group, (DRUG,), value="2000", unit="mg/d", start=start, end=start, status=status)


def _none(ward: Ward, who: Who) -> None:
    """No pulse day in the window: too early (by a day for some), too little, by mouth, or not given."""
    early, little, oral, noise, later = ward.parts(who, 5)
    last = ward.between(early, ward.edge.pulse - 90, ward.edge.pulse - 1, edge=0.4)
    _give(ward, early, last - 2, 500, (0, 1, 2), None)
    start = ward.between(little, ward.edge.pulse, ward.edge.today - 5)
    low = ward.choose(little, ("40", "80", "120", "249"))
    ward.exposure(
        little,
        (DRUG,),
        value=low,
        unit="mg/d",
        start=ward.dates(start),
        end=ward.dates(start + 4),
        status="completed",
    )
    day = ward.dates(ward.between(oral, ward.edge.pulse, ward.edge.today))
    ward.add(
        oral,
        "exposure",
        ward.choose(oral, ("rxnorm|6902", "atc|H02AB04")),
        value="500",
        unit="mg/d",
        start=day,
        end=day,
        status="completed",
        route="po",
    )
    _noise(ward, noise)
    day = ward.dates(ward.between(later, ward.edge.today + 1, ward.edge.today + 10))
    ward.exposure(later, (DRUG,), value="1000", unit="mg/d", start=day, end=day, status="active")


def _routeless(ward: Ward, who: Who) -> None:
    """Found by its code, without the route that would tell an infusion from a tablet."""
    first = ward.between(who, ward.edge.pulse, ward.edge.today - 2)
    concept = ward.choose(who, ("rxnorm|6902", "atc|H02AB04"))
    for day in range(3):
        start = ward.dates(first + day)
        ward.add(
            who,
            "exposure",
            concept,
            value="500",
            unit="mg/d",
            start=start,
            end=start,
            status="completed",
        )


def _endless(ward: Ward, who: Who) -> None:
    """Completed, nobody knows when: certain on its first day only, possible until today."""
    start = ward.dates(ward.between(who, ward.edge.today - 5, ward.edge.today - 3))
    ward.exposure(who, (DRUG,), value="500", unit="mg/d", start=start, status="completed")
