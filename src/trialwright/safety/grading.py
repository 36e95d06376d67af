"""The grade of one laboratory result: by the limits of a pinned version, baseline-aware, unknown where anything is missing."""

from __future__ import annotations

from typing import NamedTuple

from trialwright.record.fact import ConceptType, Fact, Value, read_number, scale_value
from trialwright.safety.criteria import Criteria, Limit, Scale, Step, Table
from trialwright.safety.ctcae import TABLES
from trialwright.safety.reasons import leading
from trialwright.terms.compare import greater, greater_equal, less, less_equal
from trialwright.terms.message import Message, Text, message, render
from trialwright.terms.truth import Truth
from trialwright.terms.units import converter, parse_unit

_NO_NUMBER = frozenset({"unit_unknown", "value_unreadable", "value_implausible"})


class UnknownStandard(LookupError):
    """A standard, version or term whose limits are not held here; `message` says which are."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(render(sentence, {}))
        self.message = sentence


class Grade(NamedTuple):
    """A grade by the number alone: 0 (none) to 4, None where it is unknown.

    `lowest`, `highest`: the grades it can be. `reason`: the code of `safety.reasons` for an unknown one. `clinical`: what
    would make the grade higher than the number does, for a clinician to judge. `baseline`: the result it was read against.
    """

    term: str
    version: str
    value: int | None
    lowest: int
    highest: int
    reason: str
    fact: Fact
    baseline: Fact | None
    clinical: tuple[tuple[int, Text], ...] = ()


def find_table(standard: str, version: str) -> Table:
    """The limits of one version of a standard. Raises `UnknownStandard`."""
    if (standard, version) not in TABLES:
        known = tuple(f"{name} {number}" for name, number in TABLES)
        raise UnknownStandard(
            message(
                "No limits are held for {standard} {version}; known are {known}.",
                standard=standard,
                version=version,
                known=known,
            )
        )
    return TABLES[standard, version]


def find_criteria(term: str, *, standard: str, version: str) -> Criteria:
    """The limits of a term in one version. Raises `UnknownStandard`."""
    table = find_table(standard, version)
    if term not in table.terms:
        raise UnknownStandard(
            message(
                "{standard} {version} is held here without {term}; its terms are {known}.",
                standard=standard,
                version=version,
                term=term,
                known=tuple(table.terms),
            )
        )
    return table.terms[term]


def assess_grade(
    term: str,
    *,
    fact: Fact,
    baseline: Fact | None,
    concept: ConceptType,
    standard: str,
    version: str,
) -> Grade:
    """Grade one result.

    `term`: the standard's own name, in English. `fact`: the result, typed for `concept`, which brings the unit and the
    conversions; ULN and LLN come from its own reference range. `baseline`: the participant's baseline result of the
    same concept, None where there is none; it may be the same fact. A baseline is abnormal above its own upper limit.
    Several scales (creatinine): the highest grade wins. What is missing leaves the grade unknown, unless the rest
    already decides it. Grades that ask for a clinician's judgement are never given.
    Raises `UnknownStandard`; `UnitError` where the concept's unit does not convert to that of the limits.
    **Source**: `trialwright.safety.ctcae`; values within 1e-9 relative are equal (`terms.compare`).
    """
    criteria = find_criteria(term, standard=standard, version=version)
    if not criteria.scales:
        return Grade(
            term, version, None, 0, 4, "grade_not_defined", fact, baseline, tuple(criteria.clinical.items())
        )
    result = _Result(fact, baseline, _measured(fact, criteria, concept))
    lowest, highest, reasons = 4, 0, []
    for scale, why in _scales(criteria, baseline):
        at_least, at_most, open_ = _between(scale, result)
        lowest, highest = min(lowest, at_least), max(highest, at_most)
        reasons += [*open_, why]
    value = lowest if lowest == highest else None
    beyond = tuple((grade, text) for grade, text in criteria.clinical.items() if grade > lowest)
    reason = "" if value is not None else leading(reasons)
    return Grade(term, version, value, lowest, highest, reason, fact, baseline, beyond)


class _Measured(NamedTuple):
    """A result in the unit in which the standard's limits are read; `other`: that is its other unit."""

    value: Value
    other: bool


class _Result(NamedTuple):
    """A result, the baseline it is read against, and the result in the standard's unit."""

    fact: Fact
    baseline: Fact | None
    measured: _Measured


