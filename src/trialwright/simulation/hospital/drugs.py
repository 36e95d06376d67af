"""Earlier immunosuppression (`E4`) and apheresis (`E7c`), told together because both read immunoglobulin."""

from __future__ import annotations

from functools import partial

import numpy as np

from trialwright.simulation.hospital.days import straddling
from trialwright.simulation.hospital.stories import Story, both, nothing, tell
from trialwright.simulation.hospital.ward import Field, Ward, Who
from trialwright.simulation.hospital.words import Days

ANY_DAY = ("mycophenolate", "cyclophosphamide", "tacrolimus")  # one day in the window excludes
APHERESIS = ("plasma_exchange", "double_filtration_plasmapheresis")
DOSES = {
    "mycophenolate": ("1500", "1000", "2000"),
    "cyclophosphamide": ("750", "500"),
    "tacrolimus": ("3", "4", "2"),
    "ciclosporin": ("150", "200"),
    "leflunomide": ("20", "10"),
}
LONG = {"ciclosporin": 14, "leflunomide": 28}  # days of a course that exclude: criteria.md `E4`


def washout(ward: Ward) -> None:
    """`E4`: immunosuppression in 12 weeks; `E7c`: apheresis or high-dose immunoglobulin in 4 weeks."""
    edge = ward.edge
    recent, before, old = (
        (edge.screening, edge.today),
        (edge.washout, edge.screening - 1),
        (0, edge.washout - 1),
    )
    high, low = (400, 1000), (50, 399)
    stories = (
        Story(("pass", "pass"), (0.45, 0.5, 0.985, 1), nothing),
        Story(("pass", "pass"), (0.14, 0.15, 0.002, 0), _washed_out),
        Story(("pass", "pass"), (0.06, 0.03, 0.001, 0), _not_given),
        Story(("pass", "pass"), (0.05, 0.03, 0.0005, 0), _short),
        Story(
            ("pass", "pass"),
            (0.02, 0.01, 0.0005, 0),
            partial(_globulin, span=(edge.washout, edge.today), dose=low),
        ),
        Story(("pass", "pass"), (0.02, 0.01, 0.0005, 0), partial(_globulin, span=old, dose=high)),
        Story(("pass", "pass"), (0.01, 0.005, 0, 0), partial(_grams, span=recent, low=True)),
        Story(
            ("pass", "pass"),
            (0.02, 0.005, 0.0003, 0),
            partial(_cleaned, span=(edge.today - 900, edge.screening - 1)),
        ),
        Story(("fail", "pass"), (0.09, 0.2, 0.006, 0), _given),
        Story(("fail", "pass"), (0.02, 0.02, 0.001, 0), _long),
        Story(("fail", "pass"), (0.01, 0.005, 0.0002, 0), partial(_globulin, span=before, dose=high)),
        Story(("fail", "pass"), (0.005, 0.002, 0, 0), partial(_grams, span=before)),
        Story(("fail", "fail"), (0.005, 0.002, 0.0002, 0), partial(_globulin, span=recent, dose=high)),
        Story(("fail", "fail"), (0.005, 0.002, 0, 0), partial(_grams, span=recent)),
        Story(("pass", "fail"), (0.01, 0.003, 0.0002, 0), partial(_cleaned, span=recent)),
        Story(("fail", "fail"), (0.005, 0.002, 0, 0), both(_given, partial(_cleaned, span=recent))),
        Story(("unknown end_missing", "pass"), (0.02, 0.02, 0.0005, 0), _endless),
        Story(("unknown date_imprecise", "pass"), (0.01, 0.01, 0.0002, 0), _imprecise, straddles="washout"),
        Story(("unknown date_missing", "pass"), (0.005, 0.005, 0.0002, 0), _undated),
        Story(("unknown conflict", "pass"), (0.005, 0.005, 0, 0), _contradicted),
        Story(("unknown", "pass"), (0.005, 0.002, 0, 0), partial(_globulin, span=before, dose=None)),
        Story(("unknown", "unknown"), (0.005, 0.002, 0, 0), partial(_globulin, span=recent, dose=None)),
        Story(("unknown", "pass"), (0.003, 0.001, 0, 0), partial(_grams, span=before, weighed=False)),
        Story(("unknown", "unknown"), (0.003, 0.001, 0, 0), partial(_grams, span=recent, weighed=False)),
        Story(("pass", "unknown date_imprecise"), (0.005, 0.001, 0, 0), _cleaned_once, straddles="screening"),
        Story(("pass", "unknown date_missing"), (0.005, 0.001, 0, 0), _cleaned_ever),
        Story(("pass", "unknown conflict"), (0.005, 0.001, 0, 0), _cleaned_or_not),
    )
    tell(ward, ["E4", "E7c"], stories, np.arange(ward.size))


