"""Infection and antibiotics (`E5b`); cardiovascular and airway disease with their steroids (`E7a`)."""

from __future__ import annotations

from functools import partial

import numpy as np

from trialwright.simulation.hospital.days import months_before
from trialwright.simulation.hospital.illness import (
    contradicted,
    doubtful,
    ended,
    ended_perhaps,
    endless,
    lately,
    once,
    ongoing,
    set_aside,
)
from trialwright.simulation.hospital.stories import Story, both, nothing, tell
from trialwright.simulation.hospital.ward import Ward, Who
from trialwright.simulation.hospital.words import Days

INFECTION = ("active_infection",)
AIRWAY = ("copd", "asthma")


def infection(ward: Ward) -> None:
    """`E5b`: infection on the day; i.v. antibiotic on it or within a month before the anchor."""
    today = ward.edge.today
    stories = (
        Story(("pass",), (0.5, 0.8, 0.92, 1), nothing),
        Story(("pass",), (0.22, 0.05, 0.01, 0), _admitted),
        Story(("pass",), (0.04, 0.03, 0.01, 0), partial(ended, names=INFECTION, before=today)),
        Story(("pass",), (0.03, 0.01, 0.002, 0), partial(set_aside, names=INFECTION)),
        Story(("pass",), (0.06, 0.04, 0.02, 0), _antibiotic_before),
        Story(("pass",), (0.04, 0.005, 0.001, 0), _antibiotic_since_admission),
        Story(("pass",), (0.02, 0.01, 0.006, 0), _not_into_a_vein),
        Story(("fail",), (0.02, 0.015, 0.012, 0), partial(ongoing, names=INFECTION)),
        Story(("fail",), (0.005, 0.003, 0.002, 0), partial(lately, names=INFECTION, since=today)),
        Story(("fail",), (0.02, 0.015, 0.008, 0), _antibiotic_lately),
        Story(("fail",), (0.015, 0.003, 0.001, 0), _antibiotic_before_admission),
        Story(("fail",), (0.005, 0.002, 0.001, 0), _antibiotic_today),
        Story(
            ("unknown end_missing",),
            (0.005, 0.005, 0.003, 0),
            partial(endless, names=INFECTION, before=today),
        ),
        Story(("unknown end_missing",), (0.003, 0.003, 0.001, 0), _antibiotic_endless),
        Story(("unknown route_missing",), (0.005, 0.005, 0.002, 0), _routeless),
        Story(("unknown",), (0.002, 0.002, 0.001, 0), partial(doubtful, names=INFECTION)),
        Story(("unknown conflict",), (0.002, 0.001, 0.0005, 0), partial(contradicted, names=INFECTION)),
        Story(
            ("unknown date_imprecise",),
            (0.002, 0.002, 0.0005, 0),
            partial(ended_perhaps, names=INFECTION, since=today),
            straddles="today",
        ),
    )
    tell(ward, ["E5b"], stories, np.arange(ward.size))


def _admission(ward: Ward, who: Who, *, latest: int | None = None) -> Days:
    """An admission within 28 days, not after `latest`; for some an earlier one that is not the anchor."""
    last = ward.edge.today if latest is None else latest
    days = ward.between(who, ward.edge.screening, last)
    days[ward.rng.random(len(who)) < 0.1] = ward.edge.screening
    ward.finding(who, "admission", "true", days)
    earlier = ward.rng.random(len(who)) < 0.2
    before = days[earlier] - ward.rng.integers(1, 200, int(earlier.sum()))
    ward.finding(who[earlier], "admission", "true", before)
    return days


def _a_month_before(days: Days) -> Days:
    numbers, place = np.unique(days, return_inverse=True)
    return np.array([months_before(day, 1) for day in numbers.tolist()], dtype=np.int64)[place]


def _antibiotic(ward: Ward, who: Who, start: Days, end: Days) -> None:
    ward.exposure(who, ("antibiotic_iv",), start=ward.dates(start), end=ward.dates(end), status="completed")


