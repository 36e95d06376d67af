"""Snapshots: the tables as of any event, the same whenever they are taken."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage, enrolled
from trialwright.record.books import SiteBook, StudyBook
from trialwright.record.participant import Participant
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


def test_every_table_states_its_columns_also_where_it_is_empty(rehearsal: Rehearsal) -> None:
    head = rehearsal.store.head
    assert head is not None
    empty, full = snapshot(rehearsal.store, 0), snapshot(rehearsal.store, head.position)
    assert {name: table.columns for name, table in empty.tables.items()} == {
        name: table.columns for name, table in full.tables.items()
    }
    assert not any(table.rows for table in empty.tables.values())


def test_nothing_that_a_participant_has_is_left_out(rehearsal: Rehearsal) -> None:
    """Each part of a participant is a table, or stands in one."""
    tables = snapshot(rehearsal.store, 0).tables
    inside = {
        "participants": {
            "id",
            "site",
            "sex",
            "birth",
            "enrolment_number",
            "locked",
            "locking",
            "demographics",
        },
        "turns": {"enrolled", "withdrawn", "lost", "died", "completed", "unblinded"},
        "items": {"forms"},
        "allocations": {"allocated"},
    }
    parts = {field.name for field in fields(Participant) if field.compare}
    assert parts - set(tables) - {part for found in inside.values() for part in found} == set()


def test_arms_stand_in_it_from_their_disclosure_on() -> None:
    rehearsal, who = at_stage("allocated", "bliss-ln")
    at_a = {"site": "a", "participant": who}
    rehearsal.leave(who)
    rehearsal.done("sign", "investigator_a", **at_a, target="casebook", meaning="approved")
    rehearsal.done("lock", "investigator_a", reason="no more will come", **at_a)
    event = rehearsal.done("unblind", "sponsor", reason="analysis")
    arms = []
    for position in (event.position - 1, event.position):
        table = snapshot(rehearsal.store, position).tables["participants"]
        arms += [row[table.columns.index("arm")] for row in table.rows]
    assert arms == ["", event.data["arms"][who]]
    allocations = snapshot(rehearsal.store, event.position).tables["allocations"]
    assert "arm" not in allocations.columns
    assert [row[0] for row in allocations.rows] == [who]


@pytest.mark.parametrize("study", ["beam", "bliss-ln"])
def test_tables_made_anew_are_those_of_the_books_that_were_kept(study: str) -> None:
    """The trial kept its books while it went on; the snapshot reads every stream anew."""
    rehearsal, _ = at_stage("dosed", study)
    head = rehearsal.store.head
    assert head is not None
    tables = snapshot(rehearsal.store, head.position).tables
    trial = rehearsal.trial
    kept: tuple[StudyBook | SiteBook, ...] = (trial.study, *(trial.site(site) for site in trial.site_ids()))
    assert [row[0] for row in tables["delegations"].rows] == [
        one.position for book in kept for one in book.delegations
    ]
    for name in ("visits", "doses", "queries", "screenings"):
        stated = [(one.id, each.position) for one in trial.participants() for each in getattr(one, name)]
        assert [(row[0], row[1]) for row in tables[name].rows] == stated
    items = [
        (one.id, form.id, value.path, value.value)
        for one in trial.participants()
        for form in one.forms.values()
        for value in form.items.values()
    ]
    columns = tables["items"].columns
    at = [columns.index(name) for name in ("participant", "form", "path", "value")]
    assert [tuple(row[index] for index in at) for row in tables["items"].rows] == items
