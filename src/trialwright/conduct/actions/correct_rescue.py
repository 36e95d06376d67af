"""What a correction of a rescue therapy may change, such as the day of one known only to the month; the action is `correct`."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.conduct.action import Refusal
from trialwright.conduct.actions.record_rescue import THERAPIES, check_begun
from trialwright.conduct.actions.take_back import not_there
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import View
from trialwright.record.event import Entered
from trialwright.record.participant import Participant
from trialwright.terms.dates import UnreadableDate, parse_date
from trialwright.terms.digits import find_other_digit, ordinary
from trialwright.terms.message import message
from trialwright.terms.visible import shortened

PARTS = ("date", "therapy", "text")


def corrected_rescue(
    view: View, participant: Participant, number: int, given: Mapping[str, str]
) -> Mapping[str, object] | Refusal:
    """The new values of a rescue therapy as the event keeps them, or why it cannot be corrected so.

    `number`: counts the participant's rescue therapies, from 1, in the order in which they were recorded.
    """
    if all(one.number != number for one in participant.rescues):
        return not_there(participant, f"rescue/{number}")
    if not given or not set(given) <= set(PARTS):
        return refuse(
            message(
                "Of a rescue therapy these may be corrected: {names}; values.recorded=false alone takes it back.",
                names=PARTS,
            )
        )
    if given.get("therapy", THERAPIES[0]) not in THERAPIES:
        return refuse(message("The therapy is one of {choices}.", choices=THERAPIES))
    values = {**given}
    if "date" in given:
        values["date"] = day = ordinary(given["date"]).strip()
        problem = _check_readable(day) or check_begun(view, participant, day)
        if problem:
            return problem
    return {name: Entered(text) if name == "text" and text else text for name, text in values.items()}


def _check_readable(day: str) -> Refusal | None:
    try:
        parse_date(day)
    except UnreadableDate:
        pass
    else:
        if len(day) <= len("2026-11-01"):
            return None
    return refuse(
        find_other_digit(day)
        or message("{seen} is no day, month or year; write 2026-11-01, 2026-11 or 2026.", seen=shortened(day))
    )
