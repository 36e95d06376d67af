"""correct: a recorded value is superseded, with the reason; the earlier one stays in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.actions.consent import SEX, check_birth
from trialwright.conduct.actions.record_form import ENTRIES, find_form, write_form
from trialwright.conduct.standing import WHO, check_day, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Entered, Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message

DEMOGRAPHICS = ("sex", "birth")
DOSE = ("start", "end", "amount", "unit", "lot", "expiry", "started", "stopped", "reaction")


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Correct a form, demographics, a dose, or the day of a visit."""
    target = values.text("target")
    kind, _, key = target.partition("/")
    given = values.pairs("values")
    if target == "demographics":
        return _demographics(participant, given)
    if kind == "dose" and key.isdigit():
        return _dose(view, participant, int(key), given)
    if kind == "visit":
        return _visit(view, participant, key, given)
    return _form(view, participant, target, values)


def _form(view: View, participant: Participant, target: str, values: Values) -> Proposal | Refusal:
    record = participant.forms.get(target)
    if record is None:
        return refuse(
            message(
                "Nothing is recorded at {target}; name a form record, demographics, dose/N or visit/ID.",
                target=target,
            )
        )
    found = find_form(view, participant, record.form, record.visit)
    if isinstance(found, Refusal):
        return found
    form, visit = found
    entries = values.entries("entries")
    if not entries:
        return refuse(message("Say which items are corrected."))
    return write_form(view, participant, form, visit, record.number, entries, kind="form_corrected")


def _demographics(participant: Participant, given: dict[str, str]) -> Proposal | Refusal:
    strange = tuple(name for name in given if name not in DEMOGRAPHICS)
    if strange or not given:
        return refuse(message("Of demographics these may be corrected: {names}.", names=DEMOGRAPHICS))
    if given.get("sex", "unknown") not in SEX:
        return refuse(message("The sex is one of {choices}.", choices=SEX))
    problem = check_birth(given["birth"], participant.consents[0].date) if "birth" in given else None
    written = {name: Entered(text) if name == "birth" else text for name, text in given.items()}
    return problem or _corrected(participant, "demographics", written)


def _dose(view: View, participant: Participant, number: int, given: dict[str, str]) -> Proposal | Refusal:
    dose = next((one for one in participant.doses if one.number == number), None)
    strange = tuple(name for name in given if name not in DOSE)
    if dose is None or strange or not given:
        return refuse(
            message(
                "There is no dose {number}, or it has nothing of that name; a dose has: {names}.",
                number=number,
                names=DOSE,
            )
        )
    changes: dict[str, Any] = dict(given)
    after = dose._replace(**changes)
    problem = next(
        (
            found
            for found in (
                check_day(view, day, message("The dose of")) for day in (after.start, after.end) if day
            )
            if found
        ),
        None,
    )
    if problem:
        return problem
    if after.end and after.end < after.start:
        return refuse(
            message("The dose ends on {end}, before it starts on {start}.", end=after.end, start=after.start)
        )
    free = {"lot", "reaction"}
    return _corrected(
        participant,
        f"dose/{number}",
        {name: Entered(text) if name in free else text for name, text in given.items()},
    )


def _visit(view: View, participant: Participant, id: str, given: dict[str, str]) -> Proposal | Refusal:
    visit = participant.visit(id)
    if visit is None or visit.missed or set(given) != {"date"}:
        return refuse(message("Of a visit that took place, the date may be corrected: values.date=..."))
    problem = check_day(view, given["date"], message("The visit of"))
    return problem or _corrected(participant, f"visit/{id}", dict(given))


def _corrected(participant: Participant, target: str, values: Mapping[str, object]) -> Proposal:
    return Proposal(
        participant_stream(participant.id), "corrected", 1, {"target": target, "values": values}, {}
    )


ACTION = Action(
    "correct",
    message("correct a recorded value"),
    "participant",
    (
        WHO,
        Argument("target", message("a form record's id, demographics, dose/N or visit/ID"), "id"),
        replace(ENTRIES, required=False),
        Argument("values", message("for all but forms: new values by name"), "pairs", required=False),
    ),
    for_participant(decide),
    reason="required",
)
