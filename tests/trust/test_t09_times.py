"""T9. Times are stored in UTC; the day is that of the site, by the clock of whoever runs the software.

**Source**: ICH E6(R3) 4.2.2(d); 21 CFR 11.10(e).
**Proves**: every event states its instant in UTC, whatever offset the caller's clock has; the calendar day of an action is
the site's, in its own time zone; a moment without its offset is refused; no argument of an action sets the clock.
**With the site**: the server's clock is the only one, and every time is shown with its zone.
"""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from tests.unit.conduct.support import Rehearsal
from trialwright.conduct.perform import Request, perform


def test_every_event_is_stated_in_utc(walked: Rehearsal) -> None:
    for event in walked.store.events():
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", event.at)


@pytest.mark.parametrize(
    ("clock", "utc", "zone", "day"),
    [
        ("2026-01-06T00:30:00+08:00", "2026-01-05T16:30:00Z", "Asia/Shanghai", "2026-01-06"),
        ("2026-01-05T16:30:00+00:00", "2026-01-05T16:30:00Z", "Asia/Shanghai", "2026-01-06"),
        ("2026-01-05T11:30:00-05:00", "2026-01-05T16:30:00Z", "America/New_York", "2026-01-05"),
        ("2026-01-06T03:30:00+00:00", "2026-01-06T03:30:00Z", "America/New_York", "2026-01-05"),
    ],
)
def test_the_instant_is_one_and_the_day_is_the_sites(clock: str, utc: str, zone: str, day: str) -> None:
    rehearsal = Rehearsal(zone=zone)
    request = Request(
        "once",
        "consent",
        "investigator_a",
        datetime.fromisoformat(clock),
        "a",
        values={"date": day, "sex": "female", "birth": "1990"},
    )
    answer = perform(rehearsal.trial, request)
    assert getattr(answer, "at", answer) == utc
    tomorrow = str(int(day[-2:]) + 1).zfill(2)
    later = Request(
        "twice", "consent", "investigator_a", datetime.fromisoformat(clock), "a",
        values={"date": day[:-2] + tomorrow, "sex": "female", "birth": "1990"},
    )  # fmt: skip
    rehearsal.now = datetime.fromisoformat(clock)
    assert "lies in the future" in rehearsal.refused(
        "consent", "investigator_a", site="a", values=later.values
    )


def test_a_moment_without_its_offset_is_no_moment() -> None:
    rehearsal = Rehearsal()
    request = Request("once", "consent", "investigator_a", datetime(2026, 1, 6, 9), "a")  # noqa: DTZ001
    head = rehearsal.store.head
    with pytest.raises(ValueError, match="offset"):
        perform(rehearsal.trial, request)
    assert rehearsal.store.head == head
