"""Body mass index."""

from __future__ import annotations

import math

from trialwright.assessments.assessment import Argument, Assessment
from trialwright.logic.arithmetic import Value, power
from trialwright.terms.message import Text


def bmi(weight: Value, height: Value) -> Value:
    """Weight in kg over the square of the height in metres; the height comes in cm."""
    return weight / power(height / 100.0, 2.0)


ASSESSMENT = Assessment(
    name="bmi",
    title=Text("body mass index", "体重指数"),
    formula=bmi,
    arguments=(
        Argument("weight", Text("body weight", "体重"), "kg", "increasing", above=0.0),
        Argument("height", Text("body height", "身高"), "cm", "decreasing", above=0.0),
    ),
    unit="kg/m2",
    lowest=0.0,
    highest=math.inf,
    valid_for=Text("a weight and a height above 0", "体重和身高均大于 0"),
    source="WHO. Obesity: preventing and managing the global epidemic. Technical Report Series 894, 2000 "
    "(weight in kilograms divided by the square of the height in metres)",
)
