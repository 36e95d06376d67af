"""Snapshots: the tables as of any event, the same whenever they are taken."""

from __future__ import annotations

import pytest

from tests.unit.conduct.support import Rehearsal, enrolled
from trialwright.record.snapshot import snapshot


@pytest.fixture(scope="module")
def rehearsal() -> Rehearsal:
    rehearsal = Rehearsal()
    enrolled(rehearsal)
    return rehearsal


def test_a_snapshot_of_an_earlier_position_stays_the_same_while_the_ledger_grows(
    rehearsal: Rehearsal,
) -> None:
    head = rehearsal.store.head
    assert head is not None
    before = snapshot(rehearsal.store, head.position)
    who = rehearsal.consented()
    after = snapshot(rehearsal.store, head.position)
    assert after == before
    assert after.digest == before.digest
    assert snapshot(rehearsal.store, head.position + 1).digest != before.digest
    assert (who,) == tuple(
        row[0]
        for row in snapshot(rehearsal.store, head.position + 1).tables["participants"].rows
        if row not in before.tables["participants"].rows
    )


def test_a_snapshot_holds_what_stood_then(rehearsal: Rehearsal) -> None:
    consent = next(event for event in rehearsal.store.events() if event.type == "consented")
    then = snapshot(rehearsal.store, consent.position)
    assert then.head == consent.hash
    assert [row[:4] for row in then.tables["participants"].rows] == [("a-001", "a", "female", "1990-01-01")]
    assert then.tables["items"].rows == ()
    now = rehearsal.store.head
    assert now is not None
    items = snapshot(rehearsal.store, now.position).tables["items"]
    columns = items.columns
    found = [dict(zip(columns, row, strict=True)) for row in items.rows]
    protein = next(one for one in found if one["concept"] == "urine_protein_24h")
    event = next(one for one in rehearsal.store.events() if one.position == protein["position"])
    assert event.type == "form_recorded"


def test_every_table_has_the_digest_of_what_is_in_it(rehearsal: Rehearsal) -> None:
    head = rehearsal.store.head
    assert head is not None
    tables = snapshot(rehearsal.store, head.position).tables
    assert len({table.digest for table in tables.values() if table.rows}) == sum(
        bool(table.rows) for table in tables.values()
    )


def test_a_position_the_ledger_does_not_have_is_refused(rehearsal: Rehearsal) -> None:
    with pytest.raises(ValueError, match="the ledger has events"):
        snapshot(rehearsal.store, 10_000)
