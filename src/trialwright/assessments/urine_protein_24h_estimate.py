"""Urine protein of 24 hours as guessed from a protein-creatinine ratio: an estimate, never a measurement."""

from __future__ import annotations

import math
from typing import Final

from trialwright.assessments.assessment import Argument, Assessment
from trialwright.logic.arithmetic import Value
from trialwright.terms.message import Text

CREATININE_EXCRETION: Final = 1.0  # g/(24.h), assumed of everyone; real ones differ by half and more


def urine_protein_24h_estimate(ratio: Value) -> Value:
    """Ratio times the assumed daily excretion of creatinine."""
    return ratio * CREATININE_EXCRETION


ASSESSMENT = Assessment(
    name="urine_protein_24h_estimate",
    title=Text("24-hour urine protein, estimated from the ratio", "由比值估算的 24 小时尿蛋白"),
    formula=urine_protein_24h_estimate,
    arguments=(
        Argument(
            "ratio",
            Text("urine protein-creatinine ratio", "尿蛋白肌酐比值"),
            "g/g{creat}",
            "increasing",
            lowest=0.0,
        ),
    ),
    unit="g/(24.h)",
    lowest=0.0,
    highest=math.inf,
    valid_for=Text(
        "a ratio not below 0; holds only for a creatinine excretion near 1 g a day, "
        "so a threshold must not be decided by it without saying so",
        "比值不小于 0；仅在每日肌酐排泄约 1 g 时成立，据此判断阈值时必须注明为估算值",
    ),
    source="Ratio in g/g equals g/24 h only if creatinine excretion is 1 g/day. How far spot ratios stray: "
    "https://pmc.ncbi.nlm.nih.gov/articles/PMC6127448; https://nepjol.info/index.php/jgpemn/article/view/87955",
    estimate=True,
)
