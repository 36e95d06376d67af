"""T8. Nothing is deleted: to remove is a state with a reason, and it can be taken back.

**Source**: 21 CFR 11.10(c).
**Proves**: no action removes anything; a value that is emptied stays readable with the reason, and can be put back; a
closed query, a withdrawn participant and a superseded version of an adverse event stay in the record.
"""

from __future__ import annotations

from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.actions import ACTIONS


def test_no_action_deletes() -> None:
    assert not [name for name in ACTIONS if name.startswith(("delete", "remove", "purge", "undo"))]


def test_a_value_is_emptied_with_a_reason_and_put_back() -> None:
    rehearsal, who = at_stage("dosed")
    target = {"participant": who, "target": "week_0/vital_signs"}
    for reason, entry in (("of another person", "not_done:entered_in_error"), ("hers after all", "36.6 Cel")):
        rehearsal.done(
            "correct",
            "coordinator_a",
            site="a",
            reason=reason,
            values=target,
            entries={"circulation.temperature": entry},
        )
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    form = participant.forms["week_0/vital_signs"]
    states = [
        (value.value, value.not_done)
        for value in (*form.superseded, form.items["circulation.temperature"])
        if value.path == "circulation.temperature"
    ]
    assert states == [("36.6", ""), ("", "entered_in_error"), ("36.6", "")]
    events = rehearsal.store.stream(f"participant/{who}")[-2:]
    assert [rehearsal.store.text(event.reason) for event in events] == ["of another person", "hers after all"]


def test_what_was_ended_superseded_or_closed_is_still_there(walked: Rehearsal) -> None:
    everyone = walked.trial.participants()
    assert [one.id for one in everyone] == ["a-001", "a-002", "a-003", "a-004"]
    assert everyone[1].withdrawn
    assert len(everyone[1].screenings) == 2
    first = everyone[0]
    assert [(query.state, query.answer != "") for query in first.queries] == [("closed", True)]
    assert [version.outcome for version in first.adverse_events[0].versions] == [
        "not_recovered",
        "recovering",
    ]
    assert first.discontinuations[0].intervention == first.holds[0].intervention == "belimumab"


def test_the_number_of_events_never_falls(walked: Rehearsal) -> None:
    positions = [event.position for event in walked.store.events()]
    assert positions == list(range(1, len(positions) + 1))
