"""Reason codes: why a finding is what it is. Their order is also their rank where several apply at once.

Engines that compute in columns carry the rank; people see the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trialwright.terms.message import Message, message

REASONS: Mapping[str, Message] = {
    "": message("certain"),
    "value": message("decided by the value"),
    "present": message("recorded"),
    "absent": message("not recorded"),
    "stated": message("the reading says so"),
    "in_range": message("within the limits"),
    "value_out_of_range": message("outside the limits"),
    "no_record": message("no result is recorded in the time that counts"),
    "no_baseline": message("there is no baseline value"),
    "not_asked": message("nobody has asked yet"),
    "can_be_given": message("not given so far; nothing recorded rules it out"),
    "surrogate_only": message("only a substitute measurement is recorded, which does not decide"),
    "attribution_missing": message("a clinician has not yet said what it is due to"),
    "biopsy_item_missing": message("not recorded for the day of the latest biopsy"),
    "birth_date_missing": message("no readable birth date"),
    "sex_unknown": message("the sex is not recorded"),
    "weight_missing": message("no weight is recorded to divide the dose by"),
    "not_computable": message("the calculation has no result for these values"),
    "not_computed": message("this criterion has no computable reading yet"),
    "equation_not_valid": message("the equation is not valid at this age"),
    "range_missing": message("the result has no reference range of its own"),
    "unit_unknown": message("the result has no unit, or one that is not known for this analyte"),
    "value_censored": message("the result is only known to lie below or above a limit"),
    "value_unreadable": message("the result cannot be read"),
    "value_implausible": message(
        "the value lies outside what the study's forms accept for its participants; check the number and its unit"
    ),
    "dose_missing": message("the dose is not recorded"),
    "route_missing": message("the route is not recorded"),
    "status_uncertain": message("the diagnosis is not confirmed"),
    "end_missing": message("the end is not recorded"),
    "date_imprecise": message("the date is not precise enough"),
    "date_missing": message("the date is not recorded"),
    "conflict": message("the records contradict each other"),
    "kind_not_covered": message("the source does not hold this kind of data"),
    "record_unreadable": message("a record of this kind could not be read"),
    "judgement": message("only an investigator can judge this"),
    "deceased": message("recorded as deceased"),
}

RANK: Mapping[str, int] = {code: rank for rank, code in enumerate(REASONS)}
CODES: tuple[str, ...] = tuple(REASONS)


def strongest(codes: Iterable[str]) -> str:
    """The reason with the highest rank; '' of none."""
    return max(codes, key=RANK.__getitem__, default="")
