"""Conditions, procedures and allergies that exclude: `E1`, `E5a`, `E6a`, `E6b`, `E6c`, `E8`.

They share one vocabulary of stories: silent, over in time, still there, end unknown, set aside, contradicted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from trialwright.simulation.hospital.codes import KIND
from trialwright.simulation.hospital.days import straddling
from trialwright.simulation.hospital.stories import Story, nothing, tell
from trialwright.simulation.hospital.ward import Ward, Who

Names = Sequence[str]
Share = tuple[float, float, float, float]
DOUBTFUL = ("provisional", "differential", "unconfirmed", "remission")


def illnesses(ward: Ward) -> None:
    """Tell the criteria that only ask whether something is, or was, there."""
    edge = ward.edge
    everyone = np.arange(ward.size)
    chronic = ("hepatitis_b", "hepatitis_c", "tuberculosis", "cmv_pneumonia", "invasive_fungal_infection")
    tell(ward, ["E1"], _procedures(edge.quarter), everyone)
    tell(ward, ["E5a"], _allergies(), everyone)
    tell(ward, ["E6a"], _passing(chronic, edge.quarter, "quarter", 0.012, ("syphilis", "hiv")), everyone)
    tell(ward, ["E6b"], _passing(("peptic_ulcer",), edge.quarter, "quarter", 0.008), everyone)
    tell(ward, ["E6c"], _lasting(("drug_abuse", "alcohol_abuse"), 0.012), everyone)
    tell(ward, ["E8"], _passing(("malignant_hypertension",), edge.today, "today", 0.01), everyone)


def _share(fail: float, part: float) -> Share:
    """The weight of one story: so many times the share of people who fail, nobody of the deceased."""
    return (fail * part, fail * part, fail * part, 0.0)


def _passing(names: Names, since: int, edge: str, fail: float, lasting: Names = ()) -> tuple[Story, ...]:
    """Conditions that matter if active on or after the day `since`; `lasting` ones matter for ever."""
    share = partial(_share, fail)
    stories = [
        Story(("pass",), (1 - 3.5 * fail, 1 - 3.5 * fail, 1 - 3.5 * fail, 1), nothing),
        Story(("pass",), share(0.8), partial(ended, names=names, before=since)),
        Story(("pass",), share(0.7), partial(set_aside, names=(*names, *lasting))),
        Story(("fail",), share(0.5), partial(ongoing, names=names)),
        Story(("fail",), share(0.3), partial(lately, names=names, since=since)),
        Story(("fail",), share(0.05), partial(undated, names=(*names, *lasting))),
        Story(("unknown end_missing",), share(0.25), partial(endless, names=names, before=since)),
        Story(("unknown",), share(0.15), partial(doubtful, names=(*names, *lasting))),
        Story(("unknown conflict",), share(0.1), partial(contradicted, names=(*names, *lasting))),
        Story(
            ("unknown date_imprecise",),
            share(0.1),
            partial(ended_perhaps, names=names, since=since),
            straddles=edge,
        ),
    ]
    if lasting:
        stories.append(Story(("fail",), share(0.3), partial(once, names=lasting)))
    return tuple(stories)


def _lasting(names: Names, fail: float) -> tuple[Story, ...]:
    """Stories of conditions that matter however long ago they were."""
    share = partial(_share, fail)
    return (
        Story(("pass",), (1 - 2 * fail, 1 - 2 * fail, 1 - 2 * fail, 1), nothing),
        Story(("pass",), share(0.7), partial(set_aside, names=names)),
        Story(("fail",), share(0.6), partial(once, names=names)),
        Story(("fail",), share(0.3), partial(ongoing, names=names)),
        Story(("fail",), share(0.1), partial(undated, names=names)),
        Story(("unknown",), share(0.2), partial(doubtful, names=names)),
        Story(("unknown conflict",), share(0.1), partial(contradicted, names=names)),
    )


def _allergies() -> tuple[Story, ...]:
    names = ("mycophenolate_allergy", "tacrolimus_allergy", "belimumab_allergy")
    return (
        Story(("pass",), (0.98, 0.985, 0.994, 1), nothing),
        Story(("pass",), (0.005, 0.005, 0.001, 0), partial(set_aside, names=names)),
        Story(("fail",), (0.008, 0.006, 0.002, 0), partial(once, names=names)),
        Story(("fail",), (0.004, 0.003, 0.001, 0), partial(undated, names=names)),
        Story(("unknown conflict",), (0.002, 0.001, 0.0005, 0), partial(contradicted, names=names)),
    )


def _procedures(since: int) -> tuple[Story, ...]:
    names = ("dialysis", "kidney_transplant")
    return (
        Story(("pass",), (0.95, 0.96, 0.96, 1), nothing),
        Story(("pass",), (0.012, 0.01, 0.01, 0), partial(ended, names=names, before=since)),
        Story(("pass",), (0.006, 0.005, 0.003, 0), partial(set_aside, names=names)),
        Story(("fail",), (0.008, 0.005, 0.012, 0), partial(ongoing, names=("dialysis",))),
        Story(("fail",), (0.006, 0.005, 0.006, 0), partial(lately, names=names, since=since)),
        Story(("unknown date_missing",), (0.003, 0.002, 0.002, 0), partial(sometime, names=names)),
        Story(
            ("unknown date_imprecise",),
            (0.003, 0.002, 0.002, 0),
            partial(in_year, names=names, since=since),
            straddles="quarter",
        ),
        Story(("unknown conflict",), (0.002, 0.001, 0.001, 0), partial(contradicted, names=names)),
    )


def ended(ward: Ward, who: Who, *, names: Names, before: int) -> None:
    """Over before a day; on the very day before it for some. A single procedure states no end."""
    end = ward.between(who, ward.edge.today - 2500, before - 1, edge=0.25)
    if KIND.get(names[0]) == "procedure":
        single = ward.some(np.arange(len(who)), 0.5)
        ward.present(who[single], names, start=ward.dates(end[single]), status="completed")
        rest = np.setdiff1d(np.arange(len(who)), single)
        start = end[rest] - ward.rng.integers(0, 400, len(rest))
        ward.present(
            who[rest],
            names,
            start=ward.dates(start),
            end=ward.dates(end[rest]),
            status="completed",
        )
        return
    start = end - ward.rng.integers(5, 400, len(who))
    status = ward.choose(who, ("resolved", "inactive", "", "active"), (0.7, 0.1, 0.1, 0.1))
    ward.present(who, names, start=ward.dates(start), end=ward.dates(end), status=status)


def ongoing(ward: Ward, who: Who, *, names: Names) -> None:
    """Begun at any time and not over; procedures say so by their status."""
    start = ward.long_ago(ward.between(who, ward.edge.today - 2500, ward.edge.today))
    words = (
        ("active",)
        if KIND.get(names[0]) == "procedure"
        else ("active", "active", "", "recurrence", "relapse")
    )
    ward.present(who, names, start=start, status=ward.choose(who, words))


def lately(ward: Ward, who: Who, *, names: Names, since: int) -> None:
    """Ended on or after a day, exactly on it for some."""
    end = ward.between(who, since, ward.edge.today)
    end[ward.rng.random(len(who)) < 0.3] = since
    if KIND.get(names[0]) == "procedure":
        ward.present(who, names, start=ward.dates(end), status="completed")
        return
    start = end - ward.rng.integers(5, 400, len(who))
    ward.present(who, names, start=ward.dates(start), end=ward.dates(end), status="resolved")


def undated(ward: Ward, who: Who, *, names: Names) -> None:
    """Active, and nobody noted since when."""
    ward.present(who, names, status="active")


def endless(ward: Ward, who: Who, *, names: Names, before: int) -> None:
    """Over, but since when is not recorded; begun before the day that matters."""
    start = ward.between(who, ward.edge.today - 2500, before - 1, edge=0.05)
    ward.present(who, names, start=ward.dates(start), status=ward.choose(who, ("resolved", "inactive")))


def ended_perhaps(ward: Ward, who: Who, *, names: Names, since: int) -> None:
    """Ended in a month (or year) that contains the day that matters."""
    start = ward.between(who, since - 2000, since - 400)
    ward.present(who, names, start=ward.dates(start), end=straddling(since), status="resolved")


def in_year(ward: Ward, who: Who, *, names: Names, since: int) -> None:
    """Done in a month (or year) that contains the day that matters."""
    ward.present(who, names, start=straddling(since), status="completed")


def sometime(ward: Ward, who: Who, *, names: Names) -> None:
    """Done, without a date."""
    ward.present(who, names, status="completed")


def once(ward: Ward, who: Who, *, names: Names) -> None:
    """Recorded at some time; over or not does not matter."""
    start = ward.between(who, ward.edge.today - 2900, ward.edge.today)
    status = ward.choose(who, ("active", "resolved", "inactive", ""))
    ward.present(who, names, start=ward.long_ago(start), status=status)


def doubtful(ward: Ward, who: Who, *, names: Names) -> None:
    """Suspected only, or in remission."""
    start = ward.dates(ward.between(who, ward.edge.today - 300, ward.edge.today - 1))
    ward.present(who, names, start=start, status=ward.choose(who, DOUBTFUL))


def contradicted(ward: Ward, who: Who, *, names: Names) -> None:
    """Recorded as present, and denied within 28 days before the reference date."""
    edge = ward.edge
    for name, group in zip(names, ward.parts(who, len(names)), strict=True):
        kind = KIND.get(name, "condition")
        start = ward.dates(ward.between(group, edge.screening - 20, edge.today - 1))
        ward.add(group, kind, name, start=start, status="completed" if kind == "procedure" else "active")
        asked = ward.dates(ward.between(group, edge.screening, edge.today))
        ward.add(group, kind, name, value="false", start=asked)


def set_aside(ward: Ward, who: Who, *, names: Names) -> None:
    """Recorded in a way that does not count: in error, refuted, denied, or after the reference date."""
    error, refuted, denied, later = ward.parts(who, 4)
    today = ward.edge.today
    procedure = KIND.get(names[0]) == "procedure"
    words = ("entered-in-error", "cancelled", "not-done") if procedure else ("entered-in-error",)
    start = ward.dates(ward.between(error, today - 60, today))
    ward.present(error, names, start=start, status=ward.choose(error, words))
    start = ward.dates(ward.between(refuted, today - 60, today))
    ward.present(refuted, names, start=start, status="not-done" if procedure else "refuted")
    start = ward.dates(ward.between(denied, today - 60, today))
    ward.present(denied, names, start=start, value="false")
    start = ward.dates(ward.between(later, today + 1, today + 30))
    ward.present(later, names, start=start, status="active")
