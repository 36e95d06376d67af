"""Logistic regression: separation, data that are no regression, and that one fit does not depend on scale."""

from __future__ import annotations

import math

import pytest

from tests.unit.analysis.analysis_support import arms
from trialwright.analysis import METHODS, CannotAnalyse

LEVEL = 0.95


# counts, terms without a finite estimate, Firth's odds ratio by hand: half an event more in every cell
SEPARATED = [
    ("10/10 v 0/20", ("intercept", "arm"), 10.5 / 0.5 / (0.5 / 20.5)),
    ("28/28 v 22/25", ("arm",), 28.5 / 0.5 / (22.5 / 3.5)),
    ("0/12 v 5/12", ("arm",), 0.5 / 12.5 / (5.5 / 7.5)),
    ("3/9 v 0/9", ("intercept", "arm"), 3.5 / 6.5 / (0.5 / 9.5)),
    ("5/5 v 5/5", ("intercept", "arm"), 1.0),
]


@pytest.mark.parametrize(("text", "terms", "odds_ratio"), SEPARATED)
def test_separated(text: str, terms: tuple[str, ...], odds_ratio: float) -> None:
    outcome, covariates = arms(text).rows(term="arm")
    for name in ("logistic", "logistic_profile"):
        plain = METHODS[name].compute(outcome, covariates, term="arm", level=LEVEL)
        assert (plain.estimate, plain.interval, plain.p_value) == (None, None, None)
        assert "separated" in plain.notes[0].template
        assert dict(plain.notes[0].values)["terms"] == terms
    firth = METHODS["firth"].compute(outcome, covariates, term="arm", level=LEVEL)
    assert firth.estimate == pytest.approx(odds_ratio, rel=1e-8)
    assert 0 < firth.interval.low < firth.estimate < firth.interval.high < math.inf
    assert "separated" in firth.notes[0].template


def test_separated_by_a_number() -> None:
    outcome, dose = [0, 0, 0, 1, 1, 1], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    plain = METHODS["logistic"].compute(outcome, {"dose": dose}, term="dose", level=LEVEL)
    assert plain.estimate is None
    overlapping = METHODS["logistic"].compute([0, 0, 1, 0, 1, 1], {"dose": dose}, term="dose", level=LEVEL)
    assert overlapping.estimate is not None
    # Half separated: 3.0 is on both sides, so the line still rises without end.
    half = METHODS["logistic"].compute(
        [0, 0, 0, 1, 1, 1], {"dose": [1, 2, 3, 3, 5, 6]}, term="dose", level=LEVEL
    )
    assert half.estimate is None


def test_a_group_of_one() -> None:
    # Newton's step with the information alone is twice too long here, for ever. By hand, half an event more each:
    outcome, covariates = arms("1/1 v 4/9").rows(term="arm")
    firth = METHODS["firth"].compute(outcome, covariates, term="arm", level=LEVEL)
    assert firth.estimate == pytest.approx(1.5 / 0.5 / (4.5 / 5.5), rel=1e-8)
    assert 0 < firth.interval.low < firth.estimate < firth.interval.high < math.inf


def test_not_separated_says_nothing() -> None:
    for name in ("logistic", "logistic_profile", "firth"):
        outcome, covariates = arms("20/28 v 11/25").rows(term="arm")
        assert METHODS[name].compute(outcome, covariates, term="arm", level=LEVEL).notes == ()


def test_two_arms_by_hand() -> None:
    # Without other covariates the coefficients are the log odds and the log odds ratio of the table.
    outcome, covariates = arms("20/28 v 11/25").rows(term="arm")
    result = METHODS["logistic"].compute(outcome, covariates, term="arm", level=LEVEL)
    assert result.estimate == pytest.approx(20 * 14 / (8 * 11), rel=1e-10)
    assert result.standard_error == pytest.approx(math.sqrt(1 / 20 + 1 / 8 + 1 / 11 + 1 / 14), rel=1e-10)
    (intercept,) = result.parts
    assert (intercept.term, intercept.quantity) == ("intercept", "odds")
    assert intercept.estimate == pytest.approx(11 / 14, rel=1e-10)
    assert [(each.arm, each.n, each.events) for each in result.counted] == [
        ("arm = 1", 28, 20),
        ("arm = 0", 25, 11),
    ]


