"""Urine protein-creatinine ratio, from mg/mmol to g/g."""

from __future__ import annotations

import math
from typing import Final

from trialwright.assessments.assessment import Argument, Assessment
from trialwright.logic.arithmetic import Value
from trialwright.terms.message import Text

FACTOR: Final = 0.00884  # g/g per mg/mmol: 8.84 mmol of creatinine are 1 g; KDIGO rounds 113 mg/mmol to 100


def upcr(ratio: Value) -> Value:
    """The same ratio per gram of creatinine instead of per millimole."""
    return ratio * FACTOR


ASSESSMENT = Assessment(
    name="upcr",
    title=Text("urine protein-creatinine ratio per gram of creatinine", "尿蛋白肌酐比值（每克肌酐）"),
    formula=upcr,
    arguments=(
        Argument(
            "ratio",
            Text("urine protein-creatinine ratio", "尿蛋白肌酐比值"),
            "mg/mmol",
            "increasing",
            lowest=0.0,
        ),
    ),
    unit="g/g{creat}",
    lowest=0.0,
    highest=math.inf,
    valid_for=Text("a ratio not below 0", "比值不小于 0"),
    source="Molar mass of creatinine: 1 g is 8.84 mmol, so 1 g/g is 1000 mg / 8.84 mmol = 113.1 mg/mmol",
)
