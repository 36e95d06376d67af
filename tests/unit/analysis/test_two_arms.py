"""Two arms at their edges: nobody, everybody, empty cells; and what must hold for every table there is."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from tests.unit.analysis.analysis_support import arm, arms, every_table
from trialwright.analysis import (
    METHODS,
    REJECTS,
    ArmCount,
    CannotAnalyse,
    choose_test,
    compute_power,
    compute_type_1_error,
)
from trialwright.analysis.barnard import barnard
from trialwright.analysis.boschloo import boschloo
from trialwright.analysis.fisher import fisher
from trialwright.analysis.miettinen_nurminen_test import miettinen_nurminen_test
from trialwright.terms.compare import less_equal

LEVEL = 0.95
DIFFERENCES = [
    "miettinen_nurminen",
    "mee",
    "gart_nam",
    "skewness_corrected",
    "newcombe",
    "unconditional_score",
]
RATIOS = ["miettinen_nurminen_risk_ratio", "miettinen_nurminen_odds_ratio", "conditional_odds_ratio"]
TESTS = [name for name, method in METHODS.items() if method.kind == "test"]
PROPORTIONS = [name for name, method in METHODS.items() if method.kind == "proportion"]


# Counts that cannot be


def test_an_empty_arm_is_refused_by_name() -> None:
    with pytest.raises(CannotAnalyse, match="Arm MT has no participants"):
        arms("3/5 v 0/0")


@pytest.mark.parametrize("text", ["6/5", "-1/5", "0/-3"])
def test_counts_that_cannot_be(text: str) -> None:
    with pytest.raises(CannotAnalyse, match="cannot be"):
        arm(text)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, -0.5])
@pytest.mark.parametrize(
    "name", [*PROPORTIONS, *DIFFERENCES, *RATIOS, "wald", "agresti_caffo", "risk_ratio", "odds_ratio"]
)
def test_a_level_is_between_0_and_1(name: str, level: float) -> None:
    given: object = arm("3/5") if name in PROPORTIONS else arms("3/5 v 2/5")
    with pytest.raises(CannotAnalyse, match="between 0 and 1"):
        METHODS[name].compute(given, level=level)


# Edges: what a clinician can check by hand
# counts, method, estimate, low, high (None: no number; what is not checked is left out by ...)

EDGES = [
    # 0/n against 0/n: no difference; three in n is the rule of thumb for what cannot be excluded
    ("0/10 v 0/10", "wald", 0.0, 0.0, 0.0),
    ("0/10 v 0/10", "risk_ratio", None, None, None),
    ("0/10 v 0/10", "odds_ratio", None, None, None),
    ("0/10 v 0/10", "miettinen_nurminen_risk_ratio", None, 0.0, math.inf),
    ("0/10 v 0/10", "conditional_odds_ratio", None, 0.0, math.inf),
    # n/n against n/n
    ("10/10 v 10/10", "odds_ratio", None, None, None),
    ("10/10 v 10/10", "risk_ratio", 1.0, 1.0, 1.0),
    ("10/10 v 10/10", "miettinen_nurminen_odds_ratio", None, 0.0, math.inf),
    # everybody against nobody
    ("10/10 v 0/20", "risk_ratio", math.inf, None, None),
    ("10/10 v 0/20", "odds_ratio", math.inf, None, None),
    ("10/10 v 0/20", "miettinen_nurminen_risk_ratio", math.inf, ..., math.inf),
    ("10/10 v 0/20", "conditional_odds_ratio", math.inf, ..., math.inf),
    ("0/20 v 10/10", "miettinen_nurminen", -1.0, -1.0, ...),
    ("0/20 v 10/10", "miettinen_nurminen_odds_ratio", 0.0, 0.0, ...),
    ("0/10 v 3/10", "miettinen_nurminen_risk_ratio", 0.0, 0.0, ...),
    ("0/10 v 3/10", "conditional_odds_ratio", 0.0, 0.0, ...),
    ("1/1 v 0/1", "miettinen_nurminen", 1.0, ..., 1.0),
]


@pytest.mark.parametrize(("text", "name", "estimate", "low", "high"), EDGES)
def test_edge(text: str, name: str, estimate: float | None, low: object, high: object) -> None:
    result = METHODS[name].compute(arms(text), level=LEVEL)
    assert result.estimate == estimate
    found = (result.interval.low, result.interval.high) if result.interval else (None, None)
    for number, expected in zip(found, (low, high), strict=True):
        assert expected is ... or number == expected
    if estimate is None or result.interval is None:
        assert result.notes, "no number without a reason"


def test_exact_odds_ratio_of_an_extreme_table_by_hand() -> None:
    # 3/3 against 0/3: given 3 events, P(all in treatment) at odds ratio w is w^3/(1 + 9w + 9w^2 + w^3); the lower
    # limit makes it 0.025.
    low = METHODS["conditional_odds_ratio"].compute(arms("3/3 v 0/3"), level=LEVEL).interval.low
    assert low**3 / (1 + 9 * low + 9 * low**2 + low**3) == pytest.approx(0.025, abs=1e-12)


@pytest.mark.parametrize("name", TESTS)
@pytest.mark.parametrize("text", ["0/7 v 0/9", "7/7 v 9/9", "0/1 v 0/1"])
def test_nothing_tells_the_arms_apart(name: str, text: str) -> None:
    result = METHODS[name].compute(arms(text))
    assert result.p_value is None or result.p_value == pytest.approx(1.0, abs=1e-12)
    if result.p_value is None:
        assert "Nobody, or everybody" in result.notes[-1].template


def test_a_wald_interval_without_width_says_so() -> None:
    assert "no width" in METHODS["wald"].compute(arms("10/10 v 0/20"), level=LEVEL).notes[0].template
    assert METHODS["wald"].compute(arms("9/10 v 0/20"), level=LEVEL).notes == ()


def test_too_many_tables_are_refused() -> None:
    large = arms("300/600 v 250/600")
    for name in ("barnard", "boschloo", "boschloo_central"):
        with pytest.raises(CannotAnalyse, match="too many to enumerate"):
            METHODS[name].compute(large)
    with pytest.raises(CannotAnalyse, match="too many to enumerate"):
        METHODS["unconditional_score"].compute(large, level=LEVEL)


def test_large_trials_are_no_trouble_elsewhere() -> None:
    large = arms("30000/60000 v 29000/60000")
    assert METHODS["fisher"].compute(large).p_value == pytest.approx(
        METHODS["yates"].compute(large).p_value, rel=1e-3
    )
    interval = METHODS["miettinen_nurminen"].compute(large, level=LEVEL).interval
    wald = METHODS["wald"].compute(large, level=LEVEL).interval
    assert interval.low == pytest.approx(wald.low, rel=1e-4)
    assert interval.high == pytest.approx(wald.high, rel=1e-4)


# The declared rule


@pytest.mark.parametrize(
    ("text", "test", "why"),
    [
        # 40 participants, smallest expected count exactly 5: 20 x 10 / 40
        ("5/20 v 5/20", "pearson", "not below 5"),
        ("20/28 v 11/25", "pearson", "not below 5"),
        # 20 x 9 / 40 = 4.5
        ("5/20 v 4/20", "yates", "below 5, not below 1"),
        ("27/28 v 22/25", "yates", "below 5, not below 1"),
        ("5/28 v 3/25", "yates", "below 5, not below 1"),
        # exactly 1: 20 x 2 / 40
        ("1/20 v 1/20", "yates", "not below 1"),
        # 20 x 1 / 40 = 0.5
        ("1/20 v 0/20", "fisher", "below 1"),
        ("20/20 v 19/20", "fisher", "below 1"),
        # 39 participants, however large the expected counts
        ("10/20 v 9/19", "fisher", "fewer than"),
        ("0/30 v 0/30", "fisher", "below 1"),
    ],
)
def test_the_rule_chooses(text: str, test: str, why: str) -> None:
    choice = choose_test(arms(text))
    result = METHODS["declared_rule"].compute(arms(text))
    assert choice.test == test
    assert why in choice.because.template
    assert (result.applied, result.notes[0]) == (test, choice.because)
    assert result.p_value == METHODS[test].compute(arms(text)).p_value


def test_chi_square_warns_where_it_is_no_approximation() -> None:
    for name in ("pearson", "yates"):
        assert "below 1" in METHODS[name].compute(arms("1/20 v 0/20")).notes[0].template
        assert METHODS[name].compute(arms("1/20 v 1/20")).notes == ()


# What holds for every table


@pytest.mark.parametrize(("n1", "n0"), [(5, 5), (6, 3), (1, 4)])
@pytest.mark.parametrize("name", DIFFERENCES)
def test_every_interval_of_a_difference(name: str, n1: int, n0: int) -> None:
    method = METHODS[name]
    if name == "unconditional_score":  # enumerates for each difference: smaller arms are enough
        n1, n0 = min(n1, 3), min(n0, 3)
    for table in every_table(n1, n0):
        result = method.compute(table, level=LEVEL)
        low, high = result.interval.low, result.interval.high
        assert -1 - 1e-12 <= low <= result.estimate <= high <= 1 + 1e-12
        # The arms exchanged, and events counted as non-events, turn it around.
        turned = method.compute(
            arms(f"{table.control.events}/{n0} v {table.treatment.events}/{n1}"), level=LEVEL
        ).interval
        mirrored = method.compute(
            arms(f"{n1 - table.treatment.events}/{n1} v {n0 - table.control.events}/{n0}"), level=LEVEL
        ).interval
        for other in (turned, mirrored):
            assert (-other.high, -other.low) == pytest.approx((low, high), abs=1e-7)


@pytest.mark.parametrize(("n1", "n0"), [(5, 5), (6, 3), (1, 4)])
@pytest.mark.parametrize("name", RATIOS)
def test_every_interval_of_a_ratio(name: str, n1: int, n0: int) -> None:
    method = METHODS[name]
    for table in every_table(n1, n0):
        result = method.compute(table, level=LEVEL)
        low, high = result.interval.low, result.interval.high
        assert 0 <= low <= high
        if result.estimate is None:
            assert (low, high) == (0.0, math.inf)
            continue
        assert low <= result.estimate <= high
        turned = method.compute(
            arms(f"{table.control.events}/{n0} v {table.treatment.events}/{n1}"), level=LEVEL
        ).interval
        for mine, other in ((low, turned.high), (high, turned.low)):
            assert mine == pytest.approx(1 / other if other else math.inf, rel=1e-6)


@pytest.mark.parametrize(
    ("interval", "test", "null"),
    [
        ("miettinen_nurminen", "miettinen_nurminen_test", 0.0),
        ("miettinen_nurminen_risk_ratio", "miettinen_nurminen_test", 1.0),
        ("miettinen_nurminen_odds_ratio", "miettinen_nurminen_test", 1.0),
        ("mee", "pearson", 0.0),
        ("conditional_odds_ratio", "fisher_central", 1.0),
    ],
)
def test_interval_and_test_agree(interval: str, test: str, null: float) -> None:
    for table in every_table(9, 7):
        p_value = METHODS[test].compute(table).p_value
        if p_value is not None:
            found = METHODS[interval].compute(table, level=LEVEL).interval
            assert (found.low <= null <= found.high) == (p_value > 0.05)


def test_the_exact_interval_holds_what_its_test_keeps() -> None:
    for table in every_table(4, 3):
        result = METHODS["unconditional_score"].compute(table, level=LEVEL)
        if result.p_value > 0.05:
            assert result.interval.low <= 0.0 <= result.interval.high


@pytest.mark.parametrize("name", PROPORTIONS)
@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_every_interval_of_a_proportion(name: str, n: int) -> None:
    found = [METHODS[name].compute(arm(f"{x}/{n}"), level=LEVEL) for x in range(n + 1)]
    for result, mirrored in zip(found, reversed(found), strict=True):
        low, high = result.interval.low, result.interval.high
        assert 0 <= low <= result.estimate <= high <= 1
        assert (1 - mirrored.interval.high, 1 - mirrored.interval.low) == pytest.approx((low, high), abs=1e-9)
    for before, after in pairwise(found):
        assert before.interval.low <= after.interval.low
        assert before.interval.high <= after.interval.high


@pytest.mark.parametrize("name", TESTS)
def test_every_p_value(name: str) -> None:
    for table in every_table(6, 8):
        p_value = METHODS[name].compute(table).p_value
        turned = METHODS[name].compute(arms(f"{table.control.events}/8 v {table.treatment.events}/6")).p_value
        assert p_value is None or 0 < p_value <= 1
        assert p_value == (None if turned is None else pytest.approx(turned, abs=1e-9))


@pytest.mark.parametrize("test", [barnard, boschloo, fisher, miettinen_nurminen_test])
def test_one_sided_tests_look_one_way(test: object) -> None:
    assert callable(test)
    better, worse = arms("9/10 v 3/10"), arms("3/10 v 9/10")
    assert test(better, alternative="greater").p_value < 0.025
    assert test(better, alternative="less").p_value > 0.9
    assert test(worse, alternative="less").p_value == pytest.approx(
        test(better, alternative="greater").p_value
    )


# Exact operating characteristics


@pytest.mark.parametrize("alpha", [0.05, 0.2])
@pytest.mark.parametrize("name", REJECTS)
def test_enumeration_rejects_what_the_test_rejects(name: str, alpha: float) -> None:
    # Sizes on both sides of the rule's 40 participants
    for n1, n0 in ((8, 7), (22, 19)) if name == "declared_rule" else ((8, 7),):
        rejected = REJECTS[name](n1, n0, alpha)
        for table in every_table(n1, n0):
            p_value = METHODS[name].compute(table).p_value
            expected = p_value is not None and less_equal(p_value, alpha)
            assert rejected[table.treatment.events, table.control.events] == expected, table


@pytest.mark.parametrize("name", ["fisher", "fisher_central", "barnard", "boschloo", "boschloo_central"])
def test_exact_tests_hold_their_level(name: str) -> None:
    for n in (3, 10, 17):
        found = compute_type_1_error(name, n_treatment=n, n_control=n + 2, alpha=0.05).estimate
        assert found is not None
        assert found <= 0.05


def test_power_where_the_arms_do_not_differ_is_type_1_error() -> None:
    error = compute_type_1_error("pearson", n_treatment=28, n_control=25, alpha=0.05).estimate
    assert error is not None
    powers = [
        compute_power(
            "pearson",
            n_treatment=28,
            n_control=25,
            share_treatment=p / 200,
            share_control=p / 200,
            alpha=0.05,
        ).estimate
        for p in range(201)
    ]
    assert max(power for power in powers if power is not None) == pytest.approx(error, abs=1e-3)
    assert powers[0] == powers[-1] == 0.0
    assert all(power is not None and power <= error + 1e-9 for power in powers)


def test_power_at_certain_shares() -> None:
    # 4/4 against 0/4 is Fisher's 2/70: rejected, and certain.
    found = compute_power(
        "fisher", n_treatment=4, n_control=4, share_treatment=1.0, share_control=0.0, alpha=0.05
    )
    assert found.estimate == pytest.approx(1.0, abs=1e-12)
    assert (found.applied, [each.n for each in found.counted]) == ("fisher", [4, 4])


def test_what_cannot_be_enumerated() -> None:
    with pytest.raises(CannotAnalyse, match="cannot be enumerated"):
        compute_type_1_error("t_test", n_treatment=5, n_control=5, alpha=0.05)
    for n in (0, 2000):
        with pytest.raises(CannotAnalyse, match="participants"):
            compute_type_1_error("fisher", n_treatment=n, n_control=5, alpha=0.05)


def test_counts_are_carried() -> None:
    result = METHODS["miettinen_nurminen"].compute(arms("20/28 v 11/25"), level=LEVEL)
    assert [(each.arm, each.n, each.events) for each in result.counted] == [
        ("BEL+MT", 28, 20),
        ("MT", 25, 11),
    ]
    assert result.n == 53
    assert ArmCount(arm="MT", events=11, n=25).share == 0.44
