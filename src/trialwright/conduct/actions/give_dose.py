"""give_dose: an intervention is given: as proposed, or otherwise with a reason; or taken before, on record only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.actions.report_deviation import next_deviation
from trialwright.conduct.administration import check_administration, doubts_of_day, expired
from trialwright.conduct.asked import asked_back
from trialwright.conduct.course_limits import course_queries
from trialwright.conduct.dosing.amounts import Amount, read_amount, read_dose
from trialwright.conduct.dosing.proposal import (
    DEVIATIONS,
    NOT_PROPOSED,
    DoseProposal,
    assess_dose,
    lies_within,
)
from trialwright.conduct.dosing.propose import propose_dose
from trialwright.conduct.dosing.usual import find_usual
from trialwright.conduct.given import find_interventions, is_run_in
from trialwright.conduct.recalculated import Changed, add_recalculated, recalculate
from trialwright.conduct.standing import (
    WHO,
    check_day,
    check_in_study,
    first_refusal,
    for_participant,
    no_visit,
    refuse,
)
from trialwright.conduct.told_twice import new_doubts
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Entered, Proposal
from trialwright.record.participant import Dose, Participant
from trialwright.record.taken import per_day
from trialwright.study.design import Intervention
from trialwright.study.model import Study
from trialwright.study.prose.figures import Prose, quantity, unit_words
from trialwright.terms.compare import equal
from trialwright.terms.message import Message, message, render
from trialwright.terms.quantity import parse_number
from trialwright.terms.stored_message import pack_message
from trialwright.terms.units import UnitError, converter, parse_unit

FREE = ("lot", "expiry", "started", "stopped", "reaction")
"""What is written freely about a dose."""


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record a dose with what was proposed for it, by which rule, from which facts."""
    known = {one.id: one for one in view.definition.interventions}
    intervention = known.get(values.text("intervention"))
    if intervention is None:
        return refuse(
            message(
                "The study has no intervention {id}; it has: {known}.",
                id=values.text("intervention"),
                known=tuple(known),
            )
        )
    start, end, visit = values.text("date"), values.text("end"), values.text("visit")
    problem = first_refusal(
        check_day(view, start, message("The dose of")),
        check_day(view, end, message("The end of the dose,")) if end else None,
        refuse(message("The dose ends on {end}, before it starts on {start}.", end=end, start=start))
        if end and end < start
        else None,
        no_visit(view, participant, visit) if visit and participant.visit(visit) is None else None,
        check_unit(values.text("unit")),
        check_amount(values.text("amount")),
        check_per_day(intervention, values.text("amount"), values.text("unit")),
    )
    if problem:
        return problem
    if values.yes("prior"):
        return _prior(view, values, participant, intervention)
    return _check_may(view, values, participant, intervention) or _give(
        view, values, participant, intervention
    )


def check_unit(unit: str) -> Refusal | None:
    """Refuse what is no UCUM unit; '' is none."""
    try:
        if unit:
            parse_unit(unit)
    except UnitError:
        return refuse(message("{unit} is no unit; write a UCUM unit, such as mg or mg/d.", unit=unit))
    return None


def check_per_day(intervention: Intervention, amount: str, unit: str) -> Refusal | None:
    """Refuse a daily dose that does not say that it is per day: is 35 mg the dose of a day, or of one tablet time?"""
    regimen = intervention.regimen
    if not unit or regimen is None or is_single(intervention) or regimen.limits_a_course or per_day(unit):
        return None
    planned = regimen.steps[0].amount or ""
    try:
        converter(f"{unit}/d", read_amount(planned).unit.replace("/kg", ""))
    except (
        UnitError
    ):  # another kind of unit: it cannot be compared with what is planned, and is judged as such
        return None
    return refuse(
        message(
            "{name} is taken daily, and {amount} {unit} does not say per day. Write the sum of a day as amount={amount} unit={unit}/d.",
            name=intervention.title,
            amount=amount,
            unit=unit,
        )
    )


def check_amount(amount: str) -> Refusal | None:
    """Refuse a number that no dose can have; '' is the proposed one."""
    if amount and parse_number(amount).high <= 0:
        return refuse(
            message(
                "A dose is more than 0, and {amount} is not. That none is given is told by hold_dose.",
                amount=amount,
            )
        )
    return None