def _drug(
    ward: Ward, who: Who, name: str, start: Field, end: Field = "", status: Field = "completed"
) -> None:
    dose = ward.choose(who, DOSES[name])
    ward.exposure(who, (name,), value=dose, unit="mg/d", start=start, end=end, status=status)


def _washed_out(ward: Ward, who: Who) -> None:
    """Ended at least 85 days ago, for many exactly then; long courses that no longer reach included."""
    for name, group in zip((*ANY_DAY, *LONG), ward.parts(who, 5), strict=True):
        end = ward.between(group, ward.edge.today - 1500, ward.edge.washout - 1, edge=0.3)
        start = end - ward.rng.integers(30, 700, len(group))
        _drug(ward, group, name, ward.dates(start), ward.dates(end))


def _not_given(ward: Ward, who: Who) -> None:
    """Entered in error, not taken, only planned, dated after the reference date, or asked and denied."""
    edge = ward.edge
    setting_aside, later, denied = ward.parts(who, 3)
    for name, group in zip(ANY_DAY, ward.parts(setting_aside, 3), strict=True):
        start = ward.between(group, edge.washout, edge.today)
        status = ward.choose(group, ("entered-in-error", "not-taken", "planned", "cancelled", "draft"))
        _drug(ward, group, name, ward.dates(start), ward.dates(start + 20), status)
    for name, group in zip(ANY_DAY, ward.parts(later, 3), strict=True):
        _drug(
            ward, group, name, ward.dates(ward.between(group, edge.today + 1, edge.today + 30)), "", "active"
        )
    asked = ward.dates(ward.between(denied, edge.today - 90, edge.today))
    ward.exposure(denied, ANY_DAY, value="false", start=asked)


def _course(ward: Ward, who: Who, name: str, length: Days) -> None:
    """One course of so many days that reaches into the window.

    It is one record, or two adjoining or overlapping ones, or still going on.
    """
    edge = ward.edge
    whole, adjoining, overlapping, running = ward.parts(np.arange(len(who)), 4)
    end = ward.between(who, edge.washout, edge.today, edge=0.1)
    end[ward.rng.random(len(who)) < 0.1] = edge.washout
    first = end - length + 1
    _drug(ward, who[whole], name, ward.dates(first[whole]), ward.dates(end[whole]))
    for group, shared in ((adjoining, 0), (overlapping, 2)):
        middle = first[group] + length[group] // 2
        _drug(ward, who[group], name, ward.dates(first[group]), ward.dates(middle))
        _drug(ward, who[group], name, ward.dates(middle + 1 - shared), ward.dates(end[group]))
    since = edge.today - length[running] + 1
    _drug(ward, who[running], name, ward.dates(since), "", "active")


def _short(ward: Ward, who: Who) -> None:
    """Ciclosporin for up to 13 days, leflunomide for up to 27: still allowed."""
    for (name, limit), group in zip(LONG.items(), ward.parts(who, 2), strict=True):
        _course(ward, group, name, ward.between(group, 5, limit - 1, edge=0.3))


def _long(ward: Ward, who: Who) -> None:
    for (name, limit), group in zip(LONG.items(), ward.parts(who, 2), strict=True):
        length = ward.between(group, limit, 300)
        length[ward.rng.random(len(group)) < 0.3] = limit
        _course(ward, group, name, length)


def _given(ward: Ward, who: Who) -> None:
    """Given in the window: still going on, ended in it (exactly 84 days ago for many), or on a single day."""
    edge = ward.edge
    running, ended, single = ward.parts(who, 3)
    for name, group in zip(ANY_DAY, ward.parts(running, 3), strict=True):
        since = ward.long_ago(ward.between(group, edge.today - 1500, edge.today - 1))
        _drug(ward, group, name, since, "", "active")
    for name, group in zip(ANY_DAY, ward.parts(ended, 3), strict=True):
        end = ward.between(group, edge.washout, edge.today)
        end[ward.rng.random(len(group)) < 0.3] = edge.washout
        start = end - ward.rng.integers(0, 600, len(group))
        _drug(ward, group, name, ward.dates(start), ward.dates(end))
    once = ward.dates(ward.between(single, edge.washout, edge.today))
    _drug(ward, single, "cyclophosphamide", once, once)


