"""What a correction of a deviation may change, and when it is refused; the action is `correct`."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.conduct.action import Refusal
from trialwright.conduct.actions.report_deviation import CATEGORIES, SEVERITIES
from trialwright.conduct.standing import check_stated_day, first_refusal, no_visit, refuse
from trialwright.conduct.trial import View
from trialwright.record.event import Entered
from trialwright.record.participant import Deviation, Participant
from trialwright.terms.message import message

PARTS = ("severity", "category", "date", "visit", "text")


def corrected_deviation(
    view: View, participant: Participant, number: int, given: Mapping[str, str]
) -> Mapping[str, object] | Refusal:
    """The new values of a deviation as the event keeps them, or why it cannot be corrected so.

    What a person reported can be changed in all its parts, or taken back. What the rules found can only be rated: it goes
    once the visit or dose from which it follows is put right.
    """
    found = next((one for one in participant.deviations if one.number == number), None)
    if found is None:
        return refuse(
            message(
                "There is no deviation {number}; recorded are: {known}.",
                number=number,
                known=tuple(str(one.number) for one in participant.deviations),
            )
            if participant.deviations
            else message("There is no deviation {number}; none is recorded.", number=number)
        )
    if found.taken_back:
        return refuse(
            message(
                "Deviation {number} counts no more since event {position}; what happened after all is reported anew.",
                number=number,
                position=found.taken_back,
            )
        )
    if found.by_system:
        problem = _check_rated(found, given)
    elif dict(given) == {"recorded": "false"}:
        return {"recorded": False}
    else:
        problem = _check_parts(view, participant, given)
    if problem is not None:
        return problem
    return {name: Entered(text) if name == "text" else text for name, text in given.items()}


def _check_rated(found: Deviation, given: Mapping[str, str]) -> Refusal | None:
    """Refuse all but a rating of what the rules found, and say what to correct instead."""
    if set(given) == {"severity"}:
        return _check_severity(given["severity"])
    source = f"dose/{found.dose}" if found.dose else f"visit/{found.visit}" if found.visit else ""
    return refuse(
        message(
            "Deviation {number} was found by the rules; it goes once what it follows from is put right: correct target={target}. Of the deviation itself only the rating may be corrected: values.severity=minor or major.",
            number=found.number,
            target=source,
        )
        if source
        else message(
            "Deviation {number} was found by the rules; of it only the rating may be corrected: values.severity=minor or major.",
            number=found.number,
        )
    )


def _check_parts(view: View, participant: Participant, given: Mapping[str, str]) -> Refusal | None:
    if not given or not set(given) <= set(PARTS):
        return refuse(
            message(
                "Of a deviation these may be corrected: {names}; values.recorded=false alone takes it back.",
                names=PARTS,
            )
        )
    visit = given.get("visit", "")
    return first_refusal(
        _check_severity(given["severity"]) if "severity" in given else None,
        refuse(message("The category is one of {choices}.", choices=CATEGORIES))
        if given.get("category", CATEGORIES[0]) not in CATEGORIES
        else None,
        check_stated_day(view, participant, given["date"], message("A deviation of"), prior=True)
        if "date" in given
        else None,
        no_visit(view, participant, visit) if visit and participant.visit(visit) is None else None,
        refuse(message("Say what happened.")) if "text" in given and not given["text"].strip() else None,
    )


def _check_severity(severity: str) -> Refusal | None:
    if severity in SEVERITIES:
        return None
    return refuse(message("The severity is one of {choices}.", choices=SEVERITIES))