def _prior(
    view: View, values: Values, participant: Participant, intervention: Intervention
) -> Proposal | Refusal:
    """Care given before week 0 that the record tells of: no proposal, no deviation."""
    if participant.allocated:
        return refuse(
            message(
                "{id} is allocated, and earlier care is recorded before that. What was left out of it: correct the dose that stands (target=dose/N values.end=...), or the form that tells of it.",
                id=participant.id,
            )
        )
    missing = tuple(name for name in ("amount", "unit") if not values.text(name))
    if missing:
        return refuse(message("Earlier care needs {names}.", names=missing))
    known = _told_already(values, participant, intervention)
    if known is not None:
        return refuse(
            message(
                "This is recorded already, as dose {number}: {amount} {unit} from {start}. What is wrong in it is corrected by target=dose/{number}.",
                number=known.number,
                amount=known.amount,
                unit=known.unit,
                start=known.start,
            )
        )
    return _written(
        view, values, participant, intervention, None, (values.text("amount"), values.text("unit")), ""
    )


def _told_already(values: Values, participant: Participant, intervention: Intervention) -> Dose | None:
    """The dose of earlier care that says the same: of the same amount, from the same day, and to the same one if it is said."""
    start = values.text("date")
    end = values.text("end") or (start if is_single(intervention) else "")
    given = read_dose(values.text("amount"), values.text("unit"))
    for dose in participant.doses:
        if not dose.prior or (dose.intervention, dose.start) != (intervention.id, start):
            continue
        known = read_dose(dose.amount, dose.unit)
        if given and known and _is_equal(given, known) and end in ("", dose.end):
            return dose
    return None


def _is_equal(one: Amount, other: Amount) -> bool:
    try:
        return equal(float(one.to(other.unit).value), float(other.value))
    except UnitError:
        return False


def _check_may(
    view: View, values: Values, participant: Participant, intervention: Intervention
) -> Refusal | None:
    """No dose of the treatment before allocation, none of another arm, none to one whose course has ended."""
    start, visit = values.text("date"), values.text("visit")
    own = {one.id for one in find_interventions(view.definition, participant)}
    allocated = participant.allocated.date if participant.allocated else ""
    return first_refusal(
        check_in_study(participant, day=max(start, values.text("end"))),
        refuse(
            message("{name} waits for allocation to an arm.", name=intervention.title)
            if participant.allocated is None
            else message("{name} is not given in this arm.", name=intervention.title)
        )
        if intervention.id not in own
        else None,
        refuse(message("{day} lies before consent.", day=start))
        if start < participant.consents[0].date
        else None,
        refuse(message("{day} lies before allocation of {date}.", day=start, date=allocated))
        if not is_run_in(view.definition, intervention) and start < allocated
        else None,
        refuse(
            message(
                "{name} was given at this visit already; a mistake is put right by correct.",
                name=intervention.title,
            )
        )
        if visit and is_single(intervention) and _given_at(participant, intervention, visit)
        else None,
        refuse(message("{name} was stopped for good.", name=intervention.title))
        if any(stop.intervention == intervention.id for stop in participant.discontinuations)
        else None,
    )


def is_single(intervention: Intervention) -> bool:
    """Whether one administration is given at a time, rather than a daily dose."""
    return intervention.regimen is not None and intervention.regimen.frequency == "once_per_encounter"


def _given_at(participant: Participant, intervention: Intervention, visit: str) -> bool:
    return any((dose.intervention, dose.visit) == (intervention.id, visit) for dose in participant.doses)


def _give(
    view: View, values: Values, participant: Participant, intervention: Intervention
) -> Proposal | Refusal:
    visit = participant.visit(values.text("visit"))
    on = values.day("date")
    assert on is not None  # noqa: S101  # the argument is required
    proposal = propose_dose(
        view.definition, participant, intervention.id, on=on, encounter=visit.encounter if visit else None
    )
    if not values.text("amount"):
        if proposal.outcome != "give" or proposal.amount is None:
            return refuse(
                *_why(proposal),
                message("If a dose was given all the same, amount= and unit= record it, with a reason."),
            )
        return _written(
            view,
            values,
            participant,
            intervention,
            proposal,
            (proposal.amount.number, proposal.amount.unit),
            "",
        )
    given = read_dose(values.text("amount"), values.text("unit"))
    if given is None:
        return refuse(message("A dose other than the proposed one needs an amount and its unit."))
    departure = assess_dose(proposal, given)
    if departure != "as_proposed" and not view.call.reason.strip():
        return refuse(message("This is not the proposed dose; say why it is given."), *_why(proposal))
    return _written(
        view,
        values,
        participant,
        intervention,
        proposal,
        (values.text("amount"), values.text("unit")),
        departure,
    )


