"""Levels that are to be measured again after a dose was changed by a rule that says so."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from trialwright.conduct.dosing.present import exact_day, read_present
from trialwright.record.participant import Participant
from trialwright.study.model import Study
from trialwright.study.regimen import DoseAdjustment
from trialwright.study.schedule import parse_offset


class Recheck(NamedTuple):
    """A level of an intervention to be measured again: by which rule, after which dose (a fact id), on which day.

    `concept`: the level. `done`: one is dated after the day of the dose.
    """

    participant: str
    intervention: str
    concept: str
    rule: str
    dose: str
    due: date
    done: bool


def derive_rechecks(study: Study, participant: Participant, *, on: date) -> tuple[Recheck, ...]:
    """Derive what is to be measured again because of the last dose of each intervention, up to a day."""
    found = []
    for intervention in study.interventions:
        regimen = intervention.regimen
        if regimen is None or regimen.target is None:
            continue
        present = read_present(participant, intervention.id, on=on)
        if present.dose is None or present.stopped is not None:
            continue
        rule = present.dose.rule
        adjustment = _named(regimen.adjustments, rule.rpartition("/")[2])
        day = exact_day(present.dose.start)
        if adjustment is None or adjustment.again_after is None or day is None:
            continue
        due = parse_offset(adjustment.again_after).after(day)
        done = any(
            fact.concept == regimen.target.concept
            and (measured := exact_day(fact.start)) is not None
            and day < measured <= on
            for fact in participant.facts()
        )
        concept = regimen.target.concept
        found.append(
            Recheck(
                participant.id,
                intervention.id,
                concept,
                rule,
                f"dose/{present.dose.number}",
                due,
                done,
            )
        )
    return tuple(found)


def _named(adjustments: tuple[DoseAdjustment, ...], id: str) -> DoseAdjustment | None:
    return next((each for each in adjustments if each.id == id), None)
