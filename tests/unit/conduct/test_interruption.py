"""An interruption lasts until the next dose of the intervention, whichever of them was told first; all days are invented."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.conduct.dosing_support import dose, participant
from tests.unit.conduct.support import at_stage
from trialwright.conduct.dosing.present import read_present
from trialwright.conduct.dosing.propose import propose_dose
from trialwright.record.participant import Hold
from trialwright.terms.message import render

TACROLIMUS = "tacrolimus"

# The dose goes on from 2 March; every event has its place in the ledger: the smaller, the earlier it was told.
# fmt: off
HELD = [
    # doses (day, place)                          interruptions (day, place)              seen on       open since
    ([("2026-03-02", 1)],                         [("2026-03-20", 25)],                   "2026-04-10", "2026-03-20"),
    ([("2026-03-02", 1)],                         [("2026-03-20", 25)],                   "2026-03-19", None),
    # taken up again on the 30th
    ([("2026-03-02", 1), ("2026-03-30", 3)],      [("2026-03-20", 25)],                   "2026-03-29", "2026-03-20"),
    ([("2026-03-02", 1), ("2026-03-30", 3)],      [("2026-03-20", 25)],                   "2026-03-30", None),
    # the same, the interruption told after the dose that ended it
    ([("2026-03-02", 1), ("2026-03-30", 2)],      [("2026-03-20", 25)],                   "2026-04-10", None),
    # the same, an earlier dose told after the interruption: it does not end it
    ([("2026-03-02", 3)],                         [("2026-03-20", 25)],                   "2026-04-10", "2026-03-20"),
    # interrupted again since; the first interruption told last
    ([("2026-03-02", 1), ("2026-03-30", 2)],      [("2026-04-05", 25), ("2026-03-20", 27)], "2026-04-10", "2026-04-05"),
    # on one day the order in which they were told decides
    ([("2026-03-02", 1), ("2026-03-20", 2)],      [("2026-03-20", 25)],                   "2026-04-10", "2026-03-20"),
    ([("2026-03-02", 1), ("2026-03-20", 3)],      [("2026-03-20", 25)],                   "2026-04-10", None),
]
# fmt: on


@pytest.mark.parametrize(("doses", "holds", "on", "since"), HELD)
def test_an_interruption_ends_with_the_next_dose_by_its_day(
    doses: list[tuple[str, int]], holds: list[tuple[str, int]], on: str, since: str | None
) -> None:
    who = participant(
        doses=[dose(number, TACROLIMUS, day, "4", "mg/d", end=None) for day, number in doses],
        holds=[Hold(place, TACROLIMUS, day, "invented") for day, place in holds],
    )  # fmt: skip
    held = read_present(who, TACROLIMUS, on=date.fromisoformat(on)).held
    assert (held.start if held else None) == since


def test_a_proposal_does_not_warn_of_an_interruption_that_was_told_late_and_is_over() -> None:
    """Infusions on 1 and 15 June; that belimumab was interrupted from the 8th on is told on the 20th."""
    rehearsal, id = at_stage("dosed")
    call = {"site": "a", "participant": id}
    rehearsal.go_to("2026-06-15")
    visit = {"encounter": "week_2", "date": rehearsal.day}
    rehearsal.done("open_visit", "coordinator_a", **call, values=visit)
    given = {"intervention": "belimumab", "visit": "week_2", "date": rehearsal.day}
    rehearsal.done("give_dose", "nurse_a", **call, values=given)
    rehearsal.go_to("2026-06-20")
    rehearsal.done(
        "hold_dose", "investigator_a", **call, reason="a cold", intervention="belimumab", date="2026-06-08"
    )
    who = rehearsal.trial.participant(id)
    assert who is not None

    def warned(on: str) -> bool:
        day = date.fromisoformat(on)
        proposal = propose_dose(rehearsal.study, who, "belimumab", on=day, encounter="week_4")
        return any("interrupted since" in render(each.sentence, {}) for each in proposal.alerts)

    assert warned("2026-06-14")
    assert not warned("2026-06-29")
