"""lock: a casebook, or the whole study, takes no more data. Database lock is this event's position in the ledger."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.due import plan_activities
from trialwright.conduct.schedule import derive_end
from trialwright.conduct.standing import check_unlocked, refuse, study_locked
from trialwright.conduct.trial import STUDY, View, is_randomised, participant_stream
from trialwright.conduct.unfinished import say_late_visits, say_unexplained, say_unsent
from trialwright.record.content import CASEBOOK, stands
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant, Visit
from trialwright.study.model import Study
from trialwright.study.schedule import ScheduleOfActivities, visit_title
from trialwright.terms.message import Message, Text, message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Lock a participant's casebook, or, without one, the study."""
    if not values.text("participant"):
        return _lock_study(view)
    participant = view.participant(values.text("participant"))
    if participant is None:
        return refuse(message("There is no participant {id} at this site.", id=values.text("participant")))
    locked = check_unlocked(view, participant)
    if locked:
        return locked
    problems = open_ends(view.definition.schedule, participant)
    missing = [] if view.call.reason.strip() else _say_missing(view, participant)
    hint = message(
        "Record them, mark them as not done, or give a reason why the casebook is locked without them."
    )
    if problems or missing:  # what a reason helps with comes first, then what must be done
        return refuse(*missing, *([hint] if missing else []), *problems)
    return Proposal(participant_stream(participant.id), "casebook_locked", 1, {}, {})


def open_ends(schedule: ScheduleOfActivities | None, participant: Participant) -> list[Message]:
    """What must be done before the casebook can be locked, whatever the reason.

    Signatures that are missing or broken, open queries, and the end of the participation of somebody who was enrolled.
    """
    return _unsigned(schedule, participant) + _asked(participant) + _without_end(participant)


def _without_end(participant: Participant) -> list[Message]:
    if participant.enrolled is None or derive_end(participant) is not None:
        return []
    return [
        message(
            "Nothing says how the participation of {id} ended: complete_study, withdraw_consent, lost_to_follow_up or "
            "record_death does.",
            id=participant.id,
        )
    ]


def _asked(participant: Participant) -> list[Message]:
    return [
        message(
            "Query {number} is open." if query.state == "open" else "Query {number} is answered.",
            number=query.number,
        )
        for query in participant.queries
        if query.state != "closed"
    ]


def find_missing_forms(study: Study, participant: Participant) -> list[tuple[Visit, str]]:
    """The forms that the schedule asks for at a visit which took place, and of which nothing is recorded.

    Asked for is what certainly applies to the participant on the day of the visit. At an unscheduled visit the forms are
    chosen for its occasion, and a log is filled in where there is something to tell.
    """
    unscheduled = {
        one.id for one in (study.schedule.encounters if study.schedule else ()) if one.type == "unscheduled"
    }
    logs = {form.id for form in (study.forms.forms if study.forms else ()) if form.repeating}
    found: dict[tuple[Visit, str], None] = {}
    for visit in participant.visits:
        if visit.missed or visit.encounter in unscheduled:
            continue
        on = date.fromisoformat(visit.date)
        for planned in plan_activities(study, participant, visit.encounter, on=on):
            wanted = planned.activity.forms if planned.applies else ()
            found.update(
                {
                    (visit, form): None
                    for form in wanted
                    if form not in logs and f"{visit.id}/{form}" not in participant.forms
                }
            )
    return list(found)


def _say_missing(view: View, participant: Participant) -> list[Message]:
    """What is left open and may stay so, with a reason."""
    zone = ZoneInfo((view.place.time_zone if view.place else None) or "UTC")
    return [
        *say_late_visits(view.definition, participant, on=view.today),
        *_say_missing_forms(view, participant),
        *say_unsent(view.definition, participant, zone=zone, at=view.moment),
        *say_unexplained(participant),
    ]


def _say_missing_forms(view: View, participant: Participant) -> list[Message]:
    study = view.definition
    titles = {form.id: form.title for form in (study.forms.forms if study.forms else ())}
    by_visit: dict[Visit, list[Text]] = {}
    for visit, form in find_missing_forms(study, participant):
        by_visit.setdefault(visit, []).append(titles[form])
    return [
        message(
            "Of the visit {visit} these forms are neither recorded nor marked as not done: {forms}.",
            visit=visit_title(study.schedule, visit.id, visit.encounter),
            forms=tuple(forms),
        )
        for visit, forms in by_visit.items()
    ]


def _unsigned(schedule: ScheduleOfActivities | None, participant: Participant) -> list[Message]:
    """What no signature stands for: one on the casebook covers everything in it."""
    once = {mark.target for mark in participant.signatures}
    signed = {mark.target for mark in participant.signatures if stands(participant, mark)}
    if CASEBOOK in signed:
        return []
    found = [
        message(
            "The visit {visit} was changed after it was signed.",
            visit=visit_title(schedule, visit.id, visit.encounter),
        )
        if visit.id in once
        else message(
            "The visit {visit} is not signed.", visit=visit_title(schedule, visit.id, visit.encounter)
        )
        for visit in participant.visits
        if not visit.missed and visit.id not in signed
    ]
    return [
        *found,
        message("The casebook was changed after it was signed.")
        if CASEBOOK in once
        else message("The casebook is not signed."),
    ]


def _lock_study(view: View) -> Proposal | Refusal:
    if view.call.site:
        return refuse(message("A study is locked for all sites at once: name a participant, or no site."))
    if view.study.locked:
        return study_locked(view)
    everyone = view.trial.participants()
    unlocked = tuple(one.id for one in everyone if not one.locked and one.enrolled)
    if unlocked:
        return refuse(message("These casebooks are not locked: {ids}.", ids=unlocked))
    asked = {one.id: _asked(one) for one in everyone if not one.enrolled}
    problems = [
        message("{id}: {problem}", id=id, problem=problem) for id, found in asked.items() for problem in found
    ]
    if problems:
        return refuse(*problems)
    waiting = tuple(
        one.id
        for one in everyone
        if not one.screenings and not any((one.withdrawn, one.lost, one.died, one.completed))
    )
    if waiting:
        return refuse(
            message(
                "These people consented and were neither screened nor did they leave: {ids}. Screen them, or record that "
                "they withdrew or were lost.",
                ids=waiting,
            )
        )
    secret = view.secret
    if is_randomised(view.definition) and not view.trial.blind and secret is None:
        return refuse(
            message("The lock discloses the secret of the allocation; whoever holds it must lock the study.")
        )
    open_label = secret is not None and not view.trial.blind
    return Proposal(
        STUDY,
        "study_locked",
        1,
        {
            "date": view.today.isoformat(),
            "secret": secret.secret.hex() if secret and open_label else "",
            "nonce": secret.nonce.hex() if secret and open_label else "",
        },
        {},
    )


ACTION = Action(
    "lock",
    message("lock a casebook, or the study"),
    "either",
    (Argument("participant", message("whose casebook; empty: the study"), "id", required=False),),
    decide,
    reason="optional",
    writes=("casebook_locked", "study_locked"),
)