def _why(proposal: DoseProposal) -> tuple[Any, ...]:
    """What was proposed, and why, as sentences."""
    said = [each.sentence for each in (*proposal.because, *proposal.missing)]
    if proposal.amount is not None:
        said.append(message("Proposed: {amount}.", amount=proposal.amount.shown))
    return tuple(said)


def _written(
    view: View,
    values: Values,
    participant: Participant,
    intervention: Intervention,
    proposal: DoseProposal | None,
    amount: tuple[str, str],
    departure: str,
) -> Proposal | Refusal:
    regimen = intervention.regimen
    single = is_single(intervention)
    start, end = values.text("date"), values.text("end")
    departs = departure not in ("", "as_proposed")
    data: dict[str, Any] = {
        "number": participant.next_number("dose"),
        "intervention": intervention.id,
        "concept": intervention.concept or "",
        "start": start,
        "end": end or (start if single else ""),
        "ongoing": not (end or single),
        "amount": Entered(amount[0]),
        "unit": Entered(amount[1]),
        "route": regimen.route if regimen else "",
        "visit": values.text("visit"),
        "proposed": f"{proposal.amount.number} {proposal.amount.unit}"
        if proposal and proposal.amount
        else "",
        "rule": proposal.rule if proposal else "",
        "because": list(proposal.facts) if proposal else [],
        "deviation": Entered(view.call.reason) if departs else "",
        **{name: Entered(values.text(name)) if values.text(name) else "" for name in FREE},
        "prior": proposal is None,
    }
    stated = {name: data[name] for name in Dose._fields if name not in ("position", "first")}
    plain = {name: values.text(name) for name in FREE} | {"amount": amount[0], "unit": amount[1]}
    dose = Dose(position=0, **{**stated, **plain, "deviation": view.call.reason if departs else ""})
    late = expired(view.definition, dose) if proposal else None  # of earlier care nobody here chose the lot
    problem = check_administration(view, dose) or _check_expiry(view, late)
    if problem:
        return problem
    deviations = []
    doubts = []
    if proposal and (departure in DEVIATIONS or proposal.deviation):
        said = dose.proposed or NOT_PROPOSED.get(proposal.outcome)
        deviations.append(dose_deviation(view.definition, participant, dose, proposal, proposed=said))
        if _is_doubtful(view.definition, participant, intervention, dose, proposal):
            doubts.append(_is_it_this(view.definition, dose))
    if late:
        deviations.append(expiry_deviation(participant, dose, late, found=len(deviations)))
    queries = dose_queries(view, participant, dose, asked_of=(dose,), single=single)
    queries += asked_back(participant, doubts, asked=len(queries))
    then = replace(participant, doses=(*participant.doses, dose))
    reads = Changed(frozenset([dose.concept]) if dose.concept else frozenset(), date.fromisoformat(start))
    _, follows = recalculate(view, then, reads)
    queries += add_recalculated(participant, data, follows, asked=len(queries))
    more = {"deviations": deviations, "queries": queries}
    data.update((name, found) for name, found in more.items() if found)
    return Proposal(participant_stream(participant.id), "dose_given", 1, data, {})


def _check_expiry(view: View, late: Message | None) -> Refusal | None:
    if late is None or view.call.reason.strip():
        return None
    return refuse(
        late,
        message("If it was given all the same, say why: it is recorded as a deviation from the protocol."),
    )


def dose_queries(
    view: View, participant: Participant, dose: Dose, *, asked_of: tuple[Dose, ...], single: bool
) -> list[dict[str, Any]]:
    """What is asked back about a dose, new or corrected.

    Where a form tells otherwise of its days; and of `asked_of`, the dose or none, whether it is of its visit's day.
    """
    others = tuple(one for one in participant.doses if one.number != dose.number)
    doses = tuple(sorted((*others, dose), key=lambda one: one.number))
    after = replace(participant, doses=doses)
    found = new_doubts(view.definition, participant, after)
    found += course_queries(view.definition, participant, after, asked=len(found))
    doubts = [
        doubt for one in asked_of for doubt in doubts_of_day(view.definition, participant, one, single=single)
    ]
    return [*found, *asked_back(participant, doubts, asked=len(found))]