def _measured(fact: Fact, criteria: Criteria, concept: ConceptType) -> _Measured:
    value = Value(fact.low, fact.high, fact.issue)
    if not criteria.unit or fact.issue in _NO_NUMBER:
        return _Measured(value, other=False)
    if criteria.other_unit and _same_dimension(fact.raw.unit, criteria.other_unit):
        conversion = converter(fact.raw.unit, criteria.other_unit)
        entered = read_number(fact.raw.value)
        return _Measured(scale_value(entered, conversion.factor, conversion.offset), other=True)
    conversion = converter(concept.unit, criteria.unit, concept.bridges)
    return _Measured(scale_value(value, conversion.factor, conversion.offset), other=False)


def _same_dimension(unit: str, other: str) -> bool:
    return parse_unit(unit).dimension == parse_unit(other).dimension


def _scales(criteria: Criteria, baseline: Fact | None) -> list[tuple[Scale, str]]:
    """The scales that may apply, with the reason where the baseline leaves it open."""
    if len(criteria.scales) == 1:
        return [(criteria.scales[0], "")]
    abnormal, why = _is_abnormal(baseline)
    wanted = {True: ("abnormal",), False: ("normal",), None: ("normal", "abnormal")}[abnormal]
    return [(scale, why) for scale in criteria.scales if scale.baseline in wanted]


def _is_abnormal(baseline: Fact | None) -> tuple[Truth, str]:
    if baseline is None:
        return None, "no_baseline"
    if greater(baseline.ratio_low, 1.0):
        return True, ""
    if less_equal(baseline.ratio_high, 1.0):
        return False, ""
    missing = baseline.ratio_issue == "range_missing"
    return None, "baseline_range_missing" if missing else baseline.ratio_issue


def _between(scale: Scale, result: _Result) -> tuple[int, int, list[str]]:
    """The lowest and the highest grade the result may have on a scale, and why they differ."""
    lowest = highest = 0
    reasons: list[str] = []
    for step in scale.steps:
        truth, why = _reaches(step, result)
        if truth:
            lowest = highest = step.grade
            reasons.clear()
        elif truth is None:
            highest = step.grade
            reasons += why
    return lowest, highest, reasons


def _reaches(step: Step, result: _Result) -> tuple[Truth, list[str]]:
    """Whether any limit of a grade is passed."""
    found = [_passes(limit, result) for limit in step.any_of]
    if any(truth for truth, _ in found):
        return True, []
    why = [reason for truth, reason in found if truth is None]
    return (None, why) if why else (False, [])


def _passes(limit: Limit, result: _Result) -> tuple[Truth, str]:
    """Whether a result is beyond a limit, with the reason where that is open."""
    fact = result.fact
    if fact.issue in _NO_NUMBER:
        return None, fact.issue
    match limit.of:
        case "value":
            value, other = result.measured
            bound = limit.other if other and limit.other is not None else limit.number
            return _compare(limit, value, Value(bound, bound, ""))
        case "ULN":
            ratio = Value(fact.ratio_low, fact.ratio_high, fact.ratio_issue)
            return _compare(limit, ratio, Value(limit.number, limit.number, ""))
        case "LLN":
            return _below_range(limit, fact)
        case "baseline":
            return _above_baseline(limit, fact, result.baseline)


def _below_range(limit: Limit, fact: Fact) -> tuple[Truth, str]:
    """Below the lower end of the result's own range, both as entered, in the same unit."""
    end = read_number(fact.raw.low) if fact.raw.low else None
    if end is None or end.issue:
        return None, "range_missing"
    bound = limit.number * end.low
    return _compare(limit, read_number(fact.raw.value), Value(bound, bound, ""))


def _above_baseline(limit: Limit, fact: Fact, baseline: Fact | None) -> tuple[Truth, str]:
    if baseline is None:
        return None, "no_baseline"
    if baseline.issue in _NO_NUMBER or baseline.high <= 0:
        return None, baseline.issue or "value_unreadable"
    bound = Value(limit.number * baseline.low, limit.number * baseline.high, baseline.issue)
    return _compare(limit, Value(fact.low, fact.high, fact.issue), bound)


def _compare(limit: Limit, value: Value, bound: Value) -> tuple[Truth, str]:
    """Compare two intervals."""
    match limit.operator:
        case ">":
            truth = _both(greater(value.low, bound.high), greater(value.high, bound.low))
        case ">=":
            truth = _both(greater_equal(value.low, bound.high), greater_equal(value.high, bound.low))
        case "<":
            truth = _both(less(value.high, bound.low), less(value.low, bound.high))
    return truth, "" if truth is not None else value.issue or bound.issue


def _both(surely: bool, possibly: bool) -> Truth:
    return True if surely else None if possibly else False
