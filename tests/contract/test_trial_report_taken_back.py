"""What was taken back stands in the report with its reason, and in no other table of it. Everybody here is invented."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.contract.trial_report_support import data_about, rows_of, table_of
from tests.unit.conduct.support import at_stage
from trialwright.reports.document import Items
from trialwright.reports.trial.compose import TrialReport, compose_report
from trialwright.terms.message import render

CALL: dict[str, Any] = {"site": "a", "reason": "another patient"}
TACROLIMUS = {"intervention": "tacrolimus", "amount": "4", "unit": "mg/d"}


def report(*acts: tuple[str, dict[str, Any]]) -> TrialReport:
    """The report of one woman after week 0 and these acts, on 20 July 2026."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-07-20")
    for action, values in acts:
        rehearsal.done(action, "investigator_a", **CALL, participant=who, values=values)
    one = rehearsal.trial.participant(who)
    assert one is not None
    return compose_report(data_about(rehearsal.study, (one,), on=date(2026, 7, 20)), catalogue={})


RESCUE = ("record_rescue", {"therapy": "ivig", "date": "2026-06-12"})
BACK = ("correct", {"target": "rescue/1", "values": {"recorded": "false"}})


def test_it_is_listed_with_its_reason_and_both_events() -> None:
    found = report(RESCUE, BACK)
    table = table_of(found, "taken_back")
    ((_, row),) = rows_of(table)
    assert row == [
        "a-001",
        "rescue/1",
        "2026-06-12",
        "Rescue therapy: intravenous immunoglobulin",
        "another patient",
    ]
    said = [render(text, {}) for text in _texts(found)]
    assert not any("Rescue therapy (" in text for text in said)
    assert any(
        text.startswith("Taken back, rescue/1: Rescue therapy: intravenous immunoglobulin, 2026-06-12.")
        for text in said
    )


def test_without_any_there_is_no_table() -> None:
    assert "taken_back" not in [each.name for each in report(RESCUE).document.tables()]


HELD = ("hold_dose", {"intervention": "tacrolimus", "date": "2026-06-15"})
# Interrupted from 15 June on; the next dose, and when it was told; what the profile says
INTERRUPTED = [
    ([HELD], "Tacrolimus interrupted from 2026-06-15; not given again on record"),
    ([HELD, ("give_dose", {**TACROLIMUS, "date": "2026-06-20"})], "Tacrolimus interrupted from 2026-06-15 to 2026-06-20, when it was given again"),
    ([HELD, ("give_dose", {**TACROLIMUS, "date": "2026-06-15"})], "Tacrolimus interrupted on 2026-06-15 and, as was recorded afterwards, given on the same day"),
    ([("give_dose", {**TACROLIMUS, "date": "2026-06-15"}), HELD], "Tacrolimus interrupted from 2026-06-15; not given again on record"),
]  # fmt: skip


@pytest.mark.parametrize(("acts", "expected"), INTERRUPTED)
def test_a_dose_of_the_day_of_an_interruption_ends_it_if_it_was_told_later(
    acts: list[tuple[str, dict[str, Any]]], expected: str
) -> None:
    found = report(("give_dose", {**TACROLIMUS, "date": "2026-06-01"}), *acts)
    assert expected in [render(text, {}) for text in _texts(found)]


def _texts(found: TrialReport) -> list[Any]:
    """What stands in the lists of the report, such as what happened to a participant."""
    return [text for block in found.document.blocks if isinstance(block, Items) for text in block.items]