def _is_doubtful(
    study: Study, participant: Participant, intervention: Intervention, dose: Dose, proposal: DoseProposal
) -> bool:
    """Whether an amount may be a slip of the pen: outside the limits, or with nothing to compare it with."""
    given = read_dose(dose.amount, dose.unit)
    if given is None:
        return True
    if proposal.amount is not None:
        return assess_dose(proposal, given) == "outside_limits"
    usual = find_usual(study, participant, intervention, on=proposal.on)
    return usual is None or not lies_within(given, *usual)


def _is_it_this(study: Study, dose: Dose) -> tuple[str, Message]:
    return (
        f"dose/{dose.number}",
        message(
            "Dose {number} of {intervention} is recorded as {amount} {unit}, and {proposed}. Is this the amount that was "
            "given?",
            number=dose.number,
            intervention=study.intervention_title(dose.intervention),
            amount=dose.amount,
            unit=dose.unit,
            proposed=say_proposed(dose),
        ),
    )


def say_proposed(dose: Dose) -> Message:
    """What was proposed when a dose was recorded, within a sentence."""
    if dose.proposed:
        return message("{amount} was proposed", amount=dose.proposed)
    return message("no dose was proposed")


def dose_deviation(
    study: Study,
    participant: Participant,
    dose: Dose,
    proposal: DoseProposal,
    *,
    proposed: Message | str | None,
) -> dict[str, Any]:
    """The deviation of a dose other than the proposed one, as its event keeps it.

    `proposed`: the proposed amount, or why there is none; None: nobody knows why. Major where nothing was proposed, and
    outside the limits, those that the definition names or else those of `assess_dose`: within them are the doses that the
    protocol holds to be safe. **Source**: ICH E3 questions and answers R1 (2012), 7: important deviations are those that
    may significantly affect a participant's rights, safety, or well-being.
    """
    said = message(
        "{intervention}: {amount} {unit} given; {proposed}.",
        intervention=study.intervention_title(dose.intervention),
        amount=dose.amount,
        unit=unit_words(dose.unit),
        proposed=message("{amount} proposed", amount=say_amount(proposed))
        if isinstance(proposed, str)
        else proposed or message("no dose was proposed"),
    )
    given = read_dose(dose.amount, dose.unit)
    grave = given is None or assess_dose(proposal, given) in ("outside_limits", "not_proposed")
    return _deviation(participant, dose, said, grave=grave, found=0)


def say_amount(text: str) -> Prose:
    """An amount as the ledger keeps it ("4 mg/d"), as people read it."""
    number, _, unit = text.partition(" ")
    return quantity(number, unit)


def expiry_deviation(participant: Participant, dose: Dose, late: Message, *, found: int) -> dict[str, Any]:
    """The deviation of a dose from a lot that had expired. `found`: how many deviations come before it."""
    return _deviation(participant, dose, late, grave=True, found=found)


def _deviation(
    participant: Participant, dose: Dose, said: Message, *, grave: bool, found: int
) -> dict[str, Any]:
    return {
        "number": next_deviation(participant) + found,
        "date": dose.start,
        "category": "dose",
        "severity": "major" if grave else "minor",
        "text": Entered(render(said, {})),  # it repeats what was entered
        "says": Entered(pack_message(said)),
        "visit": dose.visit,
    }


ACTION = Action(
    "give_dose",
    message("record a dose: the proposed one, or another with a reason"),
    "participant",
    (
        WHO,
        Argument("intervention", message("which intervention"), "id"),
        Argument("date", message("its day; of a daily dose, the first"), "date"),
        Argument(
            "end", message("of a daily dose, the last day; empty while it goes on"), "date", required=False
        ),
        Argument("amount", message("only if it is not the proposed dose"), "number", required=False),
        Argument("unit", message("its UCUM unit, per day for a daily dose"), "text", required=False),
        Argument("visit", message("at which visit"), "id", required=False),
        Argument("lot", message("lot number"), "text", required=False),
        Argument("expiry", message("expiry of the lot"), "text", required=False),
        Argument("started", message("time at which an infusion began"), "text", required=False),
        Argument("stopped", message("time at which it ended"), "text", required=False),
        Argument("reaction", message("reaction to it"), "text", required=False),
        Argument(
            "prior",
            message("whether it was care before the study treatment, on record only"),
            "yes_no",
            required=False,
        ),
    ),
    for_participant(decide),
    reason="optional",
    writes=("dose_given",),
)
