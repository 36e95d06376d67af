"""The room as a whole: every file is a method or a tool of methods, and importing it is light."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

import trialwright.analysis as room
from tests.unit.analysis.analysis_support import arm, arms
from trialwright.analysis import METHODS, Method, Result, SurvivalCurve

# What methods share, and what is asked before or beside an analysis.
TOOLS = {
    "constrained",
    "counts",
    "crossing",
    "describe",
    "difference",
    "distributions",
    "implied_interval",
    "incidence_rate",
    "logistic_fit",
    "method",
    "methods",
    "operating_characteristics",
    "profile_likelihood",
    "ratio",
    "regression_data",
    "result",
    "sample_size",
    "separation",
    "survival_data",
    "unconditional",
}


def run(method: Method) -> Result:
    """A method on the reference table, or on four participants."""
    table, few = arms("20/28 v 11/25"), ([3.0, 5.0, 5.0, 9.0], [True, True, False, True])
    outcome, covariates = table.rows(term="arm")
    given = {
        "proportion": lambda: method.compute(arm("20/28"), level=0.95),
        "comparison": lambda: method.compute(table, level=0.95),
        "test": lambda: method.compute(table),
        "posterior": lambda: method.compute(table, prior_events=0.5, prior_non_events=0.5),
        "regression": lambda: method.compute(outcome, covariates, term="arm", level=0.95),
        "survival_curve": lambda: method.compute(*few, group="MT", unit="wk", level=0.95),
        "survival_test": lambda: method.compute(*few, ["a", "b", "a", "b"], strata=None),
        "balance_of_means": lambda: method.compute([1.0, 2.0], [2.0, 4.0], arms=("BEL+MT", "MT")),
        "balance_of_proportions": lambda: method.compute(table),
        "balance_of_categories": lambda: method.compute(
            {"a": 1, "b": 2}, {"a": 2, "b": 2}, arms=("BEL+MT", "MT")
        ),
    }
    found = given[method.kind]()
    if isinstance(found, SurvivalCurve):
        found = found.median()
    assert isinstance(found, Result)
    return found


@pytest.mark.parametrize("name", METHODS)
def test_every_method_gives_a_result_with_its_name_and_source(name: str) -> None:
    method = METHODS[name]
    result = run(method)
    assert method.name == name
    assert result.method == name
    assert result.source.strip()
    assert method.source.strip()
    assert result.counted
    assert result.n > 0
    assert (result.estimate is None) != (result.p_value is None) or result.quantity is not None
    assert result.interval is None or result.interval.method == name
    assert run(method) == result, "the same data give the same result"


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_title_in_both_languages(name: str) -> None:
    title = METHODS[name].title
    assert title.en.strip()
    assert any("\u4e00" <= sign <= "\u9fff" for sign in title.zh)


def test_every_file_of_the_room_is_a_method_or_a_tool() -> None:
    files = {path.stem for path in Path(room.__file__).parent.glob("*.py")} - {"__init__"}
    used = {
        getattr(method.compute, "func", method.compute).__module__.rpartition(".")[2]
        for method in METHODS.values()
    }
    assert files == used | TOOLS
    assert not used & TOOLS


def test_what_a_plan_may_name() -> None:
    assert {
        "miettinen_nurminen",
        "newcombe",
        "wilson",
        "declared_rule",
        "fisher",
        "boschloo",
        "barnard",
        "logistic",
        "firth",
        "kaplan_meier",
        "log_rank",
    } <= set(METHODS)
    assert "mmrm" not in METHODS


def test_importing_the_room_does_not_import_scipy() -> None:
    code = "import sys, trialwright.analysis; sys.exit(any(name.split('.')[0] == 'scipy' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_result_does_not_change() -> None:
    result = run(METHODS["wilson"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.estimate = 1.0  # type: ignore[misc]
