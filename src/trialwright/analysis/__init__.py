"""From estimand to estimate: one file per statistical method, tested against published numbers.

Takes counts, values and times, and gives a `Result` with its source; never reads a ledger or a study, never
chooses a method by its outcome. SciPy is imported on first use of a method that needs it, not with this room.
"""

from __future__ import annotations

from trialwright.analysis.counts import ArmCount, TwoArms
from trialwright.analysis.declared_rule import Choice, choose_test
from trialwright.analysis.implied_interval import compute_implied_interval
from trialwright.analysis.incidence_rate import compute_incidence_rate
from trialwright.analysis.kaplan_meier import Step, SurvivalCurve
from trialwright.analysis.method import Kind, Method
from trialwright.analysis.methods import METHODS
from trialwright.analysis.operating_characteristics import REJECTS, compute_power, compute_type_1_error
from trialwright.analysis.result import CannotAnalyse, Counted, Interval, Result
from trialwright.analysis.sample_size import compute_sample_size

__all__ = [
    "METHODS",
    "REJECTS",
    "ArmCount",
    "CannotAnalyse",
    "Choice",
    "Counted",
    "Interval",
    "Kind",
    "Method",
    "Result",
    "Step",
    "SurvivalCurve",
    "TwoArms",
    "choose_test",
    "compute_implied_interval",
    "compute_incidence_rate",
    "compute_power",
    "compute_sample_size",
    "compute_type_1_error",
]
