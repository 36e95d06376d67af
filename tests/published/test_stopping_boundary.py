"""Check values of the Bayesian stopping boundary for 1 to 28 participants: `stopping_boundary.csv`, and its peer in R."""

from __future__ import annotations

import csv
import math
from itertools import product
from pathlib import Path

import pytest

from trialwright.safety.boundary import (
    Boundary,
    compute_operating_characteristics,
    compute_probability,
    plan_boundary,
)
from trialwright.study.safety import BetaBinomialStopping
from trialwright.terms.message import Text

Row = dict[str, str]
ROWS: list[Row] = list(
    csv.DictReader((Path(__file__).parent / "stopping_boundary.csv").read_text(encoding="utf-8").splitlines())
)


def boundary(a: str, b: str, rate: str, cut: str, largest: int = 28) -> Boundary:
    rule = BetaBinomialStopping(
        id="x", title=Text("x", "x"), method="beta_binomial", event="never", population="always",
        prior_a=a, prior_b=b, rate=rate, cut=cut, action=Text("x", "x"),
    )  # fmt: skip
    return plan_boundary(rule, largest=largest)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(list(row.values())[:6]))
def test_check_value(row: Row) -> None:
    found = boundary(row["a"], row["b"], row["rate"], row["cut"])
    if row["quantity"] == "boundary":
        assert " ".join("-" if least is None else str(least) for least in found) == row["expected"]
        return
    known = compute_operating_characteristics(found, rate=float(row["true"]))
    value = known.stops if row["quantity"] == "stops" else known.expected
    assert abs(value - float(row["expected"])) <= float(row["tolerance"])


@pytest.mark.parametrize(("events", "expected"), [(5, 0.4062040), (8, 0.8699369)])
def test_posterior(events: int, expected: float) -> None:
    """Jeffreys prior, limit 0.2, of 28 participants (the project's statistical truth table)."""
    assert abs(compute_probability(events, 28, a=0.5, b=0.5, rate=0.2) - expected) <= 5e-8


@pytest.mark.parametrize(("rate", "crossing"), [(0.1, 0.118), (0.3, 0.915)])
def test_the_peer_in_r(rate: float, crossing: float) -> None:
    """R clinfun: toxbdry(.1, .3, n = c(5, 10, 15, 20, 25, 28)), low boundary: stop above 2, 2, 3, 4, 5, 5.

    Its boundary comes from repeated significance tests, not from a prior; what any boundary does is computed alike.
    """
    looks = {5: 3, 10: 3, 15: 4, 20: 5, 25: 6, 28: 6}
    planned = [looks.get(participants) for participants in range(1, 29)]
    assert abs(compute_operating_characteristics(planned, rate=rate).stops - crossing) <= 5e-4


# What must hold of every boundary


def test_a_flat_prior_stops_at_the_first_event_of_the_first_participant() -> None:
    assert boundary("0.5", "0.5", "0.2", "0.9")[0] == 1
    assert boundary("0.4", "1.6", "0.2", "0.9")[0] is None


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5])
def test_operating_characteristics_are_those_of_every_course_counted_out(rate: float) -> None:
    """All 2^10 courses of 10 participants, one by one."""
    planned = boundary("0.4", "1.6", "0.2", "0.9", largest=10)
    stops = expected = 0.0
    for course in product((0, 1), repeat=10):
        chance = math.prod(rate if event else 1 - rate for event in course)
        stop = next(
            (n for n in range(1, 11) if (least := planned[n - 1]) is not None and sum(course[:n]) >= least),
            None,
        )
        stops += chance * (stop is not None)
        expected += chance * (stop or 10)
    known = compute_operating_characteristics(planned, rate=rate)
    assert math.isclose(known.stops, stops, rel_tol=1e-12)
    assert math.isclose(known.expected, expected, rel_tol=1e-12)
    assert known.stops_by[-1] == known.stops
    assert sorted(known.stops_by) == list(known.stops_by)


@pytest.mark.parametrize(("events", "participants"), [(-1, 3), (4, 3)])
def test_counts_that_cannot_be_are_refused(events: int, participants: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        compute_probability(events, participants, a=1, b=1, rate=0.2)
