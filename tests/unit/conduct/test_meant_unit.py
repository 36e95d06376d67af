"""Units as laboratories print them, and the unit of the form that is meant."""

from __future__ import annotations

import pytest

from trialwright.conduct.forms.units import meant_unit

OFFERED = (
    "umol/L",
    "mg/dL",
    "U/L",
    "meq/L",
    "10*9/L",
    "/uL",
    "g/(24.h)",
    "mm[Hg]",
    "Cel",
    "/[HPF]",
    "[IU]/mL",
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("μmol/L", "umol/L"),  # Greek letter mu
        ("µmol/L", "umol/L"),  # micro sign
        ("UMOL/L", "umol/L"),
        ("IU/L", "U/L"),
        ("mEq/L", "meq/L"),
        ("10^9/L", "10*9/L"),
        ("×10^9/L", "10*9/L"),
        ("10⁹/L", "10*9/L"),
        ("/μL", "/uL"),
        ("g/24h", "g/(24.h)"),
        ("mmHg", "mm[Hg]"),
        ("℃", "Cel"),
        ("/HPF", "/[HPF]"),
        ("IU/mL", "[IU]/mL"),
        # another unit is not guessed
        ("mmol/L", None),
        ("mg/L", None),
        ("lb", None),
        ("", None),
    ],
)
def test_a_unit_written_alike_is_proposed(written: str, meant: str | None) -> None:
    assert meant_unit(written, OFFERED) == meant


def test_of_two_units_written_alike_none_is_proposed() -> None:
    assert meant_unit("IU/mL", ("[IU]/mL", "U/mL")) is None
