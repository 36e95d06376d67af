"""Writes docs/reference/statistics.md from the methods and the tables they are tested against; `--check` compares."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tools.spec_pages import write_table  # noqa: E402
from trialwright.analysis import METHODS, ArmCount, Result, TwoArms  # noqa: E402
from trialwright.analysis.method import Method  # noqa: E402

TABLES = ROOT / "tests" / "published"
PAGE = ROOT / "docs" / "reference" / "statistics.md"
LEVEL = 0.95
Row = Mapping[str, str]

START = """\
# Statistical methods

<!-- Made by tools/statistics_page.py; do not edit by hand. -->

A plan in a study's `analysis.yaml` names these methods. Every one is tested against numbers that other programs or
papers give: the tables below are those of `tests/published`, which are tests. A source with six digits or more agrees
to 1e-6, others to the digits they print. `20/28 v 11/25` reads: 20 of 28 in the first arm, 11 of 25 in the second.

## The methods
"""
DIFFER = """\
## Where another program gives another number

Each of these differs by more than its last digit. The reason is shown by a computation of its own in
`tests/published/test_analysis.py`.
"""
TABLES_OF = (
    ("The share of one arm", "proportion_intervals", ("low", "high")),
    ("Two arms: estimates with their interval", "two_arm_estimates", ("estimate", "low", "high")),
    ("Two arms: tests (`less`, `greater`: one-sided)", "two_arm_tests", ("statistic", "p_value")),
    ("Regression", "regressions", ("estimate", "low", "high", "p_value")),
    ("Survival: Kaplan-Meier with log-log intervals", "kaplan_meier", ("survival", "low", "high")),
    ("Survival: medians", "medians", ("median", "low", "high")),
    ("Survival: log-rank", "log_rank", ("statistic", "degrees", "p_value")),
    ("Incidence: rate per 100 person-years, exact", "incidence_rates", ("rate", "low", "high")),
    ("Balance: standardised differences", "standardised_differences", ("expected",)),
    ("Exact power and type 1 error", "exact_design", ("power", "type_1_error")),
    ("The stopping boundary", "stopping_boundary", ("expected",)),
)
HIDDEN = ("tolerance", "estimate_tolerance", "limits_tolerance", "p_tolerance", "power_tolerance", "scale")


def read(name: str) -> list[Row]:
    """The rows of one of the tables."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def two_arms(row: Row) -> TwoArms:
    """The two arms of a row."""
    x1, n1, x0, n0 = (int(row[name]) for name in ("x1", "n1", "x0", "n0"))
    return TwoArms(
        treatment=ArmCount(arm="treatment", events=x1, n=n1), control=ArmCount(arm="control", events=x0, n=n0)
    )


def computed(method: Method, row: Row) -> float:
    """What our method gives for the quantity of a row of `others_differ`."""
    arms = two_arms(row)
    if method.kind == "regression":
        outcome, covariates = arms.rows(term="arm")
        result: Result = method.compute(outcome, covariates, term="arm", level=LEVEL)
    elif method.kind == "test":
        result = method.compute(arms)
    else:
        result = method.compute(arms, level=LEVEL)
    values: Mapping[str, Any] = {
        "estimate": result.estimate,
        "p_value": result.p_value,
        "low": result.interval and result.interval.low,
        "high": result.interval and result.interval.high,
    }
    value: float = values[row["quantity"]]
    return value


def _counts(row: Row) -> str:
    if "x1" in row:
        return f"{row['x1']}/{row['n1']} v {row['x0']}/{row['n0']}"
    return f"{row['events']}/{row['n']}" if {"events", "n"} <= row.keys() and "data" not in row else ""


def _published(name: str, shown: Sequence[str]) -> Iterator[list[str]]:
    rows = read(name)
    about = [
        column
        for column in rows[0]
        if column not in (*shown, *HIDDEN, "source", "x1", "n1", "x0", "n0", "type_1_error_tolerance")
        and not (column in ("events", "n") and "method" in rows[0])
    ]
    counted = bool(_counts(rows[0]))
    yield [*about, *(["counts"] if counted else []), *shown, "source"]
    for row in rows:
        counts = [_counts(row)] if counted else []
        yield [*(row[column] for column in about), *counts, *(row[column] for column in shown), row["source"]]


def _table(lines: Iterator[list[str]]) -> list[str]:
    heading, *rows = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    words = [name.replace("_", " ") for name in heading]
    return list(
        write_table([words, *([f"`{row[0]}`" if row[0] in METHODS else row[0], *row[1:]] for row in rows)])
    )


def _methods() -> Iterator[list[str]]:
    yield ["name in a plan", "what it is", "source"]
    for name in sorted(METHODS):
        yield [f"`{name}`", METHODS[name].title.en, METHODS[name].source]


def _differ() -> Iterator[list[str]]:
    yield ["method", "counts", "quantity", "another program", "says", "this one says", "why"]
    for row in read("others_differ"):
        ours = computed(METHODS[row["method"]], row)
        digits = len(row["theirs"].partition(".")[2])
        yield [
            row["method"],
            _counts(row),
            row["quantity"],
            row["program"],
            row["theirs"],
            f"{ours:.{digits}f}",
            row["reason"],
        ]


def write_page() -> str:
    """The whole page."""
    lines = [START, *write_table(list(_methods())), "", DIFFER, *_table(_differ())]
    for title, name, shown in TABLES_OF:
        lines += ["", f"## {title}", "", *_table(_published(name, shown))]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or check it; 1 if it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the page is stale")
    check = parser.parse_args(arguments).check
    wanted = write_page()
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == wanted:
        return 0
    if check:
        print("docs/reference/statistics.md is stale: run `python tools/statistics_page.py`", file=sys.stderr)
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
