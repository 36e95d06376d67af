"""The planned visits of treatment and their weeks, along which every course is shown."""

from __future__ import annotations

from trialwright.reports.trial.data import TrialData
from trialwright.study.schedule import Encounter

WEEK = 7.0  # days


def treated_encounters(data: TrialData) -> tuple[Encounter, ...]:
    """The scheduled visits counted from the day treatment began, up to the last that an estimand names."""
    schedule = data.study.schedule
    if schedule is None:
        return ()
    found = [
        each
        for each in schedule.encounters
        if each.timing is not None and each.timing.anchor == schedule.study_day_1
    ]
    asked = {each.encounter for each in data.plan.estimands if each.encounter}
    last = max((index for index, each in enumerate(found) if each.id in asked), default=len(found) - 1)
    return tuple(found[: last + 1])


def planned_week(encounter: Encounter) -> float:
    """The planned week of a visit."""
    at = encounter.timing.at if encounter.timing else None
    number, _, unit = (at or "0 d").partition(" ")
    return float(number) * {"wk": 1.0, "d": 1 / WEEK}.get(unit, 1.0)
