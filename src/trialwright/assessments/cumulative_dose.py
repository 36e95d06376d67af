"""Cumulative dose of one course at one daily dose; the doses of several courses add."""

from __future__ import annotations

import math

from trialwright.assessments.assessment import Argument, Assessment
from trialwright.logic.arithmetic import Value
from trialwright.terms.message import Text


def cumulative_dose(daily_dose: Value, days: Value) -> Value:
    """Daily dose times the number of distinct calendar days on which it was given."""
    return daily_dose * days


ASSESSMENT = Assessment(
    name="cumulative_dose",
    title=Text("cumulative dose", "累积剂量"),
    formula=cumulative_dose,
    arguments=(
        Argument("daily_dose", Text("daily dose", "每日剂量"), "mg/d", "increasing", lowest=0.0),
        Argument("days", Text("days of treatment", "用药天数"), "d", "increasing", lowest=0.0),
    ),
    unit="mg",
    lowest=0.0,
    highest=math.inf,
    valid_for=Text("a dose and a number of days not below 0", "剂量和天数均不小于 0"),
    source="By definition. Worked example: the methylprednisolone pulse of NCT05863936, "
    "0.5 g/day for 3 to 6 days, 1.5 to 3.0 g in total",
)
