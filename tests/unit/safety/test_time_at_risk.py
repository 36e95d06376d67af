"""Time at risk of a kind of adverse event, counted by hand. First dose 2 March 2026, the day asked about 31 March."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.safety.support import dose, event, participant, version
from trialwright.record.participant import Ended
from trialwright.safety.adverse_events import derive_adverse_events
from trialwright.safety.exposure import derive_follow_up
from trialwright.safety.time_at_risk import AtRisk, derive_time_at_risk

GROUPS = {"b1": "BEL+MT"}
UNTIL = date(2026, 3, 31)


def at_risk(*starts: str, ended: str = "") -> tuple[AtRisk, ...]:
    events = (
        event(version(start=start, position=10 + number), number=number)
        for number, start in enumerate(starts, start=1)
    )
    one = participant("b1", *events)
    if ended:
        one = replace(one, completed=Ended(90, ended, ""))
    rows = derive_adverse_events([one], groups=GROUPS, interventions=frozenset({"belimumab"}))
    return derive_time_at_risk(derive_follow_up([one], groups=GROUPS, until=UNTIL), rows)


# fmt: off
ROWS = [
    # starts of the events            end of the study  days  with the event
    ((),                              "",               30,   None),  # 2 to 31 March, both included
    (("2026-03-11",),                 "",               10,   11),    # 2 to 11 March
    (("2026-03-20", "2026-03-11"),    "",               10,   12),    # the first of them by day, not by number
    (("2026-03-02",),                 "",               1,    11),    # on the day of the first dose
    (("2026-03-01",),                 "",               30,   None),  # before the first dose: not treatment-emergent
    (("2026-03-01", "2026-03-11"),    "",               10,   12),
    (("2026-03",),                    "",               1,    11),    # may have begun with the first dose
    (("",),                           "",               1,    11),    # a day nobody knows: no day earlier
    ((),                              "2026-03-21",     20,   None),
    (("2026-03-25",),                 "2026-03-21",     20,   None),  # after the end nobody was watched
    (("2026-04-01",),                 "",               30,   None),  # after the day asked about
]
# fmt: on


@pytest.mark.parametrize(("starts", "ended", "days", "position"), ROWS)
def test_time_at_risk(starts: tuple[str, ...], ended: str, days: int, position: int | None) -> None:
    (found,) = at_risk(*starts, ended=ended)
    assert (found.days, found.event.position if found.event else None) == (days, position)
    assert (found.participant, found.group, found.first) == ("b1", "BEL+MT", date(2026, 3, 2))


def test_nobody_without_a_known_first_dose_has_time_at_risk() -> None:
    for one in (participant("b1", doses=()), participant("b1", doses=(dose(start="2026-03"),))):
        assert derive_time_at_risk(derive_follow_up([one], groups=GROUPS, until=UNTIL), ()) == ()
