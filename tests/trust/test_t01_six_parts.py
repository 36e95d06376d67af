"""T1. Every change of a recorded value stores who, when, what it was, what it is, why, and at which address.

**Source**: 21 CFR 11.10(e); ICH E6(R3) 4.2.2.
**Proves**: for each kind of value that can be changed, one event of the ledger states the person, the instant, the
address, the new value and the reason, and the events before it state the old value, which stays.
**With the site**: the same by a form on a page; the terminal and programs use the action tested here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.unit.conduct.support import at_stage
from trialwright.record.books import fold_participant
from trialwright.record.event import opened
from trialwright.record.participant import Participant


def _weight(one: Participant) -> str:
    item = one.forms["week_0/vital_signs"].items["body.weight"]
    return f"{item.value} {item.unit}"


CHANGES = [
    # target, what is said, how the value is read, old, new
    ("week_0/vital_signs", {"entries": {"body.weight": "61 kg"}}, _weight, "60 kg", "61 kg"),
    ("demographics", {"values": {"birth": "1990-01-02"}}, lambda one: one.birth, "1990-01-01", "1990-01-02"),
    ("demographics", {"values": {"sex": "other"}}, lambda one: one.sex, "female", "other"),
    ("dose/1", {"values": {"amount": "590"}}, lambda one: one.doses[0].amount, "600", "590"),
    ("dose/1", {"values": {"lot": "L-17"}}, lambda one: one.doses[0].lot, "", "L-17"),
    ("visit/week_0", {"values": {"date": "2026-05-31"}}, lambda one: one.visit("week_0").date,
     "2026-06-01", "2026-05-31"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "said", "read", "old", "new"), CHANGES)
def test_one_event_tells_the_whole_change(
    target: str, said: dict[str, Any], read: Any, old: str, new: str
) -> None:
    rehearsal, who = at_stage("dosed")
    event = rehearsal.done(
        "correct", "coordinator_a", site="a", reason="misread", participant=who, target=target, values=said
    )
    store = rehearsal.store
    assert (event.actor, event.role, event.site) == ("coordinator_a", "coordinator", "a")
    assert datetime.fromisoformat(event.at) == rehearsal.now
    assert store.text(event.reason) == "misread"
    assert event.stream == f"participant/{who}"
    assert target in (event.data.get("target"), event.data.get("id"))
    written = opened(event.data, store.text)
    assert new.partition(" ")[0] in str(written)
    events = store.stream(event.stream)
    before = fold_participant(who, events[:-1], store.text)
    after = fold_participant(who, events, store.text)
    assert (read(before), read(after)) == (old, new)


def test_the_old_value_of_an_item_stands_beside_the_new_one() -> None:
    rehearsal, who = at_stage("dosed")
    events = [
        rehearsal.done(
            "correct",
            "coordinator_a",
            site="a",
            reason="weighed again",
            participant=who,
            target="week_0/vital_signs",
            entries={"body.weight": weight},
        )
        for weight in ("61 kg", "62 kg")
    ]
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    form = participant.forms["week_0/vital_signs"]
    now = form.items["body.weight"]
    assert (now.value, now.position) == ("62", events[1].position)
    old = [(value.value, value.position) for value in form.superseded if value.path == "body.weight"]
    assert old == [("60", now.first), ("61", events[0].position)]
