"""Published formulas, scores and grades: one file each, with its source and the limits it is valid in.

Numbers in, number out; columns in, expression out, from the same line of arithmetic. Never reads a record
or a study, never guesses a missing argument, never answers outside what its source says it is valid for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from trialwright.assessments import (
    acr_1997,
    bmi,
    ckd_epi_2009,
    ckd_epi_2021,
    cumulative_dose,
    nih_activity_index,
    nih_chronicity_index,
    predicted_urine_creatinine,
    sledai_2k,
    upcr,
    urine_completeness,
    urine_protein_24h_estimate,
)
from trialwright.assessments.assessment import NOT_VALID, Argument, Assessment
from trialwright.assessments.intervals import interval, validity

_MODULES = (
    acr_1997,
    bmi,
    ckd_epi_2009,
    ckd_epi_2021,
    cumulative_dose,
    nih_activity_index,
    nih_chronicity_index,
    predicted_urine_creatinine,
    sledai_2k,
    upcr,
    urine_completeness,
    urine_protein_24h_estimate,
)

ASSESSMENTS: Final[Mapping[str, Assessment]] = MappingProxyType(
    {module.ASSESSMENT.name: module.ASSESSMENT for module in _MODULES}
)

__all__ = ["ASSESSMENTS", "NOT_VALID", "Argument", "Assessment", "interval", "validity"]
