"""Why a safety finding is unknown, or rests on a cautious assumption: codes of this room beside those of `logic`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trialwright.logic.reasons import REASONS as OF_RULES
from trialwright.terms.message import Message, message

REASONS: Mapping[str, Message] = {
    **OF_RULES,
    "grade_not_defined": message("this version of the standard has no numbers for the term"),
    "baseline_range_missing": message("the baseline result has no reference range of its own"),
    "awareness_missing": message("when the site knew of it is not recorded"),
    "causality_missing": message("nobody has said yet whether an investigational product may have caused it"),
    "expectedness_missing": message("nobody has said yet whether it was expected"),
    "fatal_outcome": message("the outcome is recorded as fatal"),
    "became_fatal": message("it has become fatal since"),
    "became_life_threatening": message("it has become life-threatening since"),
    "reportable_again": message("it must be reported again, after it need not have been"),
    "arm_unknown": message("the arm is not known"),
}
"""Every reason code a finding of this room may carry."""

_FIRST = (
    "unit_unknown",
    "value_unreadable",
    "value_censored",
    "range_missing",
    "no_baseline",
    "baseline_range_missing",
)


def leading(codes: Iterable[str]) -> str:
    """The reason to show of several: what is wrong with the result itself before what is wrong with its baseline."""
    given = [code for code in codes if code]
    return next((code for code in (*_FIRST, *given) if code in given), "")
