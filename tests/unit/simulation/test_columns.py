"""Virtual participants as columns: response rates under the full rules of the protocol are those that were published.

Chin J Nephrol Dial Transplant 2026;35(3):201-207 (as the truth file gives it, 8.3): complete response at week 24 in 44.0 %
without and 71.4 % with belimumab, overall response in 88.0 % and 96.4 %.
"""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.endpoints.columns import compute_landmark, compute_response
from trialwright.exchange.folder import read_study
from trialwright.simulation.participants.columns import draw_arm
from trialwright.study.analysis_rules import lower_analysis

WEEKS = (0.0, 2.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0)
PEOPLE = 20_000
POINTS = 2.0


@pytest.mark.parametrize(
    ("arm", "complete", "overall"), [("MT", 44.0, 88.0), ("BEL+MT", 71.4, 96.4)], ids=["MT", "BEL+MT"]
)
def test_response_rates_at_week_24(arm: str, complete: float, overall: float) -> None:
    study = read_study("beam")
    drawn = draw_arm(study, arm, count=PEOPLE, weeks=WEEKS, chance=np.random.default_rng(20_260_101))
    judged = compute_response(lower_analysis(study).chosen.responses["response"].reading(), drawn.items)
    last = len(WEEKS) - 1
    cr = compute_landmark(judged, ["cr"], visit=last)
    either = compute_landmark(judged, ["cr", "pr"], visit=last)
    assert not np.isnan(cr).any()
    assert 100 * cr.mean() == pytest.approx(complete, abs=POINTS)
    assert 100 * either.mean() == pytest.approx(overall, abs=POINTS)


def test_results_are_in_the_units_of_the_study() -> None:
    """104 umol/L of creatinine are 104 / 88.4 mg/dL (concepts.yaml); the median of 75 umol/L is about 0.85 mg/dL."""
    drawn = draw_arm(read_study("beam"), "MT", count=4000, weeks=(0.0,), chance=np.random.default_rng(2))
    assert drawn.items.limits["serum_creatinine"][0, 0] == pytest.approx(104 / 88.4, rel=1e-9)
    assert float(np.median(drawn.items.values["serum_creatinine"])) == pytest.approx(75 / 88.4, rel=0.03)


def test_baseline_is_the_first_visit() -> None:
    drawn = draw_arm(read_study("beam"), "MT", count=3, weeks=(0.0, 24.0), chance=np.random.default_rng(2))
    for name, column in drawn.items.values.items():
        assert (drawn.items.baseline[name] == column[:, 0]).all()
    with pytest.raises(ValueError, match="week 0"):
        draw_arm(read_study("beam"), "MT", count=3, weeks=(4.0,), chance=np.random.default_rng(2))
