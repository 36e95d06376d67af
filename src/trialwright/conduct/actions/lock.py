"""lock: a casebook, or the whole study, takes no more data. Database lock is this event's position in the ledger."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import STUDY, View, is_randomised, participant_stream
from trialwright.record.content import CASEBOOK, stands
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.study.schedule import ScheduleOfActivities, visit_title
from trialwright.terms.message import Message, message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Lock a participant's casebook, or, without one, the study."""
    if not values.text("participant"):
        return _lock_study(view)
    participant = view.participant(values.text("participant"))
    if participant is None:
        return refuse(message("There is no participant {id} at this site.", id=values.text("participant")))
    if participant.locked:
        return refuse(message("The casebook of {id} is locked.", id=participant.id))
    problems = open_ends(view.definition.schedule, participant)
    if problems:
        return refuse(*problems)
    return Proposal(participant_stream(participant.id), "casebook_locked", 1, {}, {})


def open_ends(schedule: ScheduleOfActivities | None, participant: Participant) -> list[Message]:
    """What must be done before the casebook can be locked: signatures that are missing or broken, open queries."""
    return _unsigned(schedule, participant) + _asked(participant)


def _asked(participant: Participant) -> list[Message]:
    return [
        message("Query {number} is {state}.", number=query.number, state=query.state)
        for query in participant.queries
        if query.state != "closed"
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
        return refuse(message("The study is locked."))
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
)
