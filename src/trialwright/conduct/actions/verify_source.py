"""verify_source: a monitor has compared a visit, or the casebook, with its sources."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import WHO, for_participant, no_visit
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.content import BY_HASH, CASEBOOK, content_digest
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record the comparison of what stands there now; a later change asks for another."""
    target = values.text("target")
    if target != CASEBOOK and participant.visit(target) is None:
        return no_visit(view, participant, target)
    return Proposal(
        participant_stream(participant.id),
        "source_verified",
        BY_HASH,
        {"target": target, "digest": content_digest(participant, target)},
        {},
    )


ACTION = Action(
    "verify_source",
    message("record that values were compared with their source"),
    "participant",
    (WHO, Argument("target", message("a visit, or casebook"), "id")),
    for_participant(decide),
    writes=("source_verified",),
)