def _admitted(ward: Ward, who: Who) -> None:
    _admission(ward, who)


def _antibiotic_before(ward: Ward, who: Who) -> None:
    """Ended more than a calendar month before the reference date, by one day for some."""
    end = ward.between(who, ward.edge.month - 300, ward.edge.month - 1, edge=0.3)
    _antibiotic(ward, who, end - ward.rng.integers(0, 10, len(who)), end)


def _antibiotic_since_admission(ward: Ward, who: Who) -> None:
    """Given only after the admission, and over before the reference date: none in the month before."""
    days = _admission(ward, who, latest=ward.edge.today - 6)
    end = ward.between(who, days + 2, ward.edge.today - 1)
    _antibiotic(ward, who, np.maximum(days + 1, end - 4), end)


def _antibiotic_before_admission(ward: Ward, who: Who) -> None:
    """In the month before the admission, on its first day for some; for many more than a month ago."""
    days = _admission(ward, who)
    first = _a_month_before(days)
    end = ward.between(who, first, days)
    on_first = ward.rng.random(len(who)) < 0.4
    end[on_first] = first[on_first]
    _antibiotic(ward, who, end - ward.rng.integers(0, 6, len(who)), end)


def _antibiotic_lately(ward: Ward, who: Who) -> None:
    end = ward.between(who, ward.edge.month, ward.edge.today)
    end[ward.rng.random(len(who)) < 0.2] = ward.edge.month
    _antibiotic(ward, who, end - ward.rng.integers(0, 10, len(who)), end)


def _antibiotic_today(ward: Ward, who: Who) -> None:
    """Begun after the admission and still given on the reference date."""
    days = _admission(ward, who, latest=ward.edge.today - 3)
    start = ward.between(who, days + 1, ward.edge.today)
    ward.exposure(who, ("antibiotic_iv",), start=ward.dates(start), status="active")


def _antibiotic_endless(ward: Ward, who: Who) -> None:
    start = ward.between(who, ward.edge.month - 200, ward.edge.month - 1)
    ward.exposure(who, ("antibiotic_iv",), start=ward.dates(start), status="completed")


def _coded_antibiotic(ward: Ward, who: Who, route: str) -> None:
    day = ward.dates(ward.between(who, ward.edge.month, ward.edge.today))
    code = ward.choose(who, ("atc|J01CA04", "atc|J01DD04", "atc|J01FA10"))
    ward.add(who, "exposure", code, start=day, end=day, status="completed", route=route)


def _not_into_a_vein(ward: Ward, who: Who) -> None:
    _coded_antibiotic(ward, who, "po")


def _routeless(ward: Ward, who: Who) -> None:
    _coded_antibiotic(ward, who, "")


def airway(ward: Ward) -> None:
    """`E7a`: severe cardiovascular disease ever; or COPD or asthma needing steroids by a clinician's word."""
    edge = ward.edge
    heart = ("severe_cardiovascular_disease",)
    active = partial(_airway, recipe=partial(ongoing, names=AIRWAY))
    resolved = partial(_airway, recipe=partial(endless, names=AIRWAY, before=edge.today))
    over = partial(_airway, recipe=partial(ended, names=AIRWAY, before=edge.today))
    for_it, not_for_it = partial(_purpose, answer="true"), partial(_purpose, answer="false")
    stories = (
        Story(("pass",), (0.9, 0.9, 0.9, 1), nothing),
        Story(("pass",), (0.004, 0.004, 0.002, 0), partial(set_aside, names=heart)),
        Story(("pass",), (0.015, 0.015, 0.03, 0), active),
        Story(("pass",), (0.01, 0.01, 0.01, 0), both(active, _steroid_before)),
        Story(("pass",), (0.012, 0.01, 0.002, 0), both(active, _steroid, not_for_it)),
        Story(("pass",), (0.005, 0.005, 0.005, 0), both(over, _steroid, for_it)),
        Story(("pass",), (0.004, 0.004, 0.002, 0), both(resolved, _steroid, not_for_it)),
        Story(("fail",), (0.01, 0.008, 0.012, 0), partial(once, names=heart)),
        Story(("fail",), (0.008, 0.005, 0.004, 0), both(active, _steroid, for_it)),
        Story(
            ("unknown attribution_missing",),
            (0.012, 0.012, 0.004, 0),
            both(active, _steroid, _purpose_long_ago),
        ),
        Story(("unknown end_missing",), (0.003, 0.002, 0.001, 0), both(resolved, _steroid, for_it)),
        Story(("unknown end_missing",), (0.003, 0.002, 0.001, 0), both(active, _steroid_endless, for_it)),
        Story(("unknown route_missing",), (0.003, 0.002, 0.001, 0), both(active, _steroid_routeless, for_it)),
        Story(("unknown",), (0.002, 0.002, 0.002, 0), partial(doubtful, names=heart)),
        Story(("unknown conflict",), (0.002, 0.001, 0.001, 0), partial(contradicted, names=heart)),
    )
    tell(ward, ["E7a"], stories, np.arange(ward.size))


