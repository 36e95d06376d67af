"""What a change of the record says of somebody who has joined already: a criterion that no longer passes is asked back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.conduct.support import at_stage
from trialwright.conduct.forms import Entry
from trialwright.record.participant import Participant

CHEMISTRY = "screening/chemistry"


def corrected(stage: str, values: dict[str, Any]) -> tuple[Participant, Participant]:
    """The participant before and after a correction."""
    rehearsal, who = at_stage(stage)
    before = rehearsal.trial.participant(who)
    rehearsal.done(
        "correct", "coordinator_a", site="a", reason="a slip of the pen", participant=who, values=values
    )
    after = rehearsal.trial.participant(who)
    assert before is not None
    assert after is not None
    return before, after


def creatinine(value: Entry) -> dict[str, Any]:
    return {"target": CHEMISTRY, "entries": {"serum.creatinine": value}}


# I4 wants less than 3.0 mg/dL (265.2 umol/L); she was 36 when she joined on 1 June 2026, A0 wants 18 to 75 (criteria.md)
@pytest.mark.parametrize(
    ("values", "path", "said"),
    [
        (creatinine(Entry("300", "umol/L")), CHEMISTRY, "I4 (Kidney function) fails: "),
        (creatinine(Entry(not_done="sample_unusable")), CHEMISTRY, "I4 (Kidney function) is open: "),
        (
            {"target": "demographics", "values": {"birth": "1950-01-01"}},
            "demographics",
            "A0 (Age and sex) fails: Age is 76 years",
        ),
        (
            {"target": "demographics", "values": {"birth": "2009-01-01"}},
            "demographics",
            "A0 (Age and sex) fails: Age is 17 years",
        ),
    ],
)
@pytest.mark.parametrize("stage", ["enrolled", "dosed"])
def test_a_criterion_that_no_longer_passes_is_asked_back(
    stage: str, values: dict[str, Any], path: str, said: str
) -> None:
    before, after = corrected(stage, values)
    new = [one for one in after.queries if one not in before.queries and one.path == path]
    (query,) = [one for one in new if "on the day of enrolment, 2026-06-01" in one.text and said in one.text]
    assert query.state == "open"
    assert [one.number for one in after.queries] == list(range(1, len(after.queries) + 1))


@pytest.mark.parametrize(
    ("stage", "values"),
    [
        ("screened", creatinine(Entry("300", "umol/L"))),  # she is judged when she is enrolled
        ("enrolled", creatinine(Entry("70", "umol/L"))),
        ("enrolled", {"target": "demographics", "values": {"birth": "1991-01-01"}}),
    ],
)
def test_what_changes_no_criterion_of_hers_is_not_asked_back(stage: str, values: dict[str, Any]) -> None:
    before, after = corrected(stage, values)
    assert [one for one in after.queries[len(before.queries) :] if "enrolment" in one.text] == []


def test_a_log_may_tell_of_the_time_before() -> None:
    rehearsal, who = at_stage("enrolled")
    entries = {
        "medication.medicine": Entry("cyclophosphamide"),
        "medication.daily_dose": Entry("500", "mg/d"),
        "medication.indication": Entry("lupus"),
        "medication.route": Entry("iv"),
        "medication.start": Entry("2026-05-01"),
        "medication.ongoing": Entry("false"),
        "medication.end": Entry("2026-05-01"),
    }
    rehearsal.done(
        "record_form",
        "coordinator_a",
        site="a",
        participant=who,
        form="concomitant_medication",
        entries=entries,
    )
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    (query,) = participant.queries  # the printed row of screening says no: the two contradict each other
    assert query.path.startswith("/concomitant_medication")
    assert "E4 (Prior immunosuppression (12 weeks)) is open: " in query.text
