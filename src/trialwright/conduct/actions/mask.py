"""mask: a text that should never have been entered (a name, a telephone number) is blanked everywhere.

The event stays in the chain with its digest, so the chain still verifies; the store then blanks the text itself.
"""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import STUDY, View, participant_stream, site_stream
from trialwright.record.event import Event, Proposal
from trialwright.record.ledger import entered_in
from trialwright.terms.message import message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Blank every text entered in one event, or only those that contain a part."""
    number, part = values.whole("position"), values.text("containing")
    event = next((one for one in _events(view) if one.position == number), None)
    if event is None:
        return refuse(message("There is no event {number} at this site.", number=number))
    text = view.trial.store.text
    entered = dict.fromkeys(entered_in(event))  # a reason that is also a value stands there twice
    found = [digest for digest in entered if text(digest) and part in text(digest)]
    if not found:
        return refuse(message("Event {number} holds no such text.", number=number))
    return Proposal(event.stream, "masked", 1, {"of": number, "digests": found}, {})


def _events(view: View) -> list[Event]:
    site = view.call.site
    streams = [
        participant_stream(one.id) for one in view.trial.participants() if not site or one.site == site
    ]
    store = view.trial.store
    if not site:
        streams.append(STUDY)
    else:
        streams.append(site_stream(site))
    return [event for stream in streams for event in store.stream(stream)]


ACTION = Action(
    "mask",
    message("blank a text that identifies a person"),
    "either",
    (
        Argument("position", message("the event's position in the ledger"), "whole"),
        Argument("containing", message("only texts that contain this"), "text", required=False),
    ),
    decide,
    reason="required",
    locked=True,
)
