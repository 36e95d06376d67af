"""update_ae: what became known of an adverse event since; what is not mentioned stays, and so do the earlier reports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.actions.report_ae import ARGUMENTS, check_event, propose, stated
from trialwright.conduct.actions.take_back import not_there
from trialwright.conduct.standing import WHO, for_participant, refuse
from trialwright.conduct.trial import View
from trialwright.record.event import Proposal
from trialwright.record.participant import AdverseEventVersion, Participant
from trialwright.terms.message import message

TAKEN_BACK = ("end", "seriousness", "causality", "expected", "hypersensitivity")
"""What may be left open of an adverse event, and so may be taken back."""


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record the event as it is known now: what was known before, with what is said anew."""
    number = values.whole("number")
    event = next((one for one in participant.adverse_events if one.number == number), None)
    if event is None:
        if participant.gone(f"ae/{number}"):
            return not_there(participant, f"ae/{number}")
        return refuse(message("{id} has no adverse event {number}.", id=participant.id, number=number))
    known = _followed_up(event.current, stated(values), values.words("removed"))
    if isinstance(known, Refusal):
        return known
    return check_event(view, known) or propose(view, participant, number, known, kind="ae_updated")


def _followed_up(
    before: AdverseEventVersion, said: AdverseEventVersion, removed: tuple[str, ...]
) -> AdverseEventVersion | Refusal:
    """What is known now; refused where a criterion of seriousness would disappear without a word.

    Causality is told by intervention: one that is not mentioned keeps its judgement.
    """
    dropped = tuple(one for one in before.seriousness if one not in said.seriousness)
    if said.seriousness and dropped and "seriousness" not in removed:
        return refuse(
            message(
                "The event is on record with {names}, which is not among the criteria given now. Name all that it meets; "
                "if it no longer meets that one, say so with removed=seriousness.",
                names=dropped,
            )
        )
    open_now: dict[str, Any] = {
        name: () if name == "seriousness" else {} if name == "causality" else "" for name in removed
    }
    kept = before._replace(**open_now)
    changes = {name: value for name, value in said._asdict().items() if value and name != "position"}
    if said.causality:
        changes["causality"] = {**kept.causality, **said.causality}
    known = kept._replace(position=0, **changes)
    return known if known.term else refuse(message("The term of this event was masked; give it anew."))


ACTION = Action(
    "update_ae",
    message("follow up an adverse event; what is not mentioned stays as it is"),
    "participant",
    (
        WHO,
        Argument("number", message("the event's number"), "whole"),
        *(replace(each, required=each.name == "aware") for each in ARGUMENTS),
        Argument(
            "removed",
            message("what was recorded and is taken back; the reason says why"),
            "choices",
            required=False,
            choices=TAKEN_BACK,
        ),
    ),
    for_participant(decide),
    reason="required",
    writes=("ae_updated",),
)
