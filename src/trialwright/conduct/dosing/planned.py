"""The dose that the definition plans to begin with: as it stands, or for the body weight, capped and rounded."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from trialwright.conduct.dosing.amounts import Amount, exact, read_amount, round_amount
from trialwright.conduct.dosing.case import Case
from trialwright.conduct.dosing.proposal import Because
from trialwright.logic import nodes as n
from trialwright.logic.interpreter import evaluate, evaluate_number
from trialwright.study.prose.findings import say
from trialwright.study.prose.records import result
from trialwright.study.situation import open_context
from trialwright.terms.message import message


class Planned(NamedTuple):
    """A dose with the sentences behind it; `amount` None: not known, and the last sentence says what is missing."""

    amount: Amount | None
    because: tuple[Because, ...]


def plan_first_dose(case: Case, *, on: date) -> Planned:
    """Plan the dose of the first step of a regimen, from what is known on a day."""
    step = case.regimen.steps[0]
    planned = read_amount(step.amount or "")
    if planned.per_kg:
        amount, because = _for_weight(case, planned, on)
        if amount is None:
            return Planned(None, because)
    else:
        amount, because = planned, (Because(message("The protocol plans {dose}.", dose=planned.shown)),)
    maximum = case.limit(step.maximum)
    if maximum is not None and amount.value > maximum.to(amount.unit).value:
        amount = maximum.to(amount.unit)
        because = (*because, Because(message("No more than {dose}.", dose=amount.shown)))
    rounded = round_amount(amount, case.regimen.rounding, present=case.present.amount)
    if rounded != amount:
        because = (*because, Because(message("Rounded to {dose}.", dose=rounded.shown)))
    return Planned(rounded, because)


def _for_weight(case: Case, planned: Amount, on: date) -> tuple[Amount | None, tuple[Because, ...]]:
    weight = case.rules.weight
    if weight is None:
        raise ValueError("a dose per kilogram without a weight")  # the model of the regimen refuses it
    context = case.context if on == case.on else open_context(case.study, case.participant, on=on)
    bounds = evaluate_number(weight, context)
    facts = tuple(fact.fact for fact in bounds.facts)
    fact = bounds.low_fact
    if fact is None or bounds.low != bounds.high or bounds.low <= 0:
        asked = evaluate(n.Compare(">", weight, n.Literal(0.0, "0 kg")), context)
        if bounds.low != bounds.high:  # above 0, whichever it is; what is open is which
            asked = asked._replace(truth=None, reason=bounds.why or "value_censored")
        return None, (Because(say("unknown", asked.reason, asked, case.words), facts),)
    kilograms = Amount(exact(bounds.low), "kg")
    amount = planned.times_weight(kilograms.value)
    weighed = message("{result}.", result=result(fact, case.words, label=case.words.title(fact.concept)))
    said = message(
        "{planned} for {weight} is {dose}.",
        planned=planned.shown,
        weight=kilograms.shown,
        dose=amount.shown,
    )
    return amount, (Because(weighed, facts), Because(said, facts))
