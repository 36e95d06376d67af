"""A course of few days, such as a pulse, that is more on record than the protocol allows: asked back when it becomes so.

The days may stand on a form, as doses of earlier care and as doses of the study; each counts once (decision 0052).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from trialwright.conduct.asked import asked_back
from trialwright.conduct.dosing.case import open_case
from trialwright.conduct.dosing.course import find_last_course, last_day
from trialwright.record.participant import Participant
from trialwright.study.anchors import derive_anchors
from trialwright.study.design import Intervention
from trialwright.study.model import Study
from trialwright.study.prose.figures import duration
from trialwright.study.regimen import Regimen
from trialwright.study.schedule import parse_offset
from trialwright.terms.dates import add_days
from trialwright.terms.message import Message, message


def find_course_excess(
    study: Study, participant: Participant, interventions: Iterable[Intervention] | None = None
) -> Iterator[tuple[str, Message]]:
    """Find the last course of each intervention with limits that has more days, or a larger sum, than the protocol allows.

    `interventions`: which; None: all.
    """
    for intervention in study.interventions if interventions is None else interventions:
        regimen = intervention.regimen
        if regimen is None or not regimen.limits_a_course:
            continue
        last = last_day(participant, intervention)
        if last is None:
            continue
        case = open_case(study, participant, intervention, on=add_days(last, 1), encounter=None)
        course = find_last_course(case) if case is not None else None
        if case is None or course is None or not course.days:
            continue
        highest, most = case.limit(regimen.total_high), _most_days(regimen, course.days)
        too_much = highest is not None and course.total.value > highest.to(course.total.unit).value
        if too_much or (most is not None and len(course.days) > most):
            yield (
                course.facts[-1],
                message(
                    "{intervention}: the course of {first} to {last} has {days} and {total} on record, more than the protocol allows ({limits}). Are all of these days and amounts right?",
                    intervention=intervention.title,
                    first=min(course.days),
                    last=max(course.days),
                    days=duration(str(len(course.days)), "d"),
                    total=course.total.shown,
                    limits=tuple(
                        limit
                        for limit in (
                            duration(str(most), "d") if most is not None else None,
                            highest.shown if highest is not None else None,
                        )
                        if limit is not None
                    ),
                ),
            )


def _most_days(regimen: Regimen, days: Iterable[date]) -> int | None:
    if not regimen.lasts_at_most:
        return None
    first = min(days)
    return (parse_offset(regimen.lasts_at_most).after(first) - first).days


def course_queries(
    study: Study, before: Participant, after: Participant, *, asked: int = 0
) -> list[dict[str, Any]]:
    """The queries of an event after which a course is more than allowed, and was not so before in the same words."""
    changed = [
        one for one in study.interventions if _on_record(study, before, one) != _on_record(study, after, one)
    ]
    known = set(find_course_excess(study, before, changed))
    new = [each for each in find_course_excess(study, after, changed) if each not in known]
    return asked_back(before, new, asked=asked)


def _on_record(study: Study, participant: Participant, intervention: Intervention) -> tuple[Any, ...]:
    """All that its last course follows from; nothing where no course is limited."""
    if intervention.regimen is None or not intervention.regimen.limits_a_course:
        return ()
    doses = [dose for dose in participant.doses if dose.intervention == intervention.id]
    anchor = derive_anchors(study, participant)[intervention.regimen.course or ""]
    return doses, participant.exposure_forms(), anchor
