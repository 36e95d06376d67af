"""Published values of every statistical method: each row of the tables beside this file, with its source.

Rows whose source gives six digits or more agree to 1e-6, others to the digits printed. `reference table` is
the published primary result, 20/28 against 11/25. Where another program gives another number, it stands at the
end, with the reason.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tools.statistics_page import computed
from trialwright.analysis import (
    METHODS,
    ArmCount,
    Result,
    SurvivalCurve,
    TwoArms,
    compute_implied_interval,
    compute_incidence_rate,
    compute_power,
    compute_sample_size,
    compute_type_1_error,
)
from trialwright.analysis.barnard import barnard
from trialwright.analysis.boschloo import boschloo
from trialwright.analysis.fisher import fisher
from trialwright.analysis.miettinen_nurminen_test import miettinen_nurminen_test

FOLDER = Path(__file__).parent
Row = dict[str, str]
LEVEL = 0.95
ONE_SIDED: dict[str, Callable[..., Result]] = {
    "barnard": barnard,
    "boschloo": boschloo,
    "fisher": fisher,
    "miettinen_nurminen_test": miettinen_nurminen_test,
}


def rows(name: str) -> list[Row]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines, strict=True))
    assert found
    for row in found:
        assert None not in row, row
        assert row.get("source", "").strip() or "source" not in row, row
    return found


def table(name: str, *columns: str) -> list[Any]:
    """The rows of a table, each named by its first columns."""
    return [pytest.param(row, id=" ".join(row[each] for each in columns)) for row in rows(name)]


def two_arms(row: Row) -> TwoArms:
    return counts(*(int(row[each]) for each in ("x1", "n1", "x0", "n0")))


def counts(x1: int, n1: int, x0: int, n0: int) -> TwoArms:
    return TwoArms(
        treatment=ArmCount(arm="treatment", events=x1, n=n1), control=ArmCount(arm="control", events=x0, n=n0)
    )


def agrees(found: float | None, expected: str, tolerance: str) -> None:
    """Hold a number to what the source prints; an empty cell expects nothing."""
    if expected:
        assert found is not None
        assert abs(found - float(expected)) <= float(tolerance) * (1 + 1e-9)


REFERENCE = counts(20, 28, 11, 25)


# One arm, two arms


@pytest.mark.parametrize("row", table("proportion_intervals", "method", "events", "n"))
def test_interval_of_a_proportion(row: Row) -> None:
    count = ArmCount(arm="treatment", events=int(row["events"]), n=int(row["n"]))
    result = METHODS[row["method"]].compute(count, level=LEVEL)
    assert result.estimate == count.events / count.n
    agrees(result.interval.low, row["low"], row["tolerance"])
    agrees(result.interval.high, row["high"], row["tolerance"])


@pytest.mark.parametrize("row", table("incidence_rates", "events", "years"))
def test_incidence_rate(row: Row) -> None:
    events = int(row["events"])
    result = compute_incidence_rate(
        arm="BEL+MT", events=events, n=400, years=float(row["years"]), level=LEVEL
    )
    assert result.interval is not None
    agrees(result.estimate, row["rate"], row["tolerance"])
    agrees(result.interval.low, row["low"], row["tolerance"])
    agrees(result.interval.high, row["high"], row["tolerance"])


@pytest.mark.parametrize("row", table("two_arm_estimates", "method", "x1", "n1", "x0", "n0"))
def test_estimate_and_interval(row: Row) -> None:
    result = METHODS[row["method"]].compute(two_arms(row), level=LEVEL)
    estimate, _, limits = row["tolerance"].partition(",")
    agrees(result.estimate, row["estimate"], estimate)
    agrees(result.interval.low, row["low"], limits or estimate)
    agrees(result.interval.high, row["high"], limits or estimate)


@pytest.mark.parametrize("row", table("two_arm_tests", "method", "alternative", "x1", "n1", "x0", "n0"))
def test_test(row: Row) -> None:
    arms, method = two_arms(row), METHODS[row["method"]]
    if row["alternative"] != "two_sided":
        result = ONE_SIDED[row["method"]](arms, alternative=row["alternative"])
    elif method.kind == "comparison":
        result = method.compute(arms, level=LEVEL)
    else:
        result = method.compute(arms)
    assert result.alternative == row["alternative"]
    agrees(result.p_value, row["p_value"], row["tolerance"])
    agrees(result.statistic, row["statistic"], row["tolerance"])


def test_one_sided_fisher_of_tea_tasting_is_17_in_70() -> None:
    assert fisher(counts(3, 4, 1, 4), alternative="greater").p_value == pytest.approx(17 / 70, abs=1e-12)


# The published BEAM result (Chin J Nephrol Dial Transplant 2026;35(3):201-207), and its sensitivity table

PUBLISHED = [
    # outcome, responders of 28, responders of 25, test, P to three digits, printed in the abstract
    ("complete remission", 20, 11, "pearson", 0.043, False),
    ("overall response", 27, 22, "yates", 0.523, True),
    ("adverse events", 5, 3, "yates", 0.833, True),
]


@pytest.mark.parametrize(("outcome", "treated", "controls", "test", "p", "printed"), PUBLISHED)
def test_the_declared_rule_gives_the_published_p_values(
    outcome: str, treated: int, controls: int, test: str, p: float, printed: bool
) -> None:
    result = METHODS["declared_rule"].compute(counts(treated, 28, controls, 25))
    assert (result.applied, round(result.p_value, 3)) == (test, p)


def test_the_sensitivity_table_runs_from_0_043_to_0_081() -> None:
    outcome, covariates = REFERENCE.rows(term="arm")
    found = {
        **{
            name: METHODS[name].compute(REFERENCE).p_value
            for name, each in METHODS.items()
            if each.kind == "test"
        },
        **{
            name: METHODS[name].compute(outcome, covariates, term="arm", level=LEVEL).p_value
            for name in ("logistic", "firth")
        },
        "unconditional_score": METHODS["unconditional_score"].compute(REFERENCE, level=LEVEL).p_value,
    }
    # In this order: R, exact2x2, ratesci, logistf and scipy, as in the tables beside this file.
    order = [
        "pearson",
        "boschloo",
        "miettinen_nurminen_test",
        "firth",
        "logistic",
        "fisher_mid_p",
        "boschloo_central",
        "barnard",
        "fisher",
        "unconditional_score",
        "fisher_central",
        "yates",
    ]
    assert found.pop("declared_rule") == found["pearson"]
    assert sorted(found, key=lambda name: found[name]) == order
    assert (round(min(found.values()), 3), round(max(found.values()), 3)) == (0.043, 0.081)


def test_the_published_adjusted_odds_ratio_implies_a_wide_interval() -> None:
    # aOR 5.53, P = 0.016: standard error about 0.710, interval about 1.38 to 22.2 (R, to the digits given).
    result = compute_implied_interval(odds_ratio=5.53, p_value=0.016, level=LEVEL)
    assert result.interval is not None
    assert result.standard_error == pytest.approx(0.710, abs=5e-4)
    assert result.interval.low == pytest.approx(1.38, abs=5e-3)
    assert result.interval.high == pytest.approx(22.2, abs=0.05)


@pytest.mark.parametrize(("prior", "expected"), [(0.5, 0.9788747536), (1.0, 0.9768873136)])
def test_probability_that_treatment_is_better(prior: float, expected: float) -> None:
    # R, adaptive quadrature: Jeffreys and uniform prior.
    result = METHODS["posterior_superiority"].compute(REFERENCE, prior_events=prior, prior_non_events=prior)
    assert result.estimate == pytest.approx(expected, abs=1e-9)


# Exact design facts


@pytest.mark.parametrize("row", table("exact_design", "test", "n_treatment", "n_control"))
def test_exact_power_and_type_1_error(row: Row) -> None:
    n_treatment, n_control = int(row["n_treatment"]), int(row["n_control"])
    power = compute_power(
        row["test"],
        n_treatment=n_treatment,
        n_control=n_control,
        share_treatment=float(row["share_treatment"]),
        share_control=float(row["share_control"]),
        alpha=0.05,
    )
    agrees(power.estimate, row["power"], row["power_tolerance"])
    if row["type_1_error"]:
        error = compute_type_1_error(row["test"], n_treatment=n_treatment, n_control=n_control, alpha=0.05)
        agrees(error.estimate, row["type_1_error"], row["type_1_error_tolerance"])


def test_power_of_fisher_is_a_saw() -> None:
    power = [
        compute_power(
            "fisher", n_treatment=n, n_control=n, share_treatment=0.714, share_control=0.44, alpha=0.05
        ).estimate
        for n in (52, 53)
    ]
    assert power[0] is not None
    assert power[1] is not None
    assert power[1] < power[0]


def test_participants_by_the_normal_approximation() -> None:
    # rpact 3.3.4 and gsDesign 3.11: 99.67551 in all.
    result = compute_sample_size(
        share_treatment=0.714, share_control=0.44, alpha=0.05, power=0.8, allocation=1.0
    )
    assert result.estimate == pytest.approx(99.67551, abs=5e-6)


# Regression


def regression_data(name: str) -> tuple[list[int], dict[str, list[float]]]:
    if name != "sex2":
        x1, n1, x0, n0 = (int(each) for arm in name.split(" v ") for each in arm.split("/"))
        outcome, covariates = counts(x1, n1, x0, n0).rows(term="arm")
        return list(outcome), {term: [float(each) for each in column] for term, column in covariates.items()}
    outcome_, columns = [], {term: list[float]() for term in ("age", "oc", "vic", "vicl", "vis", "dia")}
    for row in rows("data/sex2"):
        cases, women = int(row["cases"]), int(row["women"])
        outcome_ += [1] * cases + [0] * (women - cases)
        for term, column in columns.items():
            column += [float(row[term])] * women
    return outcome_, columns


@pytest.mark.parametrize("row", table("regressions", "method", "data", "term"))
def test_regression(row: Row) -> None:
    outcome, covariates = regression_data(row["data"])
    term = row["term"] if row["term"] in covariates else next(iter(covariates))
    result = METHODS[row["method"]].compute(outcome, covariates, term=term, level=LEVEL)
    result = next(each for each in (result, *result.parts) if each.term == row["term"])
    scale = math.log if row["scale"] == "log" else float
    agrees(scale(result.estimate), row["estimate"], row["estimate_tolerance"])
    if result.interval is None:
        assert not row["low"] + row["high"] + row["p_value"]
        return
    agrees(scale(result.interval.low), row["low"], row["limits_tolerance"])
    agrees(scale(result.interval.high), row["high"], row["limits_tolerance"])
    agrees(result.p_value, row["p_value"], row["p_tolerance"])


# Survival


def survival_data(name: str) -> list[tuple[Row, float, bool]]:
    time, event = {
        "veteran": ("days", "died"),
        "cdisc_adtte": ("days", "event"),
        "gehan": ("weeks", "relapse"),
    }[name]
    return [
        (row, float(row[time]), row[event] == "1")
        for row in rows(f"data/{name}")
        for _ in range(int(row.get("participants", 1)))
    ]


def curve(row: Row) -> SurvivalCurve:
    members = [each for each in survival_data(row["data"]) if row["group"] in each[0].values()]
    found = METHODS["kaplan_meier"].compute(
        [time for _, time, _ in members],
        [event for _, _, event in members],
        group=row["group"],
        unit="wk" if row["data"] == "gehan" else "d",
        level=LEVEL,
    )
    assert isinstance(found, SurvivalCurve)
    return found


@pytest.mark.parametrize("row", table("log_rank", "data", "groups", "strata"))
def test_log_rank(row: Row) -> None:
    members = survival_data(row["data"])
    result = METHODS["log_rank"].compute(
        [time for _, time, _ in members],
        [event for _, _, event in members],
        [each[row["groups"]] for each, _, _ in members],
        strata=[each[row["strata"]] for each, _, _ in members] if row["strata"] else None,
    )
    assert [each.n for each in result.counted] == [int(n) for n in row["n"].split()]
    assert [each.events for each in result.counted] == [int(n) for n in row["events"].split()]
    assert result.degrees == int(row["degrees"])
    agrees(result.statistic, row["statistic"], row["tolerance"])
    agrees(result.p_value, row["p_value"], row["tolerance"])


@pytest.mark.parametrize("row", table("kaplan_meier", "data", "group", "time"))
def test_survival(row: Row) -> None:
    result = curve(row).survival_at(float(row["time"]))
    assert result.interval is not None
    agrees(result.estimate, row["survival"], row["tolerance"])
    agrees(result.interval.low, row["low"], row["tolerance"])
    agrees(result.interval.high, row["high"], row["tolerance"])


@pytest.mark.parametrize("row", table("medians", "data", "group"))
def test_median(row: Row) -> None:
    result = curve(row).median()
    assert result.interval is not None
    found = result.estimate, result.interval.low, result.interval.high
    assert found == tuple(float(row[each]) if row[each] else None for each in ("median", "low", "high"))


def test_greenwood() -> None:
    # statsmodels 0.15, SurvfuncRight, 6-MP: at 6, 7, 10, 13, 16, 22 and 23 weeks.
    expected = [0.07636035, 0.08693529, 0.09634965, 0.10681471, 0.11405387, 0.12823375, 0.13459146]
    steps = curve({"data": "gehan", "group": "6-MP"}).steps
    assert [step.standard_error for step in steps if step.events] == pytest.approx(expected, abs=1e-8)


# Balance


def spread(mean: float, deviation: float, n: int) -> list[float]:
    """An even number of values with exactly this mean and standard deviation."""
    reach = deviation * math.sqrt((n - 1) / n)
    return [mean - reach, mean + reach] * (n // 2)


@pytest.mark.parametrize("row", table("standardised_differences", "kind", "treatment", "control"))
def test_standardised_difference(row: Row) -> None:
    method, sides = METHODS[f"standardised_difference_of_{row['kind']}"], (row["treatment"], row["control"])
    if row["kind"] == "proportions":
        result = method.compute(counts(*(int(each) for side in sides for each in side.split("/"))))
    else:
        words = [side.split() for side in sides]
        pairs = [dict(zip(side[::2], map(float, side[1::2]), strict=True)) for side in words]
        if row["kind"] == "means":
            values = [spread(each["mean"], each["sd"], int(each["n"])) for each in pairs]
            result = method.compute(*values, arms=("BEL+MT", "MT"))
        else:
            result = method.compute(
                *({name: int(n) for name, n in each.items()} for each in pairs), arms=("BEL+MT", "MT")
            )
    agrees(result.estimate, row["expected"], row["tolerance"])


# Where another program gives another number, and why. Each test finds the right one in a second way.


@pytest.mark.parametrize("row", table("others_differ", "method", "quantity", "program"))
def test_others_differ(row: Row) -> None:
    """By more than their last digit; which is right is shown below, but where the reason is another method."""
    last_digit = 10.0 ** -len(row["theirs"].partition(".")[2])
    assert abs(computed(METHODS[row["method"]], row) - float(row["theirs"])) > last_digit / 2


def test_scipys_barnard_with_the_arms_as_rows_is_another_test() -> None:
    wrong = stats.barnard_exact([[20, 8], [11, 14]], pooled=True).pvalue
    right = stats.barnard_exact([[20, 11], [8, 14]], pooled=True).pvalue
    assert wrong == pytest.approx(0.04776, abs=5e-6)
    assert barnard(REFERENCE, alternative="two_sided").p_value == pytest.approx(right, abs=1e-7)


def test_others_differ_boschloo_of_r() -> None:
    # R exact2x2 on its default grid: 0.0445870. Its 100 points miss the highest chance; any point is a lower
    # bound, and one of 20001 points is higher than that.
    n1, n0, x1, x0 = 28, 25, 20, 11
    p_values = np.array(
        [
            [stats.fisher_exact([[a, b], [n1 - a, n0 - b]]).pvalue for b in range(n0 + 1)]
            for a in range(n1 + 1)
        ]
    )
    extreme = p_values <= p_values[x1, x0] * (1 + 1e-7)
    share = np.linspace(0, 1, 20001)[:, np.newaxis]
    chance = (
        (stats.binom.pmf(np.arange(n1 + 1), n1, share) @ extreme)
        * stats.binom.pmf(np.arange(n0 + 1), n0, share)
    ).sum(axis=1)
    found = boschloo(REFERENCE, alternative="two_sided").p_value
    assert found is not None
    assert found - 0.0445870 > 1e-5
    assert found == pytest.approx(chance.max(), abs=1e-8)


def test_others_differ_barnard_of_scipy() -> None:
    # scipy gives 0.0340767 (two-sided 0.0681534) for 7/15 against 12/15: one table with exactly the same z, 3/15
    # against 8/15, is lost to rounding there. Exact fractions keep it: 65 tables, not 64.
    def squared(a: int, b: int) -> Fraction:
        share = Fraction(a + b, 30)
        if share in (0, 1):
            return Fraction(0)
        difference = Fraction(a - b, 15)
        return difference * abs(difference) / (share * (1 - share) * Fraction(2, 15))

    observed = squared(7, 12)
    extreme = [(a, b) for a in range(16) for b in range(16) if squared(a, b) <= observed]
    assert len(extreme) == 65
    assert squared(3, 8) == observed
    share = np.linspace(0, 1, 20001)
    chance = sum(
        math.comb(15, a) * math.comb(15, b) * share ** (a + b) * (1 - share) ** (30 - a - b)
        for a, b in extreme
    )
    arms = counts(7, 15, 12, 15)
    for alternative, expected, scipys in (
        ("less", np.max(chance), 0.0340767),
        ("two_sided", 2 * np.max(chance), 0.0681534),
    ):
        found = ONE_SIDED["barnard"](arms, alternative=alternative).p_value
        assert found is not None
        assert found == pytest.approx(expected, abs=1e-7)
        assert found - scipys > 1e-5


def test_others_differ_exact_interval_of_r() -> None:
    # R exact2x2 gives a lower limit of -0.0097602 for the risk difference. There the chance of a score as large
    # is still above 2.5 % on a grid of 20001 shares; its own grid of 100 does not see it.
    from trialwright.analysis.unconditional_score import extreme_tables

    theirs = -0.0097602
    share = np.linspace(-theirs, 1.0, 20001)[:, np.newaxis]
    extreme = extreme_tables(REFERENCE, theirs, upper=True)
    chance = (
        (stats.binom.pmf(np.arange(29), 28, share + theirs) @ extreme)
        * stats.binom.pmf(np.arange(26), 25, share)
    ).sum(axis=1)
    assert chance.max() > 0.025
    low = METHODS["unconditional_score"].compute(REFERENCE, level=LEVEL).interval.low
    assert theirs - 1e-5 < low < theirs


def test_others_differ_conditional_odds_ratio_of_r() -> None:
    # R fisher.test gives 3.109158 (0.8904896, 11.63827): it solves to 1.2e-4 of the reciprocal. scipy solves fully.
    other = stats.contingency.odds_ratio([[20, 11], [8, 14]], kind="conditional")
    limits = other.confidence_interval(LEVEL)
    result = METHODS["conditional_odds_ratio"].compute(REFERENCE, level=LEVEL)
    assert result.estimate == pytest.approx(other.statistic, rel=1e-9)
    assert result.interval.low == pytest.approx(limits.low, rel=1e-9)
    assert result.interval.high == pytest.approx(limits.high, rel=1e-9)
    # R to the accuracy it works to
    assert result.estimate == pytest.approx(3.109158, rel=1e-4)
    assert result.interval.low == pytest.approx(0.8904896, rel=1e-4)
    assert result.interval.high == pytest.approx(11.63827, rel=1e-3)


def test_others_differ_profile_limit_of_r() -> None:
    # R confint.glm gives 10.337 above: it interpolates the profile. At the exact limit twice the fall of the log
    # likelihood is the chi-square quantile; the shares at an odds ratio solve a quadratic, so no fit is needed.
    def log_likelihood(p1: float, p0: float) -> float:
        return 20 * math.log(p1) + 8 * math.log(1 - p1) + 11 * math.log(p0) + 14 * math.log(1 - p0)

    def fallen(odds_ratio: float) -> float:
        a, b, c = 25 * (odds_ratio - 1), 28 * odds_ratio + 25 - 31 * (odds_ratio - 1), -31
        p0 = (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)
        p1 = p0 * odds_ratio / (1 + p0 * (odds_ratio - 1))
        return 2 * (log_likelihood(20 / 28, 11 / 25) - log_likelihood(p1, p0))

    outcome, covariates = REFERENCE.rows(term="arm")
    high = METHODS["logistic_profile"].compute(outcome, covariates, term="arm", level=LEVEL).interval.high
    assert fallen(high) == pytest.approx(stats.chi2.ppf(0.95, 1), abs=1e-8)
    assert fallen(10.337) - stats.chi2.ppf(0.95, 1) > 1e-4
    assert high == pytest.approx(10.337, rel=1e-4)


def test_others_differ_miettinen_nurminen_of_gsdesign() -> None:
    # gsDesign prints 0.005988, 0.507958: its search stops earlier. At the right limits z is 1.959964: with the
    # shares that are most likely at that difference, found here by maximising, not by the cubic.
    from scipy.optimize import minimize_scalar

    interval = METHODS["miettinen_nurminen"].compute(REFERENCE, level=LEVEL).interval
    for limit, sign, theirs in ((interval.low, 1, 0.005988), (interval.high, -1, 0.507958)):

        def unlikely(p0: float, limit: float = limit) -> float:
            p1 = p0 + limit
            return -(20 * math.log(p1) + 8 * math.log(1 - p1) + 11 * math.log(p0) + 14 * math.log(1 - p0))

        p0 = minimize_scalar(
            unlikely, bounds=(1e-9, 1 - limit - 1e-9), method="bounded", options={"xatol": 1e-12}
        ).x
        p1 = p0 + limit
        variance = (p1 * (1 - p1) / 28 + p0 * (1 - p0) / 25) * 53 / 52
        assert sign * (20 / 28 - 11 / 25 - limit) / math.sqrt(variance) == pytest.approx(1.959964, abs=1e-6)
        assert abs(limit - theirs) > 4e-6
