"""The proposal for one intervention: whether a dose is planned, whether something forbids it, and how much it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from trialwright.conduct.dosing.adjust import Judged, having, judge_adjustments
from trialwright.conduct.dosing.case import Case, open_case
from trialwright.conduct.dosing.containers import prepare
from trialwright.conduct.dosing.course import propose_course
from trialwright.conduct.dosing.present import exact_day
from trialwright.conduct.dosing.proposal import Alert, Because, DoseProposal, find_step
from trialwright.conduct.dosing.queried import say_queried
from trialwright.conduct.dosing.steady import propose_steady
from trialwright.conduct.dosing.tapering import propose_taper
from trialwright.conduct.given import find_interventions, is_run_in_only
from trialwright.conduct.schedule import derive_end
from trialwright.record.participant import Dose, Participant
from trialwright.study.model import Study
from trialwright.study.prose.words import within_sentence
from trialwright.terms.message import Message, message


def propose_dose(
    study: Study, participant: Participant, intervention: str, *, on: date, encounter: str | None
) -> DoseProposal:
    """Propose the dose of an intervention for a participant.

    `on`: the calendar day at the site. `encounter`: the id of the visit of the schedule, None outside visits. Giving
    the dose is another step. Raises `KeyError` for an intervention the study does not have, and `StudyInvalid` for rules
    that cannot be understood.

    **Source**: the regimen of the study definition; for BEAM the protocol, Interventions.
    """
    found = next((each for each in study.interventions if each.id == intervention), None)
    if found is None:
        raise KeyError(intervention)
    case = open_case(study, participant, found, on=on, encounter=encounter)
    if case is None:
        return _not_planned(
            DoseProposal(intervention, on, "not_planned"),
            message("The definition says {name} in words only; no dose is computed.", name=found.title),
        )
    why_not = _why_not_planned(case)
    if why_not is not None:
        return _not_planned(DoseProposal(intervention, on, "not_planned"), why_not)
    judged = judge_adjustments(case.regimen, case.rules, case.present, case.context)
    proposal = _forbidden(case, judged) or _amount(case, judged)
    proposal = replace(proposal, alerts=(*proposal.alerts, *_alerts(case, judged)))
    return replace(proposal, alerts=(*say_queried(case, _inputs(proposal, judged)), *proposal.alerts))


def propose_doses(
    study: Study, participant: Participant, *, on: date, encounter: str | None
) -> tuple[DoseProposal, ...]:
    """Propose the doses of every intervention that the participant receives and that has a regimen, in their order."""
    return tuple(
        propose_dose(study, participant, each.id, on=on, encounter=encounter)
        for each in find_interventions(study, participant)
        if each.regimen is not None
    )


def _not_planned(proposal: DoseProposal, why: Message) -> DoseProposal:
    return replace(proposal, because=(Because(why),))


def _why_not_planned(case: Case) -> Message | None:
    """Why no dose is planned, told by arm, course of the participant, visit and day; None where one is."""
    regimen, name = case.regimen, case.intervention.title
    end = derive_end(case.participant)
    if end is not None and end.day <= case.on:
        return message("The participant's course in the study has ended: {why}.", why=end.why)
    if case.intervention not in find_interventions(case.study, case.participant):
        if case.participant.allocated is None:
            return message("{name} waits for allocation to an arm.", name=name)
        return message("{name} is not given in this arm.", name=name)
    if case.participant.allocated is not None and is_run_in_only(case.study, case.intervention):
        return message("{name} belongs to the time before allocation.", name=name)
    if regimen.frequency == "once_per_encounter" and case.encounter not in regimen.encounters:
        return message("{name} is not given at this visit.", name=name)
    if regimen.begins is not None:
        first = case.day(regimen.begins)
        if first is not None and case.on < first:
            return message("{name} begins on {day}.", name=name, day=first)
    if regimen.stops is not None:
        last = case.day(regimen.stops)
        if last is not None and case.on >= last:
            return message("{name} is no longer given from {day} on.", name=name, day=last)
    return None


def _forbidden(case: Case, judged: tuple[Judged, ...]) -> DoseProposal | None:
    """Stop before hold, and both before what cannot be told; None where certainly nothing forbids the dose."""
    base = DoseProposal(case.intervention.id, case.on, "stop")
    stopped = case.present.stopped
    if stopped is not None:
        said = message(
            "{name} was stopped for good on {day}.", name=case.intervention.title, day=stopped.date
        )
        return replace(base, rule=case.rule("discontinued"), because=(Because(said),))
    for action in ("stop", "hold"):
        for each in having(judged, action):
            if each.truth:
                return replace(
                    base,
                    outcome="stop" if action == "stop" else "hold",
                    rule=case.rule(each.adjustment.id),
                    because=each.because(case.words),
                )
    open_ones = [each for each in having(judged, "stop", "hold") if each.truth is None]
    if open_ones:
        missing = tuple(each.found(case.words) for each in open_ones)
        return replace(base, outcome="refused", missing=tuple(dict.fromkeys(missing)))
    return None


def _amount(case: Case, judged: tuple[Judged, ...]) -> DoseProposal:
    regimen = case.regimen
    if regimen.limits_a_course:
        proposal = propose_course(case)
    elif len(regimen.steps) > 1 or regimen.steps[0].change:
        proposal = propose_taper(case)
    else:
        proposal = propose_steady(case, judged)
    proposal = replace(proposal, rounded_to=find_step(regimen))
    if proposal.amount is not None and regimen.preparation is not None:
        proposal = replace(proposal, preparation=prepare(proposal.amount, regimen.preparation))
    return proposal


def _inputs(proposal: DoseProposal, judged: tuple[Judged, ...]) -> Iterator[str]:
    """The ids of the facts that a proposal was made from: those behind it, and those by which nothing else applied."""
    for said in (*proposal.because, *proposal.missing):
        yield from said.facts
    for alert in proposal.alerts:
        yield from alert.facts
    for each in judged:
        for leaf in each.finding.leaves():
            yield from (fact.fact for fact in leaf.facts)


def _alerts(case: Case, judged: tuple[Judged, ...]) -> tuple[Alert, ...]:
    """Adjustments that only alert, what of them is not known, interruptions, and a dose of this visit already given."""
    alerts = []
    for each in having(judged, "alert"):
        found = each.found(case.words)
        if each.truth:
            alerts.append(Alert(each.adjustment.id, each.adjustment.because))
        if each.truth is not False:
            alerts.append(Alert(each.adjustment.id, *found))
    if case.present.held is not None:
        alerts.append(
            Alert(
                "held",
                message(
                    "{name} has been interrupted since {day}; a dose would end the interruption.",
                    name=case.intervention.title,
                    day=case.present.held.start,
                ),
            )
        )
    given = [f"dose/{dose.number}" for dose in case.participant.doses if _is_the_same(case, dose)]
    if given:
        said = message(
            "A dose of {name} is already recorded for this day or visit.",
            name=within_sentence(case.intervention.title),
        )
        alerts.append(Alert("given_already", said, tuple(given)))
    return tuple(alerts)


def _is_the_same(case: Case, dose: Dose) -> bool:
    """Whether a dose on record is the one proposed: of this visit, or of this day of a course."""
    if dose.intervention != case.intervention.id:
        return False
    if case.regimen.frequency == "once_per_encounter":
        return case.encounter is not None and dose.visit == case.encounter
    first, last = exact_day(dose.start), exact_day(dose.end)
    within = first is not None and first <= case.on and (dose.ongoing or (last or first) >= case.on)
    return case.regimen.limits_a_course and within
