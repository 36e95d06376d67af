"""How long and how much: counted by hand. Week 0 is 2 March 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.safety.support import dose, participant
from trialwright.record.participant import Dose, Ended, Participant
from trialwright.safety.exposure import ExposureRow, derive_exposure, derive_follow_up

GROUPS = {"b1": "BEL+MT"}
UNTIL = date(2026, 3, 31)


def exposure(*doses: Dose, until: date = UNTIL) -> ExposureRow:
    (row,) = derive_exposure(
        [participant("b1", doses=doses)], groups=GROUPS, interventions=[doses[0].intervention], until=until
    )
    return row


def tacrolimus(start: str, end: str, amount: str = "4", unit: str = "mg/d") -> Dose:
    return dose("tacrolimus", start, end=end, amount=amount, unit=unit)


def test_single_doses() -> None:
    row = exposure(
        dose(start="2026-03-02", position=50), dose(start="2026-03-16", position=60, amount="0.65", unit="g")
    )
    assert (row.first, row.last, row.days, row.administrations) == (date(2026, 3, 2), date(2026, 3, 16), 2, 2)
    assert (row.total, row.unit, row.positions) == (1250.0, "mg", (50, 60))


def test_earlier_care_stands_apart() -> None:
    given = [participant("b1", doses=(dose(prior=True, position=50), dose(position=60)))]
    for prior, positions in ((True, (50,)), (False, (60,))):
        (row,) = derive_exposure(given, groups=GROUPS, interventions=["belimumab"], until=UNTIL, prior=prior)
        assert row.positions == positions


# fmt: off
DAILY = [
    # doses                                                                       days  total mg
    ((tacrolimus("2026-03-02", "2026-03-11"),),                                   10,   40.0),
    ((tacrolimus("2026-03-02", "2026-03-11"), tacrolimus("2026-03-12", "", "3")), 30,   100.0),  # 20 days of 3 mg
    ((tacrolimus("2026-03-02", "2026-03-11"), tacrolimus("2026-03-22", "")),      20,   80.0),   # held in between
    # 6 March falls inside the first: 4 days of 4 mg, then 8 days of 3 mg
    ((tacrolimus("2026-03-02", "2026-03-11"), tacrolimus("2026-03-06", "2026-03-13", "3")), 12, 40.0),
    # two entries of one day, told an hour apart: 4 x 4 + 6 x 3, and nothing of the 3.5 mg that were corrected
    ((tacrolimus("2026-03-02", "2026-03-05"), tacrolimus("2026-03-06", "2026-03-06", "3.5"), tacrolimus("2026-03-06", "2026-03-11", "3")), 10, 34.0),
    ((tacrolimus("2026-03-30", "2026-04-10"),),                                   2,    8.0),    # up to the day asked about
    ((tacrolimus("2026-04-02", ""),),                                             0,    0.0),    # not yet begun
]
# fmt: on


@pytest.mark.parametrize(("doses", "days", "total"), DAILY)
def test_daily_doses(doses: tuple[Dose, ...], days: int, total: float) -> None:
    row = exposure(*doses)
    assert (row.days, row.total, row.administrations, row.reason) == (days, total, 0, "")


def test_a_dose_changed_twice_on_one_day_counts_once() -> None:
    """4 mg from 5 November; on 4 December first 4 mg again, then 3 mg; 3.5 mg from 26 February to 22 April.

    29 days (5 November to 3 December) x 4 + 84 days (4 December to 25 February) x 3 + 56 days x 3.5
    = 116 + 252 + 196 = 564 mg in 169 days. Both entries of 4 December as taken would be 568.
    """
    row = exposure(
        tacrolimus("2026-11-05", "2026-12-03"),
        tacrolimus("2026-12-04", "2026-12-04"),
        tacrolimus("2026-12-04", "2027-02-25", "3"),
        tacrolimus("2027-02-26", "", "3.5"),
        until=date(2027, 4, 22),
    )
    assert (row.days, row.total, row.unit, row.administrations) == (169, 564.0, "mg", 0)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (tacrolimus("2026-03", "2026-03-20"), "date_imprecise"),
        (tacrolimus("", "2026-03-20"), "date_imprecise"),
        (tacrolimus("2026-03-12", "2026-03-20", amount=""), "dose_missing"),
        (tacrolimus("2026-03-12", "2026-03-20", unit=""), "unit_unknown"),
        (tacrolimus("2026-03-12", "2026-03-20", unit="mL/d"), "unit_unknown"),
    ],
)
def test_what_is_missing_leaves_it_open(second: Dose, reason: str) -> None:
    row = exposure(tacrolimus("2026-03-02", "2026-03-11"), second)
    assert (row.total, row.reason) == (None, reason)
    assert (row.days is None) == (reason == "date_imprecise")


def test_care_before_consent_is_no_exposure() -> None:
    found = derive_exposure(
        [participant("b1", doses=(dose(prior=True),))],
        groups=GROUPS,
        interventions=["belimumab"],
        until=UNTIL,
    )
    assert found == ()


# Time at risk


def follow_up(one: Participant) -> tuple[int | None, str]:
    (row,) = derive_follow_up([one], groups=GROUPS, until=UNTIL)
    return row.days, row.reason


ONE = participant("b1")
# fmt: off
TIMES = [
    (ONE,                                                    30, ""),
    (replace(ONE, withdrawn=Ended(9, "2026-03-11", "")),     10, ""),
    (replace(ONE, died=Ended(9, "2026-03-03", ""), completed=Ended(8, "2026-03-20", "")), 2, ""),
    (replace(ONE, completed=Ended(9, "2026-08-20", "")),     30, ""),
    (replace(ONE, doses=()),                                 0,  ""),
    (replace(ONE, lost=Ended(9, "2026-03", "")),             None, "date_imprecise"),
    (replace(ONE, lost=Ended(9, "", "")),                    None, "date_missing"),
    (replace(ONE, doses=(dose(start="2026-03"),)),           None, "date_imprecise"),
]
# fmt: on


@pytest.mark.parametrize(("one", "days", "reason"), TIMES)
def test_time_at_risk(one: Participant, days: int | None, reason: str) -> None:
    assert follow_up(one) == (days, reason)
