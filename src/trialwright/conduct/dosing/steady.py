"""A dose that stays the same until a rule changes it: per kilogram at a visit, or day by day within limits."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from trialwright.conduct.dosing.adjust import Judged, having
from trialwright.conduct.dosing.amounts import Amount, read_amount, round_amount
from trialwright.conduct.dosing.case import Case
from trialwright.conduct.dosing.planned import plan_first_dose
from trialwright.conduct.dosing.proposal import Alert, Because, DoseProposal
from trialwright.study.prose.findings import say_leaf
from trialwright.study.regimen import DoseAdjustment
from trialwright.study.schedule import parse_offset
from trialwright.terms.message import message
from trialwright.terms.units import UnitError


class _Candidate(NamedTuple):
    """A dose that may have to be proposed, with the adjustment it comes from; `remark`: why it did not change more.

    `amount` None: the change would lead further out of the limits of the protocol.
    """

    amount: Amount | None
    judged: Judged | None
    remark: Alert | None = None


def propose_steady(case: Case, judged: tuple[Judged, ...]) -> DoseProposal:
    """Propose the dose that the first adjustment which holds gives, else the one that carries on.

    Where a rule cannot be decided, a dose is proposed only if it would be the same either way.
    """
    base = DoseProposal(
        case.intervention.id,
        case.on,
        "refused",
        low=case.limit(case.regimen.low),
        high=case.limit(case.regimen.high),
    )
    changes = list(having(judged, "set", "change"))
    present = _present(case)
    if present is None and case.present.taken and _needs_present(case, changes):
        said = message("The present dose of {name} is not exactly known.", name=case.intervention.title)
        return replace(base, missing=(Because(said, case.present.fact),))
    amount, rule, because = _carry_on(case, present)
    if amount is None:
        return replace(base, missing=because)
    candidates, open_ones = _candidates(case, changes, present, amount)
    if present is not None and any(each.amount is None for each in candidates):
        return replace(base, missing=_say_outside(case, present, candidates))
    if len({each.amount for each in candidates}) > 1:
        return replace(base, missing=_say_open(case, candidates, open_ones))
    chosen = candidates[-1]
    if chosen.judged is None:
        because = (*because, *_nothing_changes(case, changes))
        return replace(base, outcome="give", amount=amount, rule=rule, because=because)
    return _adjusted(case, base, chosen, chosen.judged, present)


def _needs_present(case: Case, changes: list[Judged]) -> bool:
    return case.regimen.carry_on == "present_dose" or any(
        each.adjustment.action == "change" and each.truth is not False for each in changes
    )


def _present(case: Case) -> Amount | None:
    """The present dose in the unit of the planned one; None where there is none, or it cannot be compared."""
    planned = read_amount(case.regimen.steps[0].amount or "")
    if case.present.amount is None:
        return None
    try:
        return case.present.amount.to(planned.unit.replace("/kg", "", 1))
    except UnitError:
        return None


def _carry_on(case: Case, present: Amount | None) -> tuple[Amount | None, str, tuple[Because, ...]]:
    """The dose if no adjustment applies, its rule, and why; without a dose, what is missing."""
    if case.regimen.carry_on == "present_dose" and present is not None and _inside(case, present):
        said = message("The present dose of {dose} is kept.", dose=present.shown)
        return present, case.rule("carry_on"), (Because(said, case.present.fact),)
    planned = plan_first_dose(case, on=case.on)
    return planned.amount, case.rule("planned"), planned.because


def _inside(case: Case, amount: Amount) -> bool:
    low, high = case.limit(case.regimen.low), case.limit(case.regimen.high)
    above = low is None or amount.value >= low.to(amount.unit).value
    return above and (high is None or amount.value <= high.to(amount.unit).value)


def _candidates(
    case: Case, changes: list[Judged], present: Amount | None, carried: Amount
) -> tuple[list[_Candidate], list[Judged]]:
    """Every dose that may follow, as the undecided rules may turn out, and these rules; a certain one comes last."""
    found: list[_Candidate] = []
    open_ones: list[Judged] = []
    for each in changes:
        if each.truth is False:
            continue
        found.append(_changed(case, each, present))
        if each.truth:
            return found, open_ones
        open_ones.append(each)
    return [*found, _Candidate(carried, None)], open_ones


def _changed(case: Case, judged: Judged, present: Amount | None) -> _Candidate:
    adjustment = judged.adjustment
    if adjustment.action == "set":
        return _Candidate(read_amount(adjustment.amount or ""), judged)
    if present is None:
        raise ValueError("a change needs a present dose")
    return _limited(case, judged, present, _raw_change(adjustment, present))


def _raw_change(adjustment: DoseAdjustment, present: Amount) -> Amount:
    if adjustment.by is not None:
        share = read_amount(adjustment.by).value / Fraction(100)
        return Amount(present.value * (1 + share), present.unit)
    change = read_amount(adjustment.amount or "").to(present.unit)
    return Amount(present.value + change.value, present.unit)


def _limited(case: Case, judged: Judged, present: Amount, raw: Amount) -> _Candidate:
    """The change rounded and kept within the limits; one that would go nowhere, or the other way, is none."""
    rounded = round_amount(raw, case.regimen.rounding, present=present).value
    low, high = case.limit(case.regimen.low), case.limit(case.regimen.high)
    value = rounded if low is None else max(rounded, low.to(raw.unit).value)
    value = value if high is None else min(value, high.to(raw.unit).value)
    if (value - present.value) * (raw.value - present.value) > 0:
        return _Candidate(Amount(value, raw.unit), judged)
    if not _inside(case, present):
        return _Candidate(None, judged)
    template = (
        message("The present dose of {dose} is at the limit of the protocol and is kept.", dose=present.shown)
        if value != rounded
        else message("Rounded, the change leaves the present dose of {dose}.", dose=present.shown)
    )
    return _Candidate(present, judged, Alert("no_change", template, case.present.fact))


def _adjusted(
    case: Case, base: DoseProposal, chosen: _Candidate, judged: Judged, present: Amount | None
) -> DoseProposal:
    adjustment = judged.adjustment
    because = judged.because(case.words)
    assert chosen.amount is not None  # noqa: S101  # what leads out of the limits was refused before
    if adjustment.action == "change" and present is not None and chosen.remark is None:
        said = message("From {present} to {dose}.", present=present.shown, dose=chosen.amount.shown)
        because = (*because, Because(said, case.present.fact))
    again = parse_offset(adjustment.again_after).after(case.on) if adjustment.again_after else None
    if adjustment.action == "set":  # what the protocol sets here is its only limit
        base = replace(base, low=chosen.amount, high=chosen.amount)
    return replace(
        base,
        outcome="give",
        amount=chosen.amount,
        rule=case.rule(adjustment.id),
        because=because,
        alerts=(chosen.remark,) if chosen.remark else (),
        again_on=again,
        deviation=adjustment.deviation,
    )


def _say_outside(case: Case, present: Amount, candidates: list[_Candidate]) -> tuple[Because, ...]:
    """The present dose is outside the limits, and what may apply points further out: a person decides."""
    said = message(
        "The present dose of {dose} lies outside the limits of the protocol, and a change from it would or may lead "
        "further out of them. No dose is proposed.",
        dose=present.shown,
    )
    judged = [each.judged for each in candidates if each.amount is None and each.judged is not None]
    return (Because(said, case.present.fact), *dict.fromkeys(each.found(case.words) for each in judged))


def _say_open(case: Case, candidates: list[_Candidate], open_ones: list[Judged]) -> tuple[Because, ...]:
    """What is not known, and which doses it leaves open."""
    amounts = tuple(dict.fromkeys(each.amount.shown for each in candidates if each.amount is not None))
    said = [Because(message("It is open which of these doses is to be proposed: {doses}.", doses=amounts))]
    said += dict.fromkeys(each.found(case.words) for each in open_ones)
    if case.regimen.target and case.present.since:
        began = message(
            "Only levels dated after {day}, when the present dose began, count.", day=case.present.since
        )
        said.append(Because(began, case.present.fact))
    return tuple(said)


def _nothing_changes(case: Case, changes: list[Judged]) -> tuple[Because, ...]:
    """What was found where no change applies, each result once."""
    leaves = [leaf for each in changes for leaf in each.finding.leaves()]
    return tuple(
        dict.fromkeys(
            Because(say_leaf(leaf, case.words), tuple(fact.fact for fact in leaf.facts)) for leaf in leaves
        )
    )