def _endless(ward: Ward, who: Who) -> None:
    """Begun before the window and finished, nobody knows when."""
    for name, group in zip(("mycophenolate", "tacrolimus"), ward.parts(who, 2), strict=True):
        start = ward.between(group, ward.edge.today - 1200, ward.edge.washout - 1, edge=0.1)
        _drug(ward, group, name, ward.dates(start), "", ward.choose(group, ("completed", "stopped", "")))


def _imprecise(ward: Ward, who: Who) -> None:
    """The month (or year) of the last dose may lie inside or before the window."""
    for name, group in zip(("mycophenolate", "tacrolimus"), ward.parts(who, 2), strict=True):
        start = ward.between(group, ward.edge.washout - 1200, ward.edge.washout - 400)
        _drug(ward, group, name, ward.dates(start), straddling(ward.edge.washout))


def _undated(ward: Ward, who: Who) -> None:
    for name, group in zip(ANY_DAY, ward.parts(who, 3), strict=True):
        _drug(ward, group, name, "")


def _contradicted(ward: Ward, who: Who) -> None:
    """Recorded in the window, and denied within 28 days."""
    for name, group in zip(ANY_DAY, ward.parts(who, 3), strict=True):
        end = ward.between(group, ward.edge.washout, ward.edge.screening - 1)
        _drug(ward, group, name, ward.dates(end - 50), ward.dates(end))
        asked = ward.dates(ward.between(group, ward.edge.screening, ward.edge.today))
        ward.add(group, "exposure", name, value="false", start=asked)


def _globulin(ward: Ward, who: Who, *, span: tuple[int, int], dose: tuple[int, int] | None) -> None:
    """Immunoglobulin per kg and day, all of it inside `span`; `dose` in mg/kg, None: not recorded."""
    low, high = max(span[0], ward.edge.today - 1200), span[1]
    end: Days = ward.between(who, low, high, edge=0.1)
    end[ward.rng.random(len(who)) < 0.1] = low
    if dose is None:
        ward.exposure(who, ("ivig",), start=ward.dates(end), end=ward.dates(end), status="completed")
        return
    start = np.maximum(end - ward.rng.integers(0, 5, len(who)), low)
    daily = ward.between(who, dose[0], dose[1]).astype(float)
    daily[ward.rng.random(len(who)) < 0.3] = 400 if dose[0] >= 400 else 399
    for number, group in enumerate(ward.parts(np.arange(len(who)), 3)):
        milli, unit, decimals = ((1, "mg/kg/d", 1), (1000, "g/kg/d", 4), (2, "mg/kg/d", 1))[number]
        for _ in range(2 if milli == 2 else 1):  # two half doses on the same days add up
            ward.exposure(
                who[group],
                ("ivig",),
                value=ward.words.numbers(daily[group] / milli, decimals),
                unit=unit,
                start=ward.dates(start[group]),
                end=ward.dates(end[group]),
                status="completed",
            )


def _grams(ward: Ward, who: Who, *, span: tuple[int, int], low: bool = False, weighed: bool = True) -> None:
    """Immunoglobulin in grams a day, for a weight that `body` will write, or (dose unknown) will not."""
    day = ward.dates(ward.between(who, *span))
    weight = np.round(ward.uniform(who, 42, 90), 1)
    per_kg = ward.uniform(who, 0.1, 0.3) if low else ward.uniform(who, 0.45, 1.0)
    grams = ward.words.numbers(weight * per_kg, 1)
    ward.exposure(who, ("ivig",), value=grams, unit="g/d", start=day, end=day, status="completed")
    if weighed:
        ward.weight[who] = weight
    else:
        ward.weightless[who] = True


def _cleaned(ward: Ward, who: Who, *, span: tuple[int, int]) -> None:
    """Plasma exchange or double-filtration plasmapheresis, on the first or last day of `span` for some."""
    day = ward.between(who, *span, edge=0.2)
    day[ward.rng.random(len(who)) < 0.1] = span[0]
    ward.present(who, APHERESIS, start=ward.dates(day), status="completed")


def _cleaned_once(ward: Ward, who: Who) -> None:
    ward.present(who, APHERESIS, start=straddling(ward.edge.screening), status="completed")


def _cleaned_ever(ward: Ward, who: Who) -> None:
    ward.present(who, APHERESIS, status="completed")


def _cleaned_or_not(ward: Ward, who: Who) -> None:
    for name, group in zip(APHERESIS, ward.parts(who, 2), strict=True):
        for value in ("", "false"):
            day = ward.between(group, ward.edge.screening, ward.edge.today)
            ward.add(group, "procedure", name, value=value, start=ward.dates(day))