def _airway(ward: Ward, who: Who, *, recipe: partial[None]) -> None:
    """An airway disease; its steroids are written here and nowhere else."""
    recipe(ward, who)
    ward.airway[who] = True


def _steroid(ward: Ward, who: Who) -> None:
    """Prednisone within three months, or still taken."""
    running, over = ward.parts(who, 2)
    start = ward.long_ago(ward.between(running, ward.edge.today - 900, ward.edge.today))
    ward.exposure(running, ("prednisone_oral",), value="10", unit="mg/d", start=start, status="active")
    end = ward.between(over, ward.edge.quarter, ward.edge.today)
    end[ward.rng.random(len(over)) < 0.2] = ward.edge.quarter
    ward.exposure(
        over,
        ("prednisone_oral",),
        value="30",
        unit="mg/d",
        start=ward.dates(end - 20),
        end=ward.dates(end),
        status="completed",
    )


def _steroid_before(ward: Ward, who: Who) -> None:
    end = ward.between(who, ward.edge.quarter - 300, ward.edge.quarter - 1, edge=0.3)
    ward.exposure(
        who,
        ("prednisone_oral",),
        value="30",
        unit="mg/d",
        start=ward.dates(end - 30),
        end=ward.dates(end),
        status="completed",
    )


def _steroid_endless(ward: Ward, who: Who) -> None:
    start = ward.dates(ward.between(who, ward.edge.quarter - 300, ward.edge.quarter - 1))
    ward.exposure(who, ("prednisone_oral",), value="15", unit="mg/d", start=start, status="completed")


def _steroid_routeless(ward: Ward, who: Who) -> None:
    day = ward.dates(ward.between(who, ward.edge.quarter, ward.edge.today))
    code = ward.choose(who, ("rxnorm|8640", "atc|H02AB07"))
    ward.add(who, "exposure", code, value="20", unit="mg/d", start=day, end=day, status="completed")


def _purpose(ward: Ward, who: Who, *, answer: str) -> None:
    """The latest word on what the steroid is for; on one day `true` counts before `false`."""
    name = "steroid_for_airway_disease"
    opposite = "false" if answer == "true" else "true"
    days = ward.between(who, ward.edge.screening, ward.edge.today)
    ward.finding(who, name, answer, days)
    chance = ward.rng.random(len(who))
    earlier = (chance < 0.2) & (days > ward.edge.screening)
    before = ward.between(who[earlier], ward.edge.screening, days[earlier] - 1)
    ward.finding(who[earlier], name, opposite, before)
    if answer == "true":
        ward.finding(who[chance > 0.9], name, "false", days[chance > 0.9])


def _purpose_long_ago(ward: Ward, who: Who) -> None:
    some = ward.some(who, 0.3)
    days = ward.between(some, ward.edge.screening - 100, ward.edge.screening - 1, edge=0.3)
    ward.finding(some, "steroid_for_airway_disease", ward.choose(some, ("true", "false")), days)