def test_a_coefficient_does_not_depend_on_the_unit() -> None:
    outcome = [0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0]
    egfr = [62.0, 90.0, 75.0, 110.0, 71.0, 80.0, 99.0, 105.0, 120.0, 88.0, 58.0, 66.0]
    arm = [0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1]
    for name in ("logistic", "logistic_profile", "firth"):
        method = METHODS[name]
        one = method.compute(outcome, {"arm": arm, "egfr": egfr}, term="arm", level=LEVEL)
        other = method.compute(
            outcome, {"arm": arm, "egfr": [1e4 * each + 7e6 for each in egfr]}, term="arm", level=LEVEL
        )
        assert other.estimate == pytest.approx(one.estimate, rel=1e-6)
        assert [each.term for each in other.parts] == ["egfr", "intercept"]
        assert other.p_value == pytest.approx(one.p_value, rel=1e-6)
        assert (other.interval.low, other.interval.high) == pytest.approx(
            (one.interval.low, one.interval.high), rel=1e-6
        )


def test_few_events_are_said_to_be_few() -> None:
    # 22 without remission: ten for each of two terms, not of three.
    outcome = [1] * 31 + [0] * 22
    values = [float((7 * place) % 53) for place in range(53)]
    squares, arm = [(each - 20) ** 2 for each in values], [place % 2 for place in range(53)]
    two = METHODS["firth"].compute(outcome, {"arm": arm, "egfr": values}, term="arm", level=LEVEL)
    three = METHODS["firth"].compute(
        outcome, {"arm": arm, "egfr": values, "urine_protein": squares}, term="arm", level=LEVEL
    )
    assert two.notes == ()
    assert dict(three.notes[0].values) == {"rarer": 22, "terms": 3, "per_term": 10}


NO_REGRESSION = [
    ([], {"arm": []}, "needs participants"),
    ([1, 0], {}, "at least one covariate"),
    ([1, 2], {"arm": [0, 1]}, "1 or 0"),
    ([1, 0, 1], {"arm": [0, 1]}, "2 values for 3 participants"),
    ([1, 0, 1], {"arm": [0, 1, math.nan]}, "missing for 1 participants"),
    ([1, 0, 1], {"arm": [1, 1, 1]}, "cannot be told apart"),
    ([1, 0, 1, 0], {"arm": [0, 1, 0, 1], "twice": [0, 2, 0, 2]}, "cannot be told apart"),
    ([1, 0], {"arm": [0, 1], "egfr": [60, 90]}, "cannot be told apart"),
]


@pytest.mark.parametrize(("outcome", "covariates", "words"), NO_REGRESSION)
@pytest.mark.parametrize("name", ["logistic", "logistic_profile", "firth"])
def test_no_regression(name: str, outcome: list[int], covariates: dict[str, list[float]], words: str) -> None:
    with pytest.raises(CannotAnalyse, match=words):
        METHODS[name].compute(outcome, covariates, term="arm", level=LEVEL)


def test_a_term_must_be_one() -> None:
    for term in ("sex", "intercept"):
        with pytest.raises(CannotAnalyse, match="not a term"):
            METHODS["logistic"].compute([1, 0, 1], {"arm": [0, 1, 0]}, term=term, level=LEVEL)


def test_a_second_lower_maximum_of_the_penalised_likelihood_does_not_stop_the_limits() -> None:
    """Everybody responded, so the likelihood is flat; from a point far off Newton's method ended in another maximum."""
    arm = [0.0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 1]
    protein = [
        1.5789787, 2.18492705, 0.22314355, 2.62972823, 0.67803354, 1.62136648, 0.46373402, 1.1249296, 1.56444055,
        1.15373159, 2.28747146, 0.83290912, 0.91228271, 1.39376638,
    ]  # fmt: skip
    egfr = [
        132.04088135, 127.31846341, 36.60229614, 110.97621864, 87.7251938, 89.89015495, 69.44238745, 122.34257999,
        91.13784242, 107.11895783, 68.4735967, 113.7172393, 104.18143036, 110.88354797,
    ]  # fmt: skip
    found = METHODS["firth"].compute(
        [1.0] * 14, {"arm": arm, "protein": protein, "egfr": egfr}, term="arm", level=0.95
    )
    for each in (found, *(part for part in found.parts if part.term != "intercept")):
        assert each.estimate is not None
        assert each.interval is not None
        assert each.interval.low is not None
        assert each.interval.high is not None
        assert each.interval.low < each.estimate < each.interval.high
