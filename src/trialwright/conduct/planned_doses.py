"""How much of an intervention the definition planned for a participant so far, to set beside what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from trialwright.conduct.dosing.present import exact_day
from trialwright.conduct.schedule import derive_end, plan_visits
from trialwright.record.participant import Participant
from trialwright.study.design import Intervention
from trialwright.study.model import Study

_PAST = frozenset({"done", "done_outside_window", "missed", "late"})


class PlannedSoFar(NamedTuple):
    """What was planned up to a day: `administrations`, of a daily dose `days`; None where the regimen says neither."""

    administrations: int | None
    days: int | None


def derive_planned(
    study: Study, participant: Participant, intervention: Intervention, *, on: date
) -> PlannedSoFar:
    """Count what was planned of an intervention up to a day or the end of the participant's course.

    An administration at a visit is planned at every visit of the regimen that took place, was missed or is late. A
    daily dose is planned for every day from the first one given to the last day of the course, both included, also
    while it was interrupted or after it was stopped: what was not taken is to be seen. A course in the run-in is
    planned by its length, of which the definition gives the limits: none is counted.
    """
    regimen = intervention.regimen
    if regimen is None or regimen.limits_a_course:
        return PlannedSoFar(None, None)
    if regimen.frequency == "once_per_encounter":
        visits = plan_visits(study, participant, on=on)
        count = sum(
            each.encounter.id in regimen.encounters and each.status in _PAST
            for each in visits
            if each.encounter.type == "scheduled"
        )
        return PlannedSoFar(count, None)
    first = _first_day(participant, intervention.id)
    end = derive_end(participant)
    last = min(on, end.day) if end is not None else on
    return PlannedSoFar(None, (last - first).days + 1 if first is not None and first <= last else None)


def _first_day(participant: Participant, intervention: str) -> date | None:
    """The first day of a dose in the study; None where there is none, or its day is not exact."""
    days: Sequence[date | None] = [
        exact_day(dose.start)
        for dose in participant.taken()
        if dose.intervention == intervention and not dose.prior
    ]
    exact = [day for day in days if day is not None]
    return min(exact) if exact and len(exact) == len(days) else None
