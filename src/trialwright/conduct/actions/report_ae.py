"""report_ae: an adverse event, as first known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.alerts import raised_alerts
from trialwright.conduct.asked import asked_back
from trialwright.conduct.standing import WHO, check_day, first_refusal, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.conduct.unfinished import ask_unexplained, still_unexplained
from trialwright.record.event import Entered, Proposal
from trialwright.record.participant import AdverseEvent, AdverseEventVersion, Participant
from trialwright.safety.reportable import STUDY_TREATMENT
from trialwright.study.safety import Seriousness
from trialwright.terms.message import Message, message

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

OVER = ("recovered", "recovered_with_sequelae")
"""Outcomes of an event that has ended."""

GOES_ON = ("recovering", "not_recovered")
"""Outcomes of an event that goes on."""

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
    """Record an event under the participant's next number; the same event is not reported a second time unasked."""
    known = stated(values)
    number = participant.next_number("ae")
    return (
        check_event(view, known)
        or _check_known(view, participant, known)
        or propose(view, participant, number, known, kind="ae_reported")
    )


def propose(
    view: View, participant: Participant, number: int, known: AdverseEventVersion, *, kind: str
) -> Proposal:
    """The event of a report or follow-up, with the alerts it sets off and what is asked back."""
    data: dict[str, Any] = {"number": number, **written(known)}
    more = {
        "alerts": _alerts(view, participant, number, known),
        "queries": _queries(participant, _after(participant, number, known), number),
    }
    data.update((name, found) for name, found in more.items() if found)
    return Proposal(participant_stream(participant.id), kind, 1, data, {})


def _alerts(
    view: View, participant: Participant, number: int, known: AdverseEventVersion
) -> list[dict[str, Any]]:
    after = _after(participant, number, known)
    return raised_alerts(view, participant, after, days=frozenset((known.start,)), about=None)


def _after(participant: Participant, number: int, known: AdverseEventVersion) -> Participant:
    """The participant with the event as it is known now."""
    others = tuple(event for event in participant.adverse_events if event.number != number)
    return replace(participant, adverse_events=(*others, AdverseEvent(number, (known,))))


def _queries(participant: Participant, after: Participant, number: int) -> list[dict[str, Any]]:
    """What is asked back, unless the same was asked before.

    Where outcome and last day contradict each other; and at a follow-up, where treatment is still said to have been held
    or stopped and nothing of the kind is recorded since the event was reported.
    """
    earlier = next((event.current for event in participant.adverse_events if event.number == number), None)
    before = find_contradiction(number, earlier) if earlier else None
    found = find_contradiction(number, after.adverse_events[-1].current)
    questions = [(f"ae/{number}", found)] if found and found != before else []
    unexplained = {question for about, question in ask_unexplained(participant) if about == number}
    questions += [each for each in still_unexplained(after) if each[1] in unexplained]
    return asked_back(participant, questions)


def find_contradiction(number: int, known: AdverseEventVersion) -> Message | None:
    """What is asked where outcome and last day of an event contradict each other; None where they do not."""
    if known.outcome in OVER and not known.end:
        return message(
            "Adverse event {number} has the outcome {outcome} and no last day. When did it end?",
            number=number,
            outcome=known.outcome,
        )
    if known.outcome in GOES_ON and known.end:
        return message(
            "Adverse event {number} has the outcome {outcome} and the last day {end}. Which of them is right?",
            number=number,
            outcome=known.outcome,
            end=known.end,
        )
    return None


def stated(values: Values) -> AdverseEventVersion:
    """An adverse event as the arguments state it, before the ledger gives it a position."""
    return AdverseEventVersion(
        position=0,
        term=values.text("term"),
        infection=values.text("infection"),
        start=values.text("start"),
        end=values.text("end"),
        grade=values.text("grade"),
        seriousness=values.words("seriousness"),
        causality=values.pairs("causality"),
        expected=values.text("expected"),
        action=values.text("taken"),
        outcome=values.text("outcome"),
        aware=values.text("aware"),
        hypersensitivity=values.text("hypersensitivity"),
    )


def written(known: AdverseEventVersion) -> dict[str, Any]:
    """An adverse event as its ledger event keeps it."""
    parts = {name: value for name, value in known._asdict().items() if name != "position"}
    return {
        **parts,
        "term": Entered(known.term),
        "seriousness": list(known.seriousness),
        "causality": dict(known.causality),
    }


def _check_known(view: View, participant: Participant, known: AdverseEventVersion) -> Refusal | None:
    """Ask back where an event of the same words and first day is on record; a reason says that it is another one."""
    if view.call.reason.strip():
        return None
    same = [
        event.number
        for event in participant.adverse_events
        if (_words(event.current.term), event.current.start) == (_words(known.term), known.start)
    ]
    if not same:
        return None
    return refuse(
        message(
            "Adverse event {number} of {id} has the same term and first day; what became known of it since is "
            "recorded by update_ae. If this is another event, give a reason that says so.",
            number=same[0],
            id=participant.id,
        )
    )


def _words(term: str) -> str:
    return " ".join(term.split()).casefold()


def check_event(view: View, known: AdverseEventVersion) -> Refusal | None:
    """Refuse what cannot be: future days, an end before the start, awareness before it, death without grade 5.

    A site that does not know the arm judges the study treatment as such.
    """
    start, end = known.start, known.end
    interventions = {one.id for one in view.definition.interventions}
    if view.trial.blind:
        interventions.add(STUDY_TREATMENT)
    strange = tuple(name for name in known.causality if name not in interventions)
    fatal = (known.grade == "5", "death" in known.seriousness, known.outcome == "fatal")
    return first_refusal(
        check_day(view, start, message("The start on")),
        check_day(view, end, message("The end on")) if end else None,
        refuse(message("The event ends on {end}, before it starts on {start}.", end=end, start=start))
        if end and end < start
        else None,
        _check_aware(view, start, known.aware),
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
    reason="optional",
    writes=("ae_reported",),
)
