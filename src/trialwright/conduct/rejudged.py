"""Doses judged anew: a correction changes what would have been proposed for a dose that is on record already.

A weight is corrected, and the infusion was computed from the wrong one. What was given is then another dose than the
protocol asks for, or a deviation of before is none: each such dose is compared with what would have been proposed by the
corrected record, its deviation follows from that, and a person is asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trialwright.conduct.actions.give_dose import dose_deviation, say_amount
from trialwright.conduct.actions.report_deviation import next_deviation
from trialwright.conduct.asked import asked_back
from trialwright.conduct.dosing.amounts import read_dose
from trialwright.conduct.dosing.present import exact_day
from trialwright.conduct.dosing.proposal import DEVIATIONS, NOT_PROPOSED, DoseProposal, assess_dose
from trialwright.conduct.dosing.propose import propose_dose
from trialwright.conduct.trial import View
from trialwright.record.event import Proposal
from trialwright.record.participant import Dose, Participant
from trialwright.study.model import Study
from trialwright.terms.message import Message, message
from trialwright.terms.stored_message import unpack_message


def with_doses_judged(view: View, participant: Participant, proposed: Proposal) -> Proposal:
    """Add to a correction the doses for which it changes the proposal: their deviations, and what is asked about them.

    `participant`: before the correction. Earlier care is not judged, nor a dose that the correction itself is about.
    """
    after = view.trial.after(proposed, view.call)
    if after is None or not any(not dose.prior for dose in after.doses):
        return proposed
    data: dict[str, Any] = dict(proposed.data)
    own, asked = list(data.get("deviations", ())), list(data.get("queries", ()))
    found: list[dict[str, Any]] = []
    doses: list[dict[str, Any]] = []
    questions: list[tuple[str, Message]] = []
    before = {dose.number: dose for dose in participant.doses}
    for dose in after.doses:
        was = before.get(dose.number)
        if was is None or dose.prior or _itself(was) != _itself(dose):
            continue
        proposal = _changed(view.definition, participant, after, was, dose)
        if proposal is None:
            continue
        judged = dose._replace(proposed=_kept(proposal), rule=proposal.rule, because=proposal.facts)
        doses.append(
            {
                "number": dose.number,
                "proposed": judged.proposed,
                "rule": judged.rule,
                "because": list(judged.because),
            }
        )
        deviation = _deviation(view.definition, participant, judged, proposal)
        if deviation is not None:
            number = next_deviation(participant) + len(own) + len(found)
            found.append({**deviation, "number": number, "dose": dose.number})
            question = _question(view.definition, judged, proposal)
            if not _is_asked(participant, dose, question):
                questions.append((f"dose/{dose.number}", question))
    if not doses:
        return proposed
    data["doses"] = doses
    queries = [*asked, *asked_back(participant, questions, asked=len(asked))]
    data |= {name: value for name, value in (("deviations", [*own, *found]), ("queries", queries)) if value}
    return replace(proposed, data=data)


def _is_asked(participant: Participant, dose: Dose, question: Message) -> bool:
    """Whether the same is asked about the dose already, by an earlier correction, and not answered yet."""
    for query in participant.queries:
        said = unpack_message(query.says) if query.says else None
        same = isinstance(said, Message) and said.template == question.template
        if same and query.path == f"dose/{dose.number}" and query.state == "open":
            return True
    return False


def _itself(dose: Dose) -> tuple[str, ...]:
    """What a dose says of itself; its last day may follow from another dose."""
    return (dose.intervention, dose.start, dose.amount, dose.unit, dose.visit)


def _changed(
    study: Study, before: Participant, after: Participant, was: Dose, dose: Dose
) -> DoseProposal | None:
    """What would be proposed for a dose now; None where that is the same as before the correction."""
    first, now = _proposed(study, before, was), _proposed(study, after, dose)
    if first is None or now is None or (first.outcome, first.amount) == (now.outcome, now.amount):
        return None
    return now


def _proposed(study: Study, participant: Participant, dose: Dose) -> DoseProposal | None:
    """What would have been proposed for a dose, as if it and what was told after it were not on record."""
    on = exact_day(dose.start)
    known = next((each for each in study.interventions if each.id == dose.intervention), None)
    if on is None or known is None or known.regimen is None:
        return None
    visit = participant.visit(dose.visit) if dose.visit else None
    then = replace(
        participant,
        doses=tuple(one for one in participant.doses if one.number < dose.number),
        holds=tuple(one for one in participant.holds if one.position < dose.told),
        discontinuations=tuple(one for one in participant.discontinuations if one.position < dose.told),
    )
    encounter = visit.encounter if visit else None
    return propose_dose(study, then, dose.intervention, on=on, encounter=encounter)


def _kept(proposal: DoseProposal) -> str:
    amount = proposal.amount
    return f"{amount.number} {amount.unit}" if amount is not None else ""


def _deviation(
    study: Study, participant: Participant, dose: Dose, proposal: DoseProposal
) -> dict[str, Any] | None:
    given = read_dose(dose.amount, dose.unit)
    departure = assess_dose(proposal, given) if given else "outside_limits"
    if departure not in DEVIATIONS and not proposal.deviation:
        return None
    said = dose.proposed or NOT_PROPOSED.get(proposal.outcome)
    return dose_deviation(study, participant, dose, proposal, proposed=said)


def _question(study: Study, dose: Dose, proposal: DoseProposal) -> Message:
    """Asked about a dose that is another one than the corrected record asks for."""
    said: Message = (
        message("{amount} would have been proposed", amount=say_amount(dose.proposed))
        if dose.proposed
        else NOT_PROPOSED.get(proposal.outcome, message("no dose was proposed"))
    )
    return message(
        "By the corrected record dose {number} of {intervention}, {amount} {unit}, is another one than the protocol asks for: {corrected}. Is this the amount that was given, and what follows from it?",
        number=dose.number,
        intervention=study.intervention_title(dose.intervention),
        amount=dose.amount,
        unit=dose.unit,
        corrected=said,
    )


__all__ = ["with_doses_judged"]
