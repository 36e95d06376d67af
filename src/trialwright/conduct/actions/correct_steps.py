"""What a correction of a step into the trial may change: the day of a consent or of enrolment, an arm that a person chose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trialwright.conduct.action import Refusal
from trialwright.conduct.actions.report_deviation import next_deviation
from trialwright.conduct.asked import asked_back
from trialwright.conduct.moved import done_before
from trialwright.conduct.standing import check_order, check_stated_day, first_refusal, refuse
from trialwright.conduct.trial import View, is_randomised, participant_stream
from trialwright.record.event import Entered, Proposal
from trialwright.record.participant import Participant
from trialwright.terms.digits import is_count
from trialwright.terms.message import Message, message, render
from trialwright.terms.stored_message import pack_message


def correct_step(
    view: View, participant: Participant, target: str, given: Mapping[str, str]
) -> Proposal | Refusal:
    """Correct a consent, the enrolment or the allocation, or say what is done instead.

    Nothing of the kind is taken back: who was consented, enrolled or allocated by mistake leaves the trial
    (`withdraw_consent`), and a person reports the deviation.
    """
    kind, _, key = target.partition("/")
    if given == {"recorded": "false"}:
        return refuse(
            message(
                "What is recorded as {kind} is not taken back: the numbers of the study, and what was done for other participants, followed from it. Whoever does not belong in the trial leaves it by withdraw_consent, and report_deviation says what happened.",
                kind=kind,
            )
        )
    if kind == "consent":
        return _consent(view, participant, key, given)
    if kind == "enrolment":
        return _enrolment(view, participant, given)
    return _allocation(view, participant, given)


def _consent(view: View, participant: Participant, key: str, given: Mapping[str, str]) -> Proposal | Refusal:
    consents = participant.consents
    if not is_count(key) or not 1 <= int(key) <= len(consents) or set(given) != {"date"}:
        return refuse(
            message(
                "Of a consent the day may be corrected: target=consent/N values.date=...; recorded are: {known}.",
                known=tuple(f"consent/{index} ({each.date})" for index, each in enumerate(consents, start=1)),
            )
        )
    number, day = int(key), given["date"]
    consent = consents[number - 1]
    before = consents[number - 2].date if number > 1 else ""
    after = consents[number].date if number < len(consents) else ""
    problem = first_refusal(
        check_stated_day(view, participant, day, message("Consent of"), prior=True),
        refuse(message("Nothing is changed.")) if day == consent.date else None,
        check_order(
            before, day, message("Consent of {day} lies before the one of {last}.", day=day, last=before)
        ),
        check_order(
            day, after, message("Consent of {day} lies after the one of {next}.", day=day, next=after)
        ),
        None
        if any(version == consent.version and since <= day for version, since in view.site.approved)
        else refuse(
            message(
                "On {day} the version of the study that this consent speaks of was not approved at this site.",
                day=day,
            )
        ),
    )
    if problem:
        return problem
    questions = _before_consent(participant, day, since=consent.date) if number == 1 else ()
    queries = asked_back(participant, ((f"consent/{number}", each) for each in questions))
    return _corrected(participant, f"consent/{number}", {"date": day}, queries=queries)


def _before_consent(participant: Participant, day: str, *, since: str) -> Iterator[Message]:
    """What lies before the corrected day of consent, and did not before the one that stood."""
    early = tuple(f"{what} ({on})" for what, on in done_before(participant, day) if on >= since)
    if early:
        yield message(
            "The corrected consent is of {day}; these lie before it: {things}. Which days are right? What was done without consent is a deviation to be reported.",
            day=day,
            things=early,
        )


def _enrolment(view: View, participant: Participant, given: Mapping[str, str]) -> Proposal | Refusal:
    enrolled = participant.enrolled
    if enrolled is None:
        return refuse(message("{id} is not enrolled.", id=participant.id))
    if set(given) != {"date"}:
        return refuse(message("Of the enrolment the day may be corrected: values.date=..."))
    day, allocated = given["date"], participant.allocated
    until = allocated.date if allocated else ""
    problem = first_refusal(
        check_stated_day(view, participant, day, message("Enrolment of"), prior=False),
        refuse(message("Nothing is changed.")) if day == enrolled.date else None,
        check_order(day, until, message("{day} lies after allocation of {date}.", day=day, date=until)),
    )
    return problem or _corrected(participant, "enrolment", {"date": day})


def _allocation(view: View, participant: Participant, given: Mapping[str, str]) -> Proposal | Refusal:
    allocated = participant.allocated
    if allocated is None:
        return refuse(message("{id} has not been allocated.", id=participant.id))
    if any(is_randomised(view.trial.definition(version)) for version in view.trial.versions()):
        return refuse(
            message(
                "The arm was drawn; it is never corrected, and the analysis keeps the participant in it. Treatment by another arm is a deviation: report_deviation."
            )
        )
    arms = {arm.id: arm.title for arm in view.definition.arms}
    arm = given.get("arm", "")
    if set(given) != {"arm"} or arm not in arms or arm == allocated.arm:
        return refuse(
            message(
                "Of the allocation the arm may be corrected where a person typed another one than was meant: values.arm=..., one of {arms}; recorded is {arm}.",
                arms=tuple(arms),
                arm=allocated.arm,
            )
        )
    said = message(
        "The arm was corrected from {before} to {after}: another one had been entered than was assigned.",
        before=allocated.arm,
        after=arm,
    )
    deviation = {
        "number": next_deviation(participant),
        "date": allocated.date,
        "category": "allocation",
        "severity": "",  # no rule of the protocol rates it; a person may
        "text": Entered(render(said, {})),
        "says": Entered(pack_message(said)),
        "visit": "",
    }
    # what was given by the other arm is asked about as every dose that is judged anew
    return _corrected(participant, "allocation", {"arm": arm}, deviations=[deviation])


def _corrected(
    participant: Participant, target: str, values: Mapping[str, object], **more: list[dict[str, Any]]
) -> Proposal:
    data: dict[str, Any] = {"target": target, "values": values}
    data |= {name: things for name, things in more.items() if things}
    return Proposal(participant_stream(participant.id), "corrected", 1, data, {})
