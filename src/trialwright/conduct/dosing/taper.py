"""The days of a regimen whose dose changes by plan: which dose from which day to which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from trialwright.conduct.dosing.amounts import Amount, read_amount
from trialwright.study.regimen import DoseStep
from trialwright.study.schedule import parse_offset
from trialwright.terms.dates import ONE_DAY


class DoseSpan(NamedTuple):
    """One dose on every day from `first` to `last`, both included; `last` None: as long as the regimen lasts.

    `step`: the step of the regimen it comes from, counted from 1.
    """

    first: date
    last: date | None
    amount: Amount
    step: int

    def holds(self, day: date) -> bool:
        """Whether a day lies in the span."""
        return self.first <= day and (self.last is None or day <= self.last)


def plan_spans(
    steps: Sequence[DoseStep], *, first: Amount, begins: date, stops: date | None = None
) -> tuple[DoseSpan, ...]:
    """Plan the days of a regimen from the dose of its first step.

    `first`: in a unit per day; `begins`: its first day; `stops`: from this day on nothing is given. A step that changes
    the dose does so at once and then at equal times, until its limit, which is not passed. A later step with an amount
    of its own starts with that.
    """
    spans: list[DoseSpan] = []
    dose, day = first, begins
    for number, step in enumerate(steps, start=1):
        if step.amount:
            dose = first if number == 1 else read_amount(step.amount).to(first.unit)
            day = _add(spans, DoseSpan(day, _last(day, step.lasts or step.every), dose, number))
        while (lower := _next(dose, step)) is not None:
            dose = lower
            day = _add(spans, DoseSpan(day, _last(day, step.every), dose, number))
    spans[-1] = spans[-1]._replace(last=None)
    return tuple(_until(spans, stops))


def _add(spans: list[DoseSpan], span: DoseSpan) -> date:
    spans.append(span)
    return (span.last or span.first) + ONE_DAY


def _last(first: date, length: str | None) -> date | None:
    return parse_offset(length).after(first) - ONE_DAY if length else None


def _next(dose: Amount, step: DoseStep) -> Amount | None:
    """The dose after the next change of a step; None where its limit is reached already."""
    if step.change is None or step.until is None:
        return None
    change, until = read_amount(step.change).to(dose.unit).value, read_amount(step.until).to(dose.unit).value
    if change < 0:
        return Amount(max(dose.value + change, until), dose.unit) if dose.value > until else None
    return Amount(min(dose.value + change, until), dose.unit) if dose.value < until else None


def _until(spans: list[DoseSpan], stops: date | None) -> list[DoseSpan]:
    if stops is None:
        return spans
    end = stops - timedelta(days=1)
    return [
        span._replace(last=end if span.last is None or span.last > end else span.last)
        for span in spans
        if span.first <= end
    ]
