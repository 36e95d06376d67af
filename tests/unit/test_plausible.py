"""What a measurement can be at all, as the items of the forms say it."""

from __future__ import annotations

import pytest

from trialwright.exchange.folder import read_study
from trialwright.study.forms import Forms
from trialwright.study.model import Study
from trialwright.study.plausible import Limits, possible_limits
from trialwright.terms.quantity import BOUND


def study() -> Study:
    return read_study("beam")


def limits(*items: dict[str, object]) -> dict[str, Limits]:
    """Of a form with these items, all of one concept unless they say otherwise."""
    label = {"en": "x", "zh": "x"}
    of_all = {"label": label, "type": "number", "concept": "serum_creatinine", "units": ["mg/dL"]}
    group = {
        "id": "g",
        "title": label,
        "items": [{**of_all, "id": f"i{n}", **each} for n, each in enumerate(items)],
    }
    forms = Forms.model_validate({"forms": [{"id": "f", "title": label, "groups": [group]}]})
    return dict(possible_limits(forms, {each.name: each for each in study().concepts}))


@pytest.mark.parametrize(
    ("items", "least", "most"),
    [
        ([{"possible": {"low": "0.1", "high": "35"}}], 0.1, 35.0),
        # 88.4 umol/L is 1 mg/dL
        ([{"units": ["umol/L"], "possible": {"low": "8.84", "high": "3536"}}], 0.1, 40.0),
        ([{"possible": {"low": "0.1"}}], 0.1, BOUND),
        ([{"possible": {"high": "35"}}], -BOUND, 35.0),
        # of several items the widest
        ([{"possible": {"low": "0.1", "high": "35"}}, {"possible": {"low": "0.5", "high": "40"}}], 0.1, 40.0),
        ([{"possible": {"low": "0.1", "high": "35"}}, {}], -BOUND, BOUND),
        ([{}], -BOUND, BOUND),
    ],
)  # fmt: skip
def test_limits_in_the_unit_of_the_concept(items: list[dict[str, object]], least: float, most: float) -> None:
    (found,) = limits(*items).values()
    assert found == pytest.approx((least, most), rel=1e-12)


def test_only_measurements_that_are_entered_have_limits() -> None:
    calculated: dict[str, object] = {"type": "calculated", "calculation": "age", "units": ["a"]}
    assert limits({"concept": None}, calculated, {"concept": "prednisone_oral", "units": ["mg/d"]}) == {}
    assert possible_limits(None, {}) == {}
