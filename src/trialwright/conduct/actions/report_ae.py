"""report_ae: an adverse event, as first known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.alerts import raised_alerts
from trialwright.conduct.standing import WHO, check_day, first_refusal, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Entered, Proposal
from trialwright.record.participant import AdverseEvent, AdverseEventVersion, Participant
from trialwright.safety.reporting import STUDY_TREATMENT
from trialwright.study.safety import Seriousness
from trialwright.terms.message import message

SERIOUSNESS: tuple[str, ...] = get_args(Seriousness)
CAUSALITY = ("related", "possibly_related", "not_related", "unknown")
TAKEN = ("none", "dose_changed", "held", "discontinued", "not_applicable")
OUTCOMES = (
    "recovered",
    "recovering",
    "not_recovered",
    "recovered_with_sequelae",
    "fatal",
    "unknown",
)

ARGUMENTS = (
    Argument("term", message("what happened, one event"), "text"),
    Argument("start", message("first day"), "date"),
    Argument("end", message("last day; empty while it goes on"), "date", required=False),
    Argument("grade", message("CTCAE grade"), "choice", choices=("1", "2", "3", "4", "5")),
    Argument("infection", message("whether it is an infection"), "yes_no"),
    Argument(
        "seriousness",
        message("criteria of seriousness it meets"),
        "choices",
        required=False,
        choices=SERIOUSNESS,
    ),
    Argument("causality", message("by intervention"), "pairs", required=False, choices=CAUSALITY),
    Argument(
        "expected", message("whether the reference safety information lists it"), "yes_no", required=False
    ),
    Argument("taken", message("what was done with the intervention"), "choice", choices=TAKEN),
    Argument("outcome", message("how it ended"), "choice", choices=OUTCOMES),
    Argument("aware", message("when the site first knew this"), "date_time"),
    Argument(
        "hypersensitivity", message("whether it is a hypersensitivity reaction"), "yes_no", required=False
    ),
)


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record an event under the participant's next number."""
    number = len(participant.adverse_events) + 1
    return check_event(view, values, participant) or propose(
        view, values, participant, number, kind="ae_reported"
    )


def propose(view: View, values: Values, participant: Participant, number: int, *, kind: str) -> Proposal:
    """The event of a report or follow-up, with the alerts it sets off."""
    data: dict[str, Any] = {"number": number, **written(values)}
    alerts = _alerts(view, participant, data)
    if alerts:
        data["alerts"] = alerts
    return Proposal(participant_stream(participant.id), kind, 1, data, {})


def _alerts(view: View, participant: Participant, data: dict[str, Any]) -> list[dict[str, Any]]:
    plain = {**data, "term": data["term"].text, "seriousness": tuple(data["seriousness"])}
    fields = AdverseEventVersion._fields
    version = AdverseEventVersion(position=0, **{name: plain[name] for name in fields if name != "position"})
    others = tuple(event for event in participant.adverse_events if event.number != data["number"])
    after = replace(participant, adverse_events=(*others, AdverseEvent(data["number"], (version,))))
    return raised_alerts(view, participant, after, days=frozenset((version.start,)), about=None)


def written(values: Values) -> dict[str, Any]:
    """An adverse event as its ledger event keeps it."""
    return {
        "term": Entered(values.text("term")),
        "infection": values.text("infection"),
        "start": values.text("start"),
        "end": values.text("end"),
        "grade": values.text("grade"),
        "seriousness": list(values.words("seriousness")),
        "causality": values.pairs("causality"),
        "expected": values.text("expected"),
        "action": values.text("taken"),
        "outcome": values.text("outcome"),
        "aware": values.text("aware"),
        "hypersensitivity": values.text("hypersensitivity"),
    }


def check_event(view: View, values: Values, participant: Participant) -> Refusal | None:
    """Refuse what cannot be: future days, an end before the start, awareness before it, death without grade 5.

    A site that does not know the arm judges the study treatment as such.
    """
    start, end = values.text("start"), values.text("end")
    known = {one.id for one in view.definition.interventions}
    if view.trial.blind:
        known.add(STUDY_TREATMENT)
    strange = tuple(name for name in values.pairs("causality") if name not in known)
    fatal = (
        values.text("grade") == "5",
        "death" in values.words("seriousness"),
        values.text("outcome") == "fatal",
    )
    return first_refusal(
        check_day(view, start, message("The start on")),
        check_day(view, end, message("The end on")) if end else None,
        refuse(message("The event ends on {end}, before it starts on {start}.", end=end, start=start))
        if end and end < start
        else None,
        _check_aware(view, start, values.text("aware")),
        refuse(message("The study has no intervention {names}.", names=strange)) if strange else None,
        refuse(
            message(
                "Grade 5, the seriousness criterion death and the outcome fatal go together; here only some of them are given."
            )
        )
        if any(fatal) != all(fatal)
        else None,
    )


def _check_aware(view: View, start: str, text: str) -> Refusal | None:
    """Nobody knows of an event before it begins, or later than now."""
    aware = datetime.fromisoformat(text)
    zone = view.place.time_zone if view.place else None
    local = aware.astimezone(ZoneInfo(zone)) if zone else aware
    if aware > view.moment:
        return refuse(
            message("The site cannot have known of it at {aware}: that is later than now.", aware=text)
        )
    if local.date().isoformat() < start:
        return refuse(
            message(
                "The site cannot have known of it at {aware}: it began on {start}.", aware=text, start=start
            )
        )
    return None


ACTION = Action(
    "report_ae",
    message("report an adverse event"),
    "participant",
    (WHO, *ARGUMENTS),
    for_participant(decide),
)
