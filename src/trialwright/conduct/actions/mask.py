"""mask: a text that should never have been entered (a name, a telephone number) is blanked everywhere.

Only free texts: a number, a date or a coded answer names nobody, and an endpoint may rest on it.
The event stays in the chain with its digest, so the chain still verifies; the store then blanks the text itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import STUDY, View, participant_stream, site_stream
from trialwright.record.event import Event, Proposal, digests
from trialwright.record.ledger import entered_in
from trialwright.terms.message import message
from trialwright.terms.quantity import UnreadableNumber, parse_number


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Blank every free text entered in one event, or only those that contain a part."""
    number, part = values.whole("position"), values.text("containing")
    event = next((one for one in _events(view) if one.position == number), None)
    if event is None:
        return refuse(message("There is no event {number} at this site.", number=number))
    text = view.trial.store.text
    entered = entered_in(event)
    parts = (part, json.dumps(part, ensure_ascii=False)[1:-1])  # a question is kept as data, too
    found = [digest for digest in entered if text(digest) and any(each in text(digest) for each in parts)]
    if not found:
        return refuse(message("Event {number} holds no such text.", number=number))
    data = set(_data_in(view, event))
    found = [digest for digest in found if digest not in data]
    if not found:
        return refuse(
            message(
                "Event {number} holds no such free text: numbers, dates and coded answers are corrected, not masked.",
                number=number,
            )
        )
    return Proposal(event.stream, "masked", 1, {"of": number, "digests": found}, {})


def says_again(event: Event, values: Values) -> bool:
    """Whether a masking asks for the event that was masked. What the texts contained, nobody can compare any more."""
    return bool(event.data["of"] == values.whole("position"))


MEASURED = frozenset({"birth", "amount", "unit", "low", "high", "start", "end"})
"""Parts of events that hold what was measured or counted, whatever was entered there: no free text."""

FREE_TYPES = ("text", "long_text")


def _data_in(view: View, event: Event) -> Iterator[str]:
    """The digests in an event of what is data, not free text: to blank them would undo results."""
    data = event.data
    if event.type in ("form_recorded", "form_corrected"):
        form = view.trial.forms(event.study_version).form(data["form"])
        for item in data["items"]:
            group, _, name = item["path"].partition(".")
            declared = form.group(group.partition("[")[0]).item(name)
            if declared.type not in FREE_TYPES:
                yield from digests(item["value"])
    elif event.type == "screened":
        for fact in data["facts"]:
            yield from measured(fact)
            if _is_number(view.trial.store.text(next(iter(digests(fact["value"])), ""))):
                yield from digests(fact["value"])
    else:
        yield from measured({**data, **data.get("values", {})})


def measured(data: Mapping[str, Any]) -> Iterator[str]:
    """The digests in some parts of an event of what was measured or counted."""
    for name in MEASURED & data.keys():
        yield from digests(data[name])


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except UnreadableNumber:
        return False
    return True


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
    message("blank a free text that identifies a person"),
    "either",
    (
        Argument("position", message("the event's position in the ledger"), "whole"),
        Argument("containing", message("only free texts that contain this"), "text", required=False),
    ),
    decide,
    reason="required",
    locked=True,
    writes=("masked",),
    says_again=says_again,
)
