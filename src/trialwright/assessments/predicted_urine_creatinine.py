"""Creatinine that a complete 24-hour urine collection should contain (Cockcroft and Gault)."""

from __future__ import annotations

import math
from typing import Final

from trialwright.assessments.assessment import Argument, Assessment, yes_no
from trialwright.logic.arithmetic import Value, choose, compare
from trialwright.terms.message import Text

YOUNGEST: Final = 18.0  # ages of the patients it was derived from
OLDEST: Final = 92.0


def predicted_urine_creatinine(age: Value, weight: Value, female: Value) -> Value:
    """Men (28 - 0.2 age) mg per kg and day, women (23.8 - 0.17 age): 15 % less."""
    return choose(compare("=", female, 1.0), 23.8 - 0.17 * age, 28.0 - 0.2 * age) * weight


ASSESSMENT = Assessment(
    name="predicted_urine_creatinine",
    title=Text("predicted 24-hour urine creatinine", "预计 24 小时尿肌酐"),
    formula=predicted_urine_creatinine,
    arguments=(
        Argument("age", Text("age", "年龄"), "a", "decreasing", lowest=YOUNGEST, highest=OLDEST),
        Argument("weight", Text("body weight", "体重"), "kg", "increasing", above=0.0),
        yes_no("female", Text("female sex", "女性"), direction="decreasing"),
    ),
    unit="mg/(24.h)",
    lowest=0.0,
    highest=math.inf,
    valid_for=Text(
        "ages from 18 to 92 years, those of the patients it was derived from",
        "推导人群的年龄范围：18 至 92 岁",
    ),
    source="Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. "
    "Nephron 1976;16:31-41 (249 patients aged 18-92; 15 % less in females); https://scribd.com/document/519107434/Cock-Croft-1976",
)
