"""Estimated glomerular filtration rate, CKD-EPI creatinine equation of 2021 (without race)."""

from __future__ import annotations

import math

from trialwright.assessments.assessment import Argument, Assessment, yes_no
from trialwright.logic.arithmetic import Value, choose, compare, greatest, least, power
from trialwright.terms.message import Text


def ckd_epi_2021(creatinine: Value, age: Value, female: Value) -> Value:
    """Give eGFR = 142 min(SCr/k, 1)^a max(SCr/k, 1)^-1.200 0.9938^age, times 1.012 for women."""
    relative_f, relative_m = creatinine / 0.7, creatinine / 0.9
    women = 1.012 * power(least(relative_f, 1.0), -0.241) * power(greatest(relative_f, 1.0), -1.200)
    men = power(least(relative_m, 1.0), -0.302) * power(greatest(relative_m, 1.0), -1.200)
    return 142.0 * power(0.9938, age) * choose(compare("=", female, 1.0), women, men)


ASSESSMENT = Assessment(
    name="ckd_epi_2021",
    title=Text("eGFR by CKD-EPI 2021 (creatinine)", "CKD-EPI 2021 肌酐公式估算肾小球滤过率"),
    formula=ckd_epi_2021,
    arguments=(
        # The conversion from umol/L (88.4 here, 88.42 elsewhere) belongs to the units, not to the equation.
        Argument("creatinine", Text("serum creatinine", "血清肌酐"), "mg/dL", "decreasing", above=0.0),
        Argument("age", Text("age", "年龄"), "a", "decreasing", lowest=18.0),
        yes_no("female", Text("female sex", "女性"), direction="decreasing"),
    ),
    unit="mL/min/{1.73_m2}",
    lowest=0.0,
    highest=math.inf,
    valid_for=Text("adults of 18 years or older", "18 岁及以上的成人"),
    source="Inker LA et al. New creatinine- and cystatin C-based equations to estimate GFR without race. "
    "N Engl J Med 2021;385:1737-1749; https://kidney.org/ckd-epi-creatinine-equation-2021; "
    "from 18 years of age: "
    "https://www.niddk.nih.gov/research-funding/research-programs/kidney-clinical-research-epidemiology/"
    "laboratory/glomerular-filtration-rate-equations/adults",
)
