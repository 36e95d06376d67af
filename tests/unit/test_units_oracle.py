"""Our units against UCUM by other hands: dimension and size of every unit of the table and of the study."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from trialwright.terms.ucum_atoms import ATOMS
from trialwright.terms.units import converter, parse_unit

with (Path(__file__).parents[1] / "published" / "units_in_use.csv").open(encoding="utf-8") as file:
    TEXTS = sorted({*ATOMS, *(row["unit"] for row in csv.DictReader(file))})


@pytest.fixture(scope="module")
def oracle() -> Any:
    """UCUM by other hands: ucumvert reads it, pint computes (both are development dependencies)."""
    try:
        import ucumvert
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("ucumvert is missing: install requirements/dev.txt")
        pytest.skip("ucumvert is not installed: our units were not compared with UCUM by other hands")
    return ucumvert.PintUcumRegistry()


THEIR_DIMENSIONS = {
    "m": {"[length]": 1},
    "g": {"[mass]": 1},
    "s": {"[time]": 1},
    "K": {"[temperature]": 1},
    "C": {"[current]": 1, "[time]": 1},
    "cd": {"[luminosity]": 1},
    "mol": {"[substance]": 1},
    "rad": {},
}


# ucumvert 0.3.2 against UCUM 2.2; tests/published/units.csv has these units from other sources.
ORACLE_IS_WRONG = {
    "[Cal]": "taken for a small calorie",
    "[cft_i]": "taken for a hundredth of a foot",
    "[in_i'H2O]": "water at 60 degF instead of the conventional one",
    "[in_i'Hg]": "mercury at 60 degF instead of the conventional one",
    "g%": "taken for gram times percent",
}


def test_units_agree_with_the_oracle(oracle: Any) -> None:
    """Same dimension and, in SI base units, the same size; pint rounds some definitions after seven digits.

    Left out are the quantities of our own (cells per field, international and arbitrary units, equivalents),
    which convert to nothing (other tests), and annotations that stand alone, which ucumvert does not compute.
    """
    compared = []
    for text in TEXTS:
        unit = parse_unit(text)
        if not {name for name, _ in unit.dimension} <= set(THEIR_DIMENSIONS):
            continue
        if unit.offset or re.fullmatch(r"\{.*?\}|1", text):
            continue
        if text in ORACLE_IS_WRONG:
            continue
        theirs = oracle.from_ucum(text).to_base_units()
        dimension: Counter[str] = Counter()
        for name, exponent in unit.dimension:
            for their_name, theirs_each in THEIR_DIMENSIONS[name].items():
                dimension[their_name] += exponent * theirs_each
        assert {k: v for k, v in dimension.items() if v} == dict(theirs.dimensionality), text
        kilograms = dict(unit.dimension).get("g", 0)
        assert float(unit.factor) * 1000.0**-kilograms == pytest.approx(theirs.magnitude, rel=4e-6), text
        compared.append(text)
    assert len(compared) > 140
    assert {"g/(24.h)", "mg/dL", "U/L", "mL/min/{1.73_m2}", "10*9/L", "mm[Hg]", "mg/kg/d"} <= set(compared)


def test_temperatures_agree_with_the_oracle(oracle: Any) -> None:
    for value in (-40.0, 0.0, 32.0, 98.6, 212.0):
        theirs = oracle.Quantity(value, "degF")
        assert converter("[degF]", "Cel")(value) == pytest.approx(theirs.to("degC").magnitude, abs=1e-10)
        assert converter("[degF]", "K")(value) == pytest.approx(theirs.to("kelvin").magnitude, rel=1e-12)
