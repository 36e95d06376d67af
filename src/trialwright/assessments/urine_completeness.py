"""Whether a 24-hour urine collection is complete: measured over predicted creatinine."""

from __future__ import annotations

import math
from typing import Final

from trialwright.assessments.assessment import Argument, Assessment, yes_no
from trialwright.assessments.predicted_urine_creatinine import OLDEST, YOUNGEST, predicted_urine_creatinine
from trialwright.logic.arithmetic import Value
from trialwright.terms.message import Text

TOLERANCE: Final = 0.2  # a collection is adequate from 0.8 to 1.2, both included


def urine_completeness(urine_creatinine: Value, age: Value, weight: Value, female: Value) -> Value:
    """Measured creatinine of the collection over the predicted one (in mg); 1 is as predicted."""
    return urine_creatinine * 1000.0 / predicted_urine_creatinine(age, weight, female)


ASSESSMENT = Assessment(
    name="urine_completeness",
    title=Text("completeness of a 24-hour urine collection", "24 小时尿收集完整性"),
    formula=urine_completeness,
    arguments=(
        Argument(
            "urine_creatinine",
            Text("24-hour urine creatinine", "24 小时尿肌酐"),
            "g/(24.h)",
            "increasing",
            lowest=0.0,
        ),
        Argument("age", Text("age", "年龄"), "a", "increasing", lowest=YOUNGEST, highest=OLDEST),
        Argument("weight", Text("body weight", "体重"), "kg", "decreasing", above=0.0),
        yes_no("female", Text("female sex", "女性"), direction="increasing"),
    ),
    unit="1",
    lowest=0.0,
    highest=math.inf,
    valid_for=Text("ages from 18 to 92 years, as the prediction", "与预计公式相同：18 至 92 岁"),
    source="Predicted: Cockcroft DW, Gault MH. Nephron 1976;16:31-41. Adequate within 20 % of predicted: "
    "https://www.jrheum.org/highwire/citation/9244/refworks-tagged",
)
