"""record_rescue: rescue therapy was begun, on a day or at least in a month or year: an intercurrent event of the response."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import (
    WHO,
    check_in_study,
    check_possible_day,
    first_refusal,
    for_participant,
    refuse,
)
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Entered, Proposal
from trialwright.record.participant import Participant
from trialwright.terms.dates import parse_date
from trialwright.terms.message import message

THERAPIES = ("pulse", "cyclophosphamide", "rituximab", "plasma_exchange", "ivig", "other")


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record which therapy, and from when: what was given before allocation is no rescue."""
    day = values.text("date")
    return check_begun(view, participant, day) or Proposal(
        participant_stream(participant.id),
        "rescue_recorded",
        1,
        {"date": day, "therapy": values.text("therapy"), "text": Entered(values.text("text"))},
        {},
    )


def check_begun(view: View, participant: Participant, day: str) -> Refusal | None:
    """Refuse a first day, month or year that certainly lies before allocation, after the end of the course, or ahead.

    Of a month or year any day may be meant: what it may have come before stays open in the response
    (`endpoints.events`). **Source**: the rule for partial dates of the criteria: every possible day is considered.
    """
    allocated = participant.allocated.date if participant.allocated else ""
    first, last = parse_date(day).first.isoformat(), parse_date(day).last.isoformat()
    return first_refusal(
        refuse(message("{day} lies before allocation of {date}.", day=day, date=allocated))
        if last < allocated
        else None,
        check_in_study(participant, day=first),
        check_possible_day(view, day, message("Rescue therapy of")),
    )


ACTION = Action(
    "record_rescue",
    message("record rescue therapy"),
    "participant",
    (
        WHO,
        Argument(
            "date", message("its first day; the month or the year, where no more is known"), "partial_date"
        ),
        Argument("therapy", message("which"), "choice", choices=THERAPIES),
        Argument("text", message("details"), "text", required=False),
    ),
    for_participant(decide, allocated=True),
    reason="required",
    writes=("rescue_recorded",),
)
