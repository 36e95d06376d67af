"""What is due on a day: the visits of a participant, or of a whole site, with what is done at each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from trialwright.conduct.dosing.recheck import Recheck, derive_rechecks
from trialwright.conduct.given import find_interventions
from trialwright.conduct.schedule import TO_DO, PlannedVisit, derive_end, plan_visits
from trialwright.logic.interpreter import evaluate
from trialwright.record.participant import Participant
from trialwright.study.conduct_rules import lower_conduct
from trialwright.study.model import Study
from trialwright.study.prose.findings import say
from trialwright.study.prose.words import Words
from trialwright.study.schedule import Activity
from trialwright.study.situation import open_context
from trialwright.terms.message import Message, message
from trialwright.terms.truth import Truth


class PlannedActivity(NamedTuple):
    """Something to be done at a visit.

    `applies`: True, or None where that is not known yet, and `why` says what is missing. `interventions`: those of the
    activity that the participant receives.
    """

    activity: Activity
    applies: Truth
    why: Message | None
    interventions: tuple[str, ...]


class DueVisit(NamedTuple):
    """A visit that is open, due or late, with its activities."""

    participant: str
    site: str
    planned: PlannedVisit
    activities: tuple[PlannedActivity, ...]


class Due(NamedTuple):
    """What is to be done on a day: visits, the most urgent first, and levels to be measured again."""

    visits: tuple[DueVisit, ...]
    rechecks: tuple[Recheck, ...]


def derive_due(study: Study, participants: Iterable[Participant], *, on: date, site: str | None) -> Due:
    """Derive what is due on a day for some participants.

    `on`: the calendar day at the site. `site`: only participants of this site; None: of all. A visit is due from the
    first day of its window until something is recorded of it; nothing is due after the end of a participant's course.
    The visit whose window ends first comes first.
    """
    visits: list[DueVisit] = []
    rechecks: list[Recheck] = []
    for participant in participants:
        if site is not None and participant.site != site:
            continue
        end = derive_end(participant)
        if end is not None and end.day <= on:
            continue
        for planned in plan_visits(study, participant, on=on):
            if planned.status in TO_DO:
                activities = plan_activities(study, participant, planned.encounter.id, on=on)
                visits.append(DueVisit(participant.id, participant.site, planned, activities))
        rechecks += (each for each in derive_rechecks(study, participant, on=on) if not each.done)
    visits.sort(key=lambda due: (due.planned.window.last if due.planned.window else on, due.participant))
    rechecks.sort(key=lambda each: (each.due, each.participant))
    return Due(tuple(visits), tuple(each for each in rechecks if each.due <= on))


def plan_activities(
    study: Study, participant: Participant, encounter: str, *, on: date
) -> tuple[PlannedActivity, ...]:
    """Plan what is done at a visit: the activities of the arm whose condition holds, or may hold."""
    if study.schedule is None:
        return ()
    planned = [activity for activity in study.schedule.activities if encounter in activity.encounters]
    received = {each.id for each in find_interventions(study, participant)}
    conditions = lower_conduct(study).activities if any(each.condition for each in planned) else {}
    context = open_context(study, participant, on=on) if conditions else None
    found = []
    for activity in planned:
        applies, why = _in_arm(activity, participant)
        if applies is not False and context is not None and activity.id in conditions:
            finding = evaluate(conditions[activity.id], context)
            if finding.truth is not True:
                applies = finding.truth
                why = say("unknown", finding.reason, finding, Words(study))
        if applies is not False:
            interventions = tuple(id for id in activity.interventions if id in received)
            found.append(PlannedActivity(activity, applies, why, interventions))
    return tuple(found)


def _in_arm(activity: Activity, participant: Participant) -> tuple[Truth, Message | None]:
    if not activity.arms or participant.arm in activity.arms:
        return True, None
    if participant.arm:
        return False, None
    if participant.allocated is None:
        return None, message("The participant has no arm yet.")
    return None, message("The arm is blind.")
