"""Where BEAM stands against its stopping rule: who counts, who had a serious infection, what is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.safety.support import dose, event, participant, plan, version
from trialwright.record.participant import Participant
from trialwright.safety.boundary import compute_probability
from trialwright.safety.stopping import (
    Counted,
    Crossing,
    StoppingStatus,
    assess_stopping,
    derive_counted,
    follow_stopping,
)
from trialwright.terms.truth import Truth

ON = date(2026, 6, 1)
RULE = plan().stopping[0]
SEPSIS = event(version(seriousness=("hospitalisation",)))


def counted(one: Participant) -> tuple[Truth, Truth, str]:
    (found,) = derive_counted(plan(), RULE, [one], on=ON)
    return found.counted, found.event, found.reason


# fmt: off
WHO = [
    # participant                                                       counted  event  reason
    (participant("in both"),                                            True,    False, ""),
    (participant("infected", SEPSIS),                                   True,    True,  ""),
    (participant("other arm", SEPSIS, arm="MT"),                        False,   True,  ""),
    (participant("not allocated", arm=None),                            False,   False, ""),
    (participant("no infusion yet", SEPSIS, doses=()),                  False,   True,  ""),
    (participant("other intervention only", doses=(dose("tacrolimus", end="", amount="4", unit="mg/d"),)),
     False, False, ""),
    (participant("belimumab years ago", doses=(dose(start="2020-01-01", prior=True),)), False, False, ""),
    (participant("infusion tomorrow", doses=(dose(start="2026-06-02"),)), False, False, ""),
    (participant("blind", arm=""),                                      None,    False, "arm_unknown"),
    (participant("not serious", event(version())),                      True,    False, ""),
    (participant("no infection", event(version(seriousness=("death",), infection="false"))), True, False, ""),
    (participant("infection tomorrow", event(version(start="2026-06-02", seriousness=("death",)))), True, False, ""),
    (participant("unreadable day", event(version(start="May", seriousness=("death",)))), True, None,
     "record_unreadable"),
]
# fmt: on


@pytest.mark.parametrize(("one", "counts", "has", "reason"), WHO, ids=lambda value: getattr(value, "id", ""))
def test_who_counts(one: Participant, counts: Truth, has: Truth, reason: str) -> None:
    assert counted(one) == (counts, has, reason)


def test_a_count_walks_back_to_the_ledger() -> None:
    (found,) = derive_counted(plan(), RULE, [participant("S-001", SEPSIS)], on=ON)
    assert found.positions == (10, 50)  # the adverse event and the infusion


def status(*rows: tuple[Truth, Truth]) -> StoppingStatus:
    return assess_stopping(
        RULE.rule,
        [
            Counted(str(number), counts, has, "arm_unknown" if None in (counts, has) else "")
            for number, (counts, has) in enumerate(rows)
        ],
    )


YES, NO = (True, True), (True, False)


def test_nobody_yet() -> None:
    found = status()
    assert (found.participants, found.events, found.boundary, found.probability, found.stop) == (
        0,
        0,
        None,
        None,
        False,
    )


@pytest.mark.parametrize(
    ("rows", "boundary", "stop"),
    [  # Beta(0.4, 1.6), 0.2, 0.9: boundary - 2 2 3 3 3 4 ... (tests/published/stopping_boundary.csv)
        ([YES], None, False),
        ([YES, YES], 2, True),
        ([YES, YES, NO], 2, True),
        ([YES, YES, NO, NO], 3, False),
        ([YES, YES, NO, YES], 3, True),
        ([NO] * 7, 4, False),
    ],
)
def test_status(rows: list[tuple[Truth, Truth]], boundary: int | None, stop: bool) -> None:
    found = status(*rows)
    assert (found.participants, found.boundary, found.stop) == (len(rows), boundary, stop)
    assert found.probability == compute_probability(found.events, len(rows), a=0.4, b=1.6, rate=0.2)


# fmt: off
OPEN = [
    # certain                 open               stop   why
    ([YES, NO, NO],           [(True, None)],    False, "2 of 4 at most, 3 needed"),
    ([YES, YES, NO],          [(True, None)],    None,  "3 of 4 stops, 2 of 4 does not"),
    ([YES, NO],               [(None, True)],    None,  "2 of 3 stops, 1 of 2 does not"),
    ([YES, YES, NO],          [(None, False)],   None,  "2 of 3 stops, 2 of 4 does not"),
    ([YES, YES, YES, NO],     [(None, False)],   True,  "3 of 4 and 3 of 5 both stop"),
    ([YES, YES, YES],         [(None, None)],    True,  "3 of 3, 3 of 4 and 4 of 4 all stop"),
    ([NO],                    [(False, None)],   False, "who does not count leaves nothing open"),
]
# fmt: on


@pytest.mark.parametrize(("rows", "open_", "stop", "why"), OPEN)
def test_what_is_open_decides_only_where_it_can(
    rows: list[tuple[Truth, Truth]], open_: list[tuple[Truth, Truth]], stop: Truth, why: str
) -> None:
    found = status(*rows, *open_)
    assert found.stop is stop, why
    assert found.participants == len(rows)
    assert found.reasons == (() if open_[0][0] is False else ("arm_unknown",))


def test_all_of_beam_together() -> None:
    people = [participant(str(n), SEPSIS) for n in range(2)] + [
        participant("3"),
        participant("4", SEPSIS, arm="MT"),
    ]
    found = assess_stopping(RULE.rule, derive_counted(plan(), RULE, people, on=ON))
    assert (found.participants, found.events, found.stop) == (3, 2, True)
    blind = [replace(each, allocated=each.allocated and each.allocated._replace(arm="")) for each in people]
    found = assess_stopping(RULE.rule, derive_counted(plan(), RULE, blind, on=ON))
    assert (found.participants, found.stop, found.reasons) == (0, None, ("arm_unknown",))


def first_infusion(name: str, day: str, infected: str = "") -> Participant:
    events = [event(version(start=infected, seriousness=("hospitalisation",)))] if infected else []
    return participant(name, *events, doses=(dose(start=day),))


# fmt: off
CROSSINGS = [
    # first infusion, serious infection                                           crossed                     stop
    ([("2026-03-02", "2026-04-01"), ("2026-03-02", ""), ("2026-03-02", "")],      None,                       False),
    ([("2026-03-02", "2026-04-01"), ("2026-03-02", "2026-04-09")],                ("2026-04-09", 2, 2),       True),
    ([("2026-03-02", "2026-04-01"), ("2026-03-02", "2026-04-09"), *[("2026-05-04", "")] * 5],
                                                                                  ("2026-04-09", 2, 2),       True),
    ([("2026-03-02", "2026-04-01"), ("2026-03-02", "2026-05-09"), *[("2026-05-04", "")] * 5],
                                                                                  None,                       False),
    ([("2026-03-02", "2026-04-01"), ("2026-03-02", "2026-06-02")],                None,                       False),
]
# fmt: on


@pytest.mark.parametrize(("people", "crossed", "stop"), CROSSINGS)
def test_a_boundary_once_reached_stays_reached(
    people: list[tuple[str, str]], crossed: tuple[str, int, int] | None, stop: bool
) -> None:
    """Two of two stop, and five more without an infection do not undo it; two of seven, met at once, do not stop."""
    found = follow_stopping(
        plan(), RULE, [first_infusion(str(number), *each) for number, each in enumerate(people)], on=ON
    )
    assert found.stop is stop
    expected = crossed and Crossing(date.fromisoformat(crossed[0]), *crossed[1:])
    assert found.crossed == expected
