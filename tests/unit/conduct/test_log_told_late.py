"""A log after the end of a course: a medicine that was begun up to it may still be told. Everybody here is invented."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.forms import Entry
from trialwright.conduct.told_late import check_log_told_late
from trialwright.record.participant import Ended
from trialwright.study.forms import Form
from trialwright.terms.message import render

ENDS = ("withdraw_consent", "lost_to_follow_up", "record_death")


def medicine(start: str) -> dict[str, Entry]:
    """An antibiotic, begun on a day, still taken."""
    entries = {
        "medication.medicine": "other", "medication.name": "amoxicillin", "medication.indication": "a cold",
        "medication.route": "po", "medication.start": start, "medication.ongoing": "true",
    }  # fmt: skip
    return {path: Entry(value) for path, value in entries.items()}


def ended(end: str) -> tuple[Rehearsal, dict[str, Any]]:
    """Five days after the course ended, on 10 July 2026."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-07-15")
    call: dict[str, Any] = {"site": "a", "participant": who}
    rehearsal.done(end, "investigator_a", **call, reason="x", date="2026-07-10")
    return rehearsal, {**call, "form": "concomitant_medication"}


# begun on (a month or a year alone is any of its days), and whether it may be told
BEGUN = [
    ("2026-06-20", True),
    ("2026-07-10", True),   # the very day
    ("2026-07-11", False),
    ("2026-07", True),      # perhaps before the end
    ("2026", True),
    ("2026-06", True),
]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("start", "goes"), BEGUN)
def test_a_medicine_begun_up_to_the_end_may_be_told_after_it(end: str, start: str, goes: bool) -> None:
    rehearsal, call = ended(end)
    if goes:
        rehearsal.done("record_form", "coordinator_a", **call, entries=medicine(start))
    else:
        said = rehearsal.refused("record_form", "coordinator_a", **call, entries=medicine(start))
        assert "on 2026-07-10." in said
        assert f"this began later, on {start}" in said


def test_without_its_first_day_it_is_asked_for() -> None:
    rehearsal, call = ended("record_death")
    entries = {path: entry for path, entry in medicine("").items() if path != "medication.start"}
    said = rehearsal.refused("record_form", "coordinator_a", **call, entries=entries)
    assert "must say on which day it began" in said


def test_a_day_that_cannot_be_read_is_said_to_be_none() -> None:
    rehearsal, call = ended("record_death")
    said = rehearsal.refused("record_form", "coordinator_a", **call, entries=medicine("10 July"))
    assert "medication.start" in said


def test_what_is_left_empty_may_be_added_later_still() -> None:
    """The dose of a medicine that was itself told late."""
    rehearsal, call = ended("record_death")
    rehearsal.done("record_form", "coordinator_a", **call, entries=medicine("2026-06-20"))
    rehearsal.go_to("2026-07-20")
    more = {"medication.daily_dose": Entry("1500", "mg/d")}
    rehearsal.done("record_form", "coordinator_a", **call, number="1", entries=more)


# Rows of a log, and days written beside single values
LOG = Form.model_validate(
    {
        "id": "contacts",
        "title": {"en": "Contacts", "zh": "联系记录"},
        "repeating": True,
        "groups": [
            {
                "id": "calls",
                "title": {"en": "Calls", "zh": "通话"},
                "repeating": True,
                "date": "on",
                "items": [
                    {"id": "on", "label": {"en": "Day", "zh": "日期"}, "type": "date"},
                    {"id": "said", "label": {"en": "Said", "zh": "内容"}, "type": "text"},
                ],
            },
            {
                "id": "other",
                "title": {"en": "Other", "zh": "其他"},
                "items": [{"id": "note", "label": {"en": "Note", "zh": "备注"}, "type": "text"}],
            },
        ],
    }
)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"calls[1].on": Entry("2026-07-01"), "calls[2].on": Entry("2026-07-10")}, ""),
        ({"calls[1].on": Entry("2026-07-01"), "calls[2].on": Entry("2026-07-12")}, "on 2026-07-12"),
        ({"other.note": Entry("well", date="2026-07-01")}, ""),
        ({"other.note": Entry("well", date="2026-07-12")}, "on 2026-07-12"),
        ({"other.note": Entry("well")}, "must say on which day it began"),
    ],
)
def test_every_row_began_up_to_the_end(entries: dict[str, Entry], said: str) -> None:
    rehearsal, who = at_stage("dosed")
    found = rehearsal.trial.participant(who)
    assert found is not None
    assert check_log_told_late(found, LOG, entries) is None
    lost = replace(found, lost=Ended(99, "2026-07-10", "moved away"))
    refused = check_log_told_late(lost, LOG, entries)
    assert (refused is None) == (not said)
    if refused is not None:
        assert said in " ".join(render(reason, {}) for reason in refused.reasons)
